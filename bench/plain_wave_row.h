/*
 * plain_wave_row.h - a row of the wave equation as a plain C loop, for one type and order
 * SPDX-License-Identifier: MIT
 *
 * Included once for each type T and radius M, with NAME(f), the name of a function for them.  The compiler knows M, as in a loop written for
 * one order.
 */
#ifndef WEIGHTS_1
#define WEIGHTS_1 -6, 1
#define WEIGHTS_2 -7.5, 4.0 / 3, -1.0 / 12
#define WEIGHTS_4 -205.0 / 24, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560
#endif

static const T NAME(weights)[M + 1] = {JOIN(WEIGHTS, M)};

/* Row y of plane z, of nx cells: u+ = 2u - u- + C (c0 u + sum over k of c_k (six neighbours k cells away)), u+ over u-. */
static inline void NAME(row)(long nx, long sy, long sz, T *restrict next, const T *restrict u, const T *restrict c,
                             long y, long z)
{
    const T *const w = NAME(weights);
    const long first = (z + M) * sz + (y + M) * sy + M, end = first + nx;
#pragma omp simd
    for (long i = first; i < end; i++) {
        T sum = w[0] * u[i];
#pragma GCC unroll 8
        for (int k = 1; k <= M; k++)
            sum +=
                w[k] * (u[i - k] + u[i + k] + u[i - k * sy] + u[i + k * sy] + u[i - k * sz] + u[i + k * sz]);
        next[i] = 2 * u[i] - next[i] + c[i] * sum;
    }
}
