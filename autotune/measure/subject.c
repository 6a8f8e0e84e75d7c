/*
 * subject.c - what a trial runs: one interface for all kinds of kernel
 * SPDX-License-Identifier: MIT
 */
#include "measure/subject.h"

#include <stdlib.h>

static const subject_kind *kind_of(const nt_kernel *kernel)
{
    return kernel->field ? &subject_of_field : kernel->range ? &subject_of_range : &subject_of_program;
}

nt_status subject_open(subject *s, const trial_ask *ask, fields_cache *cache, nt_error *why)
{
    *s = (subject){.kind = kind_of(ask->kernel), .ask = *ask, .cache = cache};
    const nt_status status = s->kind->open(s, why);
    if (status != NT_OK)
        subject_close(s);
    return status;
}

void subject_restore(subject *s)
{
    if (s->changes_input)
        s->kind->restore(s);
}

void subject_run(subject *s)
{
    s->kind->run(s, s->ask.steps);
}

void subject_run_steps(subject *s, int64_t steps)
{
    s->kind->run(s, steps);
}

uint64_t subject_hash(const subject *s)
{
    return s->kind->hash(s);
}

void subject_close(subject *s)
{
    nt_plan_destroy(s->plan);
    free(s->total);
    s->plan = NULL;
    s->total = NULL;
}

trial_outcome subject_check(const trial_ask *ask, nt_error *why)
{
    return kind_of(ask->kernel)->check(ask, why);
}
