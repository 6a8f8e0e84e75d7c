/*
 * layout.h - the grids of a plan, in the layout of its tile function
 * SPDX-License-Identifier: MIT
 *
 * Callers have grids in rows.  A plan whose function works on bricks has copies: each run begins with copying in and ends with
 * copying out what it has changed.  A grid of any layout keeps its bricks, and only becomes rows where somebody wants them:
 * nt_grid_map(), or a plan in rows.
 */
#ifndef NESTUNE_LAYOUT_H
#define NESTUNE_LAYOUT_H

#include "core/operands.h"

typedef struct nt_laid_out {
    nt_operands in;             /* what the tile function works on: the caller's grids, or copies */
    nt_grid *own[NT_MAX_GRIDS]; /* copies that are not of grids of any layout; NULL: none */
} nt_laid_out;

/*
 * nt_layout_set() - makes the operands for a layout, from what *l has already where that fits.
 *
 * Shape:   halo: cells that the kernel reads on each side.  threads: which will touch new memory first.
 * Errors:  NT_ENOMEM, NT_ESHAPE (a halo that bricks do not have); *l is unchanged then.
 */
nt_status nt_layout_set(nt_laid_out *l, const nt_operands *on, nt_layout layout, int halo, int threads, nt_error *why);

/* nt_layout_bytes() - how much memory that would take which is not there yet; 0 for rows. */
size_t nt_layout_bytes(const nt_operands *on, nt_layout layout, int halo);

/* nt_layout_enter(), nt_layout_leave() - before and after a run of so many steps whose first writes level `first`.  Threads:
 * use at most so many. */
void nt_layout_enter(nt_laid_out *l, const nt_operands *on, int threads);
void nt_layout_leave(nt_laid_out *l, const nt_operands *on, int first, int64_t steps, int threads);

/* nt_layout_copies() - does a run copy grids?  False for rows, and if all are of any layout. */
bool nt_layout_copies(const nt_operands *on, nt_layout layout);

void nt_layout_free(nt_laid_out *l);

#endif /* NESTUNE_LAYOUT_H */
