/*
 * mathop_tile.c - a = sin(cos(a) sin(a)), in vectors of any width
 * SPDX-License-Identifier: MIT
 *
 * The variant `fused`.  cos(x) sin(x) = sin(2x)/2, so f(x) = sin(sin(2x)/2), which is odd, and
 * f(x + pi/2) = -f(x).  With n = rint(2x/pi) and u = x - n pi/2:
 *
 *     f(x) = (-1)^n g(u),    g(u) = sin(sin(2u)/2) = u - u T(u^2 - c),    |u| <= pi/4
 *
 * T is one polynomial (mathop.sollya): error 2^-59 at degree 14 in f64, 2^-27.9 at degree 7 in f32.
 * Three calls become one, and no intermediate result is rounded.
 *
 * The shift c, near 1/8, reduces the rounding errors.  They matter most at |u| = pi/4, where u - u T cancels:
 * there the errors of y = u^2 - c and of the inner sums are multiplied by y, which is below 1/2.
 * For small u, T is a small difference, and c keeps its error small as well.  The largest error is 1.6 ULP;
 * T in powers of u^2 itself (c = 0) gives 2.2 with the same number of instructions.
 *
 * Horner's rule keeps three vectors alive in each step, while even and odd chains keep five.  With four
 * vectors in flight in program order it is as fast, and more exact.
 *
 * The reduction works on |x|, and u then gets the sign; so -0, subnormals, NaN and Inf are right
 * without a branch.  (T(-c), exactly 0 but for rounding, must be below 0: then -0 - (-0 T) is -0.)
 * Adding 1.5 * 2^52 (2^23) leaves n in the low bits of the sum, where T_sign finds its parity.
 * pi/2 is three words: with two, u loses its bits if x is the number nearest to a multiple of pi/2
 * (451 ULP for |x| between 32 and 64 in f64).  Beyond a limit each lane by itself gets SLEEF's result (f64)
 * or that of the f64 path (f32).
 */
#include "nestune/simd/map.h"
#include "nestune/tile.h"

static const double f64_c = 1031.0 / 8192;
static const double f64_t[15] = {
    0x1.91462d1ac2c52p-4,   0x1.74c07d3fb8a2bp-1,  -0x1.77ad4be26b879p-2,  0x1.fa4cbd4608cep-3,
    -0x1.209b3fce578c6p-3,  0x1.07e5ca700275ap-4,  -0x1.c02e9bcd43b18p-6,  0x1.766e547016cc8p-7,
    -0x1.29e362aa6420cp-8,  0x1.bb3e34fcee1c4p-10, -0x1.3952bd3765f8bp-11, 0x1.ab4e2dc6ccf3bp-13,
    -0x1.13f1f364fb588p-14, 0x1.308dd86452fd6p-16, -0x1.9cd1daefcc95cp-19,
};
static const float f32_c = 127.0f / 1024;
static const float f32_t[8] = {
    0x1.8bcf1p-4f,   0x1.7570e8p-1f, -0x1.7911f6p-2f, 0x1.fc6fcap-3f,
    -0x1.21e478p-3f, 0x1.07fbb8p-4f, -0x1.a0d1acp-6f, 0x1.b7cc44p-8f,
};
#define TWO_OVER_PI 0x1.45f306dc9c883p-1
static const double f64_shift = 0x1.8p52, f64_half_pi[3] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54,
                                                       -0x1.f1976b7ed8fbcp-110};
static const float f32_shift = 0x1.8p23f, f32_half_pi[3] = {0x1.921fb6p0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};

/* The reduction holds for n < 2^40 (f64) and n < 2^16 (f32): 1.6 ULP there, 1.7 and more beyond in f32.  Then
 * n + shift has only the bits of shift and those of n below the limit.  A higher bit, from a larger n, from
 * another exponent or from NaN, sends the group to a test of each lane.  This costs one `or` a vector; a
 * comparison would use the slot of an FMA. */
static const uint64_t f64_beyond = ~UINT64_C(0x4338000000000000) & ~((UINT64_C(1) << 40) - 1);
static const uint32_t f32_beyond = ~UINT32_C(0x4b400000) & ~((UINT32_C(1) << 16) - 1);
static const double f64_last = 0x1.8p52 + (0x1p40 - 1); /* the last n + shift that is not beyond */
static const float f32_last = 0x1.8p23f + (0x1p16f - 1);

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

/* w[] becomes g(a[]).  The pointer to the coefficients is hidden from gcc, which otherwise would keep them
 * all in registers and spill the vectors. */
#define EVALUATE(T, n)                                                                               \
    const T##_real *coef = T##_t;                                                                    \
    __asm__("" : "+r"(coef));                                                                        \
    const int last = (int)(sizeof T##_t / sizeof T##_t[0]) - 1;                                      \
    EACH w[u] = T##_fma(a[u], a[u], T##_set(-T##_c));                                                \
    EACH q[u] = T##_set(coef[last]);                                                                 \
    _Pragma("GCC unroll 16") for (int c = last - 1; c >= 0; c--)                                     \
        EACH q[u] = T##_fma(q[u], w[u], T##_set(coef[c]));                                           \
    EACH w[u] = T##_fnma(a[u], q[u], a[u]);

/* FN replaces each lane past the last n by BEYOND(x).  It is not inlined, so that the fast path keeps its
 * registers. */
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
/* As in the notebook: the C library, one cell after the other. */
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

/* A vector costs one subtraction; FMAs for n, three for u, one for u^2 - c, one a degree of T, one at the
 * end; abs, or, and four for the sign.  The vectors of a group share the loads of T's coefficients. */
#define FUSED_WORK(T, n)                                                                             \
    .work = {.add = 1, .fma = 6 + sizeof T##_t / sizeof *T##_t - 1, .int_other = 6,                  \
             .load = 1 + (sizeof T##_t / sizeof *T##_t + (n) - 1) / (n), .store = 1}
#define FUSED_ENTRY(T, code, n) NT_TILE("fused", code, "u" #n, fused_##T##_##n, FUSED_WORK(T, n))
#define OTHER_ENTRY(name, T, code) NT_TILE(#name, code, "u1", name##_##T##_1, .work = {0})

const nt_function NT_FUNCTIONS(mathop)[] = {
    FUSED_ENTRY(f64, NT_F64, 4),   FUSED_ENTRY(f64, NT_F64, 6),   FUSED_ENTRY(f64, NT_F64, 2),
    FUSED_ENTRY(f64, NT_F64, 1),   FUSED_ENTRY(f32, NT_F32, 4),   FUSED_ENTRY(f32, NT_F32, 6),
    FUSED_ENTRY(f32, NT_F32, 2),   FUSED_ENTRY(f32, NT_F32, 1),   OTHER_ENTRY(u10, f64, NT_F64),
    OTHER_ENTRY(u10, f32, NT_F32), OTHER_ENTRY(u35, f64, NT_F64), OTHER_ENTRY(u35, f32, NT_F32),
#ifdef NT_ISA_IS_scalar
    OTHER_ENTRY(libm, f64, NT_F64), OTHER_ENTRY(libm, f32, NT_F32),
#endif
    {0},
};
