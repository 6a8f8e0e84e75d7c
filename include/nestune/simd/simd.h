/*
 * simd.h - one vocabulary of vectors, mapped to each instruction set
 * SPDX-License-Identifier: MIT
 *
 * A tile source is written once in these names and compiled once for each isa.  T is f64 or f32:
 *
 *   Tv, Tm, T_LANES        a vector, a mask of its lanes, and how many there are
 *   T_real                 the element: double or float
 *   T_load T_store         whole vectors, any alignment
 *   T_load_n T_store_n     the first n lanes, 0 < n < T_LANES; the others are 0 and are not touched
 *   T_SLIDES               T_LANES: T_slide(lo, hi, n) gives the T_LANES lanes from lane n on of lo and hi behind
 *                          it, for a constant n, in an instruction or two, and T_load_last(p, n) the n cells
 *                          before p as the last lanes; 0: cells at an offset are best loaded
 *   T_slide_cost(m)        shuffles that slides by 1 .. m lanes to either side cost
 *   T_stream               a whole vector past the caches; the address is aligned to the vector
 *   T_set                  one value in all lanes
 *   T_add T_sub T_mul      a + b, a - b, a * b
 *   T_fma T_fnma T_fms     a * b + c, c - a * b, a * b - c, rounded once
 *   T_abs                  |a|
 *   T_sign(r, n, x)        r with its sign flipped where the lowest bit of n's bit pattern is set,
 *                          and again where x is negative (-0 and negative NaNs too)
 *   T_or T_test            the union of two bit patterns; whether any lane shares a bit with a pattern
 *   T_gt T_any             a > b (false for NaN) as a mask, whether any lane is set
 *   T_select(m, a, b)      a where m is set, b elsewhere
 *   T_sin_u10 ...          SLEEF, in the form whose lanes do not depend on each other
 *   simd_fence()           after the last T_stream of a tile
 *   simd_prefetch(p)       asks for the cache line of p, for reading, into the second-level cache,
 *   simd_prefetch_near(p)  into the first
 *
 * Whole numbers, for random bits:
 *
 *   u64v, u64_LANES        vectors of 64 bits a lane, as wide as the others
 *   u64_load u64_set       whole vectors; one value in all lanes
 *   u64_add u64_xor        a + b, a ^ b, and
 *   u64_xor3               a ^ b ^ c
 *   u64_mul                the 64 bits of the product of the low halves of two lanes; their high halves do not count
 *   u64_high               the high half of each lane, shifted down
 *   u64_low_pair(a, b)     the low half of a in the low half of a lane and that of b in the high one,
 *   u64_high_pair(a, b)    and the same of their high halves
 *   f32_PARTS              how many vectors of f32 the halves of a u64v fill: 1, of the isa scalar 2
 *   f32_top24(a, part)     the top 24 bits of each half as a number, the low half before the high one
 *   f64_top53(a, b)        the top 53 bits of the 64 that are the low half of a and behind it that of b, as a number
 *   Tc, T_count(c, m)      counts, which begin as {0}: one more in each lane of the mask.  Those of f32 may have 32 bits
 *   T_total(c)             the sum over lanes
 *
 * The isa files are the only place that names intrinsics and SLEEF.
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

/* The default functions of SLEEF 3 choose the range reduction for a whole vector, so that a neighbour
 * changes a lane's bits; finz_ (FMA) and cinz_ (none) do not.  SLEEF 4 makes the plain names so. */
#define SIMD_SLEEF_PLAIN_(name) Sleef_##name
#define SIMD_SLEEF_FINZ_(name) Sleef_finz_##name
#define SIMD_SLEEF_CINZ_(name) Sleef_cinz_##name

#include <sleef.h>
#define SIMD_TEXT_(x) #x
#define SIMD_TEXT(x) SIMD_TEXT_(x)
#define SIMD_SLEEF_VERSION                     \
    SIMD_TEXT(SLEEF_VERSION_MAJOR) "." SIMD_TEXT(SLEEF_VERSION_MINOR) "." SIMD_TEXT(SLEEF_VERSION_PATCHLEVEL)

#if SLEEF_VERSION_MAJOR >= 4
#define SIMD_SLEEF(name) SIMD_SLEEF_PLAIN_(name)
#else
#define SIMD_SLEEF(name) SIMD_SLEEF_FINZ_(name)
#endif

/* The four functions of an isa that has them as vectors: sin and cos at 1.0 and 3.5 ULP. */
#define SIMD_SLEEF_FUNCTION(T, f, lanes, ulp, isa) \
    SIMD_INLINE T##v T##_##f##_##ulp(T##v x)       \
    {                                              \
        return SIMD_SLEEF(f##lanes##_##ulp##isa)(x); \
    }
#define SIMD_SLEEF_FUNCTIONS(T, lanes, isa)      \
    SIMD_SLEEF_FUNCTION(T, sin, lanes, u10, isa) \
    SIMD_SLEEF_FUNCTION(T, cos, lanes, u10, isa) \
    SIMD_SLEEF_FUNCTION(T, sin, lanes, u35, isa) \
    SIMD_SLEEF_FUNCTION(T, cos, lanes, u35, isa)

/* Where nothing slides the names are there all the same, so that a tile source may choose by a constant. */
/* Of m slides to either side, by 1 to m lanes: where each is one shuffle, but for a slide by all lanes. */
#define SIMD_SLIDE_COST(T) \
    SIMD_INLINE int T##_slide_cost(int m) { return 2 * (m < T##_LANES ? m : T##_LANES - 1); }

#define SIMD_NO_SLIDES(T)                                                                  \
    enum { T##_SLIDES = 0 };                                                               \
    SIMD_INLINE int T##_slide_cost(int m) { (void)m; return 0; }                            \
    SIMD_INLINE T##v T##_slide(T##v lo, T##v hi, int n) { return n == 0 ? lo : hi; }       \
    SIMD_INLINE T##v T##_load_last(const T##_real *p, int n) { return T##_load_n(p - n, n); }

/* Before a loop of a few turns, all of which it writes out. */
#ifdef __clang__
#define SIMD_UNROLL _Pragma("unroll")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 16")
#endif

/* Hides where a stride came from.  Else gcc 12 keeps the address of every row that a stencil reads, made once before
 * the loop, and has to fetch each from the stack: a base and a few multiples of a stride are in registers. */
#define SIMD_OPAQUE(stride) __asm__("" : "+r"(stride))

/* To the second level: what is asked for so early must not push out what the first level works on. */
SIMD_INLINE void simd_prefetch(const void *p) { __builtin_prefetch(p, 0, 2); }
SIMD_INLINE void simd_prefetch_near(const void *p) { __builtin_prefetch(p, 0, 3); }

/* An address that may lie outside the array of p, for prefetches and masked loads: C forms no such pointer. */
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
