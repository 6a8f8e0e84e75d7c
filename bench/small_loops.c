/*
 * small_loops.c - the math op and the wave equation as plain C loops, as people write them
 * SPDX-License-Identifier: MIT
 *
 * Compiled by gcc -O3 -march=native, with vectors where the loop allows them (omp simd).  The outer loop is shared if there is more than
 * one thread; with one there is no parallel region.  A row of the wave equation is that of plain_wave.c.
 */
#include "small_loops.h"

#include <tgmath.h>

#include "yardstick.h"

/* Calls plane(cube, z) for all planes, `steps` times. */
#define ALL_PLANES(plane, cube, steps)                                                      \
    for (long s = 0; s < steps; s++) {                                                      \
        if ((cube).threads > 1) {                                                           \
            _Pragma("omp parallel for schedule(static) num_threads((cube).threads)")        \
            for (long z = 0; z < (cube).n; z++)                                             \
                plane(&(cube), z);                                                          \
        } else {                                                                            \
            for (long z = 0; z < (cube).n; z++)                                             \
                plane(&(cube), z);                                                          \
        }                                                                                   \
        if ((cube).older)                                                                   \
            (cube) = (small_cube){(cube).older, (cube).u, (cube).c, (cube).n, (cube).threads}; \
    }

#define MATHOP(T)                                                                           \
    static inline void JOIN(mathop_plane, T)(const small_cube *cube, long z)                \
    {                                                                                       \
        T *const a = (T *)cube->u + z * cube->n * cube->n;                                  \
        for (long i = 0; i < cube->n * cube->n; i++)                                        \
            a[i] = sin(cos(a[i]) * sin(a[i]));                                              \
    }                                                                                       \
    static void JOIN(mathop, T)(const small_cube *from, long steps)                         \
    {                                                                                       \
        small_cube cube = *from;                                                            \
        ALL_PLANES(JOIN(mathop_plane, T), cube, steps)                                      \
    }
MATHOP(double)
MATHOP(float)

#define T double
#define M 1
#include "small_wave_loop.h"
#define T double
#define M 2
#include "small_wave_loop.h"
#define T double
#define M 4
#include "small_wave_loop.h"
#define T float
#define M 1
#include "small_wave_loop.h"
#define T float
#define M 2
#include "small_wave_loop.h"
#define T float
#define M 4
#include "small_wave_loop.h"

const small_loop small_loops[] = {
    {"mathop", "", 0, mathop_double, mathop_float},
    {"wave", "o2", 1, wave_double_1, wave_float_1},
    {"wave", "o4", 2, wave_double_2, wave_float_2},
    {"wave", "o8", 4, wave_double_4, wave_float_4},
    {0},
};
