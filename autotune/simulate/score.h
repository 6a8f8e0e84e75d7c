/*
 * score.h - how near a strategy comes to the best config of a table, against the number of configs it may try
 * SPDX-License-Identifier: MIT
 *
 * The measure is that of the autotuning community (Willemsen and others, 2025): 0 for drawing at random, as computed
 * and not drawn, and 1 for the best config:
 *
 *     P = (S_random - F) / (S_random - S_best)
 *
 * F is the time of the best config found so far, the mean of all seeds; S_random, what as many random draws find on
 * average.
 */
#ifndef AUTOTUNE_SCORE_H
#define AUTOTUNE_SCORE_H

#include <signal.h>

#include "search/strategy.h"
#include "simulate/table.h"

enum { SCORE_MOST_SEEDS = 1000 };

/* After a number of configs: the speed of the best one found, as a part of the best speed of the table: the median and the
 * least of all seeds; and P. */
typedef struct score_point {
    double median, worst, p;
} score_point;

typedef struct score {
    const strategy *strategy;
    int budget;      /* configs that a search may try */
    score_point *at; /* of 1 to `budget` configs */
    double mean_p;
} score;

/* score_random_ratio() - what n random draws find on average: the table's place (N + 1) / (n + 1), counted from its
 * fastest entry.  sorted: the ratios of all N entries, ascending. */
double score_random_ratio(const double *sorted, int n_entries, int n);

/*
 * score_strategy() - replays the search with seeds 1 to n_seeds.
 *
 * Errors:  NT_ENOMEM; NT_EARG: stopped.
 */
nt_status score_strategy(score *s, const table *t, const strategy *which, int budget, int n_seeds, bool noisy,
                         const volatile _Atomic sig_atomic_t *stop);

void score_free(score *s);

#endif /* AUTOTUNE_SCORE_H */
