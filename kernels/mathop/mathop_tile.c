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
 * Horner's rule keeps three vectors alive in each step, while even and odd chains keep five.  With several
 * vectors in flight in program order it is as fast, and more exact.
 *
 * A reduction that works on |x| and gives u the sign of x is right for -0, subnormals, NaN and Inf, without a test of its own.
 * (T(-c), exactly 0 but for rounding, must be below 0: then -0 - (-0 T) is -0.)  Adding a large number to n leaves n in the
 * low bits of the sum, where T_sign finds its parity.
 * pi/2 is three words: with two, u loses its bits if x is the number nearest to a multiple of pi/2
 * (451 ULP for |x| between 32 and 64 in f64).  Beyond a limit each lane by itself gets SLEEF's result (f64)
 * or that of the f64 path (f32).
 *
 * Two variants are more exact and have headers of their own: `fused_1` (both types) and `exact` (f32).
 */
#include "mathop/mathop_exact.h"
#include "mathop/mathop_fused_1.h"
#include "mathop/mathop_pipelined.h"
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
static const double f64_half_pi[3] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
static const float f32_half_pi[3] = {0x1.921fb6p0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};

/*
 * There are two ways to reduce, with the same bits.  The first works on any x by itself: on |x|, with k = n + shift.  It holds for
 * n < 2^40 (f64) and n < 2^16 (f32): 1.6 ULP there, 1.7 and more beyond in f32.
 */
static const double f64_shift = 0x1.8p52, f64_last = 0x1.8p52 + (0x1p40 - 1); /* the last n + shift that is not beyond */
static const float f32_shift = 0x1.8p23f, f32_last = 0x1.8p23f + (0x1p16f - 1);

/*
 * The second serves groups of vectors with smaller n: -2^39 - 1 to 2^39 - 2 (f64), -2^15 - 1 to 2^15 - 2 (f32).  It takes x with its
 * sign, which saves three instructions: for -x, n and u are exactly negated.  k = n unit + offset, where unit is the last place of
 * numbers from 2 to 4, and offset is 2 and some units.  So the bit pattern of k is that of 2, plus n and these units.
 *
 * Whether all n of a group are in that range costs one `or` a vector, where a comparison would use the slot of an FMA: the union of
 * all k then has only the bit of 2 and those below 2^40 (2^16).  Any other k sets one more: a larger one a higher bit, one below 2 a
 * lower bit of the exponent, a negative one its sign, NaN and Inf all bits of the exponent.  (k is never 0, since no n unit is exactly
 * -offset.)
 */
static const double f64_unit = 0x1p-51, f64_offset = 2 + (0x1p39 + 1) * 0x1p-51;
static const float f32_unit = 0x1p-22f, f32_offset = 2 + (0x1p15f + 1) * 0x1p-22f;
static const uint64_t f64_fused_beyond = ~(UINT64_C(0x4000000000000000) | ((UINT64_C(1) << 40) - 1));
static const uint32_t f32_fused_beyond = ~(UINT32_C(0x40000000) | ((UINT32_C(1) << 16) - 1));

/* k of a vector. */
#define ROUNDED(T, x) T##_fma(x, T##_set((T##_real)TWO_OVER_PI * T##_unit), T##_set(T##_offset))

/*
 * -u = n pi/2 - x, from n unit.  For x = -0, n is +0 and -u has to be +0: x - n p keeps the sign of a zero x where p is above 0,
 * and n p - x turns it where p is below.  The difference before is opaque, because gcc makes a b - c of -(c - a b), and 0 then gets
 * the other sign (seen with gcc 12 for aarch64).
 */
#define WORD(T, i) T##_set(T##_half_pi[i] / T##_unit)
SIMD_INLINE f64v minus_u_f64(f64v x, f64v n)
{
    x = f64_fnma(n, WORD(f64, 0), x);
    x = f64_fnma(n, WORD(f64, 1), x);
    SIMD_OPAQUE_VECTOR(x);
    return f64_fms(n, WORD(f64, 2), x);
}
SIMD_INLINE f32v minus_u_f32(f32v x, f32v n)
{
    x = f32_fnma(n, WORD(f32, 0), x);
    SIMD_OPAQUE_VECTOR(x);
    x = f32_fms(n, WORD(f32, 1), x);
    return f32_fma(n, WORD(f32, 2), x);
}

enum { MOST = 6 }; /* vectors in flight */
#define EACH _Pragma("GCC unroll 16") for (int u = 0; u < n; u++)

/* a[] is |x|, k[] is n + shift, w[] is n. */
#define QUOTIENT(T, x, n)                                                                            \
    T##v a[MOST], k[MOST], w[MOST], q[MOST];                                                         \
    EACH a[u] = T##_abs(x[u]);                                                                       \
    EACH k[u] = T##_fma(a[u], T##_set((T##_real)TWO_OVER_PI), T##_set(T##_shift));                   \
    EACH w[u] = T##_sub(k[u], T##_set(T##_shift));

/* a[] becomes the reduced argument with the sign of the result. */
#define REDUCE_ANY(T, x, n)                                                                          \
    QUOTIENT(T, x, n)                                                                                \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[0]), a[u]);                                       \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[1]), a[u]);                                       \
    EACH a[u] = T##_fnma(w[u], T##_set(T##_half_pi[2]), a[u]);                                       \
    EACH a[u] = T##_sign(a[u], k[u], x[u]);

/* The same where |n| is small; bits is the union of k[].  k[] has the parity of n + 1, since offset has an odd number of units:
 * that turns -u. */
#define REDUCE(T, x, n)                                                                              \
    T##v a[MOST], k[MOST], w[MOST], q[MOST], bits = T##_set(0);                                      \
    EACH k[u] = ROUNDED(T, x[u]);                                                                    \
    EACH bits = T##_or(bits, k[u]);                                                                  \
    EACH w[u] = T##_sub(k[u], T##_set(T##_offset));                                                  \
    EACH a[u] = minus_u_##T(x[u], w[u]);                                                             \
    EACH a[u] = T##_flip(a[u], k[u]);

/* w[] becomes y = a[]^2 - c, and q[] the polynomial in y with the coefficients from `first` on.  The pointer to them
 * is hidden from gcc, which otherwise would keep them all in registers and spill the vectors. */
#define HORNER(T, c, t, first, n)                                                \
    const T##_real *coef = t;                                                    \
    __asm__("" : "+r"(coef));                                                    \
    const int last = (int)(sizeof t / sizeof t[0]) - 1;                          \
    EACH w[u] = T##_fma(a[u], a[u], T##_set(-c));                                \
    EACH q[u] = T##_set(coef[last]);                                             \
    _Pragma("GCC unroll 16") for (int j = last - 1; j >= first; j--)             \
    {                                                                            \
        EACH q[u] = T##_fma(q[u], w[u], T##_set(coef[j]));                       \
    }

/* w[] becomes g(a[]). */
#define EVALUATE(T, x, n)         \
    HORNER(T, T##_c, T##_t, 0, n) \
    EACH w[u] = T##_fnma(a[u], q[u], a[u]);

/* name_slow replaces each lane past the last n by BEYOND(x).  It is not inlined, so that the fast path keeps its
 * registers. */
#define SLOW(T, name, REDUCE, EVALUATE, BEYOND)                                                      \
    static __attribute__((noinline)) T##v name##_slow_##T(T##v x0)                                   \
    {                                                                                                \
        const int n = 1;                                                                             \
        const T##v x[1] = {x0};                                                                      \
        REDUCE(T, x, n)                                                                              \
        EVALUATE(T, x, n)                                                                            \
        const T##m beyond = T##_gt(k[0], T##_set(T##_last));                                         \
        return T##_any(beyond) ? T##_select(beyond, BEYOND(x0), w[0]) : w[0];                        \
    }
#define FUSED(T, name, REDUCE, EVALUATE)                                                             \
    SIMD_INLINE void name##_##T(T##v *x, const int n, const map_row *row, int64_t i)                 \
    {                                                                                                \
        (void)row, (void)i;                                                                          \
        REDUCE(T, x, n)                                                                              \
        if (__builtin_expect(T##_test(bits, T##_##name##_beyond), 0)) {                              \
            EACH x[u] = name##_slow_##T(x[u]);                                                       \
            return;                                                                                  \
        }                                                                                            \
        EVALUATE(T, x, n)                                                                            \
        EACH x[u] = w[u];                                                                            \
    }

SIMD_INLINE f64v as_written_f64(f64v x)
{
    return f64_sin_u10(f64_mul(f64_cos_u10(x), f64_sin_u10(x)));
}
SLOW(f64, fused, REDUCE_ANY, EVALUATE, as_written_f64)
FUSED(f64, fused, REDUCE, EVALUATE)

/* sin(sin(2x)/2): two calls.  Doubling and halving are exact, but for 2x that overflows: such lanes get the
 * expression as written.  sin(2x)/2 is subnormal only where x is, and there it is x. */
#define BY_DOUBLE_ANGLE(T, last)                                                                     \
    SIMD_INLINE T##v by_double_angle_##T(T##v x)                                                     \
    {                                                                                                \
        const T##m beyond = T##_gt(T##_abs(x), T##_set(last));                                       \
        T##v r = T##_mul(T##_sin_u10(T##_add(x, x)), T##_set((T##_real)0.5));                        \
        if (__builtin_expect(T##_any(beyond), 0))                                                    \
            r = T##_select(beyond, T##_mul(T##_cos_u10(x), T##_sin_u10(x)), r);                      \
        return T##_sin_u10(r);                                                                       \
    }
BY_DOUBLE_ANGLE(f64, 0x1p1022)
BY_DOUBLE_ANGLE(f32, 0x1p126f)
SLOW(f64, fused_1, REDUCE_1, EVALUATE_1, by_double_angle_f64)
FUSED(f64, fused_1, REDUCE_1, EVALUATE_1)

/* f32 lanes past the limit, through the f64 path. */
SIMD_INLINE f32v widened_f32(f32v x)
{
    f32_real narrow[f32_LANES];
    f64_real wide[f32_LANES];
    f32_store(narrow, x);
    for (int j = 0; j < f32_LANES; j++)
        wide[j] = narrow[j];
    for (int j = 0; j < f32_LANES; j += f64_LANES)
        f64_store(wide + j, fused_slow_f64(f64_load(wide + j)));
    for (int j = 0; j < f32_LANES; j++)
        narrow[j] = (f32_real)wide[j];
    return f32_load(narrow);
}
SLOW(f32, fused, REDUCE_ANY, EVALUATE, widened_f32)
FUSED(f32, fused, REDUCE, EVALUATE)
SLOW(f32, fused_1, REDUCE_1, EVALUATE_1, widened_f32)
FUSED(f32, fused_1, REDUCE_1, EVALUATE_1)

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

/* The same, with sine and cosine from one call. */
#define SINCOS(T)                                                                    \
    SIMD_INLINE void sincos_##T(T##v *x, const int n, const map_row *row, int64_t i) \
    {                                                                                \
        (void)row, (void)i;                                                          \
        EACH                                                                         \
        {                                                                            \
            T##v cosine;                                                             \
            const T##v sine = T##_sincos_u10(x[u], &cosine);                         \
            x[u] = T##_sin_u10(T##_mul(cosine, sine));                               \
        }                                                                            \
    }
SINCOS(f64)
SINCOS(f32)

#define DOUBLE_ANGLE(T)                                                                              \
    SIMD_INLINE void double_angle_##T(T##v *x, const int n, const map_row *row, int64_t i)           \
    {                                                                                                \
        (void)row, (void)i;                                                                          \
        EACH x[u] = by_double_angle_##T(x[u]);                                                       \
    }
DOUBLE_ANGLE(f64)
DOUBLE_ANGLE(f32)

#define FUSED_TILES(T, name)                      \
    NT_MAP_TILE(T, name##_##T##_1, 1, name##_##T) \
    NT_MAP_TILE(T, name##_##T##_2, 2, name##_##T) \
    NT_MAP_TILE(T, name##_##T##_4, 4, name##_##T) \
    NT_MAP_TILE(T, name##_##T##_6, 6, name##_##T)
FUSED_TILES(f64, fused)
FUSED_TILES(f32, fused)

/* REDUCE for one vector, which adds its k to the union. */
#define REDUCED(T)                                                                                   \
    SIMD_INLINE T##v reduced_##T(T##v x, T##v *bits)                                                 \
    {                                                                                                \
        const T##v k = ROUNDED(T, x);                                                                \
        *bits = T##_or(*bits, k);                                                                    \
        return T##_flip(minus_u_##T(x, T##_sub(k, T##_set(T##_offset))), k);                          \
    }
REDUCED(f64)
REDUCED(f32)
PIPELINED(f64, 4)
PIPELINED(f64, 6)
PIPELINED(f32, 4)
PIPELINED(f32, 6)

FUSED_TILES(f64, fused_1)
FUSED_TILES(f32, fused_1)
NT_MAP_TILE(f32, exact_f32_1, 1, exact_f32)
NT_MAP_TILE(f32, exact_f32_2, 2, exact_f32)
NT_MAP_TILE(f32, exact_f32_4, 4, exact_f32)
#define OTHER_TILES(name)                                                                            \
    NT_MAP_TILE(f64, name##_f64_1, 1, name##_f64)                                                    \
    NT_MAP_TILE(f32, name##_f32_1, 1, name##_f32)
OTHER_TILES(u10)
OTHER_TILES(u35)
OTHER_TILES(sincos)
OTHER_TILES(double_angle)

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
OTHER_TILES(libm)
#endif

/* A vector costs one subtraction; FMAs for n, three for u, one for u^2 - c, one a degree of T, one at the
 * end; or, and two for the sign.  The vectors of a group share the loads of T's coefficients. */
#define FUSED_WORK(T, n)                                                                             \
    .work = {.add = 1, .fma = 6 + sizeof T##_t / sizeof *T##_t - 1, .int_other = 3,                  \
             .load = 1 + (sizeof T##_t / sizeof *T##_t + (n) - 1) / (n), .store = 1}

/* The default form comes first. */
#define FUSED_ENTRY(name, T, code, n, WORK) NT_TILE(#name, code, "u" #n, name##_##T##_##n, WORK(T, n))
#define FUSED_ENTRIES(name, T, code, WORK)                                                           \
    FUSED_ENTRY(name, T, code, 4, WORK), FUSED_ENTRY(name, T, code, 6, WORK),                        \
        FUSED_ENTRY(name, T, code, 2, WORK), FUSED_ENTRY(name, T, code, 1, WORK)
#define PIPELINED_ENTRY(T, code, n) NT_TILE("fused", code, "p" #n, fused_##T##_p##n, FUSED_WORK(T, n))
#define EXACT_ENTRY(n) NT_TILE("exact", NT_F32, "u" #n, exact_f32_##n, EXACT_WORK(n))
#define OTHER_ENTRY(name, T, code) NT_TILE(#name, code, "u1", name##_##T##_1, .work = {0})
#define OTHER_ENTRIES(name) OTHER_ENTRY(name, f64, NT_F64), OTHER_ENTRY(name, f32, NT_F32)

const nt_function NT_FUNCTIONS(mathop)[] = {
    PIPELINED_ENTRY(f64, NT_F64, 6),
    PIPELINED_ENTRY(f64, NT_F64, 4),
    FUSED_ENTRIES(fused, f64, NT_F64, FUSED_WORK),
    PIPELINED_ENTRY(f32, NT_F32, 4),
    PIPELINED_ENTRY(f32, NT_F32, 6),
    FUSED_ENTRIES(fused, f32, NT_F32, FUSED_WORK),
    FUSED_ENTRIES(fused_1, f64, NT_F64, FUSED_1_WORK),
    FUSED_ENTRIES(fused_1, f32, NT_F32, FUSED_1_WORK),
    EXACT_ENTRY(4),
    EXACT_ENTRY(2),
    EXACT_ENTRY(1),
    OTHER_ENTRIES(u10),
    OTHER_ENTRIES(u35),
    OTHER_ENTRIES(sincos),
    OTHER_ENTRIES(double_angle),
#ifdef NT_ISA_IS_scalar
    OTHER_ENTRIES(libm),
#endif
    {0},
};
