/*
 * whole.h - reads parameters that are one whole number: "seed=7"
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_WHOLE_H
#define NESTUNE_WHOLE_H

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Is the text exactly this key, which ends in '=', and a number from 0 to 2^64 - 1? */
static inline bool nt_read_whole(const char *text, const char *key, uint64_t *value)
{
    const size_t n = strlen(key);
    char *rest;
    if (strncmp(text, key, n) != 0 || !isdigit((unsigned char)text[n]))
        return false;
    errno = 0;
    *value = strtoull(text + n, &rest, 10);
    return *rest == '\0' && errno == 0;
}

#endif /* NESTUNE_WHOLE_H */
