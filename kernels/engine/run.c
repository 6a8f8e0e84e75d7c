/*
 * run.c - all steps of a run, in one parallel region
 * SPDX-License-Identifier: MIT
 *
 * Depth > 1 of a pointwise kernel: the tile function runs `depth` times on a tile before the next one, so the
 * passes after the first find it in cache.  Of a stencil it is wavefront.c's matter.
 */
#include "engine/run.h"

#include <omp.h>

#include "engine/fpenv.h"
#include "engine/loops.h"
#include "engine/wavefront.h"

#include "engine/team.h"
/* The ghosts of the level that the first step reads: the caller may have changed its cells. */
static void first_ghosts(const nt_nest *nest, bool team)
{
    const nt_step *step = &nest->step[nest->time & 1];
    const int64_t parts = team ? omp_get_num_threads() : 1, i = team ? omp_get_thread_num() : 0;
    const int64_t nz = nest->n[NT_Z];
    const nt_box mine = {0, nest->n[NT_X], 0, nest->n[NT_Y], nz * i / parts, nz * (i + 1) / parts};
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
