/*
 * cells.h - all cells of a grid, filled, copied or hashed
 * SPDX-License-Identifier: MIT
 *
 * These functions enter an OpenMP region.  So only the worker may call them, not the tuner's process.
 */
#ifndef AUTOTUNE_CELLS_H
#define AUTOTUNE_CELLS_H

#include <stdint.h>

#include "nestune/kernel.h"

/*
 * cells_fill() - the same values as nt_kernel_fill(), written by several threads.  Of more than CELLS_PERIOD cells only
 * the first so many are computed; the others repeat them, since a random number takes as long as several steps.
 */
enum { CELLS_PERIOD = 1048573 }; /* a prime: no two planes are equal */
void cells_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g, int threads);

/* cells_copy() - the cells of one grid into another of the same dtype and shape; no halo. */
void cells_copy(const nt_grid *to, const nt_grid *from, int threads);

/*
 * cells_hash() - 64 bits of all cells in x, y, z order, without the halo.
 *
 * Equal bits give equal hashes, whatever the strides, the halo and the threads; any NaN counts as
 * the same NaN, and -0 is not +0.
 */
uint64_t cells_hash(const nt_grid *g, int threads);

#endif /* AUTOTUNE_CELLS_H */
