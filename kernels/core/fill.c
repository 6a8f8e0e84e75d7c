/*
 * fill.c - inputs for the grids of a kernel
 * SPDX-License-Identifier: MIT
 */
#include "engine/fpenv.h"
#include "nestune/kernel.h"
#include "nestune/philox.h"
#include "view.h"

/* The range covers more than a period of sine and cosine, with both signs. */
static double uniform(int grid, int64_t cell_index, uint64_t seed)
{
    return 8 * nt_uniform(cell_index, seed + (uint64_t)grid) - 4;
}

double nt_kernel_value(const nt_kernel *kernel, int grid, int64_t cell_index, uint64_t seed)
{
    if (!kernel || !kernel->field)
        return 0;
    return kernel->field->fill ? kernel->field->fill(grid, cell_index, seed)
                               : uniform(grid, cell_index, seed);
}

void nt_kernel_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g)
{
    if (!kernel || !kernel->field || !g || nt_is_empty(g))
        return;
    nt_grid_make_rows(g);
    const uint64_t saved = nt_fpenv_enter(0);
    for (int64_t z = 0; z < g->nz; z++)
        for (int64_t y = 0; y < g->ny; y++)
            for (int64_t x = 0; x < g->nx; x++) {
                const double v = nt_kernel_value(kernel, grid, x + g->nx * (y + g->ny * z), seed);
                void *cell = nt_cell_at(g, x, y, z);
                if (g->dtype == NT_F64)
                    *(double *)cell = v;
                else
                    *(float *)cell = (float)v;
            }
    nt_fpenv_leave(saved);
}
