/*
 * simd_avx2.h - the vocabulary of simd.h in AVX2 and FMA
 * SPDX-License-Identifier: MIT
 */
#include <immintrin.h>

enum { f64_LANES = 4, f32_LANES = 8 };
typedef __m256d f64v;
typedef __m256 f32v;
typedef __m256d f64m; /* all ones in the lanes that are set */
typedef __m256 f32m;

/* The first or the last n lanes: a window into zeros, ones, and zeros again. */
static const int64_t avx2_lanes64[12] = {0, 0, 0, 0, -1, -1, -1, -1};
static const int32_t avx2_lanes32[24] = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1};

SIMD_INLINE __m256i f64_first(int n) { return _mm256_loadu_si256((const __m256i *)(avx2_lanes64 + 8 - n)); }
SIMD_INLINE __m256i f32_first(int n) { return _mm256_loadu_si256((const __m256i *)(avx2_lanes32 + 16 - n)); }
SIMD_INLINE __m256i f64_last_lanes(int n) { return _mm256_loadu_si256((const __m256i *)(avx2_lanes64 + n)); }
SIMD_INLINE __m256i f32_last_lanes(int n) { return _mm256_loadu_si256((const __m256i *)(avx2_lanes32 + n)); }

#define AVX2_VOCABULARY(T, V, P, E, X, I, sign_value, top)                                                  \
    SIMD_INLINE V T##_load(const T##_real *p) { return _mm256_loadu_##P(p); }                         \
    SIMD_INLINE void T##_store(T##_real *p, V a) { _mm256_storeu_##P(p, a); }                         \
    SIMD_INLINE V T##_load_n(const T##_real *p, int n) { return _mm256_maskload_##P(p, T##_first(n)); } \
    SIMD_INLINE void T##_stream(T##_real *p, V a) { _mm256_stream_##P(p, a); }                        \
    SIMD_INLINE V T##_set(T##_real a) { return _mm256_set1_##P(a); }                                  \
    SIMD_INLINE V T##_add(V a, V b) { return _mm256_add_##P(a, b); }                                  \
    SIMD_INLINE V T##_sub(V a, V b) { return _mm256_sub_##P(a, b); }                                  \
    SIMD_INLINE V T##_mul(V a, V b) { return _mm256_mul_##P(a, b); }                                  \
    SIMD_INLINE V T##_div(V a, V b) { return _mm256_div_##P(a, b); }                                  \
    SIMD_INLINE V T##_fma(V a, V b, V c) { return _mm256_fmadd_##P(a, b, c); }                        \
    SIMD_INLINE V T##_fnma(V a, V b, V c) { return _mm256_fnmadd_##P(a, b, c); }                      \
    SIMD_INLINE V T##_fms(V a, V b, V c) { return _mm256_fmsub_##P(a, b, c); }                        \
    SIMD_INLINE V T##_abs(V a) { return _mm256_andnot_##P(_mm256_set1_##P(sign_value), a); }          \
    SIMD_INLINE V T##_sign(V r, V n, V x)                                                             \
    {                                                                                                 \
        const V flip = _mm256_castsi256_##P(_mm256_slli_##E(_mm256_cast##P##_si256(n), top));         \
        const V negative = _mm256_and_##P(x, _mm256_set1_##P(sign_value));                            \
        return _mm256_xor_##P(r, _mm256_xor_##P(flip, negative));                                     \
    }                                                                                                 \
    SIMD_INLINE V T##_flip(V r, V n)                                                                  \
    {                                                                                                 \
        return _mm256_xor_##P(r, _mm256_castsi256_##P(_mm256_slli_##E(_mm256_cast##P##_si256(n), top))); \
    }                                                                                                 \
    SIMD_INLINE V T##_gt(V a, V b) { return _mm256_cmp_##P(a, b, _CMP_GT_OQ); }                       \
    SIMD_INLINE V T##_eq(V a, V b) { return _mm256_cmp_##P(a, b, _CMP_EQ_OQ); }                       \
    SIMD_INLINE V T##_or(V a, V b) { return _mm256_or_##P(a, b); }                                    \
    SIMD_INLINE int T##_test(V a, uint64_t pattern)                                                   \
    {                                                                                                 \
        return !_mm256_testz_si256(_mm256_cast##P##_si256(a), _mm256_set1_##X((I)pattern));           \
    }                                                                                                 \
    SIMD_INLINE int T##_any(V m) { return _mm256_movemask_##P(m) != 0; }                              \
    SIMD_INLINE V T##_select(V m, V a, V b) { return _mm256_blendv_##P(b, a, m); }

AVX2_VOCABULARY(f64, __m256d, pd, epi64, epi64x, int64_t, -0.0, 63)
AVX2_VOCABULARY(f32, __m256, ps, epi32, epi32, int32_t, -0.0f, 31)

/* In pieces: a masked store takes several times as long on AMD's CPUs. */
SIMD_INLINE void f64_store_n(double *p, f64v a, int n)
{
    __m128d low = _mm256_castpd256_pd128(a);
    if (n >= 2) {
        _mm_storeu_pd(p, low);
        low = _mm256_extractf128_pd(a, 1);
        p += 2;
    }
    if (n & 1)
        _mm_store_sd(p, low);
}
SIMD_INLINE void f32_store_n(float *p, f32v a, int n)
{
    __m128 low = _mm256_castps256_ps128(a);
    if (n >= 4) {
        _mm_storeu_ps(p, low);
        low = _mm256_extractf128_ps(a, 1);
        p += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)p, low);
        low = _mm_movehl_ps(low, low);
        p += 2;
    }
    if (n & 1)
        _mm_store_ss(p, low);
}

enum { f32_WIDE = 2 };
SIMD_INLINE f64v f32_wide(f32v a, int part)
{
    return _mm256_cvtps_pd(part ? _mm256_extractf128_ps(a, 1) : _mm256_castps256_ps128(a));
}
SIMD_INLINE f32v f32_narrow(const f64v p[f32_WIDE])
{
    return _mm256_set_m128(_mm256_cvtpd_ps(p[1]), _mm256_cvtpd_ps(p[0]));
}

SIMD_SLEEF_FUNCTIONS(f64, d4, avx2)
SIMD_SLEEF_FUNCTIONS(f32, f8, avx2)

/* Few instructions move lanes between the two halves of a vector: form the middle of lo and hi, then shift
 * within halves. */
#define AVX2_SLIDE(T, V, P, half, CASES)                                                              \
    enum { T##_SLIDES = T##_LANES };                                                                  \
    SIMD_INLINE V T##_slide(V lo, V hi, int n)                                                        \
    {                                                                                                 \
        const V middle = _mm256_permute2f128_##P(lo, hi, 0x21);                                       \
        switch (n) {                                                                                  \
            CASES                                                                                     \
        case half: return middle;                                                                     \
        case 2 * half: return hi;                                                                     \
        default: return lo;                                                                           \
        }                                                                                             \
    }                                                                                                 \
    SIMD_INLINE V T##_load_last(const T##_real *p, int n)                                             \
    {                                                                                                 \
        return _mm256_maskload_##P((const T##_real *)simd_outside(p, -(ptrdiff_t)sizeof(V)), T##_last_lanes(n)); \
    }
#define AVX2_CASE64(n, a, b) case n: return _mm256_shuffle_pd(a, b, 0x5);
#define AVX2_CASE32(n, a, b)                                                                          \
    case n: return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(b), _mm256_castps_si256(a), n % 4 * 4));
AVX2_SLIDE(f64, __m256d, pd, 2, AVX2_CASE64(1, lo, middle) AVX2_CASE64(3, middle, hi))
AVX2_SLIDE(f32, __m256, ps, 4, AVX2_CASE32(1, lo, middle) AVX2_CASE32(2, lo, middle) AVX2_CASE32(3, lo, middle)
    AVX2_CASE32(5, middle, hi) AVX2_CASE32(6, middle, hi) AVX2_CASE32(7, middle, hi))

SIMD_INLINE f64v f64_turn(f64v lo, f64v hi, int n) { return f64_slide(lo, hi, n); }
SIMD_INLINE f32v f32_turn(f32v lo, f32v hi, int n)
{
    const __m256i a = _mm256_castps_si256(lo), b = _mm256_castps_si256(hi);
    return _mm256_castsi256_ps(n == 1   ? _mm256_alignr_epi8(b, a, 4)
                               : n == 2 ? _mm256_alignr_epi8(b, a, 8)
                                        : _mm256_alignr_epi8(b, a, 12));
}

/* Two shuffles form the middles, each other slide is one, and a slide by the whole vector is free. */
SIMD_INLINE int f64_slide_cost(int m) { return 2 + 2 * (m - (m >= 2) - (m >= 4)); }
SIMD_INLINE int f32_slide_cost(int m) { return 2 + 2 * (m - (m >= 4) - (m >= 8)); }

SIMD_INLINE void simd_fence(void) { _mm_sfence(); }

/* ---- Whole numbers ---- */

enum { u64_LANES = 4, f32_PARTS = 1 };
typedef __m256i u64v;
typedef __m256i f64c;
typedef __m256i f32c;

/* A blend takes these halves from its second operand. */
enum { AVX2_HIGH_HALVES = 0xaa };

SIMD_INLINE u64v u64_load(const uint64_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
SIMD_INLINE u64v u64_set(uint64_t a) { return _mm256_set1_epi64x((int64_t)a); }
SIMD_INLINE u64v u64_add(u64v a, u64v b) { return _mm256_add_epi64(a, b); }
SIMD_INLINE u64v u64_xor(u64v a, u64v b) { return _mm256_xor_si256(a, b); }
SIMD_INLINE u64v u64_xor3(u64v a, u64v b, u64v c) { return _mm256_xor_si256(_mm256_xor_si256(a, b), c); }
SIMD_INLINE u64v u64_mul(u64v a, u64v b) { return _mm256_mul_epu32(a, b); }
SIMD_INLINE u64v u64_high(u64v a) { return _mm256_srli_epi64(a, 32); }
SIMD_INLINE u64v u64_low_pair(u64v a, u64v b)
{
    return _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), AVX2_HIGH_HALVES);
}
SIMD_INLINE u64v u64_high_pair(u64v a, u64v b)
{
    return _mm256_blend_epi32(_mm256_srli_epi64(a, 32), b, AVX2_HIGH_HALVES);
}
SIMD_INLINE f32v f32_top24(u64v a, int part)
{
    (void)part;
    return _mm256_cvtepi32_ps(_mm256_srli_epi32(a, 8));
}

/* Under the exponent of 2^73 the low half of a number counts 2^21 each, under that of 2^41 it
 * counts 2^-11. */
SIMD_INLINE f64v f64_top53(u64v a, u64v b)
{
    const __m256i exponent73 = _mm256_castpd_si256(_mm256_set1_pd(0x1p73));
    const __m256i exponent41 = _mm256_castpd_si256(_mm256_set1_pd(0x1p41));
    const __m256i high = _mm256_blend_epi32(a, exponent73, AVX2_HIGH_HALVES);
    const __m256i rest = _mm256_or_si256(_mm256_and_si256(b, _mm256_set1_epi64x(INT64_C(0xfffff800))), exponent41);
    return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p73 + 0x1p41)),
                         _mm256_castsi256_pd(rest));
}

SIMD_INLINE f64c f64_count(f64c c, f64m m) { return _mm256_sub_epi64(c, _mm256_castpd_si256(m)); }
SIMD_INLINE f32c f32_count(f32c c, f32m m) { return _mm256_sub_epi32(c, _mm256_castps_si256(m)); }
SIMD_INLINE uint64_t f64_total(f64c c)
{
    uint64_t lane[4];
    _mm256_storeu_si256((__m256i *)lane, c);
    return lane[0] + lane[1] + lane[2] + lane[3];
}
SIMD_INLINE uint64_t f32_total(f32c c)
{
    const __m256i low = _mm256_and_si256(c, _mm256_set1_epi64x(UINT32_MAX));
    return f64_total(_mm256_add_epi64(_mm256_srli_epi64(c, 32), low));
}
