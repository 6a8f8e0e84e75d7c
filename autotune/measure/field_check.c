/*
 * field_check.c - checks a config's answer on shapes that are no multiple of a vector or tile
 * SPDX-License-Identifier: MIT
 */
#include "measure/field_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANARY = 0xa5, PAD_X = 5, PAD_Y = 2, PAD_Z = 1, FEW_STEPS = 5, MOST_STEPS = 129, SEED = 7 };

/* sx other than 1 is for pointwise kernels only.  Shapes for stencils have room for the radius, and for
 * several tiles in y and in x. */
static const struct awkward_shape {
    int64_t n[3];
    ptrdiff_t sx;
    int least_radius;
} awkward_shapes[] = {
    {{1, 1, 1}, 1, 0},   {{7, 5, 3}, 1, 0},    {{7, 5, 3}, 2, 0},    {{33, 17, 9}, 1, 0}, {{67, 3, 2}, 1, 0},
    {{301, 2, 1}, 1, 0}, {{37, 41, 23}, 1, 1}, {{201, 19, 8}, 1, 1}, {{9, 83, 11}, 1, 1},
};

/* One operand: a view inside a buffer, and a copy of the buffer from before the run. */
typedef struct operand {
    nt_grid *view;
    char *buffer, *before;
    size_t bytes;
    int written; /* its cells may change */
} operand;

/* The operands of a problem: levels, coefficients, result. */
typedef struct operands {
    operand at[NT_MAX_GRIDS + 1];
    int n;
} operands;

static void operands_free(operands *o)
{
    for (int i = 0; i < o->n; i++) {
        nt_grid_destroy(o->at[i].view);
        free(o->at[i].buffer);
        free(o->at[i].before);
    }
    o->n = 0;
}

/* Makes a padded view: its halo holds zeros, everything outside it canaries. */
static nt_status make_padded(operand *o, const trial_ask *ask, const struct awkward_shape *shape,
                             nt_error *why)
{
    const int64_t halo = nt_kernel_radius(ask->kernel, trial_params(ask));
    const size_t size = nt_dtype_bytes(ask->dtype);
    const ptrdiff_t sx = shape->sx;
    const ptrdiff_t sy = (ptrdiff_t)(shape->n[0] + 2 * halo) * sx + PAD_X;
    const ptrdiff_t sz = (ptrdiff_t)(shape->n[1] + 2 * halo + PAD_Y) * sy;
    const ptrdiff_t first = (halo + PAD_Z) * sz + (halo + 1) * sy + halo * sx + PAD_X;

    o->bytes = (size_t)(sz * (shape->n[2] + 2 * halo + 2 * PAD_Z)) * size;
    o->buffer = malloc(o->bytes);
    o->before = malloc(o->bytes);
    if (!o->buffer || !o->before) {
        if (why)
            snprintf(why->text, sizeof why->text, "out of memory for a grid of %zu bytes", o->bytes);
        return NT_ENOMEM;
    }
    memset(o->buffer, CANARY, o->bytes);
    const nt_status status = nt_grid_wrap(&o->view, ask->dtype, shape->n, (const int64_t[3]){sx, sy, sz},
                                          (int)halo, o->buffer + first * (ptrdiff_t)size, why);
    for (int64_t z = -halo; status == NT_OK && halo && z < shape->n[2] + halo; z++)
        for (int64_t y = -halo; y < shape->n[1] + halo; y++)
            for (int64_t x = -halo; x < shape->n[0] + halo; x++)
                memset(nt_grid_cell(o->view, x, y, z), 0, size);
    return status;
}

/* Padded views for the config under trial, owned grids for the reference. */
static nt_status make_operands(operands *o, const trial_ask *ask, const struct awkward_shape *shape,
                               int padded, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    const nt_field *f = k->field;
    const int with_result = f->n_levels == 1 && !ask->in_place;
    const int n = f->n_levels + f->n_coefs + with_result;

    memset(o, 0, sizeof *o);
    while (o->n < n) {
        const int i = o->n;
        operand *made = &o->at[o->n++];
        const nt_status status = padded ? make_padded(made, ask, shape, why)
                                        : nt_grid_create(&made->view, ask->dtype, shape->n,
                                                         nt_kernel_radius(k, trial_params(ask)), NULL, why);
        if (status != NT_OK)
            return status;
        made->written = i < f->n_levels ? !with_result : i >= f->n_levels + f->n_coefs;
        if (i < f->n_levels + f->n_coefs)
            nt_kernel_fill(k, i, SEED, made->view);
        if (padded)
            memcpy(made->before, made->buffer, made->bytes);
    }
    return NT_OK;
}

/* For a stencil, enough steps for one whole time block, a second one, and one cut short. */
static int64_t steps_of(const trial_ask *ask)
{
    if (nt_kernel_radius(ask->kernel, trial_params(ask)) == 0)
        return ask->steps < FEW_STEPS ? ask->steps : FEW_STEPS;
    const int64_t steps = 2 * (int64_t)ask->config.depth + 1;
    return steps < FEW_STEPS ? FEW_STEPS : steps < MOST_STEPS ? steps : MOST_STEPS;
}

/* Runs once; returns the operand that holds the answer. */
static nt_status run_once(operands *o, const trial_ask *ask, const nt_config *config, int *answer,
                          nt_error *why)
{
    nt_grid *grids[NT_MAX_GRIDS + 1];
    for (int i = 0; i < o->n; i++)
        grids[i] = o->at[i].view;
    char text[NT_CONFIG_TEXT];
    nt_config_format(ask->kernel, config, text, sizeof text);
    const nt_plan_options options = {
        .bytes = sizeof options, .params = trial_params(ask), .config = text, .steps = steps_of(ask)};
    nt_plan *plan;
    const nt_status status = nt_plan_create(&plan, ask->kernel, grids, o->n, &options, why);
    if (status != NT_OK)
        return status;
    nt_plan_run(plan, steps_of(ask));
    *answer = 0;
    for (int i = 0; i < o->n; i++)
        if (nt_plan_newest(plan) == o->at[i].view)
            *answer = i;
    nt_plan_destroy(plan);
    return NT_OK;
}

/* The same arithmetic, serial, without tiles, on rows, by the first function built for them. */
static nt_config simplest(const trial_ask *ask)
{
    nt_config c = nt_config_blank(ask->kernel);
    c.parallel = NT_PARALLEL_SERIAL;
    c.isa = ask->config.isa;
    c.variant = ask->config.variant;
    c.fn = ask->config.fn;
    memcpy(c.own, ask->config.own, sizeof c.own);
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(ask->kernel, i)); i++)
        if (f->isa == c.isa && f->dtype == ask->dtype && f->layout == NT_LAYOUT_ROWS &&
            nt_kernel_variant(ask->kernel, f->variant) == c.variant) {
            c.fn = nt_kernel_form(ask->kernel, f->fn);
            break;
        }
    return c;
}

static uint64_t bits_of(const void *cell, nt_dtype dtype, int *is_nan)
{
    uint64_t wide = 0;
    uint32_t narrow;
    if (dtype == NT_F64) {
        memcpy(&wide, cell, sizeof wide);
        *is_nan = wide << 1 > 0xffe0000000000000u;
        return wide;
    }
    memcpy(&narrow, cell, sizeof narrow);
    *is_nan = narrow << 1 > 0xff000000u;
    return narrow;
}

/* Compares the cells of the answer and, on rows, their ghosts with the reference's; other layouts have ghosts of their own.  Each
 * compared cell is then put back as it was before the run: any remaining difference was written outside the view. */
static int compare_cells(const operand *o, const nt_grid *expected, bool ghosts, nt_error *why)
{
    const nt_grid *g = o->view;
    const nt_dtype dtype = nt_grid_dtype(g);
    const size_t size = nt_dtype_bytes(dtype);
    const int64_t h = ghosts ? nt_grid_halo(g) : 0, nx = nt_grid_size(g, 0), ny = nt_grid_size(g, 1),
                  nz = nt_grid_size(g, 2);
    for (int64_t z = -h; z < nz + h; z++)
        for (int64_t y = -h; y < ny + h; y++)
            for (int64_t x = -h; x < nx + h; x++) {
                int nan_a, nan_b;
                char *cell = nt_grid_cell(g, x, y, z);
                const uint64_t a = bits_of(cell, dtype, &nan_a);
                const uint64_t b = bits_of(nt_grid_cell(expected, x, y, z), dtype, &nan_b);
                if (a != b && !(nan_a && nan_b)) {
                    snprintf(why->text, sizeof why->text,
                             "%lldx%lldx%lld: cell (%lld, %lld, %lld) is 0x%llx, serial gives 0x%llx",
                             (long long)nx, (long long)ny, (long long)nz, (long long)x, (long long)y,
                             (long long)z, (unsigned long long)a, (unsigned long long)b);
                    return 0;
                }
                memcpy(cell, o->before + (cell - o->buffer), size);
            }
    return 1;
}

static int compare(operands *ours, const operands *expected, int answer, bool ghosts, nt_error *why)
{
    for (int i = 0; i < ours->n; i++) {
        operand *o = &ours->at[i];
        /* With two levels, the older one holds the step before the last: it is compared, too. */
        if ((i == answer || o->written) && !compare_cells(o, expected->at[i].view, ghosts, why))
            return 0;
        for (size_t b = 0; b < o->bytes; b++)
            if (o->buffer[b] != o->before[b]) {
                snprintf(why->text, sizeof why->text,
                         "%lldx%lldx%lld: operand %d overwritten outside its cells, %lld bytes "
                         "from cell 0",
                         (long long)nt_grid_size(o->view, 0), (long long)nt_grid_size(o->view, 1),
                         (long long)nt_grid_size(o->view, 2), i,
                         (long long)(o->buffer + b - (char *)nt_grid_cell(o->view, 0, 0, 0)));
                return 0;
            }
    }
    return 1;
}

static trial_outcome check_shape(const trial_ask *ask, const struct awkward_shape *shape, nt_error *why)
{
    operands ours, expected = {.n = 0};
    const nt_config simple = simplest(ask);
    int answer = 0, expected_answer = 0;
    trial_outcome outcome = TRIAL_OK;

    nt_status status = make_operands(&ours, ask, shape, 1, why);
    if (status == NT_OK)
        status = make_operands(&expected, ask, shape, 0, why);
    if (status == NT_OK)
        status = run_once(&expected, ask, &simple, &expected_answer, why);
    if (status == NT_OK)
        status = run_once(&ours, ask, &ask->config, &answer, why);
    if (status != NT_OK)
        outcome = status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    else if (answer != expected_answer || !compare(&ours, &expected, answer, ask->config.layout == NT_LAYOUT_ROWS, why))
        outcome = TRIAL_WRONG;
    operands_free(&ours);
    operands_free(&expected);
    return outcome;
}

trial_outcome field_check(const trial_ask *ask, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    const void *params = trial_params(ask) ? trial_params(ask) : k->params;
    const int radius = nt_kernel_radius(k, params);
    for (size_t i = 0; i < sizeof awkward_shapes / sizeof *awkward_shapes; i++) {
        const struct awkward_shape *shape = &awkward_shapes[i];
        if ((shape->sx != 1 && radius > 0) || radius < shape->least_radius)
            continue;
        if (k->check && k->check(params, ask->dtype, shape->n, NULL) != NT_OK)
            continue;
        const trial_outcome outcome = check_shape(ask, shape, why);
        if (outcome != TRIAL_OK)
            return outcome;
    }
    return TRIAL_OK;
}
