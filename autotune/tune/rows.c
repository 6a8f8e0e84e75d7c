/*
 * rows.c - which rows a kernel has, on what shapes and for how long
 * SPDX-License-Identifier: MIT
 */
#include "tune/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTEBOOK_STEPS = 5, STENCIL_STEPS = 16, SEARCH_REPS = 3, SHORT_RANGE = 1 << 16 };
static const double trial_limit_s = 20, window_s = 1e-3, weight_s = 1.5, field_s = 45, other_s = 30;
/* How far the budgets of `--effort` are from the normal one. */
static const double effort_of[] = {
    [EFFORT_QUICK] = 0.27, [EFFORT_NORMAL] = 1, [EFFORT_THOROUGH] = 4, [EFFORT_EXHAUSTIVE] = HUGE_VAL};

/* Rows of the table in rows.h. */
typedef enum row_shape { POINTWISE, STENCIL, RANGE, PROGRAM, N_ROW_SHAPES } row_shape;
static const struct row_kind {
    nt_class shape_class;
    nt_repeat repeat;
    int weight[N_ROW_SHAPES];
} kinds[] = {
    {NT_CLASS_L2, NT_REPEAT_ONE, {1, 1}},
    {NT_CLASS_L2, NT_REPEAT_MANY, {1, 2}},
    {NT_CLASS_L3, NT_REPEAT_ONE, {1, 2}},
    {NT_CLASS_L3, NT_REPEAT_MANY, {2, 3}},
    {NT_CLASS_MEMORY, NT_REPEAT_MANY, {4, 13}},
    {NT_CLASS_MEMORY, NT_REPEAT_ONE, {3, 3}},
    {NT_CLASS_SHORT, NT_REPEAT_ONE, {[RANGE] = 1}},
    {NT_CLASS_LONG, NT_REPEAT_ONE, {[RANGE] = 3, [PROGRAM] = 3}},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static int radius_of(const nt_kernel *kernel, const nt_case *c)
{
    return nt_kernel_radius(kernel, c->params);
}

static row_shape shape_of(const nt_kernel *kernel, const nt_case *c)
{
    return kernel->program ? PROGRAM : kernel->range ? RANGE : radius_of(kernel, c) > 0 ? STENCIL : POINTWISE;
}

static int n_grids(const nt_kernel *kernel)
{
    return kernel->field->n_levels + kernel->field->n_coefs;
}

int64_t rows_steps(const nt_kernel *kernel, const nt_case *c, nt_repeat repeat)
{
    return repeat == NT_REPEAT_ONE ? 1 : radius_of(kernel, c) > 0 ? STENCIL_STEPS : NOTEBOOK_STEPS;
}

bool rows_has_types(const nt_kernel *kernel, unsigned dtypes)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (dtypes & 1u << f->dtype)
            return true;
    return false;
}

bool rows_has_variant(const nt_kernel *kernel, nt_dtype dtype, const char *variant)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->dtype == dtype && strcmp(f->variant, variant) == 0)
            return true;
    return false;
}

static bool is_asked_for_type(const nt_kernel *kernel, nt_dtype dtype, const tune_options *o)
{
    return rows_has_types(kernel, o->dtypes & 1u << dtype);
}

static bool is_asked_for(const nt_kernel *kernel, const nt_case *c, const tune_options *o)
{
    if (!kernel->cases || o->n_cases == 0)
        return c->tuned;
    for (int i = 0; i < o->n_cases; i++)
        if (strcmp(o->cases[i], c->name) == 0)
            return true;
    return false;
}

/* A shape given by the user belongs to one class only. */
static bool is_of_class(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                        const int64_t shape[3], nt_class shape_class)
{
    if (kernel->program)
        return shape_class == NT_CLASS_LONG;
    return shape_class == (kernel->range
                               ? nt_class_of_range(shape[0] * shape[1] * shape[2])
                               : nt_class_on(machine, 0, nt_working_set(kernel, c->params, dtype, shape)));
}

int rows_list(const nt_machine *machine, const nt_kernel *kernel, const tune_options *o,
              row_plan list[RESULT_MOST_ROWS])
{
    int n = 0;
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        for (int k = 0; k < NT_N_DTYPES * N_KINDS && is_asked_for(kernel, c, o); k++) {
            const struct row_kind *kind = &kinds[k % N_KINDS];
            row_plan row = {.kernel_case = c,
                            .dtype = (nt_dtype)(NT_N_DTYPES - 1 - k / N_KINDS),
                            .shape_class = kind->shape_class,
                            .repeat = kind->repeat,
                            .steps = rows_steps(kernel, c, kind->repeat),
                            .weight = kind->weight[shape_of(kernel, c)]};
            if (row.weight == 0 || !is_asked_for_type(kernel, row.dtype, o))
                continue;
            memcpy(row.shape, o->shape, sizeof row.shape);
            if (!kernel->field) { /* as many indices as the shape has cells */
                row.shape[0] *= row.shape[1] * row.shape[2];
                row.shape[1] = row.shape[2] = 1;
            }
            if (!(o->shape[0] == 0 ? rows_shape(machine, kernel, c, row.dtype, row.shape_class, row.shape)
                                   : is_of_class(machine, kernel, c, row.dtype, row.shape, row.shape_class)))
                continue;
            if (n++ < RESULT_MOST_ROWS)
                list[n - 1] = row;
        }
    return n;
}

double rows_budget_s(const nt_kernel *kernel, const tune_options *o)
{
    double seconds = 0;
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        for (int k = 0; k < N_KINDS * NT_N_DTYPES; k++)
            if (is_asked_for(kernel, c, o) && is_asked_for_type(kernel, (nt_dtype)(k / N_KINDS), o) &&
                shape_of(kernel, c) == STENCIL)
                seconds += weight_s * kinds[k % N_KINDS].weight[STENCIL];
    return o->budget_s > 0 ? o->budget_s
                           : effort_of[o->effort] * (seconds > 0     ? seconds
                                                     : kernel->field ? field_s
                                                                     : other_s);
}

/* ---- Shapes ---------------------------------------------------------------------------------------- */

/* Cells of a grid with its halo.  Rows of owned grids begin on cache lines, so they are padded. */
static double padded(const int64_t shape[3], int radius, nt_dtype dtype)
{
    const int64_t line = 64 / (int64_t)nt_dtype_bytes(dtype);
    const int64_t row =
        radius > 0 ? (shape[0] + line - 1) / line * line + 2 * ((radius + line - 1) / line * line) : shape[0];
    return (double)row * (double)(shape[1] + 2 * radius) * (double)(shape[2] + 2 * radius);
}

int64_t rows_fit_planes(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, int64_t nx, int64_t ny,
                        int64_t bytes)
{
    const int radius = radius_of(kernel, c);
    const int64_t grids = n_grids(kernel) + (kernel->field->n_levels == 1);
    const int64_t plane[3] = {nx, ny, 1 - 2 * (int64_t)radius}; /* one with its halo in x and y */
    const double planes =
        (double)(bytes / grids / (int64_t)nt_dtype_bytes(dtype)) / padded(plane, radius, dtype);
    const int64_t n = (int64_t)planes - 2 * radius;
    return n >= radius && n > 0 ? n : 0;
}

/* Reduces nz, then ny, until the grids and their copies fit. */
static void cut_down(const nt_kernel *kernel, int radius, nt_dtype dtype, int64_t bytes, int64_t shape[3])
{
    enum { LEAST = 64 };
    const double grids = kernel->field->n_levels + n_grids(kernel), element = (double)nt_dtype_bytes(dtype);
    for (int a = 2; a >= 1 && bytes > 0; a--)
        while (shape[a] > LEAST && padded(shape, radius, dtype) * grids * element > (double)bytes)
            shape[a] = shape[a] * 7 / 8 > LEAST ? shape[a] * 7 / 8 : LEAST;
}

/* The largest cube of at most this many cells, in steps of 8, below 32 of 4; at least 16^3. */
static int64_t cube_within(int64_t cells)
{
    int64_t n = 16;
    for (int64_t next = 20; next * next * next <= cells; next += next < 32 ? 4 : 8)
        n = next;
    return n;
}

/* What a trial touches in cache, where a pointwise kernel has a separate result. */
static int64_t cached_bytes(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, const int64_t shape[3])
{
    const int64_t beside =
        kernel->field->n_levels == 1 ? (int64_t)nt_dtype_bytes(dtype) : 0; /* bytes of a separate cell */
    return nt_working_set(kernel, c->params, dtype, shape) + shape[0] * shape[1] * shape[2] * beside;
}

/* The largest cube of this class; the smallest of all, and false, if none is. */
static bool cube_of_class(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c,
                          nt_dtype dtype, nt_class shape_class, int64_t shape[3])
{
    static const int64_t edges[] = {24, 32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 256};
    for (size_t i = sizeof edges / sizeof *edges; i-- > 0;) {
        shape[0] = shape[1] = shape[2] = edges[i];
        if (nt_class_on(machine, 0, cached_bytes(kernel, c, dtype, shape)) == shape_class)
            return true;
    }
    return false;
}

/* The third-level caches of all cores that the process may use. */
static int64_t l3_of_team(const nt_machine *m)
{
    const int64_t half = nt_class_bytes(m, 0, NT_CLASS_L3);
    return half > 0 ? 2 * half : m->l3_bytes;
}

bool rows_shape(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                nt_class shape_class, int64_t shape[3])
{
    const int64_t element = (int64_t)nt_dtype_bytes(dtype);
    const int radius = radius_of(kernel, c);
    if (kernel->program) {
        shape[0] = kernel->program->n;
        shape[1] = shape[2] = 1;
        return true;
    }
    if (kernel->range) {
        const nt_range *r = kernel->range;
        shape[0] = shape_class == NT_CLASS_SHORT ? r->usual_short : r->usual_long;
        if (shape[0] == 0)
            shape[0] = shape_class == NT_CLASS_SHORT ? SHORT_RANGE : INT64_C(1000) * SHORT_RANGE;
        shape[1] = shape[2] = 1;
        return true;
    }
    if (shape_class == NT_CLASS_L2 || shape_class == NT_CLASS_L3)
        return cube_of_class(machine, kernel, c, dtype, shape_class, shape);
    if (radius > 0) {
        shape[0] = shape[1] = shape[2] = 512;
        cut_down(kernel, radius, dtype, machine->memory_bytes / 2, shape);
        return true;
    }
    const int64_t plane = 100 * 10000 * element, least = INT64_C(128) << 20, most = machine->memory_bytes / 8;
    int64_t bytes = 4 * l3_of_team(machine) > least ? 4 * l3_of_team(machine) : least;
    if (most > 0 && bytes > most)
        bytes = most;
    shape[0] = 100, shape[1] = 10000, shape[2] = (bytes + plane - 1) / plane;
    return true;
}

bool rows_other_shape(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                      nt_class shape_class, const int64_t first[3], int64_t other[3])
{
    enum { LEAST = 16, STEP = 4 };
    if (!kernel->field)
        return false;
    if (first[0] != first[1] || first[1] != first[2]) {
        other[0] = other[1] = other[2] = cube_within(first[0] * first[1] * first[2]);
        return true;
    }
    other[0] = 2 * first[0];
    for (int64_t n = (int64_t)((double)first[0] / sqrt(2)) / STEP * STEP; n >= LEAST; n -= STEP) {
        other[1] = other[2] = n;
        if (shape_class == NT_CLASS_MEMORY ||
            cached_bytes(kernel, c, dtype, other) <= nt_class_bytes(machine, 0, shape_class))
            return true;
    }
    return false;
}

/* At most this many cells.  Rows stay as long as people's, since tiles have whole rows: what fits the caches with rows
 * of 200 cells does not with rows of 512.  y and z are cut alike. */
static void few_rows_within(int64_t cells, int64_t n[3])
{
    enum { ROW = 512, LEAST_ROW = 128, LEAST = 96 };
    for (n[0] = ROW; n[0] >= LEAST_ROW; n[0] /= 2) {
        n[1] = n[2] = (int64_t)sqrt((double)cells / (double)n[0]) / 8 * 8;
        if (n[1] >= LEAST)
            return;
    }
    n[0] = n[1] = n[2] = cube_within(cells);
}

void rows_fit(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
              nt_class shape_class, double most_cells, int64_t shape[3])
{
    enum { CACHES = 3, AT_ANY_COST = 2 };
    if (shape_class == NT_CLASS_LONG && kernel->range) {
        if (most_cells < (double)shape[0])
            shape[0] = most_cells > NT_LONG_FROM ? (int64_t)most_cells : NT_LONG_FROM;
        return;
    }
    if (!kernel->field)
        return;
    const double cell = (double)n_grids(kernel) * (double)nt_dtype_bytes(dtype),
                 least = shape_class == NT_CLASS_MEMORY ? CACHES * (double)l3_of_team(machine)
                         : shape_class == NT_CLASS_L3   ? 2 * (double)nt_class_bytes(machine, 0, NT_CLASS_L2)
                                                        : 0,
                 least_cells = least / cell;
    if (most_cells < least_cells && least_cells <= AT_ANY_COST * most_cells)
        most_cells = least_cells;
    if (most_cells >= (double)shape[0] * (double)shape[1] * (double)shape[2])
        return;
    if (shape_class != NT_CLASS_MEMORY) {
        shape[0] = shape[1] = shape[2] = cube_within((int64_t)most_cells);
        return;
    }
    if (radius_of(kernel, c) > 0) {
        int64_t n[3];
        few_rows_within((int64_t)most_cells, n);
        for (int a = 0; a < 3; a++)
            shape[a] = shape[a] < n[a] ? shape[a] : n[a];
        return;
    }
    for (int a = 2; a >= 0 && most_cells < (double)shape[0] * (double)shape[1] * (double)shape[2]; a--) {
        double others = 1;
        for (int b = 0; b < a; b++)
            others *= (double)shape[b];
        shape[a] = most_cells > others ? (int64_t)(most_cells / others) : 1;
    }
}

trial_ask rows_ask(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, nt_class shape_class,
                   const int64_t shape[3], int64_t steps)
{
    /* In cache a run is too short to time alone; with a separate result it can be repeated without
     * restoring. */
    return (trial_ask){.kernel = kernel,
                       .kernel_case = c,
                       .dtype = dtype,
                       .shape = {shape[0], shape[1], shape[2]},
                       .steps = steps,
                       .in_place = shape_class == NT_CLASS_MEMORY,
                       .reps = SEARCH_REPS,
                       .check = 1,
                       .window_s =
                           shape_class == NT_CLASS_MEMORY || shape_class == NT_CLASS_LONG ? 0 : window_s,
                       .limit_s = trial_limit_s};
}

/* ---- Bounds ---------------------------------------------------------------------------------------- */

bool rows_allow(const tune_options *o, const nt_kernel *kernel, nt_dtype dtype, int variant)
{
    return kernel->ulp_of_terms || kernel->variants[variant].max_ulp[dtype] <= o->max_ulp[dtype];
}

nt_status rows_check(const nt_kernel *k, const tune_options *o, nt_error *why)
{
    bool any = false;
    for (int d = 0; d < NT_N_DTYPES; d++) {
        nt_config config;
        if (!is_asked_for_type(k, (nt_dtype)d, o))
            continue;
        any = true;
        const nt_status status = nt_config_default(k, (nt_dtype)d, &config, why);
        if (status != NT_OK)
            return status;
        int least = 0;
        for (int v = 1; k->variants[v].name; v++)
            if (k->variants[v].max_ulp[d] < k->variants[least].max_ulp[d] &&
                rows_has_variant(k, (nt_dtype)d, k->variants[v].name))
                least = v;
        if (rows_allow(o, k, (nt_dtype)d, least))
            continue;
        snprintf(why->text, sizeof why->text,
                 "no variant of %s keeps --max-ulp %g in %s: the least is %s with %g", k->name, o->max_ulp[d],
                 nt_dtype_name((nt_dtype)d), k->variants[least].name, k->variants[least].max_ulp[d]);
        return NT_EKERNEL;
    }
    if (any)
        return NT_OK;
    const bool only_f64 = rows_has_types(k, 1u << NT_F64);
    snprintf(why->text, sizeof why->text, "kernel %s has no %s functions: allowed is --dtype %s", k->name,
             only_f64 ? "f32" : "f64", only_f64 ? "f64" : "f32");
    return NT_EKERNEL;
}
