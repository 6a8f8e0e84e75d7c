/*
 * view.h - a grid as an operand of a step
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_VIEW_H
#define NESTUNE_VIEW_H

#include "nestune/grid.h"
#include "nestune/kernel.h"

enum { NT_LINE_BYTES = 64 };

/* Cells before x = 0 of a row of an owned grid: the row starts a cache line. */
static inline int64_t nt_row_front(nt_dtype dtype, int halo)
{
    const int64_t line = NT_LINE_BYTES / (int64_t)nt_dtype_bytes(dtype);
    return (halo + line - 1) / line * line;
}

/* Of an owned grid the padding of a row may be read, too. */
static inline nt_view nt_view_of(const nt_grid *g)
{
    const int64_t front = g->memory ? nt_row_front(g->dtype, g->halo) : g->halo;
    return (nt_view){.cells = g->cells,
                     .sy = g->sy,
                     .sz = g->sz,
                     .first = -front,
                     .end = g->memory ? g->sy - front : g->nx + g->halo};
}

#endif /* NESTUNE_VIEW_H */
