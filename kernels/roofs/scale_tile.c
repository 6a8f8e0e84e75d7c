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

#define STREAMED(T, name, unroll) NT_MAP_TILE_STORE(T, name, unroll, scale_##T, T##_stream, simd_fence())
#define TILES(T)                              \
    NT_MAP_TILE(T, plain_##T##_1, 1, scale_##T) \
    NT_MAP_TILE(T, plain_##T##_4, 4, scale_##T) \
    NT_MAP_TILE(T, plain_##T##_8, 8, scale_##T) \
    STREAMED(T, stream_##T##_1, 1)            \
    STREAMED(T, stream_##T##_4, 4)            \
    STREAMED(T, stream_##T##_8, 8)
TILES(f64)
TILES(f32)

#define ENTRIES(variant, T, code) \
    {#variant, code, 1, 1, variant##_##T##_1}, {#variant, code, 4, 1, variant##_##T##_4}, \
    {#variant, code, 8, 1, variant##_##T##_8}
const nt_tile NT_TILES(scale)[] = {
    ENTRIES(plain, f64, NT_F64),  ENTRIES(plain, f32, NT_F32),
    ENTRIES(stream, f64, NT_F64), ENTRIES(stream, f32, NT_F32),
    {0},
};
