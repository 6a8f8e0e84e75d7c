/*
 * subject_range.c - a range under trial: a plan over indices, and its total as the answer
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/subject.h"

static size_t words_of(const nt_kernel *kernel)
{
    return (kernel->range->part_bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

static nt_status open_range(const trial_ask *ask, int64_t n, uint64_t **total, nt_plan **plan, nt_error *why)
{
    *total = calloc(words_of(ask->kernel), sizeof **total);
    if (!*total) {
        snprintf(why->text, sizeof why->text, "no memory for a total of %zu bytes",
                 ask->kernel->range->part_bytes);
        return NT_ENOMEM;
    }
    char config[NT_CONFIG_TEXT];
    nt_config_format(ask->kernel, &ask->config, config, sizeof config);
    const nt_plan_options options = {.bytes = sizeof options, .params = trial_params(ask), .config = config};
    return nt_plan_create_range(plan, ask->kernel, ask->dtype, n, &options, why);
}

static nt_status open(subject *s, nt_error *why)
{
    return open_range(&s->ask, s->ask.shape[0], &s->total, &s->plan, why);
}

static void restore(subject *s)
{
    (void)s; /* each run starts from zero */
}

static void run(subject *s, int64_t steps)
{
    (void)steps;
    nt_plan_run_range(s->plan, 0, s->ask.shape[0], s->total);
}

/* FNV-1a (Fowler, Noll, Vo) over the bytes.  Totals are exact, so equal ones have equal bytes. */
static uint64_t hash(const subject *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    const unsigned char *bytes = (const unsigned char *)s->total;
    for (size_t i = 0; i < s->ask.kernel->range->part_bytes; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* Compares with the definition, on ranges with odd beginnings and ends. */
static trial_outcome check(const trial_ask *ask, nt_error *why)
{
    static const int64_t ranges[][2] = {
        {0, 0},     {0, 1},       {1, 2},
        {3, 20},    {0, 64},      {5, 261},
        {63, 1025}, {999, 10000}, {(INT64_C(1) << 32) - 77, (INT64_C(1) << 32) + 1001}};
    const nt_kernel *k = ask->kernel;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const int64_t first = ranges[i][0], end = ranges[i][1];
        uint64_t *total, *expected = calloc(words_of(k), sizeof *expected);
        nt_plan *plan = NULL;
        const nt_status status = open_range(ask, end - first, &total, &plan, why);
        bool same = false;
        if (status == NT_OK && expected) {
            nt_plan_run_range(plan, first, end, total);
            k->range->reference(trial_params(ask) ? trial_params(ask) : k->params, ask->dtype, first, end,
                                expected);
            same = memcmp(total, expected, k->range->part_bytes) == 0;
        }
        const bool no_memory = status == NT_ENOMEM || !expected;
        nt_plan_destroy(plan);
        free(total);
        free(expected);
        if (no_memory || status != NT_OK)
            return no_memory ? TRIAL_MEMORY : TRIAL_REFUSED;
        if (!same) {
            snprintf(why->text, sizeof why->text,
                     "indices %lld to %lld: the total differs from the definition's", (long long)first,
                     (long long)end);
            return TRIAL_WRONG;
        }
    }
    return TRIAL_OK;
}

const subject_kind subject_of_range = {open, restore, run, hash, check};
