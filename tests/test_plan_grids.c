/*
 * test_plan_grids.c - a plan on other grids, grids that are mapped, and waves that a plan has fixed
 * SPDX-License-Identifier: MIT
 */
#include "shot_fixture.h"

enum { FIRST = 13, SECOND = 22 }; /* steps: an odd number on the first grids */

/* ---- Other grids ------------------------------------------------------------------------------------------- */

/* The same cells with gaps between rows and planes, the first row of each on an odd element. */
static void wrap(operand padded[3], nt_grid *grids[3], nt_dtype dtype)
{
    static const layout gaps = {.name = "gaps", .sx = 1, .row_gap = 5, .plane_gap = 11, .lead = 1, .skew = 3};
    for (int i = 0; i < 3; i++) {
        operand_make(&padded[i], dtype, shot_cells, i < 2 ? SHOT_ORDER / 2 : 0, &gaps, i);
        padded[i].kept = i < 2 ? SHOT_ORDER / 2 : 0;
        grids[i] = padded[i].grid;
    }
}

static void copy_cells(nt_grid *to, const nt_grid *from)
{
    const int64_t *n = shot_cells;
    for (int64_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int64_t x = i % n[0], y = i / n[0] % n[1], z = i / n[0] / n[1];
        cell_set(to, x, y, z, cell_get(from, x, y, z));
    }
}

/* Owned, then wrapped with gaps, then owned again: as one run on one set of grids. */
static void other_grids(void **state)
{
    const nt_dtype dtype = *(const nt_dtype *)*state;
    static shot s;
    static shot_truth alone;
    nt_grid *owned[3], *views[3];
    operand padded[3];
    nt_error why;
    shot_make(&s);
    shot_alone(&s, dtype, FIRST + SECOND + FIRST, &alone);
    shot_grids(owned, dtype);
    wrap(padded, views, dtype);
    nt_plan *plan = shot_plan(&s, owned, SHOT_SCHEDULE "depth=4");
    assert_int_equal(nt_plan_run(plan, FIRST), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), owned[1]);

    copy_cells(views[0], owned[1]);
    copy_cells(views[1], owned[0]);
    copy_cells(views[2], owned[2]);
    for (int i = 0; i < 3; i++)
        operand_snapshot(&padded[i]);
    assert_int_equal(nt_plan_set_grids(plan, views, 3, &why), NT_OK);
    assert_int_equal(nt_plan_time(plan), FIRST);
    assert_ptr_equal(nt_plan_newest(plan), views[0]);
    assert_int_equal(nt_plan_run(plan, SECOND - 1), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), views[1]);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_ptr_equal(nt_plan_newest(plan), views[0]);
    for (int i = 0; i < 3; i++)
        operand_check(&padded[i], i < 2, "the gaps");

    copy_cells(owned[0], views[0]);
    copy_cells(owned[1], views[1]);
    assert_int_equal(nt_plan_set_grids(plan, owned, 3, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, FIRST), NT_OK);
    assert_int_equal(nt_plan_time(plan), FIRST + SECOND + FIRST);
    assert_same_bits(nt_plan_newest(plan), alone.newest, "on three sets of grids");
    assert_same_traces(s.traces, alone.traces, 0, FIRST + SECOND + FIRST, "on three sets of grids");
    nt_plan_destroy(plan);
    for (int i = 0; i < 3; i++)
        operand_free(&padded[i]);
    grids_free(owned);
    grids_free(alone.grids);
    shot_free(&s);
}

/* Pointwise kernels take any stride, and go on with the fast way where cells are contiguous again. */
static void other_strides(void **state)
{
    (void)state;
    static const int64_t n[3] = {19, 5, 4};
    const nt_kernel *kernel = nt_kernel_find("mathop");
    nt_error why;
    for (int l = 0; l < n_layouts; l++) {
        operand first, other;
        nt_plan *plan;
        nt_grid *truth;
        assert_int_equal(nt_grid_create(&truth, NT_F64, n, 0, NULL, &why), NT_OK);
        operand_make(&first, NT_F64, n, 0, &layouts[0], 0);
        operand_make(&other, NT_F64, n, 0, &layouts[l], 0);
        nt_kernel_fill(kernel, 0, 1, truth);
        nt_kernel_fill(kernel, 0, 1, first.grid);
        nt_kernel_fill(kernel, 0, 1, other.grid);
        operand_snapshot(&first);
        operand_snapshot(&other);
        assert_int_equal(nt_run("mathop", truth, 2, &why), NT_OK);
        assert_int_equal(nt_plan_create(&plan, kernel, &first.grid, 1, NULL, &why), NT_OK);
        assert_int_equal(nt_plan_set_grids(plan, &other.grid, 1, &why), NT_OK);
        assert_int_equal(nt_plan_run(plan, 2), NT_OK);
        operand_check(&first, false, "the grid that was left");
        operand_check(&other, true, layouts[l].name);
        assert_same_bits(other.grid, truth, layouts[l].name);
        assert_int_equal(nt_plan_set_grids(plan, &first.grid, 1, &why), NT_OK);
        assert_int_equal(nt_plan_run(plan, 2), NT_OK);
        assert_same_bits(first.grid, truth, layouts[l].name);
        assert_int_equal(nt_plan_time(plan), 4);
        nt_plan_destroy(plan);
        operand_free(&first);
        operand_free(&other);
        nt_grid_destroy(truth);
    }
}

static void set_refused(nt_plan *plan, nt_grid *const grids[], int n, nt_status status, const char *part)
{
    nt_error why;
    nt_grid *newest = nt_plan_newest(plan);
    assert_refused(nt_plan_set_grids(plan, grids, n, &why), status, &why, part);
    assert_int_equal(nt_plan_set_grids(plan, grids, n, NULL), status);
    assert_ptr_equal(nt_plan_newest(plan), newest);
}

/* Each kind of wrong grid, one after the other; the plan then continues as before. */
static void refusals(void **state)
{
    (void)state;
    enum { STEPS = 20 };
    static const int64_t larger[3] = {27, 21, 18};
    static const layout strided = {.name = "stride 2", .sx = 2};
    static shot s;
    static shot_truth alone;
    nt_grid *grids[3], *narrow[3], *others[3], *bare;
    operand wide;
    nt_error why;
    shot_make(&s);
    shot_alone(&s, NT_F64, STEPS, &alone);
    shot_grids(grids, NT_F64);
    shot_grids(narrow, NT_F32);
    for (int i = 0; i < 3; i++)
        assert_int_equal(nt_grid_create(&others[i], NT_F64, larger, 2, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_create(&bare, NT_F64, shot_cells, 1, NULL, &why), NT_OK);
    operand_make(&wide, NT_F64, shot_cells, 2, &strided, 0);
    nt_plan *plan = shot_plan(&s, grids, SHOT_SCHEDULE "depth=3");
    assert_int_equal(nt_plan_run(plan, 7), NT_OK);
    set_refused(plan, NULL, 3, NT_EARG, "NULL");
    set_refused(plan, grids, 2, NT_EARG, "2 grids");
    set_refused(plan, (nt_grid *const[]){grids[0], NULL, grids[2]}, 3, NT_EARG, "grid 1 is NULL");
    set_refused(plan, narrow, 3, NT_EDTYPE, "f32");
    set_refused(plan, (nt_grid *const[]){grids[0], narrow[1], grids[2]}, 3, NT_EDTYPE, "grid 1");
    set_refused(plan, others, 3, NT_ESHAPE, "27x21x18");
    set_refused(plan, (nt_grid *const[]){bare, grids[1], grids[2]}, 3, NT_ESHAPE, "halo of 1");
    set_refused(plan, (nt_grid *const[]){grids[0], grids[0], grids[2]}, 3, NT_EARG, "overlap");
    set_refused(plan, (nt_grid *const[]){grids[0], wide.grid, grids[2]}, 3, NT_ESTRIDE, "stride 2 in x");
    assert_refused(nt_plan_set_grids(NULL, grids, 3, &why), NT_EARG, &why, "NULL");
    assert_int_equal(nt_plan_time(plan), 7);
    assert_int_equal(nt_plan_run(plan, STEPS - 7), NT_OK);
    assert_same_bits(nt_plan_newest(plan), alone.newest, "after refusals");
    assert_same_traces(s.traces, alone.traces, 0, STEPS, "after refusals");
    nt_plan_destroy(plan);

    /* A grid for the result is a grid more. */
    nt_grid *const two[] = {others[0], others[1]};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("mathop"), two, 1, NULL, &why), NT_OK);
    set_refused(plan, two, 2, NT_EARG, "2 grids, the plan is made for 1");
    nt_plan_destroy(plan);
    operand_free(&wide);
    nt_grid_destroy(bare);
    grids_free(others);
    grids_free(narrow);
    grids_free(grids);
    grids_free(alone.grids);
    shot_free(&s);
}

/* ---- Grids of any layout -------------------------------------------------------------------------------------- */

static nt_grid *any_grid(const int64_t n[3], int halo)
{
    const nt_grid_options options = {.bytes = sizeof options, .any_layout = true};
    nt_grid *g;
    nt_error why;
    if (nt_grid_create(&g, NT_F64, n, halo, &options, &why) != NT_OK)
        fail_msg("%s", why.text);
    return g;
}

static double *mapped_cell(const nt_cells *c, int64_t x, int64_t y, int64_t z)
{
    return (double *)c->cells + x * c->stride[0] + y * c->stride[1] + z * c->stride[2];
}

static void maps(void **state)
{
    (void)state;
    static const int64_t n[3] = {9, 4, 3};
    const nt_kernel *kernel = nt_kernel_find("square");
    nt_grid *g = any_grid(n, 1), *const list[] = {g};
    nt_plan *plan;
    nt_cells c;
    nt_error why;
    assert_null(nt_grid_cell(g, 0, 0, 0));
    assert_int_equal(nt_grid_map(g, &c, &why), NT_OK);
    assert_true(c.dtype == NT_F64 && c.halo == 1 && memcmp(c.n, n, sizeof n) == 0);
    for (int64_t z = -1; z <= n[2]; z++)
        for (int64_t y = -1; y <= n[1]; y++)
            for (int64_t x = -1; x <= n[0]; x++) {
                assert_ptr_equal(nt_grid_cell(g, x, y, z), mapped_cell(&c, x, y, z));
                assert_true(*mapped_cell(&c, x, y, z) == 0);
            }
    *mapped_cell(&c, 3, 2, 1) = 3;
    assert_refused(nt_plan_create(&plan, kernel, list, 1, NULL, &why), NT_EARG, &why, "grid 0 is mapped");
    assert_null(plan);
    nt_grid_unmap(g);
    assert_null(nt_grid_cell(g, 3, 2, 1));

    assert_int_equal(nt_plan_create(&plan, kernel, list, 1, NULL, &why), NT_OK);
    assert_int_equal(nt_grid_map(g, &c, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_EARG);
    assert_int_equal(nt_plan_time(plan), 0);
    assert_true(*mapped_cell(&c, 3, 2, 1) == 3);
    assert_refused(nt_plan_set_grids(plan, list, 1, &why), NT_EARG, &why, "grid 0 is mapped");
    nt_grid_unmap(g);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    assert_int_equal(nt_grid_map(g, &c, &why), NT_OK);
    assert_true(*mapped_cell(&c, 3, 2, 1) == 9);
    nt_grid_unmap(g);
    nt_plan_destroy(plan);

    assert_refused(nt_grid_map(NULL, &c, &why), NT_EARG, &why, "grid");
    assert_refused(nt_grid_map(g, NULL, &why), NT_EARG, &why, "NULL");
    assert_null(nt_grid_cell(g, 0, 0, 0)); /* a map that is refused changes nothing */
    nt_grid_unmap(NULL);
    nt_grid_destroy(g);
}

/* A grid in rows is reached at any time, mapped or not, and runs while it is mapped. */
static void maps_rows(void **state)
{
    (void)state;
    double cells[24];
    static const int64_t n[3] = {4, 3, 2}, strides[3] = {6, -2, 1};
    nt_grid *g;
    nt_cells c;
    nt_error why;
    for (int i = 0; i < 24; i++)
        cells[i] = 0.5;
    assert_int_equal(nt_grid_wrap(&g, NT_F64, n, strides, 0, cells + 4, &why), NT_OK);
    assert_ptr_equal(nt_grid_cell(g, 0, 0, 0), cells + 4);
    assert_int_equal(nt_grid_map(g, &c, &why), NT_OK);
    assert_memory_equal(c.stride, strides, sizeof strides);
    assert_ptr_equal(c.cells, cells + 4);
    assert_int_equal(nt_run("square", g, 1, &why), NT_OK);
    for (int i = 0; i < 24; i++)
        assert_true(cells[i] == 0.25);
    nt_grid_unmap(g);
    assert_ptr_equal(nt_grid_cell(g, 3, 2, 1), cells + 4 + 18 - 4 + 1);
    nt_grid_destroy(g);
}

/* The library's own writers of cells do not need a map. */
static void fills_any_layout(void **state)
{
    (void)state;
    static const int64_t n[3] = {5, 4, 3};
    nt_grid *any = any_grid(n, 0), *rows;
    nt_wave *wave;
    nt_cells c;
    nt_error why;
    assert_int_equal(nt_grid_create(&rows, NT_F64, n, 0, NULL, &why), NT_OK);
    assert_int_equal(nt_wave_create(&wave, 2, unit, &why), NT_OK);
    nt_kernel_fill(nt_kernel_find("wave"), 2, 9, any); /* positive */
    nt_kernel_fill(nt_kernel_find("wave"), 2, 9, rows);
    assert_int_equal(nt_wave_medium(wave, any, 0.5, &why), NT_OK);
    assert_int_equal(nt_wave_medium(wave, rows, 0.5, &why), NT_OK);
    assert_int_equal(nt_grid_map(any, &c, &why), NT_OK);
    assert_same_bits(any, rows, "any layout and rows");
    assert_true(*mapped_cell(&c, 1, 1, 1) > 0);
    nt_grid_unmap(any);
    nt_grid_destroy(any);
    nt_grid_destroy(rows);
    nt_wave_destroy(wave);
}

/* ---- Waves ---------------------------------------------------------------------------------------------------- */

static void expect(nt_status got, nt_status expected, const nt_error *why)
{
    if (expected == NT_OK)
        assert_int_equal(got, NT_OK);
    else
        assert_refused(got, expected, why, "a plan has been made with this wave");
}

/* Each way of changing a wave. */
static void change(nt_wave *wave, nt_status expected)
{
    static const nt_boundary open[NT_N_FACES] = {[NT_FACE_X_HIGH] = NT_BOUNDARY_ABSORBING};
    double factors[26], weights[SHOT_ORDER / 2 + 1];
    const void *const damping[3] = {factors};
    nt_error why = {""};
    for (int i = 0; i < 26; i++)
        factors[i] = 1 - 0.001 * i;
    assert_int_equal(nt_wave_weights(SHOT_ORDER, weights), NT_OK);
    expect(nt_wave_absorb(wave, NT_F64, shot_cells, open, 4, 0.3, &why), expected, &why);
    expect(nt_wave_damp(wave, NT_F64, shot_cells, damping, &why), expected, &why);
    expect(nt_wave_set_weights(wave, weights, &why), expected, &why);
}

/* A wave may change until a plan is created with it, and never after, even if the plan is destroyed. */
static void waves_are_fixed(void **state)
{
    (void)state;
    static shot s;
    nt_grid *grids[3];
    nt_error why;
    shot_make(&s);
    shot_grids(grids, NT_F64);
    change(s.wave, NT_OK);
    nt_plan *plan = shot_plan(&s, grids, NULL);
    change(s.wave, NT_EARG);
    nt_plan_destroy(plan);
    change(s.wave, NT_EARG);

    /* Layers for other grids are refused with the plan. */
    nt_wave *other;
    static const nt_boundary open[NT_N_FACES] = {[NT_FACE_X_HIGH] = NT_BOUNDARY_ABSORBING};
    assert_int_equal(nt_wave_create(&other, SHOT_ORDER, unit, &why), NT_OK);
    assert_int_equal(nt_wave_absorb(other, NT_F32, shot_cells, open, 4, 0.3, &why), NT_OK);
    const nt_plan_options options = {.bytes = sizeof options, .params = other};
    assert_refused(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why), NT_ESHAPE, &why,
                   "26 f32 cells in x");
    change(other, NT_OK); /* no plan came of it */

    /* So it is if the plan is refused for another reason, after the wave was accepted. */
    const nt_plan_options no_config = {.bytes = sizeof no_config, .params = other, .config = "depth=0"};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &no_config, &why), NT_ECONFIG);
    change(other, NT_OK);
    nt_wave_destroy(other);
    grids_free(grids);
    shot_free(&s);
}

/* The caller's factors are copied, and damp. */
static void damps(void **state)
{
    (void)state;
    nt_grid *grids[3];
    nt_wave *wave;
    nt_plan *plan;
    nt_error why;
    double factors[26];
    for (int i = 0; i < 26; i++)
        factors[i] = i < 20 ? 1 : 0.5;
    shot_grids(grids, NT_F64);
    cell_set(grids[0], 10, 9, 9, 1);
    cell_set(grids[0], 22, 9, 9, 1);
    assert_int_equal(nt_wave_create(&wave, SHOT_ORDER, unit, &why), NT_OK);
    const void *const damping[3] = {factors};
    assert_int_equal(nt_wave_damp(wave, NT_F64, shot_cells, damping, &why), NT_OK);
    memset(factors, 0xff, sizeof factors);
    const nt_plan_options options = {.bytes = sizeof options, .params = wave};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 1), NT_OK);
    const nt_grid *u = nt_plan_newest(plan);
    const double inner = 2 - 7.5 * cell_get(grids[2], 10, 9, 9),
                 outer = 2 - 7.5 * cell_get(grids[2], 22, 9, 9);
    assert_near(cell_get(u, 10, 9, 9), inner, 1e-14, "undamped", SHOT_ORDER);
    assert_near(cell_get(u, 22, 9, 9), 0.5 * outer, 1e-14, "damped", SHOT_ORDER);
    nt_plan_destroy(plan);

    assert_refused(nt_wave_damp(NULL, NT_F64, shot_cells, damping, &why), NT_EARG, &why, "wave");
    nt_wave *fresh;
    assert_int_equal(nt_wave_create(&fresh, SHOT_ORDER, unit, &why), NT_OK);
    assert_refused(nt_wave_damp(fresh, NT_N_DTYPES, shot_cells, damping, &why), NT_EARG, &why, "type");
    assert_refused(nt_wave_damp(fresh, NT_F64, NULL, damping, &why), NT_EARG, &why, "cells");
    assert_refused(nt_wave_damp(fresh, NT_F64, shot_cells, NULL, &why), NT_EARG, &why, "factors");
    assert_refused(nt_wave_damp(fresh, NT_F64, (const int64_t[3]){0, 1, 1}, damping, &why), NT_ESHAPE, &why,
                   "in x");
    assert_refused(nt_wave_set_weights(fresh, NULL, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_wave_set_weights(NULL, (const double[3]){0}, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_wave_set_weights(fresh, (const double[3]){-2, NAN, 1}, &why), NT_EARG, &why,
                   "weight 1");
    nt_wave_destroy(fresh);
    nt_wave_destroy(wave);
    grids_free(grids);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    static const nt_dtype dtypes[] = {NT_F32, NT_F64};
    for (int d = 0; d < 2; d++)
        tests_add(other_grids, &dtypes[d], "set-grids/%s", nt_dtype_name(dtypes[d]));
    tests_add(other_strides, NULL, "set-grids/strides");
    tests_add(refusals, NULL, "set-grids/refusals");
    tests_add(maps, NULL, "map");
    tests_add(maps_rows, NULL, "map/rows");
    tests_add(fills_any_layout, NULL, "map/fill");
    tests_add(waves_are_fixed, NULL, "wave/fixed");
    tests_add(damps, NULL, "wave/damp");
    return tests_run("plan_grids");
}
