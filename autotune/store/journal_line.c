/*
 * journal_line.c - one record as one line of text: length, CRC, JSON
 * SPDX-License-Identifier: MIT
 *
 * The frame has one spelling only (no spaces, no leading zeros, lower-case CRC), so that a changed
 * bit in it is noticed as surely as one in the record, which the CRC covers.
 */
#define _GNU_SOURCE
#include "store/journal_line.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "os/text.h"

static const char open_text[] = "{\"n\":", crc_text[] = ",\"crc\":\"", record_text[] = "\",\"r\":";

char *journal_line_format(const json_t *record, size_t *n)
{
    if (!json_is_object(record))
        return NULL;
    char *payload = json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17));
    if (!payload)
        return NULL;
    const size_t size = strlen(payload);
    char *line = NULL;
    const int length = asprintf(&line, "%s%zu%s%08x%s%s}\n", open_text, size, crc_text, nt_crc32(0, payload, size),
                                record_text, payload);
    free(payload);
    if (length < 0)
        return NULL;
    *n = (size_t)length;
    return line;
}

/* Steps over an expected text. */
static int take(const char **at, const char *end, const char *text)
{
    const size_t n = strlen(text);
    if ((size_t)(end - *at) < n || memcmp(*at, text, n) != 0)
        return 0;
    *at += n;
    return 1;
}

static int take_length(const char **at, const char *end, size_t *value)
{
    enum { DIGITS = 9 };
    const char *start = *at;
    *value = 0;
    while (*at < end && *at - start < DIGITS && **at >= '0' && **at <= '9')
        *value = *value * 10 + (size_t)(*(*at)++ - '0');
    return *at > start && *start != '0';
}

static int take_crc(const char **at, const char *end, uint32_t *value)
{
    static const char digits[] = "0123456789abcdef";
    *value = 0;
    for (int i = 0; i < 8; i++, (*at)++) {
        const char *digit = *at < end ? memchr(digits, **at, 16) : NULL;
        if (!digit)
            return 0;
        *value = *value << 4 | (uint32_t)(digit - digits);
    }
    return 1;
}

json_t *journal_line_parse(const char *text, size_t n, size_t *used, char what[JOURNAL_LINE_WHAT])
{
    const char *at = text, *end = text + n;
    size_t size;
    uint32_t crc;

    if (!take(&at, end, open_text) || !take_length(&at, end, &size) || !take(&at, end, crc_text) ||
        !take_crc(&at, end, &crc) || !take(&at, end, record_text)) {
        snprintf(what, JOURNAL_LINE_WHAT, n ? "does not start as a record does" : "empty line");
        return NULL;
    }
    if ((size_t)(end - at) <= size) {
        snprintf(what, JOURNAL_LINE_WHAT, "torn, or wrong length: %zu of %zu bytes", (size_t)(end - at),
                 size + 1);
        return NULL;
    }
    if (nt_crc32(0, at, size) != crc) {
        snprintf(what, JOURNAL_LINE_WHAT, "damaged: its bytes give CRC %08x, it says %08x",
                 nt_crc32(0, at, size), crc);
        return NULL;
    }
    if (at[size] != '}') {
        snprintf(what, JOURNAL_LINE_WHAT, "damaged: the record is not closed");
        return NULL;
    }
    json_error_t error;
    json_t *record = json_loadb(at, size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(record)) {
        if (record)
            snprintf(what, JOURNAL_LINE_WHAT, "its record is no JSON object");
        else
            snprintf(what, JOURNAL_LINE_WHAT, "its record is not JSON: %s", error.text);
        text_make_printable(what);
        json_decref(record);
        return NULL;
    }
    *used = (size_t)(at - text) + size + 1;
    return record;
}

size_t journal_line_find(const char *text, size_t n)
{
    if (n < 2)
        return n;
    const char *next = memmem(text + 1, n - 1, open_text, strlen(open_text));
    return next ? (size_t)(next - text) : n;
}
