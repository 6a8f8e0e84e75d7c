/*
 * team.h - how many threads the next parallel region may have
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TEAM_H
#define NESTUNE_TEAM_H

/*
 * nt_team_size() - how many of the wanted threads a region can have; 1: enter no parallel region.
 *
 * At most omp_get_max_threads(), and no more than the system can start.  1 inside a caller's parallel region,
 * and in a child process whose parent had several threads when it forked.
 * Threads: safe.
 */
int nt_team_size(int wanted);

#endif /* NESTUNE_TEAM_H */
