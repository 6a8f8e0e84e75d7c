/*
 * test_search_stencils.c - a search of stencils: pairs of axes, and trials that are cut short
 * SPDX-License-Identifier: MIT
 */
#include "measure/stats.h"
#include "search_fixture.h"

static int radius_1(const void *params)
{
    (void)params;
    return 1;
}

static nt_kernel neighbours;
static nt_field with_radius;

static scene_of_search prepare_stencil(fake_trials *f, uint64_t seed)
{
    scene_of_search sc = prepare(f, 1e6, seed);
    space_question q = sc.sp.q;
    neighbours = *q.kernel;
    with_radius = *q.kernel->field;
    with_radius.radius = radius_1;
    neighbours.field = &with_radius;
    q.kernel = &neighbours;
    q.speeds.l3_bytes = 8 << 20;
    space_make(&sc.sp, &q);
    sc.s->ask.kernel = &neighbours;
    sc.s->ask.kernel_case = q.kernel_case;
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
    return 1e-4 * (1 + 0.2 * off - 0.1 * up) * (ask->config.parallel == NT_PARALLEL_SERIAL ? 2 : 1) *
           (double)ask->steps;
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
    descent_and_probes(sc.s, &start, 1, 0);
    assert_true(sc.s->complete);
    const nt_config *best = &sc.s->tried[sc.s->best].config;
    assert_true(best->depth >= 8 && best->tile[1] >= 16);
    finish(&sc);
}

/* A candidate that is seen to be far behind gets one repetition; what may be good gets all of them.  Whole time blocks tell
 * how long a step takes.  The result of the best is compared after every dozen candidates. */
static void candidates_far_behind_get_one_repetition(void **state)
{
    (void)state;
    fake_trials f = fake_make(ridge, 0.02, 500);
    scene_of_search sc = prepare_stencil(&f, 1);
    with_radius.steady = 1;
    sc.s->space = &sc.sp;
    sc.s->hopeless = 1.1;
    search_try(sc.s, sc.sp.q.arithmetic);
    descent_and_probes(sc.s, &sc.sp.q.arithmetic, 1, 50);
    int n_once = 0, n_all = 0, n_short = 0;
    double best = HUGE_VAL;
    for (int i = 0; i < f.n_asks; i++) {
        const struct fake_ask *a = &f.asks[i];
        const int depth = a->ask.config.depth;
        assert_ptr_equal(a->ask.kernel_case, sc.sp.q.kernel_case);
        assert_int_equal(a->ask.only_time, i > 0); /* the first one says what is right */
        const double whole = 16.0 / (double)a->ask.steps;
        assert_int_equal(a->ask.reps, 3);
        assert_int_equal(a->ask.check, 1);
        assert_true(i == 0 ? a->ask.cut_s == 0 : fabs(a->ask.cut_s * whole / (1.1 * best) - 1) < 1e-9);
        assert_int_equal(a->answer.n, i > 0 && a->answer.seconds[0] > a->ask.cut_s ? 1 : 3);
        assert_int_equal(a->ask.steps, i == 0 || 16 % depth != 0 ? 16 : depth < 4 ? 4 : depth);
        n_short += a->ask.steps < 16;
        n_once += a->answer.n == 1;
        n_all += a->answer.n == 3;
        best = fmin(best, whole * stats_median(a->answer.seconds, a->answer.n));
    }
    assert_true(n_once > 30 && n_all > 5 && n_short > 30);
    assert_in_range(f.n_compared, 1, sc.s->n_tried / 12);
    finish(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_of_axes_climb_a_ridge),
        cmocka_unit_test(candidates_far_behind_get_one_repetition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
