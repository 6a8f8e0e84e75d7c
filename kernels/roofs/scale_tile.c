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

#define FORMS(T, n)                                                                           \
    NT_MAP_TILE(T, plain_##T##_##n, n, scale_##T)                                             \
    NT_MAP_TILE_STORE(T, stream_##T##_##n, n, scale_##T, T##_stream, simd_fence())
FORMS(f64, 1)
FORMS(f64, 4)
FORMS(f64, 8)
FORMS(f32, 1)
FORMS(f32, 4)
FORMS(f32, 8)

#define WORK .work = {.mul = 1, .load = 1, .store = 1}
#define ENTRIES(T, code, n)                              \
    NT_TILE("plain", code, "u" #n, plain_##T##_##n, WORK), \
    NT_TILE("plain", code, "s" #n, stream_##T##_##n, WORK)
const nt_function NT_FUNCTIONS(scale)[] = {
    ENTRIES(f64, NT_F64, 1), ENTRIES(f64, NT_F64, 4), ENTRIES(f64, NT_F64, 8),
    ENTRIES(f32, NT_F32, 1), ENTRIES(f32, NT_F32, 4), ENTRIES(f32, NT_F32, 8), {0},
};
