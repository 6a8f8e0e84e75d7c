/*
 * loops.c - the loops over tiles, in the order of the config, shared among the threads
 * SPDX-License-Identifier: MIT
 *
 * Every thread of the team runs the loops in the config's order; `omp for` shares the tiles of the shared
 * loop among the threads and ends it with a barrier.  So `inner` costs a barrier for each row of tiles, as it
 * does in every language, and `outer` costs one for each pass.
 */
#include "engine/loops.h"

#include "engine/step.h"

/* The barrier of a shared loop; left out if the parallel region ends right after it. */
static void end_shared_loop(const nt_pass *p, int level)
{
    if (level > 0 || !p->last) {
#pragma omp barrier
    }
}

static void descend(const nt_pass *p, int level, int shared, nt_box box);

static void descend_into(const nt_pass *p, int level, int shared, nt_box box, int64_t i)
{
    nt_nest_set_range(p->nest, p->nest->order[level], i, &box);
    descend(p, level + 1, shared, box);
}

/* Each thread runs its tiles of the shared loop; the loops below are its own. */
static void share(const nt_pass *p, int level, nt_box box, int64_t n)
{
    switch (p->nest->schedule) {
    case NT_SCHEDULE_DYNAMIC:
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < n; i++)
            descend_into(p, level, -1, box, i);
        break;
    case NT_SCHEDULE_GUIDED:
#pragma omp for schedule(guided, 1) nowait
        for (int64_t i = 0; i < n; i++)
            descend_into(p, level, -1, box, i);
        break;
    default:
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < n; i++)
            descend_into(p, level, -1, box, i);
    }
    end_shared_loop(p, level);
}

/* The loops from `level` inwards; the team shares the one at `shared`. */
static void descend(const nt_pass *p, int level, int shared, nt_box box)
{
    if (level == 3) {
        nt_step_tile(p->nest, &box, p->time, p->start, p->depth);
        return;
    }
    const int64_t n = p->nest->n_tiles[p->nest->order[level]];
    if (level == shared)
        share(p, level, box, n);
    else
        for (int64_t i = 0; i < n; i++)
            descend_into(p, level, shared, box, i);
}

/* Tile i of all tiles in one list. */
static void flat_tile(const nt_pass *p, int64_t i)
{
    const nt_nest *nest = p->nest;
    nt_box box = {0};
    for (int level = 2; level >= 0; level--) {
        const int axis = nest->order[level];
        nt_nest_set_range(nest, axis, i % nest->n_tiles[axis], &box);
        i /= nest->n_tiles[axis];
    }
    nt_step_tile(nest, &box, p->time, p->start, p->depth);
}

static void share_flat(const nt_pass *p, int64_t n)
{
    switch (p->nest->schedule) {
    case NT_SCHEDULE_DYNAMIC:
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
        break;
    case NT_SCHEDULE_GUIDED:
#pragma omp for schedule(guided, 1) nowait
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
        break;
    default:
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
    }
    end_shared_loop(p, 0);
}

static void flat_pass(const nt_pass *p, bool team)
{
    const int64_t n = p->nest->n_tiles[NT_X] * p->nest->n_tiles[NT_Y] * p->nest->n_tiles[NT_Z];
    if (team)
        share_flat(p, n);
    else
        for (int64_t i = 0; i < n; i++)
            flat_tile(p, i);
}

void nt_loops_pass(const nt_pass *p, bool team)
{
    const nt_nest *nest = p->nest;
    /* A single tile, as on grids of some hundred cells, needs no loops, which take 20 ns. */
    if (!team && nest->n_tiles[NT_X] == 1 && nest->n_tiles[NT_Y] == 1 && nest->n_tiles[NT_Z] == 1) {
        const nt_box all = {0, nest->n[NT_X], 0, nest->n[NT_Y], 0, nest->n[NT_Z]};
        nt_step_tile(nest, &all, p->time, p->start, p->depth);
    } else if (nest->flat) {
        flat_pass(p, team);
    } else {
        descend(p, 0, team ? nest->shared : -1, (nt_box){0});
    }
}
