/*
 * journal_line.h - one record as one line of text: length, CRC, JSON
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_JOURNAL_LINE_H
#define AUTOTUNE_JOURNAL_LINE_H

#include <jansson.h>
#include <stddef.h>

enum { JOURNAL_LINE_WHAT = 200 };

/* journal_line_format() - the line with its newline, to be freed; NULL without memory, or if the record is no
 * object. */
char *journal_line_format(const json_t *record, size_t *n);

/*
 * journal_line_parse() - the record of a line of n bytes, without its newline.
 *
 * The line may hold any bytes.  Errors:  NULL, and *what says what is wrong.
 */
json_t *journal_line_parse(const char *line, size_t n, char what[JOURNAL_LINE_WHAT]);

#endif /* AUTOTUNE_JOURNAL_LINE_H */
