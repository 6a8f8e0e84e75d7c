/*
 * load.c - a = a, read 128 times: what the first-level cache of this machine gives
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: none.  bytes a cell: one element read, one written; 128 loads of it from the first-level cache.
 */
#include "roofs/load.h"
#include "nestune/tile.h"
#include "uniform.h"

NT_TILE_TABLES(load)

static const nt_variant variants[] = {
    {"reread", "each load is united with what is there: the same bits", {0, 0}, {0, 0}},
    {0},
};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[0], cell->read(cell, 0, 0, 0, 0));
}

/* What tells this peak from the one of the arithmetic. */
static nt_work work(const void *params, const nt_tile *tile)
{
    (void)params, (void)tile;
    return (nt_work){.loads_per_vector = LOAD_READS};
}

static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    (void)grid;
    return 8 * nt_uniform(cell_index, seed) - 4;
}

const nt_kernel nt_kernel_load = {
    .name = "load",
    .version = 1,
    .title = "the same cells read again and again, the roof of loads",
    .formula = "a[z,y,x] = a[z,y,x], read 128 times",
    .role = NT_PEAK,
    .n_levels = 1,
    .work = work,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .variants = variants,
    .ulp_range = 1e300,
    .tiles = load_tiles,
    .reference = reference,
    .fill = fill,
};
