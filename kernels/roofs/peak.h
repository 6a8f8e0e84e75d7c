/*
 * peak.h - the chain of the kernel peak
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_PEAK_H
#define NESTUNE_PEAK_H

/* a = a * PEAK_FACTOR + PEAK_TERM, PEAK_LENGTH times; 1 is the fixed point.  Exact in f32 and f64. */
enum { PEAK_LENGTH = 128 };
#define PEAK_FACTOR (1 - 0x1p-10)
#define PEAK_TERM   0x1p-10

#endif /* NESTUNE_PEAK_H */
