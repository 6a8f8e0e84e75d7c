/*
 * grid.h - a 3-D array of cells, owned or wrapped around the caller's memory
 * SPDX-License-Identifier: MIT
 *
 * x is the fastest dimension of an owned grid.  Sizes are in cells, strides in elements.
 */
#ifndef NESTUNE_GRID_H
#define NESTUNE_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_config;

/* Cell (x, y, z) lies at cells + (x*sx + y*sy + z*sz) elements; the halo has indices below 0 and
 * from n on.  Treat the fields as read-only. */
typedef struct nt_grid {
    nt_dtype dtype;
    int64_t nx, ny, nz;   /* cells, without the halo */
    ptrdiff_t sx, sy, sz; /* elements */
    int halo;             /* cells on each of the six sides */
    void *cells;          /* address of cell (0, 0, 0) */
    void *memory;         /* what nt_grid_free() gives back; NULL for a wrapped grid */
    size_t memory_bytes;  /* 0 where memory came from the heap */
} nt_grid;

/*
 * nt_grid_create() - an owned grid of zeros.
 *
 * Shape:   nx * ny * nz cells plus a halo on each side; any size may be 0.  Without a halo the
 *          cells are contiguous; with one, rows start on 64-byte boundaries.
 * Units:   cells.
 * Hint:    the configuration that will use the grid, or NULL.  Its threads touch the pages first,
 *          in the partition that it will use, so that each page lies in the memory next to
 *          its thread.  From 2 MiB on, huge pages are asked for.
 * Errors:  NT_EARG (g NULL, dtype unknown), NT_ESHAPE (negative or overflowing size),
 *          NT_ENOMEM.  On error *g is all zero.
 * Threads: safe for different grids.
 */
NT_API nt_status nt_grid_create(nt_grid *g, nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz, int halo,
                                const struct nt_config *hint, nt_error *why);

/*
 * nt_grid_wrap() - a grid over the caller's memory, which stays the caller's.
 *
 * Shape:   cells is the address of cell (0, 0, 0); the halo lies around it at the same strides.
 *          Strides may be negative, and padded; in some order of the dimensions each must step
 *          over all cells of the ones before it, so that no two cells share an address.
 * Units:   cells, and elements for strides.
 * Errors:  NT_EARG (NULL where there are cells, address not aligned to the element), NT_ESHAPE,
 *          NT_ESTRIDE (overlap).  On error *g is all zero.
 * Threads: safe for different grids.
 */
NT_API nt_status nt_grid_wrap(nt_grid *g, nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz, ptrdiff_t sx,
                              ptrdiff_t sy, ptrdiff_t sz, int halo, void *cells, nt_error *why);

/* nt_grid_free() - gives an owned grid's memory back; a wrapped or all-zero grid is only cleared. */
NT_API void nt_grid_free(nt_grid *g);

/* nt_grid_cell() - address of one cell, halo included; the caller keeps the indices in range. */
NT_API void *nt_grid_cell(const nt_grid *g, int64_t x, int64_t y, int64_t z);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_GRID_H */
