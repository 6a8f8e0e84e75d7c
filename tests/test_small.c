/*
 * test_small.c - grids of a few cells: as many threads as are worth waking, and vectors that rows fill
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "machine/machine_internal.h"
#include "nestune/wave.h"

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

/* A narrower isa, if its vectors hold a row, and never against the caller's word; rows that fill their vectors keep their isa. */
static void short_rows(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("wave");
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int64_t nx = 1; nx <= 17; nx++) {
            nt_grid *g[3];
            nt_plan *plan;
            nt_config best;
            nt_plan_options o = {.bytes = sizeof o, .steps = 1};
            assert_int_equal(nt_config_default(k, (nt_dtype)dtype, &best, NULL), NT_OK);
            grids_make(g, (nt_dtype)dtype, (int64_t[3]){nx, 5, 6}, 3, nt_kernel_radius(k, k->params));
            assert_int_equal(nt_plan_create(&plan, k, g, 3, &o, NULL), NT_OK);
            const nt_config c = *nt_plan_config(plan);
            const int lanes = nt_isa_lanes(c.isa, (nt_dtype)dtype), most = nt_isa_lanes(best.isa, (nt_dtype)dtype);
            assert_true(c.isa == best.isa || strstr(nt_plan_why(plan), "for rows this short"));
            nt_plan_destroy(plan);
            if (nx % most == 0)
                assert_int_equal(c.isa, best.isa);
            for (int isa = NT_ISA_SCALAR + 1; isa < NT_N_ISAS; isa++) {
                char text[32];
                snprintf(text, sizeof text, "isa=%s", nt_isa_name((nt_isa)isa));
                o.config = text;
                if (nt_plan_create(&plan, k, g, 3, &o, NULL) != NT_OK)
                    continue; /* not here */
                assert_int_equal(nt_plan_config(plan)->isa, isa);
                nt_plan_destroy(plan);
                const int here = nt_isa_lanes((nt_isa)isa, (nt_dtype)dtype);
                if (here >= nx) /* one vector holds the row */
                    assert_true(lanes <= here);
            }
            grids_free(g, 3);
        }
}

/* Cells that differ from each other, and coefficients for which the wave equation is stable. */
static void grids_fill(nt_grid *g[3], const int64_t n[3])
{
    for (int level = 0; level < 3; level++)
        for (int64_t j = 0; j < n[0] * n[1] * n[2]; j++)
            cell_set(g[level], j % n[0], j / n[0] % n[1], j / n[0] / n[1],
                     level == 2 ? 0.03 + 0.001 * (double)(j % 31) : (double)(j * 2654435761 % 2001) / 1000 - 1);
}

/* The field of the isa scalar, whichever isa a row's length chooses; with mirrors and without. */
static void same_bits(void **state)
{
    const int order = *(const int *)*state;
    const nt_boundary zero[NT_N_FACES] = {NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO,
                                          NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO};
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int64_t nx = order / 2; nx <= 34; nx++) { /* mirrors need as many cells as they reflect */
            const int64_t n[3] = {nx, 7, 5};
            nt_wave *w;
            nt_grid *g[2][3], *newest[2];
            assert_int_equal(nt_wave_create(&w, order, (double[3]){1, 1, 1}, NULL), NT_OK);
            if (nx % 2)
                assert_int_equal(nt_wave_absorb(w, (nt_dtype)dtype, n, zero, 0, 0.1, NULL), NT_OK);
            for (int i = 0; i < 2; i++) {
                nt_plan *plan;
                const nt_plan_options o = {.bytes = sizeof o, .steps = 3, .params = w, .config = i ? NULL : "isa=scalar"};
                grids_make(g[i], (nt_dtype)dtype, n, 3, order / 2);
                grids_fill(g[i], n);
                assert_int_equal(nt_plan_create(&plan, nt_kernel_find("wave"), g[i], 3, &o, NULL), NT_OK);
                assert_int_equal(nt_plan_run(plan, 3), NT_OK);
                newest[i] = nt_plan_newest(plan);
                nt_plan_destroy(plan);
            }
            assert_same_bits(newest[0], newest[1], "short rows");
            grids_free(g[0], 3);
            grids_free(g[1], 3);
            nt_wave_destroy(w);
        }
}

/* The forms of mathop that go from group to group over more rows than they take at a time. */
static void many_rows(void **state)
{
    (void)state;
    enum { NX = 141, NY = 300, PITCH = 147 };
    static double memory[2][PITCH * NY];
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int form = 0; form < 2; form++) {
            nt_grid *g[2];
            for (int i = 0; i < 2; i++) {
                nt_plan *plan;
                const nt_plan_options o = {.bytes = sizeof o, .config = i == 0 ? "variant=fused,fn=u1" : form ? "variant=fused,fn=p6" : "variant=fused,fn=p4"};
                assert_int_equal(nt_grid_wrap(&g[i], (nt_dtype)dtype, (int64_t[3]){NX, NY, 1},
                                              (int64_t[3]){1, PITCH, PITCH * NY}, 0, memory[i], NULL), NT_OK);
                for (int64_t j = 0; j < NX * NY; j++)
                    cell_set(g[i], j % NX, j / NX, 0, (double)(j * 2654435761 % 20011) / 997 - 10);
                assert_int_equal(nt_plan_create(&plan, nt_kernel_find("mathop"), &g[i], 1, &o, NULL), NT_OK);
                assert_int_equal(nt_plan_run(plan, 1), NT_OK);
                nt_plan_destroy(plan);
            }
            assert_same_bits(g[0], g[1], "many rows");
            nt_grid_destroy(g[0]);
            nt_grid_destroy(g[1]);
        }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(threads, NULL, "threads");
    tests_add(short_rows, NULL, "short-rows");
    static const int orders[] = {2, 4, 8};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        tests_add(same_bits, &orders[i], "same-bits/o%d", orders[i]);
    tests_add(many_rows, NULL, "many-rows");
    return tests_run("small");
}
