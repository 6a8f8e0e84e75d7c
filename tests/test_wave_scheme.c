/*
 * test_wave_scheme.c - the wave equation's weights, largest time step and dispersion
 * SPDX-License-Identifier: MIT
 */
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "wave_fixture.h"

static const int orders[] = {2, 4, 6, 8, 12, 16};
enum { N_ORDERS = sizeof orders / sizeof *orders };

/* ---- Weights ---------------------------------------------------------------------------------------- */

/* The fractions as tables of finite differences print them. */
static void weights_of_the_tables(void **state)
{
    (void)state;
    static const struct {
        int order;
        double c[9];
    } known[] = {
        {2, {-2, 1}},
        {4, {-5. / 2, 4. / 3, -1. / 12}},
        {6, {-49. / 18, 3. / 2, -3. / 20, 1. / 90}},
        {8, {-205. / 72, 8. / 5, -1. / 5, 8. / 315, -1. / 560}},
        {10, {-5269. / 1800, 5. / 3, -5. / 21, 5. / 126, -5. / 1008, 1. / 3150}},
        {12, {-5369. / 1800, 12. / 7, -15. / 56, 10. / 189, -1. / 112, 2. / 1925, -1. / 16632}},
        {14, {-266681. / 88200, 7. / 4, -7. / 24, 7. / 108, -7. / 528, 7. / 3300, -7. / 30888, 1. / 84084}},
        {16,
         {-1077749. / 352800, 16. / 9, -14. / 45, 112. / 1485, -7. / 396, 112. / 32175, -2. / 3861,
          16. / 315315, -1. / 411840}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double c[9];
        assert_int_equal(nt_wave_weights(known[i].order, c), NT_OK);
        for (int k = 0; k <= known[i].order / 2; k++) /* both are rounded from the exact value */
            assert_near(c[k], known[i].c[k], DBL_EPSILON * fabs(c[k]), "c_k", known[i].order);
    }
}

/* A difference of order 2M is exact for polynomials up to degree 2M + 1: 1 has no second derivative, x^2 has
 * 2, x^4 .. x^2M have none at 0.  In units of k / M, so that no term exceeds M^2 |c_k|; each weight is off by
 * at most half an ulp and each operation by as much, so the sum by less than 4 M epsilon times the sum of the
 * absolute terms. */
static void weights_are_exact_on_polynomials(void **state)
{
    (void)state;
    for (int order = 2; order <= NT_WAVE_MAX_WEIGHTS_ORDER; order += 2) {
        const int m = order / 2;
        double c[NT_WAVE_MAX_WEIGHTS_ORDER / 2 + 1];
        assert_int_equal(nt_wave_weights(order, c), NT_OK);
        for (int power = 0; power <= order; power += 2) {
            double sum = power == 0 ? c[0] : 0, terms = fabs(sum);
            for (int k = m; k > 0; k--) {
                const double term = 2 * c[k] * pow((double)k / m, power);
                sum += term;
                terms += fabs(term);
            }
            assert_near(sum, power == 2 ? 2.0 / (m * m) : 0, 4 * m * DBL_EPSILON * terms, "moment", order);
        }
    }
}

static void weights_refusals(void **state)
{
    (void)state;
    static const int wrong[] = {-2, 0, 1, 3, 63, 65, 66};
    double c[40];
    memset(c, 0x5a, sizeof c);
    double before[40];
    memcpy(before, c, sizeof c);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(nt_wave_weights(wrong[i], c), NT_EARG);
    assert_memory_equal(c, before, sizeof c);
    assert_int_equal(nt_wave_weights(2, NULL), NT_EARG);
}

/* ---- The scheme ------------------------------------------------------------------------------------- */

static void init(void **state)
{
    (void)state;
    for (int i = 0; i < N_ORDERS; i++) {
        double c[NT_WAVE_MAX_RADIUS + 1];
        nt_wave_weights(orders[i], c);
        const nt_wave w = wave_of(orders[i], (double[3]){2, 4, 1});
        assert_int_equal(w.order, orders[i]);
        assert_true(w.wy == 0.25 && w.wz == 4 && w.c0 == c[0] * 5.25);
        assert_memory_equal(w.weight, c + 1, (size_t)(orders[i] / 2) * sizeof *c);
        for (int f = 0; f < NT_N_FACES; f++)
            assert_int_equal(w.face[f], NT_BOUNDARY_MIRROR);
        for (int a = 0; a < 3; a++)
            assert_null(w.damping[a]);
        /* The kernel's own cases are the same scheme. */
        char name[16];
        snprintf(name, sizeof name, "o%d", orders[i]);
        const nt_wave *own = nt_kernel_case(nt_kernel_find("wave"), name)->params,
                      equal = wave_of(orders[i], unit);
        assert_near(equal.c0, own->c0, DBL_EPSILON * fabs(own->c0), "c0", orders[i]);
        for (int k = 0; k < orders[i] / 2; k++)
            assert_near(equal.weight[k], own->weight[k], DBL_EPSILON * fabs(own->weight[k]), "c_k",
                        orders[i]);
    }
}

static void init_refusals(void **state)
{
    (void)state;
    nt_wave *w;
    nt_error why;
    static const int wrong[] = {-2, 0, 1, 3, 10, 14, 18};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(nt_wave_create(&w, wrong[i], unit, &why), NT_EARG, &why, "2, 4, 6, 8, 12 and 16");
    assert_refused(nt_wave_create(&w, 10, unit, &why), NT_EARG, &why, "order 10");
    assert_refused(nt_wave_create(&w, 2, (double[3]){1, 0, 1}, &why), NT_EARG, &why, "spacing 0 in y");
    assert_refused(nt_wave_create(&w, 2, (double[3]){-1, 1, 1}, &why), NT_EARG, &why, "spacing -1 in x");
    assert_refused(nt_wave_create(&w, 2, (double[3]){1, 1, NAN}, &why), NT_EARG, &why, "nan in z");
    assert_refused(nt_wave_create(&w, 2, (double[3]){INFINITY, 1, 1}, &why), NT_EARG, &why, "inf in x");
    assert_refused(nt_wave_create(&w, 2, (double[3]){1e300, 1, 1e-300}, &why), NT_EARG, &why, "ratio");
    assert_refused(nt_wave_create(&w, 2, NULL, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_wave_create(NULL, 2, unit, &why), NT_EARG, &why, "NULL");
    assert_int_equal(nt_wave_create(&w, 3, unit, NULL), NT_EARG);
    assert_null(w);
    assert_refused(nt_wave_create_printed(NULL, &why), NT_EARG, &why, "NULL");
}

/* v dt / dx at most, to the digits that are known. */
static void largest_dt(void **state)
{
    (void)state;
    static const double limit[N_ORDERS] = {.57735, .50000, .46967, .45286, .43418, .42371};
    for (int i = 0; i < N_ORDERS; i++) {
        const nt_wave w = wave_of(orders[i], unit);
        assert_near(nt_wave_max_dt(&w, 1), limit[i], 0.5e-5, "largest dt", orders[i]);
        /* 2 / (v sqrt(S sum 1/dx_i^2)) scales so. */
        const nt_wave tens = wave_of(orders[i], (double[3]){10, 10, 10});
        assert_near(nt_wave_max_dt(&tens, 4), 2.5 * nt_wave_max_dt(&w, 1), 1e-15, "scaled", orders[i]);
        const nt_wave flat = wave_of(orders[i], (double[3]){1, 2, 0.5});
        assert_near(nt_wave_max_dt(&flat, 1), sqrt(3 / 5.25) * nt_wave_max_dt(&w, 1), 1e-15, "unequal",
                    orders[i]);
        assert_true(isinf(nt_wave_max_dt(&w, 0)));
        assert_true(nt_wave_max_dt(&w, -1) == 0 && nt_wave_max_dt(&w, NAN) == 0);
    }
    const nt_wave w = wave_of(2, unit);
    assert_near(nt_wave_max_dt(&w, 1), 1 / sqrt(3), 1e-16, "largest dt", 2);
    assert_near(
        nt_wave_max_dt(
            &(nt_wave){.order = 2, .c0 = -8, .weight = {1}, .wy = 1, .wz = 1, .spacing = {1, 1, 1}}, 1),
        sqrt(4.0 / 14), 1e-15, "with a mass", 2);
}

static void printed(void **state)
{
    (void)state;
    const nt_wave w = wave_printed();
    assert_true(w.order == 2 && w.c0 == 8 && w.weight[0] == -1 && w.wy == 1 && w.wz == 1);
    assert_true(nt_wave_max_dt(&w, 1) == 0);
    nt_error why;
    double velocity = 1;
    nt_grid *g;
    const int64_t one[3] = {1, 1, 1};
    assert_int_equal(nt_grid_wrap(&g, NT_F64, one, one, 0, &velocity, &why), NT_OK);
    assert_refused(nt_wave_medium(&w, g, 1e-6, &why), NT_EARG, &why, "no dt is stable");
    nt_grid_destroy(g);
}

/* ---- Dispersion ------------------------------------------------------------------------------------- */

/* Along an axis at 0.9 of the limit: order, points a wavelength, ratio, one unit of its last digit. */
static void dispersion(void **state)
{
    (void)state;
    static const double known[][4] = {{2, 5, 0.951, 1e-3},   {2, 10, 0.988, 1e-3},   {2, 20, 0.997, 1e-3},
                                      {4, 5, 1.0012, 1e-4},  {4, 10, 1.0025, 1e-4},  {4, 20, 1.0008, 1e-4},
                                      {8, 5, 1.0106, 1e-4},  {8, 10, 1.0028, 1e-4},  {8, 20, 1.0007, 1e-4},
                                      {16, 5, 1.0098, 1e-4}, {16, 10, 1.0024, 1e-4}, {16, 20, 1.0006, 1e-4}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_near(nt_wave_dispersion((int)known[i][0], 0.9, known[i][1], NULL), known[i][2], known[i][3],
                    "ratio", (int)known[i][0]);
    /* By the definition, with cosines; these cancel: an epsilon of 4 S in Q, which is about phase^2. */
    static const double along[][3] = {{1, 0, 0}, {0, 2, 2}, {1, 1, 1}, {-0.3, 0.5, 2}};
    for (int i = 0; i < N_ORDERS; i++)
        for (int d = 0; d < 4; d++)
            for (double points = 2.5; points < 50; points *= 1.4) {
                double c[NT_WAVE_MAX_RADIUS + 1], q = 0;
                nt_wave_weights(orders[i], c);
                const nt_wave w = wave_of(orders[i], unit);
                const double courant = 0.7 * nt_wave_max_dt(&w, 1), phase = 2 * M_PI / points;
                const double length =
                    sqrt(along[d][0] * along[d][0] + along[d][1] * along[d][1] + along[d][2] * along[d][2]);
                for (int a = 0; a < 3; a++) {
                    q -= c[0];
                    for (int k = 1; k <= orders[i] / 2; k++)
                        q -= 2 * c[k] * cos(k * phase * along[d][a] / length);
                }
                const double ratio = 2 * asin(courant / 2 * sqrt(q)) / (courant * phase);
                assert_near(nt_wave_dispersion(orders[i], 0.7, points, along[d]), ratio,
                            100 * DBL_EPSILON / (phase * phase), "by definition", orders[i]);
            }
    /* Order 2 at its limit is exact along the body's diagonal: sin(w dt/2) = sin(k dx / (2 sqrt 3)). */
    for (double points = 2; points < 50; points *= 1.3)
        assert_near(nt_wave_dispersion(2, 1, points, (double[3]){-3, 3, 3}), 1, 1e-14, "diagonal", 2);
    assert_true(isnan(nt_wave_dispersion(3, 0.9, 10, NULL)) && isnan(nt_wave_dispersion(2, 0, 10, NULL)));
    assert_true(isnan(nt_wave_dispersion(2, 1.01, 10, NULL)) && isnan(nt_wave_dispersion(2, 1, 1.9, NULL)));
    assert_true(isnan(nt_wave_dispersion(2, 1, NAN, NULL)) &&
                isnan(nt_wave_dispersion(2, 1, 9, (double[3]){0})));
}

/* The error is reached at the points given, and nowhere beyond. */
static void points_per_wavelength(void **state)
{
    (void)state;
    static const double directions[3][3] = {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}};
    static const double errors[] = {0.05, 0.01, 0.001, 1e-5};
    for (int order = 2; order <= 20; order += 2)
        for (double fraction = 0.1; fraction < 1; fraction += 0.4)
            for (int e = 0; e < 4; e++) {
                const double points = nt_wave_points_per_wavelength(order, fraction, errors[e]);
                double here = 0, beyond = 0;
                for (int d = 0; d < 3; d++) {
                    here = fmax(here, fabs(nt_wave_dispersion(order, fraction, points, directions[d]) - 1));
                    for (double p = points; p < 200 * points; p *= 1.003)
                        beyond =
                            fmax(beyond, fabs(nt_wave_dispersion(order, fraction, p, directions[d]) - 1));
                }
                /* 1e-13: rounding of the ratio, of about 1 / (phase) epsilon */
                assert_true(points >= 2 && beyond <= errors[e] + 1e-13);
                if (points > 2)
                    assert_near(here, errors[e], 1e-12, "error", order);
            }
    assert_true(nt_wave_points_per_wavelength(16, 0.1, 0.9) == 2);
    assert_true(isnan(nt_wave_points_per_wavelength(5, 0.5, 0.01)) &&
                isnan(nt_wave_points_per_wavelength(2, 0.5, 0)));
    assert_true(isnan(nt_wave_points_per_wavelength(2, 2, 0.01)) &&
                isnan(nt_wave_points_per_wavelength(2, 0.5, NAN)));
}

/* Planes computed together share loads, and vectors that slide load a row once: order 8 needs 15 loads a vector, not 21.
 * In bricks the neighbours along x and y are in few vectors. */
static void few_loads(void **state)
{
    (void)state;
    const nt_kernel *kernel = nt_kernel_find("wave");
    const nt_case *o8 = nt_kernel_case(kernel, "o8");
    static const int in_bricks[] = {[1] = 17, [2] = 13, [4] = 11}; /* by the rows of a brick in a vector */
    const nt_function *f;
    assert_non_null(o8);
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (nt_isa_available(f->isa) && strcmp(f->fn, f->layout == NT_LAYOUT_ROWS ? "p4" : "p2") == 0 && (f->isa == NT_ISA_AVX2 || f->isa == NT_ISA_AVX512))
            assert_int_equal(nt_kernel_work(kernel, o8->params, f).load,
                             f->layout == NT_LAYOUT_ROWS ? 15 : in_bricks[nt_isa_lanes(f->isa, f->dtype) / NT_BRICK]);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(weights_of_the_tables, NULL, "weights:tables");
    tests_add(weights_are_exact_on_polynomials, NULL, "weights:polynomials");
    tests_add(weights_refusals, NULL, "weights:refusals");
    tests_add(init, NULL, "init");
    tests_add(init_refusals, NULL, "init:refusals");
    tests_add(largest_dt, NULL, "largest-dt");
    tests_add(printed, NULL, "printed");
    tests_add(dispersion, NULL, "dispersion");
    tests_add(points_per_wavelength, NULL, "points-per-wavelength");
    tests_add(few_loads, NULL, "loads");
    return tests_run("wave_scheme");
}
