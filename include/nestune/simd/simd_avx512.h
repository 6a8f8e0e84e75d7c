/*
 * simd_avx512.h - the vocabulary of simd.h in AVX-512F and BW
 * SPDX-License-Identifier: MIT
 */
#include <immintrin.h>

enum { f64_LANES = 8, f32_LANES = 16 };
typedef __m512d f64v;
typedef __m512 f32v;
typedef __mmask8 f64m;
typedef __mmask16 f32m;

/* One logic operation with three inputs: r ^ ((n << top) ^ (x & sign)) is A ^ B ^ C after the and. */
#define AVX512_XOR3 0x96

#define AVX512_VOCABULARY(T, M, V, P, E, I, ones, sign_bit, top)                                         \
    SIMD_INLINE V T##_load(const T##_real *p) { return _mm512_loadu_##P(p); }                         \
    SIMD_INLINE void T##_store(T##_real *p, V a) { _mm512_storeu_##P(p, a); }                         \
    SIMD_INLINE V T##_load_n(const T##_real *p, int n) { return _mm512_maskz_loadu_##P((M)(ones >> (T##_LANES - n)), p); } \
    SIMD_INLINE void T##_store_n(T##_real *p, V a, int n) { _mm512_mask_storeu_##P(p, (M)(ones >> (T##_LANES - n)), a); } \
    SIMD_INLINE void T##_stream(T##_real *p, V a) { _mm512_stream_##P(p, a); }                        \
    SIMD_INLINE V T##_set(T##_real a) { return _mm512_set1_##P(a); }                                  \
    SIMD_INLINE V T##_add(V a, V b) { return _mm512_add_##P(a, b); }                                  \
    SIMD_INLINE V T##_sub(V a, V b) { return _mm512_sub_##P(a, b); }                                  \
    SIMD_INLINE V T##_mul(V a, V b) { return _mm512_mul_##P(a, b); }                                  \
    SIMD_INLINE V T##_div(V a, V b) { return _mm512_div_##P(a, b); }                                  \
    SIMD_INLINE V T##_fma(V a, V b, V c) { return _mm512_fmadd_##P(a, b, c); }                        \
    SIMD_INLINE V T##_fnma(V a, V b, V c) { return _mm512_fnmadd_##P(a, b, c); }                      \
    SIMD_INLINE V T##_fms(V a, V b, V c) { return _mm512_fmsub_##P(a, b, c); }                        \
    SIMD_INLINE V T##_abs(V a) { return _mm512_abs_##P(a); }                                          \
    SIMD_INLINE V T##_sign(V r, V n, V x)                                                             \
    {                                                                                                 \
        const __m512i flip = _mm512_slli_##E(_mm512_cast##P##_si512(n), top);                         \
        const __m512i negative = _mm512_and_si512(_mm512_cast##P##_si512(x), _mm512_set1_##E(sign_bit)); \
        return _mm512_castsi512_##P(_mm512_ternarylogic_##E(_mm512_cast##P##_si512(r), flip, negative, AVX512_XOR3)); \
    }                                                                                                 \
    SIMD_INLINE V T##_flip(V r, V n)                                                                  \
    {                                                                                                 \
        const __m512i flip = _mm512_slli_##E(_mm512_cast##P##_si512(n), top);                         \
        return _mm512_castsi512_##P(_mm512_xor_si512(_mm512_cast##P##_si512(r), flip));               \
    }                                                                                                 \
    SIMD_INLINE M T##_gt(V a, V b) { return _mm512_cmp_##P##_mask(a, b, _CMP_GT_OQ); }                \
    SIMD_INLINE M T##_eq(V a, V b) { return _mm512_cmp_##P##_mask(a, b, _CMP_EQ_OQ); }                \
    SIMD_INLINE V T##_or(V a, V b)                                                                    \
    {                                                                                                 \
        return _mm512_castsi512_##P(_mm512_or_si512(_mm512_cast##P##_si512(a), _mm512_cast##P##_si512(b))); \
    }                                                                                                 \
    SIMD_INLINE int T##_test(V a, uint64_t pattern)                                                   \
    {                                                                                                 \
        return _mm512_test_##E##_mask(_mm512_cast##P##_si512(a), _mm512_set1_##E((I)pattern)) != 0; \
    }                                                                                                 \
    SIMD_INLINE int T##_any(M m) { return m != 0; }                                                   \
    SIMD_INLINE V T##_select(M m, V a, V b) { return _mm512_mask_blend_##P(m, b, a); }

AVX512_VOCABULARY(f64, __mmask8, __m512d, pd, epi64, int64_t, 0xFFu, INT64_MIN, 63)
AVX512_VOCABULARY(f32, __mmask16, __m512, ps, epi32, int32_t, 0xFFFFu, INT32_MIN, 31)

/* The instruction needs its count as an immediate; after inlining, nothing is left of the switch over
 * constants. */
#define AVX512_SLIDE(T, V, P, E, M, n_lanes, CASES)                                                     \
    enum { T##_SLIDES = n_lanes };                                                                        \
    SIMD_INLINE V T##_slide(V lo, V hi, int n)                                                            \
    {                                                                                                     \
        const __m512i a = _mm512_cast##P##_si512(lo), b = _mm512_cast##P##_si512(hi);                     \
        switch (n) {                                                                                      \
            CASES                                                                                         \
        case n_lanes: return hi;                                                                          \
        default: return lo;                                                                               \
        }                                                                                                 \
    }                                                                                                     \
    SIMD_INLINE V T##_load_last(const T##_real *p, int n)                                                 \
    {                                                                                                     \
        return _mm512_maskz_loadu_##P((M)(~0u << (n_lanes - n)), simd_outside(p, -(ptrdiff_t)sizeof(V))); \
    }
#define AVX512_CASE64(n) case n: return _mm512_castsi512_pd(_mm512_alignr_epi64(b, a, n));
#define AVX512_CASE32(n) case n: return _mm512_castsi512_ps(_mm512_alignr_epi32(b, a, n));
#define AVX512_CASES(C) C(1) C(2) C(3) C(4) C(5) C(6) C(7)
AVX512_SLIDE(f64, __m512d, pd, epi64, __mmask8, 8, AVX512_CASES(AVX512_CASE64))
AVX512_SLIDE(f32, __m512, ps, epi32, __mmask16, 16, AVX512_CASES(AVX512_CASE32)
    AVX512_CASE32(8) AVX512_CASE32(9) AVX512_CASE32(10) AVX512_CASE32(11) AVX512_CASE32(12)
    AVX512_CASE32(13) AVX512_CASE32(14) AVX512_CASE32(15))

SIMD_SLIDE_COST(f64)
SIMD_SLIDE_COST(f32)

SIMD_INLINE f64v f64_turn(f64v lo, f64v hi, int n)
{
    return _mm512_permutex2var_pd(lo,
                                  n == 1   ? _mm512_set_epi64(12, 7, 6, 5, 8, 3, 2, 1)
                                  : n == 2 ? _mm512_set_epi64(13, 12, 7, 6, 9, 8, 3, 2)
                                           : _mm512_set_epi64(14, 13, 12, 7, 10, 9, 8, 3),
                                  hi);
}
SIMD_INLINE f32v f32_turn(f32v lo, f32v hi, int n)
{
    const __m512i a = _mm512_castps_si512(lo), b = _mm512_castps_si512(hi);
    return _mm512_castsi512_ps(n == 1   ? _mm512_alignr_epi8(b, a, 4)
                               : n == 2 ? _mm512_alignr_epi8(b, a, 8)
                                        : _mm512_alignr_epi8(b, a, 12));
}

enum { f32_WIDE = 2 };
SIMD_INLINE f64v f32_wide(f32v a, int part)
{
    const __m512d as_pairs = _mm512_castps_pd(a);
    return _mm512_cvtps_pd(_mm256_castpd_ps(part ? _mm512_extractf64x4_pd(as_pairs, 1) : _mm512_castpd512_pd256(as_pairs)));
}
SIMD_INLINE f32v f32_narrow(const f64v p[f32_WIDE])
{
    const __m256d low = _mm256_castps_pd(_mm512_cvtpd_ps(p[0])), high = _mm256_castps_pd(_mm512_cvtpd_ps(p[1]));
    return _mm512_castpd_ps(_mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1));
}

SIMD_SLEEF_FUNCTIONS(f64, d8, avx512f)
SIMD_SLEEF_FUNCTIONS(f32, f16, avx512f)

SIMD_INLINE void simd_fence(void) { _mm_sfence(); }

/* ---- Whole numbers ---- */

enum { u64_LANES = 8, f32_PARTS = 1 };
typedef __m512i u64v;
typedef __m512i f64c;
typedef __m512i f32c;

/* Masks of the halves of lanes, and A & B | C. */
enum { AVX512_HIGH_HALVES = 0xaaaa, AVX512_LOW_HALVES = 0x5555, AVX512_AND_OR = 0xea };

SIMD_INLINE u64v u64_load(const uint64_t *p) { return _mm512_loadu_si512(p); }
SIMD_INLINE u64v u64_set(uint64_t a) { return _mm512_set1_epi64((int64_t)a); }
SIMD_INLINE u64v u64_add(u64v a, u64v b) { return _mm512_add_epi64(a, b); }
SIMD_INLINE u64v u64_xor(u64v a, u64v b) { return _mm512_xor_si512(a, b); }
SIMD_INLINE u64v u64_xor3(u64v a, u64v b, u64v c) { return _mm512_ternarylogic_epi64(a, b, c, AVX512_XOR3); }
SIMD_INLINE u64v u64_mul(u64v a, u64v b) { return _mm512_mul_epu32(a, b); }
SIMD_INLINE u64v u64_high(u64v a) { return _mm512_srli_epi64(a, 32); }
SIMD_INLINE u64v u64_low_pair(u64v a, u64v b)
{
    const __m512 low = _mm512_castsi512_ps(a), high = _mm512_castsi512_ps(b);
    return _mm512_castps_si512(_mm512_mask_moveldup_ps(low, AVX512_HIGH_HALVES, high));
}
SIMD_INLINE u64v u64_high_pair(u64v a, u64v b)
{
    const __m512 low = _mm512_castsi512_ps(a), high = _mm512_castsi512_ps(b);
    return _mm512_castps_si512(_mm512_mask_movehdup_ps(high, AVX512_LOW_HALVES, low));
}
SIMD_INLINE f32v f32_top24(u64v a, int part)
{
    (void)part;
    return _mm512_cvtepi32_ps(_mm512_srli_epi32(a, 8));
}

/* Under the exponent of 2^73 the low half of a number counts 2^21 each, under that of 2^41 it
 * counts 2^-11. */
SIMD_INLINE f64v f64_top53(u64v a, u64v b)
{
    const __m512i low_half = _mm512_set1_epi64(UINT32_MAX), top21 = _mm512_set1_epi64(INT64_C(0xfffff800));
    const __m512i exponent73 = _mm512_castpd_si512(_mm512_set1_pd(0x1p73));
    const __m512i exponent41 = _mm512_castpd_si512(_mm512_set1_pd(0x1p41));
    const __m512i high = _mm512_ternarylogic_epi64(a, low_half, exponent73, AVX512_AND_OR);
    const __m512i rest = _mm512_ternarylogic_epi64(b, top21, exponent41, AVX512_AND_OR);
    return _mm512_add_pd(_mm512_sub_pd(_mm512_castsi512_pd(high), _mm512_set1_pd(0x1p73 + 0x1p41)),
                         _mm512_castsi512_pd(rest));
}

SIMD_INLINE f64c f64_count(f64c c, f64m m) { return _mm512_mask_sub_epi64(c, m, c, _mm512_set1_epi64(-1)); }
SIMD_INLINE f32c f32_count(f32c c, f32m m) { return _mm512_mask_sub_epi32(c, m, c, _mm512_set1_epi32(-1)); }
SIMD_INLINE uint64_t f64_total(f64c c) { return (uint64_t)_mm512_reduce_add_epi64(c); }
SIMD_INLINE uint64_t f32_total(f32c c)
{
    const __m512i low = _mm512_and_si512(c, _mm512_set1_epi64(UINT32_MAX));
    return f64_total(_mm512_add_epi64(_mm512_srli_epi64(c, 32), low));
}
