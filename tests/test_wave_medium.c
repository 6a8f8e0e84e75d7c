/*
 * test_wave_medium.c - the wave equation's medium, and the wavelet that sets it off
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "wave_fixture.h"

static void medium(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    const int64_t n[3] = {7, 5, 4};
    const nt_wave w = wave_of(4, (double[3]){10, 20, 5});
    for (int l = 0; l < n_layouts; l++) {
        operand f;
        nt_error why;
        operand_make(&f, dtype, n, 1, &layouts[l], 0);
        for (int64_t i = 0; i < 140; i++)
            cell_set(f.grid, i % 7, i / 7 % 5, i / 35, 1500 + 25 * (double)(i % 97));
        const double dt = nt_wave_max_dt(&w, 1500 + 25 * 96);
        operand_snapshot(&f);

        static const struct {
            double value;
            const char *part;
        } wrong[] = {{NAN, "nan in cell (3, 2, 1)"},
                     {-1, "-1 in cell (3, 2, 1)"},
                     {INFINITY, "inf in cell (3, 2, 1)"}};
        const double good = cell_get(f.grid, 3, 2, 1);
        for (int i = 0; i < 3; i++) {
            cell_set(f.grid, 3, 2, 1, wrong[i].value);
            assert_refused(nt_wave_medium(&w, f.grid, dt, &why), NT_EARG, &why, wrong[i].part);
        }
        cell_set(f.grid, 3, 2, 1, good);
        char largest[32];
        snprintf(largest, sizeof largest, "%.17g", dt);
        assert_refused(nt_wave_medium(&w, f.grid, nextafter(dt, 1), &why), NT_EARG, &why, largest);
        static const double wrong_dt[] = {0, -1, NAN, INFINITY};
        for (int i = 0; i < 4; i++)
            assert_refused(nt_wave_medium(&w, f.grid, wrong_dt[i], &why), NT_EARG, &why, "positive, finite");
        operand_check(&f, false, "refused");

        assert_int_equal(nt_wave_medium(&w, f.grid, dt, &why), NT_OK); /* the largest dt itself is allowed */
        operand_check(&f, true, "medium");
        for (int64_t i = 0; i < 140; i++) {
            const double courant = (1500 + 25 * (double)(i % 97)) * dt / 10, c = courant * courant;
            assert_true(cell_get(f.grid, i % 7, i / 7 % 5, i / 35) ==
                        (dtype == NT_F64 ? c : (double)(float)c));
        }
        operand_free(&f);
    }
    nt_error why;
    nt_grid *g;
    assert_int_equal(nt_grid_create(&g, dtype, (const int64_t[3]){0, 5, 4}, 0, NULL, &why), NT_OK);
    assert_refused(nt_wave_medium(NULL, g, 1, &why), NT_EARG, &why, "wave");
    assert_refused(nt_wave_medium(&w, NULL, 1, &why), NT_EARG, &why, "grid");
    assert_int_equal(nt_wave_medium(&w, g, 1, &why), NT_OK); /* no cells, no limit */
    nt_grid_destroy(g);
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

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const nt_dtype dtypes[] = {NT_F32, NT_F64};
    tests_add(ricker, NULL, "ricker");
    for (int d = 0; d < 2; d++)
        tests_add(medium, &dtypes[d], "medium/%s", nt_dtype_name(dtypes[d]));
    return tests_run("wave_medium");
}
