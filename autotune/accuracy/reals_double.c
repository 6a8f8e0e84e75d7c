/*
 * reals_double.c - nt_reals in the C library's double
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "accuracy/reals.h"

struct nt_real {
    double value;
};

static void set(nt_real *r, double a)
{
    r->value = a;
}

static void add(nt_real *r, const nt_real *a, const nt_real *b)
{
    r->value = a->value + b->value;
}

static void sub(nt_real *r, const nt_real *a, const nt_real *b)
{
    r->value = a->value - b->value;
}

static void mul(nt_real *r, const nt_real *a, const nt_real *b)
{
    r->value = a->value * b->value;
}

static void sine(nt_real *r, const nt_real *a)
{
    r->value = sin(a->value);
}

static void cosine(nt_real *r, const nt_real *a)
{
    r->value = cos(a->value);
}

/*
 * a b + c, rounded once to float.  The product of two floats is exact in double.  The sum is rounded to odd:
 * if it is inexact, to the neighbour whose last bit is 1.  Rounding that to float gives the same number as
 * rounding the exact sum (Boldo and Melquiond, IEEE Trans. Computers 57, 2008).
 */
static float fma_to_float(double a, double b, double c)
{
    const double product = a * b, sum = product + c;
    const double part = sum - product, error = (product - (sum - part)) + (c - part); /* Knuth's TwoSum */
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (error == 0 || bits & 1 || !isfinite(sum))
        return (float)sum;
    return (float)nextafter(sum, error > 0 ? INFINITY : -INFINITY);
}

static void round_fma(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c, nt_dtype dtype)
{
    r->value = dtype == NT_F64 ? fma(a->value, b->value, c->value)
                               : (double)fma_to_float(a->value, b->value, c->value);
}

static int create(nt_real *r[NT_REFERENCE_REALS])
{
    nt_real *all = calloc(NT_REFERENCE_REALS, sizeof *all);
    for (int i = 0; all && i < NT_REFERENCE_REALS; i++)
        r[i] = &all[i];
    return all != NULL;
}

static void destroy(nt_real *r[NT_REFERENCE_REALS])
{
    free(r[0]);
}

double reals_ulp(int exponent, nt_dtype dtype)
{
    const int digits = dtype == NT_F64 ? 53 : 24, least = dtype == NT_F64 ? -1022 : -126;
    const int last = (exponent < least ? least : exponent) - (digits - 1);
    /* By bits, because ldexp() would be the slowest part of an exhaustive run. */
    const uint64_t bits = last >= -1022 ? (uint64_t)(last + 1023) << 52 : UINT64_C(1) << (last + 1074);
    double ulp;
    memcpy(&ulp, &bits, sizeof ulp);
    return ulp;
}

static void read(nt_real *r, nt_dtype dtype, exact *e)
{
    uint64_t bits;
    memcpy(&bits, &r->value, sizeof bits);
    const int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    e->value = dtype == NT_F32 && isinf((float)r->value) ? copysign(INFINITY, r->value) : r->value;
    e->rest = 0;
    e->ulp = exponent < 1024 ? reals_ulp(exponent, dtype) : 1;
}

const reals reals_double = {"double", {set, add, sub, mul, sine, cosine, round_fma}, create, destroy, read};
