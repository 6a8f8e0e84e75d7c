/*
 * nest.c - the one engine: a box function over tiles, steps and threads
 * SPDX-License-Identifier: MIT
 *
 * One parallel region a run.  Every thread descends through the loops over tiles in the config's
 * order; at the shared loop the tiles are dealt out by `omp for`, whose barrier ends it.  So `inner`
 * costs a barrier a row of tiles, as it does in every language, and `outer` one a pass.
 *
 * Depth > 1 (radius 0): the tile function runs `depth` times on a tile before the next one, so the
 * passes after the first find it in cache.  With neighbours it is wavefront.c's matter.
 *
 * Rows that follow each other without gaps in every operand are given to the tile function as one
 * long row: cells are independent at radius 0, so this changes no bit, and a row of 100 cells costs
 * no more than a row of a million.
 */
#include "engine/nest.h"

#include <omp.h>
#include <string.h>

#include "engine/fpenv.h"
#include "engine/wavefront.h"

enum { X, Y, Z };

static const int axes_of[NT_N_ORDERS][3] = {
    [NT_ZYX] = {Z, Y, X}, [NT_ZXY] = {Z, X, Y}, [NT_YZX] = {Y, Z, X},
    [NT_YXZ] = {Y, X, Z}, [NT_XZY] = {X, Z, Y}, [NT_XYZ] = {X, Y, Z},
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* How many parts an even split of the shared axis has: one a thread, no part empty. */
static int64_t parts_of(const nt_nest *nest, int axis)
{
    const int64_t unit = axis == X ? 64 / nest->element_bytes : 1;
    const int64_t units = ceil_div(nest->n[axis], unit);
    return units < nest->threads ? units : nest->threads;
}

/*
 * Contiguous dimensions become one long x, of which a tile is a chunk.  Where there are gaps, a tile is
 * as many whole rows as come nearest to that chunk, so that a config tuned on contiguous cells keeps
 * its meaning on a view.  Returns the axis of the even split, -1 for none.
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
    memcpy(nest->order, axes_of[config->order], sizeof nest->order);
    memcpy(nest->tile, config->tile, sizeof nest->tile);
    nest->depth = config->depth < nest->steps ? config->depth : nest->steps > 1 ? (int)nest->steps : 1;
    nest->threads = config->parallel == NT_SERIAL ? 1 : config->threads;
    nest->dynamic = config->schedule == NT_DYNAMIC;
    nest->flat =
        config->parallel == NT_FLAT && !(nest->depth > 1 && nest->radius > 0); /* wavefront.c's loops */
    nest->shared = config->parallel == NT_OUTER    ? 0
                   : config->parallel == NT_MIDDLE ? 1
                   : config->parallel == NT_INNER  ? 2
                                                   : -1;
    int even = nest->shared < 0 ? -1 : nest->order[nest->shared];
    if (nest->flat)
        even = make_flat(nest);
    for (int a = 0; a < 3; a++) {
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

/* Tile i of an axis: in steps of its tile size, or part i of an even split (in x by cache lines). */
static range tile_range(const nt_nest *nest, int axis, int64_t i)
{
    const int64_t n = nest->n[axis], parts = nest->n_tiles[axis], tile = nest->tile[axis];
    if (parts == 1) /* divisions cost as much as a hundred cells */
        return (range){0, n};
    const int64_t unit = axis == X ? 64 / nest->element_bytes : 1, units = ceil_div(n, unit);
    const int64_t low = tile != 0 ? i * tile : units * i / parts * unit;
    const int64_t high = tile != 0 ? low + tile : units * (i + 1) / parts * unit;
    return (range){low, high < n ? high : n};
}

static void set_range(const nt_nest *nest, int axis, int64_t i, nt_box *box)
{
    const range r = tile_range(nest, axis, i);
    switch (axis) {
    case X: box->x0 = r.low, box->x1 = r.high; break;
    case Y: box->y0 = r.low, box->y1 = r.high; break;
    default: box->z0 = r.low, box->z1 = r.high; break;
    }
}

/* A box of whole rows, or planes, as one row, where cells follow each other. */
static nt_box fused(const nt_nest *nest, nt_box box)
{
    const int64_t nx = nest->n[X], ny = nest->n[Y];
    if (nest->rows_fuse && box.x0 == 0 && box.x1 == nx && box.y1 - box.y0 > 1) {
        if (nest->planes_fuse && box.y0 == 0 && box.y1 == ny)
            return (nt_box){box.z0 * nx * ny, box.z1 * nx * ny, 0, 1, 0, 1};
        return (nt_box){box.y0 * nx, box.y1 * nx, 0, 1, box.z0, box.z1};
    }
    return box;
}

/* Rows of any stride in x, through a buffer of unit stride.  Radius 0. */
enum { PACK_CELLS = 256 };

static void copy_strided(char *to, ptrdiff_t to_stride, const char *from, ptrdiff_t from_stride, int64_t n,
                         int bytes)
{
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * to_stride * bytes, from + i * from_stride * bytes, (size_t)bytes);
}

static char *strided_cell(const nt_view *view, ptrdiff_t sx, int64_t x, int64_t y, int64_t z, int bytes)
{
    return (char *)view->cells + (x * sx + y * view->sy + z * view->sz) * bytes;
}

static void packed(const nt_nest *nest, int which, const nt_box *box)
{
    const nt_step *step = &nest->step[which];
    const ptrdiff_t *sx = nest->x_stride[which];
    _Alignas(64) char row[2 + NT_MAX_COEFS][PACK_CELLS * sizeof(double)];
    const nt_view *from[2 + NT_MAX_COEFS] = {&step->src, &step->dst, &step->coef[0], &step->coef[1]};
    const int bytes = nest->element_bytes;
    const nt_step in_buffer = {.src = {.cells = row[0]},
                               .dst = {.cells = row[1]},
                               .coef = {{.cells = row[2]}, {.cells = row[3]}},
                               .params = step->params};
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x += PACK_CELLS) {
                const int64_t n = box->x1 - x < PACK_CELLS ? box->x1 - x : PACK_CELLS;
                for (int k = 0; k < 2 + NT_MAX_COEFS; k++)
                    copy_strided(row[k], 1, strided_cell(from[k], sx[k], x, y, z, bytes), sx[k], n, bytes);
                nest->fn(&in_buffer, &(nt_box){0, n, 0, 1, 0, 1});
                copy_strided(strided_cell(from[1], sx[1], x, y, z, bytes), sx[1], row[1], 1, n, bytes);
            }
}

/* What follows a box just computed: its point work, and the ghosts that mirror it. */
static void finish_box(const nt_nest *nest, const nt_step *step, const nt_box *box, int64_t t)
{
    for (int h = 0; h < nest->n_hooks; h++)
        nest->hooks[h].apply(nest->hooks[h].context, step, box, t);
    if (nest->ghosts)
        nest->ghosts(step->params, nest->dtype, &step->dst, nest->n, box);
}

void nt_nest_step(const nt_nest *nest, const nt_box *box, int64_t t, const nt_ahead *ahead)
{
    nt_step step = nest->step[t & 1];
    step.ahead = *ahead;
    if (box->x1 - box->x0 < nest->n[X]) { /* beside it another thread may be writing, at another step */
        step.src.first = box->x0 - nest->radius;
        step.src.end = box->x1 + nest->radius;
    }
    nest->fn(&step, box);
    finish_box(nest, &step, box, t);
}

/* One tile, `depth` steps deep from time t on. */
static void do_tile(const nt_nest *nest, const nt_box *box, int64_t t, int64_t start, int depth)
{
    const nt_box whole = fused(nest, *box);
    for (int k = 0; k < depth; k++, t++) {
        const int which = nest->rotates ? (int)(t & 1) : t > start;
        if (nest->packs)
            packed(nest, which, box);
        else
            nest->fn(&nest->step[which], &whole);
        finish_box(nest, &nest->step[which], box, t);
    }
}

typedef struct pass {
    const nt_nest *nest;
    int64_t time, start;
    int depth;
    bool last; /* of the run: the region's own barrier ends it */
} pass;

/* The barrier of a shared loop, but where the end of the parallel region follows at once. */
static void end_shared_loop(const pass *p, int level)
{
    if (level > 0 || !p->last) {
#pragma omp barrier
    }
}

/* The loops from `level` inwards; the one at `shared` is dealt out among the team. */
static void descend(const pass *p, int level, int shared, nt_box box)
{
    const nt_nest *nest = p->nest;
    if (level == 3) {
        do_tile(nest, &box, p->time, p->start, p->depth);
        return;
    }
    const int axis = nest->order[level];
    const int64_t n = nest->n_tiles[axis];
    if (level != shared) {
        for (int64_t i = 0; i < n; i++) {
            set_range(nest, axis, i, &box);
            descend(p, level + 1, shared, box);
        }
    } else if (nest->dynamic) {
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < n; i++) {
            nt_box mine = box;
            set_range(nest, axis, i, &mine);
            descend(p, level + 1, -1, mine);
        }
    } else {
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < n; i++) {
            nt_box mine = box;
            set_range(nest, axis, i, &mine);
            descend(p, level + 1, -1, mine);
        }
    }
    if (level == shared)
        end_shared_loop(p, level);
}

/* Tile i of all tiles in one list. */
static void flat_tile(const pass *p, int64_t i)
{
    const nt_nest *nest = p->nest;
    nt_box box = {0};
    for (int level = 2; level >= 0; level--) {
        const int axis = nest->order[level];
        set_range(nest, axis, i % nest->n_tiles[axis], &box);
        i /= nest->n_tiles[axis];
    }
    do_tile(nest, &box, p->time, p->start, p->depth);
}

static void flat_pass(const pass *p, bool team)
{
    const int64_t n = p->nest->n_tiles[X] * p->nest->n_tiles[Y] * p->nest->n_tiles[Z];
    if (!team) {
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
    } else if (p->nest->dynamic) {
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
    } else {
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
    }
    if (team)
        end_shared_loop(p, 0);
}

/* The ghosts of the level that the first step reads: the caller may have changed its cells. */
static void first_ghosts(const nt_nest *nest, bool team)
{
    const nt_step *step = &nest->step[nest->time & 1];
    const int64_t parts = team ? omp_get_num_threads() : 1, i = team ? omp_get_thread_num() : 0;
    const int64_t nz = nest->n[Z];
    const nt_box mine = {0, nest->n[X], 0, nest->n[Y], nz * i / parts, nz * (i + 1) / parts};
    nest->ghosts(step->params, nest->dtype, &step->src, nest->n, &mine);
    if (team) {
#pragma omp barrier
    }
}

/* Every thread of the team runs this; team is false where there is none. */
static void all_passes(const nt_nest *nest, bool team)
{
    const uint64_t saved = nt_fpenv_enter(nest->flush_denormals);
    if (nest->ghosts && nest->steps > 0)
        first_ghosts(nest, team);
    if (nest->progress) {
        nt_wavefront_run(nest, team);
        nt_fpenv_leave(saved);
        return;
    }
    const int64_t end = nest->time + nest->steps;
    for (int64_t t = nest->time; t < end; t += nest->depth) {
        const pass p = {nest, t, nest->time, (int)(end - t < nest->depth ? end - t : nest->depth),
                        t + nest->depth >= end};
        if (nest->flat)
            flat_pass(&p, team);
        else
            descend(&p, 0, team ? nest->shared : -1, (nt_box){0});
    }
    nt_fpenv_leave(saved);
}

void nt_nest_run(nt_nest *nest)
{
    if (nest->n[X] > 0 && nest->n[Y] > 0 && nest->n[Z] > 0) {
        int threads = nest->threads;
        if (threads > 1) {
            /* Inside a caller's region `omp for` would bind to the caller's team: go alone. */
            const int most = omp_in_parallel() ? 1 : omp_get_max_threads();
            threads = threads < most ? threads : most;
        }
        if (nest->progress)
            nt_wavefront_begin(nest);
        if (threads <= 1) {
            all_passes(nest, false);
        } else {
#pragma omp parallel num_threads(threads)
            all_passes(nest, true);
        }
    }
    nest->time += nest->steps;
}
