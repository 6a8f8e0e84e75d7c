/*
 * step.h - one box by one time level
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_STEP_H
#define NESTUNE_STEP_H

#include "engine/nest.h"

/* nt_step_box() - the box by one time level, from time t on, with its hooks and ghosts; meanwhile the rows
 * ahead may be prefetched.  For kernels of two levels. */
void nt_step_box(const nt_nest *nest, const nt_box *box, int64_t t, const nt_ahead *ahead);

/* nt_step_tile() - one tile, `depth` steps deep from time t on; start: the first step of the run. */
void nt_step_tile(const nt_nest *nest, const nt_box *box, int64_t t, int64_t start, int depth);

#endif /* NESTUNE_STEP_H */
