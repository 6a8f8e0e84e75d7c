/*
 * tile.h - how a kernel names its tile tables, one for each isa of this build
 * SPDX-License-Identifier: MIT
 *
 * <kernel>_tile.c is compiled once for each isa and defines NT_TILES(<kernel>); <kernel>.c gathers
 * the tables by NT_TILE_TABLES(<kernel>).
 */
#ifndef NESTUNE_TILE_H
#define NESTUNE_TILE_H

#include "nestune/kernel.h"

#define NT_PASTE3_(a, b, c) nt_##a##_##b##_##c
#define NT_PASTE3(a, b, c)  NT_PASTE3_(a, b, c)

/* In a tile source: const nt_tile NT_TILES(mathop)[] = { ..., {0} }; */
#define NT_TILES(kernel) NT_PASTE3(kernel, tiles, NT_ISA)

#ifndef NT_ISA /* in a kernel's common source */
#include "nt_isas.h"
#define NT_TILES_DECLARE(k, isa, code) extern const nt_tile nt_##k##_tiles_##isa[];
#define NT_TILES_ENTRY(k, isa, code)   [code] = nt_##k##_tiles_##isa,
#define NT_TILE_TABLES(k)                \
    NT_FOR_EACH_ISA(NT_TILES_DECLARE, k) \
    static const nt_tile *const k##_tiles[NT_N_ISAS] = {NT_FOR_EACH_ISA(NT_TILES_ENTRY, k)};
#endif

#endif /* NESTUNE_TILE_H */
