/*
 * rows.c - which rows a kernel has, on what shapes and for how long
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tune/rows.h"

enum { NOTEBOOK_STEPS = 5, STENCIL_STEPS = 16, SEARCH_REPS = 3 };
static const double trial_limit_s = 20, window_s = 1e-3, weight_s = 15;

static int radius_of(const nt_kernel *kernel, int order)
{
    return nt_kernel_radius(kernel, nt_kernel_case(kernel, order)->params);
}

int tune_weight(const nt_kernel *kernel, int order, nt_class class, nt_repeat repeat)
{
    /* Out-of-cache trials of radius 0 restore 128 MiB each time. */
    static const int plain[NT_N_CLASSES][NT_N_REPEATS] = {[NT_IN_CACHE] = {1, 1}, [NT_OUT_OF_CACHE] = {3, 3}};
    static const int stencil[NT_N_CLASSES][NT_N_REPEATS] = {
        [NT_IN_CACHE] = {0, 1}, [NT_OUT_OF_CACHE] = {1, 4}};
    return radius_of(kernel, order) > 0 ? stencil[class][repeat] : plain[class][repeat];
}

int64_t tune_steps(const nt_kernel *kernel, int order, nt_repeat repeat)
{
    return repeat == NT_ONE_STEP ? 1 : radius_of(kernel, order) > 0 ? STENCIL_STEPS : NOTEBOOK_STEPS;
}

bool tune_wants(const nt_kernel *kernel, const nt_case *c, const tune_options *o)
{
    if (!kernel->cases || o->n_orders == 0)
        return c->tuned;
    for (int i = 0; i < o->n_orders; i++)
        if (o->orders[i] == nt_kernel_order(kernel, c->params))
            return true;
    return false;
}

double tune_budget_s(const nt_kernel *kernel, const tune_options *o)
{
    if (o->budget_s > 0)
        return o->budget_s;
    double seconds = 0;
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++) {
        const int order = nt_kernel_order(kernel, c->params);
        if (!tune_wants(kernel, c, o))
            continue;
        if (radius_of(kernel, order) == 0)
            return 60;
        int weights = 0;
        for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++)
            weights +=
                tune_weight(kernel, order, (nt_class)(k / NT_N_REPEATS), (nt_repeat)(k % NT_N_REPEATS));
        for (int d = 0; d < NT_N_DTYPES; d++)
            seconds += o->dtypes & 1u << d ? weight_s * weights : 0;
    }
    return seconds > 0 ? seconds : 60;
}

/* ---- Shapes ---------------------------------------------------------------------------------------- */

/* Cells of a grid with its halo: rows of owned grids begin on cache lines. */
static double padded(const int64_t shape[3], int radius, nt_dtype dtype)
{
    const int64_t line = 64 / (int64_t)nt_dtype_bytes(dtype);
    const int64_t row =
        radius > 0 ? (shape[0] + line - 1) / line * line + 2 * ((radius + line - 1) / line * line) : shape[0];
    return (double)row * (double)(shape[1] + 2 * radius) * (double)(shape[2] + 2 * radius);
}

int64_t tune_fit_planes(const nt_kernel *kernel, int order, nt_dtype dtype, int64_t nx, int64_t ny,
                        int64_t bytes)
{
    const int radius = radius_of(kernel, order);
    const int64_t grids = kernel->n_levels + kernel->n_coefs + (kernel->n_levels == 1);
    const int64_t plane[3] = {nx, ny, 1 - 2 * (int64_t)radius}; /* one with its halo in x and y */
    const double planes =
        (double)(bytes / grids / (int64_t)nt_dtype_bytes(dtype)) / padded(plane, radius, dtype);
    const int64_t n = (int64_t)planes - 2 * radius;
    return n >= radius && n > 0 ? n : 0;
}

/* Less in z, then in y, until the grids and their copies fit. */
static void cut_down(const nt_kernel *kernel, int radius, nt_dtype dtype, int64_t bytes, int64_t shape[3])
{
    enum { LEAST = 64 };
    const double grids = 2 * kernel->n_levels + kernel->n_coefs, element = (double)nt_dtype_bytes(dtype);
    for (int a = 2; a >= 1 && bytes > 0; a--)
        while (shape[a] > LEAST && padded(shape, radius, dtype) * grids * element > (double)bytes)
            shape[a] = shape[a] * 7 / 8 > LEAST ? shape[a] * 7 / 8 : LEAST;
}

void tune_row_shape(const nt_machine *machine, const nt_kernel *kernel, int order, nt_dtype dtype,
                    nt_class class, int64_t shape[3])
{
    const int64_t element = (int64_t)nt_dtype_bytes(dtype);
    const int radius = radius_of(kernel, order);
    if (class == NT_IN_CACHE) {
        const int64_t l2 = machine->l2_bytes > 0 ? machine->l2_bytes : 262144;
        /* The ends of a row cost more than its middle, and halos count. */
        shape[0] = radius > 0 ? 512 / element : 64;
        shape[1] = radius > 0 ? 16 : 24;
        shape[2] = tune_fit_planes(kernel, order, dtype, shape[0], shape[1], l2 * 3 / 4);
        if (shape[2] == 0 && radius > 0) {
            shape[1] = radius > 8 ? radius : 8;
            shape[2] = tune_fit_planes(kernel, order, dtype, shape[0], shape[1], l2 * 3 / 4);
        }
        if (shape[2] == 0)
            shape[2] = radius > 1 ? radius : 1;
        return;
    }
    if (radius > 0) {
        shape[0] = shape[1] = shape[2] = 512;
        cut_down(kernel, radius, dtype, machine->memory_bytes / 2, shape);
        return;
    }
    const int64_t plane = 100 * 10000 * element, least = INT64_C(128) << 20, most = machine->memory_bytes / 8;
    int64_t bytes = 4 * machine->l3_bytes > least ? 4 * machine->l3_bytes : least;
    if (most > 0 && bytes > most)
        bytes = most;
    shape[0] = 100, shape[1] = 10000, shape[2] = (bytes + plane - 1) / plane;
}

void tune_slab(const nt_machine *machine, const nt_kernel *kernel, int order, nt_dtype dtype, nt_class class,
               const int64_t shape[3], int64_t slab[3])
{
    const int64_t radius = radius_of(kernel, order);
    memcpy(slab, shape, 3 * sizeof *slab);
    if (radius == 0 || class != NT_OUT_OF_CACHE)
        return;
    /* Depth 8 slides by 8 radii.  And what one row of tiles leaves behind must be gone from the caches when the next
     * one comes, as at full shape: on 64 planes rows of 8 looked best, which lose a quarter on 512. */
    int64_t planes = 1024 / (int64_t)nt_dtype_bytes(dtype);
    if (planes < 32 * radius)
        planes = 32 * radius;
    const double plane = (double)shape[0] * (double)shape[1] * (kernel->n_levels + kernel->n_coefs) *
                         (double)nt_dtype_bytes(dtype);
    while (planes < shape[2] && plane * (double)planes < 4 * (double)machine->l3_bytes)
        planes *= 2;
    if (planes < shape[2])
        slab[2] = planes;
}

trial_ask tune_row_ask(const nt_kernel *kernel, int order, nt_dtype dtype, nt_class class,
                       const int64_t shape[3], int64_t steps)
{
    /* In cache a run is too short to time alone, and source to result needs no restoring. */
    return (trial_ask){.kernel = kernel,
                       .order = order,
                       .dtype = dtype,
                       .shape = {shape[0], shape[1], shape[2]},
                       .steps = steps,
                       .in_place = class == NT_OUT_OF_CACHE,
                       .reps = SEARCH_REPS,
                       .check = 1,
                       .window_s = class == NT_IN_CACHE ? window_s : 0,
                       .limit_s = trial_limit_s};
}

/* ---- Bounds ---------------------------------------------------------------------------------------- */

bool tune_allows(const tune_options *o, const nt_kernel *kernel, nt_dtype dtype, int variant)
{
    return kernel->ulp_of_terms || kernel->variants[variant].max_ulp[dtype] <= o->max_ulp[dtype];
}

nt_status tune_check(const nt_kernel *k, const tune_options *o, nt_error *why)
{
    for (int d = 0; d < NT_N_DTYPES; d++) {
        nt_config config;
        if (!(o->dtypes & 1u << d))
            continue;
        const nt_status status = nt_config_default(k, (nt_dtype)d, &config, why);
        if (status != NT_OK)
            return status;
        int least = 0;
        for (int v = 1; k->variants[v].name; v++)
            if (k->variants[v].max_ulp[d] < k->variants[least].max_ulp[d])
                least = v;
        if (tune_allows(o, k, (nt_dtype)d, least))
            continue;
        snprintf(why->text, sizeof why->text,
                 "no variant of %s keeps --max-ulp %g in %s: the least is %s with %g", k->name, o->max_ulp[d],
                 nt_dtype_name((nt_dtype)d), k->variants[least].name, k->variants[least].max_ulp[d]);
        return NT_EKERNEL;
    }
    return NT_OK;
}
