/*
 * scale.c - a = s a: reads and writes a field in place; the memory roof of mathop
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 1.  bytes a cell: one element read, one written.
 */
#include "roofs/scale.h"
#include "nestune/tile.h"
#include "uniform.h"

NT_TILE_TABLES(scale)

static const nt_variant variants[] = {
    {"plain", "ordinary stores", {0, 0}, {1, 1}},
    {"stream", "stores past the caches", {0, 0}, {1, 1}},
    {0},
};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], SCALE_FACTOR);
    real->set(r[2], cell->read(cell, 0, 0, 0, 0));
    real->mul(r[0], r[1], r[2]);
}

static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    (void)grid;
    return 8 * nt_uniform(cell_index, seed) - 4;
}

const nt_kernel nt_kernel_scale = {
    .name = "scale",
    .version = 1,
    .title = "a = s a, the memory roof of one field in place",
    .formula = "a[z,y,x] = s * a[z,y,x], s = -1",
    .role = NT_MEMORY_ROOF,
    .n_levels = 1,
    .flops_per_cell = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .variants = variants,
    .ulp_range = 1e300,
    .tiles = scale_tiles,
    .reference = reference,
    .fill = fill,
};
