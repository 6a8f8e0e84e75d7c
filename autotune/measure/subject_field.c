/*
 * subject_field.c - a field under trial: grids, a plan on them, and their cells as the answer
 * SPDX-License-Identifier: MIT
 */
#include "measure/cells.h"
#include "measure/definition_check.h"
#include "measure/field_check.h"
#include "measure/subject.h"

static nt_status open(subject *s, nt_error *why)
{
    nt_status status = fields_get(s->cache, &s->ask, &s->grids, why);
    if (status != NT_OK)
        return status;
    s->changes_input = s->grids->restored;
    s->steady = trial_is_steady(&s->ask);
    return fields_plan(s->grids, &s->ask, &s->plan, why);
}

static void restore(subject *s)
{
    fields_restore(s->grids, s->plan, s->ask.config.threads);
}

static void run(subject *s, int64_t steps)
{
    fields_run(s->grids, s->plan, steps);
}

static uint64_t hash(const subject *s)
{
    return cells_hash(nt_plan_newest(s->plan), s->ask.config.threads);
}

static trial_outcome check(const trial_ask *ask, nt_error *why)
{
    const trial_outcome outcome = definition_check(ask, why);
    return outcome == TRIAL_OK ? field_check(ask, why) : outcome;
}

const subject_kind subject_of_field = {open, restore, run, hash, check};
