/*
 * simd_scalar.h - the vocabulary of simd.h in plain C: one lane, any CPU
 * SPDX-License-Identifier: MIT
 *
 * fma() is the C library's: the instruction if the CPU has it, else exact software.  So this isa gives the
 * bits of the others, except in SLEEF on a CPU without FMA.
 */
#include <math.h>
#include <string.h>

enum { f64_LANES = 1, f32_LANES = 1 };
typedef double f64v;
typedef float f32v;
typedef int f64m;
typedef int f32m;

#define SCALAR_VOCABULARY(T, V, B, suffix, top)                                                       \
    SIMD_INLINE V T##_load(const V *p) { return *p; }                                                 \
    SIMD_INLINE void T##_store(V *p, V a) { *p = a; }                                                 \
    SIMD_INLINE V T##_load_n(const V *p, int n) { return n > 0 ? *p : 0; }                            \
    SIMD_INLINE void T##_store_n(V *p, V a, int n) { if (n > 0) *p = a; }                             \
    SIMD_INLINE void T##_stream(V *p, V a) { *p = a; }                                                \
    SIMD_INLINE V T##_set(V a) { return a; }                                                          \
    SIMD_INLINE V T##_add(V a, V b) { return a + b; }                                                 \
    SIMD_INLINE V T##_sub(V a, V b) { return a - b; }                                                 \
    SIMD_INLINE V T##_mul(V a, V b) { return a * b; }                                                 \
    SIMD_INLINE V T##_div(V a, V b) { return a / b; }                                                 \
    SIMD_INLINE V T##_fma(V a, V b, V c) { return fma##suffix(a, b, c); }                             \
    SIMD_INLINE V T##_fnma(V a, V b, V c) { return fma##suffix(-a, b, c); }                           \
    SIMD_INLINE V T##_fms(V a, V b, V c) { return fma##suffix(a, b, -c); }                            \
    SIMD_INLINE V T##_abs(V a) { return fabs##suffix(a); }                                            \
    SIMD_INLINE V T##_sign(V r, V n, V x)                                                             \
    {                                                                                                 \
        B rb, nb, xb;                                                                                 \
        memcpy(&rb, &r, sizeof rb), memcpy(&nb, &n, sizeof nb), memcpy(&xb, &x, sizeof xb);           \
        rb ^= (nb << top) ^ (xb & ((B)1 << top));                                                     \
        memcpy(&r, &rb, sizeof r);                                                                    \
        return r;                                                                                     \
    }                                                                                                 \
    SIMD_INLINE V T##_flip(V r, V n) { return T##_sign(r, n, 0); }                                    \
    SIMD_INLINE int T##_gt(V a, V b) { return a > b; }                                                \
    SIMD_INLINE int T##_eq(V a, V b) { return a == b; }                                               \
    SIMD_INLINE V T##_or(V a, V b)                                                                    \
    {                                                                                                 \
        B ab, bb;                                                                                     \
        memcpy(&ab, &a, sizeof ab), memcpy(&bb, &b, sizeof bb);                                       \
        ab |= bb;                                                                                     \
        memcpy(&a, &ab, sizeof a);                                                                    \
        return a;                                                                                     \
    }                                                                                                 \
    SIMD_INLINE int T##_test(V a, uint64_t pattern)                                                   \
    {                                                                                                 \
        B ab;                                                                                         \
        memcpy(&ab, &a, sizeof ab);                                                                   \
        return (ab & (B)pattern) != 0;                                                                \
    }                                                                                                 \
    SIMD_INLINE int T##_any(int m) { return m; }                                                      \
    SIMD_INLINE V T##_select(int m, V a, V b) { return m ? a : b; }

SCALAR_VOCABULARY(f64, double, uint64_t, , 63)
SCALAR_VOCABULARY(f32, float, uint32_t, f, 31)

enum { f32_WIDE = 1 };
SIMD_INLINE f64v f32_wide(f32v a, int part) { (void)part; return (double)a; }
SIMD_INLINE f32v f32_narrow(const f64v p[f32_WIDE]) { return (float)p[0]; }

/* The FMA forms give the vector isas' bits.  SLEEF's header declares them only to units compiled with
 * FMA, which this one must not be; the call itself is safe once the CPU has been asked. */
#if defined __x86_64__
#define SCALAR_HAS_FMA() __builtin_cpu_supports("fma")
#else
#define SCALAR_HAS_FMA() 1
#endif
#define SCALAR_SLEEF(T, f, lanes, ulp)                                        \
    extern T##_real SIMD_SLEEF(f##lanes##_##ulp##purecfma)(T##_real);         \
    SIMD_INLINE T##v T##_##f##_##ulp(T##v x)                                  \
    {                                                                         \
        return SCALAR_HAS_FMA() ? SIMD_SLEEF(f##lanes##_##ulp##purecfma)(x)   \
                                : SIMD_SLEEF_NO_FMA(f##lanes##_##ulp##purec)(x); \
    }
#define SCALAR_SLEEF_SINCOS(T, lanes)                                                                        \
    extern __typeof__(SIMD_SLEEF_NO_FMA(sincos##lanes##_u10purec)) SIMD_SLEEF(sincos##lanes##_u10purecfma);  \
    SIMD_INLINE T##v T##_sincos_u10(T##v x, T##v *cosine)                                                    \
    {                                                                                                        \
        const __typeof__(SIMD_SLEEF_NO_FMA(sincos##lanes##_u10purec)(x)) both =                              \
            SCALAR_HAS_FMA() ? SIMD_SLEEF(sincos##lanes##_u10purecfma)(x)                                    \
                             : SIMD_SLEEF_NO_FMA(sincos##lanes##_u10purec)(x);                               \
        *cosine = both.y;                                                                                    \
        return both.x;                                                                                       \
    }
SCALAR_SLEEF(f64, sin, d1, u10)
SCALAR_SLEEF(f64, cos, d1, u10)
SCALAR_SLEEF(f64, sin, d1, u35)
SCALAR_SLEEF(f64, cos, d1, u35)
SCALAR_SLEEF(f32, sin, f1, u10)
SCALAR_SLEEF(f32, cos, f1, u10)
SCALAR_SLEEF(f32, sin, f1, u35)
SCALAR_SLEEF(f32, cos, f1, u35)
SCALAR_SLEEF_SINCOS(f64, d1)
SCALAR_SLEEF_SINCOS(f32, f1)

SIMD_NO_SLIDES(f64)
SIMD_NO_SLIDES(f32)
SIMD_NO_TURN(f64)
SIMD_NO_TURN(f32)

SIMD_INLINE void simd_fence(void) { }

/* ---- Whole numbers ---- */

enum { u64_LANES = 1, f32_PARTS = 2 };
typedef uint64_t u64v;
typedef uint64_t f64c;
typedef uint64_t f32c;

SIMD_INLINE u64v u64_load(const uint64_t *p) { return *p; }
SIMD_INLINE u64v u64_set(uint64_t a) { return a; }
SIMD_INLINE u64v u64_add(u64v a, u64v b) { return a + b; }
SIMD_INLINE u64v u64_xor(u64v a, u64v b) { return a ^ b; }
SIMD_INLINE u64v u64_xor3(u64v a, u64v b, u64v c) { return a ^ b ^ c; }
SIMD_INLINE u64v u64_mul(u64v a, u64v b) { return (a & UINT32_MAX) * (b & UINT32_MAX); }
SIMD_INLINE u64v u64_high(u64v a) { return a >> 32; }
SIMD_INLINE u64v u64_low_pair(u64v a, u64v b) { return (a & UINT32_MAX) | b << 32; }
SIMD_INLINE u64v u64_high_pair(u64v a, u64v b) { return a >> 32 | (b & ~UINT64_C(0) << 32); }
SIMD_INLINE f32v f32_top24(u64v a, int part) { return (float)((uint32_t)(part ? a >> 32 : a) >> 8); }
SIMD_INLINE f64v f64_top53(u64v a, u64v b) { return (double)(int64_t)(u64_low_pair(b, a) >> 11); }

SIMD_INLINE f64c f64_count(f64c c, f64m m) { return c + (unsigned)m; }
SIMD_INLINE f32c f32_count(f32c c, f32m m) { return c + (unsigned)m; }
SIMD_INLINE uint64_t f64_total(f64c c) { return c; }
SIMD_INLINE uint64_t f32_total(f32c c) { return c; }
