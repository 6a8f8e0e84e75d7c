/*
 * run_once.c - a kernel by its name in one call: a plan for a single run
 * SPDX-License-Identifier: MIT
 */
#include "nestune/kernel.h"
#include "nestune/plan.h"
#include "why.h"

nt_status nt_run(const char *name, nt_grid *g, int64_t steps, nt_error *why)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "kernel %s is not registered", name ? name : "NULL");
    if (!kernel->field || kernel->field->n_levels != 1 || kernel->field->n_coefs != 0)
        return nt_refuse(NT_EARG, why, "kernel %s is not one of a single grid: make a plan", name);
    nt_plan *plan;
    const nt_plan_options o = {.bytes = sizeof o, .steps = steps};
    nt_status status = nt_plan_create(&plan, kernel, &g, 1, &o, why);
    if (status == NT_OK)
        status = nt_plan_run(plan, steps);
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
