/*
 * test_search.c - a search on costs that are known: what it finds, what it asks, and when it stops
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "fake_trials.h"
#include "search.h"
#include "stats.h"

static const int threads[] = {1, 2, 4};
enum { N_THREADS = sizeof threads / sizeof *threads };
static const int64_t shape[3] = {256, 128, 64}, steps = 16;

/* ---- A bowl ------------------------------------------------------------------------------------- */

static double log2_of(int64_t tile, int64_t whole)
{
    return log2((double)(tile > 0 && tile < whole ? tile : whole));
}

/* Its bottom: middle, four threads, static, tiles of 512 in x, depth 4, any order. */
static double bowl(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    static const double loop[NT_N_PARALLELS] = {
        [NT_SERIAL] = 1, [NT_OUTER] = 0.7, [NT_MIDDLE] = 0.5, [NT_INNER] = 0.9, [NT_FLAT] = 0.6};
    const nt_config *c = &ask->config;
    const double x = log2_of(c->tile[0], 1 << 20) - 8, y = log2_of(c->tile[1], shape[1]) - 4,
                 depth = log2(c->depth) - 2;
    return 1e-3 * loop[c->parallel] * (4.0 / c->threads) *
           (1 + 0.02 * x * x + 0.03 * y * y + 0.1 * depth * depth) * (c->schedule == NT_DYNAMIC ? 1.1 : 1) *
           (1 + 0.02 * c->unroll);
}

typedef struct scene_of_search {
    space sp;
    search *s;
} scene_of_search;

static scene_of_search prepare(fake_trials *f, double budget_s, uint64_t seed)
{
    scene_of_search sc;
    space_question q = {.kernel = nt_kernel_find("mathop"),
                        .dtype = NT_F64,
                        .shape = {shape[0], shape[1], shape[2]},
                        .steps = steps,
                        .threads = threads,
                        .n_threads = N_THREADS,
                        .l1d_bytes = 49152,
                        .l2_bytes = 1 << 20};
    assert_int_equal(nt_config_default(q.kernel, q.dtype, &q.arithmetic, NULL), NT_OK);
    q.arithmetic.threads = threads[N_THREADS - 1];
    space_make(&sc.sp, &q);
    sc.s = calloc(1, sizeof *sc.s);
    assert_non_null(sc.s);
    *sc.s = (search){.runner = &f->runner,
                     .deadline_s = f->clock_s + budget_s,
                     .stop = &f->stop,
                     .seed = seed,
                     .best = -1};
    sc.s->ask = (trial_ask){.kernel = q.kernel,
                            .dtype = q.dtype,
                            .shape = {shape[0], shape[1], shape[2]},
                            .steps = steps,
                            .in_place = 1,
                            .reps = 3,
                            .check = 1,
                            .limit_s = 2};
    return sc;
}

static nt_config first_start(const space *s)
{
    nt_config start[SPACE_MOST_STARTS];
    space_starts(s, start);
    return start[0];
}

static void run_from_two(scene_of_search *sc, int n_probes)
{
    sc->s->space = &sc->sp;
    search_try(sc->s, sc->sp.q.arithmetic);
    search_run(sc->s, (nt_config[]){first_start(&sc->sp), sc->sp.q.arithmetic}, 2, n_probes);
}

static double bowl_of(const scene_of_search *sc, const nt_config *config)
{
    trial_ask ask = sc->s->ask;
    ask.config = *config;
    return bowl(NULL, &ask);
}

/* The least cost of the whole space, by asking for all of it. */
static double least_of(const scene_of_search *sc, int axis, nt_config c)
{
    if (axis == SPACE_N_AXES)
        return bowl_of(sc, &c);
    if (axis == SPACE_ORDER)
        return least_of(sc, axis + 1, c); /* not in the cost */
    double least = HUGE_VAL;
    for (int i = 0; i < sc->sp.n[axis]; i++)
        least = fmin(least,
                     least_of(sc, axis + 1, space_set(&sc->sp, c, (space_axis)axis, sc->sp.value[axis][i])));
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
        free(sc.s);
        fake_free(&f);
    }
    if (worst_regret > 0.05 || worst_trials > 250)
        fail_msg("%.1f%% above the least after at most %d trials", 100 * worst_regret, worst_trials);
}

static void probes_find_what_no_descent_sees(void **state)
{
    (void)state;
    int found = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        fake_trials f = fake_make(bowl, 0.02, 200 + seed);
        scene_of_search sc = prepare(&f, 1e6, seed);
        run_from_two(&sc, 400);
        assert_in_range(sc.s->n_tried, 300, SEARCH_MOST);
        found += bowl_of(&sc, &sc.s->tried[sc.s->best].config) <
                 1.05 * least_of(&sc, SPACE_ORDER, sc.s->tried[sc.s->best].config);
        free(sc.s);
        fake_free(&f);
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
        free(sc.s);
        fake_free(&f);
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
        free(sc.s);
        fake_free(&f);
    }
}

/* ---- Memo and sequence ------------------------------------------------------------------------------ */

static void equal_configs_are_asked_once(void **state)
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
    serial.parallel = NT_SERIAL;
    const candidate *one = search_try(sc.s, serial);
    serial.schedule = NT_DYNAMIC; /* means nothing where nothing is shared */
    assert_ptr_equal(search_try(sc.s, serial), one);
    assert_int_equal(f.n_asks, before); /* the descent had asked for serial */
    free(sc.s);
    fake_free(&f);
}

static void one_seed_one_sequence(void **state)
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
    free(sa.s);
    free(sb.s);
    free(other.s);
    fake_free(&a);
    fake_free(&b);
    fake_free(&c);
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
    free(sc.s);
    fake_free(&f);
}

/* ---- Candidates that fail ------------------------------------------------------------------------- */

/* Dynamic schedules are ten times as fast, and wrong. */
static trial_class wrong_when_dynamic(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    *hash = ask->config.schedule == NT_DYNAMIC ? 43 : 42;
    return TRIAL_OK;
}

static double fast_when_dynamic(const fake_trials *f, const trial_ask *ask)
{
    return bowl(f, ask) * (ask->config.schedule == NT_DYNAMIC ? 0.1 : 1);
}

static void faster_but_wrong_is_refused(void **state)
{
    (void)state;
    fake_trials f = fake_make(fast_when_dynamic, 0.02, 800);
    f.fate = wrong_when_dynamic;
    scene_of_search sc = prepare(&f, 1e6, 1);
    run_from_two(&sc, 100);
    int n_wrong = 0;
    for (int i = 0; i < sc.s->n_tried; i++) {
        const candidate *c = &sc.s->tried[i];
        const bool dynamic = c->config.schedule == NT_DYNAMIC;
        assert_int_equal(c->class, dynamic ? TRIAL_WRONG : TRIAL_OK);
        assert_true(!dynamic || (isinf(c->seconds) && c->detail[0]));
        n_wrong += dynamic;
    }
    assert_true(n_wrong > 10);
    assert_int_equal(sc.s->n_failed, n_wrong);
    assert_int_equal(sc.s->tried[sc.s->best].config.schedule, NT_STATIC);
    int top[8];
    const int n = search_top(sc.s, top, 8);
    for (int i = 0; i < n; i++)
        assert_int_equal(sc.s->tried[top[i]].config.schedule, NT_STATIC);
    free(sc.s);
    fake_free(&f);
}

/* The middle loop, the bowl's bottom, does not survive; nor do some others. */
static trial_class many_fates(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)hash;
    const nt_config *c = &ask->config;
    if (c->parallel == NT_MIDDLE)
        return TRIAL_CRASH;
    if (c->tile[0] == 1024)
        return TRIAL_HANG;
    if (c->depth == 2)
        return TRIAL_MEMORY;
    return c->unroll == 2 ? TRIAL_REFUSED : TRIAL_OK;
}

static void failures_cost_one_trial_each(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.02, 900);
    f.fate = many_fates;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.sp.q.arithmetic.unroll = 1;
    run_from_two(&sc, 200);
    int n[TRIAL_N_CLASSES] = {0};
    for (int i = 0; i < sc.s->n_tried; i++) {
        n[sc.s->tried[i].class]++;
        assert_true((sc.s->tried[i].class == TRIAL_OK) == (sc.s->tried[i].seconds < HUGE_VAL));
        for (int k = 0; k < i; k++)
            assert_false(same_config(&sc.s->tried[i].config, &sc.s->tried[k].config));
    }
    assert_int_equal(sc.s->n_tried, f.n_asks);
    assert_true(n[TRIAL_CRASH] > 0 && n[TRIAL_HANG] > 0 && n[TRIAL_MEMORY] > 0 && n[TRIAL_REFUSED] > 0);
    assert_int_equal(sc.s->n_failed, sc.s->n_tried - n[TRIAL_OK]);
    assert_int_equal(sc.s->tried[sc.s->best].class, TRIAL_OK);
    assert_true(n[TRIAL_OK] > 50); /* it went on */
    free(sc.s);
    fake_free(&f);
}

static trial_class crash_first(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
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
    free(sc.s);
    fake_free(&f);
}

static void say_nothing(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    (void)self;
    (void)ask;
    memset(answer, 0, sizeof *answer);
}

static void an_answer_without_times_is_none(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0, 1100);
    f.runner.run = say_nothing;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.s->space = &sc.sp;
    const candidate *c = search_try(sc.s, sc.sp.q.arithmetic);
    assert_int_equal(c->class, TRIAL_CRASH);
    assert_string_not_equal(c->detail, "");
    assert_int_equal(sc.s->best, -1);
    free(sc.s);
    fake_free(&f);
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
    free(a.s);
    free(b.s);
    fake_free(&quick);
    fake_free(&long_runs);
}

/* ---- The best few ----------------------------------------------------------------------------------- */

static void the_top_is_sorted_and_complete(void **state)
{
    (void)state;
    fake_trials f = fake_make(bowl, 0.05, 1300);
    f.fate = many_fates;
    scene_of_search sc = prepare(&f, 1e6, 1);
    sc.sp.q.arithmetic.unroll = 1;
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
    free(sc.s);
    fake_free(&f);
}

/* ---- Over neighbours ------------------------------------------------------------------------------- */

static int radius_1(const void *params)
{
    (void)params;
    return 1;
}

static nt_kernel neighbours;

static scene_of_search prepare_stencil(fake_trials *f, uint64_t seed)
{
    scene_of_search sc = prepare(f, 1e6, seed);
    space_question q = sc.sp.q;
    neighbours = *q.kernel;
    neighbours.radius = radius_1;
    q.kernel = &neighbours;
    q.order = 2;
    q.l3_bytes = 8 << 20;
    space_make(&sc.sp, &q);
    sc.s->ask.kernel = &neighbours;
    sc.s->ask.order = 2;
    return sc;
}

/* Depth pays where tile y grows with it, and only there: no single axis leads out of (2, 4). */
static double ridge(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    static const int depths[] = {1, 2, 3, 4, 6, 8, 12, 16};
    static const int64_t rows[] = {0, 2, 4, 8, 12, 16, 24, 32, 48};
    int d = 0, r = 0;
    for (int i = 0; i < 8; i++)
        d = depths[i] == ask->config.depth ? i : d;
    for (int i = 0; i < 9; i++)
        r = rows[i] == ask->config.tile[1] ? i : r;
    const int off = abs(d - (r - 1)), up = d < 5 ? d : 5;
    return 1e-3 * (1 + 0.2 * off - 0.1 * up) * (ask->config.parallel == NT_SERIAL ? 2 : 1);
}

static void pairs_of_axes_climb_a_ridge(void **state)
{
    (void)state;
    fake_trials f = fake_make(ridge, 0, 400);
    scene_of_search sc = prepare_stencil(&f, 1);
    sc.s->space = &sc.sp;
    nt_config start = sc.sp.q.arithmetic;
    start.depth = 2;
    start.tile[1] = 4;
    search_try(sc.s, sc.sp.q.arithmetic);
    search_run(sc.s, &start, 1, 0);
    assert_true(sc.s->complete);
    const nt_config *best = &sc.s->tried[sc.s->best].config;
    assert_true(best->depth >= 8 && best->tile[1] >= 16);
    free(sc.s);
    fake_free(&f);
}

/* What one repetition shows to be far behind gets no more; what may be good gets all, and the check once. */
static void the_hopeless_get_one_repetition(void **state)
{
    (void)state;
    fake_trials f = fake_make(ridge, 0.02, 500);
    scene_of_search sc = prepare_stencil(&f, 1);
    sc.s->space = &sc.sp;
    sc.s->hopeless = 1.1;
    search_try(sc.s, sc.sp.q.arithmetic);
    search_run(sc.s, &sc.sp.q.arithmetic, 1, 50);
    int n_once = 0, n_again = 0;
    double best = HUGE_VAL;
    for (int i = 0; i < f.n_asks; i++) {
        const struct fake_ask *a = &f.asks[i];
        assert_int_equal(a->ask.order, 2);
        const bool again = i > 0 && i + 1 < f.n_asks && a->ask.reps == 1 && f.asks[i + 1].ask.reps == 3;
        if (i == 0)
            assert_int_equal(a->ask.reps, 3);
        else if (a->ask.reps == 1)
            assert_true((a->answer.seconds[0] <= 1.1 * best) == again || i + 1 == f.n_asks);
        assert_int_equal(a->ask.check, i == 0 || a->ask.reps == 1);
        if (a->ask.reps == 3) {
            best = fmin(best, stats_median(a->answer.seconds, 3));
            n_again++;
        } else {
            n_once += !again;
        }
    }
    assert_true(n_once > 30 && n_again > 5);
    free(sc.s);
    fake_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bottom_of_a_bowl),
        cmocka_unit_test(probes_find_what_no_descent_sees),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(equal_configs_are_asked_once),
        cmocka_unit_test(one_seed_one_sequence),
        cmocka_unit_test(a_full_memo_ends_the_search),
        cmocka_unit_test(faster_but_wrong_is_refused),
        cmocka_unit_test(failures_cost_one_trial_each),
        cmocka_unit_test(starts_that_fail_leave_the_probes),
        cmocka_unit_test(an_answer_without_times_is_none),
        cmocka_unit_test(slow_problems_get_longer_limits),
        cmocka_unit_test(the_top_is_sorted_and_complete),
        cmocka_unit_test(pairs_of_axes_climb_a_ridge),
        cmocka_unit_test(the_hopeless_get_one_repetition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
