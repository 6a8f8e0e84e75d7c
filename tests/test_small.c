/*
 * test_small.c - grids of a few cells: as many threads as are worth waking, and vectors that rows fill
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "machine/machine_internal.h"

static void grids_make(nt_grid *g[3], nt_dtype dtype, const int64_t n[3], int count, int halo)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(nt_grid_create(&g[i], dtype, n, halo, NULL, NULL), NT_OK);
}

static void grids_free(nt_grid *g[3], int count)
{
    for (int i = 0; i < count; i++)
        nt_grid_destroy(g[i]);
}

static int threads_on(const char *kernel, int64_t n)
{
    const nt_kernel *k = nt_kernel_find(kernel);
    nt_grid *g[3];
    nt_plan *plan;
    const int count = strcmp(kernel, "wave") == 0 ? 3 : 1;
    const nt_plan_options o = {.bytes = sizeof o, .steps = 1, .config = "parallel=outer,depth=1,tile=0x0x0"};
    grids_make(g, NT_F32, (int64_t[3]){n, n, n}, count, count == 3 ? nt_kernel_radius(k, k->params) : 0);
    assert_int_equal(nt_plan_create(&plan, k, g, count, &o, NULL), NT_OK);
    const int threads = nt_plan_config(plan)->threads;
    nt_plan_destroy(plan);
    grids_free(g, count);
    return threads;
}

/* Half a thousand cells take less time than waking a thread; of a kernel with more work, fewer cells are worth it. */
static void threads(void **state)
{
    (void)state;
    assert_int_equal(threads_on("mathop", 8), 1);
    assert_int_equal(threads_on("wave", 8), 1);
    assert_int_equal(threads_on("square", 16), 1);
    assert_true(threads_on("square", 32) <= threads_on("mathop", 32));
    const int allowed = nt_machine_here()->threads_allowed;
    assert_true(threads_on("mathop", 64) >= (allowed < 4 ? allowed : 4));
}

/* A narrower isa, if its vectors hold a row: with the same bits, and never against the caller's word. */
static void short_rows(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("wave");
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int64_t nx = 1; nx <= 17; nx++) {
            const int64_t n[3] = {nx, 5, 6};
            nt_grid *g[3];
            nt_plan *plan;
            nt_plan_options o = {.bytes = sizeof o, .steps = 1};
            grids_make(g, (nt_dtype)dtype, n, 3, nt_kernel_radius(k, k->params));
            assert_int_equal(nt_plan_create(&plan, k, g, 3, &o, NULL), NT_OK);
            const nt_config c = *nt_plan_config(plan);
            const int lanes = nt_isa_lanes(c.isa, (nt_dtype)dtype);
            nt_plan_destroy(plan);
            char text[32];
            for (int isa = NT_ISA_SCALAR + 1; isa < NT_N_ISAS; isa++) {
                snprintf(text, sizeof text, "isa=%s", nt_isa_name((nt_isa)isa));
                o.config = text;
                if (nt_plan_create(&plan, k, g, 3, &o, NULL) != NT_OK)
                    continue;
                assert_int_equal(nt_plan_config(plan)->isa, isa);
                nt_plan_destroy(plan);
                const int here = nt_isa_lanes((nt_isa)isa, (nt_dtype)dtype);
                if (lanes > 1 && here < lanes) /* a narrower one would not have held the row */
                    assert_true(here < nx || 2 * nx > lanes);
            }
            grids_free(g, 3);
        }
}

/* The same field, whichever isa a row's length chooses. */
static void same_bits(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("wave");
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int64_t nx = 1; nx <= 17; nx += 1) {
            const int64_t n[3] = {nx, 7, 5};
            nt_grid *g[2][3], *newest[2];
            for (int i = 0; i < 2; i++) {
                nt_plan *plan;
                const nt_plan_options o = {.bytes = sizeof o, .steps = 3, .config = i ? NULL : "isa=scalar"};
                grids_make(g[i], (nt_dtype)dtype, n, 3, nt_kernel_radius(k, k->params));
                for (int level = 0; level < 3; level++)
                    for (int64_t j = 0; j < nx * 7 * 5; j++)
                        cell_set(g[i][level], j % nx, j / nx % 7, j / nx / 7,
                                 level == 2 ? 0.03 + 0.001 * (double)(j % 31) : (double)(j * 2654435761 % 2001) / 1000 - 1);
                assert_int_equal(nt_plan_create(&plan, k, g[i], 3, &o, NULL), NT_OK);
                assert_int_equal(nt_plan_run(plan, 3), NT_OK);
                newest[i] = nt_plan_newest(plan);
                nt_plan_destroy(plan);
            }
            assert_same_bits(newest[0], newest[1], "short rows");
            grids_free(g[0], 3);
            grids_free(g[1], 3);
        }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(threads, NULL, "threads");
    tests_add(short_rows, NULL, "short-rows");
    tests_add(same_bits, NULL, "same-bits");
    return tests_run("small");
}
