/*
 * tuned_parse.h - from the strings of a tuned header, or from its file, to its rows
 * SPDX-License-Identifier: MIT
 *
 * Needs nothing of the machine or the registry: the build compiles it into a program that checks headers
 * (cmake/check_tuned.c).
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
 * nt_tuned_parse() - the header that begins with lines[0].
 *
 * Shape:   reads up to its end line; *n_read is how many lines that were.  To be freed.
 * Errors:  NT_EIO: malformed or damaged; NT_ESTALE: another format; NT_ENOMEM.  Then *n_read is the index of
 *          the line that *why speaks of, and there is nothing to free.
 */
nt_status nt_tuned_parse(const char *const *lines, int n, nt_tuned *tuned, int *n_read, nt_error *why);

/* nt_tuned_read() - of a file, tuned->file being the path.  Errors: as nt_tuned_load(). */
nt_status nt_tuned_read(const char *path, nt_tuned *tuned, nt_error *why);

void nt_tuned_free(nt_tuned *tuned);

#endif /* NESTUNE_TUNED_PARSE_H */
