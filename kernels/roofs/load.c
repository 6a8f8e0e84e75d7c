/*
 * load.c - a = a, read 128 times: measures the peak of loads from the first-level cache
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: none.  bytes a cell: one element read, one written; 128 loads of it from the first-level
 * cache.
 */
#include "roofs/load.h"
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(load)

static const nt_variant variants[] = {
    {"reread", "each load is united with what is there: the same bits", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u4", "four vectors in flight"},
    {"u8", "eight vectors in flight"},
    {0},
};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[0], cell->read(cell, 0, 0, 0, 0));
}

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .reference = reference,
    .steady = 1,
};

const nt_kernel nt_kernel_load = {
    NT_KERNEL_HEAD,
    .name = "load",
    .version = 1,
    .title = "the same cells read again and again, the roof of loads",
    .formula = "a[z,y,x] = a[z,y,x], read 128 times",
    .role = NT_ROLE_LOAD_ROOF,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = load_functions,
    .ulp_range = 1e300,
};
