/*
 * mathop_pipelined.h - the forms p4 and p6 of `fused`: the reduction of the next group between the steps of Horner's rule
 * SPDX-License-Identifier: MIT
 *
 * A step of Horner's rule waits for the one before, 4 cycles on many CPUs.  Two units could begin 8 FMAs meanwhile, so with 4
 * or 6 vectors in flight some slots stay empty.  A CPU fills them with the next group only as far as it looks ahead, which
 * is less than a group on a CPU like Zen 3.  Here the next group's reduction stands between the steps, one vector
 * after the other, so that the instructions next to each other are independent.  Bits are those of the other forms: each
 * vector goes through the same instructions.
 *
 * The next group may lie in the next row.  What is left of a row (a partial vector up to alignment, the vectors after its last
 * whole group, and a last partial vector) is computed before, by itself, for some rows at a time.
 */
#ifndef MATHOP_PIPELINED_H
#define MATHOP_PIPELINED_H

#include <stdbool.h>

#include "nestune/simd/map.h"

enum { PIPELINED_BYTES = 64 << 10 }; /* of the rows that are computed together: they stay in L2 */

/* The cells of a row that belong to whole groups. */
typedef struct groups {
    int64_t first, end;
} groups;

SIMD_INLINE groups groups_of(const void *dst, size_t bytes, int lanes, int size, int64_t n)
{
    const int64_t head = map_head(dst, bytes, lanes, n);
    return (groups){head, head + (n - head) / (size * lanes) * (size * lanes)};
}

/* After the last group of a row: to the next row that has one. */
#define PIPELINED_NEXT_ROW(T, size)                                                                    \
    while (i == row.end && ++y < box->y1) {                                                            \
        src = map_address(&step->src, sizeof *src, box->x0, y, box->z0);                               \
        dst = (T##_real *)map_address(&step->dst, sizeof *dst, box->x0, y, box->z0);                   \
        row = groups_of(dst, sizeof *dst, T##_LANES, size, box->x1 - box->x0);                         \
        i = row.first;                                                                                 \
    }

/*
 * Defines fused_T_p4 or fused_T_p6, a tile function for groups of `size` vectors.  mathop_tile.c has the polynomial T_t, T_c; reduced_T(),
 * for one vector; fused_T(), for whole vectors by themselves, and fused_slow_T(), for one of any value.  Each step of Horner's rule makes
 * place for at most one reduction.
 */
#define PIPELINED(T, size)                                                                             \
    static void fused_##T##_rest_##size(const nt_step *step, const nt_box *box)                        \
    {                                                                                                  \
        const int64_t n = box->x1 - box->x0;                                                           \
        for (int64_t y = box->y0; y < box->y1; y++) {                                                  \
            const T##_real *src = map_address(&step->src, sizeof *src, box->x0, y, box->z0);           \
            T##_real *dst = (T##_real *)map_address(&step->dst, sizeof *dst, box->x0, y, box->z0);     \
            const groups whole = groups_of(dst, sizeof *dst, T##_LANES, size, n);                      \
            map_row row = {.partial = 0};                                                              \
            if (whole.first > 0)                                                                       \
                NT_MAP_PARTIAL(T, fused_##T, 0, (int)whole.first)                                      \
            int64_t i = whole.end;                                                                     \
            NT_MAP_GROUPS(T, fused_##T, T##_store, 1)                                                  \
            if (i < n)                                                                                 \
                NT_MAP_PARTIAL(T, fused_##T, i, (int)(n - i))                                          \
        }                                                                                              \
    }                                                                                                  \
    /* The whole groups of rows of one plane. */                                                       \
    static void fused_##T##_groups_##size(const nt_step *step, const nt_box *box)                      \
    {                                                                                                  \
        enum { n = size, GROUP = size * T##_LANES, last = (int)(sizeof T##_t / sizeof *T##_t) - 1 };   \
        _Static_assert(size <= (int)(sizeof T##_t / sizeof *T##_t) - 1, "a step for each reduction");  \
        const T##_real *src = NULL;                                                                    \
        T##_real *dst = NULL;                                                                          \
        groups row = {0, 0};                                                                           \
        int64_t y = box->y0 - 1, i = 0;                                                                \
        PIPELINED_NEXT_ROW(T, size)                                                                    \
        if (y == box->y1)                                                                              \
            return;                                                                                    \
        T##v next[n], bits = T##_set(0);                                                               \
        EACH next[u] = reduced_##T(T##_load(src + i + u * T##_LANES), &bits);                          \
        while (y < box->y1) {                                                                          \
            const T##_real *from = src + i;                                                            \
            T##_real *to = dst + i;                                                                    \
            i += GROUP;                                                                                \
            PIPELINED_NEXT_ROW(T, size)                                                                \
            /* After the last group, its own cells once more, for nothing. */                          \
            const T##_real *ahead = y < box->y1 ? src + i : from;                                      \
            const bool beyond = T##_test(bits, T##_fused_beyond);                                      \
            T##v a[n], w[n], q[n];                                                                     \
            EACH a[u] = next[u];                                                                       \
            EACH w[u] = T##_fma(a[u], a[u], T##_set(-T##_c));                                          \
            EACH q[u] = T##_set(T##_t[last]);                                                          \
            bits = T##_set(0);                                                                         \
            const T##_real *coef = T##_t;                                                              \
            __asm__("" : "+r"(coef));                                                                  \
            _Pragma("GCC unroll 16") for (int j = last - 1; j >= 0; j--)                               \
            {                                                                                          \
                EACH q[u] = T##_fma(q[u], w[u], T##_set(coef[j]));                                     \
                const int k = (last - 1 - j) * n / last;                                               \
                if (k < (last - j) * n / last)                                                         \
                    next[k] = reduced_##T(T##_load(ahead + k * T##_LANES), &bits);                     \
            }                                                                                          \
            if (__builtin_expect(beyond, 0))                                                           \
                EACH T##_store(to + u * T##_LANES, fused_slow_##T(T##_load(from + u * T##_LANES)));    \
            else                                                                                       \
                EACH T##_store(to + u * T##_LANES, T##_fnma(a[u], q[u], a[u]));                        \
        }                                                                                              \
    }                                                                                                  \
    static void fused_##T##_p##size(const nt_step *step, const nt_box *box)                            \
    {                                                                                                  \
        const int64_t rows = 1 + PIPELINED_BYTES / (int64_t)sizeof(T##_real) / (box->x1 - box->x0 + 1); \
        nt_box part = *box;                                                                            \
        for (part.z0 = box->z0; part.z0 < box->z1; part.z0++)                                          \
            for (part.y0 = box->y0; part.y0 < box->y1; part.y0 = part.y1) {                            \
                part.y1 = part.y0 + rows < box->y1 ? part.y0 + rows : box->y1;                         \
                fused_##T##_rest_##size(step, &part);                                                  \
                fused_##T##_groups_##size(step, &part);                                                \
            }                                                                                          \
    }

#endif /* MATHOP_PIPELINED_H */
