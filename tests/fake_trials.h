/*
 * fake_trials.h - a trial_runner that answers by formula, on a clock that only trials advance
 * SPDX-License-Identifier: MIT
 *
 * Nothing is timed: a cost, noise from a seed, and what the asks were.
 */
#ifndef TESTS_FAKE_TRIALS_H
#define TESTS_FAKE_TRIALS_H

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "measure/trial.h"
#include "support.h"

enum { FAKE_MOST_ASKS = 60000 };

typedef struct fake_trials fake_trials;

/* Seconds of one run of an ask, without noise. */
typedef double fake_cost_fn(const fake_trials *f, const trial_ask *ask);
/* What becomes of an ask, and its hash. */
typedef trial_outcome fake_fate_fn(const fake_trials *f, const trial_ask *ask, uint64_t *hash);

struct fake_trials {
    trial_runner runner;
    fake_cost_fn *cost;
    fake_fate_fn *fate; /* NULL: all is well */
    double noise;       /* standard deviation, of the cost */
    double overhead_s;  /* of a trial, in addition to its runs */
    rng r;
    double clock_s;
    int stop_after; /* asks, then *stop is set; 0: never */
    volatile _Atomic sig_atomic_t stop;
    int n_compared; /* asks of a search that repeat one before, for its hash: they are not in the list */
    int n_asks;
    struct fake_ask {
        trial_ask ask;
        trial_answer answer;
        double begin_s;
    } * asks; /* all of them, in order */
};

/* Twelve uniform numbers make a normal one, to three standard deviations and more. */
static inline double fake_normal(rng *r)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += rng_unit(r);
    return sum;
}

static inline double fake_cells(const trial_ask *ask)
{
    return (double)ask->shape[0] * (double)ask->shape[1] * (double)ask->shape[2];
}

static inline void fake_run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    fake_trials *f = (fake_trials *)self;
    if (f->n_asks == FAKE_MOST_ASKS)
        fail_msg("more than %d asks", FAKE_MOST_ASKS);
    nt_error why;
    assert_in_range(ask->reps, 1, TRIAL_MAX_REPS);
    assert_true(ask->limit_s > 0);
    assert_int_equal(f->stop_after > 0 && f->n_asks > f->stop_after + 130, 0); /* a stop was ignored */
    if (nt_config_runs(ask->kernel, ask->dtype, &ask->config, &why) != NT_OK)
        fail_msg("asked for what cannot run: %s", why.text);

    memset(answer, 0, sizeof *answer);
    answer->hash = 42;
    answer->outcome = f->fate ? f->fate(f, ask, &answer->hash) : TRIAL_OK;
    double cost = 0;
    if (answer->outcome == TRIAL_OK) {
        answer->n = ask->reps;
        for (int i = 0; i < answer->n; i++) {
            answer->seconds[i] = f->cost(f, ask) * fmax(0.2, 1 + f->noise * fake_normal(&f->r));
            cost += fmax(answer->seconds[i], ask->window_s);
            if (ask->only_time && ask->cut_s > 0 && answer->seconds[0] > ask->cut_s)
                answer->n = 1;
        }
        answer->timed_s = cost;
        if (ask->only_time)
            answer->hash = 0;
    } else {
        strcpy(answer->detail, "planted");
    }
    if (answer->outcome == TRIAL_HANG)
        cost = ask->limit_s;
    answer->wall_s = f->overhead_s + cost;
    const struct fake_ask *before = f->n_asks > 0 ? &f->asks[f->n_asks - 1] : NULL;
    if (before && before->ask.reps > 1 && !ask->only_time && ask->reps == 1 && !ask->check && f->n_asks > 1)
        f->n_compared++;
    else
        f->asks[f->n_asks++] = (struct fake_ask){*ask, *answer, f->clock_s};
    f->clock_s += answer->wall_s;
    if (f->stop_after && f->n_asks >= f->stop_after)
        f->stop = 1;
}

static inline double fake_now_s(trial_runner *self)
{
    return ((fake_trials *)self)->clock_s;
}

static inline fake_trials fake_make(fake_cost_fn *cost, double noise, uint64_t stream)
{
    fake_trials f = {.runner = {fake_run, fake_now_s},
                     .cost = cost,
                     .noise = noise,
                     .overhead_s = 1e-3,
                     .r = rng_make(stream),
                     .clock_s = 1000};
    f.asks = malloc(FAKE_MOST_ASKS * sizeof *f.asks);
    assert_non_null(f.asks);
    return f;
}

static inline void fake_free(fake_trials *f)
{
    free(f->asks);
}

static inline bool same_config(const nt_config *a, const nt_config *b)
{
    return nt_config_differences(a, b) == 0;
}

#endif /* TESTS_FAKE_TRIALS_H */
