/*
 * stencil.h - the loop of a stencil
 * SPDX-License-Identifier: MIT
 *
 * NT_STENCIL_TABLE(mine, "plain", step, .work = {...}) makes the whole table of the kernel `mine` from two functions,
 * step_f64 and step_f32, which compute vectors of new values:
 *
 *     SIMD_INLINE void step_f64(f64v *v, const int n, const stencil_row *row, int64_t i)
 *
 * sets v[0] .. v[n-1], the n vectors from cell i of the row on.  In it, with u from 0 to n-1:
 *
 *   NT_STENCIL_AT(T, row, i, u, dx, dy, dz)   the vector of src that lies dx, dy, dz cells from vector u
 *   NT_STENCIL_OLD(T, row, i, u)              vector u of dst, the older level, which is about to be overwritten
 *   NT_STENCIL_COEF(T, row, c, i, u)          vector u of coefficient c
 *   row->params                               the kernel's parameters
 *
 * The functions run on rows alone (NT_LAYOUT_ROWS).  A row is computed in groups of n vectors, then in single ones, then in a
 * partial one, all by the same code, so the result does not depend on the part in which a cell lies.
 *
 * Errors:  none.
 * Threads: all functions here are safe, as nt_tile_fn demands.
 */
#ifndef NESTUNE_STENCIL_H
#define NESTUNE_STENCIL_H

#include "nestune/simd/map.h"

/* One row of the operands, from its first cell in the box on.  partial: the number of lanes of a partial vector, 0 for a whole
 * one. */
typedef struct stencil_row {
    const void *src, *dst;
    ptrdiff_t sy, sz; /* of src */
    const void *coef[NT_MAX_COEFS];
    const void *params;
    int partial;
} stencil_row;

/* `partial` is a constant once the functions are inlined: whole vectors pay nothing for it. */
#define NT_STENCIL_LOAD(T, row, cells) ((row)->partial ? T##_load_n(cells, (row)->partial) : T##_load(cells))
#define NT_STENCIL_AT(T, row, i, u, dx, dy, dz)                                                              \
    NT_STENCIL_LOAD(T, row, (const T##_real *)(row)->src + (i) + (u) * T##_LANES + (dx) + (dy) * (row)->sy + \
                                (dz) * (row)->sz)
#define NT_STENCIL_OLD(T, row, i, u)     NT_STENCIL_LOAD(T, row, (const T##_real *)(row)->dst + (i) + (u) * T##_LANES)
#define NT_STENCIL_COEF(T, row, c, i, u) NT_STENCIL_LOAD(T, row, (const T##_real *)(row)->coef[c] + (i) + (u) * T##_LANES)

/* Groups of `unroll` vectors from cell i on, which they advance. */
#define NT_STENCIL_GROUPS(T, unroll, FN)                             \
    for (; i + unroll * T##_LANES <= n; i += unroll * T##_LANES) {   \
        T##v v[unroll];                                              \
        FN(v, unroll, &row, i);                                      \
        _Pragma("GCC unroll 16") for (int u = 0; u < unroll; u++)    \
            T##_store(dst + i + u * T##_LANES, v[u]);                \
    }

#define NT_STENCIL_TILE(T, name, unroll, FN)                                                     \
    static void name(const nt_step *step, const nt_box *box)                                     \
    {                                                                                            \
        const int64_t n = box->x1 - box->x0;                                                     \
        for (int64_t z = box->z0; z < box->z1; z++)                                              \
            for (int64_t y = box->y0; y < box->y1; y++) {                                        \
                T##_real *dst = (T##_real *)map_address(&step->dst, sizeof *dst, box->x0, y, z); \
                stencil_row row = {.src = map_address(&step->src, sizeof *dst, box->x0, y, z), \
                                   .dst = dst,                                                   \
                                   .sy = step->src.sy,                                           \
                                   .sz = step->src.sz,                                           \
                                   .params = step->params};                                      \
                for (int c = 0; c < NT_MAX_COEFS; c++)                                           \
                    row.coef[c] = map_address(&step->coef[c], sizeof *dst, box->x0, y, z);   \
                int64_t i = 0;                                                                   \
                NT_STENCIL_GROUPS(T, unroll, FN)                                                 \
                NT_STENCIL_GROUPS(T, 1, FN)                                                      \
                if (i < n) {                                                                     \
                    T##v v[1];                                                                   \
                    row.partial = (int)(n - i);                                                  \
                    FN(v, 1, &row, i);                                                           \
                    T##_store_n(dst + i, v[0], row.partial);                                     \
                }                                                                                \
            }                                                                                    \
    }

/* The functions of NT_STENCIL_FORMS (tile.h) for FN##_f64 and FN##_f32, and the kernel's table; after FN write .work or
 * .work_of. */
#define NT_STENCIL_TILES(T, FN)        \
    NT_STENCIL_TILE(T, FN##_u1, 1, FN) \
    NT_STENCIL_TILE(T, FN##_u2, 2, FN) \
    NT_STENCIL_TILE(T, FN##_u4, 4, FN)
#define NT_STENCIL_ENTRIES(variant, dtype, FN, ...)       \
    NT_TILE(variant, dtype, "u2", FN##_u2, __VA_ARGS__),  \
        NT_TILE(variant, dtype, "u1", FN##_u1, __VA_ARGS__), \
        NT_TILE(variant, dtype, "u4", FN##_u4, __VA_ARGS__)
#define NT_STENCIL_TABLE(kernel, variant, FN, ...)                  \
    NT_STENCIL_TILES(f64, FN##_f64)                                 \
    NT_STENCIL_TILES(f32, FN##_f32)                                 \
    const nt_function NT_FUNCTIONS(kernel)[] = {                    \
        NT_STENCIL_ENTRIES(variant, NT_F64, FN##_f64, __VA_ARGS__), \
        NT_STENCIL_ENTRIES(variant, NT_F32, FN##_f32, __VA_ARGS__), \
        {0},                                                        \
    };

#endif /* NESTUNE_STENCIL_H */
