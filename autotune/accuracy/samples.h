/*
 * samples.h - inputs at which accuracy is measured
 * SPDX-License-Identifier: MIT
 *
 * A sample is a pure function of its index and the seed, so that the number of threads changes nothing.
 * The kinds are drawn in turn; none knows a kernel.  Near multiples of pi/2 anything with a range
 * reduction shows its worst, elsewhere these are inputs like others.
 */
#ifndef AUTOTUNE_SAMPLES_H
#define AUTOTUNE_SAMPLES_H

#include <stdint.h>

#include "nestune/kernel.h"

/*
 * samples_input() - sample `index` for a kernel of one input, a number of dtype of either sign.
 *
 * Three of four lie within kernel->ulp_range: uniform, in a few periods, log-uniform, next to k pi/2 and
 * to (k + 1/2) pi/2, next to powers of two, small, subnormal.  The others lie beyond, up to the
 * largest number.  The first few are fixed: zeros, limits, infinity, NaN, and hard cases.
 */
double samples_input(const nt_kernel *kernel, nt_dtype dtype, int64_t index, uint64_t seed);

/* samples_filled() - a number of dtype, as the kernel itself fills grid number `grid`. */
double samples_filled(const nt_kernel *kernel, nt_dtype dtype, int grid, int64_t index, uint64_t seed);

/* samples_pattern() - input number `index` of all 2^32 f32 bit patterns. */
double samples_pattern(int64_t index);

#endif /* AUTOTUNE_SAMPLES_H */
