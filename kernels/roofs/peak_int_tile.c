/*
 * peak_int_tile.c - a chain of dependent integer instructions an index, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "roofs/peak_int.h"

#include <math.h>

#include "nestune/simd/simd.h"
#include "nestune/tile.h"

enum { MOST = 14 }; /* vectors in flight */

/* n vectors through their chains; counts the lanes whose result is above the limit. */
#define CHAIN(op, LINK)                                                                         \
    SIMD_INLINE f64c count_##op(f64c count, const u64v *start, f64v limit, const int n)         \
    {                                                                                           \
        const u64v m = u64_set(PEAK_INT_FACTOR), c = u64_set(PEAK_INT_TERM);                    \
        u64v x[MOST];                                                                           \
        (void)c;                                                                                \
        SIMD_UNROLL for (int u = 0; u < n; u++) x[u] = start[u];                                \
        for (int k = 0; k < PEAK_INT_LENGTH; k++)                                               \
            SIMD_UNROLL for (int u = 0; u < n; u++) x[u] = LINK;                                \
        SIMD_UNROLL for (int u = 0; u < n; u++)                                                 \
            count = f64_count(count, f64_gt(f64_top53(u64_high(x[u]), x[u]), limit));           \
        return count;                                                                           \
    }                                                                                           \
                                                                                                \
    SIMD_INLINE void range_##op(int64_t first, int64_t end, uint64_t *total, const int n)       \
    {                                                                                           \
        const u64v step = u64_set(u64_LANES * PEAK_INT_START);                                  \
        const f64v limit = f64_set(PEAK_INT_HALF);                                              \
        uint64_t lanes[u64_LANES];                                                              \
        f64c count = {0};                                                                       \
        u64v x[MOST + 1];                                                                          \
        int64_t i = first;                                                                      \
        for (uint64_t j = 0; j < u64_LANES; j++)                                                \
            lanes[j] = ((uint64_t)first + j) * PEAK_INT_START;                                  \
        x[0] = u64_load(lanes);                                                                 \
        for (; i + n * u64_LANES <= end; i += n * u64_LANES, x[0] = x[n]) {                     \
            SIMD_UNROLL for (int u = 0; u < n; u++) x[u + 1] = u64_add(x[u], step);             \
            count = count_##op(count, x, limit, n);                                             \
        }                                                                                       \
        for (; i < end; i += u64_LANES, x[0] = u64_add(x[0], step)) {                           \
            f64_real limits[u64_LANES]; /* lanes beyond the end never count */                  \
            for (int64_t j = 0; j < u64_LANES; j++)                                             \
                limits[j] = i + j < end ? PEAK_INT_HALF : (f64_real)INFINITY;                   \
            count = count_##op(count, x, f64_load(limits), 1);                                  \
        }                                                                                       \
        *total += f64_total(count);                                                             \
    }
CHAIN(mul, u64_mul(x[u], m))
CHAIN(logic, u64_add(u64_xor(x[u], m), c))

#define CHAINS(n)                                                                                          \
    static void chains_##n(const void *params, const nt_config *config, int64_t first, int64_t end, void *part) \
    {                                                                                                      \
        (void)config;                                                                                      \
        if (*(const peak_int_op *)params == PEAK_INT_MUL)                                                  \
            range_mul(first, end, part, n);                                                                \
        else                                                                                               \
            range_logic(first, end, part, n);                                                              \
    }
CHAINS(8)
CHAINS(14)

static nt_work work(const void *params, const nt_function *self)
{
    (void)self;
    return *(const peak_int_op *)params == PEAK_INT_MUL ? (nt_work){.int_mul = PEAK_INT_LENGTH}
                                                        : (nt_work){.int_other = 2 * PEAK_INT_LENGTH};
}

const nt_function NT_FUNCTIONS(peak_int)[] = {
    NT_RANGE("chain", NT_F64, "u8", chains_8, .work_of = work),
    NT_RANGE("chain", NT_F64, "u14", chains_14, .work_of = work),
    {0},
};
