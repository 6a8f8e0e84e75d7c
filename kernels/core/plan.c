/*
 * plan.c - plans: check a kernel and its grids once, set up its loops, run
 * SPDX-License-Identifier: MIT
 */
#include "core/plan_internal.h"

#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/share.h"
#include "engine/wavefront.h"
#include "view.h"
#include "why.h"

static const int64_t latest = INT64_MAX / 2;

/* ---- Fields ------------------------------------------------------------------------------------- */

/* The operands of step[which]: src, dst, coefficients. */
static void set_step(nt_nest *nest, const nt_operands *on, int which)
{
    const bool rotates = on->n_levels == 2;
    const nt_grid *home = on->result ? on->result : on->level[0];
    const nt_grid *src = rotates ? on->level[which] : which == 0 ? on->level[0] : home;
    const nt_grid *grid[2 + NT_MAX_COEFS] = {src, rotates ? on->level[1 - which] : home};
    /* A tile function may compute addresses in coefficients that its kernel does not have. */
    for (int c = 0; c < NT_MAX_COEFS; c++)
        grid[2 + c] = c < on->n_coefs ? on->coef[c] : src;

    nt_step *step = &nest->step[which];
    step->coef = nest->coef[which];
    for (int k = 0; k < 2 + NT_MAX_COEFS; k++) {
        *(k == 0 ? &step->src : k == 1 ? &step->dst : &nest->coef[which][k - 2]) = nt_view_of(grid[k]);
        nest->x_stride[which][k] = grid[k]->sx;
        nest->packs |= grid[k]->layout == NT_LAYOUT_ROWS && grid[k]->sx != 1;
        nest->rows_fuse &= grid[k]->sx == 1 && grid[k]->sy == grid[k]->nx;
        nest->planes_fuse &= grid[k]->sz == grid[k]->nx * grid[k]->ny;
    }
}

static void set_operands(nt_plan *plan)
{
    nt_nest *nest = &plan->nest;
    nest->packs = false;
    const nt_operands *in = &plan->grids.in;
    nest->owned = nest->rotates && in->level[0]->memory && in->level[1]->memory;
    nest->walls_stand[0] = nest->walls_stand[1] = false;
    nest->rows_fuse = nest->planes_fuse = nest->radius == 0;
    set_step(nest, in, 0);
    set_step(nest, in, 1);
}

/* Sets up the nest once the config is chosen, for runs of as many steps as the config keeps in cache. */
static void set_nest(nt_plan *plan)
{
    const nt_field *field = plan->kernel->field;
    const nt_grid *g = plan->on.level[0];
    nt_nest *nest = &plan->nest;
    const int radius = nt_kernel_radius(plan->kernel, plan->params);
    const bool ghosts = radius > 0 && (!field->has_ghosts || field->has_ghosts(plan->params));
    *nest = (nt_nest){.fn = nt_kernel_function(plan->kernel, g->dtype, &plan->config)->tile,
                      .rotates = field->n_levels == 2,
                      .steps = plan->config.depth,
                      .cells = {g->nx, g->ny, g->nz},
                      .element_bytes = (int)nt_dtype_bytes(g->dtype),
                      .radius = radius,
                      .brick = plan->config.layout == NT_LAYOUT_BRICKS ? NT_BRICK : 1,
                      .dtype = g->dtype,
                      .ghosts = ghosts ? field->ghosts : NULL,
                      .walls = radius > 0 ? field->walls : NULL,
                      .n_coefs = field->n_coefs,
                      .flush_denormals = field->flush_denormals};
    for (int i = 0; i < 2; i++) {
        nest->step[i].params = plan->params;
        nest->step[i].config = &plan->config;
    }
}

static void share_first(nt_plan *plan, const nt_plan_options *o)
{
    plan->chosen = plan->config;
    plan->chosen_why = plan->why;
    plan->named = nt_plan_names_schedule(o->config);
    nt_share_set(&plan->nest, &plan->config, plan->named, &plan->why);
    plan->first = plan->config;
    plan->first_why = plan->why;
}

/* For other grids or another number of steps, other threads may be without work.  The first config stays where the new
 * one would need more counters than there are. */
static void share_again(nt_plan *plan)
{
    nt_nest *nest = &plan->nest;
    plan->config = plan->chosen;
    plan->why = plan->chosen_why;
    nt_share_set(nest, &plan->config, plan->named, &plan->why);
    if (!nest->blocked || nt_wavefront_rows(nest) <= plan->n_counters)
        return;
    plan->config = plan->first;
    plan->why = plan->first_why;
    nt_nest_set_config(nest, &plan->config);
}

/* The progress counters of time blocks. */
static nt_status take_counters(nt_plan *plan, const nt_plan_options *o, nt_error *why)
{
    nt_nest *nest = &plan->nest;
    if (!nest->blocked || nest->n[0] == 0 || nest->n[1] == 0 || nest->n[2] == 0)
        return NT_OK;
    plan->n_counters = nt_wavefront_rows(nest);
    const size_t bytes = (size_t)plan->n_counters * sizeof *nest->progress;
    if (nt_plan_check_memory(o, bytes + plan->brick_bytes, "progress counters and bricks", why) != NT_OK)
        return NT_ENOMEM;
    nest->progress = aligned_alloc(_Alignof(nt_progress), bytes);
    if (!nest->progress)
        return nt_refuse(NT_ENOMEM, why, "no memory for %zu bytes of progress counters", bytes);
    return NT_OK;
}

static nt_status prepare_hooks(nt_plan *plan, const nt_plan_options *o, nt_error *why)
{
    nt_nest *nest = &plan->nest;
    if (o->n_hooks == 0)
        return NT_OK;
    if (plan->of) {
        nest->hooks = plan->of->nest.hooks;
        nest->n_hooks = plan->of->nest.n_hooks;
        return NT_OK;
    }
    nest->hooks = calloc((size_t)o->n_hooks, sizeof *nest->hooks);
    if (!nest->hooks)
        return nt_refuse(NT_ENOMEM, why, "no memory for %d hooks", o->n_hooks);
    const nt_hook_use use = {.kernel = plan->kernel,
                             .dtype = nest->dtype,
                             .n = {nest->cells[0], nest->cells[1], nest->cells[2]},
                             .depth = plan->config.depth};
    for (; nest->n_hooks < o->n_hooks; nest->n_hooks++) {
        nt_hook_slot *slot = &nest->hooks[nest->n_hooks];
        slot->hook = o->hooks[nest->n_hooks];
        const nt_status status =
            slot->hook->prepare ? slot->hook->prepare(slot->hook, &use, &slot->state, why) : NT_OK;
        if (status != NT_OK)
            return status;
    }
    return NT_OK;
}

/* A second plan for short runs, where each run copies grids. */
static nt_status make_few(nt_plan *plan, nt_grid *const grids[], int n_grids, const nt_plan_options *o, nt_error *why);

static nt_status make_field(nt_plan *plan, nt_grid *const grids[], int n_grids, const nt_plan_options *o,
                            nt_error *why)
{
    nt_status status =
        nt_operands_set(&plan->on, plan->kernel, plan->params, grids, n_grids, o->n_hooks > 0, why);
    if (status != NT_OK)
        return status;
    const nt_grid *g = plan->on.level[0];
    const int64_t n[3] = {g->nx, g->ny, g->nz};
    const int64_t result = plan->on.result ? n[0] * n[1] * n[2] * (int64_t)nt_dtype_bytes(g->dtype) : 0;
    const int64_t bytes = nt_working_set(plan->kernel, plan->params, g->dtype, n) + result;
    status = nt_plan_choose(plan, o, g->dtype, nt_class_of(bytes, nt_plan_threads(o)), n, why);
    if (status == NT_OK)
        status = nt_plan_choose_layout(plan, o, nt_kernel_radius(plan->kernel, plan->params), why);
    if (status != NT_OK)
        return status;
    if (plan->of && plan->config.depth > plan->of->config.depth) /* its hooks are prepared for that */
        plan->config.depth = plan->of->config.depth;
    set_nest(plan);
    status = prepare_hooks(plan, o, why);
    if (status != NT_OK)
        return status;
    set_operands(plan); /* the loops depend on whether there are hooks */
    share_first(plan, o);
    status = take_counters(plan, o, why);
    if (status == NT_OK)
        status = make_few(plan, grids, n_grids, o, why);
    if (status == NT_OK && !plan->of)
        nt_plan_print(plan, g->dtype, plan->nest.cells);
    return status;
}

static nt_plan *new_plan(const nt_plan *content)
{
    nt_plan *plan = aligned_alloc(_Alignof(nt_plan), sizeof *plan);
    if (plan)
        *plan = *content;
    return plan;
}

static nt_status make_few(nt_plan *plan, nt_grid *const grids[], int n_grids, const nt_plan_options *o, nt_error *why)
{
    if (plan->of || nt_plan_names_layout(o->config) || plan->config.layout == NT_LAYOUT_ROWS)
        return NT_OK;
    plan->few = new_plan(&(nt_plan){.kernel = plan->kernel, .params = plan->params, .of = plan});
    if (!plan->few)
        return nt_refuse(NT_ENOMEM, why, "no memory for a plan");
    const size_t used = strlen(plan->why.text);
    snprintf(plan->why.text + used, sizeof plan->why.text - used, "; rows for runs of fewer than %d steps that copy grids",
             NT_PLAN_MANY);
    return make_field(plan->few, grids, n_grids, o, why);
}

/* ---- Ranges --------------------------------------------------------------------------------------- */

static nt_status make_range(nt_plan *plan, nt_dtype dtype, int64_t n, const nt_plan_options *o, nt_error *why)
{
    const nt_range *r = plan->kernel->range;
    if (nt_dtype_bytes(dtype) == 0)
        return nt_refuse(NT_EARG, why, "element type %d is neither NT_F32 nor NT_F64", (int)dtype);
    if (n < 0)
        return nt_refuse(NT_EARG, why, "%lld indices: allowed are 0 and more", (long long)n);
    nt_status status = NT_OK;
    if (plan->kernel->check)
        status = plan->kernel->check(plan->params, dtype, (const int64_t[3]){n, 1, 1}, why);
    if (status == NT_OK)
        status = nt_plan_choose(plan, o, dtype, nt_class_of_range(n), (const int64_t[3]){n, 1, 1}, why);
    if (status != NT_OK)
        return status;
    plan->range =
        (nt_range_nest){.fn = nt_kernel_function(plan->kernel, dtype, &plan->config)->range,
                        .merge = r->merge,
                        .params = plan->params,
                        .config = &plan->config,
                        .threads = plan->config.parallel == NT_PARALLEL_SERIAL ? 1 : plan->config.threads,
                        .part_bytes = r->part_bytes};
    const size_t bytes = nt_range_scratch_bytes(&plan->range);
    if (nt_plan_check_memory(o, bytes, "partial results", why) != NT_OK)
        return NT_ENOMEM;
    plan->range.parts = aligned_alloc(NT_RANGE_STRIDE, bytes);
    if (!plan->range.parts)
        return nt_refuse(NT_ENOMEM, why, "no memory for %zu bytes of partial results", bytes);
    nt_plan_print(plan, dtype, (const int64_t[3]){n, 1, 1});
    return NT_OK;
}

/* ---- The life of a plan --------------------------------------------------------------------------- */

static const nt_plan_options usual = {.bytes = sizeof usual};

/* An empty plan, if the kernel is of the right kind. */
static nt_status begin(nt_plan **plan, const nt_kernel *kernel, bool is_field, const nt_plan_options *o,
                       nt_error *why)
{
    if (!plan)
        return nt_refuse(NT_EARG, why, "the plan to create is NULL");
    *plan = NULL;
    if (!kernel)
        return nt_refuse(NT_EARG, why, "the kernel is NULL");
    if (kernel->program)
        return nt_refuse(NT_EARG, why, "kernel %s is a program, which the library does not run",
                         kernel->name);
    if (is_field != (kernel->field != NULL))
        return nt_refuse(NT_EARG, why, "kernel %s is a %s: use %s", kernel->name,
                         is_field ? "range" : "field",
                         is_field ? "nt_plan_create_range()" : "nt_plan_create()");
    const nt_status status = nt_plan_check_options(o, why);
    if (status != NT_OK)
        return status;
    *plan = new_plan(&(nt_plan){.kernel = kernel, .params = o->params ? o->params : kernel->params});
    return *plan ? NT_OK : nt_refuse(NT_ENOMEM, why, "no memory for a plan");
}

/* On error destroys the plan. */
static nt_status end(nt_plan **plan, nt_status status)
{
    if (status == NT_OK && (*plan)->kernel->planned)
        (*plan)->kernel->planned((*plan)->params);
    if (status != NT_OK) {
        nt_plan_destroy(*plan);
        *plan = NULL;
    }
    return status;
}

nt_status nt_plan_create(nt_plan **plan, const nt_kernel *kernel, nt_grid *const grids[], int n_grids,
                         const nt_plan_options *options, nt_error *why)
{
    const nt_plan_options *o = options ? options : &usual;
    const nt_status status = begin(plan, kernel, true, o, why);
    return status != NT_OK ? status : end(plan, make_field(*plan, grids, n_grids, o, why));
}

nt_status nt_plan_create_range(nt_plan **plan, const nt_kernel *kernel, nt_dtype dtype, int64_t n,
                               const nt_plan_options *options, nt_error *why)
{
    const nt_plan_options *o = options ? options : &usual;
    const nt_status status = begin(plan, kernel, false, o, why);
    return status != NT_OK ? status : end(plan, make_range(*plan, dtype, n, o, why));
}

void nt_plan_destroy(nt_plan *plan)
{
    if (!plan)
        return;
    nt_plan_destroy(plan->few);
    for (int h = 0; !plan->of && h < plan->nest.n_hooks; h++) {
        const nt_hook_slot *slot = &plan->nest.hooks[h];
        if (slot->hook->release)
            slot->hook->release(slot->hook, slot->state);
    }
    if (!plan->of)
        free(plan->nest.hooks);
    nt_layout_free(&plan->grids);
    free(plan->nest.progress);
    free(plan->range.parts);
    free(plan);
}

/* ---- Runs --------------------------------------------------------------------------------------- */

nt_status nt_plan_run(nt_plan *plan, int64_t steps)
{
    if (!plan || !plan->kernel->field || steps < 0 || steps > nt_plan_most_steps ||
        plan->nest.time + plan->nest.clock > latest - steps || nt_operands_busy(&plan->on))
        return NT_EARG;
    nt_nest *nest = &plan->nest;
    if (plan->few && steps < NT_PLAN_MANY && nt_layout_copies(&plan->on, (nt_layout)plan->config.layout)) {
        plan->few->nest.time = nest->time;
        plan->few->nest.clock = nest->clock;
        const nt_status status = nt_plan_run(plan->few, steps);
        nest->time = plan->few->nest.time;
        nest->clock = plan->few->nest.clock;
        return status;
    }
    if (nest->time > nt_plan_most_steps) { /* only whether it is odd, and whether it is 0, counts */
        const int64_t whole = (nest->time - 2) / 2 * 2;
        nest->time -= whole;
        nest->clock += whole;
    }
    if (nest->steps != steps) {
        nest->steps = steps;
        share_again(plan);
    }
    const int64_t first = nest->rotates ? 1 - (nest->time & 1) : 0; /* the level that is written first */
    nt_layout_enter(&plan->grids, &plan->on, nest->threads);
    nt_nest_run(nest);
    nt_layout_leave(&plan->grids, &plan->on, (int)first, steps, nest->threads);
    return NT_OK;
}

nt_status nt_plan_run_range(nt_plan *plan, int64_t first, int64_t last, void *total)
{
    if (!plan || !plan->kernel->range || first < 0 || last < first || !total)
        return NT_EARG;
    plan->range.first = first;
    plan->range.end = last;
    nt_range_run(&plan->range, total);
    return NT_OK;
}

nt_status nt_plan_set_grids(nt_plan *plan, nt_grid *const grids[], int n_grids, nt_error *why)
{
    if (!plan || !plan->kernel->field)
        return nt_refuse(NT_EARG, why, "%s", plan ? "a plan of a range has no grids" : "the plan is NULL");
    nt_operands on;
    const nt_status status =
        nt_operands_set(&on, plan->kernel, plan->params, grids, n_grids, plan->nest.n_hooks > 0, why);
    if (status != NT_OK)
        return status;
    if (on.n != plan->on.n)
        return nt_refuse(NT_EARG, why, "%d grids, the plan is made for %d", on.n, plan->on.n);
    const nt_grid *g = on.level[0];
    if (g->dtype != plan->nest.dtype)
        return nt_refuse(NT_EDTYPE, why, "grids of %s, the plan is made for %s", nt_dtype_name(g->dtype),
                         nt_dtype_name(plan->nest.dtype));
    const int64_t *n = plan->nest.cells;
    if (g->nx != n[0] || g->ny != n[1] || g->nz != n[2])
        return nt_refuse(NT_ESHAPE, why, "grids of %lldx%lldx%lld cells, the plan is made for %lldx%lldx%lld",
                         (long long)g->nx, (long long)g->ny, (long long)g->nz, (long long)n[0],
                         (long long)n[1], (long long)n[2]);
    nt_status made = nt_layout_set(&plan->grids, &on, (nt_layout)plan->config.layout, plan->nest.radius, plan->config.threads, why);
    if (made == NT_OK && plan->few)
        made = nt_plan_set_grids(plan->few, grids, n_grids, why);
    if (made != NT_OK)
        return made;
    plan->on = on;
    plan->nest.clock += plan->nest.time;
    plan->nest.time = 0;
    set_operands(plan);
    share_again(plan);
    return NT_OK;
}

nt_grid *nt_plan_newest(const nt_plan *plan)
{
    if (!plan || !plan->kernel->field)
        return NULL;
    if (plan->nest.rotates)
        return plan->on.level[plan->nest.time & 1];
    return plan->on.result && plan->nest.time > 0 ? plan->on.result : plan->on.level[0];
}

int64_t nt_plan_time(const nt_plan *plan)
{
    return plan ? plan->nest.time + plan->nest.clock : 0;
}

nt_status nt_plan_set_time(nt_plan *plan, int64_t time)
{
    if (!plan || time < 0 || time > nt_plan_most_steps)
        return NT_EARG;
    plan->nest.clock = time - plan->nest.time;
    return NT_OK;
}

const nt_config *nt_plan_config(const nt_plan *plan)
{
    return plan ? &plan->config : NULL;
}

void nt_plan_config_text(const nt_plan *plan, char *text, size_t n)
{
    if (plan)
        nt_config_format(plan->kernel, &plan->config, text, n);
    else if (text && n > 0)
        text[0] = '\0';
}

const char *nt_plan_why(const nt_plan *plan)
{
    return plan ? plan->why.text : "";
}
