/*
 * keys.h - the keys of a config: the one table from which they are parsed, printed, checked and compared
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_KEYS_H
#define NESTUNE_KEYS_H

#include "nestune/kernel.h"

/* The largest number of a key: the 15 digits that nt_config_parse() takes. */
#define NT_KEY_MOST INT64_C(999999999999999)

typedef struct nt_key_row {
    const char *name; /* in the text form; NULL for the second and third number of a tile */
    const char *axis; /* for a search, "tile x" */
    size_t offset;    /* of an int or int64_t in nt_config */
    size_t bytes;
    bool field, range; /* whose configs have it */
    int64_t least, most;
    /* The text of a value that has a name; NULL where this kernel has no such value.  NULL: values are
     * numbers. */
    const char *(*text)(const nt_kernel *kernel, int64_t value);
} nt_key_row;

/* nt_key_row_of() - NULL where this kernel's configs have no such key.  A key of the kernel's own is written to
 * *own. */
const nt_key_row *nt_key_row_of(const nt_kernel *kernel, nt_key_id id, nt_key_row *own);

/* nt_key_allows() - may the key have this value? */
bool nt_key_allows(const nt_kernel *kernel, const nt_key_row *row, int64_t value);

/* nt_key_allowed_text() - what is allowed: "1 to 4096", "static, dynamic". */
void nt_key_allowed_text(const nt_kernel *kernel, const nt_key_row *row, char *text, size_t n);

#endif /* NESTUNE_KEYS_H */
