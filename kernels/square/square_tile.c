/*
 * square_tile.c - a = a a, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "nestune/simd/map.h"
#include "nestune/tile.h"

#define SQUARE(T)                                                                        \
    SIMD_INLINE void square_##T(T##v *v, const int n, const map_row *row, int64_t i)     \
    {                                                                                    \
        (void)row, (void)i;                                                              \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++) v[u] = T##_mul(v[u], v[u]); \
    }
SQUARE(f64)
SQUARE(f32)

NT_MAP_TILES(f64, square_f64)
NT_MAP_TILES(f32, square_f32)

#define WORK .work = {.mul = 1, .load = 1, .store = 1}
const nt_function NT_FUNCTIONS(square)[] = {
    NT_MAP_ENTRIES("plain", NT_F64, square_f64, WORK),
    NT_MAP_ENTRIES("plain", NT_F32, square_f32, WORK),
    {0},
};
