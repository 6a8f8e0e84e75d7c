/*
 * map.h - the loop of a pointwise kernel
 * SPDX-License-Identifier: MIT
 *
 * NT_MAP_TILE(T, name, unroll, FN) defines the tile function `name`.  It computes each row of the box in four
 * parts: a partial vector up to alignment, groups of `unroll` vectors, single vectors, and a last partial
 * vector.  FN(v, n, in, i) computes the new values of the n vectors v[], which hold src from cell i of the
 * row on; in->coef[] are the coefficient rows.
 * All four run the same code on a vector, so the result does not depend on the part in which a cell lies.
 *
 * Errors:  none.
 * Threads: all functions here are safe, as nt_tile_fn demands.
 */
#ifndef NESTUNE_MAP_H
#define NESTUNE_MAP_H

#include "nestune/kernel.h"
#include "nestune/simd/simd.h"

/* The coefficients of one row, and the kernel's parameters.  partial: the number of lanes of a partial vector, 0 for a whole
 * one. */
typedef struct map_row {
    const void *coef[NT_MAX_COEFS];
    const void *params;
    int partial;
} map_row;

/* The address of a cell of elements of this many bytes.  x, y, z may be in the halo. */
SIMD_INLINE const void *map_address(const nt_view *view, size_t bytes, int64_t x, int64_t y, int64_t z)
{
    return (const char *)view->cells + (x + y * view->sy + z * view->sz) * (ptrdiff_t)bytes;
}

/* The number of cells before dst is aligned to a vector; 0 if the row of n cells ends before.  A store
 * that straddles two cache lines costs double, and a streaming store must be aligned. */
SIMD_INLINE int map_head(const void *dst, size_t bytes, int lanes, int64_t n)
{
    const int past = (int)((uintptr_t)dst / bytes % (uintptr_t)lanes);
    const int head = past == 0 ? 0 : lanes - past;
    return head < n ? head : 0;
}

#define NT_MAP_TILE(T, name, unroll, FN) NT_MAP_TILE_STORE(T, name, unroll, FN, T##_store, )

/* Parts of a row, for a tile function that has src, dst, n, i and a map_row `row` under these names: some lanes of a vector from cell `first` on;
 * and groups of vectors from i on, which they advance. */
#define NT_MAP_PARTIAL(T, FN, first, count)                                                         \
    {                                                                                            \
        row.partial = count;                                                                     \
        T##v v[1] = {T##_load_n(src + (first), row.partial)};                                    \
        FN(v, 1, &row, first);                                                                   \
        T##_store_n(dst + (first), v[0], row.partial);                                           \
        row.partial = 0;                                                                         \
    }
#define NT_MAP_GROUPS(T, FN, STORE, unroll)                                                         \
    for (; i + unroll * T##_LANES <= n; i += unroll * T##_LANES) {                               \
        T##v v[unroll];                                                                          \
        _Pragma("GCC unroll 16") for (int u = 0; u < unroll; u++)                                \
            v[u] = T##_load(src + i + u * T##_LANES);                                            \
        FN(v, unroll, &row, i);                                                                  \
        _Pragma("GCC unroll 16") for (int u = 0; u < unroll; u++)                                \
            STORE(dst + i + u * T##_LANES, v[u]);                                                \
    }

#define NT_MAP_TILE_STORE(T, name, unroll, FN, STORE, AT_END)                                    \
    static void name(const nt_step *step, const nt_box *box)                                     \
    {                                                                                            \
        const int64_t n = box->x1 - box->x0;                                                     \
        for (int64_t z = box->z0; z < box->z1; z++)                                              \
            for (int64_t y = box->y0; y < box->y1; y++) {                                        \
                const T##_real *src = map_address(&step->src, sizeof *src, box->x0, y, z);       \
                T##_real *dst = (T##_real *)map_address(&step->dst, sizeof *dst, box->x0, y, z); \
                map_row row = {.params = step->params};                                                    \
                for (int c = 0; c < NT_MAX_COEFS; c++)                                           \
                    row.coef[c] = map_address(&step->coef[c], sizeof *dst, box->x0, y, z);       \
                int64_t i = map_head(dst, sizeof *dst, T##_LANES, n);                            \
                if (i > 0)                                                                       \
                    NT_MAP_PARTIAL(T, FN, 0, (int)i)                                                \
                NT_MAP_GROUPS(T, FN, STORE, unroll)                                                 \
                NT_MAP_GROUPS(T, FN, STORE, 1)                                                      \
                if (i < n)                                                                       \
                    NT_MAP_PARTIAL(T, FN, i, (int)(n - i))                                          \
            }                                                                                    \
        AT_END;                                                                                  \
    }

/* Coefficient vector u of the group at cell i. */
#define NT_MAP_COEF(T, row, c, i, u)                                                             \
    ((row)->partial ? T##_load_n((const T##_real *)(row)->coef[c] + (i), (row)->partial)         \
                    : T##_load((const T##_real *)(row)->coef[c] + (i) + (u) * T##_LANES))

/*
 * The functions of NT_MAP_FORMS (tile.h) for FN, and their entries in the kernel's table; after FN write
 * .work or .work_of.
 */
#define NT_MAP_TILES(T, FN)                                                                     \
    NT_MAP_TILE(T, FN##_u1, 1, FN)                                                              \
    NT_MAP_TILE(T, FN##_u4, 4, FN)                                                              \
    NT_MAP_TILE(T, FN##_u8, 8, FN)                                                              \
    NT_MAP_TILE_STORE(T, FN##_s1, 1, FN, T##_stream, simd_fence())                              \
    NT_MAP_TILE_STORE(T, FN##_s4, 4, FN, T##_stream, simd_fence())                              \
    NT_MAP_TILE_STORE(T, FN##_s8, 8, FN, T##_stream, simd_fence())
#define NT_MAP_ENTRIES(variant, dtype, FN, ...)                                                 \
    NT_TILE(variant, dtype, "u4", FN##_u4, __VA_ARGS__),                                        \
        NT_TILE(variant, dtype, "u1", FN##_u1, __VA_ARGS__),                                    \
        NT_TILE(variant, dtype, "u8", FN##_u8, __VA_ARGS__),                                    \
        NT_TILE(variant, dtype, "s1", FN##_s1, __VA_ARGS__),                                    \
        NT_TILE(variant, dtype, "s4", FN##_s4, __VA_ARGS__),                                    \
        NT_TILE(variant, dtype, "s8", FN##_s8, __VA_ARGS__)

/* The whole table of a kernel with these forms: FN##_f64 and FN##_f32 replace the vectors. */
#define NT_MAP_TABLE(kernel, variant, FN, ...)                                                  \
    NT_MAP_TILES(f64, FN##_f64)                                                                 \
    NT_MAP_TILES(f32, FN##_f32)                                                                 \
    const nt_function NT_FUNCTIONS(kernel)[] = {                                                \
        NT_MAP_ENTRIES(variant, NT_F64, FN##_f64, __VA_ARGS__),                                 \
        NT_MAP_ENTRIES(variant, NT_F32, FN##_f32, __VA_ARGS__),                                 \
        {0},                                                                                    \
    };

#endif /* NESTUNE_MAP_H */
