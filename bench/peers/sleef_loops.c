/*
 * sleef_loops.c - a = sin(cos(a) sin(a)) with SLEEF's vector functions in a plain OpenMP loop
 * SPDX-License-Identifier: MIT
 *
 * As a user of SLEEF would write it, with the widest vectors of this CPU; u10 and u35 are bounds of 1.0 and
 * 3.5 ULP a call.  The array's end is a buffer of one vector.
 */
#include <immintrin.h>
#include <sleef.h>
#include <string.h>

#if defined __AVX512F__
#define WIDTH       64
#define NAME(f, p)  Sleef_##f##8_##p##avx512f
#define NAMEF(f, p) Sleef_##f##16_##p##avx512f
typedef __m512d doubles;
typedef __m512 floats;
#elif defined __AVX2__
#define WIDTH       32
#define NAME(f, p)  Sleef_##f##4_##p##avx2
#define NAMEF(f, p) Sleef_##f##8_##p##avx2
typedef __m256d doubles;
typedef __m256 floats;
#else
#error "AVX2 or AVX-512 is needed"
#endif

/* One loop: the elements of type T in vectors V, functions F of precision P. */
#define LOOP(T, V, F, fsin, fcos, P)                                                                  \
    static void loop_##T##_##P(long n, int threads, T *a)                                             \
    {                                                                                                 \
        enum { LANES = WIDTH / sizeof(T) };                                                           \
        const long whole = n / LANES * LANES;                                                         \
        _Pragma("omp parallel for schedule(static) num_threads(threads)") for (long i = 0; i < whole; \
                                                                               i += LANES)            \
        {                                                                                             \
            V v;                                                                                      \
            memcpy(&v, a + i, sizeof v);                                                              \
            v = F(fsin, P)(F(fcos, P)(v) * F(fsin, P)(v));                                            \
            memcpy(a + i, &v, sizeof v);                                                              \
        }                                                                                             \
        V v = {0};                                                                                    \
        memcpy(&v, a + whole, (n - whole) * sizeof(T));                                               \
        v = F(fsin, P)(F(fcos, P)(v) * F(fsin, P)(v));                                                \
        memcpy(a + whole, &v, (n - whole) * sizeof(T));                                               \
    }

LOOP(double, doubles, NAME, sind, cosd, u10)
LOOP(double, doubles, NAME, sind, cosd, u35)
LOOP(float, floats, NAMEF, sinf, cosf, u10)
LOOP(float, floats, NAMEF, sinf, cosf, u35)

void mathop(int f64, int u35, long n, int threads, void *a)
{
    if (f64)
        (u35 ? loop_double_u35 : loop_double_u10)(n, threads, a);
    else
        (u35 ? loop_float_u35 : loop_float_u10)(n, threads, a);
}

const char *version(void)
{
#define TEXT_AS_IS(x) #x
#define TEXT(x)       TEXT_AS_IS(x)
    return TEXT(SLEEF_VERSION_MAJOR) "." TEXT(SLEEF_VERSION_MINOR) "." TEXT(SLEEF_VERSION_PATCHLEVEL);
}
