/*
 * nest.c - the shape of the loops over tiles, from a config and the cells
 * SPDX-License-Identifier: MIT
 */
#include "engine/nest.h"

#include <string.h>

enum { X = NT_X, Y = NT_Y, Z = NT_Z };

static const int axes_of[NT_N_ORDERS][3] = {
    [NT_ORDER_ZYX] = {Z, Y, X}, [NT_ORDER_ZXY] = {Z, X, Y}, [NT_ORDER_YZX] = {Y, Z, X},
    [NT_ORDER_YXZ] = {Y, X, Z}, [NT_ORDER_XZY] = {X, Z, Y}, [NT_ORDER_XYZ] = {X, Y, Z},
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* What is not cut in an even split: in x cache lines, or bricks. */
static int64_t unit_of(const nt_nest *nest, int axis)
{
    if (nest->brick > 1)
        return axis == Z ? 1 : nest->brick;
    return axis == X ? 64 / nest->element_bytes : 1;
}

int64_t nt_nest_whole(const nt_nest *nest, int axis, int64_t cells)
{
    const int64_t brick = nest->brick > 1 && axis != Z ? nest->brick : 1;
    return ceil_div(cells, brick) * brick;
}

/* How many parts an even split of the shared axis has: one for each thread, and none empty. */
static int64_t parts_of(const nt_nest *nest, int axis)
{
    const int64_t unit = unit_of(nest, axis);
    const int64_t units = ceil_div(nest->n[axis], unit);
    return units < nest->threads ? units : nest->threads;
}

/*
 * Contiguous dimensions become one long x, and a tile is a chunk of it.  If there are gaps, a tile is the
 * number of whole rows that comes nearest to this chunk, so that a config tuned on contiguous cells has the
 * same effect on a view.  Returns the axis of the even split, -1 for none.
 */
static int make_flat(nt_nest *nest)
{
    if (nest->tile[Y] != 0 || nest->tile[Z] != 0)
        return nest->tile[nest->order[0]] == 0 ? nest->order[0] : -1;
    if (nest->n_hooks == 0 && nest->rows_fuse && (nest->planes_fuse || nest->n[Z] == 1)) {
        nest->n[X] *= nest->n[Y] * nest->n[Z];
        nest->n[Y] = nest->n[Z] = nest->n[X] > 0;
        return X;
    }
    if (nest->tile[X] >= nest->n[X] && nest->n[X] > 0) {
        nest->tile[Y] = nest->tile[X] / nest->n[X];
        nest->tile[Z] = 1;
    }
    return nest->tile[X] == 0 ? nest->order[0] : -1;
}

void nt_nest_set_config(nt_nest *nest, const nt_config *config)
{
    memcpy(nest->n, nest->cells, sizeof nest->n);
    memcpy(nest->order, axes_of[config->order], sizeof nest->order);
    memcpy(nest->tile, config->tile, sizeof nest->tile);
    nest->depth = config->depth < nest->steps ? config->depth : nest->steps > 1 ? (int)nest->steps : 1;
    nest->threads = config->parallel == NT_PARALLEL_SERIAL ? 1 : config->threads;
    nest->schedule = config->schedule;
    nest->blocked = nest->depth > 1 && nest->radius > 0;
    nest->flat = config->parallel == NT_PARALLEL_FLAT && !nest->blocked;
    nest->shared = config->parallel == NT_PARALLEL_OUTER    ? 0
                   : config->parallel == NT_PARALLEL_MIDDLE ? 1
                   : config->parallel == NT_PARALLEL_INNER  ? 2
                                                            : -1;
    int even = nest->shared < 0 ? -1 : nest->order[nest->shared];
    if (nest->flat)
        even = make_flat(nest);
    for (int a = 0; a < 3; a++) {
        nest->tile[a] = nt_nest_whole(nest, a, nest->tile[a]);
        if (nest->tile[a] > nest->n[a])
            nest->tile[a] = nest->n[a];
        nest->n_tiles[a] = nest->n[a] == 0      ? 0
                           : nest->tile[a] != 0 ? ceil_div(nest->n[a], nest->tile[a])
                           : a == even          ? parts_of(nest, a)
                                                : 1;
    }
}

typedef struct range {
    int64_t low, high;
} range;

/* Tile i of an axis: in steps of its tile size, or part i of an even split. */
static range tile_range(const nt_nest *nest, int axis, int64_t i)
{
    const int64_t n = nest->n[axis], parts = nest->n_tiles[axis], tile = nest->tile[axis];
    if (parts == 1) /* divisions cost as much as a hundred cells */
        return (range){0, n};
    const int64_t unit = unit_of(nest, axis), units = ceil_div(n, unit);
    const int64_t low = tile != 0 ? i * tile : units * i / parts * unit;
    const int64_t high = tile != 0 ? low + tile : units * (i + 1) / parts * unit;
    return (range){low, high < n ? high : n};
}

void nt_nest_set_range(const nt_nest *nest, int axis, int64_t i, nt_box *box)
{
    const range r = tile_range(nest, axis, i);
    switch (axis) {
    case X: box->x0 = r.low, box->x1 = r.high; break;
    case Y: box->y0 = r.low, box->y1 = r.high; break;
    default: box->z0 = r.low, box->z1 = r.high; break;
    }
}
