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

NT_MAP_TABLE(square, "plain", square, .work = {.mul = 1, .load = 1, .store = 1})
