/*
 * plan.c - checks a problem once, fixes its config, runs it
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "engine/range.h"
#include "engine/run.h"
#include "engine/wavefront.h"
#include "nestune/machine.h"
#include "nestune/plan.h"
#include "nestune/tuned.h"
#include "view.h"
#include "why.h"

struct nt_plan {
    const nt_kernel *kernel;
    nt_nest nest;        /* of a field */
    nt_range_nest range; /* of a range, and where its result goes: */
    void *total;
    nt_config config;
    nt_grid *level[NT_MAX_LEVELS];
    nt_grid *result; /* one level: where the newest lies */
    nt_error why;
};

/* Cells or indices that one thread should have at least: below, waking another costs more than it saves.  A
 * wake-up takes about a microsecond, the cheapest kernel 0.05 ns a cell. */
enum { CELLS_A_THREAD = 4096 };

/* All grids of a problem in one list: levels, coefficients, result. */
typedef struct operands {
    const nt_grid *grid[NT_MAX_GRIDS + 1];
    int n;
} operands;

static nt_status gather(const nt_problem *p, operands *all, nt_error *why)
{
    all->n = 0;
    for (int i = 0; i < p->kernel->field->n_levels; i++) {
        if (!p->level[i])
            return nt_refuse(NT_EARG, why, "kernel %s needs %d level grids, level[%d] is NULL",
                             p->kernel->name, p->kernel->field->n_levels, i);
        all->grid[all->n++] = p->level[i];
    }
    for (int i = 0; i < p->kernel->field->n_coefs; i++) {
        if (!p->coef[i])
            return nt_refuse(NT_EARG, why, "kernel %s needs %d coefficient grids, coef[%d] is NULL",
                             p->kernel->name, p->kernel->field->n_coefs, i);
        all->grid[all->n++] = p->coef[i];
    }
    if (p->result && p->kernel->field->n_levels != 1)
        return nt_refuse(NT_EARG, why, "kernel %s rotates its levels and takes no result grid",
                         p->kernel->name);
    if (p->result && p->result != p->level[0])
        all->grid[all->n++] = p->result;
    return NT_OK;
}

/* First and last byte that a grid's cells reach. */
static void extent(const nt_grid *g, uintptr_t *low, uintptr_t *high)
{
    const int64_t n[3] = {g->nx, g->ny, g->nz};
    const ptrdiff_t s[3] = {g->sx, g->sy, g->sz}, bytes = (ptrdiff_t)nt_dtype_bytes(g->dtype);
    *low = *high = (uintptr_t)g->cells;
    for (int a = 0; a < 3; a++) {
        const ptrdiff_t span = (n[a] - 1 + g->halo) * s[a] * bytes, before = -g->halo * s[a] * bytes;
        *low += (uintptr_t)(span < before ? span : before);
        *high += (uintptr_t)(span > before ? span : before);
    }
    *high += (uintptr_t)bytes - 1;
}

static nt_status check_grids(const nt_problem *p, const operands *all, nt_error *why)
{
    const nt_grid *first = all->grid[0];
    if (p->kernel->check) {
        const int64_t n[3] = {first->nx, first->ny, first->nz};
        const nt_status status =
            p->kernel->check(p->params ? p->params : p->kernel->params, first->dtype, n, why);
        if (status != NT_OK)
            return status;
    }
    const int radius = nt_kernel_radius(p->kernel, p->params);
    for (int i = 0; i < all->n; i++) {
        const nt_grid *g = all->grid[i];
        if (g->dtype != first->dtype)
            return nt_refuse(NT_EDTYPE, why, "grid %d is %s, the first is %s", i, nt_dtype_name(g->dtype),
                             nt_dtype_name(first->dtype));
        if (g->nx != first->nx || g->ny != first->ny || g->nz != first->nz)
            return nt_refuse(NT_ESHAPE, why, "grid %d is %lldx%lldx%lld, the first %lldx%lldx%lld", i,
                             (long long)g->nx, (long long)g->ny, (long long)g->nz, (long long)first->nx,
                             (long long)first->ny, (long long)first->nz);
        if (i < p->kernel->field->n_levels && g->halo < radius)
            return nt_refuse(NT_ESHAPE, why, "level %d has a halo of %d cells, kernel %s reads %d", i,
                             g->halo, p->kernel->name, radius);
        if (g->sx != 1 && (radius > 0 || p->n_hooks > 0))
            return nt_refuse(NT_ESTRIDE, why, "grid %d has stride %td in x, %s need 1", i, g->sx,
                             radius > 0 ? "stencils" : "hooks");
    }
    if (first->nx == 0 || first->ny == 0 || first->nz == 0)
        return NT_OK;
    for (int i = 0; i < all->n; i++)
        for (int j = 0; j < i; j++) {
            uintptr_t a0, a1, b0, b1;
            const int first_coef = p->kernel->field->n_levels,
                      n_read = first_coef + p->kernel->field->n_coefs;
            if (j >= first_coef && i < n_read)
                continue; /* both are only read */
            extent(all->grid[i], &a0, &a1);
            extent(all->grid[j], &b0, &b1);
            if (a0 <= b1 && b0 <= a1)
                return nt_refuse(NT_EARG, why, "grids %d and %d overlap in memory", j, i);
        }
    return NT_OK;
}

/* The operands of step[which]: src, dst, coefficients. */
static void set_operands(nt_nest *nest, const nt_problem *p, int which)
{
    const bool rotates = p->kernel->field->n_levels == 2;
    nt_grid *home = p->result ? p->result : p->level[0];
    const nt_grid *src = rotates ? p->level[which] : which == 0 ? p->level[0] : home;
    const nt_grid *grid[2 + NT_MAX_COEFS] = {src, rotates ? p->level[1 - which] : home};
    /* Tile functions may form addresses in coefficients that they do not have. */
    for (int c = 0; c < NT_MAX_COEFS; c++)
        grid[2 + c] = c < p->kernel->field->n_coefs ? p->coef[c] : src;

    nt_step *step = &nest->step[which];
    step->params = p->params ? p->params : p->kernel->params;
    nt_view *view[2 + NT_MAX_COEFS] = {&step->src, &step->dst, &step->coef[0], &step->coef[1]};
    for (int k = 0; k < 2 + NT_MAX_COEFS; k++) {
        *view[k] = nt_view_of(grid[k]);
        nest->x_stride[which][k] = grid[k]->sx;
        nest->packs |= grid[k]->sx != 1;
        nest->rows_fuse &= grid[k]->sx == 1 && grid[k]->sy == grid[k]->nx;
        nest->planes_fuse &= grid[k]->sz == grid[k]->nx * grid[k]->ny;
    }
}

/* What is known of a size that the choice depends on; n: cells or indices. */
static nt_status choose_config(nt_plan *plan, const nt_problem *p, nt_dtype dtype, nt_class size_class,
                               int64_t n, const nt_config *config, nt_error *why)
{
    if (config) {
        snprintf(plan->why.text, sizeof plan->why.text, "the caller's config");
        plan->config = *config;
        return nt_config_runs(p->kernel, dtype, config, why);
    }
    const nt_status status =
        nt_tuned_find(p->kernel, p->params, dtype, size_class, p->steps > 1 ? NT_MANY_STEPS : NT_ONE_STEP,
                      &plan->config, &plan->why);
    if (status != NT_OK && status != NT_ESTALE)
        return nt_refuse(status, why, "%s", plan->why.text);
    const int64_t useful = 1 + n / CELLS_A_THREAD;
    if (plan->config.threads > useful)
        plan->config.threads = (int)useful;
    return NT_OK;
}

/* The nest of a plan whose config is chosen. */
static void set_nest(nt_plan *plan, const nt_problem *p, const nt_grid *g)
{
    nt_nest *nest = &plan->nest;
    const int radius = nt_kernel_radius(p->kernel, p->params);
    *nest = (nt_nest){.fn = nt_kernel_function(p->kernel, g->dtype, &plan->config)->tile,
                      .steps = p->steps,
                      .n = {g->nx, g->ny, g->nz},
                      .element_bytes = (int)nt_dtype_bytes(g->dtype),
                      .radius = radius,
                      .dtype = g->dtype,
                      .ghosts = radius > 0 ? p->kernel->field->ghosts : NULL,
                      .flush_denormals = p->kernel->field->flush_denormals,
                      .hooks = p->hooks,
                      .n_hooks = p->n_hooks};
    nest->rotates = p->kernel->field->n_levels == 2;
    nest->rows_fuse = nest->planes_fuse = radius == 0;
    set_operands(nest, p, 0);
    set_operands(nest, p, 1);
    nest->step[0].config = nest->step[1].config = &plan->config;
    nt_nest_set_config(nest, &plan->config);
    memcpy(plan->level, p->level, sizeof plan->level);
    plan->result = p->result;
}

/* What a run needs beside the grids: progress counters, and what hooks want. */
static nt_status prepare(nt_plan *plan, const nt_problem *p, nt_error *why)
{
    nt_nest *nest = &plan->nest;
    if (nest->depth > 1 && nest->radius > 0 && nest->n[0] > 0 && nest->n[1] > 0 && nest->n[2] > 0) {
        const size_t bytes = (size_t)nt_wavefront_rows(nest) * sizeof *nest->progress;
        nest->progress = aligned_alloc(_Alignof(nt_progress), bytes);
        if (!nest->progress)
            return nt_refuse(NT_ENOMEM, why, "no memory for %zu bytes of progress counters", bytes);
    }
    for (int h = 0; h < p->n_hooks; h++) {
        const nt_hook *hook = &p->hooks[h];
        const nt_status status = hook->prepare ? hook->prepare(hook->context, p, &plan->config, why) : NT_OK;
        if (status != NT_OK)
            return status;
    }
    return NT_OK;
}

/* NESTUNE_VERBOSE. */
static void print_choice(const nt_plan *plan, nt_dtype dtype, int64_t nx, int64_t ny, int64_t nz)
{
    const char *verbose = getenv("NESTUNE_VERBOSE");
    if (verbose && *verbose && strcmp(verbose, "0") != 0) {
        char text[NT_CONFIG_TEXT];
        nt_config_format(plan->kernel, &plan->config, text);
        fprintf(stderr, "nestune: %s %s %lldx%lldx%lld: %s (%s)\n", plan->kernel->name, nt_dtype_name(dtype),
                (long long)nx, (long long)ny, (long long)nz, text, plan->why.text);
    }
}

/* No more threads than this process may use. */
static void limit_threads(nt_config *config)
{
    const int allowed = nt_threads_allowed();
    config->threads = config->threads < allowed ? config->threads : allowed;
}

static nt_status make_field(nt_plan *plan, const nt_problem *p, const nt_config *config, nt_error *why)
{
    operands all = {0};
    if (p->steps < 0 || p->steps > INT64_MAX / 4)
        return nt_refuse(NT_EARG, why, "steps %lld: allowed are 0 to %lld", (long long)p->steps,
                         (long long)(INT64_MAX / 4));
    if (p->n_hooks < 0 || (p->n_hooks > 0 && !p->hooks))
        return nt_refuse(NT_EARG, why, "%d hooks at a NULL address", p->n_hooks);
    nt_status status = gather(p, &all, why);
    if (status == NT_OK)
        status = check_grids(p, &all, why);
    if (status != NT_OK)
        return status;
    const nt_grid *g = all.grid[0];
    const int64_t cells = g->nx * g->ny * g->nz, bytes = cells * all.n * (int64_t)nt_dtype_bytes(g->dtype);
    status = choose_config(plan, p, g->dtype, nt_class_of(bytes), cells, config, why);
    if (status != NT_OK)
        return status;
    limit_threads(&plan->config);
    set_nest(plan, p, g);
    status = prepare(plan, p, why);
    if (status == NT_OK)
        print_choice(plan, g->dtype, g->nx, g->ny, g->nz);
    return status;
}

static nt_status make_range(nt_plan *plan, const nt_problem *p, const nt_config *config, nt_error *why)
{
    const nt_range *r = p->kernel->range;
    if (nt_dtype_bytes(p->dtype) == 0)
        return nt_refuse(NT_EARG, why, "element type %d is neither NT_F32 nor NT_F64", (int)p->dtype);
    if (p->first < 0 || p->end < p->first)
        return nt_refuse(NT_EARG, why, "indices %lld to %lld: allowed are 0 <= first <= end",
                         (long long)p->first, (long long)p->end);
    if (!p->total)
        return nt_refuse(NT_EARG, why, "the total of kernel %s is NULL", p->kernel->name);
    const int64_t n = p->end - p->first;
    const void *params = p->params ? p->params : p->kernel->params;
    nt_status status = NT_OK;
    if (p->kernel->check)
        status = p->kernel->check(params, p->dtype, (const int64_t[3]){n, 1, 1}, why);
    if (status == NT_OK)
        status = choose_config(plan, p, p->dtype, nt_class_of_range(n), n, config, why);
    if (status != NT_OK)
        return status;
    limit_threads(&plan->config);
    plan->total = p->total;
    plan->range = (nt_range_nest){.fn = nt_kernel_function(p->kernel, p->dtype, &plan->config)->range,
                                  .merge = r->merge,
                                  .params = params,
                                  .config = &plan->config,
                                  .first = p->first,
                                  .end = p->end,
                                  .threads = plan->config.parallel == NT_SERIAL ? 1 : plan->config.threads,
                                  .part_bytes = r->part_bytes};
    const size_t bytes = nt_range_scratch_bytes(&plan->range);
    plan->range.parts = aligned_alloc(NT_RANGE_STRIDE, bytes);
    if (!plan->range.parts)
        return nt_refuse(NT_ENOMEM, why, "no memory for %zu bytes of partial results", bytes);
    print_choice(plan, p->dtype, n, 1, 1);
    return NT_OK;
}

nt_status nt_plan_create(nt_plan **out, const nt_problem *p, const nt_config *config, nt_error *why)
{
    if (!out)
        return nt_refuse(NT_EARG, why, "the plan to create is NULL");
    *out = NULL;
    if (!p || !p->kernel)
        return nt_refuse(NT_EARG, why, "a NULL %s", p ? "kernel" : "problem");
    nt_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return nt_refuse(NT_ENOMEM, why, "no memory for a plan");
    plan->kernel = p->kernel;
    const nt_status status =
        p->kernel->field ? make_field(plan, p, config, why) : make_range(plan, p, config, why);
    if (status != NT_OK) {
        nt_plan_destroy(plan);
        return status;
    }
    *out = plan;
    return NT_OK;
}

void nt_plan_run(nt_plan *plan)
{
    if (plan->kernel->field)
        nt_nest_run(&plan->nest);
    else
        nt_range_run(&plan->range, plan->total);
}

nt_grid *nt_plan_newest(const nt_plan *plan)
{
    if (plan->nest.rotates)
        return plan->level[plan->nest.time & 1];
    return plan->result && plan->nest.time > 0 ? plan->result : plan->level[0];
}

const nt_config *nt_plan_config(const nt_plan *plan)
{
    return &plan->config;
}

const char *nt_plan_why(const nt_plan *plan)
{
    return plan->why.text;
}

void nt_plan_destroy(nt_plan *plan)
{
    if (plan) {
        free(plan->nest.progress);
        free(plan->range.parts);
    }
    free(plan);
}

nt_status nt_run(const char *name, nt_grid *g, int64_t steps, nt_error *why)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "kernel %s is not registered", name ? name : "NULL");
    if (!kernel->field || kernel->field->n_levels != 1 || kernel->field->n_coefs != 0)
        return nt_refuse(NT_EARG, why, "kernel %s is not one of a single grid: make a plan", name);
    nt_plan *plan;
    const nt_status status =
        nt_plan_create(&plan, &(nt_problem){.kernel = kernel, .level = {g}, .steps = steps}, NULL, why);
    if (status == NT_OK)
        nt_plan_run(plan);
    nt_plan_destroy(status == NT_OK ? plan : NULL);
    return status;
}

nt_status nt_run_range(const char *name, const void *params, nt_dtype dtype, int64_t first, int64_t end,
                       void *total, nt_error *why)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (!kernel)
        return nt_refuse(NT_EKERNEL, why, "kernel %s is not registered", name ? name : "NULL");
    if (!kernel->range)
        return nt_refuse(NT_EARG, why, "kernel %s is a field: make a plan on grids", name);
    const nt_problem problem = {
        .kernel = kernel, .params = params, .dtype = dtype, .first = first, .end = end, .total = total};
    nt_plan *plan;
    const nt_status status = nt_plan_create(&plan, &problem, NULL, why);
    if (status == NT_OK)
        nt_plan_run(plan);
    nt_plan_destroy(status == NT_OK ? plan : NULL);
    return status;
}
