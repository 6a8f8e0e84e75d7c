/*
 * probe.c - run at configure: names this machine, and checks a tuned header before it is compiled
 * SPDX-License-Identifier: MIT
 *
 *     probe                  prints nt_machine_id()
 *     probe --check FILE     nothing and 0, or one line on stderr and 1
 *
 * The grammar stands in kernels/tuned_table.c.  A header is compiled into the library, so it may
 * hold nothing but data: what is not in the grammar is refused, and what was damaged fails its CRC.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/config.h"
#include "nestune/machine.h"

enum { FORMAT = 2, MOST_LINE = 511, MOST_FILE = 1 << 20, ERROR_TEXT = 256 };

/* CRC-32 of zlib and PNG: reflected polynomial 0xedb88320, ones before and after. */
static uint32_t crc32_of(const char *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* ---- One line ------------------------------------------------------------------------------ */

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Each takes what it expects at *s and moves on, or says 0. */
static int take(const char **s, const char *text)
{
    const size_t n = strlen(text);
    if (strncmp(*s, text, n) != 0)
        return 0;
    *s += n;
    return 1;
}

static int take_set(const char **s, const char *set, size_t least, size_t most)
{
    const size_t n = strspn(*s, set);
    *s += n;
    return n >= least && n <= most;
}

static int take_name(const char **s)
{
    return strspn(*s, LOWER) > 0 && take_set(s, LOWER DIGITS "_", 1, 63);
}

static int take_number(const char **s, size_t most_digits, long long *value)
{
    *value = strtoll(*s, NULL, 10); /* not past 18 digits, by the next line */
    return take_set(s, DIGITS, 1, most_digits);
}

static int is_header(const char *s, long long *format)
{
    long long ignored;
    if (!take(&s, "NT_TUNED_HEADER(") || !take_number(&s, 9, format) || !take(&s, ", \"") ||
        !take_set(&s, LOWER DIGITS "._-", 1, 63) || !take(&s, "\", \"") ||
        !take_set(&s, UPPER LOWER DIGITS "._-", 0, 15) || !take(&s, "\""))
        return 0;
    for (int i = 0; i < 5; i++)
        if (!take(&s, ", ") || !take_number(&s, i < 2 ? 9 : 18, &ignored))
            return 0;
    return !strcmp(s, ")");
}

/* The comment fills the rest of the line. */
static int is_comment(const char *s)
{
    const size_t n = strlen(s);
    if (n < 6 || strncmp(s, "/* ", 3) != 0 || strcmp(s + n - 3, " */") != 0)
        return 0;
    return strstr(s + 2, "/*") == NULL && strstr(s + 2, "*/") == s + n - 2;
}

static int is_row(const char *s)
{
    long long ignored;
    if (!take(&s, "NT_TUNED(") || !take_name(&s))
        return 0;
    for (int i = 0; i < 2; i++) /* order, version */
        if (!take(&s, ", ") || !take_number(&s, 9, &ignored))
            return 0;
    for (int i = 0; i < 3; i++)
        if (!take(&s, ", ") || !take_name(&s))
            return 0;
    if (!take(&s, ", \"") || !take_set(&s, LOWER DIGITS "_=,", 1, NT_CONFIG_TEXT - 1) || !take(&s, "\")"))
        return 0;
    return !*s || (take_set(&s, " ", 1, MOST_LINE) && is_comment(s));
}

static int is_end(const char *s, long long *n_rows, uint32_t *crc)
{
    if (!take(&s, "NT_TUNED_END(") || !take_number(&s, 9, n_rows) || !take(&s, ", 0x"))
        return 0;
    *crc = (uint32_t)strtoull(s, NULL, 16);
    return take_set(&s, DIGITS "abcdef", 8, 8) && !strcmp(s, ")");
}

static int is_plain(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == '\\')
            return 0;
    return 1;
}

/* ---- The file ------------------------------------------------------------------------------ */

typedef struct checker {
    int in_block, seen_header, ended;
    long long n_rows;
    char *error; /* ERROR_TEXT bytes */
} checker;

static int refuse(const checker *c, const char *text)
{
    snprintf(c->error, ERROR_TEXT, "%s", text);
    return 0;
}

static int check_end(checker *c, long long n_rows, uint32_t crc, uint32_t actual)
{
    if (n_rows != c->n_rows)
        snprintf(c->error, ERROR_TEXT, "%lld rows, but NT_TUNED_END says %lld", c->n_rows, n_rows);
    else if (crc != actual)
        snprintf(c->error, ERROR_TEXT, "damaged or edited: CRC 0x%08x, but NT_TUNED_END says 0x%08x", actual,
                 crc);
    else
        c->ended = 1;
    return c->ended;
}

/* file and offset: the bytes before this line, for the CRC. */
static int check_line(checker *c, const char *line, const char *file, size_t offset)
{
    long long number;
    uint32_t crc;
    if (c->ended)
        return refuse(c, "text after NT_TUNED_END: nothing is allowed there");
    if (c->in_block) {
        if (!strcmp(line, " */")) {
            c->in_block = 0;
            return 1;
        }
        if (strncmp(line, " *", 2) != 0 || strstr(line, "*/") || strstr(line, "/*"))
            return refuse(c, "in a comment: allowed are lines that begin with \" *\" and the line \" */\"");
        return 1;
    }
    if (!*line || is_comment(line))
        return 1;
    if (!strcmp(line, "/*")) {
        c->in_block = 1;
        return 1;
    }
    if (!c->seen_header) {
        if (!is_header(line, &number))
            return refuse(c, "allowed are comments and NT_TUNED_HEADER(2, \"machine\", \"vendor\", family, "
                             "model, l1d, l2, l3)");
        if (number != FORMAT)
            return refuse(c, "header of another format: allowed is 2");
        c->seen_header = 1;
        return 1;
    }
    if (is_row(line)) {
        c->n_rows++;
        return 1;
    }
    if (is_end(line, &number, &crc))
        return check_end(c, number, crc, crc32_of(file, offset));
    return refuse(
        c, "allowed are comments, NT_TUNED(kernel, order, version, dtype, class, steps, \"config\") and "
           "NT_TUNED_END(rows, 0xcrc)");
}

/* The number of the first bad line with the reason in error, 0 if there is none. */
static int check_text(const char *text, size_t size, char error[ERROR_TEXT])
{
    checker c = {.error = error};
    int n_lines = 0;
    for (size_t at = 0; at < size;) {
        char line[MOST_LINE + 1];
        const char *const end = memchr(text + at, '\n', size - at);
        const size_t n = end ? (size_t)(end - text) - at : size - at;
        n_lines++;
        if (!end)
            refuse(&c, "cut short: a line without an end");
        else if (n > MOST_LINE)
            refuse(&c, "line too long: at most 511 bytes are allowed");
        else if (!is_plain(text + at, n))
            refuse(&c, "a byte that is not allowed: printable ASCII without backslash is");
        else {
            memcpy(line, text + at, n);
            line[n] = '\0';
            if (check_line(&c, line, text, at)) {
                at += n + 1;
                continue;
            }
        }
        return n_lines;
    }
    if (c.ended)
        return 0;
    refuse(&c, "cut short: NT_TUNED_END(rows, 0xcrc) is missing");
    return n_lines + 1;
}

static int check_file(const char *path, char error[ERROR_TEXT])
{
    FILE *f = fopen(path, "rb");
    char *text = malloc(MOST_FILE + 1);
    size_t size = 0;
    int line = 1;
    snprintf(error, ERROR_TEXT, "cannot be read");
    if (f && text) {
        size = fread(text, 1, MOST_FILE + 1, f);
        if (size > MOST_FILE)
            snprintf(error, ERROR_TEXT, "too large: at most %d bytes are allowed", MOST_FILE);
        else if (!ferror(f))
            line = check_text(text, size, error);
    }
    free(text);
    if (f)
        fclose(f);
    return line;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--check")) {
        char error[ERROR_TEXT];
        const int line = check_file(argv[2], error);
        if (line)
            fprintf(stderr, "%s:%d: %s\n", argv[2], line, error);
        return line != 0;
    }
    if (argc == 1) {
        nt_machine machine;
        char id[64];
        if (nt_machine_detect(&machine) != NT_OK)
            return 1;
        nt_machine_id(&machine, id);
        puts(id);
        return 0;
    }
    fprintf(stderr, "usage: probe [--check FILE]\n");
    return 2;
}
