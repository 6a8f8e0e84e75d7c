/*
 * fill.c - inputs for the grids of a kernel
 * SPDX-License-Identifier: MIT
 */
#include "engine/fpenv.h"
#include "nestune/kernel.h"

void nt_kernel_fill(const nt_kernel *kernel, int grid, uint64_t seed, nt_grid *g)
{
    const uint64_t saved = nt_fpenv_enter(0);
    for (int64_t z = 0; z < g->nz; z++)
        for (int64_t y = 0; y < g->ny; y++)
            for (int64_t x = 0; x < g->nx; x++) {
                const double v = kernel->fill(grid, x + g->nx * (y + g->ny * z), seed);
                void *cell = nt_grid_cell(g, x, y, z);
                if (g->dtype == NT_F64)
                    *(double *)cell = v;
                else
                    *(float *)cell = (float)v;
            }
    nt_fpenv_leave(saved);
}
