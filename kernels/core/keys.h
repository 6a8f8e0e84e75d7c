/*
 * keys.h - the table of a config's keys, by which configs are parsed, printed, checked and compared
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_KEYS_H
#define NESTUNE_KEYS_H

#include "nestune/kernel.h"

/* The largest number of a key: nt_config_parse() accepts 15 digits. */
#define NT_KEY_MOST INT64_C(999999999999999)

typedef struct nt_key_row {
    const char *name; /* in the text form; NULL for the second and third number of a tile */
    const char *axis; /* for a search, "tile x" */
    size_t offset;    /* of an int or int64_t in nt_config */
    size_t bytes;
    int shapes; /* bits: which shapes of kernel have configs with this key: field, range, program */
    int64_t least, most;
    /* The name of a value; it returns NULL if this kernel has no such value.  No function: values are
     * numbers. */
    const char *(*text)(const nt_kernel *kernel, int64_t value);
} nt_key_row;

/* nt_key_row_of() - the row of a key; NULL if this kernel's configs do not have it.  The row of one of the
 * kernel's own keys is written to *own. */
const nt_key_row *nt_key_row_of(const nt_kernel *kernel, nt_key_id id, nt_key_row *own);

/* nt_key_allows() - may the key have this value? */
bool nt_key_allows(const nt_kernel *kernel, const nt_key_row *row, int64_t value);

/* nt_key_allowed_text() - the allowed values as a text: "1 to 4096", "static, dynamic". */
void nt_key_allowed_text(const nt_kernel *kernel, const nt_key_row *row, char *text, size_t n);

#endif /* NESTUNE_KEYS_H */
