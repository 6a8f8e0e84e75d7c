/*
 * json_file.h - JSON files under a CRC: a damaged one, or one that was edited by hand, is refused
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_JSON_FILE_H
#define AUTOTUNE_JSON_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "nestune/status.h"

/*
 * json_file_read() - the object of a file of at most `most` bytes; a new reference.
 *
 * Errors:  NT_EIO; NT_ENOMEM; NT_ESTALE: no JSON, or a name twice; *why names the line.
 */
nt_status json_file_read(json_t **root, const char *path, size_t most, nt_error *why);

/* json_file_is_whole() - is its field "crc" that of all others?  Every digit counts, their order and spacing do not. */
bool json_file_is_whole(json_t *root);

/* json_file_sign() - sets the field "crc".  The numbers must be those that the file will hold: json_file_read_back(). */
void json_file_sign(json_t *root);

/* json_file_read_back() - rounds numbers to six digits, as the file has them; takes over the reference.  NULL without
 * memory. */
json_t *json_file_read_back(json_t *root);

/* json_file_bad() - NT_ESTALE, with *why "<path>: <what is wrong>", a long path cut. */
__attribute__((format(printf, 3, 4))) nt_status json_file_bad(nt_error *why, const char *path,
                                                              const char *format, ...);

#endif /* AUTOTUNE_JSON_FILE_H */
