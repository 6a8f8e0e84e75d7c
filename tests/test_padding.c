/*
 * test_padding.c - the values in the padding of an owned grid's rows, which kernels may read, change no bit
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <math.h>

#include "view.h"

enum { EDGE = 11, STEPS = 5 };

static const char *const schedules[] = {
    "parallel=serial,depth=1",
    "parallel=inner,threads=3,depth=1,tile=16x0x0",
    "parallel=flat,threads=2,depth=1,tile=16x5x2",
    "parallel=outer,threads=2,depth=3,tile=0x5x2",
    "parallel=outer,threads=3,depth=4,tile=16x5x2",
};
enum { N_SCHEDULES = sizeof schedules / sizeof *schedules };

/* The value goes to every cell of a row, halo rows included, that is neither the row's own nor its halo. */
static void fill_padding(nt_grid *g, double value)
{
    const nt_view v = nt_view_of(g);
    for (int64_t z = -g->halo; z < g->nz + g->halo; z++)
        for (int64_t y = -g->halo; y < g->ny + g->halo; y++)
            for (int64_t x = v.first; x < v.end; x++)
                if (x < -g->halo || x >= g->nx + g->halo)
                    cell_set(g, x, y, z, value);
}

static void make(const prebuilt *s, int64_t nx, double padding, nt_grid *grid[3])
{
    const int64_t n[3] = {nx, EDGE, EDGE};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(nt_grid_create(&grid[i], s->function->dtype, n, prebuilt_radius(s), NULL, NULL),
                         NT_OK);
        nt_kernel_fill(s->kernel, i, 3, grid[i]);
        fill_padding(grid[i], padding);
    }
}

static void run(const prebuilt *s, nt_grid *grid[3], const nt_config *config)
{
    const test_problem problem = {.kernel = s->kernel,
                                  .level = {grid[0], grid[1]},
                                  .coef = {grid[2]},
                                  .params = s->params,
                                  .steps = STEPS};
    nt_plan *plan;
    nt_error why = {""};
    if (problem_plan(&plan, &problem, config, &why) != NT_OK)
        fail_msg("%s: %s", s->name, why.text);
    nt_plan_run(plan, STEPS);
    nt_plan_destroy(plan);
}

static void padding(void **state)
{
    const prebuilt *s = *state;
    static const int64_t widths[] = {8, 15, 16, 17, 31, 32, 33, 47, 64};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        nt_grid *expected[3];
        make(s, widths[w], 0, expected);
        nt_config config = prebuilt_config(s);
        run(s, expected, &config);
        for (int k = 0; k < N_SCHEDULES; k++) {
            nt_grid *got[3];
            make(s, widths[w], NAN, got);
            config = prebuilt_config(s);
            assert_int_equal(nt_config_parse(s->kernel, schedules[k], &config, NULL), NT_OK);
            run(s, got, &config);
            for (int i = 0; i < 2; i++)
                assert_same_bits(got[i], expected[i], schedules[k]);
            for (int i = 0; i < 3; i++)
                nt_grid_destroy(got[i]);
        }
        for (int i = 0; i < 3; i++)
            nt_grid_destroy(expected[i]);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    int n;
    const prebuilt *all = prebuilts(&n);
    for (int i = 0; i < n; i++)
        if (prebuilt_radius(&all[i]) > 0)
            tests_add(padding, &all[i], "%s", all[i].name);
    return tests_run("padding");
}
