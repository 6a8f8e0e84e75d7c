/*
 * peak_tile.c - a chain of dependent FMAs a cell, in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * With at least latency x pipes vectors in flight (4 x 2 on Zen 5) every FMA slot is used.  There is one load
 * and one store for 128 FMAs.
 */
#include "roofs/peak.h"
#include "nestune/simd/map.h"
#include "nestune/tile.h"

#define PEAK(T)                                                                                  \
    SIMD_INLINE void peak_##T(T##v *v, const int n, const map_row *row, int64_t i)               \
    {                                                                                            \
        (void)row, (void)i;                                                                      \
        const T##v factor = T##_set((T##_real)PEAK_FACTOR), term = T##_set((T##_real)PEAK_TERM); \
        for (int k = 0; k < PEAK_LENGTH; k++)                                                    \
            _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                 \
                v[u] = T##_fma(v[u], factor, term);                                              \
    }
PEAK(f64)
PEAK(f32)

NT_MAP_TILE(f64, peak_f64_8, 8, peak_f64)
NT_MAP_TILE(f64, peak_f64_12, 12, peak_f64)
NT_MAP_TILE(f32, peak_f32_8, 8, peak_f32)
NT_MAP_TILE(f32, peak_f32_12, 12, peak_f32)

#define ENTRY(T, code, n) \
    NT_TILE("chain", code, "u" #n, peak_##T##_##n, .work = {.fma = PEAK_LENGTH, .load = 1, .store = 1})
const nt_function NT_FUNCTIONS(peak)[] = {
    ENTRY(f64, NT_F64, 8), ENTRY(f64, NT_F64, 12), ENTRY(f32, NT_F32, 8), ENTRY(f32, NT_F32, 12), {0},
};
