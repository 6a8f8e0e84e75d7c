/*
 * journal_line.h - one record as one line of text: length, CRC, JSON
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_JOURNAL_LINE_H
#define AUTOTUNE_JOURNAL_LINE_H

#include <jansson.h>
#include <stddef.h>

enum { JOURNAL_LINE_WHAT = 200 };

/* journal_line_format() - the line with its newline, to be freed; NULL without memory or object. */
char *journal_line_format(const json_t *record, size_t *n);

/*
 * journal_line_parse() - the record that stands at the start of text.
 *
 * Shape:   n bytes without the newline.  *used = how many of them the record took.
 * Errors:  NULL, and what is wrong in words.  Any bytes are allowed.
 */
json_t *journal_line_parse(const char *text, size_t n, size_t *used, char what[JOURNAL_LINE_WHAT]);

/* journal_line_find() - offset of the next place after the first byte where a record may start; n:
 * none. */
size_t journal_line_find(const char *text, size_t n);

#endif /* AUTOTUNE_JOURNAL_LINE_H */
