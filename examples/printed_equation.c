/*
 * printed_equation.c - example: the notebook's printed equation and the standard scheme from the same start
 * SPDX-License-Identifier: MIT
 *
 *     printed_equation > growth.txt
 *
 * Both start from the longest mode of a box of mirrors, amplitude 1 at two steps in a row.  A mode with
 * u+ = 2u - u- + C q u goes on as cosh((n + 1/2) a) / cosh(a / 2), cosh(a) = 1 + C q / 2: it grows if q > 0, and
 * with q < 0 it is a cosine.  The printed equation has q = 8 - 2 (cos + cos + cos), from 2 to 14: this mode grows
 * 1.15 times a step, and the mode that rounding errors feed, of two cells a wavelength, 1.45 times.
 *
 * Columns: step, largest amplitude by the printed equation, by the standard scheme, and what the formula says for
 * the printed one while rounding errors are still small.
 */
#include <math.h>
#include <nestune/nestune.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 40, STEPS = 250 };
static const double courant_squared = 0.01, pi = 3.14159265358979323846;

typedef struct run {
    nt_wave *wave;
    nt_grid *grids[3]; /* the field at two times, and the medium */
    nt_plan *plan;
} run;

static void must(nt_status status, const nt_error *why)
{
    if (status != NT_OK) {
        fprintf(stderr, "printed_equation: %s\n", why->text);
        exit(EXIT_FAILURE);
    }
}

/* The wave is set already. */
static void start(run *r)
{
    nt_error why;
    for (int i = 0; i < 3; i++)
        must(nt_grid_create(&r->grids[i], NT_F64, (const int64_t[3]){N, N, N}, i < 2 ? 1 : 0, NULL, &why),
             &why);
    double s[N]; /* the walls lie one cell outside, at -1 and N */
    for (int i = 0; i < N; i++)
        s[i] = sin(pi * (i + 1) / (N + 1)) / sin(pi * (N / 2) / (N + 1));
    for (int z = 0; z < N; z++)
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++) {
                for (int i = 0; i < 2; i++)
                    *(double *)nt_grid_cell(r->grids[i], x, y, z) = s[x] * s[y] * s[z];
                *(double *)nt_grid_cell(r->grids[2], x, y, z) = courant_squared;
            }
    const nt_plan_options options = {sizeof options, .params = r->wave, .steps = 1};
    must(nt_plan_create(&r->plan, nt_kernel_find("wave"), r->grids, 3, &options, &why), &why);
}

static double largest(const run *r)
{
    const nt_grid *u = nt_plan_newest(r->plan);
    double most = 0;
    for (int z = 0; z < N; z++)
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++)
                most = fmax(most, fabs(*(double *)nt_grid_cell(u, x, y, z)));
    return most;
}

static void finish(run *r)
{
    nt_plan_destroy(r->plan);
    for (int i = 0; i < 3; i++)
        nt_grid_destroy(r->grids[i]);
    nt_wave_destroy(r->wave);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        return fputs("usage: printed_equation\n", stderr), 2;
    static run printed, standard;
    nt_error why;
    must(nt_wave_create_printed(&printed.wave, &why), &why);
    must(nt_wave_create(&standard.wave, 2, (double[3]){1, 1, 1}, &why), &why);
    start(&printed);
    start(&standard);
    const double q = 8 - 6 * cos(pi / (N + 1)), a = acosh(1 + courant_squared * q / 2);
    puts("# step  printed  standard  predicted");
    for (int n = 0; n <= STEPS; n++) {
        printf("%d %.12e %.12e %.12e\n", n, largest(&printed), largest(&standard),
               cosh((n + 0.5) * a) / cosh(a / 2));
        nt_plan_run(printed.plan, 1);
        nt_plan_run(standard.plan, 1);
    }
    finish(&printed);
    finish(&standard);
    const int failed = ferror(stdout);
    if (fclose(stdout) || failed)
        return fputs("printed_equation: the output cannot be written\n", stderr), EXIT_FAILURE;
    return EXIT_SUCCESS;
}
