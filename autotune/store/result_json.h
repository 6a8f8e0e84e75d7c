/*
 * result_json.h - the JSON form of what a tune found out
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RESULT_JSON_H
#define AUTOTUNE_RESULT_JSON_H

#include <jansson.h>

#include "tune/result.h"

enum { RESULT_FORMAT = 3 };

/* result_machine_json() - who measured; result_key_json() - what the figures are valid for, by which build.  New
 * references; NULL without memory.  result_machine_read() - reads the first back, from a source that is not trusted; what
 * is not in it becomes 0.  Returns false if a field is missing, of another type or out of range: vendor and
 * microarchitecture must be words of a tuned header, since a header and the name of a folder are made of them. */
json_t *result_machine_json(const nt_machine *machine);
bool result_machine_read(const json_t *json, nt_machine *machine);
json_t *result_key_json(const nt_machine *machine, const nt_kernel *kernel, const nt_build *build);

/* result_key_check() - is every field of a key what it would be here?  Errors: NT_ESTALE. */
nt_status result_key_check(const json_t *key, const nt_machine *machine, const nt_kernel *kernel, const char *path,
                           nt_error *why);

/* result_key_build() - the build that a key names.  Its texts are the key's.  False: one is missing, or not printable. */
bool result_key_build(const json_t *key, nt_build *build);

/* result_shape_json() - [nx, ny, nz]. */
json_t *result_shape_json(const int64_t n[3]);

/* result_json() - the documented form: {"machine": ..., "results": [...]}, with the rows of one kernel,
 * or of all for NULL.  A new reference; NULL without memory. */
json_t *result_json(const result *r, const nt_kernel *kernel);

/* result_text() - the text of a result file, as that build writes it; to be freed.  NULL without memory. */
char *result_text(const result *r, const nt_kernel *kernel, const nt_build *build);

/*
 * result_save(), result_load() - DIR/<kernel>.json.
 *
 * A file is not trusted when loaded: number ranges, names and configs are checked.
 * Errors:  NT_EIO; NT_ENOMEM; NT_ESTALE: another format, CPU, kernel version, compiler, flags or SLEEF; *why
 *          names each with both values.  On error the result is unchanged.
 */
nt_status result_save(const result *r, const nt_kernel *kernel, const char *dir, nt_error *why);
nt_status result_load(result *r, const nt_kernel *kernel, const char *dir, nt_error *why);

/*
 * result_read() - a result file of any machine and build, to be looked at.  *r holds its rows and its machine.  *key: what the
 * figures are valid for, to be dropped.
 *
 * Errors:  as result_load(), but only another format, or a kernel or config that this build does not know, is NT_ESTALE.
 */
nt_status result_read(result *r, const char *path, json_t **key, nt_error *why);

#endif /* AUTOTUNE_RESULT_JSON_H */
