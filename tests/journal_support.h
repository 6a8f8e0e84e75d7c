/*
 * journal_support.h - a key, a journal of it, and what was said of its damage
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_JOURNAL_SUPPORT_H
#define TESTS_JOURNAL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/journal.h"

typedef struct damages {
    int n;
    int64_t line;
    char what[200];
} damages;

static inline void on_damage(void *context, int64_t line, const char *what)
{
    damages *d = context;
    d->n++;
    d->line = line;
    snprintf(d->what, sizeof d->what, "%s", what);
    for (const char *c = what; *c; c++)
        assert_true((unsigned char)*c >= 0x20); /* fit for a terminal */
}

static inline json_t *header(void)
{
    return json_pack("{s:s, s:s, s:i}", "machine", "zen5", "compiler", "gcc 12", "format", 1);
}

static inline nt_status resume(journal **j, const char *path, damages *d, nt_error *why)
{
    json_t *key = header();
    *d = (damages){0};
    const nt_status status = journal_open_resume(j, path, key, on_damage, d, why);
    json_decref(key);
    return status;
}

static inline void make_new(journal **j, const char *path)
{
    json_t *key = header();
    assert_int_equal(journal_open_new(j, path, key, NULL), NT_OK);
    json_decref(key);
}

#endif /* TESTS_JOURNAL_SUPPORT_H */
