/*
 * small_loops.c - the math op and the wave equation as plain C loops, as people write them
 * SPDX-License-Identifier: MIT
 *
 * Compiled by gcc -O3 -march=native, with vectors where the loop allows them (omp simd).  The outer loop is shared if there are threads to share it with; with one thread there is no
 * parallel region.
 */
#include "small_loops.h"

#include <tgmath.h>

#define JOIN_AS_IS(a, b) a##_##b
#define JOIN(a, b)       JOIN_AS_IS(a, b)

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

static const double weights[5][5] = {[1] = {-6, 1},
                                     [2] = {-7.5, 4.0 / 3, -1.0 / 12},
                                     [4] = {-205.0 / 24, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560}};

/* The compiler knows the radius M, as in a loop written for one order. */
#define WAVE(T, M)                                                                          \
    static inline void JOIN(JOIN(wave_plane, T), M)(const small_cube *cube, long z)         \
    {                                                                                       \
        const T *restrict const u = cube->u, *restrict const c = cube->c;                   \
        T *restrict const next = cube->older;                                               \
        const long n = cube->n, sy = n + 2 * M, sz = sy * sy;                               \
        T w[M + 1];                                                                         \
        for (int k = 0; k <= M; k++)                                                        \
            w[k] = (T)weights[M][k];                                                        \
        for (long y = 0; y < n; y++) {                                                      \
            const long first = (z + M) * sz + (y + M) * sy + M;                             \
            _Pragma("omp simd") for (long i = first; i < first + n; i++)                    \
            {                                                                               \
                T sum = w[0] * u[i];                                                        \
                _Pragma("GCC unroll 8") for (int k = 1; k <= M; k++)                        \
                    sum += w[k] * (u[i - k] + u[i + k] + u[i - k * sy] + u[i + k * sy] +    \
                                   u[i - k * sz] + u[i + k * sz]);                          \
                next[i] = 2 * u[i] - next[i] + c[i] * sum;                                  \
            }                                                                               \
        }                                                                                   \
    }                                                                                       \
    static void JOIN(JOIN(wave, T), M)(const small_cube *from, long steps)                  \
    {                                                                                       \
        small_cube cube = *from;                                                            \
        ALL_PLANES(JOIN(JOIN(wave_plane, T), M), cube, steps)                               \
    }
WAVE(double, 1)
WAVE(double, 2)
WAVE(double, 4)
WAVE(float, 1)
WAVE(float, 2)
WAVE(float, 4)

const small_loop small_loops[] = {
    {"mathop", "", 0, mathop_double, mathop_float},
    {"wave", "o2", 1, wave_double_1, wave_float_1},
    {"wave", "o4", 2, wave_double_2, wave_float_2},
    {"wave", "o8", 4, wave_double_4, wave_float_4},
    {0},
};
