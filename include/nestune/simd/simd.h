/*
 * simd.h - vector types and functions that have the same names for each instruction set
 * SPDX-License-Identifier: MIT
 *
 * A tile source is written once with these names and compiled once for each isa.  T is f64 or f32:
 *
 *   Tv, Tm, T_LANES        a vector, a mask of its lanes, and how many there are
 *   T_real                 the element: double or float
 *   T_load T_store         whole vectors, any alignment
 *   T_load_n T_store_n     the first n lanes, 0 < n < T_LANES; the others are 0 and are not touched
 *   T_SLIDES               T_LANES if the isa can slide well; 0: load cells at an offset instead
 *   T_slide(lo, hi, n)     T_LANES lanes from lane n on of lo followed by hi; n is a constant in
 *                          0 .. T_LANES
 *   T_turn(lo, hi, n)      of each four lanes those from lane n on of lo, followed by those of hi; n is a constant in
 *                          1 .. 3.  For types of four lanes and more
 *   T_load_last(p, n)      the n cells before p, 0 < n <= T_LANES, as the last lanes; the others are 0 and
 *                          are not touched
 *   T_slide_cost(m)        how many shuffles the slides by 1 .. m lanes to either side need
 *   T_stream               stores a whole vector past the caches; the address is aligned to the vector
 *   T_set                  one value in all lanes
 *   T_add T_sub T_mul      a + b, a - b, a * b
 *   T_div                  a / b
 *   T_fma T_fnma T_fms     a * b + c, c - a * b, a * b - c, rounded once
 *   T_abs                  |a|
 *   T_flip(r, n)           r with its sign flipped where the lowest bit of n's bit pattern is set
 *   T_sign(r, n, x)        r with its sign flipped where the lowest bit of n's bit pattern is set,
 *                          and again where x is negative (-0 and negative NaNs too)
 *   T_or T_test            the union of two bit patterns; whether any lane shares a bit with a pattern
 *   T_gt T_eq T_any        a > b, a == b (false for NaN) as a mask, whether any lane is set
 *   T_select(m, a, b)      a where m is set, b elsewhere
 *   T_sin_u10 ...          SLEEF, in the form whose lanes do not depend on each other
 *   T_sincos_u10(x, c)     the same: returns the sine and sets *c to the cosine
 *   f32_WIDE               how many f64v hold the lanes of an f32v: 2, for the isa scalar 1
 *   f32_wide(a, part)      the lanes of one of them as f64, in order
 *   f32_narrow(p)          the lanes of p[0] .. p[f32_WIDE - 1], each rounded to the nearest float
 *   simd_fence()           after the last T_stream of a tile
 *   simd_prefetch(p)       prefetches the cache line of p, for reading, into the second-level cache
 *   simd_prefetch_near(p)  the same into the first-level cache
 *
 * Whole numbers, for random bits:
 *
 *   u64v, u64_LANES        vectors of 64 bits a lane, as wide as the others
 *   u64_load u64_set       whole vectors; one value in all lanes
 *   u64_add u64_xor        a + b, a ^ b, and
 *   u64_xor3               a ^ b ^ c
 *   u64_mul                the 64-bit product of the low halves of two lanes; the high halves are ignored
 *   u64_high               the high half of each lane, shifted down
 *   u64_low_pair(a, b)     the low half of a in the low half of a lane and that of b in the high one,
 *   u64_high_pair(a, b)    and the same of their high halves
 *   f32_PARTS              how many vectors of f32 the halves of a u64v fill: 1, for the isa scalar 2
 *   f32_top24(a, part)     the top 24 bits of each half as a number, the low half before the high one
 *   f64_top53(a, b)        the top 53 of 64 bits, as a number: the low half of a, followed by that of b
 *   Tc, T_count(c, m)      counters, {0} at first: adds one in each lane of the mask; those of f32
 *                          may have only 32 bits
 *   T_total(c)             the sum over lanes
 *
 * Only the isa files use intrinsics and SLEEF.  T_slide, T_load_last: only where T_SLIDES is not 0.
 *
 * Errors:  none.
 * Threads: all functions here are safe; a value depends on the arguments alone.
 * Source:  SLEEF, for sin and cos: errors of at most 1.0 ULP (u10) and 3.5 ULP (u35).
 */
#ifndef NESTUNE_SIMD_H
#define NESTUNE_SIMD_H

#ifdef __FAST_MATH__
#error "nestune cannot be built with -ffast-math or -Ofast: its results are exact to the bit"
#endif

#include <stdint.h>

#define SIMD_INLINE static inline __attribute__((always_inline, unused))

typedef double f64_real;
typedef float f32_real;

/* The default functions of SLEEF 3 choose one range reduction for a whole vector, so that a lane's bits
 * depend on its neighbours.  The functions finz_ (with FMA) and cinz_ (without) do not, nor do SLEEF 4's
 * default ones. */
#define SIMD_SLEEF_PLAIN_(name) Sleef_##name
#define SIMD_SLEEF_FINZ_(name) Sleef_finz_##name
#define SIMD_SLEEF_CINZ_(name) Sleef_cinz_##name

#include <sleef.h>
#define SIMD_TEXT_(x) #x
#define SIMD_TEXT(x) SIMD_TEXT_(x)
#define SIMD_SLEEF_VERSION                     \
    SIMD_TEXT(SLEEF_VERSION_MAJOR) "." SIMD_TEXT(SLEEF_VERSION_MINOR) "." SIMD_TEXT(SLEEF_VERSION_PATCHLEVEL)

#if SLEEF_VERSION_MAJOR >= 4
#define SIMD_SLEEF(name)        SIMD_SLEEF_PLAIN_(name)
#define SIMD_SLEEF_NO_FMA(name) SIMD_SLEEF_PLAIN_(name)
#else
#define SIMD_SLEEF(name)        SIMD_SLEEF_FINZ_(name)
#define SIMD_SLEEF_NO_FMA(name) SIMD_SLEEF_CINZ_(name)
#endif

/* The functions of an isa with vectors: sin and cos at 1.0 and 3.5 ULP, and both at once at 1.0 ULP. */
#define SIMD_SLEEF_FUNCTION(T, f, lanes, ulp, isa) \
    SIMD_INLINE T##v T##_##f##_##ulp(T##v x)       \
    {                                              \
        return SIMD_SLEEF(f##lanes##_##ulp##isa)(x); \
    }
#define SIMD_SLEEF_SINCOS(T, lanes, isa)                                                                    \
    SIMD_INLINE T##v T##_sincos_u10(T##v x, T##v *cosine)                                                   \
    {                                                                                                       \
        const __typeof__(SIMD_SLEEF(sincos##lanes##_u10##isa)(x)) both = SIMD_SLEEF(sincos##lanes##_u10##isa)(x); \
        *cosine = both.y;                                                                                   \
        return both.x;                                                                                      \
    }
#define SIMD_SLEEF_FUNCTIONS(T, lanes, isa)      \
    SIMD_SLEEF_FUNCTION(T, sin, lanes, u10, isa) \
    SIMD_SLEEF_FUNCTION(T, cos, lanes, u10, isa) \
    SIMD_SLEEF_FUNCTION(T, sin, lanes, u35, isa) \
    SIMD_SLEEF_FUNCTION(T, cos, lanes, u35, isa) \
    SIMD_SLEEF_SINCOS(T, lanes, isa)

/* T_slide_cost() of an isa where each slide is one shuffle, except that a slide by all lanes is free. */
#define SIMD_SLIDE_COST(T) \
    SIMD_INLINE int T##_slide_cost(int m) { return 2 * (m < T##_LANES ? m : T##_LANES - 1); }

/* Types of fewer than four lanes. */
#define SIMD_NO_TURN(T) \
    SIMD_INLINE T##v T##_turn(T##v lo, T##v hi, int n) { (void)hi, (void)n; return lo; }

#define SIMD_NO_SLIDES(T)                                                                  \
    enum { T##_SLIDES = 0 };                                                               \
    SIMD_INLINE int T##_slide_cost(int m) { (void)m; return 0; }                            \
    SIMD_INLINE T##v T##_slide(T##v lo, T##v hi, int n) { return n == 0 ? lo : hi; }       \
    SIMD_INLINE T##v T##_load_last(const T##_real *p, int n) { return T##_load_n(p - n, n); }

/* Write it before a loop of a few iterations to unroll it completely. */
#ifdef __clang__
#define SIMD_UNROLL _Pragma("unroll")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 16")
#endif

/* Hides from the compiler how a stride was computed.  Otherwise gcc 12 computes the address of every row of a
 * stencil before the loop and must load each from the stack; a base and a few multiples of a stride fit in
 * registers. */
#define SIMD_OPAQUE(stride) __asm__("" : "+r"(stride))

/* The same for a vector: the compiler does not merge what comes before it with what comes after. */
#ifdef __aarch64__
#define SIMD_OPAQUE_VECTOR(v) __asm__("" : "+w"(v))
#else
#define SIMD_OPAQUE_VECTOR(v) __asm__("" : "+v"(v))
#endif

/* Into the second level: data prefetched this early must not evict the working set of the first level. */
SIMD_INLINE void simd_prefetch(const void *p) { __builtin_prefetch(p, 0, 2); }
SIMD_INLINE void simd_prefetch_near(const void *p) { __builtin_prefetch(p, 0, 3); }

/* An address that may lie outside the array of p, for prefetches and masked loads: C forms no
 * such pointer. */
SIMD_INLINE const void *simd_outside(const void *p, ptrdiff_t bytes) { return (const void *)((uintptr_t)p + (uintptr_t)bytes); }

#if defined NT_ISA_IS_avx512
#include "nestune/simd/simd_avx512.h"
#elif defined NT_ISA_IS_avx2
#include "nestune/simd/simd_avx2.h"
#elif defined NT_ISA_IS_neon
#include "nestune/simd/simd_neon.h"
#else
#include "nestune/simd/simd_scalar.h"
#endif

#endif /* NESTUNE_SIMD_H */
