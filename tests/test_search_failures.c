/*
 * test_search_failures.c - a search whose candidates fail, and the best few of those that do not
 * SPDX-License-Identifier: MIT
 */
#include "search_fixture.h"

/* ---- Candidates that fail ------------------------------------------------------------------------- */

/* Dynamic schedules are ten times as fast, and wrong. */
static trial_outcome wrong_when_dynamic(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    *hash = ask->config.schedule == NT_SCHEDULE_DYNAMIC ? 43 : 42;
    return TRIAL_OK;
}

static double fast_when_dynamic(const fake_trials *f, const trial_ask *ask)
{
    return bowl(f, ask) * (ask->config.schedule == NT_SCHEDULE_DYNAMIC ? 0.1 : 1);
}

/* Dynamic schedules are wrong; those that are the best when results are compared are found out. */
static void check_dynamic(search *s)
{
    int n_wrong = 0;
    search_compare(s);
    for (int i = 0; i < s->n_tried; i++) {
        const candidate *c = &s->tried[i];
        const bool dynamic = c->config.schedule == NT_SCHEDULE_DYNAMIC;
        assert_true(c->outcome != TRIAL_WRONG || (dynamic && isinf(c->seconds) && c->detail[0]));
        assert_true(c->outcome != TRIAL_OK || !dynamic || c->seconds >= s->tried[s->best].seconds);
        n_wrong += c->outcome == TRIAL_WRONG;
    }
    assert_true(n_wrong > 0);
    assert_true(s->tried[s->best].is_compared);
    assert_int_equal(s->tried[s->best].config.schedule, NT_SCHEDULE_STATIC);
}

static void faster_but_wrong_is_refused(void **state)
{
    (void)state;
    fake_trials f = fake_make(fast_when_dynamic, 0.02, 800);
    f.fate = wrong_when_dynamic;
    scene_of_search sc = prepare(&f, 1e6, 1);
    run_from_two(&sc, 100);
    check_dynamic(sc.s);
    int top[8];
    const int n = search_top(sc.s, top, 8);
    assert_int_equal(sc.s->tried[top[0]].config.schedule, NT_SCHEDULE_STATIC);
    assert_int_equal(n, 8);
    finish(&sc);
}

/* The middle loop, the bowl's bottom, crashes; so do some others. */
static trial_outcome many_fates(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)hash;
    const nt_config *c = &ask->config;
    if (c->parallel == NT_PARALLEL_MIDDLE)
        return TRIAL_CRASH;
    if (c->tile[0] == 1024)
        return TRIAL_HANG;
    if (c->depth == 2)
        return TRIAL_MEMORY;
    return c->fn == 1 ? TRIAL_REFUSED : TRIAL_OK;
}

static void failures_cost_one_trial_each(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.02, 900);
    f.fate = many_fates;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.sp.q.arithmetic.fn = 0;
    run_from_two(&sc, 200);
    int n[TRIAL_N_OUTCOMES] = {0};
    for (int i = 0; i < sc.s->n_tried; i++) {
        n[sc.s->tried[i].outcome]++;
        assert_true((sc.s->tried[i].outcome == TRIAL_OK) == (sc.s->tried[i].seconds < HUGE_VAL));
        for (int k = 0; k < i; k++)
            assert_false(same_config(&sc.s->tried[i].config, &sc.s->tried[k].config));
    }
    assert_int_equal(sc.s->n_tried, f.n_asks);
    assert_true(n[TRIAL_CRASH] > 0 && n[TRIAL_HANG] > 0 && n[TRIAL_MEMORY] > 0 && n[TRIAL_REFUSED] > 0);
    assert_int_equal(sc.s->n_failed, sc.s->n_tried - n[TRIAL_OK]);
    assert_int_equal(sc.s->tried[sc.s->best].outcome, TRIAL_OK);
    assert_true(n[TRIAL_OK] > 50); /* it went on */
    finish(&sc);
}

static trial_outcome crash_first(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)ask;
    (void)hash;
    return f->n_asks < 2 ? TRIAL_CRASH : TRIAL_OK;
}

static void starts_that_fail_leave_the_probes(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.02, 1000);
    f.fate = crash_first;
    scene_of_search sc = prepare(&f, 1e6, 1);
    run_from_two(&sc, 100);
    assert_true(sc.s->best >= 0);
    assert_true(sc.s->n_tried > 50);
    assert_false(sc.s->complete);
    finish(&sc);
}

/* The default schedule hangs, and what is shared wrongly is ten times as fast. */
static trial_outcome default_hangs(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    if (f->n_asks == 0)
        return TRIAL_HANG;
    return wrong_when_dynamic(f, ask, hash);
}

static trial_outcome only_shared_ones_work(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    const nt_config *c = &ask->config;
    if (f->n_asks == 0 ||
        (c->parallel == NT_PARALLEL_SERIAL && c->depth == 1 && c->tile[0] == 0 && c->tile[1] == 0))
        return TRIAL_HANG;
    return wrong_when_dynamic(f, ask, hash);
}

/* The first that works does not set what is right. */
static void if_the_default_fails_the_serial_result_is_right(void **state)
{
    (void)state;
    for (int check = 0; check < 2; check++) {
        fake_trials f = fake_make(fast_when_dynamic, 0.02, 1050);
        f.fate = default_hangs;
        scene_of_search sc = prepare(&f, 1e6, 1);
        sc.s->ask.check = check;
        sc.s->space = &sc.sp;
        search_begin(sc.s);
        assert_int_equal(f.n_asks, 2);
        assert_int_equal(f.asks[1].ask.config.parallel, NT_PARALLEL_SERIAL);
        assert_true(sc.s->has_expected && sc.s->expected == 42);
        nt_config dynamic = first_start(&sc.sp);
        dynamic.schedule = NT_SCHEDULE_DYNAMIC;
        search_try(sc.s, dynamic);
        search_compare(sc.s);
        assert_int_equal(search_find(sc.s, &dynamic)->outcome, TRIAL_WRONG);
        descent_and_probes(sc.s, (nt_config[]){first_start(&sc.sp)}, 1, 50);
        check_dynamic(sc.s);
        finish(&sc);
    }
}

/* Neither of them works: only a trial that was checked sets what is right. */
static void without_a_plain_schedule_checked_trials_count(void **state)
{
    (void)state;
    for (int check = 0; check < 2; check++) {
        fake_trials f = fake_make(bowl, 0.02, 1060);
        f.fate = only_shared_ones_work;
        scene_of_search sc = prepare(&f, 1e6, 1);
        sc.s->ask.check = check;
        sc.s->space = &sc.sp;
        search_begin(sc.s);
        assert_false(sc.s->has_expected);
        const candidate *c = search_try(sc.s, first_start(&sc.sp));
        assert_int_equal(c->outcome, check ? TRIAL_OK : TRIAL_WRONG);
        assert_int_equal(sc.s->best >= 0, check);
        finish(&sc);
    }
}

static void say_nothing(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    (void)self;
    (void)ask;
    memset(answer, 0, sizeof *answer);
}

static void an_answer_without_times_is_a_failure(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0, 1100);
    f.runner.run = say_nothing;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.s->space = &sc.sp;
    const candidate *c = search_try(sc.s, sc.sp.q.arithmetic);
    assert_int_equal(c->outcome, TRIAL_CRASH);
    assert_string_not_equal(c->detail, "");
    assert_int_equal(sc.s->best, -1);
    finish(&sc);
}

static double slow(const fake_trials *f, const trial_ask *ask)
{
    return 1000 * bowl(f, ask);
}

static void slow_problems_get_longer_limits(void **state)
{
    (void)state;
    fake_trials quick = fake_make(bowl, 0, 1200), long_runs = fake_make(slow, 0, 1200);
    scene_of_search a = prepare(&quick, 1e6, 1), b = prepare(&long_runs, 1e6, 1);
    run_from_two(&a, 0);
    run_from_two(&b, 0);
    for (int i = 0; i < quick.n_asks; i++)
        assert_true(quick.asks[i].ask.limit_s == 2);
    for (int i = 1; i < long_runs.n_asks; i++)
        assert_true(long_runs.asks[i].ask.limit_s > 10 * (3 + 1) * b.s->tried[b.s->best].seconds);
    finish(&a);
    finish(&b);
}

/* ---- The best few ----------------------------------------------------------------------------------- */

static void the_top_is_sorted_and_complete(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.05, 1300);
    f.fate = many_fates;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.sp.q.arithmetic.fn = 0;
    int top[SEARCH_MOST];
    assert_int_equal(search_top(sc.s, top, 8), 0);
    run_from_two(&sc, 100);
    const int n_good = sc.s->n_tried - sc.s->n_failed;
    assert_int_equal(search_top(sc.s, top, SEARCH_MOST), n_good);
    for (int i = 1; i < n_good; i++)
        assert_true(sc.s->tried[top[i - 1]].seconds <= sc.s->tried[top[i]].seconds);
    assert_int_equal(top[0], sc.s->best);
    int few[8];
    assert_int_equal(search_top(sc.s, few, 8), 8);
    assert_memory_equal(few, top, sizeof few);
    assert_int_equal(search_top(sc.s, few, 1), 1);
    assert_int_equal(few[0], sc.s->best);
    finish(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faster_but_wrong_is_refused),
        cmocka_unit_test(failures_cost_one_trial_each),
        cmocka_unit_test(starts_that_fail_leave_the_probes),
        cmocka_unit_test(if_the_default_fails_the_serial_result_is_right),
        cmocka_unit_test(without_a_plain_schedule_checked_trials_count),
        cmocka_unit_test(an_answer_without_times_is_a_failure),
        cmocka_unit_test(slow_problems_get_longer_limits),
        cmocka_unit_test(the_top_is_sorted_and_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
