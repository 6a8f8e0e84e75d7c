/*
 * journal_line.c - one record as one line of text: length, CRC, JSON
 * SPDX-License-Identifier: MIT
 *
 * The CRC covers the record.  The frame around it has only one spelling (no spaces, no leading zeros,
 * lower-case CRC).  Reading a line prints its frame again and compares, so a changed bit in the frame is
 * noticed, too.
 */
#define _GNU_SOURCE
#include "store/journal_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "os/text.h"

enum { MOST_HEAD = 64 };

/* Prints what precedes the record. */
static size_t print_head(char head[MOST_HEAD], const char *record, size_t n)
{
    return (size_t)snprintf(head, MOST_HEAD, "{\"n\":%zu,\"crc\":\"%08x\",\"r\":", n, nt_crc32(0, record, n));
}

char *journal_line_format(const json_t *record, size_t *n)
{
    char head[MOST_HEAD], *line = NULL, *text = NULL;
    if (json_is_object(record))
        text = json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17));
    if (!text)
        return NULL;
    print_head(head, text, strlen(text));
    const int length = asprintf(&line, "%s%s}\n", head, text);
    free(text);
    if (length < 0)
        return NULL;
    *n = (size_t)length;
    return line;
}

json_t *journal_line_parse(const char *line, size_t n, char what[JOURNAL_LINE_WHAT])
{
    static const char mark[] = "\"r\":";
    const char *text = memmem(line, n, mark, strlen(mark));
    if (!text || line[n - 1] != '}') {
        snprintf(what, JOURNAL_LINE_WHAT, n ? "torn, or no record" : "empty line");
        return NULL;
    }
    text += strlen(mark);
    char head[MOST_HEAD];
    const size_t head_n = (size_t)(text - line), text_n = n - head_n - 1;
    if (print_head(head, text, text_n) != head_n || memcmp(head, line, head_n) != 0) {
        snprintf(what, JOURNAL_LINE_WHAT, "damaged: its record would begin with %s", head);
        return NULL;
    }
    json_error_t error;
    json_t *record = json_loadb(text, text_n, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(record))
        return record;
    snprintf(what, JOURNAL_LINE_WHAT, "its record is %s%s",
             record ? "no JSON object" : "not JSON: ", record ? "" : error.text);
    text_make_printable(what);
    json_decref(record);
    return NULL;
}
