/*
 * test_wave_absorb.c - the wave equation's absorbing layers, and how much they reflect
 * SPDX-License-Identifier: MIT
 */
#include "wave_fixture.h"

static const nt_boundary open_but_top[NT_N_FACES] = {NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ABSORBING,
                                                     NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ABSORBING,
                                                     NT_BOUNDARY_MIRROR,    NT_BOUNDARY_ABSORBING};

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
    nt_wave_let_go(&w);
    for (int a = 0; a < 3; a++)
        assert_null(w.damping[a]);
    assert_true(w.face[NT_FACE_X_LOW] == NT_BOUNDARY_ZERO && w.face[NT_FACE_Z_LOW] == NT_BOUNDARY_MIRROR);
    nt_wave_let_go(&w);
    nt_wave_destroy(NULL);
    static const nt_boundary zeros[NT_N_FACES] = {NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO,
                                                  NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO};
    assert_int_equal(nt_wave_absorb(&w, dtype, n, zeros, 0, 0.5, &why), NT_OK);
    assert_true(!w.damping[0] && !w.damping[1] && !w.damping[2] && w.face[0] == NT_BOUNDARY_ZERO);
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
    static const nt_boundary bottom[NT_N_FACES] = {[NT_FACE_Z_HIGH] = NT_BOUNDARY_ABSORBING};
    assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 32, 0.5, &why), NT_ESHAPE, &why, "1 to 31");
    assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 0, 0.5, &why), NT_ESHAPE, &why, "1 to 31");
    static const double wrong[] = {0, -1, NAN, INFINITY};
    for (int i = 0; i < 4; i++)
        assert_refused(nt_wave_absorb(&w, NT_F32, n, bottom, 5, wrong[i], &why), NT_EARG, &why, "v dt");
    assert_refused(nt_wave_absorb(&w, NT_N_DTYPES, n, bottom, 5, 0.5, &why), NT_EARG, &why, "type");
    static const nt_boundary odd[NT_N_FACES] = {[NT_FACE_Y_HIGH] = (nt_boundary)7};
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
        NT_BOUNDARY_ZERO, absorbs ? NT_BOUNDARY_ABSORBING : NT_BOUNDARY_ZERO,
        NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO,
        NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO};
    assert_int_equal(nt_wave_absorb(&w, dtype, n, face, LAYER, courant, &why), NT_OK);
    nt_grid *u[2], *c;
    for (int i = 0; i < 2; i++)
        assert_int_equal(nt_grid_create(&u[i], dtype, n, halo, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_create(&c, dtype, n, 0, NULL, &why), NT_OK);
    for (int64_t i = 0; i < n[0] * across * across; i++) {
        const int64_t x = i % n[0], y = i / n[0] % across, z = i / n[0] / across;
        cell_set(u[0], x, y, z, pulse((double)(x - START)));
        cell_set(u[1], x, y, z, pulse((double)(x - START) + courant)); /* a step before */
        cell_set(c, x, y, z, courant);
    }
    assert_int_equal(nt_wave_medium(&w, c, 1, &why), NT_OK);
    const test_problem problem = {
        .kernel = nt_kernel_find("wave"), .level = {u[0], u[1]}, .coef = {c}, .params = &w, .steps = 1};
    nt_config config;
    assert_int_equal(nt_config_default(problem.kernel, dtype, &config, &why), NT_OK);
    config.threads = 1;
    nt_plan *plan;
    if (problem_plan(&plan, &problem, &config, &why) != NT_OK)
        fail_msg("%s", why.text);
    for (int t = 0; t < STEPS; t++) {
        nt_plan_run(plan, 1);
        trace[t] = cell_get(nt_plan_newest(plan), RECEIVER, 0, 0);
    }
    nt_plan_destroy(plan);
    for (int i = 0; i < 2; i++)
        nt_grid_destroy(u[i]);
    nt_grid_destroy(c);
    nt_wave_let_go(&w);
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
    tests_add(layer_refusals, NULL, "layers:refusals");
    for (int d = 0; d < 2; d++) {
        tests_add(layers, &dtypes[d], "layers/%s", nt_dtype_name(dtypes[d]));
        tests_add(reflection, &dtypes[d], "reflection/%s", nt_dtype_name(dtypes[d]));
    }
    return tests_run("wave_absorb");
}
