/*
 * test_points.c - sources and receivers: where they act, and that no schedule shows in them
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "nest.h"
#include "wavefront.h"

static nt_wave wave_of(int order, const double spacing[3])
{
    nt_wave w;
    nt_error why;
    if (nt_wave_init(&w, order, spacing, &why) != NT_OK)
        fail_msg("%s", why.text);
    return w;
}

static nt_points *points_of(const nt_points_spec *spec)
{
    nt_points *points;
    nt_error why;
    if (nt_points_create(&points, spec, &why) != NT_OK)
        fail_msg("%s", why.text);
    return points;
}

static nt_config plain_config(nt_dtype dtype)
{
    nt_config c;
    nt_error why;
    if (nt_config_default(nt_kernel_find("wave"), dtype, &c, &why) != NT_OK)
        fail_msg("%s", why.text);
    c.parallel = NT_SERIAL;
    c.threads = 1;
    return c;
}

/* ---- A wave of its own --------------------------------------------------------------------------------- */

typedef struct world {
    nt_grid level[2], c;
    nt_wave wave;
    int64_t n[3];
    nt_dtype dtype;
} world;

/* Levels of zeros; C = 0, so that a step changes nothing by itself: 2u - u of equal levels. */
static void world_make(world *w, nt_dtype dtype, const int64_t n[3], const nt_wave *wave)
{
    nt_error why;
    *w = (world){.wave = *wave, .dtype = dtype, .n = {n[0], n[1], n[2]}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_grid_create(&w->level[i], dtype, n[0], n[1], n[2], wave->order / 2, NULL, &why),
                         NT_OK);
    assert_int_equal(nt_grid_create(&w->c, dtype, n[0], n[1], n[2], 0, NULL, &why), NT_OK);
}

static void world_free(world *w)
{
    nt_grid_free(&w->level[0]);
    nt_grid_free(&w->level[1]);
    nt_grid_free(&w->c);
}

static void world_set(world *w, int64_t x, int64_t y, int64_t z, double value)
{
    cell_set(&w->level[0], x, y, z, value);
    cell_set(&w->level[1], x, y, z, value);
}

static nt_problem world_problem(world *w, int64_t steps, const nt_hook *hooks, int n_hooks)
{
    return (nt_problem){.kernel = nt_kernel_find("wave"),
                        .level = {&w->level[0], &w->level[1]},
                        .coef = {&w->c},
                        .params = &w->wave,
                        .steps = steps,
                        .hooks = hooks,
                        .n_hooks = n_hooks};
}

static const nt_grid *world_run(world *w, const nt_config *config, int64_t steps, const nt_hook *hooks,
                                int n_hooks)
{
    const nt_problem problem = world_problem(w, steps, hooks, n_hooks);
    nt_plan *plan;
    nt_error why;
    if (nt_plan_create(&plan, &problem, config, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_plan_run(plan);
    const nt_grid *newest = nt_plan_newest(plan);
    nt_plan_destroy(plan);
    return newest;
}

/* What n receivers read of the levels as they are. */
static void read_at(world *w, nt_interpolation interpolation, int64_t n, const double (*position)[3],
                    const nt_wave *wave, double *values)
{
    nt_points *points =
        points_of(&(nt_points_spec){n, position, interpolation, {w->n[0], w->n[1], w->n[2]}, wave});
    const nt_hook hook = nt_points_receiver(points, values, 1);
    const nt_config config = plain_config(w->dtype);
    world_run(w, &config, 1, &hook, 1);
    nt_points_destroy(points);
}

/* ---- Interpolation ------------------------------------------------------------------------------------- */

static const double unit[3] = {1, 1, 1};
static const int64_t box[3] = {24, 21, 19};
enum { N_PLACES = 200 };

/* Anywhere in the grid; of each four one lies on a cell, and one on a face, edge or corner. */
static void places(rng *r, const int64_t n[3], double (*position)[3], int count)
{
    for (int p = 0; p < count; p++)
        for (int a = 0; a < 3; a++) {
            position[p][a] = rng_unit(r) * (double)(n[a] - 1);
            if (p % 4 == 1)
                position[p][a] = floor(position[p][a]);
            if (p % 4 == 2 && rng_below(r, 2))
                position[p][a] = rng_below(r, 2) ? 0 : (double)(n[a] - 1);
        }
}

/* On a cell: that cell, bit for bit, whatever lies beside it. */
static void on_cells(void **state)
{
    const nt_interpolation interpolation = *(const nt_interpolation *)*state;
    static const nt_dtype dtypes[] = {NT_F32, NT_F64};
    for (int d = 0; d < 2; d++) {
        world w;
        const nt_wave wave = wave_of(8, unit);
        world_make(&w, dtypes[d], box, &wave);
        rng r = rng_make(31);
        for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++)
            world_set(&w, i % box[0], i / box[0] % box[1], i / box[0] / box[1], 2 * rng_unit(&r) - 1);
        double at[N_PLACES][3], got[N_PLACES];
        for (int p = 0; p < N_PLACES; p++)
            for (int a = 0; a < 3; a++)
                at[p][a] =
                    (double)(p < 8 ? (p >> a & 1) * (box[a] - 1) : rng_below(&r, box[a])); /* 8 corners */
        read_at(&w, interpolation, N_PLACES, (const double(*)[3])at, &wave, got);
        for (int p = 0; p < N_PLACES; p++)
            assert_true(got[p] ==
                        cell_get(&w.level[0], (int64_t)at[p][0], (int64_t)at[p][1], (int64_t)at[p][2]));
        world_free(&w);
    }
}

/* u = a + b x + c y + d z, at most 4: the weights sum to 1 and their first moment to the place, each to a few
 * epsilon; 8 cells and three factors a weight make less than 16 roundings. */
static void trilinear_is_exact_on_planes(void **state)
{
    (void)state;
    world w;
    const nt_wave wave = wave_of(2, unit);
    world_make(&w, NT_F64, box, &wave);
    const double slope[3] = {0.05, -0.04, 0.03};
    for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++) {
        const int64_t x = i % box[0], y = i / box[0] % box[1], z = i / box[0] / box[1];
        world_set(&w, x, y, z, 0.5 + slope[0] * (double)x + slope[1] * (double)y + slope[2] * (double)z);
    }
    double at[N_PLACES][3], got[N_PLACES];
    rng r = rng_make(32);
    places(&r, box, at, N_PLACES);
    read_at(&w, NT_TRILINEAR, N_PLACES, (const double(*)[3])at, &wave, got);
    for (int p = 0; p < N_PLACES; p++) {
        const double expected = 0.5 + slope[0] * at[p][0] + slope[1] * at[p][1] + slope[2] * at[p][2];
        assert_true(fabs(got[p] - expected) <= 16 * DBL_EPSILON * 4);
    }
    world_free(&w);
}

/*
 * Sinc on sin(k_x (x + 1)) sin(k_y (y + 1)) sin(k_z (z + 1)), k = pi m / (n + 1): what a box of six mirrors
 * holds.  At or below a quarter of the sampling rate, k <= pi / 2, the eight weights of an axis are off by at
 * most E = 0.00135 of the amplitude: sum of w_j exp(i k j) - exp(i k d) over j, scanned over all d and k;
 * Hicks gives 0.14 % for this b.  Three axes: (1 + E)^3 - 1.  That it holds beside the walls too is the
 * folding.
 */
static double worst_of_mode(const int64_t m[3], const nt_wave *folded, double most_position)
{
    const double pi = acos(-1);
    world w;
    const nt_wave wave = wave_of(2, unit);
    world_make(&w, NT_F64, box, &wave);
    double k[3];
    for (int a = 0; a < 3; a++)
        k[a] = pi * (double)m[a] / (double)(box[a] + 1);
    for (int64_t i = 0; i < box[0] * box[1] * box[2]; i++) {
        const int64_t x = i % box[0], y = i / box[0] % box[1], z = i / box[0] / box[1];
        world_set(&w, x, y, z,
                  sin(k[0] * (double)(x + 1)) * sin(k[1] * (double)(y + 1)) * sin(k[2] * (double)(z + 1)));
    }
    double at[N_PLACES][3], got[N_PLACES], worst = 0;
    rng r = rng_make(33);
    places(&r, box, at, N_PLACES);
    for (int p = 0; p < N_PLACES; p++)
        at[p][0] = fmin(at[p][0], most_position);
    read_at(&w, NT_SINC, N_PLACES, (const double(*)[3])at, folded, got);
    for (int p = 0; p < N_PLACES; p++)
        worst = fmax(worst, fabs(got[p] - sin(k[0] * (at[p][0] + 1)) * sin(k[1] * (at[p][1] + 1)) *
                                              sin(k[2] * (at[p][2] + 1))));
    world_free(&w);
    return worst;
}

static void sinc_is_accurate_and_folds(void **state)
{
    (void)state;
    const double e = 0.00135, bound = (1 + e) * (1 + e) * (1 + e) - 1;
    nt_wave mirrors = wave_of(2, unit), zeros = mirrors;
    for (int f = 0; f < NT_N_FACES; f++)
        zeros.face[f] = NT_ZERO;
    static const int64_t modes[][3] = {{1, 1, 1}, {12, 11, 10}, {12, 1, 5}, {7, 8, 9}, {3, 11, 2}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const double worst = worst_of_mode(modes[i], &mirrors, 1e9);
        if (!(worst <= bound))
            fail_msg("mode %zu: off by %g, allowed are %g", i, worst, bound);
        /* Without folding the walls would spoil it: places half a cell from a face, fast modes. */
        if (i == 1)
            assert_true(worst_of_mode(modes[i], &zeros, 0.5) > 10 * bound &&
                        worst_of_mode(modes[i], NULL, 0.5) > 10 * bound);
    }
}

/* One face at a time: a mirror face folds, the others drop. */
static void folding_by_face(void **state)
{
    (void)state;
    const int64_t n[3] = {12, 12, 12};
    double kept[2][NT_N_FACES];
    for (int f = 0; f < NT_N_FACES; f++)
        for (int mirror = 0; mirror < 2; mirror++) {
            nt_wave wave = wave_of(2, unit);
            for (int g = 0; g < NT_N_FACES; g++)
                wave.face[g] = mirror == (g == f) ? NT_MIRROR : NT_ABSORBING;
            world w;
            world_make(&w, NT_F64, n, &wave);
            int64_t cell[3] = {6, 6, 6}; /* the face's neighbour, which the first ghost shows */
            double at[1][3] = {{6, 6, 6}};
            cell[f / 2] = f % 2 ? 11 : 0;
            at[0][f / 2] = f % 2 ? 10.5 : 0.5;
            world_set(&w, cell[0], cell[1], cell[2], 1);
            read_at(&w, NT_SINC, 1, (const double(*)[3])at, &wave, &kept[mirror][f]);
            world_free(&w);
        }
    /* At 1/2 the cell's own weight is w(1/2), that of ghost -2, which shows it, w(5/2) > 0: it is taken away.
     * */
    for (int f = 0; f < NT_N_FACES; f++) {
        assert_true(kept[0][f] == kept[0][0] && kept[1][f] == kept[1][0]);
        assert_true(kept[1][f] < kept[0][f] - 0.01);
    }
}

/* A source is the transpose of a receiver: <u, source of 1> = receiver of u, to rounding of 512 terms. */
static void source_is_receiver_transposed(void **state)
{
    const nt_interpolation interpolation = *(const nt_interpolation *)*state;
    static const int64_t shapes[][3] = {{24, 21, 19}, {1, 1, 1}, {2, 3, 1}, {5, 1, 4}, {7, 6, 3}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const int64_t *n = shapes[k];
        double at[40][3], got[40];
        rng r = rng_make(34);
        places(&r, n, at, 40);
        const nt_wave wave = wave_of(2, unit);
        world u;
        world_make(&u, NT_F64, n, &wave);
        for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
            world_set(&u, i % n[0], i / n[0] % n[1], i / n[0] / n[1], 2 * rng_unit(&r) - 1);
        read_at(&u, interpolation, 40, (const double(*)[3])at, &wave, got);
        for (int p = 0; p < 40; p++) {
            world s;
            world_make(&s, NT_F64, n, &wave);
            nt_points *point = points_of(
                &(nt_points_spec){1, (const double(*)[3])at[p], interpolation, {n[0], n[1], n[2]}, &wave});
            const nt_hook hook = nt_points_source(point, (double[1]){1}, 1);
            const nt_config config = plain_config(NT_F64);
            const nt_grid *spread = world_run(&s, &config, 1, &hook, 1);
            double sum = 0, terms = 0;
            for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
                const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
                const double term = cell_get(&u.level[0], x, y, z) * cell_get(spread, x, y, z);
                sum += term;
                terms += fabs(term);
            }
            assert_true(fabs(sum - got[p]) <= 520 * DBL_EPSILON * terms);
            nt_points_destroy(point);
            world_free(&s);
        }
        world_free(&u);
    }
}

/* ---- Amplitudes ---------------------------------------------------------------------------------------- */

/* Several points on one cell are added one after the other by number: 1 + 2^60 - 2^60 and its permutations
 * differ. A force is scaled by C; beyond its samples a source is silent; time goes on from run to run. */
static void amplitudes(void **state)
{
    (void)state;
    const int64_t n[3] = {6, 5, 4};
    const double at[3][3] = {{2, 3, 1}, {2, 3, 1}, {2, 3, 1}};
    const nt_wave wave = wave_of(2, unit);
    const nt_config config = plain_config(NT_F64);
    const double samples[2][3][2] = {{{0x1p60, 1}, {1, 2}, {-0x1p60, 4}},
                                     {{0x1p60, 1}, {-0x1p60, 2}, {1, 4}}};
    for (int k = 0; k < 2; k++) {
        world w;
        world_make(&w, NT_F64, n, &wave);
        nt_points *points = points_of(&(nt_points_spec){3, at, NT_SINC, {6, 5, 4}, &wave});
        double traces[3][4];
        for (int i = 0; i < 12; i++)
            traces[i / 4][i % 4] = -7;
        const nt_hook hooks[] = {nt_points_source(points, &samples[k][0][0], 2),
                                 nt_points_receiver(points, &traces[0][0], 4)}; /* both at once */
        nt_plan *plan;
        nt_error why;
        const nt_problem problem = world_problem(&w, 1, hooks, 2);
        assert_int_equal(nt_plan_create(&plan, &problem, &config, &why), NT_OK);
        const double first = k == 0 ? 0 : 1;
        /* with C = 0: u+ = 2u - u- + s */
        const double expected[4] = {first, 2 * first + 7, 2 * (2 * first + 7) - first,
                                    3 * (first + 7) + first};
        for (int t = 0; t < 4; t++) {
            nt_plan_run(plan);
            for (int p = 0; p < 3; p++)
                assert_true(traces[p][t] == expected[t] && (t == 3 || traces[p][t + 1] == -7));
        }
        nt_plan_run(plan); /* beyond the traces: nothing is written */
        nt_plan_destroy(plan);
        nt_points_destroy(points);
        world_free(&w);
    }
    world w;
    world_make(&w, NT_F64, n, &wave);
    nt_points *points = points_of(&(nt_points_spec){1, at, NT_TRILINEAR, {6, 5, 4}, NULL});
    cell_set(&w.c, 2, 3, 1, 0.25);
    const nt_hook hook = nt_points_force(points, (double[1]){3}, 1);
    assert_true(cell_get(world_run(&w, &config, 1, &hook, 1), 2, 3, 1) == 0.75);
    nt_points_destroy(points);
    world_free(&w);
}

/* ---- Schedules ----------------------------------------------------------------------------------------- */

enum { STEPS = 13, RUNS = 2, N_SOURCES = 12, N_RECEIVERS = 60, MOST_TEAM = 4 };
static const int64_t grid_shape[3] = {40, 37, 29};

typedef struct shot {
    int order;
    nt_dtype dtype;
    nt_interpolation interpolation;
} shot;

/* All that a run leaves: both levels and the traces. */
typedef struct outcome {
    world w;
    double traces[N_RECEIVERS][RUNS * STEPS];
} outcome;

/* The engine without a plan, which would cut the team to the CPUs allowed. */
static void run_team(world *w, const nt_config *c, const nt_hook *hooks, int n_hooks)
{
    const nt_problem problem = world_problem(w, STEPS, hooks, n_hooks);
    const nt_kernel *kernel = problem.kernel;
    nt_nest nest = {.fn = nt_kernel_tile(kernel, w->dtype, c)->fn,
                    .rotates = true,
                    .steps = STEPS,
                    .n = {w->n[0], w->n[1], w->n[2]},
                    .element_bytes = (int)nt_dtype_bytes(w->dtype),
                    .radius = w->wave.order / 2,
                    .dtype = w->dtype,
                    .ghosts = kernel->ghosts,
                    .flush_denormals = kernel->flush_denormals,
                    .hooks = hooks,
                    .n_hooks = n_hooks};
    for (int i = 0; i < 2; i++) {
        const nt_grid *src = &w->level[i], *dst = &w->level[1 - i];
        nest.step[i] = (nt_step){.src = {src->cells, src->sy, src->sz},
                                 .dst = {dst->cells, dst->sy, dst->sz},
                                 .coef = {{w->c.cells, w->c.sy, w->c.sz}, {src->cells, src->sy, src->sz}},
                                 .params = &w->wave};
    }
    nt_nest_set_config(&nest, c);
    if (c->depth > 1) {
        nest.progress =
            aligned_alloc(_Alignof(nt_progress), (size_t)nt_wavefront_rows(&nest) * sizeof(nt_progress));
        assert_non_null(nest.progress);
    }
    nt_error why;
    for (int h = 0; h < n_hooks; h++)
        assert_int_equal(hooks[h].prepare(hooks[h].context, &problem, c, &why), NT_OK);
    for (int run = 0; run < RUNS; run++)
        nt_nest_run(&nest);
    free(nest.progress);
}

static void shoot(const shot *s, const nt_config *c, outcome *o)
{
    nt_wave wave = wave_of(s->order, (double[3]){1, 1.25, 0.9});
    static const nt_boundary faces[] = {NT_MIRROR, NT_ABSORBING, NT_ZERO, NT_MIRROR, NT_MIRROR, NT_ABSORBING};
    nt_error why;
    assert_int_equal(nt_wave_absorb(&wave, s->dtype, grid_shape, faces, 6, 0.4, &why), NT_OK);
    world_make(&o->w, s->dtype, grid_shape, &wave);
    nt_kernel_fill(nt_kernel_find("wave"), 2, 5, &o->w.c); /* any medium; 26 steps do not overflow */
    double sources[N_SOURCES][3], receivers[N_RECEIVERS][3], samples[N_SOURCES][RUNS * STEPS - 3];
    rng r = rng_make(35);
    places(&r, grid_shape, sources, N_SOURCES);
    places(&r, grid_shape, receivers, N_RECEIVERS);
    memcpy(sources[3], sources[0], sizeof *sources);
    memcpy(sources[7], sources[1], sizeof *sources);
    memcpy(receivers[5], sources[0], sizeof *sources);
    for (int i = 0; i < N_SOURCES; i++)
        for (int t = 0; t < RUNS * STEPS - 3; t++)
            samples[i][t] = 2 * rng_unit(&r) - 1;
    memset(o->traces, 0x5a, sizeof o->traces);
    const int64_t *n = grid_shape;
    nt_points *p[3] = {
        points_of(
            &(nt_points_spec){8, (const double(*)[3])sources, s->interpolation, {n[0], n[1], n[2]}, &wave}),
        points_of(&(nt_points_spec){
            4, (const double(*)[3])sources + 8, s->interpolation, {n[0], n[1], n[2]}, &wave}),
        points_of(&(nt_points_spec){
            N_RECEIVERS, (const double(*)[3])receivers, s->interpolation, {n[0], n[1], n[2]}, &wave})};
    const nt_hook hooks[] = {nt_points_source(p[0], samples[0], RUNS * STEPS - 3),
                             nt_points_force(p[1], samples[8], RUNS * STEPS - 3),
                             nt_points_receiver(p[2], o->traces[0], RUNS * STEPS)};
    run_team(&o->w, c, hooks, 3);
    for (int i = 0; i < 3; i++)
        nt_points_destroy(p[i]);
    nt_wave_free(&wave);
}

static void assert_same_outcome(const outcome *a, const outcome *b, const char *what)
{
    for (int i = 0; i < 2; i++)
        assert_same_bits(&a->w.level[i], &b->w.level[i], what);
    for (int p = 0; p < N_RECEIVERS; p++)
        for (int t = 0; t < RUNS * STEPS; t++)
            if (memcmp(&a->traces[p][t], &b->traces[p][t], sizeof(double)) != 0)
                fail_msg("%s: receiver %d reads %a after step %d, not %a", what, p, a->traces[p][t], t,
                         b->traces[p][t]);
}

static void schedules(void **state)
{
    const shot *s = *state;
    static const int64_t tiles[][3] = {{0, 0, 0},   {0, 8, 4},  {16, 0, 0}, {7, 5, 3}, {0, 1, 1},
                                       {3, 37, 29}, {0, 16, 2}, {32, 6, 5}, {0, 0, 4}, {16, 11, 0}};
    static const int depths[] = {1, 2, 3, 5, 8, 40};
    static outcome expected, got;
    const int before = omp_get_max_threads();
    omp_set_num_threads(MOST_TEAM);
    nt_config c = plain_config(s->dtype);
    shoot(s, &c, &expected);
    double largest = 0; /* the sources are seen, and the numbers are numbers */
    for (int p = 0; p < N_RECEIVERS; p++) {
        assert_true(isfinite(expected.traces[p][RUNS * STEPS - 1]));
        largest = fmax(largest, fabs(expected.traces[p][RUNS * STEPS - 1]));
    }
    assert_true(largest > 0.01 && largest < 1e3);
    for (int i = 0; i < 150; i += TEST_SANITIZED ? 3 : 1) {
        const bool deep = i >= 50; /* then neither order nor the shared loop matter */
        c.parallel = deep ? NT_OUTER : (nt_parallel)(i % NT_N_PARALLELS);
        memcpy(c.tile, tiles[deep ? i % 10 : i / 5 % 10], sizeof c.tile);
        c.order = (nt_order)(i % NT_N_ORDERS);
        c.schedule = (nt_schedule)(i / 7 % NT_N_SCHEDULES);
        c.depth = deep ? depths[1 + i / 10 % 5] : 1;
        c.threads = 1 + i / 3 % MOST_TEAM;
        shoot(s, &c, &got);
        assert_same_outcome(&got, &expected, config_text(nt_kernel_find("wave"), &c));
        world_free(&got.w);
    }
    world_free(&expected.w);
    omp_set_num_threads(before);
}

/* ---- Reciprocity --------------------------------------------------------------------------------------- */

/*
 * A force at A read at B is a force at B read at A.  With forces the scheme is C^-1 (u+ - 2u + u-) = L u + w
 * s, and both C^-1 and L are symmetric, whatever the medium, the spacings and the mirrors; weights are the
 * same for both roles. It holds to rounding: each step errs by less than 40 epsilon of the largest value at
 * hand, and the error of a step grows no faster than the number of steps after it.
 */
enum { HEARD = 150 };

/* Point 0 or 1 sends; trace[p][t] is what point p hears. */
static void exchange(int order, bool varied, nt_interpolation interpolation, bool force, int from,
                     double trace[2][HEARD])
{
    const int64_t n[3] = {26, 22, 20};
    const double at[2][3] = {{3.3, 4.8, 0.4}, {19.7, 15.25, 13}};
    const nt_wave wave = wave_of(order, (double[3]){1, 1.1, 0.95});
    const nt_config config = plain_config(NT_F64);
    double wavelet[HEARD];
    nt_wave_ricker(0.06, 20, 1, HEARD, wavelet);
    world w;
    world_make(&w, NT_F64, n, &wave);
    rng r = rng_make(36);
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++)
        cell_set(&w.c, i % n[0], i / n[0] % n[1], i / n[0] / n[1], varied ? 0.2 + 0.3 * rng_unit(&r) : 0.4);
    nt_error why;
    assert_int_equal(nt_wave_medium(&wave, &w.c, 0.8, &why), NT_OK);
    nt_points *source = points_of(&(nt_points_spec){1, &at[from], interpolation, {n[0], n[1], n[2]}, &wave});
    nt_points *both = points_of(&(nt_points_spec){2, at, interpolation, {n[0], n[1], n[2]}, &wave});
    const nt_hook hooks[] = {force ? nt_points_force(source, wavelet, HEARD)
                                   : nt_points_source(source, wavelet, HEARD),
                             nt_points_receiver(both, trace[0], HEARD)};
    world_run(&w, &config, HEARD, hooks, 2);
    nt_points_destroy(source);
    nt_points_destroy(both);
    world_free(&w);
}

static void reciprocity(void **state)
{
    const int order = *(const int *)*state;
    for (int i = 0; i < 8; i++) {
        const bool varied = i & 1, sinc = i & 2, force = i & 4;
        double trace[2][2][HEARD], largest = 0, far = 0, apart = 0;
        for (int from = 0; from < 2; from++)
            exchange(order, varied, sinc ? NT_SINC : NT_TRILINEAR, force, from, trace[from]);
        for (int t = 0; t < HEARD; t++) {
            largest = fmax(largest, fmax(fabs(trace[0][0][t]), fabs(trace[1][1][t])));
            far = fmax(far, fabs(trace[0][1][t]));
            apart = fmax(apart, fabs(trace[0][1][t] - trace[1][0][t]));
        }
        const double rounding = HEARD * (HEARD / 2) * 40 * DBL_EPSILON * largest;
        assert_true(far > 1e5 * rounding); /* something was heard */
        if (force || !varied)
            assert_true(apart <= rounding);
        else
            assert_true(apart > 1e-2 * far); /* a source is not scaled by the medium: no reciprocity */
    }
}

/* ---- Refusals ------------------------------------------------------------------------------------------ */

static void refusals(void **state)
{
    (void)state;
    nt_points *points = NULL;
    nt_error why;
    nt_points_spec spec = {2, (const double[2][3]){{1, 2, 3}, {4, 5, 3.5}}, NT_SINC, {8, 8, 4}, NULL};
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why,
                   "point 1 lies at 3.5 in z: allowed are 0 to 3");
    assert_null(points);
    spec.position = (const double[2][3]){{-0.001, 2, 3}, {4, 5, 3}};
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "point 0 lies at -0.001 in x");
    spec.position = (const double[2][3]){{1, NAN, 3}, {4, 5, 3}};
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "nan in y");
    spec.position = (const double[2][3]){{1, 7, 3}, {7.0000001, 5, 3}};
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "point 1");
    spec.position = NULL;
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "NULL");
    spec.n = -1;
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "-1 points");
    spec.n = 0;
    spec.cells[1] = 0;
    assert_refused(nt_points_create(&points, &spec, &why), NT_ESHAPE, &why, "0 cells in y");
    spec.cells[1] = 8;
    spec.interpolation = NT_N_INTERPOLATIONS;
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "interpolation 2");
    assert_refused(nt_points_create(&points, NULL, &why), NT_EARG, &why, "spec");
    assert_refused(nt_points_create(NULL, &spec, &why), NT_EARG, &why, "NULL");
    nt_points_destroy(NULL);

    /* At the plan's creation. */
    const int64_t n[3] = {8, 8, 5};
    const nt_wave wave = wave_of(2, unit);
    const nt_config config = plain_config(NT_F64);
    world w;
    world_make(&w, NT_F64, n, &wave);
    double sample = 1, trace;
    nt_plan *plan;
    spec = (nt_points_spec){1, (const double[1][3]){{1, 2, 3}}, NT_SINC, {8, 8, 4}, NULL};
    points = points_of(&spec);
    const nt_hook hooks[] = {nt_points_source(points, &sample, 1), nt_points_force(points, &sample, 1),
                             nt_points_receiver(points, &trace, 1)};
    for (int h = 0; h < 3; h++) {
        const nt_problem problem = world_problem(&w, 1, &hooks[h], 1);
        assert_refused(nt_plan_create(&plan, &problem, &config, &why), NT_ESHAPE, &why,
                       "8x8x4 cells, the grids are 8x8x5");
    }
    nt_points_destroy(points);
    world_free(&w);

    nt_grid one; /* a kernel of one level, without coefficients */
    assert_int_equal(nt_grid_create(&one, NT_F64, 8, 8, 4, 0, NULL, &why), NT_OK);
    points = points_of(&spec);
    const nt_hook force = nt_points_force(points, &sample, 1), source = nt_points_source(points, &sample, 1);
    nt_problem problem = {
        .kernel = nt_kernel_find("mathop"), .level = {&one}, .steps = 1, .hooks = &force, .n_hooks = 1};
    assert_refused(nt_plan_create(&plan, &problem, NULL, &why), NT_EARG, &why, "mathop");
    problem.hooks = &source;
    assert_int_equal(nt_plan_create(&plan, &problem, NULL, &why), NT_OK);
    nt_plan_run(plan);
    assert_true(cell_get(&one, 1, 2, 3) == 1 &&
                cell_get(&one, 2, 2, 3) == 0); /* sin(cos 0 sin 0) = 0, and 1 added */
    nt_plan_destroy(plan);
    nt_points_destroy(points);
    nt_grid_free(&one);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const char *const names[] = {"trilinear", "sinc"};
    static const nt_interpolation kinds[] = {NT_TRILINEAR, NT_SINC};
    static const int orders[] = {2, 8};
    static shot shots[8];
    for (int k = 0; k < 2; k++) {
        tests_add(on_cells, &kinds[k], "on-cells/%s", names[k]);
        tests_add(source_is_receiver_transposed, &kinds[k], "transposed/%s", names[k]);
    }
    tests_add(trilinear_is_exact_on_planes, NULL, "trilinear:planes");
    tests_add(sinc_is_accurate_and_folds, NULL, "sinc:modes");
    tests_add(folding_by_face, NULL, "sinc:faces");
    tests_add(amplitudes, NULL, "amplitudes");
    tests_add(refusals, NULL, "refusals");
    for (int o = 0; o < 2; o++)
        tests_add(reciprocity, &orders[o], "reciprocity/o%d", orders[o]);
    for (int i = 0; i < 8; i++) {
        shots[i] = (shot){orders[i & 1], i & 2 ? NT_F64 : NT_F32, i & 4 ? NT_SINC : NT_TRILINEAR};
        tests_add(schedules, &shots[i], "schedules/o%d/%s/%s", orders[i & 1], nt_dtype_name(shots[i].dtype),
                  names[i >> 2]);
    }
    return tests_run("points");
}
