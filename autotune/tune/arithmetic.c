/*
 * arithmetic.c - chooses isa and variant, once for a kernel and dtype
 * SPDX-License-Identifier: MIT
 *
 * By the geometric mean of the times in and out of cache, so that a function's values do not depend on the
 * size of an array.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tune/rows.h"
#include "tune/stages.h"

/* One step on the shape that a class is searched on. */
static trial_ask quick_ask(const tuning *t, nt_dtype dtype, nt_class class)
{
    int64_t shape[3], slab[3];
    tune_row_shape(&t->r->machine, t->kernel, t->order, dtype, class, shape);
    const int64_t *asked = t->o->shape[0] > 0 ? t->o->shape : shape;
    tune_slab(&t->r->machine, t->kernel, t->order, dtype, class, asked, slab);
    return tune_row_ask(t->kernel, t->order, dtype, class, slab, 1);
}

/* Median seconds of a config on the default shape of a class; HUGE_VAL if it failed. */
static double quick_time(tuning *t, nt_dtype dtype, nt_class class, const nt_config *config)
{
    trial_ask ask = quick_ask(t, dtype, class);
    ask.config = *config;
    trial_answer answer = {0};
    t->runner->run(t->runner, &ask, &answer);
    candidate c = {.config = *config, .class = answer.class, .seconds = HUGE_VAL};
    snprintf(c.detail, sizeof c.detail, "%s", answer.detail);
    if (answer.class == TRIAL_OK && answer.n > 0)
        c.seconds = stats_median(answer.seconds, answer.n);
    tuning_tell(t, "arithmetic", &c);
    return c.seconds;
}

/* Is this arithmetic clearly faster than the default's in one class, and not slower in the other? */
static bool beats_default(tuning *t, nt_dtype dtype, const nt_config *config)
{
    bool faster = false, slower = false;
    race *r = calloc(1, sizeof *r);
    for (int class = 0; r && class < NT_N_CLASSES; class ++) {
        trial_ask ask = quick_ask(t, dtype, (nt_class) class);
        *r = (race){.runner = t->runner, .stop = t->o->stop};
        ask.config = t->standard;
        race_add(r, &ask);
        ask.config = *config;
        race_add(r, &ask);
        race_run(r, tuning_short_runs.confirm_least, tuning_short_runs.confirm_least, 0);
        const stats_interval ratio = race_ratio(r, 1, 0);
        const bool default_failed = r->entrant[0].class != TRIAL_OK;
        faster |= default_failed || race_surely_faster(r, 1, 0, TUNING_WORTH);
        slower |= !default_failed && ratio.n > 0 && stats_judge(&ratio, 0) == STATS_SLOWER;
    }
    free(r);
    return faster && !slower;
}

/* The first tile function of each isa and variant is its plainest. */
nt_status tuning_arithmetic(tuning *t, nt_dtype dtype, nt_error *why)
{
    const nt_kernel *k = t->kernel;
    nt_status status = nt_config_default(k, dtype, &t->standard, why);
    if (status != NT_OK)
        return status;
    t->standard.threads = t->o->threads[t->o->n_threads - 1];
    const double begin_s = t->runner->now_s(t->runner);
    double best_in = HUGE_VAL, best_score = HUGE_VAL;
    bool any = false;
    for (int isa = NT_N_ISAS - 1; isa >= 0; isa--) {
        if (!k->tiles[isa] || !nt_isa_available((nt_isa)isa))
            continue;
        for (int v = 0; k->variants[v].name; v++) {
            nt_config c = t->standard;
            c.isa = (nt_isa)isa;
            c.variant = v;
            const nt_tile *tile = k->tiles[isa];
            while (tile->fn && (tile->dtype != dtype || strcmp(tile->variant, k->variants[v].name) != 0))
                tile++;
            if (!tile->fn || !tune_allows(t->o, k, dtype, v))
                continue;
            c.unroll = tile->unroll;
            c.jam = tile->jam;
            if (!any)
                t->arithmetic = c;
            any = true;
            /* A quarter of the time is enough once something works. */
            const double spent_s = t->runner->now_s(t->runner) - begin_s;
            if (tuning_over(t) || (isfinite(best_score) && spent_s > t->arithmetic_s))
                continue;
            const double in = quick_time(t, dtype, NT_IN_CACHE, &c);
            best_in = fmin(best_in, in);
            /* Out of cache no arithmetic can make up for twice the time in cache. */
            if (in > 2 * best_in || !isfinite(in) || tuning_over(t))
                continue;
            const double score =
                t->o->shape[0] > 0 ? in : sqrt(in * quick_time(t, dtype, NT_OUT_OF_CACHE, &c));
            if (score < TUNING_WORTH * best_score) {
                best_score = score;
                t->arithmetic = c;
            }
        }
    }
    if (any && tune_allows(t->o, k, dtype, t->standard.variant) &&
        !tuning_same(k, &t->arithmetic, &t->standard) && !beats_default(t, dtype, &t->arithmetic))
        t->arithmetic = t->standard;
    return any ? NT_OK : tune_check(k, t->o, why);
}
