/*
 * arithmetic.c - chooses isa and variant, once for a kernel, case and dtype
 * SPDX-License-Identifier: MIT
 *
 * It takes the arithmetic with the smallest geometric mean of the times in L2 and in memory.  One choice for
 * both means that a function's values do not depend on the size of an array.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/decision.h"
#include "tune/rows.h"
#include "tune/stages.h"

/* The two classes of a kernel's shape: the small one, and the large one. */
static nt_class class_at(const tuning *t, int i)
{
    static const nt_class classes[2][2] = {{NT_CLASS_L2, NT_CLASS_MEMORY}, {NT_CLASS_SHORT, NT_CLASS_LONG}};
    return classes[!t->kernel->field][i];
}

/* One step on a shape of this class. */
static trial_ask quick_ask(tuning *t, nt_dtype dtype, nt_class shape_class)
{
    int64_t shape[3];
    tuning_shape(t, dtype, shape_class, shape);
    return rows_ask(t->kernel, t->kernel_case, dtype, shape_class, t->o->shape[0] > 0 ? t->o->shape : shape,
                    1);
}

/* Median seconds of a config on the default shape of a class; HUGE_VAL if it failed.  One that takes longer than cut_s is not
 * checked; 0: no limit. */
static double quick_time(tuning *t, nt_dtype dtype, nt_class shape_class, const nt_config *config, double cut_s)
{
    trial_ask ask = quick_ask(t, dtype, shape_class);
    ask.config = *config;
    ask.cut_s = cut_s;
    trial_answer answer = {0};
    tuning_ask(t, &ask, &answer);
    candidate c = {.config = *config, .outcome = answer.outcome, .seconds = HUGE_VAL};
    snprintf(c.detail, sizeof c.detail, "%s", answer.detail);
    if (answer.outcome == TRIAL_OK && answer.n > 0)
        c.seconds = stats_median(answer.seconds, answer.n);
    tuning_tell(t, "arithmetic", &c);
    return c.seconds;
}

/* Is this arithmetic clearly faster than the default's in one class, and not slower in the other? */
enum { PAIRS = 14, LEAST_PAIRS = 2 }; /* too few to be sure leave the default */
static bool beats_default(tuning *t, nt_dtype dtype, const nt_config *config)
{
    bool faster = false, slower = false;
    race *r = calloc(1, sizeof *r);
    for (int i = 0; r && i < 2; i++) {
        trial_ask ask = quick_ask(t, dtype, class_at(t, i));
        ask.limit_s = tuning_limit_s(t, &ask);
        *r = (race){.runner = t->runner, .stop = t->o->stop};
        ask.config = t->standard;
        race_add(r, &ask);
        ask.config = *config;
        race_add(r, &ask);
        race_run(r, LEAST_PAIRS, PAIRS, t->arithmetic_race_s);
        const stats_interval ratio = race_ratio(r, 1, 0);
        const bool default_failed = r->entrant[0].outcome != TRIAL_OK;
        faster |= default_failed || race_surely_faster(r, 1, 0, DECISION_WORTH);
        slower |= !default_failed && ratio.n > 0 && stats_judge(&ratio, 0) == STATS_SLOWER;
    }
    free(r);
    return faster && !slower;
}

/* Is this the default form of its isa and variant: the first one that the kernel lists? */
static bool is_first(const nt_kernel *k, const nt_function *f)
{
    const nt_function *g;
    for (int i = 0; (g = nt_kernel_function_at(k, i)) != f; i++)
        if (g->isa == f->isa && g->dtype == f->dtype && strcmp(g->variant, f->variant) == 0)
            return false;
    return true;
}

/* Lists the best isa first: its times are what the others are compared with. */
static const nt_function *function_from_best(const nt_kernel *k, int i)
{
    int n = 0;
    while (nt_kernel_function_at(k, n))
        n++;
    for (int isa = NT_N_ISAS - 1; isa >= 0; isa--)
        for (int at = 0; at < n; at++)
            if ((int)nt_kernel_function_at(k, at)->isa == isa && i-- == 0)
                return nt_kernel_function_at(k, at);
    return NULL;
}

nt_status tuning_arithmetic(tuning *t, nt_dtype dtype, nt_error *why)
{
    const nt_kernel *k = t->kernel;
    nt_status status = nt_config_default(k, dtype, &t->standard, why);
    if (status != NT_OK)
        return status;
    t->standard.threads = t->o->threads[t->o->n_threads - 1];
    double best_in = HUGE_VAL, best_score = HUGE_VAL;
    bool any = false;
    const nt_function *f;
    for (int i = 0; (f = function_from_best(k, i)); i++) {
        nt_config c = t->standard;
        c.isa = f->isa;
        c.variant = nt_kernel_variant(k, f->variant);
        c.fn = nt_kernel_form(k, f->fn);
        c.layout = (int)f->layout;
        if (f->dtype != dtype || !is_first(k, f) || !nt_isa_available(f->isa) ||
            !rows_allow(t->o, k, dtype, c.variant))
            continue;
        if (!any)
            t->arithmetic = c;
        any = true;
        /* Once something works, its time is limited. */
        if (tuning_over(t) || (isfinite(best_score) && t->runner->now_s(t->runner) > t->arithmetic_s))
            continue;
        const double in = quick_time(t, dtype, class_at(t, 0), &c, isfinite(best_in) ? 2 * best_in : 0);
        best_in = fmin(best_in, in);
        /* An arithmetic twice as slow on the small shape cannot win, so it is not checked, nor timed on the large one. */
        if (in > 2 * best_in || !isfinite(in) || tuning_over(t))
            continue;
        const double score = t->o->shape[0] > 0 ? in : sqrt(in * quick_time(t, dtype, class_at(t, 1), &c, 0));
        if (score < DECISION_WORTH * best_score) {
            best_score = score;
            t->arithmetic = c;
        }
    }
    if (any && rows_allow(t->o, k, dtype, t->standard.variant) &&
        nt_config_differences(&t->arithmetic, &t->standard) > 0 && !beats_default(t, dtype, &t->arithmetic))
        t->arithmetic = t->standard;
    return any ? NT_OK : rows_check(k, t->o, why);
}
