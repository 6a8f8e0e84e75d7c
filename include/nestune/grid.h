/*
 * grid.h - a 3-D array of cells, owned or wrapped around the caller's memory
 * SPDX-License-Identifier: MIT
 *
 * Axes are x, y, z, in this order, in all arrays of three; x is the fastest one of an owned grid.  Sizes are in
 * cells, strides in elements.  The halo has indices below 0 and from n on.
 */
#ifndef NESTUNE_GRID_H
#define NESTUNE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_config;

typedef struct nt_grid nt_grid;

/* The six faces of a grid, by axis. */
typedef enum nt_face {
    NT_FACE_X_LOW,
    NT_FACE_X_HIGH,
    NT_FACE_Y_LOW,
    NT_FACE_Y_HIGH,
    NT_FACE_Z_LOW,
    NT_FACE_Z_HIGH,
    NT_N_FACES
} nt_face;

/* How a new grid is made; zeros: the usual way. */
typedef struct nt_grid_options {
    size_t bytes;                   /* sizeof(nt_grid_options) */
    const struct nt_config *config; /* that will be used on it; NULL: all threads, shared in z */
    bool any_layout;                /* cells are reached by nt_grid_map() alone, so that the library may keep
                                       them in another order than rows */
} nt_grid_options;

/*
 * nt_grid_create() - an owned grid of zeros.
 *
 * Shape:   n[0] * n[1] * n[2] cells plus a halo on each side; any size may be 0.  Without a halo the
 *          cells are contiguous; with one, rows start on 64-byte boundaries.
 * Units:   cells.
 * Threads: safe.  The pages of a grid of 2 MiB or more are first touched by the threads that will use them, so
 *          that each page lies in the memory next to its thread; from there on huge pages are asked for.
 * Errors:  NT_EARG (g or n NULL, dtype unknown, options of an unknown size), NT_ESHAPE (negative or overflowing
 *          size), NT_ENOMEM.  On error *g is NULL.
 */
NT_API nt_status nt_grid_create(nt_grid **g, nt_dtype dtype, const int64_t n[3], int halo,
                                const nt_grid_options *options, nt_error *why);

/*
 * nt_grid_wrap() - a grid over the caller's memory, which stays the caller's.
 *
 * Shape:   cells is the address of cell (0, 0, 0); the halo lies around it at the same strides.
 *          Strides may be negative, and padded; in some order of the dimensions each must step
 *          over all cells of the ones before it, so that no two cells share an address.  The stride of an
 *          axis of one cell, halo included, does not count.
 * Units:   cells, and elements for strides.
 * Errors:  NT_EARG (g, n or strides NULL; cells NULL where there are some, or not aligned to the element),
 *          NT_ESHAPE, NT_ESTRIDE (overlap), NT_ENOMEM.  On error *g is NULL.
 * Threads: safe.
 */
NT_API nt_status nt_grid_wrap(nt_grid **g, nt_dtype dtype, const int64_t n[3], const int64_t strides[3],
                              int halo, void *cells, nt_error *why);

/* nt_grid_destroy() - gives an owned grid's memory back, leaves wrapped memory alone.  After the plans that use
 * it.  NULL is allowed. */
NT_API void nt_grid_destroy(nt_grid *g);

/* nt_grid_dtype(), nt_grid_size(), nt_grid_halo() - as it was made; size: cells along axis 0, 1 or 2, without the
 * halo.  Errors: none; of NULL or another axis NT_N_DTYPES, 0, 0. */
NT_API nt_dtype nt_grid_dtype(const nt_grid *g);
NT_API int64_t nt_grid_size(const nt_grid *g, int axis);
NT_API int nt_grid_halo(const nt_grid *g);

/*
 * nt_grid_cell() - the address of one cell, halo included, of a grid that is kept in rows: all but those that were
 * created for any layout.
 *
 * Errors:  NULL for such a grid that is not mapped; the caller keeps the indices in range.
 * Threads: safe, but not beside a run that writes the cell.
 */
NT_API void *nt_grid_cell(const nt_grid *g, int64_t x, int64_t y, int64_t z);

/* Where a grid's cells lie: cell (x, y, z) at cells + x*stride[0] + y*stride[1] + z*stride[2] elements. */
typedef struct nt_cells {
    nt_dtype dtype;
    int halo;
    int64_t n[3], stride[3];
    void *cells;
} nt_cells;

/*
 * nt_grid_map(), nt_grid_unmap() - access to the cells of any grid, in rows.
 *
 * Cost:    none for a grid in rows.  One in another layout is converted at the first map after a run, and back
 *          at the next run: each reads and writes all cells once.  (Every grid is in rows today.)
 * Errors:  NT_EARG: NULL.
 * Threads: one at a time.  Addresses are good until nt_grid_unmap(); no plan may run on a grid created for any layout
 *          between the two.
 */
NT_API nt_status nt_grid_map(nt_grid *g, nt_cells *cells, nt_error *why);
NT_API void nt_grid_unmap(nt_grid *g);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_GRID_H */
