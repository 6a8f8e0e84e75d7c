/*
 * beside_plain.c - the kernel, as tuned, beside the same as plain C with OpenMP
 * SPDX-License-Identifier: MIT
 *
 *     beside_plain [CELLS [STEPS]]       cubes of so many cells a side (256), so many steps a run (16); f32
 *
 * Both run in turn, eleven times; the medians are printed.  Plain C is compiled with -O3 -march=native.
 */
#include <nestune/author.h>
#include <nestune/nestune.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "heat27.h"

extern const nt_module nt_module_heat27;
enum { ROUNDS = 11 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A cube of n cells a side with one more cell on each side. */
static void plain_step(const float *restrict u, float *restrict new, const float *restrict k, const float *restrict q, long n,
                       float dt)
{
    const long sy = n + 2, sz = (n + 2) * (n + 2);
    const float face = 14.0f / 30, edge = 3.0f / 30, corner = 1.0f / 30, centre = -128.0f / 30;
#pragma omp parallel for
    for (long z = 1; z <= n; z++)
        for (long y = 1; y <= n; y++)
#pragma omp simd
            for (long i = z * sz + y * sy + 1; i <= z * sz + y * sy + n; i++) {
                const float faces = u[i - 1] + u[i + 1] + u[i - sy] + u[i + sy] + u[i - sz] + u[i + sz];
                const float edges = u[i - sy - 1] + u[i - sy + 1] + u[i + sy - 1] + u[i + sy + 1] + u[i - sz - 1] + u[i - sz + 1] +
                                    u[i + sz - 1] + u[i + sz + 1] + u[i - sz - sy] + u[i - sz + sy] + u[i + sz - sy] + u[i + sz + sy];
                const float corners = u[i - sz - sy - 1] + u[i - sz - sy + 1] + u[i - sz + sy - 1] + u[i - sz + sy + 1] +
                                      u[i + sz - sy - 1] + u[i + sz - sy + 1] + u[i + sz + sy - 1] + u[i + sz + sy + 1];
                const float l = face * faces + edge * edges + corner * corners + centre * u[i];
                new[i] = u[i] + dt * (k[i] * l + q[i]);
            }
}

static int by_size(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

int main(int argc, char **argv)
{
    const long n = argc > 1 ? atol(argv[1]) : 256, steps = argc > 2 ? atol(argv[2]) : 16;
    const heat27 params = {.dt = 0.1};
    const nt_plan_options options = {.bytes = sizeof options, .params = &params, .steps = steps};
    const size_t cells = (size_t)(n + 2) * (size_t)(n + 2) * (size_t)(n + 2);
    double ours_s[ROUNDS], plain_s[ROUNDS];
    float *plain[4];
    nt_grid *grid[4];
    nt_plan *plan;
    nt_error why = {""};
    if (n < 1 || n > 2000 || steps < 1 || nt_module_add(&nt_module_heat27, &why) != NT_OK)
        return fprintf(stderr, "beside_plain [CELLS [STEPS]]: cells from 1 to 2000, steps from 1.  %s\n", why.text), 2;
    for (int i = 0; i < 4; i++) {
        plain[i] = malloc(cells * sizeof(float));
        if (!plain[i] || nt_grid_create(&grid[i], NT_F32, (int64_t[3]){n, n, n}, i < 2, NULL, &why) != NT_OK)
            return fprintf(stderr, "no memory for the grids\n"), 1;
        nt_kernel_fill(nt_kernel_find("heat27"), i, 1, grid[i]);
        for (size_t c = 0; c < cells; c++)
            plain[i][c] = i == 2 ? 0.6f : (float)(c % 7) / 7;
    }
    if (nt_plan_create(&plan, nt_kernel_find("heat27"), grid, 4, &options, &why) != NT_OK)
        return fprintf(stderr, "%s\n", why.text), 1;
    for (int round = -1; round < ROUNDS; round++) { /* the first one warms up */
        const double start_s = now_s();
        nt_plan_run(plan, steps);
        const double middle_s = now_s();
        for (long s = 0; s < steps; s++)
            plain_step(plain[s & 1], plain[1 - (s & 1)], plain[2], plain[3], n, (float)params.dt);
        if (round >= 0) {
            ours_s[round] = middle_s - start_s;
            plain_s[round] = now_s() - middle_s;
        }
    }
    qsort(ours_s, ROUNDS, sizeof *ours_s, by_size);
    qsort(plain_s, ROUNDS, sizeof *plain_s, by_size);
    const double ns = 1e9 / ((double)n * (double)n * (double)n * (double)steps);
    printf("%s\nns a cell and step: nestune %.4f, plain C %.4f, %.2f times\n", nt_plan_why(plan), ours_s[ROUNDS / 2] * ns,
           plain_s[ROUNDS / 2] * ns, plain_s[ROUNDS / 2] / ours_s[ROUNDS / 2]);
}
