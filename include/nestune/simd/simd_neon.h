/*
 * simd_neon.h - the vocabulary of simd.h in AdvSIMD (aarch64)
 * SPDX-License-Identifier: MIT
 */
#include <arm_neon.h>
#include <string.h>

enum { f64_LANES = 2, f32_LANES = 4 };
typedef float64x2_t f64v;
typedef float32x4_t f32v;
typedef uint64x2_t f64m;
typedef uint32x4_t f32m;

/* Tails go through a padded buffer: AdvSIMD has no masked loads.  T_stream is a plain store: there is
 * no intrinsic for stnp. */
#define NEON_VOCABULARY(T, V, M, S, U, I, sign_bit, top)                                                 \
    SIMD_INLINE V T##_load(const T##_real *p) { return vld1q_##S(p); }                                \
    SIMD_INLINE void T##_store(T##_real *p, V a) { vst1q_##S(p, a); }                                 \
    SIMD_INLINE V T##_load_n(const T##_real *p, int n)                                                \
    {                                                                                                 \
        T##_real padded[T##_LANES] = {0};                                                             \
        memcpy(padded, p, (size_t)n * sizeof *p);                                                     \
        return vld1q_##S(padded);                                                                     \
    }                                                                                                 \
    SIMD_INLINE void T##_store_n(T##_real *p, V a, int n)                                             \
    {                                                                                                 \
        T##_real padded[T##_LANES];                                                                   \
        vst1q_##S(padded, a);                                                                         \
        memcpy(p, padded, (size_t)n * sizeof *p);                                                     \
    }                                                                                                 \
    SIMD_INLINE void T##_stream(T##_real *p, V a) { vst1q_##S(p, a); }                                \
    SIMD_INLINE V T##_set(T##_real a) { return vdupq_n_##S(a); }                                      \
    SIMD_INLINE V T##_add(V a, V b) { return vaddq_##S(a, b); }                                       \
    SIMD_INLINE V T##_sub(V a, V b) { return vsubq_##S(a, b); }                                       \
    SIMD_INLINE V T##_mul(V a, V b) { return vmulq_##S(a, b); }                                       \
    SIMD_INLINE V T##_div(V a, V b) { return vdivq_##S(a, b); }                                       \
    SIMD_INLINE V T##_fma(V a, V b, V c) { return vfmaq_##S(c, a, b); }                               \
    SIMD_INLINE V T##_fnma(V a, V b, V c) { return vfmsq_##S(c, a, b); }                              \
    SIMD_INLINE V T##_fms(V a, V b, V c) { return vfmaq_##S(vnegq_##S(c), a, b); }                    \
    SIMD_INLINE V T##_abs(V a) { return vabsq_##S(a); }                                               \
    SIMD_INLINE V T##_sign(V r, V n, V x)                                                             \
    {                                                                                                 \
        const M flip = vshlq_n_##U(vreinterpretq_##U##_##S(n), top);                                  \
        const M negative = vandq_##U(vreinterpretq_##U##_##S(x), vdupq_n_##U(sign_bit));              \
        return vreinterpretq_##S##_##U(veorq_##U(vreinterpretq_##U##_##S(r), veorq_##U(flip, negative))); \
    }                                                                                                 \
    SIMD_INLINE V T##_flip(V r, V n)                                                                  \
    {                                                                                                 \
        const M flip = vshlq_n_##U(vreinterpretq_##U##_##S(n), top);                                  \
        return vreinterpretq_##S##_##U(veorq_##U(vreinterpretq_##U##_##S(r), flip));                  \
    }                                                                                                 \
    SIMD_INLINE M T##_gt(V a, V b) { return vcgtq_##S(a, b); }                                        \
    SIMD_INLINE M T##_eq(V a, V b) { return vceqq_##S(a, b); }                                        \
    SIMD_INLINE V T##_or(V a, V b)                                                                    \
    {                                                                                                 \
        return vreinterpretq_##S##_##U(vorrq_##U(vreinterpretq_##U##_##S(a), vreinterpretq_##U##_##S(b))); \
    }                                                                                                 \
    SIMD_INLINE int T##_test(V a, uint64_t pattern)                                                   \
    {                                                                                                 \
        const M shared = vandq_##U(vreinterpretq_##U##_##S(a), vdupq_n_##U((I)pattern));              \
        return vmaxvq_u32(vreinterpretq_u32_##U(shared)) != 0;                                        \
    }                                                                                                 \
    SIMD_INLINE int T##_any(M m) { return vmaxvq_u32(vreinterpretq_u32_##U(m)) != 0; }                \
    SIMD_INLINE V T##_select(M m, V a, V b) { return vbslq_##S(m, a, b); }

#define vreinterpretq_u32_u32(m) (m)
NEON_VOCABULARY(f64, float64x2_t, uint64x2_t, f64, u64, uint64_t, UINT64_C(1) << 63, 63)
NEON_VOCABULARY(f32, float32x4_t, uint32x4_t, f32, u32, uint32_t, UINT32_C(1) << 31, 31)
#undef vreinterpretq_u32_u32

enum { f32_WIDE = 2 };
SIMD_INLINE f64v f32_wide(f32v a, int part) { return part ? vcvt_high_f64_f32(a) : vcvt_f64_f32(vget_low_f32(a)); }
SIMD_INLINE f32v f32_narrow(const f64v p[f32_WIDE]) { return vcvt_high_f32_f64(vcvt_f32_f64(p[0]), p[1]); }

SIMD_SLEEF_FUNCTIONS(f64, d2, advsimd)
SIMD_SLEEF_FUNCTIONS(f32, f4, advsimd)

SIMD_NO_SLIDES(f64)
SIMD_NO_SLIDES(f32)
SIMD_NO_TURN(f64)
SIMD_INLINE f32v f32_turn(f32v lo, f32v hi, int n)
{
    return n == 1 ? vextq_f32(lo, hi, 1) : n == 2 ? vextq_f32(lo, hi, 2) : vextq_f32(lo, hi, 3);
}

SIMD_INLINE void simd_fence(void) { }

/* ---- Whole numbers ---- */

enum { u64_LANES = 2, f32_PARTS = 1 };
typedef uint64x2_t u64v;
typedef uint64x2_t f64c;
typedef uint32x4_t f32c;

SIMD_INLINE u64v u64_load(const uint64_t *p) { return vld1q_u64(p); }
SIMD_INLINE u64v u64_set(uint64_t a) { return vdupq_n_u64(a); }
SIMD_INLINE u64v u64_add(u64v a, u64v b) { return vaddq_u64(a, b); }
SIMD_INLINE u64v u64_xor(u64v a, u64v b) { return veorq_u64(a, b); }
SIMD_INLINE u64v u64_xor3(u64v a, u64v b, u64v c) { return veorq_u64(veorq_u64(a, b), c); }
SIMD_INLINE u64v u64_mul(u64v a, u64v b) { return vmull_u32(vmovn_u64(a), vmovn_u64(b)); }
SIMD_INLINE u64v u64_high(u64v a) { return vshrq_n_u64(a, 32); }
SIMD_INLINE u64v u64_low_pair(u64v a, u64v b)
{
    return vreinterpretq_u64_u32(vtrn1q_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b)));
}
SIMD_INLINE u64v u64_high_pair(u64v a, u64v b)
{
    return vreinterpretq_u64_u32(vtrn2q_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b)));
}
SIMD_INLINE f32v f32_top24(u64v a, int part)
{
    (void)part;
    return vcvtq_f32_u32(vshrq_n_u32(vreinterpretq_u32_u64(a), 8));
}
SIMD_INLINE f64v f64_top53(u64v a, u64v b) { return vcvtq_f64_u64(vshrq_n_u64(u64_low_pair(b, a), 11)); }

SIMD_INLINE f64c f64_count(f64c c, f64m m) { return vsubq_u64(c, m); }
SIMD_INLINE f32c f32_count(f32c c, f32m m) { return vsubq_u32(c, m); }
SIMD_INLINE uint64_t f64_total(f64c c) { return vaddvq_u64(c); }
SIMD_INLINE uint64_t f32_total(f32c c) { return vaddlvq_u32(c); }
