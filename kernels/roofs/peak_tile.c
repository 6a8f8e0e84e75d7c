/*
 * peak_tile.c - a chain of dependent additions and FMAs a cell, in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * With at least latency x pipes vectors in flight every slot is used: 4 x 2 for FMAs on Zen 3 and Zen 5; up to
 * (3 + 4) x 2 where additions have pipes of their own.  There is one load and one store for 180 instructions.
 */
#include "roofs/peak.h"
#include "nestune/simd/map.h"
#include "nestune/tile.h"

#define MIX(T, mix, adds, fmas)                                                                  \
    SIMD_INLINE void mix##_##T(T##v *v, const int n, const map_row *row, int64_t i)              \
    {                                                                                            \
        (void)row, (void)i;                                                                      \
        const T##v factor = T##_set((T##_real)PEAK_FACTOR), term = T##_set((T##_real)PEAK_TERM); \
        for (int round = 0; round < PEAK_LENGTH / ((adds) + (fmas)); round++)                    \
            SIMD_UNROLL for (int k = 0; k < (adds) + (fmas); k++)                                \
                SIMD_UNROLL for (int u = 0; u < n; u++)                                          \
                    v[u] = PEAK_IS_ADD(k, adds, fmas) ? T##_add(v[u], term)                      \
                                                      : T##_fma(v[u], factor, term);             \
    }                                                                                            \
    NT_MAP_TILE(T, mix##_##T##_8, 8, mix##_##T)                                                  \
    NT_MAP_TILE(T, mix##_##T##_14, 14, mix##_##T)

#define X(mix, adds, fmas) MIX(f64, mix, adds, fmas) MIX(f32, mix, adds, fmas)
PEAK_MIX_MAP(X)
#undef X

/* The function of the case. */
#define PEAK(T, n)                                                        \
    static void peak_##T##_##n(const nt_step *step, const nt_box *box)    \
    {                                                                     \
        static nt_tile_fn *const by_mix[] = {PEAK_MIX_MAP(X)};            \
        by_mix[((const peak_params *)step->params)->mix](step, box);      \
    }
#define X(mix, adds, fmas) mix##_f64_8,
PEAK(f64, 8)
#undef X
#define X(mix, adds, fmas) mix##_f64_14,
PEAK(f64, 14)
#undef X
#define X(mix, adds, fmas) mix##_f32_8,
PEAK(f32, 8)
#undef X
#define X(mix, adds, fmas) mix##_f32_14,
PEAK(f32, 14)
#undef X

static nt_work work(const void *params, const nt_function *self)
{
    (void)self;
    const peak_params *p = params;
    const int rounds = PEAK_LENGTH / (p->adds + p->fmas);
    return (nt_work){.add = p->adds * rounds, .fma = p->fmas * rounds, .load = 1, .store = 1};
}

#define ENTRY(T, code, n) NT_TILE("chain", code, "u" #n, peak_##T##_##n, .work_of = work)
const nt_function NT_FUNCTIONS(peak)[] = {
    ENTRY(f64, NT_F64, 14), ENTRY(f64, NT_F64, 8), ENTRY(f32, NT_F32, 14), ENTRY(f32, NT_F32, 8), {0},
};
