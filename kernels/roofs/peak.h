/*
 * peak.h - the chains of the kernel peak
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_PEAK_H
#define NESTUNE_PEAK_H

/*
 * X(case, additions, FMAs): the mixes, by their smallest whole numbers.  The last three are those of the wave
 * equation of orders 2, 4 and 8.
 *
 * An addition is a = a + PEAK_TERM, an FMA is a = a * PEAK_FACTOR + PEAK_TERM.  Exact in f32 and f64.
 */
#define PEAK_MIX_MAP(X) X(fma, 0, 1) X(add, 1, 0) X(both, 1, 1) X(o2, 1, 2) X(o4, 2, 3) X(o8, 4, 5)
#define PEAK_FACTOR (1 - 0x1p-10)
#define PEAK_TERM   0x1p-10

/* The links of a chain: a multiple of every mix. */
enum { PEAK_LENGTH = 180 };

#define X(name, adds, fmas) PEAK_##name,
typedef enum peak_mix { PEAK_MIX_MAP(X) PEAK_N_MIXES } peak_mix;
#undef X

/* Is link k of a chain an addition?  They are spread evenly. */
#define PEAK_IS_ADD(k, adds, fmas) (((k) + 1) * (adds) / ((adds) + (fmas)) > (k) * (adds) / ((adds) + (fmas)))

typedef struct peak_params {
    peak_mix mix;
    int adds, fmas;
} peak_params;

#endif /* NESTUNE_PEAK_H */
