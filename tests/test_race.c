/*
 * test_race.c - the order of entrants in a race, when it ends, and entrants that fail
 * SPDX-License-Identifier: MIT
 */
#include "fake_trials.h"
#include "measure/race.h"

static double by_loop(const fake_trials *f, const trial_ask *ask)
{
    static const double loop[NT_N_PARALLELS] = {[NT_PARALLEL_SERIAL] = 4,
                                                [NT_PARALLEL_OUTER] = 1,
                                                [NT_PARALLEL_MIDDLE] = 1.3,
                                                [NT_PARALLEL_INNER] = 2,
                                                [NT_PARALLEL_FLAT] = 1.1};
    (void)f;
    return 1e-10 * loop[ask->config.parallel] * fake_cells(ask) * (double)ask->steps;
}

static race *make_race(fake_trials *f, int n)
{
    static const nt_parallel loops[] = {NT_PARALLEL_OUTER, NT_PARALLEL_MIDDLE, NT_PARALLEL_INNER,
                                        NT_PARALLEL_FLAT};
    race *r = calloc(1, sizeof *r);
    assert_non_null(r);
    *r = (race){.runner = &f->runner, .stop = &f->stop};
    for (int i = 0; i < n; i++) {
        trial_ask ask = {.kernel = nt_kernel_find("mathop"),
                         .dtype = NT_F64,
                         .shape = {100, 100, 100},
                         .steps = 1,
                         .reps = 5,
                         .check = 1,
                         .limit_s = 1};
        assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
        ask.config.parallel = loops[i];
        assert_int_equal(race_add(r, &ask), i);
    }
    return r;
}

static void every_second_round_runs_backwards(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9000);
    race *r = make_race(&f, 3);
    race_run(r, 4, 4, 0);
    static const nt_parallel order[] = {NT_PARALLEL_OUTER, NT_PARALLEL_MIDDLE, NT_PARALLEL_INNER,
                                        NT_PARALLEL_INNER, NT_PARALLEL_MIDDLE, NT_PARALLEL_OUTER};
    assert_int_equal(f.n_asks, 12);
    assert_int_equal(r->n_rounds, 4);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(f.asks[i].ask.config.parallel, order[i % 6]);
        assert_int_equal(f.asks[i].ask.reps, 1);
        assert_int_equal(f.asks[i].ask.check, i < 3); /* as asked, once */
        assert_int_equal(f.asks[i].ask.only_time, i >= 6);
    }
    assert_true(fabs(race_ratio(r, 2, 0).median - 2) < 1e-9);
    assert_int_equal(race_ratio(r, 2, 0).n, 4);
    free(r);
    fake_free(&f);
}

static void runs_the_fewest_rounds_then_until_the_time_is_up(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9100);
    f.overhead_s = 1;
    race *r = make_race(&f, 2);
    race_run(r, 4, 8, 0);
    assert_int_equal(r->n_rounds, 4);
    race_run(r, 4, 8, f.clock_s + 7);
    assert_int_equal(r->n_rounds, 6);
    race_run(r, 4, 8, f.clock_s + 1e6);
    assert_int_equal(r->n_rounds, 8);
    race_run(r, 4, 10000, f.clock_s + 1e9);
    assert_int_equal(r->n_rounds, STATS_MOST);
    free(r);
    fake_free(&f);
}

static trial_outcome third_ask_fails(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)hash;
    return f->n_asks >= 2 && ask->config.parallel == NT_PARALLEL_MIDDLE ? TRIAL_HANG : TRIAL_OK;
}

static void the_first_failure_removes_an_entrant(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9200);
    f.fate = third_ask_fails;
    race *r = make_race(&f, 3);
    race_run(r, 5, 5, 0);
    assert_int_equal(r->n_rounds, 5);
    assert_int_equal(f.n_asks, 3 + 3 + 2 + 2 + 2);
    assert_int_equal(r->entrant[1].outcome, TRIAL_HANG);
    assert_true(isinf(race_median(r, 1)));
    assert_int_equal(race_ratio(r, 1, 0).n, 0);
    assert_int_equal(race_ratio(r, 0, 1).n, 0);
    assert_int_equal(race_ratio(r, 2, 0).n, 5);
    free(r);
    fake_free(&f);
}

static void a_stopped_round_does_not_count(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9300);
    f.stop_after = 7;
    race *r = make_race(&f, 3);
    race_run(r, 5, 5, 1e9);
    assert_int_equal(f.n_asks, 7);
    assert_int_equal(r->n_rounds, 2);
    free(r);
    fake_free(&f);
}

/* The slower ones leave; what is known of them stays. */
static void the_fastest_go_on(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9350);
    race *r = make_race(&f, 4); /* of 1, 1.3, 2, 1.1 */
    r->only_time = true;
    race_run(r, 2, 2, 0);
    assert_int_equal(race_fastest(r), 0);
    race_keep(r, 2);
    race_keep(r, 3); /* nobody returns */
    for (int i = 0; i < 4; i++)
        assert_int_equal(race_goes_on(r, i), i == 0 || i == 3);
    race_run(r, 5, 5, 0);
    assert_int_equal(f.n_asks, 2 * 4 + 3 * 2);
    assert_true(fabs(race_ratio(r, 2, 0).median - 2) < 1e-9);
    assert_int_equal(race_ratio(r, 2, 0).n, 2);
    assert_int_equal(race_ratio(r, 3, 0).n, 5);
    r->entrant[0].outcome = TRIAL_CRASH;
    assert_int_equal(race_fastest(r), 3);
    free(r);
    fake_free(&f);
}

/* Rounds that ask for the time alone make few steps of a kernel whose steps take the same time; the times are those of whole
 * runs. */
static void rounds_of_times_are_short(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9360);
    race *r = make_race(&f, 2);
    static const int depth[2] = {1, 8};
    for (int i = 0; i < 2; i++) {
        trial_ask *ask = &r->entrant[i].ask;
        ask->kernel = nt_kernel_find("wave");
        assert_int_equal(nt_config_default(ask->kernel, ask->dtype, &ask->config, NULL), NT_OK);
        ask->config.depth = depth[i];
        ask->steps = 16;
    }
    race_run(r, 4, 4, 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(f.asks[i].ask.steps, i < 4 ? 16 : f.asks[i].ask.config.depth == 8 ? 8 : 4);
    for (int i = 1; i < 4; i++)
        assert_true(fabs(r->entrant[0].seconds[i] / r->entrant[0].seconds[0] - 1) < 1e-9);
    free(r);
    fake_free(&f);
}

static void a_full_race_accepts_no_entrant(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9400);
    race *r = make_race(&f, 1);
    const trial_ask ask = r->entrant[0].ask;
    for (int i = 1; i < RACE_MOST; i++)
        assert_int_equal(race_add(r, &ask), i);
    assert_int_equal(race_add(r, &ask), -1);
    assert_int_equal(r->n, RACE_MOST);
    assert_true(isinf(race_median(r, 0))); /* before the first round */
    assert_int_equal(race_ratio(r, 0, 1).n, 0);
    free(r);
    fake_free(&f);
}

static trial_outcome another_hash_later(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    *hash = f->n_asks >= 3 && ask->config.parallel == NT_PARALLEL_INNER ? 7 : 42;
    return TRIAL_OK;
}

static void a_changed_hash_is_wrong(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9500);
    f.fate = another_hash_later;
    race *r = make_race(&f, 3);
    race_run(r, 4, 4, 0);
    assert_int_equal(r->entrant[2].outcome, TRIAL_WRONG);
    assert_string_not_equal(r->entrant[2].detail, "");
    assert_true(isinf(race_median(r, 2)));
    assert_int_equal(race_ratio(r, 1, 0).n, 4);
    free(r);
    fake_free(&f);
}

static trial_outcome one_differs(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    *hash = ask->config.parallel == NT_PARALLEL_INNER ? 7 : 42;
    return TRIAL_OK;
}

/* One entrant always gives the same hash, but not that of the others. */
static void hashes_are_compared_with_the_expected_one(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop, 0, 9600);
    f.fate = one_differs;
    race *r = make_race(&f, 3);
    race_expect(r, 2, 0); /* before the first round there is nothing to compare */
    race_run(r, 4, 4, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r->entrant[i].outcome, TRIAL_OK);
        race_expect(r, i, 0);
        assert_int_equal(r->entrant[i].outcome, i == 2 ? TRIAL_WRONG : TRIAL_OK);
    }
    assert_string_not_equal(r->entrant[2].detail, "");
    free(r);
    fake_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_second_round_runs_backwards),
        cmocka_unit_test(runs_the_fewest_rounds_then_until_the_time_is_up),
        cmocka_unit_test(the_first_failure_removes_an_entrant),
        cmocka_unit_test(a_stopped_round_does_not_count),
        cmocka_unit_test(the_fastest_go_on),
        cmocka_unit_test(rounds_of_times_are_short),
        cmocka_unit_test(a_full_race_accepts_no_entrant),
        cmocka_unit_test(a_changed_hash_is_wrong),
        cmocka_unit_test(hashes_are_compared_with_the_expected_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
