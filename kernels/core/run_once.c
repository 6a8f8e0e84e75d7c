/*
 * run_once.c - a kernel by its name in one call, by a plan that is made for it, or kept from a call before
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "nestune/kernel.h"
#include "nestune/plan.h"
#include "view.h"
#include "why.h"

/* ---- Plans that a thread keeps --------------------------------------------------------------------------------- */

/* All that a plan's choices and checks depend on, but the address of the cells.  Compared as bytes. */
typedef struct form {
    const nt_kernel *kernel;
    const void *tuned; /* changes when a tuned header is added */
    int64_t n[3], steps;
    ptrdiff_t stride[3];
    int dtype, halo, threads, owned;
} form;

enum { KEPT = 4 };
static _Thread_local struct {
    form form;
    /* The grid on which the plan is set.  It may have been destroyed, and another one may lie at its address: both are compared. */
    const nt_grid *grid;
    const void *cells;
    nt_plan *plan; /* NULL: none */
} kept[KEPT];
static _Thread_local int oldest;
static _Thread_local bool frees_at_end;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_end;
static bool has_key;

static void free_kept(void *unused)
{
    (void)unused;
    frees_at_end = false; /* another destructor may call nt_run(): then this one is called again */
    for (int i = 0; i < KEPT; i++) {
        nt_plan_destroy(kept[i].plan);
        kept[i].plan = NULL;
    }
}

static void make_key(void)
{
    has_key = pthread_key_create(&at_end, free_kept) == 0;
}

static form form_of(const nt_kernel *kernel, const nt_grid *g, int64_t steps)
{
    form f;
    memset(&f, 0, sizeof f); /* padding, too */
    f.kernel = kernel;
    f.tuned = nt_tuned_newest();
    f.n[0] = g->nx, f.n[1] = g->ny, f.n[2] = g->nz;
    f.stride[0] = g->sx, f.stride[1] = g->sy, f.stride[2] = g->sz;
    f.steps = steps;
    f.dtype = (int)g->dtype;
    f.halo = g->halo;
    f.threads = nt_threads_allowed();
    f.owned = g->memory != NULL;
    return f;
}

/* The kept plan of this form, on this grid; NULL: there is none. */
static nt_plan *find(const form *f, nt_grid *g)
{
    int i = 0;
    while (i < KEPT && !(kept[i].plan && memcmp(&kept[i].form, f, sizeof *f) == 0))
        i++;
    if (i == KEPT)
        return NULL;
    if (kept[i].grid != g || kept[i].cells != g->cells) {
        kept[i].grid = NULL;
        if (nt_plan_set_grids(kept[i].plan, &g, 1, NULL) != NT_OK)
            return NULL;
        kept[i].grid = g;
        kept[i].cells = g->cells;
    }
    return kept[i].plan;
}

/* Returns false if the plan cannot be kept, as it would never be freed. */
static bool keep(const form *f, const nt_grid *g, nt_plan *plan)
{
    pthread_once(&once, make_key);
    if (!frees_at_end)
        frees_at_end = has_key && pthread_setspecific(at_end, &at_end) == 0;
    if (!frees_at_end)
        return false;
    nt_plan_destroy(kept[oldest].plan);
    kept[oldest].form = *f;
    kept[oldest].grid = g;
    kept[oldest].cells = g->cells;
    kept[oldest].plan = plan;
    oldest = (oldest + 1) % KEPT;
    return true;
}

/* ---- The calls ---------------------------------------------------------------------------------------------------- */

nt_status nt_run(const char *name, nt_grid *g, int64_t steps, nt_error *why)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "kernel %s is not registered", name ? name : "NULL");
    if (!kernel->field || kernel->field->n_levels != 1 || kernel->field->n_coefs != 0)
        return nt_refuse(NT_EARG, why, "kernel %s is not one of a single grid: make a plan", name);
    form f;
    const bool keeps = g && !g->any_layout; /* another layout is the grid's own */
    if (keeps)
        f = form_of(kernel, g, steps);
    nt_plan *plan = keeps ? find(&f, g) : NULL;
    if (plan && nt_plan_run(plan, steps) == NT_OK)
        return NT_OK;
    const nt_plan_options o = {.bytes = sizeof o, .steps = steps};
    nt_status status = nt_plan_create(&plan, kernel, &g, 1, &o, why);
    if (status == NT_OK && (status = nt_plan_run(plan, steps)) != NT_OK)
        nt_refuse(status, why, "%lld steps: allowed are 0 to 2^61 - 1, on a grid that is not mapped", (long long)steps);
    if (status != NT_OK || !keeps || !keep(&f, g, plan))
        nt_plan_destroy(plan);
    return status;
}

nt_status nt_run_range(const char *name, const void *params, nt_dtype dtype, int64_t first, int64_t last,
                       void *total, nt_error *why)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "kernel %s is not registered", name ? name : "NULL");
    if (!kernel->range)
        return nt_refuse(NT_EARG, why, "kernel %s is a %s", name,
                         kernel->field ? "field: make a plan on grids"
                                       : "program, which the library does not run");
    if (first < 0 || last < first)
        return nt_refuse(NT_EARG, why, "indices %lld to %lld: allowed are 0 <= first <= end",
                         (long long)first, (long long)last);
    if (!total)
        return nt_refuse(NT_EARG, why, "the total of kernel %s is NULL", name);
    nt_plan *plan;
    const nt_plan_options o = {.bytes = sizeof o, .params = params};
    nt_status status = nt_plan_create_range(&plan, kernel, dtype, last - first, &o, why);
    if (status == NT_OK)
        status = nt_plan_run_range(plan, first, last, total);
    nt_plan_destroy(plan);
    return status;
}
