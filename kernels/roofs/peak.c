/*
 * peak.c - independent FMAs: what the arithmetic of this machine gives
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 2 x 128.  bytes a cell: one element read, one written.
 */
#include "roofs/peak.h"
#include "nestune/tile.h"
#include "uniform.h"

NT_TILE_TABLES(peak)

static const nt_variant variants[] = {
    {"chain", "one chain a cell, one rounding a link", {0, 0}, {PEAK_LENGTH, PEAK_LENGTH}},
    {0},
};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[0], cell->read(cell, 0, 0, 0, 0));
    real->set(r[1], PEAK_FACTOR);
    real->set(r[2], PEAK_TERM);
    for (int k = 0; k < PEAK_LENGTH; k++)
        real->round_fma(r[0], r[0], r[1], r[2], cell->dtype);
}

static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    (void)grid;
    return 8 * nt_uniform(cell_index, seed) - 4;
}

const nt_kernel nt_kernel_peak = {
    .name = "peak",
    .version = 1,
    .title = "a chain of FMAs, the arithmetic roof",
    .formula = "128 times: a[z,y,x] = a[z,y,x] * (1 - 2^-10) + 2^-10",
    .role = NT_PEAK,
    .n_levels = 1,
    .flops_per_cell = 2 * PEAK_LENGTH,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .variants = variants,
    .ulp_range = 1e300,
    .tiles = peak_tiles,
    .reference = reference,
    .fill = fill,
};
