/*
 * plan.c - plans: check a kernel and its grids once, choose the config, run
 * SPDX-License-Identifier: MIT
 */
#include "nestune/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/estimate.h"
#include "core/operands.h"
#include "engine/range.h"
#include "engine/run.h"
#include "engine/share.h"
#include "engine/wavefront.h"
#include "machine/machine_internal.h"
#include "machine/settings.h"
#include "nestune/machine.h"
#include "nestune/tuned.h"
#include "view.h"
#include "why.h"

struct nt_plan {
    const nt_kernel *kernel;
    const void *params;
    nt_operands on;      /* of a field */
    nt_nest nest;        /* of a field */
    nt_range_nest range; /* of a range */
    nt_config config;
    nt_error why;
    /* Of a field: the config as chosen, before threads without work were found some (share.h); and what became of it for
     * the grids that the plan was made with. */
    nt_config chosen, first;
    nt_error chosen_why, first_why;
    bool named;         /* the caller named the schedule: it stays */
    int64_t n_counters; /* of time blocks */
};

/* The fewest cells for each thread: with fewer, waking another thread costs more than it saves.  A wake-up
 * costs about a microsecond, the cheapest kernel 0.05 ns a cell. */
enum { CELLS_A_THREAD = 4096 };

static const int64_t most_steps = INT64_MAX / 4, latest = INT64_MAX / 2;

/* ---- Options -------------------------------------------------------------------------------- */

static nt_status check_options(const nt_plan_options *o, nt_error *why)
{
    if (o->bytes != sizeof *o)
        return nt_refuse(NT_EARG, why, "options of %zu bytes: allowed is sizeof(nt_plan_options), %zu",
                         o->bytes, sizeof *o);
    if (o->steps < 0 || o->steps > most_steps)
        return nt_refuse(NT_EARG, why, "steps %lld: allowed are 0 to %lld", (long long)o->steps,
                         (long long)most_steps);
    if (o->most_threads < 0)
        return nt_refuse(NT_EARG, why, "at most %d threads: allowed are 0 (all) and more", o->most_threads);
    if (o->n_hooks < 0 || (o->n_hooks > 0 && !o->hooks))
        return nt_refuse(NT_EARG, why, "%d hooks at a NULL address", o->n_hooks);
    for (int h = 0; h < o->n_hooks; h++)
        if (!o->hooks[h] || !o->hooks[h]->apply)
            return nt_refuse(NT_EARG, why, "hook %d is NULL", h);
    return NT_OK;
}

/* Sets the keys that the caller's text names.  If it names all keys, nothing else decides the config. */
static nt_status take_text(nt_plan *plan, const char *text, nt_error *why)
{
    char whole[NT_CONFIG_TEXT];
    nt_error from = plan->why;
    const nt_status status = nt_config_parse(plan->kernel, text, &plan->config, why);
    if (status != NT_OK)
        return status;
    nt_config_format(plan->kernel, &plan->config, whole, sizeof whole);
    if (strcmp(whole, text) == 0)
        snprintf(plan->why.text, sizeof plan->why.text, "the caller's config");
    else
        snprintf(plan->why.text, sizeof plan->why.text, "the caller's %.100s; else %.130s", text, from.text);
    return NT_OK;
}

/* Does the caller's text name how the work is shared?  Then the plan keeps this schedule. */
static bool names_schedule(const char *text)
{
    static const char *const keys[] = {"parallel=", "order=", "tile=", "depth="};
    for (; text && *text; text += strcspn(text, ","), text += *text == ',')
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (strncmp(text, keys[i], strlen(keys[i])) == 0)
                return true;
    return false;
}

/* How many threads a run may have. */
static int threads_of(const nt_plan_options *o)
{
    const int allowed = nt_threads_allowed();
    return o->most_threads > 0 && o->most_threads < allowed ? o->most_threads : allowed;
}

/* What the choice of a config depends on; n: cells in x, y, z; or {indices, 1, 1}. */
static nt_status choose_config(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, nt_class size_class,
                               const int64_t n[3], nt_error *why)
{
    nt_status status = nt_tuned_find(plan->kernel, plan->params, dtype, size_class,
                                     o->steps == 1 || plan->kernel->range ? NT_REPEAT_ONE : NT_REPEAT_MANY,
                                     plan->kernel->range ? 0 : n[0], &plan->config, &plan->why);
    const nt_status known = status;
    if (status != NT_OK && status != NT_ESTALE)
        return nt_refuse(status, why, "%s", plan->why.text);
    const nt_range *r = plan->kernel->range;
    const int64_t others = n[0] * n[1] * n[2] / (r && r->least_share > 0 ? r->least_share : CELLS_A_THREAD);
    if (plan->config.threads - 1 > others)
        plan->config.threads = 1 + (int)others;
    if (o->config && *o->config) {
        status = take_text(plan, o->config, why);
        if (status == NT_OK)
            status = nt_config_runs(plan->kernel, dtype, &plan->config, why);
        if (status != NT_OK)
            return status;
    }
    if (plan->config.threads > threads_of(o))
        plan->config.threads = threads_of(o);
    /* Time blocks need some memory. */
    if (known == NT_ESTALE && !names_schedule(o->config) && o->most_bytes == 0)
        nt_estimate(nt_machine_here(), plan->kernel, plan->params, dtype, n, o->steps, &plan->config, &plan->why);
    nt_environment_explain(&plan->why);
    return NT_OK;
}

static nt_status check_memory(const nt_plan_options *o, size_t bytes, const char *what, nt_error *why)
{
    if (o->most_bytes == 0 || bytes <= o->most_bytes)
        return NT_OK;
    return nt_refuse(NT_ENOMEM, why, "%zu bytes of %s: allowed are at most %zu", bytes, what, o->most_bytes);
}

/* NESTUNE_VERBOSE. */
static void print_choice(nt_plan *plan, nt_dtype dtype, const int64_t n[3])
{
    if (nt_environment_here()->verbose) {
        char text[NT_CONFIG_TEXT];
        nt_config_format(plan->kernel, &plan->config, text, sizeof text);
        fprintf(stderr, "nestune: %s %s %lldx%lldx%lld: %s (%s)\n", plan->kernel->name, nt_dtype_name(dtype),
                (long long)n[0], (long long)n[1], (long long)n[2], text, plan->why.text);
    }
}

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
        nest->packs |= grid[k]->sx != 1;
        nest->rows_fuse &= grid[k]->sx == 1 && grid[k]->sy == grid[k]->nx;
        nest->planes_fuse &= grid[k]->sz == grid[k]->nx * grid[k]->ny;
    }
}

static void set_operands(nt_plan *plan)
{
    nt_nest *nest = &plan->nest;
    nest->packs = false;
    nest->owned = nest->rotates && plan->on.level[0]->memory && plan->on.level[1]->memory;
    nest->walls_stand[0] = nest->walls_stand[1] = false;
    nest->rows_fuse = nest->planes_fuse = nest->radius == 0;
    set_step(nest, &plan->on, 0);
    set_step(nest, &plan->on, 1);
}

/* Sets up the nest once the config is chosen, for runs of as many steps as the config keeps in cache. */
static void set_nest(nt_plan *plan)
{
    const nt_field *field = plan->kernel->field;
    const nt_grid *g = plan->on.level[0];
    nt_nest *nest = &plan->nest;
    const int radius = nt_kernel_radius(plan->kernel, plan->params);
    *nest = (nt_nest){.fn = nt_kernel_function(plan->kernel, g->dtype, &plan->config)->tile,
                      .rotates = field->n_levels == 2,
                      .steps = plan->config.depth,
                      .cells = {g->nx, g->ny, g->nz},
                      .element_bytes = (int)nt_dtype_bytes(g->dtype),
                      .radius = radius,
                      .dtype = g->dtype,
                      .ghosts = radius > 0 ? field->ghosts : NULL,
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
    plan->named = names_schedule(o->config);
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
    if (check_memory(o, bytes, "progress counters", why) != NT_OK)
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
    status = choose_config(plan, o, g->dtype, nt_class_of(bytes, threads_of(o)), n, why);
    if (status != NT_OK)
        return status;
    set_nest(plan);
    status = prepare_hooks(plan, o, why);
    if (status != NT_OK)
        return status;
    set_operands(plan); /* the loops depend on whether there are hooks */
    share_first(plan, o);
    status = take_counters(plan, o, why);
    if (status == NT_OK)
        print_choice(plan, g->dtype, plan->nest.cells);
    return status;
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
        status = choose_config(plan, o, dtype, nt_class_of_range(n), (const int64_t[3]){n, 1, 1}, why);
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
    if (check_memory(o, bytes, "partial results", why) != NT_OK)
        return NT_ENOMEM;
    plan->range.parts = aligned_alloc(NT_RANGE_STRIDE, bytes);
    if (!plan->range.parts)
        return nt_refuse(NT_ENOMEM, why, "no memory for %zu bytes of partial results", bytes);
    print_choice(plan, dtype, (const int64_t[3]){n, 1, 1});
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
    const nt_status status = check_options(o, why);
    if (status != NT_OK)
        return status;
    *plan = calloc(1, sizeof **plan);
    if (!*plan)
        return nt_refuse(NT_ENOMEM, why, "no memory for a plan");
    (*plan)->kernel = kernel;
    (*plan)->params = o->params ? o->params : kernel->params;
    return NT_OK;
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
    for (int h = 0; h < plan->nest.n_hooks; h++) {
        const nt_hook_slot *slot = &plan->nest.hooks[h];
        if (slot->hook->release)
            slot->hook->release(slot->hook, slot->state);
    }
    free(plan->nest.hooks);
    free(plan->nest.progress);
    free(plan->range.parts);
    free(plan);
}

/* ---- Runs --------------------------------------------------------------------------------------- */

nt_status nt_plan_run(nt_plan *plan, int64_t steps)
{
    if (!plan || !plan->kernel->field || steps < 0 || steps > most_steps ||
        plan->nest.time + plan->nest.clock > latest - steps || nt_operands_busy(&plan->on))
        return NT_EARG;
    nt_nest *nest = &plan->nest;
    if (nest->time > most_steps) { /* only whether it is odd, and whether it is 0, counts */
        const int64_t whole = (nest->time - 2) / 2 * 2;
        nest->time -= whole;
        nest->clock += whole;
    }
    if (nest->steps != steps) {
        nest->steps = steps;
        share_again(plan);
    }
    nt_nest_run(nest);
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
    const nt_grid *had = plan->on.level[0];
    const nt_status status =
        nt_operands_set(&on, plan->kernel, plan->params, grids, n_grids, plan->nest.n_hooks > 0, why);
    if (status != NT_OK)
        return status;
    if (on.n != plan->on.n)
        return nt_refuse(NT_EARG, why, "%d grids, the plan is made for %d", on.n, plan->on.n);
    const nt_grid *g = on.level[0];
    if (g->dtype != had->dtype)
        return nt_refuse(NT_EDTYPE, why, "grids of %s, the plan is made for %s", nt_dtype_name(g->dtype),
                         nt_dtype_name(had->dtype));
    const int64_t *n = plan->nest.cells;
    if (g->nx != n[0] || g->ny != n[1] || g->nz != n[2])
        return nt_refuse(NT_ESHAPE, why, "grids of %lldx%lldx%lld cells, the plan is made for %lldx%lldx%lld",
                         (long long)g->nx, (long long)g->ny, (long long)g->nz, (long long)n[0],
                         (long long)n[1], (long long)n[2]);
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
    if (!plan || time < 0 || time > most_steps)
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
