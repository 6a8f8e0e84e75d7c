/*
 * loops.h - one pass of the loops over all tiles
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_LOOPS_H
#define NESTUNE_LOOPS_H

#include <stdbool.h>

#include "engine/nest.h"

/* One visit to all tiles. */
typedef struct nt_pass {
    const nt_nest *nest;
    int64_t time, start; /* of the pass, and of the run */
    int depth;           /* steps that each tile advances */
    bool last;           /* of the run: the end of the parallel region is its barrier */
} nt_pass;

/* nt_loops_pass() - this thread's share of a pass; team: there are other threads. */
void nt_loops_pass(const nt_pass *p, bool team);

#endif /* NESTUNE_LOOPS_H */
