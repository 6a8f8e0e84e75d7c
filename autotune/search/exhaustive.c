/*
 * exhaustive.c - all configs of a space, one after the other, and how many there are
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* reallocarray */
#include <limits.h>
#include <stdlib.h>

#include "search/strategy.h"

/* Many of these configs mean the same, and are measured once. */
void strategy_exhaustive(search *s)
{
    space_walk w = {{0}};
    bool more = true;
    s->most = INT_MAX;
    for (; more && !search_over(s); more = space_next(s->space, &w))
        search_try(s, space_at(s->space, &w));
    s->complete = !more && !search_over(s);
}

/* ---- How many ------------------------------------------------------------------------------------------ */

/* Of all values of its keys.  That two configs among a million share one of 2^64 hashes is no matter for a count. */
static uint64_t hash_of(const nt_config *c)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int k = 0; k < NT_N_KEYS; k++) {
        hash = (hash ^ (uint64_t)nt_key_get(c, (nt_key_id)k)) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int64_t exhaustive_count(const space *s)
{
    const size_t size = (size_t)space_size(s);
    uint64_t *hash = reallocarray(NULL, size, sizeof *hash);
    space_walk w = {{0}};
    size_t n = 0;
    int64_t distinct = 0;
    for (bool more = hash != NULL; more && n < size; more = space_next(s, &w)) {
        const nt_config c = space_at(s, &w);
        hash[n++] = hash_of(&c);
    }
    if (n > 0)
        qsort(hash, n, sizeof *hash, compare);
    for (size_t i = 0; i < n; i++)
        distinct += i == 0 || hash[i] != hash[i - 1];
    free(hash);
    return distinct;
}
