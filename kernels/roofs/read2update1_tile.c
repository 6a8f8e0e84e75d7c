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

#define FORMS(T, n)                                                                           \
    NT_MAP_TILE(T, plain_##T##_##n, n, update_##T)                                             \
    NT_MAP_TILE_STORE(T, stream_##T##_##n, n, update_##T, T##_stream, simd_fence())
FORMS(f64, 1)
FORMS(f64, 4)
FORMS(f64, 8)
FORMS(f32, 1)
FORMS(f32, 4)
FORMS(f32, 8)

#define WORK .work = {.fma = 1, .load = 3, .store = 1}
#define ENTRIES(T, code, n)                              \
    NT_TILE("plain", code, "u" #n, plain_##T##_##n, WORK), \
    NT_TILE("plain", code, "s" #n, stream_##T##_##n, WORK)
const nt_function NT_FUNCTIONS(read2update1)[] = {
    ENTRIES(f64, NT_F64, 1), ENTRIES(f64, NT_F64, 4), ENTRIES(f64, NT_F64, 8),
    ENTRIES(f32, NT_F32, 1), ENTRIES(f32, NT_F32, 4), ENTRIES(f32, NT_F32, 8), {0},
};
