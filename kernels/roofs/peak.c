/*
 * peak.c - independent FMAs: measures the peak of floating-point arithmetic
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 2 x 128.  bytes a cell: one element read, one written.
 */
#include "roofs/peak.h"
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(peak)

static const nt_variant variants[] = {
    {"chain", "one chain a cell, one rounding a link", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u8", "eight vectors in flight"},
    {"u12", "twelve vectors in flight"},
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

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .reference = reference,
};

const nt_kernel nt_kernel_peak = {
    NT_KERNEL_HEAD,
    .name = "peak",
    .version = 1,
    .title = "a chain of FMAs, the arithmetic roof",
    .formula = "128 times: a[z,y,x] = a[z,y,x] * (1 - 2^-10) + 2^-10",
    .role = NT_ROLE_FP_ROOF,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = peak_functions,
    .ulp_range = 1e300,
};
