/*
 * tuned_file.c - from the file of a tuned header to its strings
 * SPDX-License-Identifier: MIT
 *
 * A header is both C and data: a compiler includes it in an array of strings (cmake/tuned.cmake), and this
 * file reads it.  Its lines are
 *
 *     NT_TUNED_LINE("...")   one string of the header, printable ASCII without a quote or a backslash
 *     comments               a line with nothing but the mark that opens one, lines that begin with " *", and
 *                            a line of a blank and the mark that closes it; neither mark inside
 *     empty lines
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/tuned_parse.h"
#include "why.h"

enum { MOST_LINES = NT_TUNED_MOST_ROWS + 16 };

/* The strings of a file, and their line numbers. */
typedef struct strings {
    int n, n_lines;
    bool in_comment;
    const char *text[MOST_LINES];
    int number[MOST_LINES];
} strings;

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A line inside a comment, or the one that opens it. */
static nt_status read_comment(strings *s, const char *line, nt_error *why)
{
    if (!s->in_comment || strcmp(line, " */") == 0)
        s->in_comment = !s->in_comment;
    else if (!begins(line, " *") || strstr(line, "*/") || strstr(line, "/*"))
        return nt_refuse(NT_EIO, why,
                         "in a comment: allowed are lines that begin with \" *\" and the line \" */\"");
    return NT_OK;
}

static nt_status read_line(strings *s, char *line, size_t length, nt_error *why)
{
    static const char open[] = "NT_TUNED_LINE(\"", close[] = "\")";
    const size_t n_open = sizeof open - 1, n_close = sizeof close - 1;
    if (length > NT_TUNED_MOST_LINE)
        return nt_refuse(NT_EIO, why, "line too long: at most %d bytes are allowed", NT_TUNED_MOST_LINE);
    for (const char *c = line; c < line + length; c++)
        if (*c < ' ' || *c > '~' || *c == '\\')
            return nt_refuse(NT_EIO, why, "a byte that is not allowed: printable ASCII without backslash is");
    if (s->in_comment || strcmp(line, "/*") == 0)
        return read_comment(s, line, why);
    if (length == 0)
        return NT_OK;
    if (begins(line, "NT_TUNED_HEADER(") || begins(line, "NT_TUNED("))
        return nt_refuse(NT_ESTALE, why, "written by nestune 0.1 (format 2): tune again");
    if (length < n_open + n_close || !begins(line, open) || strcmp(line + length - n_close, close) != 0)
        return nt_refuse(NT_EIO, why, "allowed are comments and %s...%s, as autotune writes them", open,
                         close);
    line[length - n_close] = '\0';
    if (strchr(line + n_open, '"'))
        return nt_refuse(NT_EIO, why, "a quote in a string: none is allowed");
    if (s->n == MOST_LINES)
        return nt_refuse(NT_EIO, why, "too many lines: at most %d rows are allowed", NT_TUNED_MOST_ROWS);
    s->number[s->n] = s->n_lines;
    s->text[s->n++] = line + n_open;
    return NT_OK;
}

/* On error n_lines is the number of the wrong line. */
static nt_status read_text(strings *s, char *text, size_t size, nt_error *why)
{
    for (char *at = text; at < text + size;) {
        char *end = memchr(at, '\n', (size_t)(text + size - at));
        s->n_lines++;
        if (!end)
            return nt_refuse(NT_EIO, why, "cut short: a line without an end");
        *end = '\0';
        const nt_status status = read_line(s, at, (size_t)(end - at), why);
        if (status != NT_OK)
            return status;
        at = end + 1;
    }
    return s->in_comment ? nt_refuse(NT_EIO, why, "cut short: a comment without an end") : NT_OK;
}

static nt_status parse_text(strings *s, char *text, size_t size, nt_tuned *tuned, int *line, nt_error *why)
{
    int n_read;
    nt_status status = read_text(s, text, size, why);
    *line = s->n_lines;
    if (status != NT_OK)
        return status;
    status = nt_tuned_parse(s->text, s->n, tuned, &n_read, why);
    if (n_read < s->n)
        *line = s->number[n_read];
    if (status != NT_OK || n_read == s->n)
        return status;
    nt_tuned_free(tuned);
    return nt_refuse(NT_EIO, why, "text behind the end line: none is allowed");
}

/* Only of a regular file: opening a pipe would wait for somebody who writes.  NULL on error, as fopen(). */
static FILE *open_file(const char *path, size_t *size)
{
    struct stat status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    FILE *f = NULL;
    if (fd >= 0 && fstat(fd, &status) == 0) {
        *size = status.st_size <= NT_TUNED_MOST_FILE ? (size_t)status.st_size : NT_TUNED_MOST_FILE + 1;
        if (S_ISREG(status.st_mode))
            f = fdopen(fd, "rb");
        else
            errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    }
    if (fd >= 0 && !f) {
        const int cause = errno;
        close(fd);
        errno = cause;
    }
    return f;
}

/* *n is at most NT_TUNED_MOST_FILE + 1.  Returns NULL on error, with the reason in errno. */
static char *slurp(const char *path, size_t *n)
{
    size_t size = 0;
    FILE *f = open_file(path, &size);
    char *text = f ? malloc(size + 1) : NULL;
    if (text)
        *n = fread(text, 1, size, f);
    const int cause = errno, failed = f && ferror(f);
    if (f)
        fclose(f);
    if (failed)
        free(text);
    errno = cause;
    return failed ? NULL : text;
}

nt_status nt_tuned_read(const char *path, nt_tuned *tuned, nt_error *why)
{
    nt_error reason = {""};
    size_t size = 0;
    int line = 1;
    char *text = slurp(path, &size);
    if (!text)
        return nt_refuse(errno == ENOMEM ? NT_ENOMEM : NT_EIO, why, "%.180s: %s", path,
                         errno == EINVAL ? "not a regular file" : strerror(errno));
    strings *s = calloc(1, sizeof *s);
    nt_status status;
    if (!s)
        status = nt_refuse(NT_ENOMEM, &reason, "no memory");
    else if (size > NT_TUNED_MOST_FILE)
        status = nt_refuse(NT_EIO, &reason, "too large: at most %d bytes are allowed", NT_TUNED_MOST_FILE);
    else
        status = parse_text(s, text, size, tuned, &line, &reason);
    free(s);
    free(text);
    if (status != NT_OK)
        return nt_refuse(status, why, "%.120s:%d: %s", path, line, reason.text);
    tuned->file = path;
    return NT_OK;
}
