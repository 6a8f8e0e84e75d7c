/*
 * scale.c - a = s a: reads and writes a field in place; the memory roof of mathop
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 1.  bytes a cell: one element read, one written.
 */
#include "roofs/scale.h"
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(scale)

static const nt_variant variants[] = {
    {"plain", "as written", {0, 0}},
    {0},
};

static const nt_form forms[] = {NT_MAP_FORMS, {0}};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], SCALE_FACTOR);
    real->set(r[2], cell->read(cell, 0, 0, 0, 0));
    real->mul(r[0], r[1], r[2]);
}

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .reference = reference,
    .steady = 1,
};

const nt_kernel nt_kernel_scale = {
    NT_KERNEL_HEAD,
    .name = "scale",
    .version = 1,
    .title = "a = s a, the memory roof of one field in place",
    .formula = "a[z,y,x] = s * a[z,y,x], s = -1",
    .role = NT_ROLE_MEMORY_ROOF,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = scale_functions,
    .ulp_range = 1e300,
};
