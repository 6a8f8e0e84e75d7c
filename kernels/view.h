/*
 * view.h - the struct behind nt_grid, and a grid as an operand of a step
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_VIEW_H
#define NESTUNE_VIEW_H

#include <pthread.h>
#include <stdatomic.h>

#include "nestune/grid.h"
#include "nestune/kernel.h"

enum { NT_LINE_BYTES = 64 };

/* In rows cell (x, y, z) lies at cells + (x*sx + y*sy + z*sz) elements; in bricks see nt_view.  Callers have no grid in bricks. */
struct nt_grid {
    nt_dtype dtype;
    nt_layout layout;
    int64_t nx, ny, nz;   /* cells, without the halo */
    ptrdiff_t sx, sy, sz; /* elements */
    int halo;             /* cells on each of the six sides */
    void *cells;          /* address of cell (0, 0, 0) */
    void *memory;         /* to be freed by nt_grid_destroy(); NULL for a wrapped grid */
    size_t memory_bytes;  /* 0 if memory came from the heap */
    bool any_layout;      /* the caller uses nt_grid_map() for every access */
    bool mapped;          /* the grid is mapped now */
    /* Of a grid of any layout (core/layout.c): its cells in bricks, NULL until a plan wants them; and which of the two places has
     * older cells than the other. */
    nt_grid *bricks;
    atomic_bool rows_stale, bricks_stale;
    pthread_mutex_t turning; /* held while one becomes the other: plans that run at the same time may share a coefficient */
    int copy_threads;        /* of the last run; 0: none yet */
};

/* Has it no cells?  Then the other sizes may be so large that a loop over them would not end. */
static inline bool nt_is_empty(const nt_grid *g)
{
    return g->nx == 0 || g->ny == 0 || g->nz == 0;
}

/* The address of a cell, mapped or not. */
static inline void *nt_cell_at(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    return (char *)g->cells + (x * g->sx + y * g->sy + z * g->sz) * (ptrdiff_t)nt_dtype_bytes(g->dtype);
}

/* How many cells a row of an owned grid has before x = 0: the halo, rounded up so that the row starts on a
 * cache line. */
static inline int64_t nt_row_front(nt_dtype dtype, int halo)
{
    const int64_t line = NT_LINE_BYTES / (int64_t)nt_dtype_bytes(dtype);
    return (halo + line - 1) / line * line;
}

/* Of a grid of any layout: brings its cells into rows, and takes the rows for newer from then on (layout.c). */
void nt_grid_make_rows(nt_grid *g);

/* For layouts: a grid of this shape without cells; memory for it, untouched if it is large, with cells at its beginning; and
 * how far the cells should be from there (grid.c). */
nt_status nt_grid_allocate(nt_grid **g, nt_dtype dtype, const int64_t n[3], int halo, nt_error *why);
nt_status nt_grid_take_memory(nt_grid *g, size_t bytes, nt_error *why);
size_t nt_grid_stagger(void);

/* In an owned grid the padding of a row may be read too. */
static inline nt_view nt_view_of(const nt_grid *g)
{
    if (g->layout == NT_LAYOUT_BRICKS)
        return (nt_view){.cells = g->cells, .sx = g->sx, .sy = g->sy, .sz = g->sz, .layout = g->layout};
    const int64_t front = g->memory ? nt_row_front(g->dtype, g->halo) : g->halo;
    return (nt_view){.cells = g->cells,
                     .sx = g->sx,
                     .sy = g->sy,
                     .sz = g->sz,
                     .first = -front,
                     .end = g->memory ? g->sy - front : g->nx + g->halo};
}

#endif /* NESTUNE_VIEW_H */
