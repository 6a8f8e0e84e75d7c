/*
 * tuning.h - what the stages of a tune share
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNING_H
#define AUTOTUNE_TUNING_H

#include <stdbool.h>

#include "measure/race.h"
#include "search/search.h"
#include "tune/options.h"
#include "tune/rates.h"

/* A config replaces the default if its ratio is surely below this.  It is preferred to a simpler one if it is
 * at least this much faster. */
#define TUNING_WORTH 0.99

enum { FINALISTS = 8 };

/* How many rounds a row's last stages make. */
typedef struct tuning_rounds {
    int loop_least, loop_most, finalists, final_least, final_most, confirm_least, confirm_most, decide;
} tuning_rounds;

/* If a run takes half a second there are fewer rounds: 10 pairs are the fewest that can be sure, see
 * stats.h. */
static const tuning_rounds tuning_short_runs = {4, 10, FINALISTS, 8, 24, 14, 40, 40},
                           tuning_long_runs = {2, 4, 4, 5, 12, 10, 24, 20};

typedef struct tuning {
    result *r;
    const nt_kernel *kernel;
    const tune_options *o;
    trial_runner *runner;
    tune_event event;
    tune_event_fn *on_event;
    void *context;
    double start_s, budget_s;
    int weights_left;

    /* Of the case and dtype at hand. */
    const nt_case *kernel_case;
    double arithmetic_s;            /* time for choosing the arithmetic */
    double cell_s;                  /* per cell and step, from the first trials; 0: none has worked yet */
    nt_config standard, arithmetic; /* the default config; the same with the chosen isa and variant */
    rates rates;                    /* of the chosen isa */
    bool has_in_cache, has_memory;
    trial_ask in_cache, memory;
} tuning;

/* The row being tuned. */
typedef struct tuning_row {
    tuning *t;
    result_row *row;
    search *s;
    trial_ask ask, screen; /* at full shape, and as it is searched: see rows_slab() */
    const tuning_rounds *rounds;
} tuning_row;

void tuning_tell(tuning *t, const char *stage, const candidate *trial);

/* tuning_over() - the budget is spent, or somebody asked to stop. */
bool tuning_over(const tuning *t);

/* tuning_ask() - runs one trial of the current case, with a time limit taken from the first trials.  Until
 * one has worked, a trial that overran is asked once more with a longer limit: the machine may be slow. */
void tuning_ask(tuning *t, const trial_ask *ask, trial_answer *answer);

/* tuning_limit_s() - the time limit for an ask, from the first trials; at least the ask's own limit. */
double tuning_limit_s(const tuning *t, const trial_ask *ask);

/* tuning_elapsed_s() - time since this kernel's tune began. */
double tuning_elapsed_s(const tuning *t);

#endif /* AUTOTUNE_TUNING_H */
