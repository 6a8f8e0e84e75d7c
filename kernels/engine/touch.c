/*
 * touch.c - first touch: which thread's memory the pages of a new grid come from
 * SPDX-License-Identifier: MIT
 */
#include "engine/touch.h"

#include <stdbool.h>
#include <string.h>

#include "engine/run.h"
#include "nestune/machine.h"
#include "view.h"

/* The tile function of the first touch. */
static void touch(const nt_step *step, const nt_box *box)
{
    const size_t bytes = *(const size_t *)step->params;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            memset((char *)step->dst.cells +
                       (box->x0 + y * step->dst.sy + z * step->dst.sz) * (ptrdiff_t)bytes,
                   0, (size_t)(box->x1 - box->x0) * bytes);
}

static bool is_schedule(const nt_config *c)
{
    return c->threads >= 1 && c->threads <= NT_MAX_THREADS && (unsigned)c->parallel < NT_N_PARALLELS &&
           (unsigned)c->order < NT_N_ORDERS && c->tile[0] >= 0 && c->tile[1] >= 0 && c->tile[2] >= 0;
}

void nt_touch(nt_grid *g, const nt_config *config)
{
    const size_t bytes = nt_dtype_bytes(g->dtype);
    const int allowed = nt_threads_allowed();
    nt_config once = {.parallel = NT_PARALLEL_OUTER, .order = NT_ORDER_ZYX, .threads = allowed};
    if (config)
        once = *config;
    if (!is_schedule(&once))
        return;
    once.depth = 1;
    once.threads = once.threads < allowed ? once.threads : allowed; /* as a plan does */
    nt_nest nest = {.fn = touch, .steps = 1, .cells = {g->nx, g->ny, g->nz}, .element_bytes = (int)bytes};
    nest.rows_fuse = nest.planes_fuse = g->halo == 0;
    const nt_view view = nt_view_of(g);
    nest.step[0] = nest.step[1] = (nt_step){.src = view, .dst = view, .params = &bytes};
    nt_nest_set_config(&nest, &once);
    nt_nest_run(&nest);
}
