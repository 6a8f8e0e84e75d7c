/*
 * test_rates.c - the least time of a kernel's instructions, from their counts and the rates of a machine
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "fake_trials.h"
#include "roofs/peak.h"
#include "tune/levels.h"
#include "tune/rates.h"

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-9 * fabs(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

/* Two pipes for additions and two for FMAs, as on Zen 3: a pair of both takes as long as one of them. */
static void the_slowest_kind_bounds(void **state)
{
    (void)state;
    const rates r = {.isa = NT_ISA_AVX2,
                     .dtype = NT_F64,
                     .ns = {[RATE_ADD] = 2,
                            [RATE_FMA] = 2,
                            [RATE_FP] = 1,
                            [RATE_INT_MUL] = 3,
                            [RATE_ANY] = 0.75,
                            [RATE_LOAD] = 2.5}};
    static const struct {
        nt_work work;
        rate_kind bound;
        double ns;
    } some[] = {
        {{.add = 5, .mul = 2, .fma = 4}, RATE_FMA, 12},
        {{.add = 8, .mul = 1, .fma = 4}, RATE_ADD, 16},
        {{.int_mul = 3, .int_other = 2}, RATE_INT_MUL, 9},
        {{.add = 5, .fma = 5, .int_other = 10, .shuffle = 4}, RATE_ANY, 18},
        {{.fma = 2, .load = 4}, RATE_LOAD, 10},
        {{.store = 3}, N_RATES, 0}, /* nothing that is measured */
    };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        rate_kind bound;
        assert_near(1 + rates_least_ns(&r, &some[i].work, &bound), 1 + some[i].ns);
        assert_int_equal(bound, some[i].bound);
    }
    /* One after the other, they would take 20. */
    rate_kind bound;
    assert_near(rates_least_ns(&r, &(nt_work){.add = 5, .fma = 5}, &bound), 10);
}

/* Scalars have other pipes for integers than for floating point. */
static void scalar_integers_have_pipes_of_their_own(void **state)
{
    (void)state;
    const nt_work work = {.add = 4, .fma = 2, .int_mul = 1, .int_other = 5, .shuffle = 3};
    assert_int_equal(rates_count(&work, RATE_ANY, NT_ISA_SCALAR), 6);
    assert_int_equal(rates_count(&work, RATE_ANY, NT_ISA_AVX512), 15);
}

/* Every instruction takes a nanosecond a vector. */
static double one_ns(const fake_trials *f, const trial_ask *ask)
{
    const nt_work w = nt_kernel_work(ask->kernel, trial_params(ask),
                                     nt_kernel_function(ask->kernel, ask->dtype, &ask->config));
    const int n =
        ask->kernel->role == NT_ROLE_LOAD_ROOF ? w.load : w.add + w.mul + w.fma + w.int_mul + w.int_other;
    (void)f;
    return 1e-9 * n * trial_cells(ask) / nt_isa_lanes(ask->config.isa, ask->dtype);
}

/* Divided by the lanes, of the type that was asked for. */
static void rates_are_measured_by_vectors(void **state)
{
    (void)state;
    const nt_machine machine = {.l1d_bytes = 32768, .l2_bytes = 1 << 19};
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        for (int d = 0; d < NT_N_DTYPES && nt_isa_available((nt_isa)isa); d++) {
            fake_trials f = fake_make(one_ns, 0, 1);
            rates r;
            rates_mix mix[RATES_MOST_MIXES];
            rates_measure(&f.runner, &machine, (nt_isa)isa, (nt_dtype)d, &r);
            for (int i = 0; i < N_RATES; i++)
                assert_near(r.ns[i] * nt_isa_lanes((nt_isa)isa, (nt_dtype)d), 1);
            assert_int_equal(rates_check(&f.runner, &machine, &r, mix), PEAK_N_MIXES);
            for (int i = 0; i < PEAK_N_MIXES; i++) {
                assert_int_equal(mix[i].adds + mix[i].fmas, PEAK_LENGTH);
                assert_near(mix[i].measured_ns, mix[i].expected_ns);
            }
            fake_free(&f);
        }
}

/* ---- Levels --------------------------------------------------------------------------------------- */

/* A region takes 3 us, each further step 1 us, a byte what its level needs. */
static double by_level(const fake_trials *f, const trial_ask *ask)
{
    const double bytes = 8 * fake_cells(ask), moved = 2 * bytes * (double)ask->steps;
    const double gbytes = bytes <= 1 << 19 ? 100 : bytes <= 8 << 20 ? 50 : 10;
    const int team = ask->config.parallel != NT_PARALLEL_SERIAL;
    const double barriers = team ? ceil((double)ask->steps / ask->config.depth) - 1 : 0;
    (void)f;
    return moved / gbytes * 1e-9 + team * 3e-6 + barriers * 1e-6;
}

static void levels_have_their_sizes(void **state)
{
    (void)state;
    const nt_machine machine = {
        .l1d_bytes = 32768, .l2_bytes = 1 << 19, .l3_bytes = 32 << 20, .memory_bytes = INT64_C(8) << 30};
    fake_trials f = fake_make(by_level, 0, 1);
    assert_true(fabs(levels_gbytes_per_s(&f.runner, &machine, NT_ISA_SCALAR, 2, LEVEL_L2) - 100) < 5);
    assert_true(fabs(levels_gbytes_per_s(&f.runner, &machine, NT_ISA_SCALAR, 2, LEVEL_L3) - 50) < 5);
    assert_true(fabs(levels_gbytes_per_s(&f.runner, &machine, NT_ISA_SCALAR, 2, LEVEL_MEMORY) - 10) < 1);
    nt_machine without = machine;
    without.l3_bytes = 0;
    assert_true(levels_gbytes_per_s(&f.runner, &without, NT_ISA_SCALAR, 2, LEVEL_L3) == 0);
    const team_costs costs = levels_team(&f.runner, 4), none = levels_team(&f.runner, 1);
    assert_near(costs.region_s, 3e-6);
    assert_true(fabs(costs.barrier_s / 1e-6 - 1) < 0.1);
    assert_true(none.region_s == 0 && none.barrier_s == 0);
    fake_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slowest_kind_bounds),
        cmocka_unit_test(scalar_integers_have_pipes_of_their_own),
        cmocka_unit_test(rates_are_measured_by_vectors),
        cmocka_unit_test(levels_have_their_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
