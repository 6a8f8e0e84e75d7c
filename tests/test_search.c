/*
 * test_search.c - a search on costs that are known: what it finds, what it asks, and when it stops
 * SPDX-License-Identifier: MIT
 */
#include "search_fixture.h"

/* ---- A bowl ------------------------------------------------------------------------------------- */

static double bowl_of(const scene_of_search *sc, const nt_config *config)
{
    trial_ask ask = sc->s->ask;
    ask.config = *config;
    return bowl(NULL, &ask);
}

/* The least cost of the whole space, by asking for all of it. */
static double least_of(const scene_of_search *sc, int axis, nt_config c)
{
    if (axis == NT_N_KEYS)
        return bowl_of(sc, &c);
    if (axis == NT_KEY_ORDER || sc->sp.n[axis] == 0)
        return least_of(sc, axis + 1, c); /* not in the cost */
    double least = HUGE_VAL;
    for (int i = 0; i < sc->sp.n[axis]; i++)
        least = fmin(least,
                     least_of(sc, axis + 1, space_set(&sc->sp, c, (nt_key_id)axis, sc->sp.value[axis][i])));
    return least;
}

static void finds_the_bottom_of_a_bowl(void **state)
{
    (void)state;
    double least = 0;
    int worst_trials = 0;
    double worst_regret = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        fake_trials f = fake_make(bowl, 0.02, 100 + seed);
        scene_of_search sc = prepare(&f, 1e6, seed);
        if (least == 0)
            least = least_of(&sc, 0, sc.sp.q.arithmetic);
        run_from_two(&sc, 0);
        assert_true(sc.s->complete);
        const double regret = bowl_of(&sc, &sc.s->tried[sc.s->best].config) / least - 1;
        worst_regret = fmax(worst_regret, regret);
        worst_trials = sc.s->n_tried > worst_trials ? sc.s->n_tried : worst_trials;
        finish(&sc);
    }
    if (worst_regret > 0.05 || worst_trials > 250)
        fail_msg("%.1f%% above the least after at most %d trials", 100 * worst_regret, worst_trials);
}

static void probes_find_what_no_descent_sees(void **state)
{
    (void)state;
    int found = 0;
    double least = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        fake_trials f = fake_make(bowl, 0.02, 200 + seed);
        scene_of_search sc = prepare(&f, 1e6, seed);
        if (least == 0)
            least = least_of(&sc, 0, sc.sp.q.arithmetic);
        run_from_two(&sc, 400);
        assert_in_range(sc.s->n_tried, 300, SEARCH_MOST);
        found += bowl_of(&sc, &sc.s->tried[sc.s->best].config) < 1.05 * least;
        finish(&sc);
    }
    assert_int_equal(found, 10);
}

/* ---- Budget and stop ------------------------------------------------------------------------------ */

static void the_budget_is_kept(void **state)
{
    (void)state;
    static const double budgets_s[] = {0, 0.004, 0.05, 0.3, 1};
    for (size_t i = 0; i < sizeof budgets_s / sizeof *budgets_s; i++) {
        fake_trials f = fake_make(bowl, 0.02, 300 + i);
        scene_of_search sc = prepare(&f, budgets_s[i], 1);
        run_from_two(&sc, 400);
        assert_true(f.n_asks >= 1);
        for (int a = 1; a < f.n_asks; a++)
            if (f.asks[a].begin_s >= sc.s->deadline_s)
                fail_msg("budget %g s: ask %d of %d begins %g s after its end", budgets_s[i], a + 1, f.n_asks,
                         f.asks[a].begin_s - sc.s->deadline_s);
        assert_int_equal(sc.s->n_tried, f.n_asks);
        assert_false(sc.s->complete && budgets_s[i] < 0.05);
        finish(&sc);
    }
}

static void stops_when_asked(void **state)
{
    (void)state;
    for (int after = 1; after < 60; after += 7) {
        fake_trials f = fake_make(bowl, 0.02, 400 + (uint64_t)after);
        scene_of_search sc = prepare(&f, 1e6, 1);
        f.stop_after = after;
        run_from_two(&sc, 400);
        if (f.n_asks != after)
            fail_msg("stopped after %d asks, %d were made", after, f.n_asks);
        assert_true(search_over(sc.s));
        assert_false(sc.s->complete);
        assert_true(sc.s->best >= 0); /* the best so far stands */
        finish(&sc);
    }
}

/* ---- Memo and sequence ------------------------------------------------------------------------------ */

static void equal_configs_are_tried_once(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.05, 500);
    scene_of_search sc = prepare(&f, 1e6, 3);
    run_from_two(&sc, 200);
    for (int a = 0; a < f.n_asks; a++) {
        const nt_config canonical = space_canonical(&sc.sp, f.asks[a].ask.config);
        assert_true(same_config(&canonical, &f.asks[a].ask.config));
        for (int b = 0; b < a; b++)
            assert_false(same_config(&f.asks[a].ask.config, &f.asks[b].ask.config));
    }
    const int before = f.n_asks;
    nt_config serial = sc.s->tried[0].config;
    serial.parallel = NT_PARALLEL_SERIAL;
    const candidate *one = search_try(sc.s, serial);
    serial.schedule = NT_SCHEDULE_DYNAMIC; /* has no effect where no loop is shared */
    assert_ptr_equal(search_try(sc.s, serial), one);
    assert_int_equal(f.n_asks, before); /* the descent had asked for serial */
    finish(&sc);
}

static void the_same_seed_gives_the_same_sequence(void **state)
{
    (void)state;
    fake_trials a = fake_make(bowl, 0.05, 600), b = fake_make(bowl, 0.05, 600),
                c = fake_make(bowl, 0.05, 600);
    scene_of_search sa = prepare(&a, 1e6, 9), sb = prepare(&b, 1e6, 9), other = prepare(&c, 1e6, 10);
    run_from_two(&sa, 100);
    run_from_two(&sb, 100);
    run_from_two(&other, 100);
    assert_int_equal(a.n_asks, b.n_asks);
    for (int i = 0; i < a.n_asks; i++)
        assert_true(same_config(&a.asks[i].ask.config, &b.asks[i].ask.config));
    assert_int_equal(sa.s->best, sb.s->best);
    bool differs = a.n_asks != c.n_asks;
    for (int i = 0; i < a.n_asks && !differs; i++)
        differs = !same_config(&a.asks[i].ask.config, &c.asks[i].ask.config);
    assert_true(differs);
    finish(&sa);
    finish(&sb);
    finish(&other);
}

static void a_full_memo_ends_the_search(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.05, 700);
    scene_of_search sc = prepare(&f, 1e6, 5);
    run_from_two(&sc, 5000);
    assert_int_equal(sc.s->n_tried, SEARCH_MOST);
    assert_int_equal(f.n_asks, SEARCH_MOST);
    assert_true(search_over(sc.s));
    uint64_t draws = 99;
    const candidate *c;
    do
        c = search_try(sc.s, space_random(&sc.sp, &draws));
    while (c);
    assert_int_equal(f.n_asks, SEARCH_MOST);
    finish(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bottom_of_a_bowl),
        cmocka_unit_test(probes_find_what_no_descent_sees),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(equal_configs_are_tried_once),
        cmocka_unit_test(the_same_seed_gives_the_same_sequence),
        cmocka_unit_test(a_full_memo_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
