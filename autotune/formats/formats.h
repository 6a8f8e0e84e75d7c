/*
 * formats.h - results in forms that other programs read
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FORMATS_H
#define AUTOTUNE_FORMATS_H

#include <jansson.h>
#include <stdio.h>

#include "store/findings.h"

/*
 * findings_json() - everything, as findings_json.c describes it.  A new reference; NULL without memory.
 *
 * most_trials: at most so many of each row; those that were the best so far, or failed, come first.
 * *n_left_out: how many others there are.
 */
json_t *findings_json(const findings *f, int most_trials, int *n_left_out);

/* format_csv() - a line for each row; format_csv_trials() - one for each trial of the journals.  RFC 4180, with a header:
 * lines end in CR and LF, a field with a comma, quote or line end stands in quotes. */
void format_csv(FILE *out, const findings *f);
void format_csv_trials(FILE *out, const findings *f);

/* format_markdown() - the tables of docs/results.md. */
void format_markdown(FILE *out, const findings *f);

/*
 * format_benchmark() - the JSON of Google Benchmark, for its compare.py: two benchmarks for each row, named
 * <kernel>/<case>/<dtype>/<shape>/steps:<n>/config:default and .../config:tuned, times in ns of a run.  Where a journal holds
 * trials of a config, each is a repetition, as its U test needs nine or more of them; else there is the median alone.
 */
void format_benchmark(FILE *out, const findings *f);

#endif /* AUTOTUNE_FORMATS_H */
