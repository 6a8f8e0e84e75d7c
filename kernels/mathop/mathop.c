/*
 * mathop.c - the notebook's mathOp: a = sin(cos(a) sin(a)) on every cell
 * SPDX-License-Identifier: MIT
 *
 * flops a cell: 3 for n, 6 for u, 2 for u^2 - c, 28 for T, 2 for u - u T (f64, fused; an FMA is 2).
 * bytes a cell: one element read, one written.
 */
#include "nestune/tile.h"

NT_GATHER_FUNCTIONS(mathop)

/* `autotune verify` checks max_ulp; docs/mathop.md has the inputs with the largest errors. */
static const nt_variant variants[] = {
    {"fused", "one polynomial; beyond its range SLEEF u10 (f64) or the f64 path (f32)", {1.6, 1.6}},
    {"fused_1", "the polynomial, its rounding errors compensated", {1.0, 1.0}},
    {"exact", "correctly rounded, through f64", {[NT_F32] = 0.5}},
    {"u10", "as written, three SLEEF calls of 1.0 ULP", {3.1, 2.8}},
    {"u35", "as written, three SLEEF calls of 3.5 ULP", {5.0, 5.0}},
    {"sincos", "as written, sine and cosine from one SLEEF call of 1.0 ULP", {3.1, 2.8}},
    {"double_angle", "sin(sin(2a)/2), two SLEEF calls of 1.0 ULP", {1.8, 1.8}},
    {"libm", "as written, the C library's scalar functions", {3.0, 2.9}},
    {0},
};

static const nt_form forms[] = {
    {"u1", "one vector in flight"},
    {"u2", "two vectors in flight"},
    {"u4", "four vectors in flight"},
    {"u6", "six vectors in flight"},
    {"p4", "four, and the next group's reduction between the steps of Horner's rule"},
    {"p6", "six, likewise"},
    {0},
};

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    real->set(r[1], cell->read(cell, 0, 0, 0, 0));
    real->cos(r[2], r[1]);
    real->sin(r[3], r[1]);
    real->mul(r[1], r[2], r[3]);
    real->sin(r[0], r[1]);
}

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .roof = "scale",
    .reference = reference,
    .steady = 1,
    .unsteady = "libm", /* it takes short ways for small values */
};

const nt_kernel nt_kernel_mathop = {
    NT_KERNEL_HEAD,
    .name = "mathop",
    .version = 1,
    .title = "a = sin(cos(a) sin(a))",
    .formula = "a[z,y,x] = sin(cos(a[z,y,x]) * sin(a[z,y,x]))",
    .role = NT_ROLE_WORK,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = mathop_functions,
    .ulp_range = 1e6,
};
