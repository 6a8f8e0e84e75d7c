/*
 * run.c - all steps of a run, in one parallel region
 * SPDX-License-Identifier: MIT
 *
 * Depth > 1 of a pointwise kernel: the tile function runs `depth` times on a tile before it goes to the next
 * one, so all passes but the first find it in cache.  For a stencil see wavefront.c.
 */
#include "engine/run.h"

#include <omp.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "engine/fpenv.h"
#include "engine/loops.h"
#include "engine/team.h"
#include "engine/wavefront.h"

/*
 * A run must begin by setting the walls: plans with other faces may have used the grids, and a caller may
 * have written to the halo of its own memory.  On grids of a few cells this costs half as much as a step.  So
 * the library counts the runs that set halos.  If the last one was of the same nest, walls in the library's
 * memory are still right.
 */
static void plan_walls(nt_nest *nest)
{
    static atomic_uint_fast64_t n_runs;
    if (!nest->walls && !nest->ghosts)
        return;
    const uint64_t before = atomic_fetch_add_explicit(&n_runs, 1, memory_order_relaxed);
    const bool stand = nest->owned && before == nest->halo_run;
    for (int level = 0; level < 2; level++) {
        const bool is_read = level == (nest->time & 1) ? nest->steps > 0 : nest->steps > 1;
        nest->walls_stand[level] &= stand;
        nest->walls_needed[level] = nest->walls && is_read && !nest->walls_stand[level];
        nest->walls_stand[level] |= nest->walls_needed[level];
    }
    nest->halo_run = before + 1;
}

/* Sets the halo: the walls of each level that is read, which may hold anything; and the ghosts of the level
 * that the first step reads, since the caller may have changed its cells. */
static void set_halo(const nt_nest *nest, bool team)
{
    const nt_step *step = &nest->step[nest->time & 1];
    const int64_t parts = team ? omp_get_num_threads() : 1, i = team ? omp_get_thread_num() : 0;
    const int64_t nz = nest->n[NT_Z];
    const nt_box mine = {0, nest->n[NT_X], 0, nest->n[NT_Y], nz * i / parts, nz * (i + 1) / parts};
    if (nest->walls_needed[nest->time & 1])
        nest->walls(step->params, nest->dtype, &step->src, nest->n, &mine);
    if (nest->walls_needed[1 - (nest->time & 1)])
        nest->walls(step->params, nest->dtype, &step->dst, nest->n, &mine);
    if (nest->ghosts)
        nest->ghosts(step->params, nest->dtype, &step->src, nest->n, &mine);
    if (team) {
#pragma omp barrier
    }
}

/* Every thread runs this; team is false if there is only one. */
static void all_passes(const nt_nest *nest, bool team)
{
    const uint64_t saved = nt_fpenv_enter(nest->flush_denormals);
    if ((nest->walls_needed[0] || nest->walls_needed[1] || nest->ghosts) && nest->steps > 0)
        set_halo(nest, team);
    if (nest->blocked) {
        nt_wavefront_run(nest, team);
        nt_fpenv_leave(saved);
        return;
    }
    const int64_t end = nest->time + nest->steps;
    for (int64_t t = nest->time; t < end; t += nest->depth) {
        const nt_pass p = {nest, t, nest->time, (int)(end - t < nest->depth ? end - t : nest->depth),
                        t + nest->depth >= end};
        nt_loops_pass(&p, team);
    }
    nt_fpenv_leave(saved);
}

void nt_nest_run(nt_nest *nest)
{
    if (nest->n[NT_X] > 0 && nest->n[NT_Y] > 0 && nest->n[NT_Z] > 0) {
        const int threads = nt_team_size(nest->threads);
        plan_walls(nest);
        if (nest->blocked)
            nt_wavefront_begin(nest);
        if (threads == 1) {
            all_passes(nest, false);
        } else {
#pragma omp parallel num_threads(threads)
            all_passes(nest, true);
        }
    }
    nest->time += nest->steps;
}
