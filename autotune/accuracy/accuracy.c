/*
 * accuracy.c - the largest error of each isa and variant, in units of the last place (ULP)
 * SPDX-License-Identifier: MIT
 *
 * The threads share batches of samples.  For each batch a thread fills in the samples and computes the exact
 * results; then every isa and variant runs over it with its own plan, from src to a separate result.
 *
 * All f32 inputs with MPFR would take hours.  So their results are computed in double, and with MPFR where that might not
 * decide how they round.
 */
#include "accuracy/accuracy.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy/rounding.h"
#include "accuracy/samples.h"

enum { BATCH = 4096, OPERANDS = 1 + NT_MAX_COEFS };

/* ---- one thread's batch ----------------------------------------------------------------------- */

typedef struct batch {
    const nt_kernel *kernel;
    nt_dtype dtype;
    int64_t first;                                /* number of the first sample */
    int n, n_inside;                              /* samples; the cells after them keep their old values */
    double input[OPERANDS][BATCH];                /* src, coefficients: numbers of dtype */
    double value[BATCH], rest[BATCH], ulp[BATCH]; /* exact results; ulp is Inf for special ones */
    double nearest[BATCH];                        /* the number of dtype; NaN for special ones */
    int special[BATCH], n_special, n_asked;
    _Alignas(64) double cells[1 + OPERANDS][BATCH]; /* result, src, coefficients, in dtype */
    nt_grid *grid[OPERANDS + 1];                    /* grids on these cells: src, coefficients, result */
    nt_plan *plan[ACCURACY_ENTRIES];
    const reals *arithmetic;
    nt_real *scratch[NT_REFERENCE_REALS], *sure[NT_REFERENCE_REALS]; /* sure: of MPFR, beside double */
} batch;

typedef struct batch_cell {
    nt_cell cell;
    const batch *b;
    int i;
} batch_cell;

static double read_cell(const nt_cell *cell, int operand, int dx, int dy, int dz)
{
    const batch_cell *c = (const batch_cell *)cell;
    (void)dx, (void)dy, (void)dz; /* pointwise */
    return c->b->input[operand < 2 ? 0 : operand - 1][c->i];
}

static int is_inside(const batch *b, double x)
{
    return fabs(x) <= b->kernel->ulp_range;
}

static void fill(batch *b, const accuracy_options *o)
{
    b->n_inside = 0;
    for (int i = 0; i < b->n; i++) {
        const int64_t index = b->first + i;
        const int n_coefs = b->kernel->field->n_coefs;
        b->input[0][i] = o->exhaustive  ? samples_pattern(index)
                         : n_coefs == 0 ? samples_input(b->kernel, b->dtype, index, o->seed)
                                        : samples_filled(b->kernel, b->dtype, 0, index, o->seed);
        for (int c = 0; c < n_coefs; c++)
            b->input[1 + c][i] = samples_filled(b->kernel, b->dtype, 1 + c, index, o->seed);
        b->n_inside += is_inside(b, b->input[0][i]);
    }
    for (int k = 0; k < OPERANDS; k++)
        if (b->dtype == NT_F64)
            memcpy(b->cells[1 + k], b->input[k], sizeof b->input[k]);
        else
            for (int i = 0; i < BATCH; i++)
                ((float *)(void *)b->cells[1 + k])[i] = (float)b->input[k][i];
}

/* Where double might not decide how a result rounds, MPFR does. */
static exact exact_of(batch *b, const batch_cell *c)
{
    exact e;
    b->kernel->field->reference(&b->arithmetic->real, b->scratch, &c->cell);
    b->arithmetic->read(b->scratch[0], b->dtype, &e);
    if (b->arithmetic == &reals_double && rounding_is_close(&e)) {
        b->kernel->field->reference(&reals_mpfr.real, b->sure, &c->cell);
        reals_mpfr.read(b->sure[0], b->dtype, &e);
        b->n_asked++;
    }
    return e;
}

static void find_exact(batch *b)
{
    batch_cell c = {{read_cell, b->dtype, b->kernel->params}, b, 0};
    b->n_special = b->n_asked = 0;
    for (c.i = 0; c.i < b->n; c.i++) {
        exact e = exact_of(b, &c);
        b->nearest[c.i] = rounding_nearest(&e, b->dtype);
        if (!isfinite(e.value) || (e.value == 0 && e.rest == 0)) {
            b->special[b->n_special++] = c.i;
            e.ulp = INFINITY;
            b->nearest[c.i] = NAN;
        }
        b->value[c.i] = e.value;
        b->rest[c.i] = e.rest;
        b->ulp[c.i] = e.ulp;
    }
}

static double result(const batch *b, int i)
{
    return b->dtype == NT_F64 ? b->cells[0][i] : (double)((const float *)(const void *)b->cells[0])[i];
}

double accuracy_ulps(double got, const exact *e)
{
    if (isnan(got) || isnan(e->value))
        return isnan(got) && isnan(e->value) ? 0 : HUGE_VAL;
    if (isinf(got) || isinf(e->value))
        return got == e->value ? 0 : HUGE_VAL;
    return fabs((got - e->value) / e->ulp - e->rest);
}

/* Is any error of the batch above `most`, or NaN?  One pass without branches, since almost always none is. */
static int any_above(const batch *b, double most)
{
    int above = 0;
    if (b->dtype == NT_F64) {
        for (int i = 0; i < b->n; i++)
            above |= !(fabs((b->cells[0][i] - b->value[i]) / b->ulp[i] - b->rest[i]) <= most);
    } else {
        const float *got = (const float *)(const void *)b->cells[0];
        for (int i = 0; i < b->n; i++)
            above |= !(fabs(((double)got[i] - b->value[i]) / b->ulp[i] - b->rest[i]) <= most);
    }
    return above;
}

static void keep(accuracy_max *max, double ulp, double x, int64_t index)
{
    if (ulp > max->ulp || (ulp == max->ulp && index < max->index))
        *max = (accuracy_max){ulp, x, index};
}

static void check_specials(const batch *b, accuracy_entry *e)
{
    for (int s = 0; s < b->n_special; s++) {
        const int i = b->special[s];
        const double got = result(b, i), want = b->value[i];
        const int right = isnan(want) ? isnan(got) : got == want && signbit(got) == signbit(want);
        if (!right && e->n_wrong++ == 0)
            e->wrong = (accuracy_max){HUGE_VAL, b->input[0][i], b->first + i};
    }
}

/* Counts results that are not the nearest number; special ones are checked elsewhere. */
static int64_t count_misrounded(const batch *b)
{
    int64_t n = 0;
    if (b->dtype == NT_F64)
        for (int i = 0; i < b->n; i++)
            n += (b->cells[0][i] != b->nearest[i]) & (b->nearest[i] == b->nearest[i]);
    else
        for (int i = 0; i < b->n; i++)
            n += ((double)((const float *)(const void *)b->cells[0])[i] != b->nearest[i]) &
                 (b->nearest[i] == b->nearest[i]);
    return n;
}

static void compare(const batch *b, accuracy_entry *e)
{
    check_specials(b, e);
    e->n_misrounded += count_misrounded(b);
    const double least_inside = b->n_inside > 0 ? e->inside.ulp : INFINITY;
    const double least_beyond = b->n_inside < b->n ? e->beyond.ulp : INFINITY;
    if (!any_above(b, fmin(least_inside, least_beyond)))
        return;
    for (int i = 0; i < b->n; i++) {
        const exact want = {b->value[i], b->rest[i], b->ulp[i]};
        const double x = b->input[0][i];
        if (!isinf(want.ulp))
            keep(is_inside(b, x) ? &e->inside : &e->beyond, accuracy_ulps(result(b, i), &want), x,
                 b->first + i);
    }
}

/* ---- threads ---------------------------------------------------------------------------------- */

static nt_status make_plans(batch *b, const accuracy *a, nt_error *why)
{
    const int n = 1 + b->kernel->field->n_coefs; /* the result comes after them */
    nt_status status = NT_OK;
    for (int g = 0; g <= n && status == NT_OK; g++)
        status = nt_grid_wrap(&b->grid[g], b->dtype, (const int64_t[3]){BATCH, 1, 1},
                              (const int64_t[3]){1, BATCH, BATCH}, 0, b->cells[g < n ? 1 + g : 0], why);
    for (int e = 0; e < a->n && status == NT_OK; e++) {
        char config[NT_CONFIG_TEXT];
        nt_config_format(b->kernel, &a->entry[e].config, config, sizeof config);
        const nt_plan_options options = {.bytes = sizeof options, .config = config, .steps = 1};
        status = nt_plan_create(&b->plan[e], b->kernel, b->grid, n + 1, &options, why);
    }
    return status;
}

static nt_status make_batch(batch **made, const accuracy *a, const accuracy_options *o, nt_error *why)
{
    const size_t bytes = (sizeof(batch) + 63) / 64 * 64;
    batch *b = *made = aligned_alloc(64, bytes);
    snprintf(why->text, sizeof why->text, "no memory for %d samples", BATCH);
    if (!b)
        return NT_ENOMEM;
    memset(b, 0, bytes);
    b->kernel = a->kernel;
    b->dtype = a->dtype;
    const reals *arithmetic = o->exhaustive ? &reals_double : &reals_mpfr;
    if (!arithmetic->create(b->scratch))
        return NT_ENOMEM;
    b->arithmetic = arithmetic;
    if (arithmetic == &reals_double && !reals_mpfr.create(b->sure))
        return NT_ENOMEM;
    return make_plans(b, a, why);
}

static void free_batch(batch *b)
{
    for (int e = 0; b && e < ACCURACY_ENTRIES; e++)
        nt_plan_destroy(b->plan[e]);
    for (int g = 0; b && g <= OPERANDS; g++)
        nt_grid_destroy(b->grid[g]);
    if (b && b->arithmetic)
        b->arithmetic->destroy(b->scratch);
    if (b && b->sure[0])
        reals_mpfr.destroy(b->sure);
    free(b);
}

static void do_batch(batch *b, const accuracy_options *o, accuracy *mine)
{
    fill(b, o);
    find_exact(b);
    mine->n_inside += b->n_inside;
    mine->n_beyond += b->n - b->n_inside;
    mine->n_special += b->n_special;
    mine->n_asked += b->n_asked;
    for (int e = 0; e < mine->n; e++) {
        nt_plan_run(b->plan[e], 1);
        compare(b, &mine->entry[e]);
    }
}

static void merge(accuracy *total, const accuracy *mine)
{
    total->n_inside += mine->n_inside;
    total->n_beyond += mine->n_beyond;
    total->n_special += mine->n_special;
    total->n_asked += mine->n_asked;
    for (int e = 0; e < total->n; e++) {
        accuracy_entry *t = &total->entry[e];
        const accuracy_entry *m = &mine->entry[e];
        keep(&t->inside, m->inside.ulp, m->inside.x, m->inside.index);
        keep(&t->beyond, m->beyond.ulp, m->beyond.x, m->beyond.index);
        if (m->n_wrong > 0 && (t->n_wrong == 0 || m->wrong.index < t->wrong.index))
            t->wrong = m->wrong;
        t->n_wrong += m->n_wrong;
        t->n_misrounded += m->n_misrounded;
    }
}

static bool stops(const accuracy_options *o)
{
    return o->stop && *o->stop;
}

/* Measures samples `from` .. end-1 by several threads.  The merged result does not depend on their number.  Batches are
 * begun in order and finished, so after a stop the samples measured are the first ones. */
static nt_status run(accuracy *total, const accuracy_options *o, int64_t end, nt_error *why)
{
    const accuracy empty = *total;
    nt_status status = NT_OK;
    int64_t next = o->from;
#pragma omp parallel num_threads(o->threads > 1 ? o->threads : 1)
    {
        batch *b;
        nt_error my_why;
        accuracy mine = empty;
        const nt_status made = make_batch(&b, &mine, o, &my_why);
        while (made == NT_OK && !stops(o)) {
#pragma omp atomic capture
            {
                b->first = next;
                next += BATCH;
            }
            if (b->first >= end)
                break;
            b->n = end - b->first < BATCH ? (int)(end - b->first) : BATCH;
            do_batch(b, o, &mine);
#pragma omp critical(accuracy)
            {
                total->n_done += b->n;
                if (o->on_progress)
                    o->on_progress(o->context, total->n_done, end - o->from);
            }
        }
        free_batch(b);
#pragma omp critical(accuracy)
        {
            merge(total, &mine);
            if (made != NT_OK) {
                status = made;
                *why = my_why;
            }
        }
    }
    return status;
}

/* ---- all of them ------------------------------------------------------------------------------ */

/* Adds every isa that runs here with every variant, by the first function of each: forms do not change
 * results. */
static void add_entries(accuracy *a, const accuracy_options *o)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(a->kernel, i)); i++) {
        const int v = nt_kernel_variant(a->kernel, f->variant);
        bool there = f->dtype != a->dtype || !nt_isa_available(f->isa) ||
                     (o->variant && strcmp(o->variant, f->variant) != 0) ||
                     (o->isa && strcmp(o->isa, nt_isa_name(f->isa)) != 0);
        for (int e = 0; e < a->n && !there; e++)
            there = a->entry[e].config.isa == f->isa && a->entry[e].config.variant == v;
        if (there)
            continue;
        assert(a->n < ACCURACY_ENTRIES);
        nt_config *c = &a->entry[a->n++].config;
        *c = nt_config_blank(a->kernel);
        c->parallel = NT_PARALLEL_SERIAL;
        c->isa = f->isa;
        c->variant = v;
        c->fn = nt_kernel_form(a->kernel, f->fn);
        c->layout = (int)f->layout;
    }
}

int accuracy_confirmed(const accuracy *a, const accuracy_entry *e)
{
    const double bound = a->kernel->variants[e->config.variant].max_ulp[a->dtype];
    return e->inside.ulp <= bound && e->n_wrong == 0 && (bound > 0.5 || e->n_misrounded == 0);
}

int accuracy_can(const nt_kernel *kernel, nt_dtype dtype, bool exhaustive, nt_error *why)
{
    if (!kernel->field || kernel->field->n_levels != 1)
        snprintf(why->text, sizeof why->text,
                 "kernel %s is not pointwise: verify measures pointwise kernels; the tests "
                 "check its bound",
                 kernel->name);
    else if (!kernel->field->reference)
        snprintf(why->text, sizeof why->text, "kernel %s has a reference in plain C alone: verify needs one of any precision",
                 kernel->name);
    else if (exhaustive && (dtype != NT_F32 || kernel->field->n_coefs != 0))
        snprintf(why->text, sizeof why->text,
                 "kernel %s in %s has too many inputs to run through: allowed are kernels of "
                 "one input in f32",
                 kernel->name, nt_dtype_name(dtype));
    else
        return 1;
    return 0;
}

nt_status accuracy_measure(accuracy *a, const nt_kernel *kernel, nt_dtype dtype,
                           const accuracy_options *options, nt_error *why)
{
    nt_error unused;
    why = why ? why : &unused;
    *a = (accuracy){.kernel = kernel,
                    .dtype = dtype,
                    .arithmetic = options->exhaustive ? reals_double.name : reals_mpfr.name};
    if (!accuracy_can(kernel, dtype, options->exhaustive, why))
        return NT_EARG;
    add_entries(a, options);
    if (a->n == 0) {
        snprintf(why->text, sizeof why->text, "kernel %s has no %s function%s%.32s that this CPU can run",
                 kernel->name, nt_dtype_name(dtype), options->variant ? " of variant " : "",
                 options->variant ? options->variant : "");
        return NT_EKERNEL;
    }
    return run(a, options, options->exhaustive ? ACCURACY_ALL : options->samples, why);
}
