/*
 * plain_shared.c - the loops of plain.c and plain_wave.c as a shared library, for Python to call on its arrays
 * SPDX-License-Identifier: MIT
 *
 * scripts/peers compiles it by gcc and by clang, with -O3 -march=native -ffast-math -fopenmp.
 */
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

#include "nestune/philox.h"
#include "yardstick.h"

enum { STRETCH = 256 };

#define T double
#include "plain_loop.h"
#define T float
#include "plain_loop.h"

/* The weights, as in plain_wave.c. */
#define WEIGHTS_1 -6, 1
#define WEIGHTS_4 -205.0 / 24, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560

#define T         float
#define M         1
#include "plain_wave_loop.h"
#define T float
#define M 4
#include "plain_wave_loop.h"

/* Called by the loops' own clocks alone, which nobody here calls. */
double now_s(void)
{
    return 0;
}

double memory_available(void)
{
    return 0;
}

void mathop(int f64, int split, long nx, long ny, long nz, int threads, void *a)
{
    const problem p = {.nx = nx, .ny = ny, .nz = nz, .threads = threads};
    if (f64)
        (split ? split_double : plain_double)(&p, a);
    else
        (split ? split_float : plain_float)(&p, a);
}

/* The arrays have a halo of `radius` (1 or 4) cells.  After an odd number of steps the newest is in older. */
void wave(int radius, int blocked, long nx, long ny, long nz, int threads, int steps, float *u, float *older,
          const float *c)
{
    const long sy = nx + 2 * radius;
    const problem p = {.nx = nx,
                       .ny = ny,
                       .nz = nz,
                       .sy = sy,
                       .sz = sy * (ny + 2 * radius),
                       .threads = threads,
                       .block = 32};
    for (int s = 0; s < steps; s++) {
        if (radius == 1)
            (blocked ? blocked_float_1 : plain_float_1)(&p, older, u, c);
        else
            (blocked ? blocked_float_4 : plain_float_4)(&p, older, u, c);
        float *const newest = older;
        older = u;
        u = newest;
    }
}
