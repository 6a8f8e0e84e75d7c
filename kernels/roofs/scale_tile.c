/*
 * scale_tile.c - a = s a, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "roofs/scale.h"
#include "nestune/simd/map.h"
#include "nestune/tile.h"

/* s is loaded from memory once a group; its load is free beside the field's. */
#define SCALE(T)                                                                              \
    SIMD_INLINE void scale_##T(T##v *v, const int n, const map_row *row, int64_t i)           \
    {                                                                                         \
        (void)row, (void)i;                                                                   \
        const T##v s = T##_set((T##_real)SCALE_FACTOR);                                       \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++) v[u] = T##_mul(s, v[u]);         \
    }
SCALE(f64)
SCALE(f32)

NT_MAP_TABLE(scale, "plain", scale, .work = {.mul = 1, .load = 1, .store = 1})
