/*
 * primes.c - the notebook's findPrimes: counts the primes among whole numbers in a row
 * SPDX-License-Identifier: MIT
 */
#include "nestune/primes.h"

#include <stdlib.h>

#include "nestune/tile.h"
#include "whole.h"
#include "why.h"

NT_GATHER_FUNCTIONS(primes)

static const nt_variant variants[] = {
    {"trial", "trial division by what 2, 3 and 5 do not divide, up to the square root", {0, 0}},
    {0},
};

static const nt_form forms[] = {
    {"u1", "looks for a remainder 0 after each turn of the wheel, eight divisors"},
    {"u2", "after two turns"},
    {"u4", "after four turns"},
    {0},
};

static int is_prime(uint64_t n)
{
    if (n < 4 || n % 2 == 0)
        return n == 2 || n == 3;
    for (uint64_t d = 3; d <= n / d; d += 2)
        if (n % d == 0)
            return 0;
    return 1;
}

static void reference(const void *params, nt_dtype dtype, int64_t first, int64_t end, void *part)
{
    const nt_primes *p = params;
    uint64_t *count = part;
    (void)dtype;
    for (int64_t i = first; i < end; i++) {
        const int prime = is_prime(p->from + (uint64_t)i);
        *count += (unsigned)prime;
        if (p->marks)
            p->marks[i] = (uint8_t)prime;
    }
}

static void merge(void *total, const void *part)
{
    *(uint64_t *)total += *(const uint64_t *)part;
}

static nt_status check(const void *params, nt_dtype dtype, const int64_t n[3], nt_error *why)
{
    const nt_primes *p = params;
    (void)dtype;
    if (n[0] == 0 || p->from <= UINT64_MAX - (uint64_t)(n[0] - 1))
        return NT_OK;
    return nt_refuse(NT_EARG, why, "%lld numbers from %llu on: the last one allowed is 18446744073709551615",
                     (long long)n[0], (unsigned long long)p->from);
}

static nt_status create(const char *text, void **params, nt_error *why)
{
    uint64_t from;
    nt_primes *p;
    *params = NULL;
    if (!nt_read_whole(text, "from=", &from))
        return nt_refuse(NT_EARG, why, "%.60s: allowed is from=N, N from 0 to 18446744073709551615", text);
    p = calloc(1, sizeof *p);
    if (!p)
        return nt_refuse(NT_ENOMEM, why, "no memory for the parameters of primes");
    p->from = from;
    *params = p;
    return NT_OK;
}

/* The square root grows along the range, so long ranges take longer an index: 2^22 are enough to tune on. */
static const nt_range range = {
    .part_bytes = sizeof(uint64_t),
    .merge = merge,
    .reference = reference,
    .unit = "number",
    .usual_long = INT64_C(1) << 22,
    .least_share = 1, /* near 2^64 a single number may take a second */
};

static const nt_primes defaults = {.from = 0};

const nt_kernel nt_kernel_primes = {
    NT_KERNEL_HEAD,
    .name = "primes",
    .version = 1,
    .title = "primes by trial division",
    .formula = "count += no d of 2 to sqrt(n) divides n, n = from + i",
    .role = NT_ROLE_WORK,
    .range = &range,
    .variants = variants,
    .forms = forms,
    .functions = primes_functions,
    .check = check,
    .params = &defaults,
    .params_create = create,
    .params_destroy = free,
};
