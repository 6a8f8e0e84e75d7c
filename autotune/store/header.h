/*
 * header.h - prints the tuned header
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_HEADER_H
#define AUTOTUNE_HEADER_H

#include "tune/result.h"

/*
 * header_text() - the header of these results, byte for byte the same for the same results.
 *
 * It is printed from numbers and from names in tables only: no text of a results file is copied into it.
 * Grammar: kernels/core/tuned_parse.c, tuned_file.c.
 * Result:  the caller must free() it; NULL without memory.
 */
char *header_text(const result *r);

/* header_write() - writes DIR/tuned.h.  Errors: NT_EIO, NT_ENOMEM; the old file then stands. */
nt_status header_write(const result *r, const char *dir, nt_error *why);

#endif /* AUTOTUNE_HEADER_H */
