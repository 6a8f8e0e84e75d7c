/*
 * test_primes.c - primes of every function, chunk, team and schedule against Miller and Rabin's test
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef NT_HAS_PRIMESIEVE
#include <primesieve.h>
#endif

#include "engine/range.h"
#include "nestune/apply.h"
#include "nestune/primes.h"

enum { MOST = 6000 };

static const nt_kernel *primes_kernel(void)
{
    const nt_kernel *kernel = nt_kernel_find("primes");
    assert_non_null(kernel);
    return kernel;
}

/* ---- What is right ------------------------------------------------------------------------------ */

static uint64_t mul_mod(uint64_t a, uint64_t b, uint64_t n)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)((wide)a * b % n);
}

static uint64_t pow_mod(uint64_t a, uint64_t e, uint64_t n)
{
    uint64_t power = 1;
    for (; e > 0; e >>= 1, a = mul_mod(a, a, n))
        if (e & 1)
            power = mul_mod(power, a, n);
    return power;
}

/* The first twelve primes as bases decide every n below 2^64 (Sorenson and Webster, 2015). */
static bool is_prime(uint64_t n)
{
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    enum { N_BASES = sizeof bases / sizeof *bases };
    for (int i = 0; i < N_BASES; i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    if (n < 2)
        return false;
    const int twos = __builtin_ctzll(n - 1);
    for (int i = 0; i < N_BASES; i++) {
        uint64_t x = pow_mod(bases[i], (n - 1) >> twos, n);
        bool passes = x == 1 || x == n - 1;
        for (int k = 1; k < twos && !passes; k++) {
            x = mul_mod(x, x, n);
            passes = x == n - 1;
        }
        if (!passes)
            return false;
    }
    return true;
}

/* The function's count of n numbers from `from` on, as indices from `first` on, and their marks. */
static void check_numbers(const nt_function *f, uint64_t from, int64_t first, int64_t n)
{
    static uint8_t marks[MOST + 2];
    const nt_primes counted = {.from = from - (uint64_t)first}, marked = {.from = from, .marks = marks + 1};
    uint64_t count = 5, again = 0, expected = 0; /* added to */
    memset(marks, CANARY, sizeof marks);
    f->range(&counted, NULL, first, first + n, &count);
    f->range(&marked, NULL, 0, n, &again);
    for (int64_t i = 0; i < n; i++) {
        const bool prime = is_prime(from + (uint64_t)i);
        expected += prime;
        if (marks[1 + i] != prime)
            fail_msg("%llu has the mark %d", (unsigned long long)(from + (uint64_t)i), marks[1 + i]);
    }
    assert_true(count - 5 == expected && again == expected);
    assert_true(marks[0] == CANARY && marks[1 + n] == CANARY);
}

/* ---- Functions ---------------------------------------------------------------------------------- */

/* Beginnings, ends of groups and blocks of divisors, and where squares of divisors lie. */
static void ranges_are_right(void **state)
{
    const nt_function *f = *state;
    static const struct {
        uint64_t from;
        int64_t n;
    } ranges[] = {{0, 5000},
                  {(1 << 16) - 1000, 2000},
                  {1920 * 1920 - 700, 2100}, /* one block of divisors, and two */
                  {3840 * 3840 - 700, 2100},
                  {(1 << 24) - 1000, 2000},
                  {(UINT64_C(1) << 32) - 300, 600},
                  {UINT64_C(65521) * 65521 - 30, 60},
                  {(UINT64_C(1) << 40) - 50, 100},
                  {(UINT64_C(1) << 53) - 20, 40}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (ranges[i].from >> 40 && (test_emulated() || TEST_SANITIZED))
            continue;
        check_numbers(f, ranges[i].from, 0, ranges[i].n);
    }
    rng r = rng_make(1);
    for (int64_t n = 0; n < 100; n++) {
        check_numbers(f, (uint64_t)n, 0, n);
        check_numbers(f, rng_next(&r) >> 34, (int64_t)(rng_next(&r) >> 33), n);
    }
}

/* Composites that other tests take for primes, or whose divisors are the last to be tried. */
static void composites_are_found(void **state)
{
    const nt_function *f = *state;
    static const uint64_t composites[] = {561,
                                          1105,
                                          1729,
                                          2465,
                                          2821,
                                          6601,
                                          8911,
                                          825265,
                                          9746347772161, /* Carmichael numbers */
                                          2047,
                                          1373653,
                                          25326001,
                                          3215031751,
                                          2152302898747,
                                          3474749660383, /* strong pseudoprimes to */
                                          341550071728321,
                                          3825123056546413051, /* the first 1 to 9 primes */
                                          257 * 257,
                                          257 * 263,
                                          1021 * 1021,
                                          1019 * 1021,
                                          UINT64_C(65521) * 65521, /* squares, and nearly */
                                          UINT64_C(65521) * 65537,
                                          UINT64_C(1048573) * 1048573,
                                          UINT64_C(16777213) * 16777213,
                                          UINT64_C(131071) * 140737488355213, /* beyond 2^53 */
                                          UINT64_C(94906249) * 94906249,
                                          UINT64_C(6700417) * 2753074036095,
                                          UINT64_MAX};
    for (size_t i = 0; i < sizeof composites / sizeof *composites; i++)
        if (composites[i] < UINT64_C(1) << 40 || !(test_emulated() || TEST_SANITIZED)) {
            assert_false(is_prime(composites[i]));
            check_numbers(f, composites[i], 7, 1);
        }
}

/* Behind the last number comes 0. */
static void numbers_go_round(void **state)
{
    check_numbers(*state, UINT64_MAX - 2, 0, 2000);
    check_numbers(*state, UINT64_MAX, 3, 1);
}

/* 18446744073709551557 is the largest prime below 2^64. */
static void the_last_prime(void **state)
{
    (void)state;
    nt_config c;
    assert_int_equal(nt_config_default(primes_kernel(), NT_F64, &c, NULL), NT_OK);
    if (c.isa == NT_ISA_SCALAR || test_emulated() || TEST_SANITIZED)
        skip(); /* minutes */
    check_numbers(nt_kernel_function(primes_kernel(), NT_F64, &c), UINT64_C(18446744073709551557), 0, 59);
}

static void reference_is_right(void **state)
{
    (void)state;
    static const uint64_t froms[] = {0, (1 << 16) - 500, (UINT64_C(1) << 32) - 500};
    static uint8_t marks[1000];
    for (int k = 0; k < 3; k++) {
        const nt_primes p = {.from = froms[k], .marks = marks};
        uint64_t count = 0, expected = 0;
        primes_kernel()->range->reference(&p, NT_F64, 0, 1000, &count);
        for (uint64_t i = 0; i < 1000; i++) {
            assert_int_equal(marks[i], is_prime(froms[k] + i));
            expected += marks[i];
        }
        assert_true(count == expected);
    }
}

/* ---- Schedules, plans and texts ------------------------------------------------------------------ */

static void schedules_do_not_matter(void **state)
{
    const nt_function *f = *state;
    static const int64_t chunks[] = {0, 1000, 77, 1};
    static uint8_t marks[MOST];
    const nt_primes p = {.from = 1000000, .marks = marks};
    for (int threads = 1; threads <= 3; threads++)
        for (int schedule = 0; schedule < NT_N_SCHEDULES; schedule++)
            for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
                const nt_config config = {
                    .chunk = chunks[c], .threads = threads, .schedule = (nt_schedule)schedule};
                nt_range_nest nest = {.fn = f->range,
                                      .merge = primes_kernel()->range->merge,
                                      .params = &p,
                                      .config = &config,
                                      .end = MOST,
                                      .threads = threads,
                                      .part_bytes = sizeof(uint64_t)};
                uint64_t total, n = 0;
                nest.parts = aligned_alloc(NT_RANGE_STRIDE, nt_range_scratch_bytes(&nest));
                assert_non_null(nest.parts);
                memset(marks, CANARY, sizeof marks);
                nt_range_run(&nest, &total);
                free(nest.parts);
                for (uint64_t i = 0; i < MOST; i++) {
                    assert_int_equal(marks[i], is_prime(p.from + i));
                    n += marks[i];
                }
                assert_true(total == n);
            }
}

static void plans_count_right(void **state)
{
    (void)state;
    const nt_primes p = {.from = 1000};
    uint64_t total = 1;
    nt_error why;
    assert_int_equal(nt_run_range("primes", &p, NT_F64, 0, 1001, &total, NULL), NT_OK);
    assert_true(total == 135);
    assert_int_equal(nt_run_range("primes", NULL, NT_F64, 0, 1000000, &total, NULL), NT_OK);
    assert_true(total == 78498);
    assert_int_equal(nt_apply_range("primes", "from=1000", NT_F64, 0, 1001, &total, sizeof total, NULL, &why),
                     NT_OK);
    assert_true(total == 135);
    const nt_primes last = {.from = UINT64_MAX};
    assert_int_equal(nt_run_range("primes", &last, NT_F64, 0, 1, &total, &why), NT_OK);
    assert_true(total == 0);
    assert_refused(nt_run_range("primes", &last, NT_F64, 0, 2, &total, &why), NT_EARG, &why,
                   "2 numbers from 18446744073709551615 on");
    assert_refused(nt_run_range("primes", &p, NT_F32, 0, 2, &total, &why), NT_EKERNEL, &why, "f32");
}

static void texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"from=",   "from=-1", "from=1x",
                                        "from= 1", "to=3",    "from=1,to=2",
                                        "from=+1", "from",    "from=18446744073709551616"};
    uint64_t total;
    nt_error why;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_refused(nt_apply_range("primes", texts[i], NT_F64, 0, 1, &total, sizeof total, NULL, &why),
                       NT_EARG, &why, texts[i]);
        assert_non_null(strstr(why.text, "from=N"));
    }
}

/* Another program's count of ranges that are too long for the test above. */
static void libprimesieve_agrees(void **state)
{
    (void)state;
#ifdef NT_HAS_PRIMESIEVE
    static const uint64_t froms[] = {0, 999000000, UINT64_C(999999000000)};
    for (int k = 0; k < 3; k++) {
        const nt_primes p = {.from = froms[k]};
        const int64_t n = k == 2 || test_emulated() || TEST_SANITIZED ? 10000 : 1000000;
        uint64_t total;
        assert_int_equal(nt_run_range("primes", &p, NT_F64, 0, n, &total, NULL), NT_OK);
        assert_true(total == primesieve_count_primes(froms[k], froms[k] + (uint64_t)n - 1));
    }
#else
    fprintf(stderr, "not compared with libprimesieve, which is not here\n");
    skip();
#endif
}

/* The longest range that a plan accepts. */
static void longest_range(void **state)
{
    (void)state;
    nt_plan *plan;
    nt_error why = {""};
    assert_int_equal(nt_plan_create_range(&plan, nt_kernel_find("primes"), NT_F64, INT64_MAX, NULL, &why),
                     NT_OK);
    assert_true(nt_plan_config(plan)->threads >= 1);
    nt_plan_destroy(plan);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    omp_set_num_threads(3); /* not the fewer that this machine may have */
    tests_add(reference_is_right, NULL, "reference");
    tests_add(plans_count_right, NULL, "plans");
    tests_add(texts_are_refused, NULL, "texts");
    tests_add(the_last_prime, NULL, "last");
    tests_add(libprimesieve_agrees, NULL, "libprimesieve");
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(primes_kernel(), i)); i++) {
        if (!nt_isa_available(f->isa))
            continue;
        const char *isa = nt_isa_name(f->isa);
        tests_add(ranges_are_right, f, "%s:%s:ranges", isa, f->fn);
        tests_add(composites_are_found, f, "%s:%s:composites", isa, f->fn);
        tests_add(numbers_go_round, f, "%s:%s:round", isa, f->fn);
        tests_add(schedules_do_not_matter, f, "%s:%s:schedules", isa, f->fn);
    }
    tests_add(longest_range, NULL, "longest-range");
    return tests_run("primes");
}
