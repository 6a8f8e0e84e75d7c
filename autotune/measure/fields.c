/*
 * fields.c - the grids of a problem under trial, kept between trials
 * SPDX-License-Identifier: MIT
 */
#include "measure/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "measure/cells.h"

/* A kernel of two levels overwrites the older level; one of one level overwrites its input if it runs in
 * place. */
static int is_restored(const trial_ask *ask)
{
    return ask->kernel->field->n_levels > 1 || ask->in_place;
}

static void fields_free(fields *f)
{
    for (int i = 0; i < NT_MAX_LEVELS; i++) {
        nt_grid_destroy(f->level[i]);
        nt_grid_destroy(f->pristine[i]);
    }
    for (int i = 0; i < NT_MAX_COEFS; i++)
        nt_grid_destroy(f->coef[i]);
    nt_grid_destroy(f->result);
    memset(f, 0, sizeof *f);
}

void fields_free_all(fields_cache *cache)
{
    for (int i = 0; i < FIELDS_KEPT; i++)
        fields_free(&cache->kept[i]);
}

/* ---- Room ------------------------------------------------------------------------------------ */

/* Does a trial of this ask begin with the original input? */
static int needs_copies(const trial_ask *ask)
{
    return is_restored(ask) && !(ask->only_time && trial_is_steady(ask));
}

/* Of so many grids.  In floating point: products of hostile sizes must not overflow. */
static double bytes_of(const trial_ask *ask, int n_grids)
{
    const int halo = nt_kernel_radius(ask->kernel, trial_params(ask));
    double cells = 1;
    for (int i = 0; i < 3; i++)
        cells *= (double)ask->shape[i] + 2 * halo + (i == 0 && halo ? 16 : 0);
    return cells * n_grids * (double)nt_dtype_bytes(ask->dtype);
}

static double bytes_needed(const trial_ask *ask)
{
    const nt_field *f = ask->kernel->field;
    const int bricks = ask->config.layout != NT_LAYOUT_ROWS;
    return bytes_of(ask, f->n_levels * (1 + bricks + needs_copies(ask)) + f->n_coefs * (1 + bricks) + !is_restored(ask));
}

/* The smaller of what the machine has left and what this process's own limit leaves. */
static double bytes_free(void)
{
    const double slack = 64e6; /* for stacks of threads, plans and checks */
    const int64_t available = nt_memory_available();
    double left = available > 0 ? (double)available : INFINITY;
    struct rlimit limit;
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        const double own = (double)limit.rlim_cur - (double)pages * (double)sysconf(_SC_PAGESIZE);
        left = fmin(left, fmax(own - slack, 0));
    }
    return left;
}

/* But not `in_use`. */
static fields *oldest(fields_cache *cache, const fields *in_use)
{
    fields *found = NULL;
    for (int i = 0; i < FIELDS_KEPT; i++)
        if (&cache->kept[i] != in_use && cache->kept[i].last_use &&
            (!found || cache->kept[i].last_use < found->last_use))
            found = &cache->kept[i];
    return found;
}

static nt_status too_large(double needed, double left, nt_error *why)
{
    if (why)
        snprintf(why->text, sizeof why->text, "the grids take %.3g GB, %.3g GB are left", needed * 1e-9,
                 left * 1e-9);
    return NT_ENOMEM;
}

/* Frees a place in the cache, and memory for the grids. */
static nt_status make_room(fields_cache *cache, double needed, fields **place, nt_error *why)
{
    *place = NULL;
    for (;;) {
        for (int i = 0; i < FIELDS_KEPT && !*place; i++)
            if (!cache->kept[i].last_use)
                *place = &cache->kept[i];
        const double left = bytes_free();
        if (*place && needed <= left)
            return NT_OK;
        fields *old = oldest(cache, NULL);
        if (!old)
            return too_large(needed, left, why);
        fields_free(old);
    }
}

/* Frees memory for grids that come to those in use. */
static nt_status make_more_room(fields_cache *cache, const fields *in_use, double needed, nt_error *why)
{
    for (fields *old; needed > bytes_free(); fields_free(old))
        if (!(old = oldest(cache, in_use)))
            return too_large(needed, bytes_free(), why);
    return NT_OK;
}

/* ---- Grids ----------------------------------------------------------------------------------- */

/* Of any layout: then bricks, once they are made, are there for the next trial. */
static nt_status make_grid(nt_grid **g, const trial_ask *ask, nt_error *why)
{
    const nt_grid_options options = {.bytes = sizeof options, .config = &ask->config, .any_layout = true};
    return nt_grid_create(g, ask->dtype, ask->shape, nt_kernel_radius(ask->kernel, trial_params(ask)),
                          &options, why);
}

static nt_status make_grids(fields *f, const trial_ask *ask, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    const int threads = nt_threads_allowed();
    nt_status status = NT_OK;

    for (int i = 0; i < k->field->n_levels && status == NT_OK; i++) {
        status = make_grid(&f->level[i], ask, why);
        if (status == NT_OK)
            cells_fill(k, i, FIELDS_SEED, f->level[i], threads);
    }
    for (int i = 0; i < k->field->n_coefs && status == NT_OK; i++) {
        status = make_grid(&f->coef[i], ask, why);
        if (status == NT_OK)
            cells_fill(k, k->field->n_levels + i, FIELDS_SEED, f->coef[i], threads);
    }
    if (status == NT_OK && !f->restored)
        status = make_grid(&f->result, ask, why);
    return status;
}

/* What the levels held first. */
static nt_status make_copies(fields *f, const trial_ask *ask, nt_error *why)
{
    nt_status status = NT_OK;
    for (int i = 0; i < f->kernel->field->n_levels && status == NT_OK; i++) {
        if (f->pristine[i])
            continue;
        status = make_grid(&f->pristine[i], ask, why);
        if (status == NT_OK)
            cells_fill(f->kernel, i, FIELDS_SEED, f->pristine[i], nt_threads_allowed());
    }
    return status;
}

/* Do the pages lie where the threads of the ask's config need them?  With one NUMA node they do. */
static bool is_placed(const fields_cache *cache, const fields *f, const trial_ask *ask)
{
    const nt_config *a = &f->placed, *b = &ask->config;
    return cache->n_numa == 1 ||
           (a->parallel == b->parallel && a->order == b->order && a->threads == b->threads);
}

nt_status fields_get(fields_cache *cache, const trial_ask *ask, fields **f, nt_error *why)
{
    *f = NULL;
    const int restored = is_restored(ask);
    if (!cache->n_numa) {
        nt_machine here;
        nt_machine_detect(&here);
        cache->n_numa = here.n_numa;
    }
    for (int i = 0; i < FIELDS_KEPT; i++) {
        fields *kept = &cache->kept[i];
        if (kept->last_use && kept->kernel == ask->kernel && kept->kernel_case == trial_case(ask) &&
            kept->dtype == ask->dtype && kept->restored == restored &&
            memcmp(kept->shape, ask->shape, sizeof kept->shape) == 0 && is_placed(cache, kept, ask)) {
            kept->last_use = ++cache->uses;
            nt_status status = NT_OK;
            if (ask->config.layout != NT_LAYOUT_ROWS && !kept->bricks)
                status = make_more_room(cache, kept, bytes_of(ask, kept->kernel->field->n_levels + kept->kernel->field->n_coefs),
                                        why);
            kept->bricks |= ask->config.layout != NT_LAYOUT_ROWS;
            if (status == NT_OK && needs_copies(ask) && !kept->pristine[0])
                status = make_more_room(cache, kept, bytes_of(ask, kept->kernel->field->n_levels), why);
            if (status == NT_OK && needs_copies(ask))
                status = make_copies(kept, ask, why);
            if (status == NT_OK)
                *f = kept;
            else
                fields_free(kept);
            return status;
        }
    }
    fields *place;
    nt_status status = make_room(cache, bytes_needed(ask), &place, why);
    if (status != NT_OK)
        return status;
    place->kernel = ask->kernel;
    place->kernel_case = trial_case(ask);
    place->dtype = ask->dtype;
    place->restored = restored;
    place->placed = ask->config;
    place->bricks = ask->config.layout != NT_LAYOUT_ROWS;
    memcpy(place->shape, ask->shape, sizeof place->shape);
    status = make_grids(place, ask, why);
    if (status == NT_OK && needs_copies(ask))
        status = make_copies(place, ask, why);
    if (status != NT_OK) {
        fields_free(place);
        return status;
    }
    place->last_use = ++cache->uses;
    *f = place;
    return NT_OK;
}

nt_status fields_plan(fields *f, const trial_ask *ask, nt_plan **plan, nt_error *why)
{
    nt_grid *grids[NT_MAX_GRIDS + 1];
    int n = 0;
    for (int i = 0; i < f->kernel->field->n_levels; i++)
        grids[n++] = f->level[i];
    for (int i = 0; i < f->kernel->field->n_coefs; i++)
        grids[n++] = f->coef[i];
    if (!f->restored)
        grids[n++] = f->result;
    char config[NT_CONFIG_TEXT];
    nt_config_format(f->kernel, &ask->config, config, sizeof config);
    const nt_plan_options options = {
        .bytes = sizeof options, .params = f->kernel_case->params, .config = config, .steps = ask->steps};
    return nt_plan_create(plan, f->kernel, grids, n, &options, why);
}

/* Who maps a grid may have changed it, so each side of a run copies it into the other layout. */
static void pass_hands(nt_grid *g)
{
    nt_cells cells;
    nt_grid_map(g, &cells, NULL);
    nt_grid_unmap(g);
}

void fields_run(fields *f, nt_plan *plan, int64_t steps)
{
    const bool copies = nt_plan_config(plan)->layout != NT_LAYOUT_ROWS;
    for (int i = 0; copies && i < f->kernel->field->n_levels; i++)
        pass_hands(f->level[i]);
    for (int i = 0; copies && i < f->kernel->field->n_coefs; i++)
        pass_hands(f->coef[i]);
    nt_plan_run(plan, steps);
    for (int i = 0; copies && i < f->kernel->field->n_levels; i++)
        pass_hands(f->level[i]);
}

void fields_restore(fields *f, const nt_plan *plan, int threads)
{
    if (!f->restored)
        return;
    /* After an odd number of steps the levels have swapped roles: the current newest level gets the data of
     * the one that was newest at first. */
    const int swapped = f->kernel->field->n_levels > 1 && nt_plan_newest(plan) == f->level[1];
    for (int i = 0; i < f->kernel->field->n_levels; i++)
        cells_copy(f->level[swapped ? 1 - i : i], f->pristine[i], threads);
}
