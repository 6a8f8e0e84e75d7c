/*
 * replay.h - a trial_runner that answers from a complete table
 * SPDX-License-Identifier: MIT
 *
 * Its clock counts configs: a search's deadline is a number of configs, and no config counts twice.
 */
#ifndef AUTOTUNE_REPLAY_H
#define AUTOTUNE_REPLAY_H

#include "simulate/table.h"

typedef struct replay {
    trial_runner runner;
    const table *table;
    bool noisy;     /* times have the spread that was measured, else they are the medians */
    uint64_t state; /* of the noise */
    unsigned char *seen;
    int n_seen;
} replay;

/* replay_begin() - false without memory. */
bool replay_begin(replay *r, const table *t, bool noisy, uint64_t seed);
void replay_end(replay *r);

#endif /* AUTOTUNE_REPLAY_H */
