/*
 * samples.c - inputs at which accuracy is measured
 * SPDX-License-Identifier: MIT
 */
#include "accuracy/samples.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "nestune/philox.h"

/* The random numbers of one sample. */
typedef struct stream {
    uint64_t sample, seed;
    uint32_t n; /* numbers drawn */
} stream;

static uint64_t next_bits(stream *s)
{
    const uint32_t counter[4] = {s->n++, 0, (uint32_t)s->sample, (uint32_t)(s->sample >> 32)};
    const uint32_t key[2] = {(uint32_t)s->seed, (uint32_t)(s->seed >> 32)};
    uint32_t words[4];
    nt_philox(counter, key, words);
    return (uint64_t)words[0] << 32 | words[1];
}

static double next(stream *s)
{
    return (double)(next_bits(s) >> 11) * 0x1p-53;
}

/* Where samples may lie: the kernel's range, limited to what dtype holds. */
typedef struct space {
    nt_dtype dtype;
    double range, most, tiny; /* tiny: smallest normal number; most: largest number */
} space;

static const long double half_pi = 1.57079632679489661923132169163975144L;

static double log_uniform(stream *s, double least, double most)
{
    return exp2(log2(least) + next(s) * (log2(most) - log2(least)));
}

/* A number of dtype at most four places away from the one nearest to x. */
static double near(stream *s, const space *in, double x)
{
    const int64_t away = (int64_t)(next_bits(s) % 9) - 4;
    if (in->dtype == NT_F64) {
        int64_t bits;
        memcpy(&bits, &x, sizeof bits);
        bits += away;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    float narrow = (float)x;
    int32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    bits += (int32_t)away;
    memcpy(&narrow, &bits, sizeof narrow);
    return (double)narrow;
}

/* ---- the kinds -------------------------------------------------------------------------------- */

static double uniform(stream *s, const space *in)
{
    return next(s) * in->range;
}

static double few_periods(stream *s, const space *in)
{
    return next(s) * fmin(in->range, 16);
}

static double logarithmic(stream *s, const space *in)
{
    return log_uniform(s, fmin(0x1p-20, in->range / 2), in->range);
}

/* The product is rounded to 64 bits, 11 more than a double has. */
static double quarter_turn(stream *s, const space *in, double most, long double shift)
{
    const double turns = fmin(most / (double)half_pi, 0x1p62);
    const double k = floor(turns < 2       ? 1
                           : next(s) < 0.5 ? 1 + next(s) * (turns - 1)
                                           : log_uniform(s, 1, turns));
    return near(s, in, (double)(((long double)k + shift) * half_pi));
}

static double zero_of_sine(stream *s, const space *in)
{
    return quarter_turn(s, in, in->range, 0);
}

static double between_zeros(stream *s, const space *in)
{
    return quarter_turn(s, in, in->range, 0.5L);
}

static double power_of_two(stream *s, const space *in)
{
    return near(s, in, exp2(floor(log2(in->tiny) + 1 + next(s) * (log2(in->range) - log2(in->tiny) - 1))));
}

static double small(stream *s, const space *in)
{
    return log_uniform(s, in->tiny, fmin(in->range, 0x1p-10));
}

/* A log-uniform choice would crowd the few smallest numbers; so all bits are random. */
static double subnormal(stream *s, const space *in)
{
    return floor(next(s) * (in->dtype == NT_F64 ? 0x1p52 : 0x1p23)) *
           (in->dtype == NT_F64 ? 0x1p-1074 : 0x1p-149);
}

static double beyond(stream *s, const space *in)
{
    return log_uniform(s, in->range, in->most);
}

static double zero_beyond(stream *s, const space *in)
{
    return fmax(in->range, quarter_turn(s, in, in->most, 0));
}

static double (*const kinds[])(stream *, const space *) = {
    uniform, few_periods,   beyond, uniform,     logarithmic, zero_of_sine, zero_beyond,  uniform,
    small,   between_zeros, beyond, few_periods, subnormal,   power_of_two, zero_of_sine, zero_beyond,
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/*
 * The limits of the types, and the numbers nearest to a multiple of pi/2, found by continued fractions of
 * 2^e / (pi/2): among all doubles (6381956970095103 * 2^797, 4.7e-19 away), among those up to 1e6 and up to
 * 2^40 (6.2e-19), among all floats (16367173 * 2^72, 1.6e-9) and among those up to 1e6 (4.2e-9).
 */
static const double fixed[] = {
    0,
    0x1p-1074,
    0x0.fffffffffffffp-1022,
    0x1p-1022,
    0x1p-149,
    0x1.fffffcp-127,
    0x1p-126,
    FLT_MAX,
    DBL_MAX,
    INFINITY,
    NAN,
    1,
    1e22,
    0x1.6ac5b262ca1ffp+849,
    0x1.6c6cbc45dc8dep+5,
    0x1.b951f1572eba5p+23,
    0x1.f37c8ap+95,
    0x1.f9cbe2p+7,
};
enum { N_FIXED = sizeof fixed / sizeof *fixed };

/* ---- by number -------------------------------------------------------------------------------- */

static double to_dtype(double x, nt_dtype dtype)
{
    return dtype == NT_F64 ? x : (double)(float)x;
}

double samples_input(const nt_kernel *kernel, nt_dtype dtype, int64_t index, uint64_t seed)
{
    if (index < 2 * N_FIXED)
        return to_dtype(index % 2 ? -fixed[index / 2] : fixed[index / 2], dtype);
    space in = {dtype, kernel->ulp_range, DBL_MAX, DBL_MIN};
    if (dtype == NT_F32)
        in.most = FLT_MAX, in.tiny = FLT_MIN;
    in.range = fmin(in.range, in.most / 4);
    stream s = {(uint64_t)index, seed, 0};
    const double x = to_dtype(kinds[index % N_KINDS](&s, &in), dtype);
    return next(&s) < 0.5 ? -x : x;
}

double samples_filled(const nt_kernel *kernel, nt_dtype dtype, int grid, int64_t index, uint64_t seed)
{
    return to_dtype(nt_kernel_value(kernel, grid, index, seed), dtype);
}

double samples_pattern(int64_t index)
{
    const uint32_t bits = (uint32_t)index;
    float x;
    memcpy(&x, &bits, sizeof x);
    return (double)x;
}
