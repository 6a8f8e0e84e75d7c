/*
 * test_stats.c - medians, their intervals against the exact binomial, ratios and verdicts
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "measure/stats.h"
#include "support.h"

/* ---- Medians ------------------------------------------------------------------------------------ */

static void a_median_is_the_middle(void **state)
{
    (void)state;
    static const double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2}, same[] = {7, 7, 7, 7};
    double kept[3];
    memcpy(kept, odd, sizeof kept);
    assert_true(stats_median(odd, 1) == 5);
    assert_true(stats_median(kept, 3) == 3);
    assert_memory_equal(kept, odd, sizeof kept); /* they keep their order */
    assert_true(stats_median(even, 2) == 2.5);
    assert_true(stats_median(even, 4) == 2.5);
    assert_true(stats_median(same, 4) == 7);
}

static void shuffle(rng *r, double *values, int n)
{
    for (int i = n - 1; i > 0; i--) {
        const int64_t j = rng_below(r, i + 1);
        const double t = values[i];
        values[i] = values[j];
        values[j] = t;
    }
}

/* ---- Intervals ---------------------------------------------------------------------------------- */

/*
 * Of the values 1..n in any order, low and high are their own ranks.  The number of values below the true
 * median is binomial(n, 1/2); [k-th, (n+1-k)-th] holds the median when it is k .. n-k.  In exact integers:
 * row n of Pascal's triangle sums up to 2^n.
 */
static uint64_t ways_inside(int n, int k)
{
    uint64_t choose = 1, ways = 0;
    for (int j = 0; j <= n - k; j++) {
        if (j >= k)
            ways += choose;
        choose = (uint64_t)((unsigned __int128)choose * (unsigned)(n - j) / (unsigned)(j + 1));
    }
    return ways;
}

static void intervals_cover_95_percent_and_no_more_than_needed(void **state)
{
    (void)state;
    rng r = rng_make(1);
    for (int n = 6; n <= 60; n++) {
        double values[60];
        for (int i = 0; i < n; i++)
            values[i] = i + 1;
        shuffle(&r, values, n);
        const stats_interval interval = stats_median_interval(values, n);
        const int k = (int)interval.low;
        assert_true(interval.high == n + 1 - k);
        assert_int_equal(interval.n, n);
        assert_true(interval.median == 0.5 * (n + 1));
        const double all = ldexp(1, n);
        if (!((double)ways_inside(n, k) >= 0.95 * all) || (double)ways_inside(n, k + 1) >= 0.95 * all)
            fail_msg("n %d: ranks %d and %d cover %.4f, one narrower %.4f", n, k, n + 1 - k,
                     (double)ways_inside(n, k) / all, (double)ways_inside(n, k + 1) / all);
    }
}

static void few_values_give_their_extremes(void **state)
{
    (void)state;
    static const double values[] = {3, 9, 1, 5, 7};
    for (int n = 1; n <= 5; n++) {
        const stats_interval interval = stats_median_interval(values, n);
        assert_true(interval.low == (n < 3 ? 3 : 1));
        assert_true(interval.high == (n < 2 ? 3 : 9));
        assert_true(interval.low <= interval.median && interval.median <= interval.high);
    }
}

static void the_most_values_are_taken(void **state)
{
    (void)state;
    double values[STATS_MOST];
    for (int i = 0; i < STATS_MOST; i++)
        values[i] = STATS_MOST - i;
    const stats_interval interval = stats_median_interval(values, STATS_MOST);
    /* The normal approximation: n/2 -+ 1.96 sqrt(n)/2. */
    assert_true(fabs(interval.low - (STATS_MOST / 2 - 0.98 * sqrt(STATS_MOST))) < 1.5);
    assert_true(interval.low + interval.high == STATS_MOST + 1);
}

/* Noise of a shared machine: never faster, now and then much slower. */
static double skewed(rng *r)
{
    const double u = rng_unit(r), late = rng_unit(r);
    return 1 - log(1 - u) + (late < 0.1 ? 50 : 0);
}

static void intervals_hold_whatever_the_noise(void **state)
{
    (void)state;
    enum { RUNS = 4000, N = 15 };
    rng r = rng_make(2);
    /* P(1 - ln(1-u) <= m) * 0.9 = 1/2 */
    const double truth = 1 - log(1 - 0.5 / 0.9);
    int held = 0;
    for (int run = 0; run < RUNS; run++) {
        double values[N];
        for (int i = 0; i < N; i++)
            values[i] = skewed(&r);
        const stats_interval interval = stats_median_interval(values, N);
        held += interval.low <= truth && truth <= interval.high;
    }
    assert_true(held >= 0.95 * RUNS);
}

/* ---- Ratios and verdicts ------------------------------------------------------------------------ */

static void drift_cancels_in_ratios(void **state)
{
    (void)state;
    double a[12], b[12];
    for (int i = 0; i < 12; i++) {
        b[i] = 1 << (i % 5); /* a drift of 16 times */
        a[i] = 0.75 * b[i];
    }
    const stats_interval ratio = stats_ratio(a, b, 12);
    assert_true(ratio.low == 0.75 && ratio.median == 0.75 && ratio.high == 0.75);
    assert_int_equal(ratio.n, 12);
}

static void verdicts_follow_the_whole_interval(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        stats_verdict verdict;
    } cases[] = {
        {0.80, 0.90, STATS_FASTER},     {0.80, 0.99, STATS_UNDECIDED}, {0.80, 1.00, STATS_UNDECIDED},
        {0.80, 1.20, STATS_UNDECIDED},  {0.99, 1.01, STATS_SAME},      {1.00, 1.00, STATS_SAME},
        {0.985, 1.00, STATS_UNDECIDED}, {1.00, 1.02, STATS_UNDECIDED}, {1.02, 1.50, STATS_SLOWER},
        {1.01, 1.50, STATS_UNDECIDED},  {NAN, NAN, STATS_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const stats_interval ratio = {0.5 * (cases[i].low + cases[i].high), cases[i].low, cases[i].high, 9};
        /* The margin is 1 - 0.99, as the tuner has it: its borders are these. */
        const stats_verdict verdict = stats_judge(&ratio, 1 - 0.99);
        if (verdict != cases[i].verdict)
            fail_msg("%g to %g: %s", cases[i].low, cases[i].high, stats_verdict_name(verdict));
    }
    assert_string_equal(stats_verdict_name(STATS_FASTER), "faster");
    assert_string_equal(stats_verdict_name(STATS_SAME), "same");
    assert_string_equal(stats_verdict_name(STATS_SLOWER), "slower");
    assert_string_equal(stats_verdict_name(STATS_UNDECIDED), "undecided");
}

/* ---- Decisions ----------------------------------------------------------------------------------- */

/* Of all orders of n times and n others, equally probable if both have one distribution, how many say "below"? */
static int orders_below(int n, int *all)
{
    int n_below = 0;
    *all = 0;
    for (unsigned set = 0; set < 1u << (2 * n); set++) {
        double a[16], b[16];
        int n_a = 0, n_b = 0;
        if (__builtin_popcount(set) != n)
            continue;
        for (int i = 0; i < 2 * n; i++)
            if (set >> i & 1)
                a[n_a++] = 1 + i;
            else
                b[n_b++] = 1 + i;
        n_below += stats_surely_below(a, b, n, 1);
        ++*all;
    }
    return n_below;
}

/* Below 12 pairs only the ranks can be sure.  They err in one of four thousand orders, and accept nearly as many orders as that allows. */
static void ranks_err_as_rarely_as_they_may(void **state)
{
    (void)state;
    for (int n = 1; n <= 10; n++) {
        int all;
        const int below = orders_below(n, &all);
        assert_true(below <= all / 4000.0);
        assert_int_equal(below > 0, n >= 8);
        if (n == 10)
            assert_true(below >= all / 4000.0 * 0.7);
    }
}

static void a_burst_or_a_drift_does_not_hide_a_gain(void **state)
{
    (void)state;
    double a[16], b[16];
    for (int i = 0; i < 16; i++) {
        a[i] = 0.70 + 0.001 * i;
        b[i] = 1 + 0.001 * (i * 7 % 16);
    }
    assert_true(stats_surely_below(a, b, 8, 0.99));
    b[3] = 0.701; /* one pair was turned round */
    assert_true(stats_surely_below(a, b, 12, 0.99));
    assert_false(stats_surely_below(a, b, 6, 0.99));
    assert_false(stats_surely_below(a, b, 12, 0.6));
    for (int i = 0; i < 16; i++) { /* the machine becomes twice as slow meanwhile */
        b[i] = 1 + i / 15.0;
        a[i] = 0.97 * b[i];
    }
    assert_true(stats_surely_below(a, b, 16, 0.99));
    assert_false(stats_surely_below(b, a, 16, 0.99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_is_the_middle),
        cmocka_unit_test(intervals_cover_95_percent_and_no_more_than_needed),
        cmocka_unit_test(few_values_give_their_extremes),
        cmocka_unit_test(the_most_values_are_taken),
        cmocka_unit_test(intervals_hold_whatever_the_noise),
        cmocka_unit_test(drift_cancels_in_ratios),
        cmocka_unit_test(verdicts_follow_the_whole_interval),
        cmocka_unit_test(ranks_err_as_rarely_as_they_may),
        cmocka_unit_test(a_burst_or_a_drift_does_not_hide_a_gain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
