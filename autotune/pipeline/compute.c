/*
 * compute.c - the kernel on one slab, by plans that are made once
 * SPDX-License-Identifier: MIT
 */
#include "pipeline/pipeline_stages.h"

#include <stddef.h>

enum { MOST_STEPS = 1000 }; /* of a run */

static void slab_plan_free(slab_plan *p)
{
    nt_plan_destroy(p->plan);
    nt_grid_destroy(p->grids[0]);
    nt_grid_destroy(p->grids[1]);
    *p = (slab_plan){0};
}

/* Wraps the slab's cells as one row, and the buffer for the result if they do not lie there. */
static nt_status wrap(const slab *s, nt_grid *grids[2], int *n_grids, nt_error *why)
{
    const int64_t n[3] = {s->n, 1, 1}, strides[3] = {1, s->n, s->n};
    const nt_dtype dtype = s->of->form.dtype;
    union {
        const void *readable;
        void *cells;
    } source = {s->source}; /* a plan with a result does not write its source */
    *n_grids = s->source == s->cells ? 1 : 2;
    nt_status status = nt_grid_wrap(&grids[0], dtype, n, strides, 0, source.cells, why);
    if (status == NT_OK && *n_grids == 2)
        status = nt_grid_wrap(&grids[1], dtype, n, strides, 0, s->cells, why);
    return status;
}

static nt_status give_grids(const run *r, slab_plan *p, int64_t n, nt_grid *grids[2], int n_grids,
                            nt_error *why)
{
    const int had = p->grids[1] ? 2 : 1;
    if (p->plan && p->n == n && had == n_grids)
        return nt_plan_set_grids(p->plan, grids, n_grids, why);
    slab_plan_free(p);
    const nt_plan_options options = {.bytes = sizeof options,
                                     .config = r->job->config,
                                     .steps = r->job->steps,
                                     .most_threads = r->threads_each};
    p->n = n;
    return nt_plan_create(&p->plan, r->job->kernel, grids, n_grids, &options, why);
}

nt_status compute_slab(instance *in, slab *s, nt_error *why)
{
    const run *r = in->of;
    const int64_t whole = r->buffer_bytes / (int64_t)nt_dtype_bytes(s->of->form.dtype);
    const int which = s->n == whole ? PLAN_WHOLE : s->first == 0 ? PLAN_FIRST : PLAN_LAST;
    slab_plan *p = &in->plans[s->of->form.dtype][which];
    nt_grid *grids[2] = {NULL, NULL};
    int n_grids;
    nt_status status = wrap(s, grids, &n_grids, why);
    if (status == NT_OK)
        status = give_grids(r, p, s->n, grids, n_grids, why);
    /* The plan knows the new grids, and the old ones are needed no more; or the other way round. */
    for (int i = 0; i < 2; i++) {
        nt_grid *old = status == NT_OK ? p->grids[i] : grids[i];
        if (status == NT_OK)
            p->grids[i] = grids[i];
        nt_grid_destroy(old);
    }
    /* Many steps in place are made in several runs, because of Ctrl-C.  A mapped source would be read again by each. */
    const int64_t most = n_grids == 1 ? MOST_STEPS : r->job->steps;
    for (int64_t left = r->job->steps; left > 0 && status == NT_OK && !atomic_load(&s->of->is_off);) {
        const int64_t these = left < most ? left : most;
        status = nt_plan_run(p->plan, these);
        left -= these;
        if (left > 0 && atomic_load(&r->is_halted))
            work_stop(s->of);
    }
    return status;
}

void compute_free(instance *in)
{
    for (int d = 0; d < NT_N_DTYPES; d++)
        for (int i = 0; i < N_PLANS; i++)
            slab_plan_free(&in->plans[d][i]);
}
