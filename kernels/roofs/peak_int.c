/*
 * peak_int.c - chains of integer instructions: measures the peak of integer arithmetic in vectors
 * SPDX-License-Identifier: MIT
 *
 * Case `mul`: multiplications of 32 bits to 64, those of Philox.  Case `logic`: xors and additions, which
 * every vector pipe can do, so that they show how many vector instructions of any kind fit into a cycle.
 */
#include "roofs/peak_int.h"
#include "nestune/tile.h"
#include "why.h"

NT_GATHER_FUNCTIONS(peak_int)

static const nt_variant variants[] = {
    {"chain", "one chain an index", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u8", "eight vectors in flight"},
    {"u14", "fourteen vectors in flight"},
    {0},
};

static const peak_int_op ops[] = {PEAK_INT_MUL, PEAK_INT_LOGIC};
static const nt_case cases[] = {{"mul", &ops[0], 1}, {"logic", &ops[1], 0}, {0}};

static const char *case_of(const void *params)
{
    return cases[*(const peak_int_op *)params].name;
}

static nt_status check(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why)
{
    const peak_int_op op = *(const peak_int_op *)params;
    (void)dtype, (void)n;
    if ((unsigned)op < PEAK_INT_N_OPS)
        return NT_OK;
    return nt_refuse(NT_EARG, why, "peak_int has no operation %u: its cases are allowed", (unsigned)op);
}

static void reference(const void *params, nt_dtype dtype, int64_t first, int64_t end, void *part)
{
    const peak_int_op op = *(const peak_int_op *)params;
    uint64_t *count = part;
    (void)dtype;
    for (int64_t i = first; i < end; i++) {
        uint64_t x = (uint64_t)i * PEAK_INT_START;
        for (int k = 0; k < PEAK_INT_LENGTH; k++)
            x = op == PEAK_INT_MUL ? (x & UINT32_MAX) * PEAK_INT_FACTOR
                                   : (x ^ PEAK_INT_FACTOR) + PEAK_INT_TERM;
        *count += x >> 11 > (uint64_t)PEAK_INT_HALF;
    }
}

static void merge(void *total, const void *part)
{
    *(uint64_t *)total += *(const uint64_t *)part;
}

static const nt_range range = {
    .part_bytes = sizeof(uint64_t),
    .merge = merge,
    .reference = reference,
    .unit = "index",
};

const nt_kernel nt_kernel_peak_int = {
    NT_KERNEL_HEAD,
    .name = "peak_int",
    .version = 1,
    .title = "chains of integer instructions, the roof of integer arithmetic",
    .formula = "128 times: x = (x mod 2^32) * m, or x = (x xor m) + c",
    .role = NT_ROLE_INT_ROOF,
    .range = &range,
    .variants = variants,
    .forms = forms,
    .functions = peak_int_functions,
    .cases = cases,
    .case_of = case_of,
    .check = check,
    .params = &ops[PEAK_INT_MUL],
};
