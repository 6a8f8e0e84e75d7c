/*
 * square.c - the notebook's squareIt: a = a a on every cell
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 1.  bytes a cell: one element read, one written; out of cache only the memory limits its
 * speed.
 */
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(square)

static const nt_variant variants[] = {
    {"plain", "one multiplication", {0.5, 0.5}},
    {0},
};

static const nt_form forms[] = {NT_MAP_FORMS, {0}};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], cell->read(cell, 0, 0, 0, 0));
    real->mul(r[0], r[1], r[1]);
}

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .roof = "scale",
    .reference = reference,
    .steady = 1,
};

const nt_kernel nt_kernel_square = {
    NT_KERNEL_HEAD,
    .name = "square",
    .version = 1,
    .title = "a = a a",
    .formula = "a[z,y,x] = a[z,y,x] * a[z,y,x]",
    .role = NT_ROLE_WORK,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = square_functions,
    .ulp_range = 1e15, /* beyond about 1.8e19 the square leaves f32 */
};
