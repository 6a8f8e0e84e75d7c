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

#define PLAIN(T, n)  NT_MAP_TILE(T, plain_##T##_##n, n, square_##T)
#define STREAM(T, n) NT_MAP_TILE_STORE(T, stream_##T##_##n, n, square_##T, T##_stream, simd_fence())
#define TILES(T)     PLAIN(T, 1) PLAIN(T, 4) PLAIN(T, 8) STREAM(T, 4) STREAM(T, 8)
TILES(f64)
TILES(f32)

#define ENTRY(code, fn, function) \
    NT_TILE("plain", code, fn, function, .work = {.mul = 1, .load = 1, .store = 1})
#define ENTRIES(T, code)                                                                                  \
    ENTRY(code, "u4", plain_##T##_4), ENTRY(code, "u8", plain_##T##_8), ENTRY(code, "u1", plain_##T##_1), \
        ENTRY(code, "s4", stream_##T##_4), ENTRY(code, "s8", stream_##T##_8)
const nt_function NT_FUNCTIONS(square)[] = {ENTRIES(f64, NT_F64), ENTRIES(f32, NT_F32), {0}};
