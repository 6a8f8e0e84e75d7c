/*
 * noise.h - how much the times of one config differ here, and how often a decision goes wrong because of it
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_NOISE_H
#define AUTOTUNE_NOISE_H

#include "measure/decision.h"

/* Pairs of times of one config, as parts of each other: half of them differ by less than `half`, 95 in 100 by less than
 * `most`.  n: pairs; 0: nothing was timed. */
typedef struct noise_level {
    double half, most;
    int n;
} noise_level;

/* noise_measure() - times one ask in pairs, an A/A test: both entrants are the same config.  As many pairs as there is
 * time for, at least two. */
noise_level noise_measure(trial_runner *runner, const trial_ask *ask, int pairs, double seconds);

/*
 * noise_decide() - makes so many decisions (decision.h) between an ask and itself, where the times of one of both are
 * multiplied by `planted`: with 1 each "faster" is false, with 0.97 each decision should find it.  seconds: for each.
 */
typedef struct noise_decisions {
    int n, n_faster, n_failed;
    double rounds; /* of a decision, the median */
} noise_decisions;
noise_decisions noise_decide(trial_runner *runner, const trial_ask *ask, double planted, int n,
                             double seconds, const volatile _Atomic sig_atomic_t *stop);

#endif /* AUTOTUNE_NOISE_H */
