/*
 * mathop_tile.c - a = sin(cos(a) sin(a)), in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * The variant `fused`.  cos(x) sin(x) = sin(2x)/2, so f(x) = sin(sin(2x)/2), which is odd, and
 * f(x + pi/2) = -f(x).  With n = rint(2x/pi) and u = x - n pi/2:
 *
 *     f(x) = (-1)^n g(u),    g(u) = sin(sin(2u)/2) = u + u^3 P(u^2),    |u| <= pi/4.
 *
 * P is one polynomial (mathop.sollya): relative error 2^-59 at degree 29 in f64, 2^-28.5 at degree 15
 * in f32.  Three calls become one, and no intermediate result is rounded.
 *
 * The reduction works on |x| and the signs are put back at the end; so -0, subnormals, NaN and Inf
 * come out right without a branch.  n comes from adding 1.5 * 2^52 (2^23), which leaves it in the
 * low bits, where T_sign finds its parity.  pi/2 in two words and FMA hold up to a limit;
 * beyond it lanes, each for itself, take SLEEF's result (f64) or the f64 path (f32).
 *
 * P is evaluated as two chains, the even and the odd powers of u^2: one chain waits for the FMA
 * latency (0.62 against 0.40 ns a cell on Zen 5, one vector in flight).
 */
#include "simd/map.h"
#include "tile.h"

/* Least FP instructions: 2 for n, 2 for u, 2 for powers, 12 + 1 for P, 2 for u + u^3 P. */
static const double p64[14] = {
    -0x1.aaaaaaaaaaaa4p-1,  0x1.e666666665ee9p-2,  -0x1.5179179161556p-2,  0x1.82c28178a3b94p-3,
    -0x1.6e6492725f358p-4,  0x1.45acff439d38cp-5,  -0x1.18a40fb9364e6p-6,  0x1.c84c09187ee8fp-8,
    -0x1.5bb49f43aea9fp-9,  0x1.f71d8dedf54dap-11, -0x1.57bbb2657fe2dp-12, 0x1.a341fbcc1df0bp-14,
    -0x1.8bd13adcfc7a7p-16, 0x1.9d853abc8164fp-19,
};
static const float p32[7] = {
    -0x1.aaaaap-1f,  0x1.e66322p-2f, -0x1.514c56p-2f, 0x1.806ec2p-3f,
    -0x1.5d5b5ep-4f, 0x1.fbfafcp-6f, -0x1.b0fd1cp-8f,
};
#define TWO_OVER_PI 0x1.45f306dc9c883p-1
static const double shift64 = 0x1.8p52, half_pi64[2] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54};
static const float shift32 = 0x1.8p23f, half_pi32[2] = {0x1.921fb6p0f, -0x1.777a5cp-25f};

/* The reduction holds for n < 2^40 and n < 2^12: `autotune verify` measures on both sides.  Then
 * n + shift has the bits of shift and those of n below 2^40; a higher bit, from a larger n, from another
 * exponent or from NaN, sends the group to the lane by lane test.  One `or` a vector instead of a
 * comparison, which would take an FMA's place. */
#define BEYOND64 (~UINT64_C(0x4338000000000000) & ~((UINT64_C(1) << 40) - 1))
#define BEYOND32 (~UINT32_C(0x4b400000) & ~((UINT32_C(1) << 12) - 1))
static const double last64 = 0x1.8p52 + (0x1p40 - 1); /* the last n + shift that is not beyond */
static const float last32 = 0x1.8p23f + (0x1p12f - 1);

enum { MOST = 4 }; /* vectors in flight */
#define EACH _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)

/* w[] becomes f(x[]), and bits the union of n + shift. */
#define FUSED_CORE(T, x, n, last, P, SHIFT, HALF_PI)                                                 \
    T##v a[MOST], k[MOST], w[MOST], w2[MOST], even[MOST], odd[MOST];                                 \
    EACH a[u] = T##_abs(x[u]);                                                                       \
    EACH k[u] = T##_fma(a[u], T##_set((T##_real)TWO_OVER_PI), T##_set(SHIFT));                       \
    EACH w[u] = T##_sub(k[u], T##_set(SHIFT));                                                       \
    EACH a[u] = T##_fnma(w[u], T##_set(HALF_PI[0]), a[u]);                                           \
    EACH a[u] = T##_fnma(w[u], T##_set(HALF_PI[1]), a[u]);                                           \
    EACH w[u] = T##_mul(a[u], a[u]);                                                                 \
    EACH w2[u] = T##_mul(w[u], w[u]);                                                                \
    EACH even[u] = T##_set(P[(last) & ~1]);                                                          \
    EACH odd[u] = T##_set(P[((last) - 1) | 1]);                                                      \
    _Pragma("GCC unroll 16") for (int c = (last) - 2; c >= 0; c--) {                                 \
        if (c & 1)                                                                                   \
            EACH odd[u] = T##_fma(odd[u], w2[u], T##_set(P[c]));                                     \
        else                                                                                         \
            EACH even[u] = T##_fma(even[u], w2[u], T##_set(P[c]));                                   \
    }                                                                                                \
    EACH even[u] = T##_fma(odd[u], w[u], even[u]);                                                   \
    EACH w[u] = T##_mul(a[u], w[u]);                                                                 \
    EACH w[u] = T##_fma(w[u], even[u], a[u]);                                                        \
    EACH w[u] = T##_sign(w[u], k[u], x[u]);                                                          \
    T##v bits = k[0];                                                                                \
    EACH bits = T##_or(bits, k[u]);

SIMD_INLINE f64v as_written_f64(f64v x)
{
    return f64_sin_u10(f64_mul(f64_cos_u10(x), f64_sin_u10(x)));
}

SIMD_INLINE void fused_f64(f64v *x, const int n, const map_row *row, int64_t i)
{
    (void)row, (void)i;
    FUSED_CORE(f64, x, n, 13, p64, shift64, half_pi64)
    if (__builtin_expect(f64_test(bits, BEYOND64), 0))
        EACH {
            const f64m beyond = f64_gt(k[u], f64_set(last64));
            if (f64_any(beyond))
                w[u] = f64_select(beyond, as_written_f64(x[u]), w[u]);
        }
    EACH x[u] = w[u];
}

/* f32 lanes past the limit, through f64.  Out of line: it must not take registers from the fast path. */
static __attribute__((noinline)) void widened_f32(const float *in, float *out)
{
    f64_real wide[f32_LANES];
    for (int j = 0; j < f32_LANES; j++)
        wide[j] = in[j];
    for (int j = 0; j < f32_LANES; j += f64_LANES) {
        f64v v[1] = {f64_load(wide + j)};
        fused_f64(v, 1, 0, 0);
        f64_store(wide + j, v[0]);
    }
    for (int j = 0; j < f32_LANES; j++)
        out[j] = (float)wide[j];
}

SIMD_INLINE f32v beyond_f32(f32v x)
{
    float in[f32_LANES], out[f32_LANES];
    f32_store(in, x);
    widened_f32(in, out);
    return f32_load(out);
}

SIMD_INLINE void fused_f32(f32v *x, const int n, const map_row *row, int64_t i)
{
    (void)row, (void)i;
    FUSED_CORE(f32, x, n, 6, p32, shift32, half_pi32)
    if (__builtin_expect(f32_test(bits, BEYOND32), 0))
        EACH {
            const f32m beyond = f32_gt(k[u], f32_set(last32));
            if (f32_any(beyond))
                w[u] = f32_select(beyond, beyond_f32(x[u]), w[u]);
        }
    EACH x[u] = w[u];
}

/* The expression as written: three SLEEF calls. */
#define AS_WRITTEN(T, ulp)                                                                           \
    SIMD_INLINE void ulp##_##T(T##v *x, const int n, const map_row *row, int64_t i)                  \
    {                                                                                                \
        (void)row, (void)i;                                                                          \
        EACH x[u] = T##_sin_##ulp(T##_mul(T##_cos_##ulp(x[u]), T##_sin_##ulp(x[u])));                \
    }
AS_WRITTEN(f64, u10)
AS_WRITTEN(f32, u10)
AS_WRITTEN(f64, u35)
AS_WRITTEN(f32, u35)

NT_MAP_TILE(f64, fused_f64_1, 1, fused_f64)
NT_MAP_TILE(f64, fused_f64_2, 2, fused_f64)
NT_MAP_TILE(f64, fused_f64_4, 4, fused_f64)
NT_MAP_TILE(f32, fused_f32_1, 1, fused_f32)
NT_MAP_TILE(f32, fused_f32_2, 2, fused_f32)
NT_MAP_TILE(f32, fused_f32_4, 4, fused_f32)
NT_MAP_TILE(f64, u10_f64_1, 1, u10_f64)
NT_MAP_TILE(f32, u10_f32_1, 1, u10_f32)
NT_MAP_TILE(f64, u35_f64_1, 1, u35_f64)
NT_MAP_TILE(f32, u35_f32_1, 1, u35_f32)

#ifdef NT_ISA_IS_scalar
/* The notebook's own way: the C library, one cell after the other. */
SIMD_INLINE void libm_f64(double *x, const int n, const map_row *row, int64_t i)
{
    (void)row, (void)i;
    EACH x[u] = sin(cos(x[u]) * sin(x[u]));
}
SIMD_INLINE void libm_f32(float *x, const int n, const map_row *row, int64_t i)
{
    (void)row, (void)i;
    EACH x[u] = sinf(cosf(x[u]) * sinf(x[u]));
}
NT_MAP_TILE(f64, libm_f64_1, 1, libm_f64)
NT_MAP_TILE(f32, libm_f32_1, 1, libm_f32)
#endif

const nt_tile NT_TILES(mathop)[] = {
    {"fused", NT_F64, 4, 1, fused_f64_4},
    {"fused", NT_F64, 2, 1, fused_f64_2},
    {"fused", NT_F64, 1, 1, fused_f64_1},
    {"fused", NT_F32, 2, 1, fused_f32_2},
    {"fused", NT_F32, 4, 1, fused_f32_4},
    {"fused", NT_F32, 1, 1, fused_f32_1},
    {"u10", NT_F64, 1, 1, u10_f64_1},
    {"u10", NT_F32, 1, 1, u10_f32_1},
    {"u35", NT_F64, 1, 1, u35_f64_1},
    {"u35", NT_F32, 1, 1, u35_f32_1},
#ifdef NT_ISA_IS_scalar
    {"libm", NT_F64, 1, 1, libm_f64_1},
    {"libm", NT_F32, 1, 1, libm_f32_1},
#endif
    {0},
};
