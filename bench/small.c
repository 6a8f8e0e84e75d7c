/*
 * small.c - cubes of 8 to 64 cells a side, nestune beside plain C on the same number of threads
 * SPDX-License-Identifier: MIT
 *
 *   small [THREADS [STEPS [ROUNDS]]]        default: all threads, 1 step, 41 rounds
 *
 * A line for each kernel, case and type; in it for each side: microseconds of nestune's run of STEPS steps, of the plain loop's, and
 * the median of their ratios, with * where nestune took longer.  Both run in turn within a round, each about 100 us long.  nestune's
 * runs are those of a plan that chose everything itself.  The faces of the wave equation are zeros.
 *
 * Exit status: 0 done, 1 a plan could not be made, 2 bad arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind_threads.h"
#include "nestune/machine.h"
#include "nestune/nestune.h"
#include "small_loops.h"
#include "timing.h"

enum { MOST_ROUNDS = 1001, MOST_REPEATS = 4000 };

static void must(nt_status status, const nt_error *why)
{
    if (status != NT_OK) {
        fprintf(stderr, "small: %s\n", why->text);
        exit(1);
    }
}

/* Values below 1; C such that the wave equation is stable. */
static double value(int grid, long i)
{
    return grid == 2 ? 0.03 : (double)(i * 2654435761 % 2001) / 1000 - 1;
}

/* A cube in plain memory.  The caller frees it. */
static void *plain_array(nt_dtype dtype, long n, int radius, int grid)
{
    const long side = n + 2 * radius;
    char *a = calloc((size_t)(side * side * side), nt_dtype_bytes(dtype));
    if (!a)
        exit(1);
    for (long i = 0; i < n * n * n; i++) {
        const long at = (i / n / n + radius) * side * side + (i / n % n + radius) * side + i % n + radius;
        if (dtype == NT_F64)
            ((double *)(void *)a)[at] = value(grid, i);
        else
            ((float *)(void *)a)[at] = (float)value(grid, i);
    }
    return a;
}

static nt_grid *grid_of(nt_dtype dtype, long n, int radius, int grid)
{
    nt_grid *g;
    nt_error why;
    must(nt_grid_create(&g, dtype, (int64_t[3]){n, n, n}, radius, NULL, &why), &why);
    for (long i = 0; i < n * n * n; i++) {
        void *cell = nt_grid_cell(g, i % n, i / n % n, i / n / n);
        if (dtype == NT_F64)
            *(double *)cell = value(grid, i);
        else
            *(float *)cell = (float)value(grid, i);
    }
    return g;
}

/* ns of a run, of so many of them. */
static double time_plan(nt_plan *plan, long steps, int repeats)
{
    const double start = now_ns();
    for (int i = 0; i < repeats; i++)
        nt_plan_run(plan, steps);
    return (now_ns() - start) / repeats;
}

static double time_plain(const small_loop *l, nt_dtype dtype, small_cube *cube, long steps, int repeats)
{
    const double start = now_ns();
    for (int i = 0; i < repeats; i++) {
        (dtype == NT_F64 ? l->run_f64 : l->run_f32)(cube, steps);
        if (steps % 2 && cube->older) {
            void *u = cube->u;
            cube->u = cube->older, cube->older = u;
        }
    }
    return (now_ns() - start) / repeats;
}

static void compare(const small_loop *l, nt_dtype dtype, long n, int threads, long steps, int rounds)
{
    static double ours[MOST_ROUNDS], plain[MOST_ROUNDS], ratio[MOST_ROUNDS];
    static const nt_boundary zero[NT_N_FACES] = {NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO,
                                                 NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO, NT_BOUNDARY_ZERO};
    const int count = l->radius > 0 ? 3 : 1;
    nt_error why;
    nt_wave *wave = NULL;
    nt_grid *grids[3];
    void *arrays[3] = {NULL, NULL, NULL};
    for (int i = 0; i < count; i++) {
        grids[i] = grid_of(dtype, n, l->radius, i);
        arrays[i] = plain_array(dtype, n, l->radius, i);
    }
    if (l->radius > 0) {
        must(nt_wave_create(&wave, 2 * l->radius, (double[3]){1, 1, 1}, &why), &why);
        must(nt_wave_absorb(wave, dtype, (int64_t[3]){n, n, n}, zero, 0, 0.1, &why), &why);
    }
    nt_plan *plan;
    const nt_plan_options o = {.bytes = sizeof o, .params = wave, .steps = steps, .most_threads = threads};
    must(nt_plan_create(&plan, nt_kernel_find(l->kernel), grids, count, &o, &why), &why);
    small_cube cube = {arrays[0], arrays[1], arrays[2], n, threads};
    time_plan(plan, steps, 3);
    time_plain(l, dtype, &cube, steps, 3);
    const double once = time_plan(plan, steps, 3), aim = 1e5 / once;
    const int repeats = aim < 1 ? 1 : aim > MOST_REPEATS ? MOST_REPEATS : (int)aim;
    for (int r = 0; r < rounds; r++) {
        ours[r] = time_plan(plan, steps, repeats);
        plain[r] = time_plain(l, dtype, &cube, steps, repeats);
        ratio[r] = ours[r] / plain[r];
    }
    const double middle = median(ratio, rounds);
    printf("  %ld: %.2f/%.2f %.2f%s", n, median(ours, rounds) / 1e3, median(plain, rounds) / 1e3, middle, middle > 1 ? "*" : "");
    fflush(stdout);
    nt_plan_destroy(plan);
    nt_wave_destroy(wave);
    for (int i = 0; i < count; i++) {
        nt_grid_destroy(grids[i]);
        free(arrays[i]);
    }
}

/* Argument i, a number of 1 to most. */
static long number(int argc, char **argv, int i, long usual, long most)
{
    char *end;
    const long n = argc > i ? strtol(argv[i], &end, 10) : usual;
    if (argc > i && (*end || end == argv[i] || n < 1 || n > most)) {
        fprintf(stderr, "small: %s: allowed are 1 to %ld; usage: small [THREADS [STEPS [ROUNDS]]]\n", argv[i], most);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv)
{
    static const long sides[] = {8, 12, 16, 24, 32, 48, 64};
    bind_threads(argv);
    nt_machine here;
    must(nt_machine_detect(&here), &(nt_error){"the machine cannot be read"});
    const int threads = (int)number(argc, argv, 1, here.threads_allowed, 1024);
    const long steps = number(argc, argv, 2, 1, 100000), rounds = number(argc, argv, 3, 41, MOST_ROUNDS);
    if (argc > 4) {
        fprintf(stderr, "small: too many arguments; usage: small [THREADS [STEPS [ROUNDS]]]\n");
        return 2;
    }
    printf("%s, %d threads, runs of %ld steps: side: microseconds of nestune / of plain C, ratio\n", here.uarch, threads, steps);
    for (const small_loop *l = small_loops; l->kernel; l++)
        for (int dtype = 0; dtype < NT_N_DTYPES; dtype++) {
            printf("%-6s %-2s %s", l->kernel, l->name, nt_dtype_name((nt_dtype)dtype));
            for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
                compare(l, (nt_dtype)dtype, sides[i], threads, steps, (int)rounds);
            puts("");
        }
}
