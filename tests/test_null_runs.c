/*
 * test_null_runs.c - plans, points and waves with NULL in each pointer argument, and with values out of range
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "null_support.h"

/* ---- Plans ---------------------------------------------------------------------------------------- */

static void plans(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square");
    nt_grid *g = grid_of_eight(), *none = NULL;
    nt_plan *plan, *sum, *p;
    uint64_t total;
    char text[NT_CONFIG_TEXT] = "?";
    assert_int_equal(nt_plan_create(&plan, k, &g, 1, NULL, NULL), NT_OK);
    assert_int_equal(nt_plan_create_range(&sum, nt_kernel_find("pi"), NT_F64, 10, NULL, NULL), NT_OK);
    REFUSED(NT_EARG, "plan to create is NULL", nt_plan_create(NULL, k, &g, 1, NULL, why));
    REFUSED(NT_EARG, "kernel is NULL", nt_plan_create(&p, NULL, &g, 1, NULL, why));
    REFUSED(NT_EARG, "grids are NULL", nt_plan_create(&p, k, NULL, 1, NULL, why));
    REFUSED(NT_EARG, "grid 0 is NULL", nt_plan_create(&p, k, &none, 1, NULL, why));
    REFUSED(NT_EARG, "plan to create is NULL",
            nt_plan_create_range(NULL, nt_kernel_find("pi"), NT_F64, 10, NULL, why));
    REFUSED(NT_EARG, "kernel is NULL", nt_plan_create_range(&p, NULL, NT_F64, 10, NULL, why));
    REFUSED(NT_EARG, "plan is NULL", nt_plan_set_grids(NULL, &g, 1, why));
    REFUSED(NT_EARG, "grids are NULL", nt_plan_set_grids(plan, NULL, 1, why));
    REFUSED(NT_EARG, "grid 0 is NULL", nt_plan_set_grids(plan, &none, 1, why));
    REFUSED(NT_EARG, "a range has no grids", nt_plan_set_grids(sum, &g, 1, why));
    for
        EACH_ODD(i)
        {
            REFUSED(NT_EARG, "grids", nt_plan_create(&p, k, &g, odd[i], NULL, why));
            REFUSED(NT_EARG, "grids", nt_plan_set_grids(plan, &g, odd[i], why));
            REFUSED(NT_EARG, "NT_F64",
                    nt_plan_create_range(&p, nt_kernel_find("pi"), (nt_dtype)odd[i], 10, NULL, why));
        }
    REFUSED(NT_EARG, "-1 indices", nt_plan_create_range(&p, nt_kernel_find("pi"), NT_F64, -1, NULL, why));
    assert_int_equal(nt_plan_run(NULL, 1), NT_EARG);
    assert_int_equal(nt_plan_run(sum, 1), NT_EARG);
    assert_int_equal(nt_plan_run(plan, -1), NT_EARG);
    assert_int_equal(nt_plan_run(plan, INT64_MAX), NT_EARG);
    assert_int_equal(nt_plan_run_range(NULL, 0, 1, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(plan, 0, 1, &total), NT_EARG);
    assert_int_equal(nt_plan_run_range(sum, 0, 1, NULL), NT_EARG);
    assert_int_equal(nt_plan_run_range(sum, INT64_MIN, 1, &total), NT_EARG);
    assert_int_equal(nt_plan_set_time(NULL, 0), NT_EARG);
    assert_int_equal(nt_plan_set_time(plan, INT64_MIN), NT_EARG);
    assert_int_equal(nt_plan_time(NULL), 0);
    assert_null(nt_plan_newest(NULL));
    assert_null(nt_plan_newest(sum));
    assert_null(nt_plan_config(NULL));
    assert_string_equal(nt_plan_why(NULL), "");
    nt_plan_config_text(NULL, text, sizeof text);
    assert_string_equal(text, "");
    nt_plan_config_text(NULL, NULL, sizeof text);
    nt_plan_config_text(plan, NULL, sizeof text);
    nt_plan_destroy(NULL);
    nt_plan_destroy(plan);
    nt_plan_destroy(sum);
    nt_grid_destroy(g);
}

static void in_one_call(void **state)
{
    (void)state;
    nt_grid *g = grid_of_eight();
    static const int64_t rows[3] = {1, 8, 64};
    static double cells[512];
    uint64_t total;
    void *data[1] = {cells}, *missing[1] = {NULL};
    REFUSED(NT_EKERNEL, "NULL", nt_run(NULL, g, 1, why));
    REFUSED(NT_EARG, "NULL", nt_run("square", NULL, 1, why));
    REFUSED(NT_EARG, "-1", nt_run("square", g, -1, why));
    REFUSED(NT_EKERNEL, "NULL", nt_run_range(NULL, NULL, NT_F64, 0, 1, &total, why));
    REFUSED(NT_EARG, "NULL", nt_run_range("pi", NULL, NT_F64, 0, 1, NULL, why));
    TAKEN(nt_run_range("pi", NULL, NT_F64, 0, 1, &total, why));
#define APPLY(kernel, type, n, data, strides) \
    nt_apply(kernel, NULL, type, n, 1, data, strides, NULL, 1, NULL, why)
    REFUSED(NT_EKERNEL, "NULL", APPLY(NULL, NT_F64, eight, data, rows));
    REFUSED(NT_EARG, "sizes are NULL", APPLY("square", NT_F64, NULL, data, rows));
    REFUSED(NT_EARG, "arrays are NULL", APPLY("square", NT_F64, eight, NULL, rows));
    REFUSED(NT_EARG, "(0,0,0) is NULL", APPLY("square", NT_F64, eight, missing, rows));
    REFUSED(NT_EARG, "strides are NULL", APPLY("square", NT_F64, eight, data, NULL));
    TAKEN(APPLY("square", NT_F64, eight, data, rows)); /* params, halos and config are NULL */
#define APPLY_RANGE(kernel, type, to) nt_apply_range(kernel, NULL, type, 0, 1, to, sizeof total, NULL, why)
    REFUSED(NT_EKERNEL, "NULL", APPLY_RANGE(NULL, NT_F64, &total));
    REFUSED(NT_EARG, "NULL", APPLY_RANGE("pi", NT_F64, NULL));
    TAKEN(APPLY_RANGE("pi", NT_F64, &total));
    /* A program has no entry of its own. */
    nt_plan *plan;
    REFUSED(NT_EARG, "program", APPLY_RANGE("apply", NT_F64, &total));
    REFUSED(NT_EARG, "program", APPLY("apply", NT_F64, eight, data, rows));
    REFUSED(NT_EARG, "not one of a single grid", nt_run("apply", g, 1, why));
    REFUSED(NT_EARG, "program", nt_run_range("apply", NULL, NT_F64, 0, 1, &total, why));
    REFUSED(NT_EARG, "program", nt_plan_create(&plan, nt_kernel_find("apply"), &g, 1, NULL, why));
    REFUSED(NT_EARG, "program", nt_plan_create_range(&plan, nt_kernel_find("apply"), NT_F64, 1, NULL, why));
    for
        EACH_ODD(i)
        {
            REFUSED(NT_EARG, "NT_F64", nt_run_range("pi", NULL, (nt_dtype)odd[i], 0, 1, &total, why));
            REFUSED(NT_EARG, "NT_F64", APPLY("square", (nt_dtype)odd[i], eight, data, rows));
            REFUSED(NT_EARG, "NT_F64", APPLY_RANGE("pi", (nt_dtype)odd[i], &total));
        }
    assert_int_equal(nt_apply_range_bytes(NULL), 0);
    assert_int_equal(nt_apply_radius(NULL, NULL), -1);
    assert_int_equal(nt_apply_radius("square", NULL), 0);
    nt_grid_destroy(g);
}

/* ---- Points --------------------------------------------------------------------------------------- */

static void points(void **state)
{
    (void)state;
    static const double place[1][3] = {{1, 2, 3}};
    nt_points_spec spec = {1, place, NT_INTERPOLATION_SINC, {8, 8, 8}, 0};
    nt_points *all, *other;
    nt_hook *hook;
    double values[4] = {0};
    assert_int_equal(nt_points_create(&all, &spec, NULL), NT_OK);
    REFUSED(NT_EARG, "points to create are NULL", nt_points_create(NULL, &spec, why));
    REFUSED(NT_EARG, "spec of the points is NULL", nt_points_create(&other, NULL, why));
    spec.position = NULL;
    REFUSED(NT_EARG, "NULL address", nt_points_create(&other, &spec, why));
    spec.position = place;
    for
        EACH_ODD(i)
        {
            spec.interpolation = (nt_interpolation)odd[i];
            REFUSED(NT_EARG, "interpolation", nt_points_create(&other, &spec, why));
        }
#define MAKERS(X) X(nt_points_source) X(nt_points_force) X(nt_points_receiver)
#define REFUSALS(make)                                                           \
    REFUSED(NT_EARG, "hook to create is NULL", make(NULL, all, values, 4, why)); \
    REFUSED(NT_EARG, "points are NULL", make(&hook, NULL, values, 4, why));      \
    REFUSED(NT_EARG, "samples are NULL", make(&hook, all, NULL, 4, why));        \
    REFUSED(NT_EARG, "-9", make(&hook, all, values, INT64_MIN, why));            \
    REFUSED(NT_EARG, "-9", make(&hook, all, NULL, INT64_MIN, why));              \
    assert_null(hook);                                                           \
    assert_int_equal(make(&hook, all, NULL, 0, NULL), NT_OK);                    \
    nt_points_hook_destroy(hook);
    MAKERS(REFUSALS)
    nt_points_hook_destroy(NULL);
    nt_points_destroy(NULL);
    nt_points_destroy(all);
}

/* ---- Waves ---------------------------------------------------------------------------------------- */

static void waves(void **state)
{
    (void)state;
    static const double spacing[3] = {1, 1, 1};
    nt_wave *wave, *other;
    nt_grid *g = grid_of_eight();
    double weights[] = {-2, 1};
    assert_int_equal(nt_wave_create(&wave, 2, spacing, NULL), NT_OK);
    assert_int_equal(nt_wave_weights(2, NULL), NT_EARG);
    REFUSED(NT_EARG, "wave to create is NULL", nt_wave_create(NULL, 2, spacing, why));
    REFUSED(NT_EARG, "spacings are NULL", nt_wave_create(&other, 2, NULL, why));
    REFUSED(NT_EARG, "wave to create is NULL", nt_wave_create_printed(NULL, why));
    REFUSED(NT_EARG, "wave is NULL", nt_wave_set_weights(NULL, weights, why));
    REFUSED(NT_EARG, "weights are NULL", nt_wave_set_weights(wave, NULL, why));
    REFUSED(NT_EARG, "wave is NULL", nt_wave_medium(NULL, g, 0.1, why));
    REFUSED(NT_EARG, "grid is NULL", nt_wave_medium(wave, NULL, 0.1, why));
    for
        EACH_ODD(i)
        {
            assert_int_equal(nt_wave_weights(odd[i], weights), NT_EARG);
            REFUSED(NT_EARG, "order", nt_wave_create(&other, odd[i], spacing, why));
        }
    assert_true(weights[0] == -2 && weights[1] == 1);
    assert_int_equal(nt_wave_order(NULL), 0);
    assert_int_equal(nt_wave_mirror_faces(NULL), 0);
    assert_true(nt_wave_max_dt(NULL, 1) == 0);
    assert_true(isfinite(nt_wave_dispersion(2, 0.5, 10, NULL)));
    nt_wave_ricker(1, 1, 0.1, 5, NULL);
    nt_wave_ricker(1, 1, 0.1, INT64_MIN, weights);
    assert_true(weights[0] == -2);
    nt_wave_destroy(NULL);
    nt_wave_destroy(wave);
    nt_grid_destroy(g);
}

static void layers(void **state)
{
    (void)state;
    static const int64_t most[3] = {INT64_MAX, 8, 8}, wraps[3] = {8, INT64_C(1) << 61, 8},
                         less[3] = {8, 8, -1};
    nt_boundary face[NT_N_FACES];
    double ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    const void *const factor[3] = {ones, ones, ones}, *const nothing[3] = {NULL};
    nt_wave *wave;
    for (int f = 0; f < NT_N_FACES; f++)
        face[f] = NT_BOUNDARY_ABSORBING;
    assert_int_equal(nt_wave_create(&wave, 2, (const double[3]){1, 1, 1}, NULL), NT_OK);
    REFUSED(NT_EARG, "wave is NULL", nt_wave_absorb(NULL, NT_F64, eight, face, 2, 0.1, why));
    REFUSED(NT_EARG, "cells are NULL", nt_wave_absorb(wave, NT_F64, NULL, face, 2, 0.1, why));
    REFUSED(NT_EARG, "faces are NULL", nt_wave_absorb(wave, NT_F64, eight, NULL, 2, 0.1, why));
    REFUSED(NT_ESHAPE, "address space", nt_wave_absorb(wave, NT_F64, most, face, 2, 0.1, why));
    REFUSED(NT_ESHAPE, "address space", nt_wave_absorb(wave, NT_F64, wraps, face, 2, 0.1, why));
    REFUSED(NT_ESHAPE, "-1 cells", nt_wave_absorb(wave, NT_F64, less, face, 2, 0.1, why));
    REFUSED(NT_EARG, "wave is NULL", nt_wave_damp(NULL, NT_F64, eight, factor, why));
    REFUSED(NT_EARG, "cells are NULL", nt_wave_damp(wave, NT_F64, NULL, factor, why));
    REFUSED(NT_EARG, "factors are NULL", nt_wave_damp(wave, NT_F64, eight, NULL, why));
    REFUSED(NT_ESHAPE, "factors in x", nt_wave_damp(wave, NT_F64, most, factor, why));
    REFUSED(NT_ESHAPE, "factors in y", nt_wave_damp(wave, NT_F64, wraps, factor, why));
    REFUSED(NT_ESHAPE, "-1 factors in z", nt_wave_damp(wave, NT_F64, less, factor, why));
    for
        EACH_ODD(i)
        {
            const nt_dtype type = (nt_dtype)odd[i];
            REFUSED(NT_EARG, "type", nt_wave_absorb(wave, type, eight, face, 2, 0.1, why));
            REFUSED(NT_EARG, "type", nt_wave_damp(wave, type, eight, factor, why));
            REFUSED(NT_ESHAPE, "layers of", nt_wave_absorb(wave, NT_F64, eight, face, odd[i], 0.1, why));
            face[5] = (nt_boundary)odd[i];
            REFUSED(NT_EARG, "of face 5", nt_wave_absorb(wave, NT_F64, eight, face, 2, 0.1, why));
            face[5] = NT_BOUNDARY_ABSORBING;
        }
    TAKEN(nt_wave_absorb(wave, NT_F64, eight, face, 2, 0.1, why));
    TAKEN(nt_wave_damp(wave, NT_F64, eight, nothing, why));
    nt_wave_destroy(wave);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans), cmocka_unit_test(in_one_call), cmocka_unit_test(points),
        cmocka_unit_test(waves), cmocka_unit_test(layers),
    };
    return cmocka_run_group_tests_name("null_runs", tests, NULL, NULL);
}
