/*
 * wave_tile.c - one leapfrog step of the wave equation, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "nestune/simd/simd.h"
#include "nestune/tile.h"
#include "wave/wave_internal.h"

typedef enum form { BARE, DAMPED, TAIL } form;
/* What to prefetch: nothing, pieces of rows for the next front, or the next rows. */
typedef enum asking { NOTHING, PIECES, ROWS } asking;

/* Vectors of radius M in straight code: as many as fit the instruction cache; few where each load brings
 * checks of a sanitizer's along. */
#ifndef NT_SANITIZED
#define STRAIGHT(M) ((M) <= 2 ? 8 : (M) <= 4 ? 4 : 1)
#else
#define STRAIGHT(M) 2
#endif

/* Names of the type T in the templates. */
#define PASTE_(a, b)    a##b
#define PASTE(a, b)     PASTE_(a, b)
#define V(name)         PASTE(T, _##name)
#define N(name)         PASTE(name##_, T)
#ifdef __clang__ /* 14 unrolls by a count too late to keep the arrays in registers */
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define T f64
#include "wave/wave_rows.h"
#include "wave/wave_bricks.h"
#undef T
#define T f32
#include "wave/wave_rows.h"
#include "wave/wave_bricks.h"
#undef T

/* The forms "ask" prefetch the next rows when no time block has rows ahead to prefetch. */
#define ENTRY(T, code, fn, function, planes) \
    NT_TILE("leapfrog", code, fn, function, .work_of = work_##planes##_##T)
#define ENTRIES(T, code)                                                                              \
    ENTRY(T, code, "p4", tile_2_##T##_0, 4), ENTRY(T, code, "p2", tile_1_##T##_0, 2),                 \
    ENTRY(T, code, "p1", tile_0_##T##_0, 1), ENTRY(T, code, "p4ask", tile_2_##T##_1, 4),              \
    ENTRY(T, code, "p2ask", tile_1_##T##_1, 2), ENTRY(T, code, "p1ask", tile_0_##T##_1, 1)
#define BRICKS(T, code, fn, function, planes) \
    NT_TILE("leapfrog", code, fn, function, .layout = NT_LAYOUT_BRICKS, .work_of = brick_work_##planes##_##T)
#define BRICK_ENTRIES(T, code)                                                                \
    BRICKS(T, code, "p2", bricks_1_##T, 2), BRICKS(T, code, "p1", bricks_0_##T, 1)
const nt_function NT_FUNCTIONS(wave)[] = {ENTRIES(f64, NT_F64), ENTRIES(f32, NT_F32), BRICK_ENTRIES(f64, NT_F64),
                                          BRICK_ENTRIES(f32, NT_F32), {0}};
