/*
 * test_wave_api.c - the wave equation's weights, limits, dispersion, medium, layers and wavelet
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int orders[] = {2, 4, 6, 8, 12, 16};
enum { N_ORDERS = sizeof orders / sizeof *orders };
static const double unit[3] = {1, 1, 1};

static nt_wave wave_of(int order, const double spacing[3])
{
    nt_wave w;
    nt_error why;
    if (nt_wave_init(&w, order, spacing, &why) != NT_OK)
        fail_msg("%s", why.text);
    return w;
}

static void assert_near(double got, double expected, double tolerance, const char *what, int order)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s, order %d: %.17g, not %.17g within %g", what, order, got, expected, tolerance);
}

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
            assert_int_equal(w.face[f], NT_MIRROR);
        for (int a = 0; a < 3; a++)
            assert_null(w.damping[a]);
        /* The kernel's own cases are the same scheme. */
        const nt_wave *own = nt_kernel_case(nt_kernel_find("wave"), orders[i])->params,
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
    nt_wave w;
    nt_error why;
    static const int wrong[] = {-2, 0, 1, 3, 10, 14, 18};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(nt_wave_init(&w, wrong[i], unit, &why), NT_EARG, &why, "2, 4, 6, 8, 12 and 16");
    assert_refused(nt_wave_init(&w, 10, unit, &why), NT_EARG, &why, "order 10");
    assert_refused(nt_wave_init(&w, 2, (double[3]){1, 0, 1}, &why), NT_EARG, &why, "spacing 0 in y");
    assert_refused(nt_wave_init(&w, 2, (double[3]){-1, 1, 1}, &why), NT_EARG, &why, "spacing -1 in x");
    assert_refused(nt_wave_init(&w, 2, (double[3]){1, 1, NAN}, &why), NT_EARG, &why, "nan in z");
    assert_refused(nt_wave_init(&w, 2, (double[3]){INFINITY, 1, 1}, &why), NT_EARG, &why, "inf in x");
    assert_refused(nt_wave_init(&w, 2, (double[3]){1e300, 1, 1e-300}, &why), NT_EARG, &why, "ratio");
    assert_refused(nt_wave_init(&w, 2, NULL, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_wave_init(NULL, 2, unit, &why), NT_EARG, &why, "NULL");
    assert_int_equal(nt_wave_init(&w, 3, unit, NULL), NT_EARG);
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
    nt_wave w;
    nt_wave_printed(&w);
    assert_true(w.order == 2 && w.c0 == 8 && w.weight[0] == -1 && w.wy == 1 && w.wz == 1);
    assert_true(nt_wave_max_dt(&w, 1) == 0);
    nt_error why;
    double velocity = 1;
    nt_grid g;
    assert_int_equal(nt_grid_wrap(&g, NT_F64, 1, 1, 1, 1, 1, 1, 0, &velocity, &why), NT_OK);
    assert_refused(nt_wave_medium(&w, &g, 1e-6, &why), NT_EARG, &why, "no dt is stable");
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

/* ---- Medium ----------------------------------------------------------------------------------------- */

static void medium(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    const int64_t n[3] = {7, 5, 4};
    const nt_wave w = wave_of(4, (double[3]){10, 20, 5});
    for (int l = 0; l < n_layouts; l++) {
        field f;
        nt_error why;
        field_make(&f, dtype, n, 1, &layouts[l], 0);
        for (int64_t i = 0; i < 140; i++)
            cell_set(&f.grid, i % 7, i / 7 % 5, i / 35, 1500 + 25 * (double)(i % 97));
        const double dt = nt_wave_max_dt(&w, 1500 + 25 * 96);
        field_snapshot(&f);

        static const struct {
            double value;
            const char *part;
        } wrong[] = {{NAN, "nan in cell (3, 2, 1)"},
                     {-1, "-1 in cell (3, 2, 1)"},
                     {INFINITY, "inf in cell (3, 2, 1)"}};
        const double good = cell_get(&f.grid, 3, 2, 1);
        for (int i = 0; i < 3; i++) {
            cell_set(&f.grid, 3, 2, 1, wrong[i].value);
            assert_refused(nt_wave_medium(&w, &f.grid, dt, &why), NT_EARG, &why, wrong[i].part);
        }
        cell_set(&f.grid, 3, 2, 1, good);
        char largest[32];
        snprintf(largest, sizeof largest, "%.17g", dt);
        assert_refused(nt_wave_medium(&w, &f.grid, nextafter(dt, 1), &why), NT_EARG, &why, largest);
        static const double wrong_dt[] = {0, -1, NAN, INFINITY};
        for (int i = 0; i < 4; i++)
            assert_refused(nt_wave_medium(&w, &f.grid, wrong_dt[i], &why), NT_EARG, &why, "positive, finite");
        field_check(&f, false, "refused");

        assert_int_equal(nt_wave_medium(&w, &f.grid, dt, &why), NT_OK); /* the largest dt itself is allowed */
        field_check(&f, true, "medium");
        for (int64_t i = 0; i < 140; i++) {
            const double courant = (1500 + 25 * (double)(i % 97)) * dt / 10, c = courant * courant;
            assert_true(cell_get(&f.grid, i % 7, i / 7 % 5, i / 35) ==
                        (dtype == NT_F64 ? c : (double)(float)c));
        }
        field_free(&f);
    }
    nt_error why;
    nt_grid g = {0};
    assert_refused(nt_wave_medium(NULL, &g, 1, &why), NT_EARG, &why, "wave");
    assert_refused(nt_wave_medium(&w, NULL, 1, &why), NT_EARG, &why, "grid");
    assert_int_equal(nt_wave_medium(&w, &g, 1, &why), NT_OK); /* no cells, no limit */
}

static void ricker(void **state)
{
    (void)state;
    enum { N = 401 };
    const double dt = 1e-3, f = 12.5, delay = 0.2;
    double s[N], sum = 0;
    nt_wave_ricker(f, delay, dt, N, s);
    for (int i = 0; i < N; i++)
        sum += s[i];
    assert_near(s[200], 1, 0, "peak", 0);
    assert_near(sum, 0, 1e-12, "integral",
                0); /* the trapezoid rule is exact for what is band-limited and ends in 0 */
    for (int i = 0; i < 200; i++)
        assert_near(s[i], s[400 - i], 1e-12, "symmetry", 0);
    double two[2]; /* it crosses 0 at 1 / (pi f sqrt 2) from the peak */
    nt_wave_ricker(f, delay, delay + 1 / (M_PI * f * M_SQRT2), 2, two);
    assert_near(two[1], 0, 1e-14, "zero", 0);
    /* Its spectrum is largest at f. */
    double best = 0, at = 0;
    for (double g = 5; g < 25; g += 0.125) {
        double re = 0;
        for (int i = 0; i < N; i++)
            re += s[i] * cos(2 * M_PI * g * (i * dt - delay));
        if (re > best)
            best = re, at = g;
    }
    assert_near(at, f, 0.125, "peak frequency", 0);
}

/* ---- Absorbing layers --------------------------------------------------------------------------------- */

static const nt_boundary open_but_top[NT_N_FACES] = {NT_ABSORBING, NT_ABSORBING, NT_ABSORBING,
                                                     NT_ABSORBING, NT_MIRROR,    NT_ABSORBING};

static double factor(const nt_wave *w, nt_dtype dtype, int axis, int64_t i)
{
    return dtype == NT_F64 ? ((const double *)w->damping[axis])[i]
                           : (double)((const float *)w->damping[axis])[i];
}

static void layers(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    const int64_t n[3] = {40, 20, 31};
    nt_wave w = wave_of(2, (double[3]){1, 2, 1});
    nt_error why;
    assert_int_equal(nt_wave_absorb(&w, dtype, n, open_but_top, 10, 0.5, &why), NT_OK);
    assert_memory_equal(w.face, open_but_top, sizeof w.face);
    for (int a = 0; a < 3; a++)
        for (int64_t i = 0; i < n[a]; i++) {
            const bool low = a < 2 && i < 10, high = i >= n[a] - 10;
            const double g = factor(&w, dtype, a, i);
            assert_true(low || high ? g > 0 && g < 1 : g == 1);
            if (a < 2)
                assert_true(g == factor(&w, dtype, a, n[a] - 1 - i));
            if (high && i > n[a] - 10)
                assert_true(g < factor(&w, dtype, a, i - 1)); /* stronger outwards */
        }
    /* A wave of twice the spacing crosses a cell in twice the steps: it loses half as much in each. */
    assert_near(log(factor(&w, dtype, 1, 19)), log(factor(&w, dtype, 0, 39)) / 2,
                dtype == NT_F64 ? 1e-15 : 1e-7, "per step", 2);
    assert_int_equal(nt_wave_absorb(&w, dtype, n, open_but_top, 3, 0.5, &why), NT_OK); /* again: no leak */
    assert_true(factor(&w, dtype, 0, 3) == 1);
    nt_wave_free(&w);
    for (int a = 0; a < 3; a++)
        assert_null(w.damping[a]);
    assert_true(w.face[NT_X_LOW] == NT_ZERO && w.face[NT_Z_LOW] == NT_MIRROR);
    nt_wave_free(&w);
    nt_wave_free(NULL);
    static const nt_boundary zeros[NT_N_FACES] = {NT_ZERO, NT_ZERO, NT_ZERO, NT_ZERO, NT_ZERO, NT_ZERO};
    assert_int_equal(nt_wave_absorb(&w, dtype, n, zeros, 0, 0.5, &why), NT_OK);
    assert_true(!w.damping[0] && !w.damping[1] && !w.damping[2] && w.face[0] == NT_ZERO);
}

static void layer_refusals(void **state)
{
    (void)state;
    const int64_t n[3] = {40, 20, 31};
    nt_wave w = wave_of(2, unit);
    const nt_wave before = w;
    nt_error why;
    assert_refused(nt_wave_absorb(&w, NT_F32, n, open_but_top, 11, 0.5, &why), NT_ESHAPE, &why,
                   "20 cells in y: allowed are 1 to 10");
    static const nt_boundary bottom[NT_N_FACES] = {[NT_Z_HIGH] = NT_ABSORBING};
    assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 32, 0.5, &why), NT_ESHAPE, &why, "1 to 31");
    assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 0, 0.5, &why), NT_ESHAPE, &why, "1 to 31");
    static const double wrong[] = {0, -1, NAN, INFINITY};
    for (int i = 0; i < 4; i++)
        assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 5, wrong[i], &why), NT_EARG, &why, "v dt");
    assert_refused(nt_wave_absorb(&w, NT_N_DTYPES, n, bottom, 5, 0.5, &why), NT_EARG, &why, "type");
    static const nt_boundary odd[NT_N_FACES] = {[NT_Y_HIGH] = (nt_boundary)7};
    assert_refused(nt_wave_absorb(&w, NT_F32, n, odd, 5, 0.5, &why), NT_EARG, &why, "boundary 7 of face 3");
    assert_refused(nt_wave_absorb(NULL, NT_F32, n, bottom, 5, 0.5, &why), NT_EARG, &why, "wave");
    assert_refused(nt_wave_absorb(&w, NT_F32, NULL, bottom, 5, 0.5, &why), NT_EARG, &why, "cells");
    assert_refused(nt_wave_absorb(&w, NT_F32, n, NULL, 5, 0.5, &why), NT_EARG, &why, "faces");
    assert_memory_equal(&w, &before, sizeof w);
}

/*
 * A pulse of Ricker's shape runs along x into 30 cells; beyond them the field is held at zero.  y and z are a
 * million times coarser, so their share of the Laplacian is 1e-12 and each line along x is a problem of its
 * own: normal incidence.  What a grid so long that nothing returns does not show is the reflection.
 */
enum { CELLS_A_WAVE = 10, LAYER = 30, START = 25, RECEIVER = 50, INNER = 80, STEPS = 560 };

static double pulse(double x)
{
    const double a = M_PI * x / CELLS_A_WAVE;
    return (1 - 2 * a * a) * exp(-a * a);
}

static void run_pulse(int order, nt_dtype dtype, double courant, bool absorbs, double trace[STEPS])
{
    const double spacing[3] = {1, 1e6, 1e6};
    const int across = order / 2, halo = order / 2;
    const int64_t n[3] = {absorbs ? INNER + LAYER : INNER + STEPS, across, across};
    nt_wave w = wave_of(order, spacing);
    nt_error why;
    const nt_boundary face[NT_N_FACES] = {
        NT_ZERO, absorbs ? NT_ABSORBING : NT_ZERO, NT_ZERO, NT_ZERO, NT_ZERO, NT_ZERO};
    assert_int_equal(nt_wave_absorb(&w, dtype, n, face, LAYER, courant, &why), NT_OK);
    nt_grid u[2], c;
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_grid_create(&u[i], dtype, n[0], n[1], n[2], halo, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_create(&c, dtype, n[0], n[1], n[2], 0, NULL, &why), NT_OK);
    for (int64_t i = 0; i < n[0] * across * across; i++) {
        const int64_t x = i % n[0], y = i / n[0] % across, z = i / n[0] / across;
        cell_set(&u[0], x, y, z, pulse((double)(x - START)));
        cell_set(&u[1], x, y, z, pulse((double)(x - START) + courant)); /* a step before */
        cell_set(&c, x, y, z, courant);
    }
    assert_int_equal(nt_wave_medium(&w, &c, 1, &why), NT_OK);
    const nt_problem problem = {
        .kernel = nt_kernel_find("wave"), .level = {&u[0], &u[1]}, .coef = {&c}, .params = &w, .steps = 1};
    nt_config config;
    assert_int_equal(nt_config_default(problem.kernel, dtype, &config, &why), NT_OK);
    config.threads = 1;
    nt_plan *plan;
    if (nt_plan_create(&plan, &problem, &config, &why) != NT_OK)
        fail_msg("%s", why.text);
    for (int t = 0; t < STEPS; t++) {
        nt_plan_run(plan);
        trace[t] = cell_get(nt_plan_newest(plan), RECEIVER, 0, 0);
    }
    nt_plan_destroy(plan);
    for (int i = 0; i < 2; i++)
        nt_grid_free(&u[i]);
    nt_grid_free(&c);
    nt_wave_free(&w);
}

static void reflection(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    static const int measured[] = {2, 4, 8};
    static const double courants[] = {0.25, 0.45};
    for (int o = 0; o < 3; o++)
        for (int k = 0; k < 2; k++) {
            static double here[STEPS], endless[STEPS];
            run_pulse(measured[o], dtype, courants[k], true, here);
            run_pulse(measured[o], dtype, courants[k], false, endless);
            double incident = 0, reflected = 0;
            for (int t = 0; t < STEPS; t++) {
                incident = fmax(incident, fabs(endless[t]));
                reflected = fmax(reflected, fabs(here[t] - endless[t]));
            }
            print_message("order %d, %s, v dt/dx %.2f: %.2f %% reflected\n", measured[o],
                          nt_dtype_name(dtype), courants[k], 100 * reflected / incident);
            assert_true(incident > 0.8 && reflected > 0); /* it was there, and came back */
            assert_true(reflected <= 0.02 * incident);
        }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const nt_dtype dtypes[] = {NT_F32, NT_F64};
    tests_add(weights_of_the_tables, NULL, "weights:tables");
    tests_add(weights_are_exact_on_polynomials, NULL, "weights:polynomials");
    tests_add(weights_refusals, NULL, "weights:refusals");
    tests_add(init, NULL, "init");
    tests_add(init_refusals, NULL, "init:refusals");
    tests_add(largest_dt, NULL, "largest-dt");
    tests_add(printed, NULL, "printed");
    tests_add(dispersion, NULL, "dispersion");
    tests_add(points_per_wavelength, NULL, "points-per-wavelength");
    tests_add(ricker, NULL, "ricker");
    tests_add(layer_refusals, NULL, "layers:refusals");
    for (int d = 0; d < 2; d++) {
        tests_add(medium, &dtypes[d], "medium/%s", nt_dtype_name(dtypes[d]));
        tests_add(layers, &dtypes[d], "layers/%s", nt_dtype_name(dtypes[d]));
        tests_add(reflection, &dtypes[d], "reflection/%s", nt_dtype_name(dtypes[d]));
    }
    return tests_run("wave_api");
}
