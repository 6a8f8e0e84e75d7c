/*
 * peak.c - chains of additions and FMAs: measures the peak of floating-point arithmetic
 * SPDX-License-Identifier: MIT
 *
 * Many CPUs have other pipes for additions than for FMAs.  So the time of a kernel does not follow from the
 * peak of FMAs: it depends on how many of each the kernel has.  Each case is one mix of both.
 *
 * flops a cell: 180 instructions, of which an FMA counts as two.  bytes a cell: one element read, one
 * written.
 */
#include "roofs/peak.h"
#include "nestune/tile.h"
#include "why.h"

NT_GATHER_FUNCTIONS(peak)

static const nt_variant variants[] = {
    {"chain", "one chain a cell, one rounding a link", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u8", "eight vectors in flight"},
    {"u14", "fourteen vectors in flight"},
    {0},
};

static const peak_params mixes[] = {
#define X(name, adds, fmas) {PEAK_##name, adds, fmas},
    PEAK_MIX_MAP(X)
#undef X
};

static const nt_case cases[] = {
#define X(name, adds, fmas) {#name, &mixes[PEAK_##name], PEAK_##name == PEAK_fma},
    PEAK_MIX_MAP(X)
#undef X
        {0},
};

static const char *case_of(const void *params)
{
    return cases[((const peak_params *)params)->mix].name;
}

static nt_status check(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why)
{
    const peak_params *p = params;
    (void)dtype, (void)n;
    if ((unsigned)p->mix < PEAK_N_MIXES && p->adds == mixes[p->mix].adds && p->fmas == mixes[p->mix].fmas)
        return NT_OK;
    return nt_refuse(NT_EARG, why, "peak has no mix of %d additions to %d FMAs: its cases are allowed",
                     p->adds, p->fmas);
}

static void reference(const nt_reals *real, nt_real *const r[NT_REFERENCE_REALS], const nt_cell *cell)
{
    const peak_params *p = cell->params;
    real->set(r[0], cell->read(cell, 0, 0, 0, 0));
    real->set(r[1], PEAK_FACTOR);
    real->set(r[2], PEAK_TERM);
    real->set(r[3], 1);
    for (int k = 0; k < PEAK_LENGTH; k++)
        real->round_fma(r[0], r[0], PEAK_IS_ADD(k, p->adds, p->fmas) ? r[3] : r[1], r[2], cell->dtype);
}

static const nt_field field = {
    .n_levels = 1,
    .reads_per_cell = 1,
    .writes_per_cell = 1,
    .reference = reference,
    .steady = 1,
};

const nt_kernel nt_kernel_peak = {
    NT_KERNEL_HEAD,
    .name = "peak",
    .version = 2,
    .title = "chains of additions and FMAs, the arithmetic roof",
    .formula = "180 times: a[z,y,x] = a[z,y,x] * (1 - 2^-10) + 2^-10, or a[z,y,x] + 2^-10",
    .role = NT_ROLE_FP_ROOF,
    .field = &field,
    .variants = variants,
    .forms = forms,
    .functions = peak_functions,
    .cases = cases,
    .case_of = case_of,
    .check = check,
    .params = &mixes[PEAK_fma],
    .ulp_range = 1e300,
};
