/*
 * plan_choice.c - which config a plan runs, and on which layout
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "core/estimate.h"
#include "core/plan_internal.h"
#include "machine/machine_internal.h"
#include "machine/settings.h"
#include "nestune/machine.h"
#include "nestune/model.h"
#include "view.h"
#include "why.h"

/* ---- Options -------------------------------------------------------------------------------- */

nt_status nt_plan_check_options(const nt_plan_options *o, nt_error *why)
{
    if (o->bytes != sizeof *o)
        return nt_refuse(NT_EARG, why, "options of %zu bytes: allowed is sizeof(nt_plan_options), %zu",
                         o->bytes, sizeof *o);
    if (o->steps < 0 || o->steps > nt_plan_most_steps)
        return nt_refuse(NT_EARG, why, "steps %lld: allowed are 0 to %lld", (long long)o->steps,
                         (long long)nt_plan_most_steps);
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

/* Does the caller's text name one of these keys? */
bool nt_plan_names(const char *text, const char *const keys[])
{
    for (; text && *text; text += strcspn(text, ","), text += *text == ',')
        for (int i = 0; keys[i]; i++) {
            const size_t n = strlen(keys[i]);
            if (strncmp(text, keys[i], n) == 0 && text[n] == '=')
                return true;
        }
    return false;
}

/* Does it name how the work is shared?  Then the plan keeps this schedule. */
bool nt_plan_names_schedule(const char *text)
{
    return nt_plan_names(text, (const char *const[]){"parallel", "order", "tile", "depth", NULL});
}

bool nt_plan_names_layout(const char *text)
{
    return nt_plan_names(text, (const char *const[]){"layout", NULL});
}

/* How many threads a run may have. */
int nt_plan_threads(const nt_plan_options *o)
{
    const int allowed = nt_threads_allowed();
    return o->most_threads > 0 && o->most_threads < allowed ? o->most_threads : allowed;
}

/* ---- Layouts -------------------------------------------------------------------------------------- */

/* The same arithmetic on a layout, with a schedule that suits any machine: the tuned one was found for its own layout and shape. */
void nt_plan_take_default(nt_plan *plan, nt_dtype dtype, nt_layout layout, int64_t steps)
{
    enum { COLUMNS = 2 * NT_BRICK, ROWS = 32, DEPTH = 8 };
    const nt_config had = plan->config;
    nt_config c = had;
    const nt_function *f;
    if (nt_config_default(plan->kernel, dtype, &c, NULL) != NT_OK)
        return;
    c.isa = had.isa;
    c.variant = had.variant;
    c.threads = had.threads;
    c.layout = (int)layout;
    for (int i = 0; (f = nt_kernel_function_at(plan->kernel, i)); i++)
        if (f->isa == c.isa && f->dtype == dtype && f->layout == layout &&
            nt_kernel_variant(plan->kernel, f->variant) == c.variant) {
            c.fn = nt_kernel_form(plan->kernel, f->fn);
            break;
        }
    if (layout == NT_LAYOUT_BRICKS) {
        c.depth = steps > 0 && steps < DEPTH ? (int)steps : DEPTH;
        c.tile[0] = COLUMNS;
        c.tile[1] = ROWS;
    }
    plan->config = c;
}

/* Which layout the caller's text asks for: by name; or rows, if it names keys that were chosen for a layout, but none. */
static nt_layout asked_layout(const nt_plan *plan, const char *text)
{
    const char *chosen[NT_MAX_OWN_KEYS + 2] = {"fn"};
    for (int i = 0; i < NT_MAX_OWN_KEYS && plan->kernel->keys && plan->kernel->keys[i].name; i++)
        chosen[1 + i] = plan->kernel->keys[i].name;
    nt_config named = plan->config;
    if (nt_plan_names_layout(text))
        return nt_config_parse(plan->kernel, text, &named, NULL) == NT_OK ? (nt_layout)named.layout
                                                                           : (nt_layout)plan->config.layout;
    return nt_plan_names_schedule(text) || nt_plan_names(text, chosen) ? NT_LAYOUT_ROWS : (nt_layout)plan->config.layout;
}

static void limit_threads(nt_plan *plan, const nt_plan_options *o)
{
    if (plan->config.threads > nt_plan_threads(o))
        plan->config.threads = nt_plan_threads(o);
}

/* Time blocks need some memory. */
static void estimate(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, const int64_t n[3], int64_t steps)
{
    if (!nt_plan_names_schedule(o->config) && o->most_bytes == 0 && plan->config.layout == NT_LAYOUT_ROWS)
        nt_estimate(nt_machine_here(), plan->kernel, plan->params, dtype, n, steps, &plan->config, &plan->why);
}

void nt_plan_explain(nt_plan *plan, const char *text)
{
    const size_t used = strlen(plan->why.text);
    snprintf(plan->why.text + used, sizeof plan->why.text - used, "; %s", text);
}

/* A tuned tile of whole columns keeps more than the last-level cache where columns are longer than those it was tuned on: then it gets
 * fewer of them. */
static void fit_columns(nt_plan *plan, const nt_plan_options *o)
{
    enum { LEAST = 4 * NT_BRICK };
    static const double most = 1.15;
    const nt_grid *g = plan->on.level[0];
    const int64_t n[3] = {g->nx, g->ny, g->nz}, had = plan->config.tile[1];
    nt_machine here = *nt_machine_here();
    nt_speeds speeds;
    nt_prediction p;
    here.threads_allowed = plan->config.threads; /* they share the cache */
    nt_speeds_typical(&here, plan->config.isa, g->dtype, &speeds);
    if (plan->config.layout != NT_LAYOUT_BRICKS || nt_plan_names_schedule(o->config) || plan->config.depth < 2 ||
        plan->config.tile[2] != 0 || here.l3_bytes <= 0)
        return;
    while (nt_predict(plan->kernel, plan->params, g->dtype, n, o->steps > 0 ? o->steps : NT_PLAN_MANY, &plan->config, &speeds, &p) ==
               NT_OK &&
           p.tile_bytes > most * (double)speeds.l3_bytes && (plan->config.tile[1] == 0 || plan->config.tile[1] > LEAST))
        plan->config.tile[1] = plan->config.tile[1] == 0 ? (n[1] / plan->config.threads + NT_BRICK) / NT_BRICK * NT_BRICK : plan->config.tile[1] - NT_BRICK;
    if (plan->config.tile[1] != had) {
        char text[80];
        snprintf(text, sizeof text, "tile y is %lld for columns of this length", (long long)plan->config.tile[1]);
        nt_plan_explain(plan, text);
    }
}

/* ---- The choice ------------------------------------------------------------------------------------- */

/* What it depends on; n: cells in x, y, z; or {indices, 1, 1}. */
nt_status nt_plan_choose(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, nt_class size_class,
                         const int64_t n[3], nt_error *why)
{
    nt_status status = nt_tuned_find(plan->kernel, plan->params, dtype, size_class,
                                     o->steps == 1 || plan->kernel->range ? NT_REPEAT_ONE : NT_REPEAT_MANY,
                                     plan->kernel->range ? 0 : n[0], &plan->config, &plan->why);
    if (status != NT_OK && status != NT_ESTALE)
        return nt_refuse(status, why, "%s", plan->why.text);
    bool is_known = status == NT_OK;
    nt_plan_drop_tiles(plan, dtype, n);
    if (o->config && *o->config) {
        const nt_layout layout = plan->kernel->field ? asked_layout(plan, o->config) : NT_LAYOUT_ROWS;
        if (plan->kernel->field && (int)layout != plan->config.layout) {
            nt_plan_take_default(plan, dtype, layout, o->steps);
            nt_plan_explain(plan, "the default schedule of another layout");
            is_known = false;
        }
        status = take_text(plan, o->config, why);
        if (status == NT_OK)
            status = nt_config_runs(plan->kernel, dtype, &plan->config, why);
        if (status != NT_OK)
            return status;
    }
    nt_plan_drop_threads(plan, o, dtype, n);
    limit_threads(plan, o);
    nt_plan_take_narrower(plan, o, dtype, n);
    if (!is_known)
        estimate(plan, o, dtype, n, o->steps);
    nt_environment_explain(&plan->why);
    return NT_OK;
}

/* Why the plan must work on rows although its config says otherwise; NULL: it need not. */
static const char *why_rows(const nt_plan *plan, const nt_plan_options *o, int radius)
{
    enum { LEAST = 4 * NT_BRICK };
    const nt_layout layout = (nt_layout)plan->config.layout;
    const nt_grid *g = plan->on.level[0];
    if (layout == NT_LAYOUT_ROWS)
        return NULL;
    if (plan->of)
        return "too few steps for copying grids";
    for (int h = 0; h < o->n_hooks; h++)
        if (!o->hooks[h]->any_layout)
            return "a hook reads rows";
    if (o->most_bytes > 0 && nt_layout_bytes(&plan->on, layout, radius) > o->most_bytes)
        return "bricks take more memory than allowed";
    if (nt_plan_names_layout(o->config))
        return NULL;
    if (g->nx < LEAST || g->ny < LEAST)
        return "the grid is too thin for bricks";
    return o->steps > 0 && o->steps < NT_PLAN_MANY && nt_layout_copies(&plan->on, layout)
               ? "too few steps for copying grids"
               : NULL;
}

nt_status nt_plan_choose_layout(nt_plan *plan, const nt_plan_options *o, int radius, nt_error *why)
{
    const nt_grid *g = plan->on.level[0];
    const char *reason = why_rows(plan, o, radius);
    if (reason && nt_plan_names_layout(o->config) && !plan->of)
        return nt_refuse(NT_ECONFIG, why, "layout=bricks: %s", reason);
    if (reason) {
        nt_plan_take_default(plan, g->dtype, NT_LAYOUT_ROWS, o->steps);
        nt_status status = o->config ? nt_config_parse(plan->kernel, o->config, &plan->config, why) : NT_OK;
        if (status == NT_OK)
            status = nt_config_runs(plan->kernel, g->dtype, &plan->config, why);
        if (status != NT_OK)
            return status;
        limit_threads(plan, o);
        char text[80];
        snprintf(text, sizeof text, "rows: %s", reason);
        nt_plan_explain(plan, text);
        estimate(plan, o, g->dtype, (const int64_t[3]){g->nx, g->ny, g->nz}, plan->of ? NT_PLAN_MANY / 2 : o->steps);
    }
    fit_columns(plan, o);
    plan->brick_bytes = nt_layout_bytes(&plan->on, (nt_layout)plan->config.layout, radius);
    return nt_layout_set(&plan->grids, &plan->on, (nt_layout)plan->config.layout, radius, plan->config.threads, why);
}

nt_status nt_plan_check_memory(const nt_plan_options *o, size_t bytes, const char *what, nt_error *why)
{
    if (o->most_bytes == 0 || bytes <= o->most_bytes)
        return NT_OK;
    return nt_refuse(NT_ENOMEM, why, "%zu bytes of %s: allowed are at most %zu", bytes, what, o->most_bytes);
}

/* NESTUNE_VERBOSE. */
void nt_plan_print(nt_plan *plan, nt_dtype dtype, const int64_t n[3])
{
    if (nt_environment_here()->verbose) {
        char text[NT_CONFIG_TEXT];
        nt_config_format(plan->kernel, &plan->config, text, sizeof text);
        fprintf(stderr, "nestune: %s %s %lldx%lldx%lld: %s (%s)\n", plan->kernel->name, nt_dtype_name(dtype),
                (long long)n[0], (long long)n[1], (long long)n[2], text, plan->why.text);
    }
}
