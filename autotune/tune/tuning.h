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

/* A config replaces the default when its ratio is surely below this; and is preferred to a simpler one when
 * it is at least this much faster. */
#define TUNING_WORTH 0.99

enum { FINALISTS = 8 };

/* How often a row's last stages go round. */
typedef struct tuning_rounds {
    int loop_least, loop_most, finalists, final_least, final_most, confirm_least, confirm_most, decide;
} tuning_rounds;

/* Where a run takes half a second there are fewer: 10 pairs are the least that can be sure, see stats.h. */
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
    double arithmetic_s;            /* time to choose the arithmetic in */
    double cell_s;                  /* of a cell and step, by the first trials; 0: none has worked yet */
    nt_config standard, arithmetic; /* the default config; the same with the chosen isa and variant */
    bool has_fp, has_load, has_in_cache, has_memory;
    trial_ask fp, load, in_cache, memory;
} tuning;

/* One row at hand. */
typedef struct tuning_row {
    tuning *t;
    result_row *row;
    search *s;
    trial_ask ask, screen; /* at full shape, and as it is searched: see tune_slab() */
    const tuning_rounds *rounds;
} tuning_row;

void tuning_tell(tuning *t, const char *stage, const candidate *trial);

/* tuning_over() - the budget is spent, or somebody asked to stop. */
bool tuning_over(const tuning *t);

/* tuning_ask() - one trial of the case at hand, with a limit that the first trials tell: this is one.  While
 * none has worked, one that overran is asked once more, with a longer limit: the machine may be slow. */
void tuning_ask(tuning *t, const trial_ask *ask, trial_answer *answer);

/* tuning_limit_s() - what an ask may take, by the first trials; at least its own limit. */
double tuning_limit_s(const tuning *t, const trial_ask *ask);

/* tuning_elapsed_s() - since this kernel's tune began. */
double tuning_elapsed_s(const tuning *t);

#endif /* AUTOTUNE_TUNING_H */
