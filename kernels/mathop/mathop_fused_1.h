/*
 * mathop_fused_1.h - the variant `fused_1`: the polynomial of `fused`, with its largest rounding errors compensated
 * SPDX-License-Identifier: MIT
 *
 * `fused` errs by up to 1.6 units in the last place (ULP).  Half a unit is the rounding of the result.  The rest are
 * three roundings before it, and each has a remainder that FMA gives in one or two instructions:
 *
 *     u + v        the reduced argument: v is what rounding n pi/2 and the difference lost
 *     T + s        the polynomial: s = (t0 + y Q) - T, from its last step
 *     r + e        the result: e = (u - u T) - r
 *
 * g(u + v) = r + (e - u s + g'(u) v).  The parenthesis is some 2^-53 of r, so a rough g' will do: 1 - 1.62 u^2 is 0 at
 * pi/4, as g' is, and at most 0.2 off.  What remains is the rounding of y and of Q, which y multiplies.  So c is near the middle of
 * u^2, where |y| is at most 0.32, and such that |t0| >= |y Q|, for which t0 - T is nearly exact.
 *
 * The sign is set last, as an exact 0 in the parenthesis would turn -0 into +0.
 */
#ifndef MATHOP_FUSED_1_H
#define MATHOP_FUSED_1_H

#include "nestune/simd/simd.h"

/* mathop.sollya: errors of 2^-59 and 2^-28.3. */
static const double f64_c1 = 305.0 / 1024;
static const double f64_t1[15] = {
    0x1.b53367579eb5p-3,   0x1.3e08bf4c5a6ddp-1,  -0x1.0ba4f06529a35p-2, 0x1.55b872a8e877p-3,
    -0x1.88abb04767e2dp-4, 0x1.5970b5de91bc7p-5,  -0x1.12374e536c18dp-6, 0x1.b4771ed706dc7p-8,
    -0x1.51df94ed180c4p-9, 0x1.e8400f5cde1b4p-11, -0x1.4c3e1fb056e7cp-12, 0x1.b4dedb4a96da5p-14,
    -0x1.18d921aecc196p-15, 0x1.686d345e449b4p-17, -0x1.9d1555cbe44b3p-19,
};
static const float f32_c1 = 81.0f / 256;
static const float f32_t1[8] = {
    0x1.cc9f6ep-3f,  0x1.3927b4p-1f, -0x1.025592p-2f, 0x1.47723ep-3f,
    -0x1.78dd5cp-4f, 0x1.4a2b7ep-5f, -0x1.0c9338p-6f, 0x1.b52822p-8f,
};

/* n is not below 0 here, so the union of all k tells whether it is below 2^40 (2^16). */
static const uint64_t f64_fused_1_beyond = ~(UINT64_C(0x4338000000000000) | ((UINT64_C(1) << 40) - 1));
static const uint32_t f32_fused_1_beyond = ~(UINT32_C(0x4b400000) | ((UINT32_C(1) << 16) - 1));

/* a[] + v[] becomes the reduced argument.  x - n p0 is exact: a multiple of the last place of x or p0 that is at most
 * 0.8.  So is its difference with the rounded n p1, or the two remainders hold what it lost. */
#define REDUCE_1(T, x, n)                                                                            \
    QUOTIENT(T, x, n)                                                                                \
    T##v v[MOST], bits = k[0];                                                                       \
    EACH bits = T##_or(bits, k[u]);                                                                  \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[0]), a[u]);                                       \
    EACH q[u] = T##_mul(w[u], T##_set(T##_half_pi[1]));                                              \
    EACH v[u] = T##_fms(w[u], T##_set(T##_half_pi[1]), q[u]);                                        \
    EACH                                                                                             \
    {                                                                                                \
        const T##v whole = a[u];                                                                     \
        a[u] = T##_sub(whole, q[u]);                                                                 \
        v[u] = T##_add(T##_add(q[u], T##_sub(a[u], whole)), v[u]);                                   \
    }                                                                                                \
    EACH v[u] = T##_fma(w[u], T##_set(T##_half_pi[2]), v[u]); /* to be subtracted */

/* w[] becomes g(a[] - v[]) with the sign of the result. */
#define EVALUATE_1(T, x, n)                                                                          \
    HORNER(T, T##_c1, T##_t1, 1, n)                                                                  \
    EACH                                                                                             \
    {                                                                                                \
        const T##v t0 = T##_set(coef[0]), one = T##_set(1);                                          \
        const T##v t = T##_fma(q[u], w[u], t0);                                                      \
        const T##v s = T##_fma(q[u], w[u], T##_sub(t0, t));                                          \
        const T##v r = T##_fnma(a[u], t, a[u]);                                                      \
        const T##v e = T##_fnma(a[u], s, T##_fnma(a[u], t, T##_sub(a[u], r)));                       \
        const T##v slope = T##_fnma(T##_mul(a[u], a[u]), T##_set((T##_real)1.62), one);              \
        w[u] = T##_sign(T##_add(r, T##_fnma(slope, v[u], e)), k[u], x[u]);                           \
    }

/* As FUSED_WORK: with one abs, one or, and four for the sign. */
#define FUSED_1_WORK(T, n)                                                                           \
    .work = {.add = 8, .mul = 2, .fma = 12 + sizeof T##_t1 / sizeof *T##_t1 - 2, .int_other = 6,     \
             .load = 1 + (sizeof T##_t1 / sizeof *T##_t1 + (n) - 1) / (n), .store = 1}

#endif /* MATHOP_FUSED_1_H */
