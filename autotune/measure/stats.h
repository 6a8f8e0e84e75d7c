/*
 * stats.h - medians, and intervals that do not assume a distribution
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_STATS_H
#define AUTOTUNE_STATS_H

enum { STATS_MOST = 256 };

/* A median and its 95% interval; higher - lower shows the noise. */
typedef struct stats_interval {
    double median, low, high;
    int n;
} stats_interval;

typedef enum stats_verdict { STATS_FASTER, STATS_SAME, STATS_SLOWER, STATS_UNDECIDED } stats_verdict;

/* "faster", "same", "slower", "undecided" */
const char *stats_verdict_name(stats_verdict verdict);

/* stats_median() - of n > 0 values, at most STATS_MOST; their order is not changed. */
double stats_median(const double *values, int n);

/*
 * stats_median_interval() - two of the values that enclose the true median with at least 95% probability.
 * Each value is above the median with probability 1/2, so the number above it is binomial, whatever the
 * distribution of the noise.  With fewer than 6 values no pair reaches 95%: low and high are then the
 * extremes.
 */
stats_interval stats_median_interval(const double *values, int n);

/* stats_ratio() - of a[i] / b[i], measured one after the other: drift cancels. */
stats_interval stats_ratio(const double *a, const double *b, int n);

/*
 * stats_surely_below() - is a below `bound` times b?  It errs at most once in two thousand times, which suits decisions that
 * are made many times over.  Yes, if one of two tests says so, each of which errs half as often: the order statistics of
 * a[i] / b[i], where drift cancels; or the ranks of all values, which need fewer of them and bear a few pairs that a burst has
 * turned round.  The ranks assume that the noise of both has the same shape: of two with one median they prefer the steadier.  The
 * values must have been measured in turn.  Below 8 pairs the answer is never yes.
 */
int stats_surely_below(const double *a, const double *b, int n, double bound);

/*
 * stats_judge() - judges a ratio new/old.  Faster or slower: the whole interval is beyond the margin around
 * 1.  Same: all of it is within the margin.
 */
stats_verdict stats_judge(const stats_interval *ratio, double margin);

#endif /* AUTOTUNE_STATS_H */
