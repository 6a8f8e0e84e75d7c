/*
 * definition_check.c - an arithmetic against the kernel's definition
 * SPDX-License-Identifier: MIT
 */
#include "measure/definition_check.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MOST_GRIDS = NT_MAX_GRIDS, SEED = 11 };

/* ---- The reference in long double ------------------------------------------------------------------------- */

struct nt_real {
    long double value;
};

static void set(nt_real *r, double a) { r->value = a; }
static void add(nt_real *r, const nt_real *a, const nt_real *b) { r->value = a->value + b->value; }
static void sub(nt_real *r, const nt_real *a, const nt_real *b) { r->value = a->value - b->value; }
static void mul(nt_real *r, const nt_real *a, const nt_real *b) { r->value = a->value * b->value; }
static void sine(nt_real *r, const nt_real *a) { r->value = sinl(a->value); }
static void cosine(nt_real *r, const nt_real *a) { r->value = cosl(a->value); }

/* The arguments are numbers of dtype. */
static void round_fma(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c, nt_dtype dtype)
{
    r->value = dtype == NT_F64 ? (long double)fma((double)a->value, (double)b->value, (double)c->value)
                               : (long double)fmaf((float)a->value, (float)b->value, (float)c->value);
}

static const nt_reals in_long_double = {set, add, sub, mul, sine, cosine, round_fma};

/* What a cell should be, and the sum of its absolute terms, or the value itself. */
static long double defined(const nt_kernel *k, const nt_cell *cell, long double *unit)
{
    struct nt_real values[NT_REFERENCE_REALS] = {{0}};
    nt_real *r[NT_REFERENCE_REALS];
    if (k->field->plain) {
        long double terms = 0;
        const long double value = k->field->plain(cell, &terms);
        *unit = k->ulp_of_terms ? terms : fabsl(value);
        return value;
    }
    for (int i = 0; i < NT_REFERENCE_REALS; i++)
        r[i] = &values[i];
    k->field->reference(&in_long_double, r, cell);
    *unit = k->ulp_of_terms ? values[1].value : fabsl(values[0].value);
    return values[0].value;
}

/* ---- The scene -------------------------------------------------------------------------------------------- */

/* What the plan runs on, and what it read first. */
typedef struct scene {
    nt_grid *grid[MOST_GRIDS], *before[MOST_GRIDS];
    int n, radius;
    int64_t size[3];
} scene;

typedef struct place {
    nt_cell cell;
    const scene *s;
    int n_levels;
    int64_t x, y, z;
} place;

static double value_at(const nt_grid *g, int64_t x, int64_t y, int64_t z)
{
    const void *cell = nt_grid_cell(g, x, y, z);
    return nt_grid_dtype(g) == NT_F64 ? *(const double *)cell : (double)*(const float *)cell;
}

static double read_cell(const nt_cell *cell, int operand, int dx, int dy, int dz)
{
    const place *p = (const place *)cell;
    const int grid = operand >= 2 ? p->n_levels + operand - 2 : operand < p->n_levels ? operand : 0;
    return value_at(p->s->before[grid], p->x + dx, p->y + dy, p->z + dz);
}

static void free_scene(scene *s)
{
    for (int i = 0; i < s->n; i++) {
        nt_grid_destroy(s->grid[i]);
        nt_grid_destroy(s->before[i]);
    }
}

/* A small grid that the parameters can be used on: the usual one, else of the shape under trial with fewer cells along y and z. */
static bool choose_size(scene *s, const trial_ask *ask, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    const void *params = trial_params(ask) ? trial_params(ask) : k->params;
    for (int i = 0; i < 3; i++)
        s->size[i] = 2 * s->radius + (i == 0 ? 37 : 5);
    if (!k->check || k->check(params, ask->dtype, s->size, why) == NT_OK)
        return true;
    for (int fewer = 2; fewer >= 0; fewer--) {
        for (int i = 0; i < 3; i++)
            s->size[i] = i < 3 - fewer || ask->shape[i] < 2 * s->radius + 5 ? ask->shape[i] : 2 * s->radius + 5;
        if (k->check(params, ask->dtype, s->size, why) == NT_OK)
            return true;
    }
    return false;
}

static nt_status make_scene(scene *s, const trial_ask *ask, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    nt_status status = NT_OK;
    *s = (scene){.radius = nt_kernel_radius(k, trial_params(ask))};
    if (!choose_size(s, ask, why))
        return NT_ESHAPE;
    while (s->n < k->field->n_levels + k->field->n_coefs && status == NT_OK) {
        const int i = s->n++;
        status = nt_grid_create(&s->grid[i], ask->dtype, s->size, s->radius, NULL, why);
        if (status == NT_OK)
            status = nt_grid_create(&s->before[i], ask->dtype, s->size, s->radius, NULL, why);
        nt_kernel_fill(k, i, SEED, s->grid[i]);
        nt_kernel_fill(k, i, SEED, s->before[i]);
    }
    return status;
}

/* One step by this arithmetic, serial. */
static nt_status step(scene *s, const trial_ask *ask, const nt_grid **newest, nt_error *why)
{
    char text[NT_CONFIG_TEXT];
    nt_config c = nt_config_blank(ask->kernel);
    nt_plan *plan;
    c.parallel = NT_PARALLEL_SERIAL;
    c.isa = ask->config.isa;
    c.variant = ask->config.variant;
    c.fn = ask->config.fn;
    c.layout = ask->config.layout;
    memcpy(c.own, ask->config.own, sizeof c.own);
    nt_config_format(ask->kernel, &c, text, sizeof text);
    const nt_plan_options options = {.bytes = sizeof options, .params = trial_params(ask), .config = text, .steps = 1};
    const nt_status status = nt_plan_create(&plan, ask->kernel, s->grid, s->n, &options, why);
    if (status != NT_OK)
        return status;
    nt_plan_run(plan, 1);
    *newest = nt_plan_newest(plan);
    nt_plan_destroy(plan);
    return NT_OK;
}

/* The distance of `got` from what is defined, in units of the last place that dtype has at `unit`. */
static long double ulps(double got, long double wanted, long double unit, nt_dtype dtype)
{
    const int digits = dtype == NT_F64 ? 53 : 24, least = dtype == NT_F64 ? -1022 : -126;
    int e = 0;
    if (isnan(got) || isnan(wanted))
        return isnan(got) && isnan(wanted) ? 0 : HUGE_VALL;
    if (isinf(got))
        return isinf(wanted) && (got > 0) == (wanted > 0) ? 0 : HUGE_VALL;
    frexpl(unit, &e);
    e = unit == 0 || e - 1 < least ? least : e - 1;
    return ldexpl(fabsl(got - wanted), digits - 1 - e);
}

static trial_outcome compare(const scene *s, const trial_ask *ask, const nt_grid *newest, nt_error *why)
{
    const nt_kernel *k = ask->kernel;
    const void *params = trial_params(ask) ? trial_params(ask) : k->params;
    const int64_t rim = k->field->walls || k->field->ghosts ? s->radius : 0;
    const double most = k->variants[ask->config.variant].max_ulp[ask->dtype];
    place p = {{read_cell, ask->dtype, params}, s, k->field->n_levels, 0, 0, 0};
    for (p.z = rim; p.z < s->size[2] - rim; p.z++)
        for (p.y = rim; p.y < s->size[1] - rim; p.y++)
            for (p.x = rim; p.x < s->size[0] - rim; p.x++) {
                long double unit;
                const long double wanted = defined(k, &p.cell, &unit), off = ulps(value_at(newest, p.x, p.y, p.z), wanted, unit, ask->dtype);
                if (off <= (long double)most)
                    continue;
                snprintf(why->text, sizeof why->text,
                         "cell (%lld, %lld, %lld) of %lldx%lldx%lld is %.10g, the reference gives %.10Lg: %.3Lg ulp off, %g are allowed",
                         (long long)p.x, (long long)p.y, (long long)p.z, (long long)s->size[0], (long long)s->size[1],
                         (long long)s->size[2], value_at(newest, p.x, p.y, p.z), wanted, off, most);
                return TRIAL_WRONG;
            }
    return TRIAL_OK;
}

/* ---- What has passed ------------------------------------------------------------------------------------- */

typedef struct passed {
    const nt_kernel *kernel;
    const nt_case *its_case;
    int dtype, isa, variant, fn, layout;
    int64_t own[NT_MAX_OWN_KEYS];
} passed;

enum { MOST_PASSED = 256 };

/* Is it among those that have passed?  If not, and `adds`, it is from now on. */
static bool has_passed(const trial_ask *ask, bool adds)
{
    static passed list[MOST_PASSED];
    static int n;
    const nt_config *c = &ask->config;
    passed one = {ask->kernel, trial_case(ask), (int)ask->dtype, (int)c->isa, c->variant, c->fn, c->layout, {0}};
    memcpy(one.own, c->own, sizeof one.own);
    for (int i = 0; i < n; i++)
        if (list[i].kernel == one.kernel && list[i].its_case == one.its_case && list[i].dtype == one.dtype && list[i].isa == one.isa &&
            list[i].variant == one.variant && list[i].fn == one.fn && list[i].layout == one.layout &&
            memcmp(list[i].own, one.own, sizeof one.own) == 0)
            return true;
    if (adds && n < MOST_PASSED)
        list[n++] = one;
    return false;
}

trial_outcome definition_check(const trial_ask *ask, nt_error *why)
{
    const nt_grid *newest;
    scene s;
    if (has_passed(ask, false))
        return TRIAL_OK;
    nt_status status = make_scene(&s, ask, why);
    trial_outcome outcome = TRIAL_OK;
    if (status == NT_OK)
        status = step(&s, ask, &newest, why);
    if (status != NT_OK)
        outcome = status == NT_ENOMEM ? TRIAL_MEMORY : TRIAL_REFUSED;
    else
        outcome = compare(&s, ask, newest, why);
    free_scene(&s);
    if (outcome == TRIAL_OK)
        has_passed(ask, true);
    return outcome;
}
