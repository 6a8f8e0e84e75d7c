/*
 * stats.c - medians, and intervals that do not assume a distribution
 * SPDX-License-Identifier: MIT
 */
#include "measure/stats.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* With more values the ratios decide alone. */
enum { RANKS_MOST = 64 };

const char *stats_verdict_name(stats_verdict verdict)
{
    static const char *const names[] = {"faster", "same", "slower", "undecided"};
    return names[verdict];
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sorted_copy(const double *values, int n, double *sorted)
{
    assert(n > 0 && n <= STATS_MOST);
    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
}

static double middle(const double *sorted, int n)
{
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

double stats_median(const double *values, int n)
{
    double sorted[STATS_MOST];
    sorted_copy(values, n, sorted);
    return middle(sorted, n);
}

/* Largest k with P(Binomial(n, 1/2) < k) <= tail: the interval goes from the k-th lowest value to the k-th
 * highest. */
static int outer_rank(int n, double tail)
{
    double p = 1;
    for (int i = 0; i < n; i++)
        p /= 2;
    double below = 0;
    int k = 0;
    while (k < n / 2) {
        below += p;
        if (below > tail)
            break;
        k++;
        p *= (double)(n - k + 1) / k;
    }
    return k;
}

stats_interval stats_median_interval(const double *values, int n)
{
    double sorted[STATS_MOST];
    sorted_copy(values, n, sorted);
    const int k = outer_rank(n, 0.025);
    const int low = k > 0 ? k - 1 : 0;
    return (stats_interval){middle(sorted, n), sorted[low], sorted[n - 1 - low], n};
}

stats_interval stats_ratio(const double *a, const double *b, int n)
{
    double ratio[STATS_MOST];
    assert(n > 0 && n <= STATS_MOST);
    for (int i = 0; i < n; i++)
        ratio[i] = a[i] / b[i];
    return stats_median_interval(ratio, n);
}

/* P(U <= u) of the rank sum test.  U: of the n * n pairs of one of n values and one of n others, those in which the value is not
 * the smaller one.  Counts the orders of all: the largest is a value, above all j others, or it is an other. */
static double rank_tail(int n, int u)
{
    const size_t width = (size_t)u + 1;
    double *ways = calloc(((size_t)n + 1) * width, sizeof *ways), below = 0, all = 1;
    if (!ways)
        return 1;
    for (int j = 0; j <= n; j++)
        ways[(size_t)j * width] = 1; /* of no value and j others */
    for (int i = 1; i <= n; i++)
        for (int j = 0; j <= n; j++)
            for (int v = u; v >= 0; v--)
                ways[(size_t)j * width + (size_t)v] =
                    (v >= j ? ways[(size_t)j * width + (size_t)(v - j)] : 0) +
                    (j > 0 ? ways[(size_t)(j - 1) * width + (size_t)v] : 0);
    for (int v = 0; v <= u; v++)
        below += ways[(size_t)n * width + (size_t)v];
    free(ways);
    for (int i = 1; i <= n; i++)
        all *= (double)(n + i) / i;
    return below / all;
}

/* By order statistics of the ratios. */
static bool pairs_below(const double *a, const double *b, int n, double bound, double tail)
{
    double ratio[STATS_MOST], sorted[STATS_MOST];
    const int k = outer_rank(n, tail);
    for (int i = 0; i < n; i++)
        ratio[i] = a[i] / b[i];
    sorted_copy(ratio, n, sorted);
    return k > 0 && sorted[n - k] < bound;
}

/* By the ranks of all times. */
static bool ranks_below(const double *a, const double *b, int n, double bound, double tail)
{
    int u = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            u += a[i] >= bound * b[k];
    return u < n * n / 4 && rank_tail(n, u) <= tail;
}

int stats_surely_below(const double *a, const double *b, int n, double bound)
{
    static const double tail = 0.0005 / 2; /* two tests */
    return pairs_below(a, b, n, bound, tail) || (n <= RANKS_MOST && ranks_below(a, b, n, bound, tail));
}

stats_verdict stats_judge(const stats_interval *ratio, double margin)
{
    if (ratio->high < 1 - margin)
        return STATS_FASTER;
    if (ratio->low > 1 + margin)
        return STATS_SLOWER;
    if (ratio->low >= 1 - margin && ratio->high <= 1 + margin)
        return STATS_SAME;
    return STATS_UNDECIDED;
}
