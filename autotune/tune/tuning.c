/*
 * tuning.c - what the stages of a tune share
 * SPDX-License-Identifier: MIT
 */
#include "tune/tuning.h"

#include <math.h>
#include <string.h>

#include "measure/stats.h"
#include "tune/rows.h"

double tuning_elapsed_s(const tuning *t)
{
    return t->runner->now_s(t->runner) - t->start_s;
}

double tuning_weight_s(const tuning *t)
{
    return isfinite(t->budget_s) ? fmax(0, t->budget_s - tuning_elapsed_s(t)) / t->weights_left : t->usual_weight_s;
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

double tuning_limit_s(const tuning *t, const trial_ask *ask)
{
    return fmax(ask->limit_s, trial_patience_s(ask, t->cell_s * trial_cells(ask)));
}

void tuning_ask(tuning *t, const trial_ask *ask, trial_answer *answer)
{
    static const double slower = 8;
    const double left_s = t->budget_s - tuning_elapsed_s(t);
    trial_ask limited = *ask;
    limited.limit_s = tuning_limit_s(t, ask);
    t->runner->run(t->runner, &limited, answer);
    if (answer->outcome == TRIAL_HANG && t->cell_s == 0 && left_s > 2 * limited.limit_s && !tuning_over(t)) {
        limited.limit_s = fmin(slower * limited.limit_s, left_s - limited.limit_s);
        t->runner->run(t->runner, &limited, answer);
    }
    if (answer->outcome != TRIAL_OK || answer->n < 1)
        return;
    if (t->cell_s == 0 || nt_config_differences(&ask->config, &t->arithmetic) == 0)
        t->cell_s = fmax(t->cell_s, stats_median(answer->seconds, answer->n) / trial_cells(ask));
}

/* In cache a kernel is faster than on the large shape. */
static const double slower_out_of_cache = 1.5;

void tuning_shape(tuning *t, nt_dtype dtype, nt_class shape_class, int64_t shape[3])
{
    const bool is_large = shape_class == NT_CLASS_MEMORY || shape_class == NT_CLASS_LONG;
    if (is_large && t->large[0] > 0) {
        memcpy(shape, t->large, sizeof t->large);
        return;
    }
    rows_shape(&t->r->machine, t->kernel, t->kernel_case, dtype, shape_class, shape);
    if (!is_large || t->cell_s == 0)
        return;
    rows_fit(&t->r->machine, t->kernel, t->kernel_case, dtype, shape_class,
             t->large_step_s / (slower_out_of_cache * t->cell_s), shape);
    memcpy(t->large, shape, sizeof t->large);
}
