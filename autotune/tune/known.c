/*
 * known.c - what is known before a row's search begins
 * SPDX-License-Identifier: MIT
 */
#include "nestune/tuned.h"
#include "tune/stages.h"

static bool is_allowed(const tune_options *o, int threads)
{
    bool is = false;
    for (int i = 0; i < o->n_threads; i++)
        is |= o->threads[i] == threads;
    return is;
}

/* Tries a config's schedule with the row's arithmetic, unless it is not a part of the space. */
static void try_schedule(tuning_row *tr, nt_config config)
{
    const tuning *t = tr->t;
    const nt_dtype dtype = tr->row->dtype;
    config.isa = t->arithmetic.isa;
    config.variant = t->arithmetic.variant;
    if (tr->s->space->n[NT_KEY_LAYOUT] == 0)
        config.layout = t->arithmetic.layout;
    if (!nt_kernel_function(t->kernel, dtype, &config))
        config.fn = t->arithmetic.fn;
    if (!is_allowed(t->o, config.threads))
        config.threads = t->o->threads[t->o->n_threads - 1];
    config = space_canonical(tr->s->space, config);
    if (space_has(tr->s->space, &config) && !search_over(tr->s))
        search_try(tr->s, config);
}

void tuning_try_known(tuning_row *tr)
{
    enum { LATEST = 2 };
    const tuning *t = tr->t;
    const result_row *row = tr->row;
    nt_config config;
    if (t->o->knows_tuned && nt_tuned_find(t->kernel, row->kernel_case->params, row->dtype, row->shape_class,
                                           row->repeat, tr->ask.shape[0], &config, NULL) == NT_OK)
        try_schedule(tr, config);
    int n = 0;
    for (const result_row *before = row; before-- > t->r->row && n < LATEST;)
        if (before->kernel == t->kernel && before->shape_class == row->shape_class &&
            before->repeat == row->repeat) {
            n++;
            try_schedule(tr, before->config);
        }
}
