/*
 * wave_support.h - what the tests of kernel `wave` share: a box of cells, its modes, and how far rounding may go
 * SPDX-License-Identifier: MIT
 *
 * In a box of N cells with six mirror faces sin(pi m (i + 1) / (N + 1)) is an eigenfunction of the difference
 * operator of every order: odd about the walls at -1 and N.  A product of three of them has
 *
 *     L u = -Q u,  Q = -(c0 + sum over k of 2 c_k (cos k a + wy cos k b + wz cos k c)),  a = pi m_x / (N_x + 1) ...
 *
 * and u(n) = cos(w n) u with sin^2(w/2) = C Q / 4 solves the scheme exactly, and so does sin(w n).
 *
 * Rounding.  Let e be half a unit in the last place of 1, T the sum of the absolute terms of a cell's update.  Each
 * of its 3 inner roundings, M + 1 of the sum and 3 at the end is off by e T at most: together at most (M + 7) e T,
 * and sqrt(M + 7) e T where they are independent.  A mode answers an error made j steps ago by U_j times it,
 * U_0 = 0, U_1 = 1, U_j+1 = (2 - C Q) U_j - U_j-1: sin(j w) / sin(w) if it is stable.  The errors of cells and steps
 * being independent, their squares add, and each step's falls on all modes alike: rounding_most().  What is
 * left of dependence between them is a factor 4's.
 */
#ifndef TESTS_WAVE_SUPPORT_H
#define TESTS_WAVE_SUPPORT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wave_fixture.h"

/* What most tests are given. */
typedef struct scheme {
    int order;
    nt_dtype dtype;
} scheme;
static const scheme schemes[] = {{2, NT_F32},  {2, NT_F64},  {4, NT_F32},  {4, NT_F64},
                                 {6, NT_F32},  {6, NT_F64},  {8, NT_F32},  {8, NT_F64},
                                 {12, NT_F32}, {12, NT_F64}, {16, NT_F32}, {16, NT_F64}};
enum { N_SCHEMES = sizeof schemes / sizeof *schemes };

static inline void add_scheme(CMUnitTestFunction run, const scheme *s, const char *what)
{
    tests_add(run, s, "wave/%s/o%d:%s", nt_dtype_name(s->dtype), s->order, what);
}

static const double equal[3] = {10, 10, 10}, unequal[3] = {10, 12.5, 8};
static const long double wave_pi = 3.14159265358979323846264338327950288L;

typedef struct wave_box {
    nt_wave wave;
    nt_dtype dtype;
    int64_t n[3];
    nt_grid *level[2], *c;
    nt_config config;
    nt_plan *plan;
} wave_box;

/* A number as the kernel sees it. */
static inline double as_stored(double a, nt_dtype dtype)
{
    return dtype == NT_F64 ? a : (double)(float)a;
}

/* Grids of zeros, six mirror faces; two threads and time blocks of 3 steps. */
static inline void box_make(wave_box *b, int order, nt_dtype dtype, const int64_t n[3],
                            const double spacing[3])
{
    nt_error why;
    *b = (wave_box){.wave = wave_of(order, spacing), .dtype = dtype, .n = {n[0], n[1], n[2]}};
    assert_int_equal(nt_config_default(nt_kernel_find("wave"), dtype, &b->config, &why), NT_OK);
    b->config.threads = 2;
    b->config.depth = 3;
    b->config.tile[1] = 8;
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_grid_create(&b->level[i], dtype, n, order / 2, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_create(&b->c, dtype, n, 0, NULL, &why), NT_OK);
}

static inline void box_free(wave_box *b)
{
    nt_plan_destroy(b->plan);
    for (int i = 0; i < 2; i++)
        nt_grid_destroy(b->level[i]);
    nt_grid_destroy(b->c);
    *b = (wave_box){0};
}

/* Every cell of a grid by a function of its place. */
typedef double place_fn(const void *context, int64_t x, int64_t y, int64_t z);

static inline void grid_fill(const nt_grid *g, place_fn *value, const void *context)
{
    for (int64_t z = 0; z < g->nz; z++)
        for (int64_t y = 0; y < g->ny; y++)
            for (int64_t x = 0; x < g->nx; x++)
                cell_set(g, x, y, z, value(context, x, y, z));
}

static inline double same_everywhere(const void *context, int64_t x, int64_t y, int64_t z)
{
    (void)x, (void)y, (void)z;
    return *(const double *)context;
}

/* A uniform medium; the value as it is stored. */
static inline double box_medium(wave_box *b, double c)
{
    grid_fill(b->c, same_everywhere, &c);
    return as_stored(c, b->dtype);
}

/* level[0] is the newest: plans of `steps` steps a run start there. */
static inline void box_plan(wave_box *b, int64_t steps, const nt_hook *const *hooks, int n_hooks)
{
    const test_problem problem = {.kernel = nt_kernel_find("wave"),
                                  .level = {b->level[0], b->level[1]},
                                  .coef = {b->c},
                                  .params = &b->wave,
                                  .steps = steps,
                                  .hooks = hooks,
                                  .n_hooks = n_hooks};
    nt_error why;
    nt_plan_destroy(b->plan);
    if (problem_plan(&b->plan, &problem, &b->config, &why) != NT_OK)
        fail_msg("%s", why.text);
}

static inline const nt_grid *box_run(wave_box *b, int64_t steps)
{
    box_plan(b, steps, NULL, 0);
    nt_plan_run(b->plan, steps);
    return nt_plan_newest(b->plan);
}

/* ---- Modes ---------------------------------------------------------------------------------------- */

/* In long double: a frequency's error grows with the steps too. */
typedef struct mode {
    int m[3];
    int64_t n[3];
    long double amplitude;
} mode;

static inline double mode_at(const void *context, int64_t x, int64_t y, int64_t z)
{
    const mode *m = context;
    const int64_t at[3] = {x, y, z};
    long double value = m->amplitude;
    for (int a = 0; a < 3; a++)
        value *= sinl(wave_pi * m->m[a] * (long double)(at[a] + 1) / (long double)(m->n[a] + 1));
    return (double)value;
}

/* Q of any phases, with the weights as the kernel sees them. */
static inline long double symbol(const nt_wave *w, nt_dtype dtype, const long double phase[3])
{
    const double across[3] = {1, as_stored(w->wy, dtype), as_stored(w->wz, dtype)};
    long double q = -as_stored(w->c0, dtype);
    for (int k = 1; k <= w->order / 2; k++)
        for (int a = 0; a < 3; a++)
            q -= 2 * as_stored(w->weight[k - 1], dtype) * (long double)across[a] * cosl(k * phase[a]);
    return q;
}

static inline long double mode_symbol(const wave_box *b, const int m[3])
{
    long double phase[3];
    for (int a = 0; a < 3; a++)
        phase[a] = wave_pi * m[a] / (long double)(b->n[a] + 1);
    return symbol(&b->wave, b->dtype, phase);
}

/* The frequency a step of a stable mode. */
static inline long double mode_frequency(const wave_box *b, const int m[3], double c)
{
    return 2 * asinl(sqrtl(c * mode_symbol(b, m) / 4));
}

/* ---- Limits and rounding -------------------------------------------------------------------------------- */

/* 4 / Q of the shortest wave: the largest C, where weights alternate in sign. */
static inline double largest_c(const wave_box *b)
{
    return (double)(4 / symbol(&b->wave, b->dtype, (const long double[3]){wave_pi, wave_pi, wave_pi}));
}

static inline double half_ulp(nt_dtype dtype)
{
    return dtype == NT_F64 ? 0x1p-53 : 0x1p-24;
}

/* T of cells of size 1, C at most c: 2u, u- and all terms of L. */
static inline double all_terms(const wave_box *b, double c)
{
    double sum = fabs(b->wave.c0);
    for (int k = 0; k < b->wave.order / 2; k++)
        sum += 2 * fabs(b->wave.weight[k]) * (1 + b->wave.wy + b->wave.wz);
    return 3 + c * sum;
}

/* One step's error at most, and what it comes to where roundings are independent. */
static inline double step_most(const wave_box *b, double c)
{
    return (b->wave.order / 2 + 7) * half_ulp(b->dtype) * all_terms(b, c);
}
static inline double step_likely(const wave_box *b, double c)
{
    return sqrt(b->wave.order / 2 + 7) * half_ulp(b->dtype) * all_terms(b, c);
}

/* Of one mode: U_j and U_j-1, and 2 - C Q. */
typedef struct answer {
    double now, before, turn;
} answer;

/* Q is a sum over axes: each axis' part, and once too often twice the Q of the constant. */
static inline answer *answers_make(const wave_box *b, double c)
{
    enum { MOST = 64 };
    const int64_t *n = b->n;
    const long double twice = 2 * symbol(&b->wave, b->dtype, (const long double[3]){0, 0, 0});
    long double part[3][MOST];
    answer *all = calloc((size_t)(n[0] * n[1] * n[2]), sizeof *all);
    assert_non_null(all);
    for (int a = 0; a < 3; a++)
        for (int64_t i = 0; i < n[a] && i < MOST; i++) {
            long double phase[3] = {0, 0, 0};
            phase[a] = wave_pi * (long double)(i + 1) / (long double)(n[a] + 1);
            part[a][i] = symbol(&b->wave, b->dtype, phase);
        }
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
        all[i] = (answer){1, 0, (double)(2 - c * (part[0][x] + part[1][y] + part[2][z] - twice))};
    }
    return all;
}

/* Root mean square of the error over the box after n steps of a field that has the root mean square `size` at the end
 * and grows by a factor a step; the two levels that one starts from are rounded too. */
static inline double rounding_most(const wave_box *b, double c, double size, double grows, int64_t n)
{
    const int64_t modes = b->n[0] * b->n[1] * b->n[2];
    answer *all = answers_make(b, c);
    double sum = 0;
    for (int64_t j = 1; j <= n + 1; j++) {
        double squares = 0;
        for (int64_t i = 0; i < modes; i++) {
            const answer a = all[i];
            squares += a.now * a.now;
            all[i] = (answer){a.turn * a.now - a.before, a.now, a.turn};
        }
        sum += squares / (double)modes * size * size;
        size /= grows;
    }
    free(all);
    return 4 * step_likely(b, c) * sqrt(sum);
}

/* Root mean square of the difference to a function of the place. */
static inline double distance(const nt_grid *g, place_fn *value, const void *context)
{
    double sum = 0;
    for (int64_t z = 0; z < g->nz; z++)
        for (int64_t y = 0; y < g->ny; y++)
            for (int64_t x = 0; x < g->nx; x++) {
                const double off = cell_get(g, x, y, z) - value(context, x, y, z);
                sum += off * off;
            }
    return sqrt(sum / (double)(g->nx * g->ny * g->nz));
}

static inline double of_grid(const void *context, int64_t x, int64_t y, int64_t z)
{
    return cell_get(context, x, y, z);
}

static inline double root_mean_square(const nt_grid *g)
{
    const double nothing = 0;
    return distance(g, same_everywhere, &nothing);
}

/* In [-1, 1), by the place and a seed. */
static inline double noise(const void *context, int64_t x, int64_t y, int64_t z)
{
    rng r = {*(const uint64_t *)context +
             (uint64_t)(x + 1000 * (y + 1000 * z)) * UINT64_C(0xd1342543de82ef95)};
    return 2 * rng_unit(&r) - 1;
}

#endif /* TESTS_WAVE_SUPPORT_H */
