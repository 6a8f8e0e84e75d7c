/*
 * bricks.h - grids in bricks, and copies from and to rows
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_BRICKS_H
#define NESTUNE_BRICKS_H

#include "view.h"

/*
 * nt_bricks_create() - creates a grid in bricks for cells n and a halo; all cells are 0.
 *
 * Bricks follow each other in z, then x, then y.  The halo has whole bricks in x and y.
 * Threads: at most so many touch the memory first; it enters a parallel region.
 * Errors: NT_ENOMEM; *g is NULL then.
 */
nt_status nt_bricks_create(nt_grid **g, nt_dtype dtype, const int64_t n[3], int halo, int threads, nt_error *why);

/* nt_bricks_bytes() - how much memory such a grid takes. */
size_t nt_bricks_bytes(nt_dtype dtype, const int64_t n[3], int halo);

/*
 * nt_bricks_copy() - copies the cells of a grid to one of another layout; not the halo.
 *
 * Shape:   both have the same type and sizes; one is in bricks, the other in rows with stride 1 in x.
 * Threads: uses at most so many; it enters a parallel region.
 */
void nt_bricks_copy(const nt_grid *to, const nt_grid *from, int threads);

#endif /* NESTUNE_BRICKS_H */
