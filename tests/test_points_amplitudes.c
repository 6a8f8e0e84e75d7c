/*
 * test_points_amplitudes.c - sources and receivers: what a source adds, and reciprocity
 * SPDX-License-Identifier: MIT
 */
#include <float.h>

#include "points_fixture.h"

/* ---- Amplitudes ---------------------------------------------------------------------------------------- */

/* Several points on one cell are added one after the other by number: 1 + 2^60 - 2^60 and its permutations
 * differ.  A force is scaled by C; after its last sample a source adds nothing; time goes on from run to run. */
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
        nt_points *points = points_of(
            &(nt_points_spec){3, at, NT_INTERPOLATION_SINC, {6, 5, 4}, nt_wave_mirror_faces(&wave)});
        double traces[3][4];
        for (int i = 0; i < 12; i++)
            traces[i / 4][i % 4] = -7;
        const nt_hook *const hooks[] = {source_of(points, &samples[k][0][0], 2),
                                        receiver_of(points, &traces[0][0], 4)}; /* both hooks in one plan */
        nt_plan *plan;
        nt_error why;
        const test_problem problem = world_problem(&w, 1, hooks, 2);
        assert_int_equal(problem_plan(&plan, &problem, &config, &why), NT_OK);
        const double first = k == 0 ? 0 : 1;
        /* with C = 0: u+ = 2u - u- + s */
        const double expected[4] = {first, 2 * first + 7, 2 * (2 * first + 7) - first,
                                    3 * (first + 7) + first};
        for (int t = 0; t < 4; t++) {
            nt_plan_run(plan, 1);
            for (int p = 0; p < 3; p++)
                assert_true(traces[p][t] == expected[t] && (t == 3 || traces[p][t + 1] == -7));
        }
        nt_plan_run(plan, 1); /* beyond the traces: nothing is written */
        nt_plan_destroy(plan);
        hooks_free(hooks, 2);
        nt_points_destroy(points);
        world_free(&w);
    }
    world w;
    world_make(&w, NT_F64, n, &wave);
    nt_points *points = points_of(&(nt_points_spec){1, at, NT_INTERPOLATION_TRILINEAR, {6, 5, 4}, 0});
    cell_set(w.c, 2, 3, 1, 0.25);
    const nt_hook *const hook = force_of(points, (double[1]){3}, 1);
    assert_true(cell_get(world_run(&w, &config, 1, &hook, 1), 2, 3, 1) == 0.75);
    hooks_free(&hook, 1);
    nt_points_destroy(points);
    world_free(&w);
}

/* ---- Reciprocity --------------------------------------------------------------------------------------- */

/*
 * A force at A read at B is a force at B read at A.  With forces the scheme is C^-1 (u+ - 2u + u-) = L u + w
 * s, and both C^-1 and L are symmetric, whatever the medium, the spacings and the mirrors; weights are the
 * same for both roles. It holds to rounding: each step errs by less than 40 epsilon of the largest value at
 * hand, and the error of a step grows no faster than the number of steps after it.
 */
enum { HEARD = 150 };

/* Point 0 or 1 is the source; trace[p][t] is the value that is read at point p. */
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
        cell_set(w.c, i % n[0], i / n[0] % n[1], i / n[0] / n[1], varied ? 0.2 + 0.3 * rng_unit(&r) : 0.4);
    nt_error why;
    assert_int_equal(nt_wave_medium(&wave, w.c, 0.8, &why), NT_OK);
    nt_points *source = points_of(
        &(nt_points_spec){1, &at[from], interpolation, {n[0], n[1], n[2]}, nt_wave_mirror_faces(&wave)});
    nt_points *both =
        points_of(&(nt_points_spec){2, at, interpolation, {n[0], n[1], n[2]}, nt_wave_mirror_faces(&wave)});
    const nt_hook *const hooks[] = {force ? force_of(source, wavelet, HEARD)
                                          : source_of(source, wavelet, HEARD),
                                    receiver_of(both, trace[0], HEARD)};
    world_run(&w, &config, HEARD, hooks, 2);
    hooks_free(hooks, 2);
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
            exchange(order, varied, sinc ? NT_INTERPOLATION_SINC : NT_INTERPOLATION_TRILINEAR, force, from,
                     trace[from]);
        for (int t = 0; t < HEARD; t++) {
            largest = fmax(largest, fmax(fabs(trace[0][0][t]), fabs(trace[1][1][t])));
            far = fmax(far, fabs(trace[0][1][t]));
            apart = fmax(apart, fabs(trace[0][1][t] - trace[1][0][t]));
        }
        const double rounding = HEARD * (HEARD / 2) * 40 * DBL_EPSILON * largest;
        assert_true(far > 1e5 * rounding); /* the wave has arrived */
        if (force || !varied)
            assert_true(apart <= rounding);
        else
            assert_true(apart > 1e-2 * far); /* a source is not scaled by the medium: no reciprocity */
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const int orders[] = {2, 8};
    tests_add(amplitudes, NULL, "amplitudes");
    for (int o = 0; o < 2; o++)
        tests_add(reciprocity, &orders[o], "reciprocity/o%d", orders[o]);
    return tests_run("points_amplitudes");
}
