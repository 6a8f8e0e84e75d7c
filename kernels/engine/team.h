/*
 * team.h - how many threads the next parallel region may have
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TEAM_H
#define NESTUNE_TEAM_H

/*
 * nt_team_size() - the threads of a region that wants so many; 1: no region should be entered.
 *
 * At most omp_get_max_threads(), and as many as can be started.  1 inside a caller's parallel region, and in a
 * child that was forked after a region.
 * Threads: safe.
 */
int nt_team_size(int wanted);

#endif /* NESTUNE_TEAM_H */
