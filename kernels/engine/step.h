/*
 * step.h - advance one box by one time step
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_STEP_H
#define NESTUNE_STEP_H

#include "engine/nest.h"

/* nt_step_box() - advances the box from time t by one step, hooks and ghosts included; the tile function may
 * prefetch the rows ahead.  For kernels of two levels. */
void nt_step_box(const nt_nest *nest, const nt_box *box, int64_t t, const nt_ahead *ahead);

/* nt_step_tile() - advances one tile from time t by `depth` steps; start: the first step of the run. */
void nt_step_tile(const nt_nest *nest, const nt_box *box, int64_t t, int64_t start, int depth);

#endif /* NESTUNE_STEP_H */
