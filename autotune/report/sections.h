/*
 * sections.h - the parts of the page, each a file: figures and tables that need no JavaScript
 * SPDX-License-Identifier: MIT
 *
 * Each one begins with one sentence that says what there is to see.
 */
#ifndef AUTOTUNE_SECTIONS_H
#define AUTOTUNE_SECTIONS_H

#include "store/findings.h"

/* What a page leaves out that would be too large; each level all that the ones before it do. */
typedef enum sparing_level {
    SPARING_NOTHING,
    SPARING_DEFAULTS, /* rows that kept the default show their loops alone, and tiles are drawn of rows in memory only */
    SPARING_SEARCHES, /* searches and keys are shown of rows in memory and of ranges only */
    SPARING_CACHES,   /* rows in cache show their loops alone */
    N_SPARING_LEVELS
} sparing_level;

/* Of the whole page.  Rows are numbered from 1 through all files: the number links a table with a row's figures. */
void section_verdicts(FILE *out, const findings *f);
void section_warnings(FILE *out, const findings *f, int n_trials_left_out, sparing_level sparing);

/* Of one file, that is one kernel on one machine. */
void section_roofline(FILE *out, const finding *f, int first_row);
void section_accuracy(FILE *out, const finding *f);

/* Of one row. */
void section_model(FILE *out, const finding *f, const result_row *row);
void section_loops(FILE *out, const result_row *row);
void section_search(FILE *out, const finding *f, int row);
void section_tiles(FILE *out, const finding *f, int row);
void section_keys(FILE *out, const finding *f, int row);

/* row_unit() - of its times, for an axis. */
const char *row_unit(const result_row *row);

/* figure_begin() - a figure's title, and the sentence that says what to see in it; figure_end() closes it.  Small figures
 * stand side by side. */
typedef enum figure_size { FIGURE_SMALL, FIGURE_WIDE } figure_size;
__attribute__((format(printf, 4, 5))) void figure_begin(FILE *out, figure_size size, const char *title, const char *sentence, ...);
void figure_end(FILE *out);

#endif /* AUTOTUNE_SECTIONS_H */
