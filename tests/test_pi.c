/*
 * test_pi.c - hits of every function, chunk, team and schedule against plain C on the authors' generator
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include <Random123/philox.h>

#include "engine/range.h"
#include "nestune/pi.h"

enum { MOST_SAMPLES = 6000 };

/* ---- What is right ------------------------------------------------------------------------------ */

static philox4x32_ctr_t block(uint64_t i, uint64_t seed)
{
    const philox4x32_ctr_t counter = {{(uint32_t)i, (uint32_t)(i >> 32), 0, 0}};
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    return philox4x32(counter, key);
}

/* Products and sums go through memory, so that nothing is fused or kept longer. */
static int hits(nt_dtype dtype, uint64_t i, uint64_t seed)
{
    if (dtype == NT_F32) {
        const philox4x32_ctr_t b = block(i >> 1, seed);
        const int odd = (int)(i & 1);
        const float x = ldexpf((float)(b.v[2 * odd] >> 8), -24),
                    y = ldexpf((float)(b.v[2 * odd + 1] >> 8), -24);
        const volatile float xx = x * x, yy = y * y;
        const volatile float sum = xx + yy;
        return sum <= 1;
    }
    const philox4x32_ctr_t b = block(i, seed);
    const double x = ldexp((double)((uint64_t)b.v[0] << 21 | b.v[1] >> 11), -53);
    const double y = ldexp((double)((uint64_t)b.v[2] << 21 | b.v[3] >> 11), -53);
    const volatile double xx = x * x, yy = y * y;
    const volatile double sum = xx + yy;
    return sum <= 1;
}

static const nt_kernel *pi_kernel(void)
{
    const nt_kernel *kernel = nt_kernel_find("pi");
    assert_non_null(kernel);
    return kernel;
}

/* Prefix sums of the hits of one type from `first` on. */
static void count_hits(nt_dtype dtype, uint64_t seed, int64_t first, int64_t n, uint64_t *before)
{
    before[0] = 0;
    for (int64_t i = 0; i < n; i++)
        before[i + 1] = before[i] + (unsigned)hits(dtype, (uint64_t)(first + i), seed);
}

/* ---- Functions ---------------------------------------------------------------------------------- */

/* Ends of blocks, of vectors, and of a word of the counter: those of f32 hold two samples a block. */
static const int64_t firsts[] = {
    0,
    1,
    2,
    3,
    15,
    31,
    1000,
    (INT64_C(1) << 32) - 37,
    (INT64_C(1) << 32) - 1,
    (INT64_C(1) << 33) - 45,
    (INT64_C(1) << 33) - 1,
    INT64_C(1) << 33,
    (INT64_C(5) << 33) - 301,
    (INT64_C(5) << 32) - 301,
    (INT64_C(1) << 62) + 12345,
    INT64_MAX - 700,
};
enum { N_FIRSTS = sizeof firsts / sizeof *firsts, MOST_LENGTH = 700 };

/* All lengths up to a few vectors, then some. */
static int64_t next_length(int64_t n)
{
    return n < 70 ? n + 1 : n + 61;
}

static void functions_count_right(void **state)
{
    const nt_function *f = *state;
    rng r = rng_make(1);
    for (int k = 0; k < N_FIRSTS; k++) {
        const nt_pi pi = {.seed = k == 0 ? 0 : k == 1 ? UINT64_MAX : rng_next(&r)};
        uint64_t before[MOST_LENGTH + 1];
        count_hits(f->dtype, pi.seed, firsts[k], MOST_LENGTH, before);
        for (int64_t n = 0; n <= MOST_LENGTH; n = next_length(n)) {
            uint64_t part = 5; /* added to */
            f->range(&pi, NULL, firsts[k], firsts[k] + n, &part);
            if (part - 5 != before[n])
                fail_msg("%lld samples from %lld on: %llu hits, not %llu", (long long)n, (long long)firsts[k],
                         (unsigned long long)part - 5, (unsigned long long)before[n]);
        }
    }
}

static void reference_counts_right(void **state)
{
    (void)state;
    const nt_pi pi = {.seed = 99};
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++)
        for (int k = 0; k < N_FIRSTS; k++) {
            uint64_t before[MOST_LENGTH + 1], part = 0;
            count_hits((nt_dtype)dtype, pi.seed, firsts[k], MOST_LENGTH, before);
            pi_kernel()->range->reference(&pi, (nt_dtype)dtype, firsts[k], firsts[k] + MOST_LENGTH, &part);
            assert_true(part == before[MOST_LENGTH]);
        }
}

/* ---- Schedules ---------------------------------------------------------------------------------- */

static void schedules_do_not_matter(void **state)
{
    const nt_function *f = *state;
    static const int64_t chunks[] = {0, 1000, 777, 64};
    static const nt_pi pi = {.seed = 3};
    const int64_t first = (INT64_C(1) << 33) - 2001;
    uint64_t before[MOST_SAMPLES + 1];
    count_hits(f->dtype, pi.seed, first, MOST_SAMPLES, before);
    for (int threads = 1; threads <= 3; threads++)
        for (int schedule = 0; schedule < NT_N_SCHEDULES; schedule++)
            for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
                const nt_config config = {
                    .chunk = chunks[c], .threads = threads, .schedule = (nt_schedule)schedule};
                nt_range_nest nest = {.fn = f->range,
                                      .merge = pi_kernel()->range->merge,
                                      .params = &pi,
                                      .config = &config,
                                      .first = first,
                                      .end = first + MOST_SAMPLES,
                                      .threads = threads,
                                      .part_bytes = pi_kernel()->range->part_bytes};
                uint64_t total;
                nest.parts = aligned_alloc(NT_RANGE_STRIDE, nt_range_scratch_bytes(&nest));
                assert_non_null(nest.parts);
                nt_range_run(&nest, &total);
                free(nest.parts);
                assert_true(total == before[MOST_SAMPLES]);
            }
}

/* ---- Plans -------------------------------------------------------------------------------------- */

static void plans_count_right(void **state)
{
    (void)state;
    static const nt_pi pi = {.seed = 4};
    for (int dtype = 0; dtype < NT_N_DTYPES; dtype++) {
        uint64_t before[MOST_SAMPLES + 1], unseeded[2], total = 1;
        count_hits((nt_dtype)dtype, pi.seed, 7, MOST_SAMPLES, before);
        const nt_plan_options options = {.bytes = sizeof options, .params = &pi};
        nt_plan *plan;
        assert_int_equal(
            nt_plan_create_range(&plan, pi_kernel(), (nt_dtype)dtype, MOST_SAMPLES, &options, NULL), NT_OK);
        assert_null(nt_plan_newest(plan));
        for (int run = 0; run < 3; run++) { /* each anew */
            assert_int_equal(nt_plan_run_range(plan, 7, 7 + MOST_SAMPLES, &total), NT_OK);
            assert_true(total == before[MOST_SAMPLES]);
        }
        nt_plan_destroy(plan);
        assert_int_equal(nt_run_range("pi", &pi, (nt_dtype)dtype, 8, 50, &total, NULL), NT_OK);
        assert_true(total == before[43] - before[1]);
        assert_int_equal(nt_run_range("pi", &pi, (nt_dtype)dtype, 8, 8, &total, NULL), NT_OK);
        assert_true(total == 0);
        count_hits((nt_dtype)dtype, 0, 5, 1, unseeded);
        assert_int_equal(nt_run_range("pi", NULL, (nt_dtype)dtype, 5, 6, &total, NULL), NT_OK);
        assert_true(total == unseeded[1]);
    }
}

static void plans_refuse(void **state)
{
    (void)state;
    uint64_t total;
    nt_error why;
    assert_refused(nt_run_range("pi", NULL, NT_F32, -1, 5, &total, &why), NT_EARG, &why, "-1");
    assert_refused(nt_run_range("pi", NULL, NT_F32, 5, 4, &total, &why), NT_EARG, &why, "5 to 4");
    assert_refused(nt_run_range("pi", NULL, NT_N_DTYPES, 0, 4, &total, &why), NT_EARG, &why, "type");
    assert_refused(nt_run_range("pi", NULL, NT_F64, 0, 4, NULL, &why), NT_EARG, &why, "total");
    assert_refused(nt_run_range("mathop", NULL, NT_F64, 0, 4, &total, &why), NT_EARG, &why, "mathop");
    assert_refused(nt_run_range("no", NULL, NT_F64, 0, 4, &total, &why), NT_EKERNEL, &why, "no");
}

/* ---- Pi ----------------------------------------------------------------------------------------- */

/* Within 5 deviations but once in two million; an end of 2^32 blocks lies in the middle. */
static void near_pi(void **state)
{
    const nt_function *f = *state;
    const int64_t n = test_emulated() || TEST_SANITIZED ? 1000000 : 20000000;
    const int64_t first = (INT64_C(1) << (f->dtype == NT_F32 ? 33 : 32)) - n / 2;
    const double pi = 3.14159265358979323846, deviation = sqrt(pi / 4 * (1 - pi / 4) * (double)n);
    const nt_pi params = {.seed = 0};
    uint64_t part = 0;
    f->range(&params, NULL, first, first + n, &part);
    assert_true(fabs((double)part - pi / 4 * (double)n) < 5 * deviation);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    omp_set_num_threads(3); /* not the fewer that this machine may have */
    tests_add(reference_counts_right, NULL, "reference");
    tests_add(plans_count_right, NULL, "plans");
    tests_add(plans_refuse, NULL, "refusals");
    const nt_kernel *kernel = nt_kernel_find("pi");
    const nt_function *f;
    for (int i = 0; kernel && (f = nt_kernel_function_at(kernel, i)); i++) {
        if (!nt_isa_available(f->isa))
            continue;
        const char *isa = nt_isa_name(f->isa), *dtype = nt_dtype_name(f->dtype);
        tests_add(functions_count_right, f, "%s:%s:%s:functions", isa, dtype, f->fn);
        tests_add(schedules_do_not_matter, f, "%s:%s:%s:schedules", isa, dtype, f->fn);
        tests_add(near_pi, f, "%s:%s:%s:pi", isa, dtype, f->fn);
    }
    return tests_run("pi");
}
