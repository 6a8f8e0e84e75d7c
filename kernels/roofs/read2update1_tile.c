/*
 * read2update1_tile.c - c = c + a b, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "nestune/simd/map.h"
#include "nestune/tile.h"

#define UPDATE(T)                                                                             \
    SIMD_INLINE void update_##T(T##v *v, const int n, const map_row *row, int64_t i)          \
    {                                                                                         \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                  \
            v[u] = T##_fma(NT_MAP_COEF(T, row, 0, i, u), NT_MAP_COEF(T, row, 1, i, u), v[u]); \
    }
UPDATE(f64)
UPDATE(f32)

NT_MAP_TABLE(read2update1, "plain", update, .work = {.fma = 1, .load = 3, .store = 1})
