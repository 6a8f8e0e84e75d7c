/*
 * shapes.h - one config for all shapes of a class, or as few as are near the best on each
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_SHAPES_H
#define AUTOTUNE_SHAPES_H

#include "tune/tuning.h"

/* A config is near the best of a shape unless it surely takes more than so many times as long. */
#define SHAPES_NEAR 1.05

/* What each finalist takes on each shape. */
typedef struct shapes_times {
    int n_shapes, n_configs;
    int64_t nx[RESULT_MOST_SHAPES];                /* cells in x */
    double seconds[RESULT_MOST_SHAPES][FINALISTS]; /* HUGE_VAL: not measured, or failed */
    double surely[RESULT_MOST_SHAPES]
                 [FINALISTS]; /* its time over that of the fastest is at least this, 95 % */
} shapes_times;

/* Which config serves which shapes. */
typedef struct shapes_choice {
    int config[RESULT_MOST_SHAPES]; /* of each shape */
    int64_t
        upto[RESULT_MOST_SHAPES]; /* of each shape: its config is for rows of at most so many cells; 0: any */
    double over_best[RESULT_MOST_SHAPES][FINALISTS]; /* a config's time over that of the best of the shape */
} shapes_choice;

/*
 * shapes_choose() - the smallest set of configs of which one is near the best of each shape; each config serves shapes
 * whose rows are of neighbouring lengths.  Of a set, a config is that whose worst ratio to the best of its shapes is
 * least: both as far as the ratios are sure, so that noise decides nothing, and as measured.  It is `preferred` if that
 * is the same within a hundredth.  If no set is near everywhere (two shapes with rows of the same length need different configs), one config
 * serves all.
 *
 * The threshold between two sets lies halfway, by ratio, between the lengths of their rows.
 */
shapes_choice shapes_choose(const shapes_times *times, int preferred);

/* shapes_note() - what a race says of the finalists.  place[i]: the finalist of entrant i; NULL: entrant i itself. */
void shapes_note(const race *r, const int *place, double seconds[FINALISTS], double surely[FINALISTS]);

/*
 * tuning_shapes() - races the finalists on the other shapes of the row's class, in a few rounds, and chooses.
 * Without time, other shapes or finalists, the winner of the final serves all.
 *
 * Result:  the number of shapes measured, with the row's own; shape[i]: each; chosen->config: indices of tr->finalist.
 */
int tuning_shapes(tuning_row *tr, const nt_config *winner, double deadline_s,
                  int64_t shape[RESULT_MOST_SHAPES][3], shapes_choice *chosen);

#endif /* AUTOTUNE_SHAPES_H */
