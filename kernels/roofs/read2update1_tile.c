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

#define STREAMED(T, name, unroll) NT_MAP_TILE_STORE(T, name, unroll, update_##T, T##_stream, simd_fence())
#define TILES(T)                                 \
    NT_MAP_TILE(T, plain_##T##_1, 1, update_##T) \
    NT_MAP_TILE(T, plain_##T##_4, 4, update_##T) \
    STREAMED(T, stream_##T##_1, 1)               \
    STREAMED(T, stream_##T##_4, 4)
TILES(f64)
TILES(f32)

#define ENTRIES(variant, T, code) {#variant, code, 1, 1, variant##_##T##_1}, {#variant, code, 4, 1, variant##_##T##_4}
const nt_tile NT_TILES(read2update1)[] = {
    ENTRIES(plain, f64, NT_F64),  ENTRIES(plain, f32, NT_F32),
    ENTRIES(stream, f64, NT_F64), ENTRIES(stream, f32, NT_F32),
    {0},
};
