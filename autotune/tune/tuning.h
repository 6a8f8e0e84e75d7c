/*
 * tuning.h - what the stages of a tune share: arithmetic.c, finals.c, tune.c
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNING_H
#define AUTOTUNE_TUNING_H

#include <stdbool.h>

#include "measure/race.h"
#include "search/search.h"
#include "tune/tune.h"

/* A config replaces the default when its ratio is surely below this; and is preferred to a plainer one when
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

    /* Of the order and dtype at hand. */
    int order;
    const void *params;
    double arithmetic_s;            /* time to choose the arithmetic in */
    nt_config standard, arithmetic; /* the default config; the same with the chosen isa and variant */
    bool has_peak, has_load, has_in_cache, has_memory;
    trial_ask peak, load, in_cache, memory;
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

/* tuning_same() - do two configs have one text? */
bool tuning_same(const nt_kernel *kernel, const nt_config *a, const nt_config *b);

/* tuning_arithmetic() - chooses isa and variant of a dtype into t->arithmetic. */
nt_status tuning_arithmetic(tuning *t, nt_dtype dtype, nt_error *why);

/* tuning_loops() - serial, outer, middle, inner, flat: the best that the search knows of each, side by side. */
void tuning_loops(tuning_row *tr, double deadline_s);

/* tuning_final() - the plain schedule against the fastest of the search: the plainest of those that cannot be told
 * apart.  Whoever asks to stop gets the best so far, without a final. */
nt_config tuning_final(const tuning_row *tr, double deadline_s, double trial_s);

/* tuning_confirm() - default and winner in fresh pairs, in turn with the roofs; fills in the row. */
void tuning_confirm(tuning_row *tr, const nt_config *winner, double deadline_s);

#endif /* AUTOTUNE_TUNING_H */
