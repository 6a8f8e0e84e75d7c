/*
 * apply.c - a kernel in one call without any struct: for bindings to other languages
 * SPDX-License-Identifier: MIT
 */
#include "nestune/apply.h"

#include <string.h>

#include "nestune/kernel.h"
#include "nestune/plan.h"
#include "why.h"

/* Parameters of a kernel, created from a text. */
typedef struct given {
    const nt_kernel *kernel;
    const void *params;
    void *own; /* to be destroyed */
} given;

static nt_status params_of(const nt_kernel *k, const char *text, given *g, nt_error *why)
{
    static const char case_is[] = "case=";
    *g = (given){.kernel = k};
    if (!text || !*text)
        return NT_OK;
    if (strncmp(text, case_is, sizeof case_is - 1) == 0) {
        const nt_case *c = nt_kernel_case(k, text + sizeof case_is - 1);
        if (!c)
            return nt_refuse(NT_EARG, why, "%.60s: kernel %s has no such case", text, k->name);
        g->params = c->params;
        return NT_OK;
    }
    if (!k->params_create)
        return nt_refuse(NT_EARG, why, "parameters %.60s: kernel %s takes none but case=", text, k->name);
    const nt_status status = k->params_create(text, &g->own, why);
    g->params = g->own;
    return status;
}

static nt_status begin(const char *name, bool is_field, const char *params, given *g, nt_error *why)
{
    const nt_kernel *k = name ? nt_kernel_find(name) : NULL;
    *g = (given){0};
    if (!k)
        return nt_refuse(NT_EKERNEL, why, "kernel %.60s is not registered", name ? name : "NULL");
    if (k->program)
        return nt_refuse(NT_EARG, why, "kernel %s is a program, which the library does not run", k->name);
    if (is_field != (k->field != NULL))
        return nt_refuse(NT_EARG, why, "kernel %s is a %s: use %s", k->name, is_field ? "range" : "field",
                         is_field ? "nt_apply_range()" : "nt_apply()");
    return params_of(k, params, g, why);
}

static void end(given *g)
{
    if (g->own)
        g->kernel->params_destroy(g->own);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static nt_status wrap(nt_grid *grid[], nt_dtype dtype, const int64_t n[3], int n_arrays, void *const data[],
                      const int64_t strides[], const int halos[], nt_error *why)
{
    if (n_arrays < 1 || n_arrays > NT_MAX_GRIDS + 1)
        return nt_refuse(NT_EARG, why, "%d arrays: allowed are 1 to %d", n_arrays, NT_MAX_GRIDS + 1);
    if (!n || !data || !strides)
        return nt_refuse(NT_EARG, why, "the %s NULL",
                         !n      ? "sizes are"
                         : !data ? "arrays are"
                                 : "strides are");
    for (int i = 0; i < n_arrays; i++) {
        nt_error cause = {""};
        const nt_status status =
            nt_grid_wrap(&grid[i], dtype, n, &strides[3 * i], halos ? halos[i] : 0, data[i], &cause);
        if (status != NT_OK)
            return nt_refuse(status, why, "array %d: %.200s", i, cause.text);
    }
    return NT_OK;
}

nt_status nt_apply(const char *kernel, const char *params, nt_dtype dtype, const int64_t n[3], int n_arrays,
                   void *const data[], const int64_t strides[], const int halos[], int64_t steps,
                   const char *config, nt_error *why)
{
    given g;
    nt_grid *grid[NT_MAX_GRIDS + 1] = {NULL};
    nt_plan *plan = NULL;
    nt_status status = begin(kernel, true, params, &g, why);
    if (status == NT_OK)
        status = wrap(grid, dtype, n, n_arrays, data, strides, halos, why);
    if (status == NT_OK) {
        const nt_plan_options options = {
            .bytes = sizeof options, .params = g.params, .config = config, .steps = steps};
        status = nt_plan_create(&plan, g.kernel, grid, n_arrays, &options, why);
    }
    if (status == NT_OK)
        status = nt_plan_run(plan, steps);
    nt_plan_destroy(plan);
    for (int i = 0; i < NT_MAX_GRIDS + 1; i++)
        nt_grid_destroy(grid[i]);
    end(&g);
    return status;
}

int nt_apply_radius(const char *kernel, const char *params)
{
    given g;
    const int radius =
        begin(kernel, true, params, &g, NULL) == NT_OK ? nt_kernel_radius(g.kernel, g.params) : -1;
    end(&g);
    return radius;
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

nt_status nt_apply_range(const char *kernel, const char *params, nt_dtype dtype, int64_t first, int64_t last,
                         void *total, size_t total_bytes, const char *config, nt_error *why)
{
    given g;
    nt_plan *plan = NULL;
    nt_status status = begin(kernel, false, params, &g, why);
    if (status == NT_OK && (first < 0 || last < first))
        status = nt_refuse(NT_EARG, why, "indices %lld to %lld: allowed are 0 <= first <= end",
                           (long long)first, (long long)last);
    if (status == NT_OK && (!total || total_bytes != g.kernel->range->part_bytes))
        status = nt_refuse(NT_EARG, why, "a total of %zu bytes%s: kernel %s has one of %zu", total_bytes,
                           total ? "" : " at NULL", g.kernel->name, g.kernel->range->part_bytes);
    if (status == NT_OK) {
        const nt_plan_options options = {.bytes = sizeof options, .params = g.params, .config = config};
        status = nt_plan_create_range(&plan, g.kernel, dtype, last - first, &options, why);
    }
    if (status == NT_OK)
        status = nt_plan_run_range(plan, first, last, total);
    nt_plan_destroy(plan);
    end(&g);
    return status;
}

size_t nt_apply_range_bytes(const char *kernel)
{
    const nt_kernel *k = kernel ? nt_kernel_find(kernel) : NULL;
    return k && k->range ? k->range->part_bytes : 0;
}
