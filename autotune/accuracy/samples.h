/*
 * samples.h - inputs at which accuracy is measured
 * SPDX-License-Identifier: MIT
 *
 * A sample depends only on its index and the seed, not on the number of threads.  The kinds of sample
 * alternate and are the same for all kernels.  Samples near multiples of pi/2 show the largest errors of
 * functions with a range reduction; for other functions they are ordinary inputs.
 */
#ifndef AUTOTUNE_SAMPLES_H
#define AUTOTUNE_SAMPLES_H

#include <stdint.h>

#include "nestune/kernel.h"

/*
 * samples_input() - sample `index` for a kernel of one input: a number of dtype, positive or negative.
 *
 * Three of four lie within kernel->ulp_range: uniform, in a few periods, log-uniform, next to k pi/2 and
 * (k + 1/2) pi/2, next to powers of two, small, subnormal.  The others lie beyond it, up to dtype's largest
 * number.  The first few are fixed: zeros, limits, infinity, NaN, and hard cases.
 */
double samples_input(const nt_kernel *kernel, nt_dtype dtype, int64_t index, uint64_t seed);

/* samples_filled() - a number of dtype, as the kernel itself fills grid number `grid`. */
double samples_filled(const nt_kernel *kernel, nt_dtype dtype, int grid, int64_t index, uint64_t seed);

/* samples_pattern() - input number `index` of all 2^32 f32 bit patterns. */
double samples_pattern(int64_t index);

#endif /* AUTOTUNE_SAMPLES_H */
