/*
 * grid.h - a 3-D array of cells, owned or wrapped around the caller's memory
 * SPDX-License-Identifier: MIT
 *
 * All arrays of three hold x, y, z in this order; in an owned grid cells that differ in x alone are
 * neighbours in memory.  Sizes are in cells, strides in elements.  Cells of the halo have indices below 0, or
 * n and more.
 *
 * Threads: functions that only read a grid are safe; one that changes or frees it must be alone with it.
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

/* How to create a grid.  Zeros (NULL, false) are the defaults. */
typedef struct nt_grid_options {
    size_t bytes;                   /* sizeof(nt_grid_options) */
    const struct nt_config *config; /* of the runs that will use the grid; NULL: all threads, shared in z */
    bool any_layout;                /* the caller uses nt_grid_map() for every access to cells, so that the
                                       library may keep them in another order than rows */
} nt_grid_options;

/*
 * nt_grid_create() - creates a grid that owns its memory; all cells are 0.
 *
 * Shape:   n[0] * n[1] * n[2] cells plus a halo on each side, of 0 to 1024 cells; any size may be 0.  Without a
 *          halo the cells are contiguous; with one, rows start on 64-byte boundaries.
 * Units:   cells.
 * Errors:  NT_EARG (g or n NULL, dtype unknown, options of an unknown size), NT_ESHAPE (a size that is negative
 *          or overflows, a halo out of range), NT_ENOMEM.  On error *g is NULL.
 * Threads: safe.  From 2 MiB on, the threads that will use a page touch it first, so that it lies in the
 *          memory next to them; and the grid asks the system for huge pages.
 */
NT_API nt_status nt_grid_create(nt_grid **g, nt_dtype dtype, const int64_t n[3], int halo,
                                const nt_grid_options *options, nt_error *why);

/*
 * nt_grid_wrap() - creates a grid on the caller's memory.  The caller frees the memory, after the grid.
 *
 * Shape:   cells is the address of cell (0, 0, 0); the halo, of 0 to 1024 cells, lies around the cells at the
 *          same strides.
 *          Strides may be negative, and larger than needed.  No two cells may share an address: in some order
 *          of the axes, the stride of each must step over all cells of the axes before it.  The stride of an
 *          axis that has one cell, halo included, is ignored.
 * Units:   cells; strides in elements.
 * Errors:  NT_EARG (g, n or strides NULL; dtype unknown; cells NULL although there are some, or not aligned to the element),
 *          NT_ESHAPE, NT_ESTRIDE (overlap), NT_ENOMEM.  On error *g is NULL.
 * Threads: safe.
 */
NT_API nt_status nt_grid_wrap(nt_grid **g, nt_dtype dtype, const int64_t n[3], const int64_t strides[3],
                              int halo, void *cells, nt_error *why);

/* nt_grid_destroy() - frees the grid and the memory that it owns, but no wrapped memory.  Destroy the plans
 * that use it first.  Errors: none; NULL is allowed. */
NT_API void nt_grid_destroy(nt_grid *g);

/* nt_grid_dtype(), nt_grid_size(), nt_grid_halo() - as the grid was created.  The size is in cells along axis
 * 0, 1 or 2, without the halo.  Errors: none; NT_N_DTYPES, 0 and 0 for NULL; size 0 for another axis. */
NT_API nt_dtype nt_grid_dtype(const nt_grid *g);
NT_API int64_t nt_grid_size(const nt_grid *g, int axis);
NT_API int nt_grid_halo(const nt_grid *g);

/*
 * nt_grid_cell() - the address of one cell, halo included.  For grids in rows: all that were created without
 * any_layout.
 *
 * Errors:  NULL for a NULL grid, and for one of any_layout that is not mapped; the caller keeps the indices
 *          in range.
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
 * nt_grid_map(), nt_grid_unmap() - give access to the cells of any grid, in rows, and end it.
 *
 * Cost:    none for a grid in rows, or of any layout that no plan has had in bricks.  Else the cells are copied into rows
 *          at the first map after a run in bricks, and back at the next such run; each copy reads and writes all cells
 *          once, at about half of the memory's speed, by the threads of the last run.  Such a grid takes more than twice its
 *          memory: bricks have a halo of 8 planes, and whole bricks.
 * Errors:  NT_EARG: NULL.  nt_grid_unmap() has none: NULL, and a grid that is not mapped, are allowed.
 * Threads: one at a time.  The addresses are valid until nt_grid_unmap(); until then no plan may run on a
 *          grid that was created with any_layout.
 */
NT_API nt_status nt_grid_map(nt_grid *g, nt_cells *cells, nt_error *why);
NT_API void nt_grid_unmap(nt_grid *g);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_GRID_H */
