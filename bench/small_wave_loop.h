/*
 * small_wave_loop.h - the steps of the wave equation on a small cube, for one type T and radius M
 * SPDX-License-Identifier: MIT
 */
#define NAME(f) JOIN(JOIN(f, T), M)

#include "plain_wave_row.h"

static inline void NAME(plane)(const small_cube *cube, long z)
{
    const long side = cube->n + 2 * M;
    for (long y = 0; y < cube->n; y++)
        NAME(row)(cube->n, side, side * side, cube->older, cube->u, cube->c, y, z);
}

static void NAME(wave)(const small_cube *from, long steps)
{
    small_cube cube = *from;
    ALL_PLANES(NAME(plane), cube, steps)
}

#undef T
#undef M
#undef NAME
