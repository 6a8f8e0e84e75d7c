/*
 * tuning.c - what the stages of a tune share
 * SPDX-License-Identifier: MIT
 */
#include "tune/tuning.h"

double tuning_elapsed_s(const tuning *t)
{
    return t->runner->now_s(t->runner) - t->start_s;
}

bool tuning_over(const tuning *t)
{
    return (t->o->stop && *t->o->stop) || tuning_elapsed_s(t) >= t->budget_s;
}

void tuning_tell(tuning *t, const char *stage, const candidate *trial)
{
    t->event.stage = stage;
    t->event.trial = trial;
    t->event.elapsed_s = tuning_elapsed_s(t);
    if (t->on_event)
        t->on_event(t->context, &t->event);
}
