/*
 * levels.h - how fast threads move data from each level of memory, and what it costs to share work
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_LEVELS_H
#define AUTOTUNE_LEVELS_H

#include "measure/trial.h"

typedef enum level { LEVEL_L2, LEVEL_L3, LEVEL_MEMORY, N_LEVELS } level;

/*
 * levels_gbytes_per_s() - the traffic of a kernel that reads and writes a field in place (`scale`), whose cells lie
 * in this level: in half of the second-level caches, in a quarter of the third-level one, or in memory.
 *
 * Units:   10^9 bytes a second, read and written, all threads together.  0: there is no such cache, it is not
 *          larger than the one before, or nothing measures it.
 */
double levels_gbytes_per_s(trial_runner *runner, const nt_machine *machine, nt_isa isa, int threads, level l);

/* What a run of several threads costs in addition to one of a single thread.  region_s: starting and ending a
 * parallel region, whose threads spin while they wait.  barrier_s: the end of each further step.  0: not
 * measured. */
typedef struct team_costs {
    double region_s, barrier_s;
} team_costs;
team_costs levels_team(trial_runner *runner, int threads);

#endif /* AUTOTUNE_LEVELS_H */
