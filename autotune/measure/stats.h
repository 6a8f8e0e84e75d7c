/*
 * stats.h - medians, and intervals that do not assume a distribution
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_STATS_H
#define AUTOTUNE_STATS_H

enum { STATS_MOST = 256 };

/* Median and its 95% interval; higher - lower is the noise. */
typedef struct stats_interval {
    double median, low, high;
    int n;
} stats_interval;

typedef enum stats_verdict { STATS_FASTER, STATS_SAME, STATS_SLOWER, STATS_UNDECIDED } stats_verdict;

/* "faster", "same", "slower", "undecided" */
const char *stats_verdict_name(stats_verdict verdict);

/* stats_median() - of n > 0 values, at most STATS_MOST; they keep their order. */
double stats_median(const double *values, int n);

/*
 * stats_median_interval() - order statistics that hold the true median with at least 95% probability:
 * each value is above it with probability 1/2, so their number is binomial, whatever the noise
 * looks like.  Below 6 values no pair of them reaches 95%: low and high are then the extremes.
 */
stats_interval stats_median_interval(const double *values, int n);

/* stats_ratio() - of a[i] / b[i], measured one after the other: drift cancels. */
stats_interval stats_ratio(const double *a, const double *b, int n);

/*
 * stats_surely_below() - is the median of a[i] / b[i] below the bound, to one chance in a thousand?
 * For decisions that are made many times over: of 1,000 choices between equals one may go wrong.
 * Below 10 pairs nothing is that sure.
 */
int stats_surely_below(const double *a, const double *b, int n, double bound);

/*
 * stats_judge() - a ratio new/old against 1.
 * Faster or slower: the whole interval lies beyond the margin.  Same: all of it within.
 */
stats_verdict stats_judge(const stats_interval *ratio, double margin);

#endif /* AUTOTUNE_STATS_H */
