/*
 * test_points_refusals.c - sources and receivers: what is refused, and why
 * SPDX-License-Identifier: MIT
 */
#include "points_fixture.h"

static void refusals(void **state)
{
    (void)state;
    nt_points *points = NULL;
    nt_error why;
    nt_points_spec spec = {
        2, (const double[2][3]){{1, 2, 3}, {4, 5, 3.5}}, NT_INTERPOLATION_SINC, {8, 8, 4}, 0};
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
    spec.interpolation = NT_INTERPOLATION_SINC;
    spec.mirror_faces = 1u << NT_N_FACES;
    assert_refused(nt_points_create(&points, &spec, &why), NT_EARG, &why, "mirror faces 0x40");
    spec.mirror_faces = 0;
    assert_refused(nt_points_create(&points, NULL, &why), NT_EARG, &why, "spec");
    assert_refused(nt_points_create(NULL, &spec, &why), NT_EARG, &why, "NULL");
    nt_points_destroy(NULL);

    /* Of hooks. */
    double sample = 1, trace;
    nt_hook *hook = NULL;
    points = points_of(&spec);
    assert_refused(nt_points_source(NULL, points, &sample, 1, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_points_source(&hook, NULL, &sample, 1, &why), NT_EARG, &why, "points");
    assert_refused(nt_points_force(&hook, points, NULL, 1, &why), NT_EARG, &why, "samples");
    assert_refused(nt_points_force(&hook, points, &sample, -1, &why), NT_EARG, &why, "-1 samples");
    assert_refused(nt_points_receiver(&hook, points, NULL, 1, &why), NT_EARG, &why, "samples");
    assert_null(hook);
    assert_int_equal(nt_points_receiver(&hook, points, NULL, 0, &why), NT_OK);
    nt_points_hook_destroy(hook);
    nt_points_hook_destroy(NULL);
    nt_points_destroy(points);

    /* At the plan's creation. */
    const int64_t n[3] = {8, 8, 5};
    const nt_wave wave = wave_of(2, unit);
    const nt_config config = plain_config(NT_F64);
    world w;
    world_make(&w, NT_F64, n, &wave);
    nt_plan *plan;
    spec = (nt_points_spec){1, (const double[1][3]){{1, 2, 3}}, NT_INTERPOLATION_SINC, {8, 8, 4}, 0};
    points = points_of(&spec);
    const nt_hook *const hooks[] = {source_of(points, &sample, 1), force_of(points, &sample, 1),
                                    receiver_of(points, &trace, 1)};
    for (int h = 0; h < 3; h++) {
        const test_problem problem = world_problem(&w, 1, &hooks[h], 1);
        assert_refused(problem_plan(&plan, &problem, &config, &why), NT_ESHAPE, &why,
                       "8x8x4 cells, the grids are 8x8x5");
    }
    hooks_free(hooks, 3);
    nt_points_destroy(points);
    world_free(&w);

    nt_grid *one; /* a kernel of one level, without coefficients */
    assert_int_equal(nt_grid_create(&one, NT_F64, spec.cells, 0, NULL, &why), NT_OK);
    points = points_of(&spec);
    const nt_hook *const force = force_of(points, &sample, 1), *const source = source_of(points, &sample, 1);
    test_problem problem = {
        .kernel = nt_kernel_find("mathop"), .level = {one}, .steps = 1, .hooks = &force, .n_hooks = 1};
    assert_refused(problem_plan(&plan, &problem, NULL, &why), NT_EARG, &why, "mathop");
    problem.hooks = &source;
    assert_int_equal(problem_plan(&plan, &problem, NULL, &why), NT_OK);
    nt_plan_run(plan, 1);
    assert_true(cell_get(one, 1, 2, 3) == 1 &&
                cell_get(one, 2, 2, 3) == 0); /* sin(cos 0 sin 0) = 0, and 1 added */
    nt_plan_destroy(plan);
    hooks_free(&force, 1);
    hooks_free(&source, 1);
    nt_points_destroy(points);
    nt_grid_destroy(one);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(refusals, NULL, "refusals");
    return tests_run("points_refusals");
}
