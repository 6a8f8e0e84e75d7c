/*
 * tuning.h - what the stages of a tune share
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNING_H
#define AUTOTUNE_TUNING_H

#include <stdbool.h>

#include "measure/race.h"
#include "search/strategy.h"
#include "tune/options.h"
#include "tune/rates.h"

enum { FINALISTS = 8 };

typedef struct tuning {
    result *r;
    const nt_kernel *kernel;
    const tune_options *o;
    trial_runner *runner;
    tune_event event;
    tune_event_fn *on_event;
    void *context;
    double start_s, budget_s;
    double usual_weight_s; /* of a normal budget, for each weight of a row */
    int weights_left;
    double insist_s; /* that decisions which noise leaves unsure may take in addition, of what a budget may be exceeded by */
    const strategy *strategy;

    /* Of the case and dtype at hand. */
    const nt_case *kernel_case;
    double arithmetic_s; /* the time at which its choice ends, on the runner's clock, */
    double arithmetic_race_s; /* and at which a race with the default does */
    double large_step_s; /* what one step on the large shape may take, so that a run fits its row's time */
    int64_t large[3];    /* the first shape of its rows in memory, or of a long range; 0: not chosen yet */
    double cell_s;                  /* per cell and step, from the first trials; 0: none has worked yet */
    nt_config standard, arithmetic; /* the default config; the same with the chosen isa and variant */
    rates rates;                    /* of the chosen isa */
    nt_speeds speeds;               /* for the model: typical ones, with what was measured */
    double l2_gbytes, l3_gbytes;    /* of all threads, with the isa `levels_isa`; 0: not measured */
    nt_isa levels_isa;
    bool has_levels;
    bool has_in_cache, has_memory;
    trial_ask in_cache, memory;
    double memory_s; /* of `memory`, when it was chosen */
} tuning;

/* The row being tuned. */
typedef struct tuning_row {
    tuning *t;
    result_row *row;
    search *s;
    trial_ask ask; /* everything but the config */
    int n_finalists;
    nt_config finalist[FINALISTS];     /* of the final, the default first */
    double finalist_s[FINALISTS];      /* HUGE_VAL: it failed */
    double finalist_surely[FINALISTS]; /* over the fastest: see shapes.h */
    /* The default's time over the winner's, if the confirmation kept the default; 0: it did not. */
    double kept_over;
} tuning_row;

void tuning_tell(tuning *t, const char *stage, const candidate *trial);

/* tuning_weight_s() - how much of the time left belongs to each weight of a row; without a budget, of a normal one. */
double tuning_weight_s(const tuning *t);

/* tuning_over() - the budget is spent, or somebody asked to stop. */
bool tuning_over(const tuning *t);

/* tuning_ask() - runs one trial of the current case, with a time limit taken from the first trials.  Until
 * one has worked, a trial that overran is asked once more with a longer limit: the machine may be slow. */
void tuning_ask(tuning *t, const trial_ask *ask, trial_answer *answer);

/* tuning_limit_s() - the time limit for an ask, from the first trials; at least the ask's own limit. */
double tuning_limit_s(const tuning *t, const trial_ask *ask);

/* tuning_shape() - the shape of the rows of a class; those in memory and of long ranges are as small as their time
 * takes, and all have the same, so that their grids are made once. */
void tuning_shape(tuning *t, nt_dtype dtype, nt_class shape_class, int64_t shape[3]);

/* tuning_elapsed_s() - time since this kernel's tune began. */
double tuning_elapsed_s(const tuning *t);

#endif /* AUTOTUNE_TUNING_H */
