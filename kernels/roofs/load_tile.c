/*
 * load_tile.c - loads from the first-level cache only, in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * It reads a group of vectors again and again.  A bitwise or with the earlier values uses every load and
 * changes no bit.  After the barrier behind each load the compiler must assume that memory has changed, so it
 * neither drops a load nor merges two.
 */
#include "roofs/load.h"
#include "nestune/simd/simd.h"
#include "nestune/tile.h"

#define BARRIER() __asm__ volatile("" ::: "memory")

/* n vectors from src on.  The last one has `lanes` lanes: fewer than all only at the end of a row. */
#define REREAD(T)                                                                                             \
    SIMD_INLINE void reread_##T(T##_real *dst, const T##_real *src, const int n, int lanes)                   \
    {                                                                                                         \
        T##v v[16];                                                                                           \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                                  \
            v[u] = lanes == T##_LANES ? T##_load(src + u * T##_LANES) : T##_load_n(src, lanes);               \
        for (int k = 1; k < LOAD_READS; k++)                                                                  \
            _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                              \
            {                                                                                                 \
                v[u] = T##_or(v[u], lanes == T##_LANES ? T##_load(src + u * T##_LANES)                        \
                                                       : T##_load_n(src, lanes));                             \
                BARRIER();                                                                                    \
            }                                                                                                 \
        _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)                                                  \
        {                                                                                                     \
            if (lanes == T##_LANES)                                                                           \
                T##_store(dst + u * T##_LANES, v[u]);                                                         \
            else                                                                                              \
                T##_store_n(dst, v[u], lanes);                                                                \
        }                                                                                                     \
    }
REREAD(f64)
REREAD(f32)

#define LOAD_TILE(T, name, unroll)                                                                            \
    static void name(const nt_step *step, const nt_box *box)                                                  \
    {                                                                                                         \
        const int64_t n = box->x1 - box->x0;                                                                  \
        for (int64_t z = box->z0; z < box->z1; z++)                                                           \
            for (int64_t y = box->y0; y < box->y1; y++) {                                                     \
                const T##_real *src =                                                                         \
                    (const T##_real *)step->src.cells + box->x0 + y * step->src.sy + z * step->src.sz;        \
                T##_real *dst = (T##_real *)step->dst.cells + box->x0 + y * step->dst.sy + z * step->dst.sz;  \
                int64_t i = 0;                                                                                \
                for (; i + unroll * T##_LANES <= n; i += unroll * T##_LANES)                                  \
                    reread_##T(dst + i, src + i, unroll, T##_LANES);                                          \
                for (; i + T##_LANES <= n; i += T##_LANES)                                                    \
                    reread_##T(dst + i, src + i, 1, T##_LANES);                                               \
                if (i < n)                                                                                    \
                    reread_##T(dst + i, src + i, 1, (int)(n - i));                                            \
            }                                                                                                 \
    }
LOAD_TILE(f64, load_f64_4, 4)
LOAD_TILE(f64, load_f64_8, 8)
LOAD_TILE(f32, load_f32_4, 4)
LOAD_TILE(f32, load_f32_8, 8)

#define ENTRY(T, code, n)                    \
    NT_TILE("reread", code, "u" #n, load_##T##_##n, \
            .work = {.load = LOAD_READS, .int_other = LOAD_READS - 1, .store = 1})
const nt_function NT_FUNCTIONS(load)[] = {
    ENTRY(f64, NT_F64, 8), ENTRY(f64, NT_F64, 4), ENTRY(f32, NT_F32, 8), ENTRY(f32, NT_F32, 4), {0},
};
