/*
 * wave_tile.c - one leapfrog step of the wave equation, in vectors of any width
 * SPDX-License-Identifier: MIT
 */
#include "nestune/wave.h"
#include "nestune/simd/simd.h"
#include "nestune/tile.h"

typedef enum form { BARE, DAMPED, TAIL } form;
/* What is asked for in advance: nothing, pieces of rows for the next front, or the next rows. */
typedef enum asking { NOTHING, PIECES, ROWS } asking;

/* Vectors of radius M in straight code: as many as fit the instruction cache; few where each load brings checks of a
 * sanitizer's along. */
#ifndef NT_SANITIZED
#define STRAIGHT(M) ((M) <= 2 ? 8 : (M) <= 4 ? 4 : 1)
#else
#define STRAIGHT(M) 2
#endif

#define T f64
#include "wave/wave_rows.h"
#define T f32
#include "wave/wave_rows.h"

/* unroll 1: plain; 2: prefetches the rows to come, where no time block has rows ahead to ask for. */
#define ENTRIES(T, code)                                                                              \
    {"leapfrog", code, 1, 4, tile_2_##T##_0}, {"leapfrog", code, 1, 2, tile_1_##T##_0},               \
    {"leapfrog", code, 1, 1, tile_0_##T##_0}, {"leapfrog", code, 2, 4, tile_2_##T##_1},               \
    {"leapfrog", code, 2, 2, tile_1_##T##_1}, {"leapfrog", code, 2, 1, tile_0_##T##_1}
const nt_tile NT_TILES(wave)[] = {
    ENTRIES(f64, NT_F64),
    ENTRIES(f32, NT_F32),
    {0},
};
