/*
 * header.h - prints the tuned header
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_HEADER_H
#define AUTOTUNE_HEADER_H

#include "tune/result.h"

/*
 * header_text() - the header of these results of that build, byte for byte the same for the same results.
 *
 * Rows are printed from numbers and from names in tables.  Names of the machine are words of the header's grammar, and
 * the comment has of the CPU's and the build's names only characters that cannot end it.
 * Grammar: kernels/core/tuned_parse.c, tuned_file.c.
 * Result:  the caller must free() it; NULL without memory.
 */
char *header_text(const result *r, const nt_build *build);

/* header_write() - writes DIR/tuned.h.  Errors: NT_EIO, NT_ENOMEM; the old file then stands. */
nt_status header_write(const result *r, const char *dir, nt_error *why);

#endif /* AUTOTUNE_HEADER_H */
