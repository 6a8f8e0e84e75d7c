/*
 * emit.h - writes the tuned header
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_EMIT_H
#define AUTOTUNE_EMIT_H

#include "tune/result.h"

/*
 * emit_text() - the header of these results, byte for byte the same for the same results.
 *
 * Everything in it is printed from numbers and from names in tables: no text of a results file
 * gets there.  Grammar: kernels/tuned_table.c.
 * Errors:  NULL without memory; else the caller's to free().
 */
char *emit_text(const result *r);

/* emit_header() - DIR/tuned.h.  Errors: NT_EIO, NT_ENOMEM; the file is then as it was. */
nt_status emit_header(const result *r, const char *dir, nt_error *why);

#endif /* AUTOTUNE_EMIT_H */
