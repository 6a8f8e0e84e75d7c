/*
 * mathop_exact.h - the variant `exact`: f32 results that are rounded correctly
 * SPDX-License-Identifier: MIT
 *
 * A result is rounded correctly if it is the float nearest to sin(cos(x) sin(x)) of real numbers.  Three steps:
 *
 *  1. Vectors of double: the polynomial of `fused` at degree 11, whose error is below 2^-45.  This is done twice,
 *     with T(y) - 2^-45 and T(y) + 2^-45.  If both round to the same float, so does the real number between them
 *     (Ziv's test).
 *  2. They differ for about one input in 10^6: those lanes by themselves are computed in pairs of doubles, to 2^-70.  No
 *     result of the 2^32 inputs is nearer than 2^-32 ULP of f32, about 2^-56, to the middle between two floats: at 0x1.4c00fep+25.
 *  3. Beyond n = 2^30 a lane's reduced argument comes from 256 bits of 2/pi in whole numbers.
 *
 * Steps 2 and 3 are plain C with fma() and integers, the same on every isa; so the bits are, too.
 */
#ifndef MATHOP_EXACT_H
#define MATHOP_EXACT_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "nestune/simd/map.h"

/* mathop.sollya: an error of 2^-46.2 */
static const double exact_c = 0.125, exact_margin = 0x1p-45;
static const double exact_t[12] = {
    0x1.8eb9944ccd049p-4,  0x1.7512bd56fa438p-1,  -0x1.78539685cd8bep-2,  0x1.fb498445e63f7p-3,
    -0x1.212bb97ce015cp-3, 0x1.08790d4427306p-4,  -0x1.c14e7db2e90dcp-6,  0x1.7774a4509018dp-7,
    -0x1.2a624e0bbba3bp-8, 0x1.b47b0bd1d0f43p-10, -0x1.119ead3efd903p-11, 0x1.af631837aa1abp-14,
};
/* Two words of pi/2 suffice for n < 2^30: x - n p0 is exact, and no float in that range is nearer than 2^-31 to a
 * multiple of pi/2, of which 2^30 times the third word is 2^-49. */
static const double exact_half_pi[2] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54};
static const double exact_two_over_pi = 0x1.45f306dc9c883p-1, exact_shift = 0x1.8p52;
static const uint64_t exact_beyond = ~UINT64_C(0x4338000000000000) & ~((UINT64_C(1) << 30) - 1);
static const double exact_last = 0x1.8p52 + (0x1p30 - 1); /* the last n + shift that is not beyond */

/* ---- One lane ------------------------------------------------------------------------------------ */

/* h + l, |l| at most half a unit in the last place of h. */
typedef struct pair {
    double h, l;
} pair;

static pair pair_sum(double h, double l) /* |h| >= |l| */
{
    const double s = h + l;
    return (pair){s, l - (s - h)};
}

static pair pair_mul(pair a, pair b)
{
    const double h = a.h * b.h;
    return pair_sum(h, fma(a.h, b.h, -h) + (a.h * b.l + a.l * b.h));
}

static pair pair_div(pair a, double b)
{
    const double h = a.h / b;
    return pair_sum(h, (fma(-h, b, a.h) + a.l) / b);
}

/* sin(v), |v| <= 1.6: the Taylor series, whose first term left out is below 2^-84. */
static pair pair_sin(pair v)
{
    enum { TERMS = 14 };
    const pair square = pair_mul(v, v);
    pair sum = {1, 0};
    for (int i = TERMS; i >= 1; i--) { /* sum becomes 1 - v^2 / (2i (2i + 1)) sum */
        const pair term = pair_div(pair_mul(square, sum), 2 * i * (2 * i + 1));
        const pair h = pair_sum(1, -term.h);
        sum = pair_sum(h.h, h.l - term.l);
    }
    return pair_mul(v, sum);
}

/*
 * |x| - n pi/2 for any finite x of at least pi/4; *odd: is n?
 *
 * |x| is m 2^e with m < 2^24.  128 bits of 2/pi from the weight 2^-e on, times m, are 2|x|/pi modulo 2 with 127 bits after
 * the point.  No float is nearer than 2^-30 to a multiple of pi/2, so 70 bits of the difference are right.
 */
static pair reduce_far(float x, bool *odd)
{
    static const uint64_t two_over_pi[5] = {0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
                                            0xfe5163abdebbc561};
    __extension__ typedef unsigned __int128 wide;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t m = (bits & 0x7fffff) | 0x800000;
    const int e = (int)(bits >> 23 & 0xff) - 150, at = 63 + e; /* the bit whose weight becomes 1 */
    const uint64_t *w = two_over_pi + at / 64;
    const wide high = (wide)w[0] << 64 | w[1], low = (wide)w[1] << 64 | w[2];
    const int s = at % 64;
    const wide window =
        s == 0 ? high : (wide)(uint64_t)(high >> (64 - s)) << 64 | (uint64_t)(low >> (64 - s));
    const wide half = (wide)1 << 126, turns = window * m + half; /* n is the bit before the point */
    *odd = turns >> 127;
    __extension__ __int128 rest = (__int128)(turns & (2 * half - 1)) - (__int128)half;
    const double h = (double)rest;
    const pair part = {h * 0x1p-127, (double)(rest - (__int128)h) * 0x1p-127};
    return pair_mul(part, (pair){exact_half_pi[0], exact_half_pi[1]});
}

static float with_sign(double r, float x, bool odd)
{
    return (float)(odd != (signbit(x) != 0) ? -r : r);
}

/* The correctly rounded result of one input. */
static __attribute__((noinline)) float exact_one(float x)
{
    if (!isfinite(x))
        return x - x;
    bool odd = false;
    const pair u = fabsf(x) < 0.78f ? (pair){(double)fabsf(x), 0} : reduce_far(x, &odd);
    const pair inner = pair_sin((pair){2 * u.h, 2 * u.l});
    const pair g = pair_sin((pair){inner.h / 2, inner.l / 2});
    /* Rounded to odd first, so that rounding to float is as if from g.h + g.l (Boldo and Melquiond 2008). */
    uint64_t bits;
    memcpy(&bits, &g.h, sizeof bits);
    const double r = g.l == 0 || bits & 1 ? g.h : nextafter(g.h, g.l > 0 ? INFINITY : -INFINITY);
    return with_sign(r, x, odd);
}

/* ---- Vectors ------------------------------------------------------------------------------------- */

/* Replaces the reduced arguments of lanes that are beyond. */
static __attribute__((noinline)) f64v reduce_lanes(f64v a, f64v k, f64v x)
{
    f64_real reduced[f64_LANES], rounds[f64_LANES], input[f64_LANES];
    f64_store(reduced, a), f64_store(rounds, k), f64_store(input, x);
    for (int j = 0; j < f64_LANES; j++)
        if (!(rounds[j] <= exact_last)) {
            bool odd = false;
            const double u = isfinite(input[j]) ? reduce_far((float)input[j], &odd).h : NAN;
            reduced[j] = odd != (signbit(input[j]) != 0) ? -u : u;
        }
    return f64_load(reduced);
}

/* Replaces the lanes on which the two roundings disagree. */
static __attribute__((noinline)) f32v decide_lanes(f32v x, f32v high, f32v low)
{
    f32_real input[f32_LANES], r[f32_LANES], other[f32_LANES];
    f32_store(input, x), f32_store(r, high), f32_store(other, low);
    for (int j = 0; j < f32_LANES; j++)
        if (!(r[j] == other[j]))
            r[j] = exact_one(input[j]);
    return f32_load(r);
}

#define EACH_PART   _Pragma("GCC unroll 16") for (int u = 0; u < n * f32_WIDE; u++)
#define EACH_VECTOR _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)

SIMD_INLINE void exact_f32(f32v *x, const int n, const map_row *row, int64_t i)
{
    enum { PARTS = 4 * f32_WIDE, LAST = sizeof exact_t / sizeof *exact_t - 1 };
    f64v wide[PARTS], a[PARTS], k[PARTS], w[PARTS], q[PARTS], above[PARTS];
    (void)row, (void)i;
    EACH_PART wide[u] = f32_wide(x[u / f32_WIDE], u % f32_WIDE);
    EACH_PART a[u] = f64_abs(wide[u]);
    EACH_PART k[u] = f64_fma(a[u], f64_set(exact_two_over_pi), f64_set(exact_shift));
    f64v bits = k[0];
    EACH_PART bits = f64_or(bits, k[u]);
    EACH_PART w[u] = f64_sub(k[u], f64_set(exact_shift));
    EACH_PART a[u] = f64_fnma(w[u], f64_set(exact_half_pi[0]), a[u]);
    EACH_PART a[u] = f64_fnma(w[u], f64_set(exact_half_pi[1]), a[u]);
    EACH_PART a[u] = f64_sign(a[u], k[u], wide[u]);
    if (__builtin_expect(f64_test(bits, exact_beyond), 0))
        EACH_PART a[u] = reduce_lanes(a[u], k[u], wide[u]);

    const double *coef = exact_t; /* hidden from gcc, as in HORNER */
    __asm__("" : "+r"(coef));
    EACH_PART w[u] = f64_fma(a[u], a[u], f64_set(-exact_c));
    EACH_PART q[u] = f64_set(coef[LAST]);
    _Pragma("GCC unroll 16") for (int j = LAST - 1; j >= 1; j--)
    {
        EACH_PART q[u] = f64_fma(q[u], w[u], f64_set(coef[j]));
    }
    EACH_PART above[u] = f64_fma(q[u], w[u], f64_set(exact_t[0] - exact_margin));
    EACH_PART q[u] = f64_fma(q[u], w[u], f64_set(exact_t[0] + exact_margin));
    EACH_PART above[u] = f64_fnma(a[u], above[u], a[u]);
    EACH_PART a[u] = f64_fnma(a[u], q[u], a[u]);

    f32v low[4], high[4];
    EACH_VECTOR low[u] = f32_narrow(a + u * f32_WIDE);
    EACH_VECTOR high[u] = f32_narrow(above + u * f32_WIDE);
    f32v differ = f32_sub(high[0], low[0]);
    EACH_VECTOR differ = f32_or(differ, f32_sub(high[u], low[u]));
    if (__builtin_expect(f32_test(differ, 0x7fffffff), 0))
        EACH_VECTOR high[u] = decide_lanes(x[u], high[u], low[u]);
    EACH_VECTOR x[u] = high[u]; /* as T - margin is below 0 for x = 0, this one keeps the sign of -0 */
}

/* For a vector of f32.  Each part: widening, 1 subtraction, FMAs for n, two for u, one for u^2 - c, one a degree of T but
 * the last, twice two at the end, twice narrowing; abs, or, four for the sign.  Then 1 subtraction and or. */
#define EXACT_WORK(n)                          \
    .work = {.add = f32_WIDE * 4 + 1,          \
             .fma = f32_WIDE * (4 + 10 + 4),   \
             .int_other = f32_WIDE * 6 + 1,    \
             .shuffle = f32_WIDE == 1 ? 0 : 3, \
             .load = 1 + (13 + n - 1) / n,     \
             .store = 1}

#endif /* MATHOP_EXACT_H */
