/*
 * test_exhaustive.c - all configs of a space, each once, and what is said before
 * SPDX-License-Identifier: MIT
 */
#include "search_fixture.h"

/* The first few values of each axis. */
static void cut_axes(space *s, int most)
{
    for (int a = 0; a < NT_N_KEYS; a++)
        s->n[a] = s->n[a] < most ? s->n[a] : most;
}

static void begin(scene_of_search *sc, int most_values)
{
    cut_axes(&sc->sp, most_values);
    sc->s->space = &sc->sp;
    search_begin(sc->s);
}

static bool is_tried(const scene_of_search *sc, nt_config c)
{
    c = space_canonical(&sc->sp, c);
    return search_find(sc->s, &c) != NULL;
}

/* More than other strategies have room for. */
static void every_config_is_measured_once(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.02, 1);
    scene_of_search sc = prepare(&f, 1e6, 1);
    begin(&sc, 3);
    strategy_exhaustive(sc.s);
    assert_true(sc.s->complete);
    assert_true(sc.s->n_tried > SEARCH_MOST);
    assert_int_equal(sc.s->n_tried, f.n_asks);
    assert_int_equal(sc.s->n_tried, exhaustive_count(&sc.sp));
    assert_true(exhaustive_count(&sc.sp) < (int64_t)space_size(&sc.sp));
    uint64_t draws = 1;
    for (int i = 0; i < 5000; i++)
        assert_true(is_tried(&sc, space_random(&sc.sp, &draws)));
    finish(&sc);
}

/* Nothing that another strategy may ask for is asked for twice. */
static void no_strategy_asks_twice(void **state)
{
    (void)state;
    for (const strategy *way = strategies; way->name; way++) {
        fake_trials f = fake_make(bowl, 0.05, 2);
        scene_of_search sc = prepare(&f, 1e6, 1);
        begin(&sc, 2);
        way->run(sc.s);
        assert_true(sc.s->n_tried > 20);
        assert_int_equal(sc.s->n_tried, f.n_asks);
        for (int a = 0; a < f.n_asks; a++)
            for (int b = 0; b < a; b++)
                if (same_config(&f.asks[a].ask.config, &f.asks[b].ask.config))
                    fail_msg("%s: %s is asked for twice", way->name, config_text(sc.s->ask.kernel, &f.asks[a].ask.config));
        finish(&sc);
    }
}

static void it_ends_early_with_time_and_with_enough(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.02, 3), g = fake_make(bowl, 0.02, 3);
    scene_of_search sc = prepare(&f, 0.5, 1), enough = prepare(&g, 1e6, 1);
    begin(&sc, 4);
    strategy_exhaustive(sc.s);
    assert_false(sc.s->complete);
    assert_true(f.n_asks > 10 && f.asks[f.n_asks - 1].begin_s < sc.s->deadline_s);
    begin(&enough, 4);
    enough.s->enough_s = 0.8 * enough.s->tried[0].seconds;
    strategy_exhaustive(enough.s);
    assert_false(enough.s->complete);
    assert_true(enough.s->tried[enough.s->best].seconds <= enough.s->enough_s);
    finish(&sc);
    finish(&enough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_config_is_measured_once),
        cmocka_unit_test(no_strategy_asks_twice),
        cmocka_unit_test(it_ends_early_with_time_and_with_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
