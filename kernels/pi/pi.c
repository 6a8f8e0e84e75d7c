/*
 * pi.c - the notebook's calcPi: counts random points of the unit square that lie in the quarter circle
 * SPDX-License-Identifier: MIT
 */
#include "nestune/pi.h"

#include <stdlib.h>

#include "nestune/philox.h"
#include "nestune/tile.h"
#include "whole.h"
#include "why.h"

NT_GATHER_FUNCTIONS(pi)

static const nt_variant variants[] = {
    {"philox", "Philox4x32-10, a block of four words for two samples (f32) or one (f64)", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u1", "one vector of blocks in flight"},
    {"u2", "two, in registers everywhere"},
    {"u4", "four, which AVX2 spills less of than six"},
    {"u6", "six vectors of blocks in flight"},
    {0},
};

/* The compiler fuses nothing: the library's flags forbid it. */
static int hits_f32(uint64_t i, uint64_t seed)
{
    uint32_t words[4];
    nt_philox_block(i / 2, seed, words);
    const uint32_t *mine = words + i % 2 * 2;
    const float x = (float)(mine[0] >> 8) * 0x1p-24f, y = (float)(mine[1] >> 8) * 0x1p-24f;
    return x * x + y * y <= 1;
}

static int hits_f64(uint64_t i, uint64_t seed)
{
    uint32_t words[4];
    nt_philox_block(i, seed, words);
    const double x = (double)nt_philox_top53(words[0], words[1]) * 0x1p-53;
    const double y = (double)nt_philox_top53(words[2], words[3]) * 0x1p-53;
    return x * x + y * y <= 1;
}

static void reference(const void *params, nt_dtype dtype, int64_t first, int64_t end, void *part)
{
    const uint64_t seed = ((const nt_pi *)params)->seed;
    uint64_t *hits = part;
    for (int64_t i = first; i < end; i++)
        *hits += (unsigned)(dtype == NT_F32 ? hits_f32((uint64_t)i, seed) : hits_f64((uint64_t)i, seed));
}

static void merge(void *total, const void *part)
{
    *(uint64_t *)total += *(const uint64_t *)part;
}

static nt_status create(const char *text, void **params, nt_error *why)
{
    uint64_t seed;
    *params = NULL;
    if (!nt_read_whole(text, "seed=", &seed))
        return nt_refuse(NT_EARG, why, "%.60s: allowed is seed=N, N from 0 to 18446744073709551615", text);
    nt_pi *pi = malloc(sizeof *pi);
    if (!pi)
        return nt_refuse(NT_ENOMEM, why, "no memory for the parameters of pi");
    pi->seed = seed;
    *params = pi;
    return NT_OK;
}

static const nt_range range = {
    .part_bytes = sizeof(uint64_t),
    .merge = merge,
    .reference = reference,
    .unit = "sample",
};

static const nt_pi defaults = {.seed = 0};

const nt_kernel nt_kernel_pi = {
    NT_KERNEL_HEAD,
    .name = "pi",
    .version = 1,
    .title = "random points in the quarter circle",
    .formula = "hits += x[i] * x[i] + y[i] * y[i] <= 1",
    .role = NT_ROLE_WORK,
    .range = &range,
    .variants = variants,
    .forms = forms,
    .functions = pi_functions,
    .params = &defaults,
    .params_create = create,
    .params_destroy = free,
};
