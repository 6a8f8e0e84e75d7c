/*
 * test_estimate.c - what the model predicts, and the schedule that it chooses where no row is known
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "core/estimate.h"
#include "support.h"

static const nt_kernel *wave(void)
{
    return nt_kernel_find("wave");
}

/* Caches of CPUs that were sold: of small and large, shared and own ones. */
static const nt_machine machines[] = {
    {.uarch = "zen3",
     .l1d_bytes = 32 << 10,
     .l2_bytes = 512 << 10,
     .l3_bytes = 32 << 20,
     .l3_shared_by = 16,
     .n_cores = 8,
     .cores_affinity = 8,
     .l2_affinity = 8,
     .threads_allowed = 8},
    {.uarch = "zen5",
     .l1d_bytes = 48 << 10,
     .l2_bytes = 1 << 20,
     .l3_bytes = 32 << 20,
     .l3_shared_by = 2,
     .n_cores = 2,
     .cores_affinity = 2,
     .l2_affinity = 2,
     .threads_allowed = 2},
    {.uarch = "skylake_avx512",
     .l1d_bytes = 32 << 10,
     .l2_bytes = 1 << 20,
     .l3_bytes = 27 << 20,
     .l3_shared_by = 40,
     .n_cores = 20,
     .cores_affinity = 20,
     .l2_affinity = 20,
     .threads_allowed = 40},
    {.uarch = "sapphirerapids",
     .l1d_bytes = 48 << 10,
     .l2_bytes = 2 << 20,
     .l3_bytes = 105 << 20,
     .l3_shared_by = 112,
     .n_cores = 56,
     .cores_affinity = 56,
     .l2_affinity = 56,
     .threads_allowed = 56},
    {.uarch = "neoverse_v2",
     .l1d_bytes = 64 << 10,
     .l2_bytes = 1 << 20,
     .l3_bytes = 114 << 20,
     .l3_shared_by = 72,
     .n_cores = 72,
     .cores_affinity = 72,
     .l2_affinity = 72,
     .threads_allowed = 72},
    {.uarch = "m1",
     .l1d_bytes = 128 << 10,
     .l2_bytes = 12 << 20,
     .l3_bytes = 0,
     .n_cores = 4,
     .cores_affinity = 4,
     .l2_affinity = 1,
     .threads_allowed = 4},
    {.uarch = "x86_64", .threads_allowed = 1}, /* nothing is known */
};
enum { N_MACHINES = sizeof machines / sizeof *machines };

static nt_config default_of(const nt_kernel *k, nt_dtype dtype, int threads)
{
    nt_config c;
    assert_int_equal(nt_config_default(k, dtype, &c, NULL), NT_OK);
    c.threads = threads;
    return c;
}

/* Many steps out of cache are made in time blocks, and what a block keeps fits into the caches of its thread. */
static void stencils_get_time_blocks_that_fit(void **state)
{
    (void)state;
    const nt_case *c;
    for (size_t m = 0; m < N_MACHINES; m++)
        for (int i = 0; (c = nt_kernel_case_at(wave(), i)); i++)
            for (int d = 0; d < NT_N_DTYPES; d++) {
                static const int64_t n[3] = {512, 512, 512};
                const int r = nt_kernel_radius(wave(), c->params);
                nt_config config = default_of(wave(), (nt_dtype)d, machines[m].threads_allowed);
                const nt_config before = config;
                nt_error why = {"no row"};
                nt_speeds s;
                nt_prediction p, q;
                const bool changed =
                    nt_estimate(&machines[m], wave(), c->params, (nt_dtype)d, n, 100, &config, &why);
                assert_int_equal(nt_config_runs(wave(), (nt_dtype)d, &config, NULL), NT_OK);
                assert_true(changed == (nt_config_differences(&config, &before) > 0));
                if (!changed)
                    continue;
                assert_string_equal(why.text, "no row; the schedule is estimated");
                assert_true(config.isa == before.isa && config.variant == before.variant &&
                            config.fn == before.fn && config.threads == before.threads);
                nt_speeds_typical(&machines[m], config.isa, (nt_dtype)d, &s);
                nt_predict(wave(), c->params, (nt_dtype)d, n, 100, &before, &s, &p);
                nt_predict(wave(), c->params, (nt_dtype)d, n, 100, &config, &s, &q);
                assert_true(q.ns < 0.9 * p.ns);
                if (config.depth == 1)
                    continue;
                const double rows = (config.tile[1] > 0 ? (double)config.tile[1] : 512.0 / config.threads) +
                                    (config.depth + 1.0) * r,
                             planes = (double)config.tile[2] + (config.depth + 1.0) * r;
                const double bytes =
                    512 * fmin(rows, 512) * fmin(planes, 512) * 3 * (double)nt_dtype_bytes((nt_dtype)d);
                const double cache = fmax((double)s.l3_bytes, (double)s.l2_bytes);
                if (bytes > 2 * cache)
                    fail_msg("%s, %s: a time block of %.1f MB, caches of %.1f MB a thread", machines[m].uarch,
                             c->name, bytes * 1e-6, cache * 1e-6);
            }
}

/* Order 2 moves the most bytes for its instructions: no machine of few cores may be left at one step a time.  With
 * many, filling the pipeline of a time block takes as long as what it saves. */
static void low_orders_are_blocked_everywhere(void **state)
{
    (void)state;
    static const int64_t n[3] = {512, 512, 512};
    for (size_t m = 0; m < N_MACHINES - 1; m++) {
        nt_config config = default_of(wave(), NT_F32, machines[m].threads_allowed);
        nt_error why = {""};
        if (machines[m].threads_allowed > 8)
            continue;
        assert_true(nt_estimate(&machines[m], wave(), NULL, NT_F32, n, 0, &config, &why));
        assert_true(config.depth > 1);
    }
}

static void what_is_short_stays_as_it_is(void **state)
{
    (void)state;
    static const int64_t n[3] = {48, 48, 48}, none[3] = {512, 0, 512};
    nt_config config = default_of(wave(), NT_F32, 2);
    nt_error why = {""};
    assert_false(nt_estimate(&machines[0], wave(), NULL, NT_F32, n, 4, &config, &why));
    assert_false(nt_estimate(&machines[0], wave(), NULL, NT_F32, none, 100, &config, &why));
    const nt_kernel *pi = nt_kernel_find("pi");
    nt_config range = default_of(pi, NT_F32, 2);
    assert_false(
        nt_estimate(&machines[0], pi, NULL, NT_F32, (const int64_t[3]){1 << 30, 1, 1}, 1, &range, &why));
    assert_string_equal(why.text, "");
}

/* Pointwise: all steps on chunks that fit the first or second level. */
static void pointwise_steps_stay_in_cache(void **state)
{
    (void)state;
    static const int64_t n[3] = {100, 10000, 100};
    const nt_kernel *k = nt_kernel_find("square");
    for (size_t m = 0; m < N_MACHINES - 1; m++) {
        nt_config config = default_of(k, NT_F64, machines[m].threads_allowed);
        nt_error why = {""};
        assert_true(nt_estimate(&machines[m], k, NULL, NT_F64, n, 50, &config, &why));
        assert_true(config.depth == 50 && config.parallel == NT_PARALLEL_FLAT && config.tile[0] > 0);
        assert_true(config.tile[0] * 8 <= machines[m].l2_bytes);
    }
}

/* The parts of a prediction: more threads help, deeper blocks need less memory, and no part is negative. */
static void predictions_make_sense(void **state)
{
    (void)state;
    static const int64_t n[3] = {256, 256, 256};
    for (size_t m = 0; m < N_MACHINES; m++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            nt_config c = default_of(wave(), (nt_dtype)d, 1);
            nt_speeds s;
            nt_prediction one, many, deep;
            nt_speeds_typical(&machines[m], c.isa, (nt_dtype)d, &s);
            c.parallel = NT_PARALLEL_SERIAL;
            nt_predict(wave(), NULL, (nt_dtype)d, n, 16, &c, &s, &one);
            c.parallel = NT_PARALLEL_OUTER;
            c.threads = 4;
            nt_predict(wave(), NULL, (nt_dtype)d, n, 16, &c, &s, &many);
            c.depth = 8;
            c.tile[1] = 32;
            c.tile[2] = 4;
            nt_predict(wave(), NULL, (nt_dtype)d, n, 16, &c, &s, &deep);
            const nt_prediction all[] = {one, many, deep};
            for (int i = 0; i < 3; i++)
                assert_true(all[i].core_ns > 0 && all[i].l2_ns >= 0 && all[i].l3_ns >= 0 &&
                            all[i].memory_ns >= 0 && all[i].sharing_ns >= -1e-12 &&
                            all[i].ns >= all[i].core_ns && isfinite(all[i].ns));
            assert_true(many.ns <= one.ns && many.core_ns < 0.3 * one.core_ns);
            assert_true(deep.memory_ns < many.memory_ns || machines[m].l3_bytes == 0 || s.l3_bytes < 8 << 20);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stencils_get_time_blocks_that_fit),
        cmocka_unit_test(low_orders_are_blocked_everywhere),
        cmocka_unit_test(what_is_short_stays_as_it_is),
        cmocka_unit_test(pointwise_steps_stay_in_cache),
        cmocka_unit_test(predictions_make_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
