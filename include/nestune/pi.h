/*
 * pi.h - the notebook's calcPi: counts random points of the unit square that lie in the quarter circle
 * SPDX-License-Identifier: MIT
 *
 * Kernel `pi` is a range.  Index i is one sample, and the result is the number of hits.  Then pi is about
 * 4 hits / samples, with a standard deviation of 1.64 / sqrt(samples).
 *
 *     const nt_pi pi = {.seed = 1};                              `params` of the plan; as text "seed=1"
 *     uint64_t hits;                                             its result
 *
 * Shape:   part_bytes is sizeof(uint64_t); partial results are added.  0 <= first <= end.
 * Units:   the coordinates x and y of sample i are multiples of 2^-24 (f32) or 2^-53 (f64) in [0, 1), from
 *          words of Philox4x32-10 (philox.h) under the seed:
 *              f32    the top 24 bits of one word each, of the block i / 2: x and y are words 0 and 1
 *                     for even i, 2 and 3 for odd i
 *              f64    the top 53 bits of two words each, of the block i: x is words 0 and 1, y words 2 and 3,
 *                     the high word first
 *          A hit is x*x + y*y <= 1 in arithmetic of that type: two products and their sum, each rounded.
 * Threads: a sample depends only on the seed and on i, so for each type the hits are the same with every
 *          config and on every machine, and the counts of adjacent ranges add up to the count of the whole
 *          range.
 */
#ifndef NESTUNE_PI_H
#define NESTUNE_PI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Default: seed 0. */
typedef struct nt_pi {
    uint64_t seed;
} nt_pi;

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PI_H */
