/*
 * mathop_tile.c - a = sin(cos(a) sin(a)), in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * The variant `fused`.  cos(x) sin(x) = sin(2x)/2, so f(x) = sin(sin(2x)/2), which is odd, and
 * f(x + pi/2) = -f(x).  With n = rint(2x/pi) and u = x - n pi/2:
 *
 *     f(x) = (-1)^n g(u),    g(u) = sin(sin(2u)/2) = u + u^3 P(u^2),    |u| <= pi/4
 *
 * Q = 1 + P is one polynomial (mathop.sollya): relative error of g 2^-59 at degree 29 in f64, 2^-28.7
 * at degree 15 in f32.  Three calls become one, and no intermediate result is rounded.
 *
 * Evaluated as u + u (w Q(w) - w), w = u^2: Q is small where P is near -1, and so are its
 * rounding errors.  Against u + u w P this takes the largest error from 2.2 to 1.6 ULP, at the same
 * number of instructions.  Horner's rule keeps three vectors alive a step where even and odd chains keep
 * five; with four vectors in flight in program order it is as fast, and more exact.
 *
 * The reduction works on |x| and the sign is put on u; so -0, subnormals, NaN and Inf come out right
 * without a branch (w Q - w is +0 at zero; w - w Q subtracted would give +0 for -0).  n comes from adding 1.5 * 2^52 (2^23), which leaves it in the low bits, where
 * T_sign finds its parity.  pi/2 in three words: with two, u loses bits where x is the nearest number to
 * a multiple of pi/2 (451 ULP at n = 14 in f64).  Beyond a limit lanes, each for itself, take SLEEF's result
 * (f64) or the f64 path (f32).
 */
#include "simd/map.h"
#include "tile.h"

static const double f64_q[14] = {
    0x1.5555555555571p-3,   0x1.e666666665e98p-2,  -0x1.5179179160536p-2,  0x1.82c2817871fdbp-3,
    -0x1.6e64926cd3be4p-4,  0x1.45acfedf14b4fp-5,  -0x1.18a40af3350fbp-6,  0x1.c84bb8e933043p-8,
    -0x1.5bb2c7c6544e6p-9,  0x1.f70e6d8d948e3p-11, -0x1.579132a283c89p-12, 0x1.a2a648c7df3ep-14,
    -0x1.8a822d1c17306p-16, 0x1.9b02c9897b7eep-19,
};
static const float f32_q[7] = {
    0x1.55557ep-3f,  0x1.e66332p-2f, -0x1.514ca2p-2f, 0x1.806f46p-3f,
    -0x1.5d5532p-4f, 0x1.fbbb5ep-6f, -0x1.b04f0ep-8f,
};
#define TWO_OVER_PI 0x1.45f306dc9c883p-1
static const double f64_shift = 0x1.8p52, f64_half_pi[3] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54,
                                                       -0x1.f1976b7ed8fbcp-110};
static const float f32_shift = 0x1.8p23f, f32_half_pi[3] = {0x1.921fb6p0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};

/* The reduction holds for n < 2^40 and n < 2^17: 1.5 and 1.6 ULP there, more beyond.  Then n + shift has
 * the bits of shift and those of n below the limit; a higher bit, from a larger n, from another exponent or
 * from NaN, sends the group to the lane by lane test.  One `or` a vector instead of a comparison,
 * which would take an FMA's place. */
static const uint64_t f64_beyond = ~UINT64_C(0x4338000000000000) & ~((UINT64_C(1) << 40) - 1);
static const uint32_t f32_beyond = ~UINT32_C(0x4b400000) & ~((UINT32_C(1) << 17) - 1);
static const double f64_last = 0x1.8p52 + (0x1p40 - 1); /* the last n + shift that is not beyond */
static const float f32_last = 0x1.8p23f + (0x1p17f - 1);

enum { MOST = 6 }; /* vectors in flight */
#define EACH _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)

/* a[] becomes the reduced argument with the sign of the result, k[] is n + shift, bits their union. */
#define REDUCE(T, x, n)                                                                              \
    T##v a[MOST], k[MOST], w[MOST], q[MOST];                                                         \
    EACH a[u] = T##_abs(x[u]);                                                                       \
    EACH k[u] = T##_fma(a[u], T##_set((T##_real)TWO_OVER_PI), T##_set(T##_shift));                   \
    T##v bits = k[0];                                                                                \
    EACH bits = T##_or(bits, k[u]);                                                                  \
    EACH w[u] = T##_sub(k[u], T##_set(T##_shift));                                                   \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[0]), a[u]);                                       \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[1]), a[u]);                                       \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[2]), a[u]);                                       \
    EACH a[u] = T##_sign(a[u], k[u], x[u]);

/* w[] becomes g(a[]).  The coefficients are read through a pointer that gcc cannot see through: it would
 * keep them all in registers, and spill the vectors. */
#define EVALUATE(T, n)                                                                               \
    const T##_real *coef = T##_q;                                                                    \
    __asm__("" : "+r"(coef));                                                                        \
    const int last = (int)(sizeof T##_q / sizeof T##_q[0]) - 1;                                      \
    EACH w[u] = T##_mul(a[u], a[u]);                                                                 \
    EACH q[u] = T##_set(coef[last]);                                                                 \
    _Pragma("GCC unroll 16") for (int c = last - 1; c >= 0; c--)                                     \
        EACH q[u] = T##_fma(q[u], w[u], T##_set(coef[c]));                                           \
    EACH w[u] = T##_fms(w[u], q[u], w[u]);                                                           \
    EACH w[u] = T##_fma(a[u], w[u], a[u]);

/* FN replaces lanes past the last n by BEYOND(x), each for itself; out of line, so that it takes no
 * registers from the fast path. */
#define FUSED(T, BEYOND)                                                                             \
    static __attribute__((noinline)) T##v slow_##T(T##v x0)                                          \
    {                                                                                                \
        const int n = 1;                                                                             \
        const T##v x[1] = {x0};                                                                      \
        REDUCE(T, x, n)                                                                              \
        EVALUATE(T, n)                                                                               \
        const T##m beyond = T##_gt(k[0], T##_set(T##_last));                                         \
        (void)bits;                                                                                  \
        return T##_any(beyond) ? T##_select(beyond, BEYOND(x0), w[0]) : w[0];                        \
    }                                                                                                \
    SIMD_INLINE void fused_##T(T##v *x, const int n, const map_row *row, int64_t i)                  \
    {                                                                                                \
        (void)row, (void)i;                                                                          \
        REDUCE(T, x, n)                                                                              \
        if (__builtin_expect(T##_test(bits, T##_beyond), 0)) {                                       \
            EACH x[u] = slow_##T(x[u]);                                                              \
            return;                                                                                  \
        }                                                                                            \
        EVALUATE(T, n)                                                                               \
        EACH x[u] = w[u];                                                                            \
    }

SIMD_INLINE f64v as_written_f64(f64v x)
{
    return f64_sin_u10(f64_mul(f64_cos_u10(x), f64_sin_u10(x)));
}
FUSED(f64, as_written_f64)

/* f32 lanes past the limit, through the f64 path. */
SIMD_INLINE f32v widened_f32(f32v x)
{
    f32_real narrow[f32_LANES];
    f64_real wide[f32_LANES];
    f32_store(narrow, x);
    for (int j = 0; j < f32_LANES; j++)
        wide[j] = narrow[j];
    for (int j = 0; j < f32_LANES; j += f64_LANES)
        f64_store(wide + j, slow_f64(f64_load(wide + j)));
    for (int j = 0; j < f32_LANES; j++)
        narrow[j] = (f32_real)wide[j];
    return f32_load(narrow);
}
FUSED(f32, widened_f32)

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
NT_MAP_TILE(f64, fused_f64_6, 6, fused_f64)
NT_MAP_TILE(f32, fused_f32_1, 1, fused_f32)
NT_MAP_TILE(f32, fused_f32_2, 2, fused_f32)
NT_MAP_TILE(f32, fused_f32_4, 4, fused_f32)
NT_MAP_TILE(f32, fused_f32_6, 6, fused_f32)
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
    {"fused", NT_F64, 6, 1, fused_f64_6},
    {"fused", NT_F64, 2, 1, fused_f64_2},
    {"fused", NT_F64, 1, 1, fused_f64_1},
    {"fused", NT_F32, 4, 1, fused_f32_4},
    {"fused", NT_F32, 6, 1, fused_f32_6},
    {"fused", NT_F32, 2, 1, fused_f32_2},
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
