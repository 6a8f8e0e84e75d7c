/*
 * read2update1.c - c = c + a b: reads two fields and updates a third, the traffic of a leapfrog step
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 2.  bytes a cell: three elements read, one written.
 */
#include "nestune/philox.h"
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(read2update1)

static const nt_variant variants[] = {
    {"plain", "as written", {0.5, 0.5}},
    {0},
};

static const nt_form forms[] = {NT_MAP_FORMS, {0}};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], cell->read(cell, 2, 0, 0, 0));
    real->set(r[2], cell->read(cell, 3, 0, 0, 0));
    real->set(r[3], cell->read(cell, 0, 0, 0, 0));
    real->mul(r[4], r[1], r[2]);
    real->add(r[0], r[4], r[3]);
}

static double fill(int grid, int64_t cell_index, uint64_t seed)
{
    return 2 * nt_uniform(cell_index, seed + (uint64_t)grid) - 1;
}

static const nt_field field = {
    .n_levels = 1,
    .n_coefs = 2,
    .reads_per_cell = 3,
    .writes_per_cell = 1,
    .reference = reference,
    .steady = 1,
    .fill = fill,
};

const nt_kernel nt_kernel_read2update1 = {
    NT_KERNEL_HEAD,
    .name = "read2update1",
    .version = 1,
    .title = "c = c + a b, the memory roof of a leapfrog step",
    .formula = "c[z,y,x] = c[z,y,x] + a[z,y,x] * b[z,y,x]",
    .role = NT_ROLE_MEMORY_ROOF,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = read2update1_functions,
    .ulp_range = 1e300,
};
