/*
 * tuned_parse.h - from the strings of a tuned header, or from its file, to its rows
 * SPDX-License-Identifier: MIT
 *
 * It needs neither the machine nor the registry, so that the build can compile it into a program that checks
 * headers (cmake/check_tuned.c).
 */
#ifndef NESTUNE_TUNED_PARSE_H
#define NESTUNE_TUNED_PARSE_H

#include "nestune/tuned.h"

enum {
    NT_TUNED_MOST_ROWS = 4096,
    NT_TUNED_MOST_LINE = 511,     /* bytes of a line of the file */
    NT_TUNED_MOST_FILE = 1 << 20, /* bytes */
};

/*
 * nt_tuned_parse() - parses the header that begins with lines[0].
 *
 * Shape:   reads up to the header's end line; *n_read is the number of lines read.  The caller frees the
 *          header.
 * Errors:  NT_EIO: malformed or damaged; NT_ESTALE: another format; NT_ENOMEM.  On error *n_read is the index
 *          of the line that *why describes, and there is nothing to free.
 */
nt_status nt_tuned_parse(const char *const *lines, int n, nt_tuned *tuned, int *n_read, nt_error *why);

/* nt_tuned_read() - the same from a file; sets tuned->file to the path.  Errors: as nt_tuned_load(). */
nt_status nt_tuned_read(const char *path, nt_tuned *tuned, nt_error *why);

void nt_tuned_free(nt_tuned *tuned);

#endif /* NESTUNE_TUNED_PARSE_H */
