/*
 * test_tune_shapes.c - one config for all shapes of a class, or as few as are near the best on each
 * SPDX-License-Identifier: MIT
 */
#include "core/tuned_internal.h"
#include "core/tuned_parse.h"
#include "scratch.h"
#include "store/header.h"
#include "tune/shapes.h"
#include "tune_fixture.h"
#include "tuned_support.h"

/* ---- The choice, from made-up times ------------------------------------------------------------------ */

typedef struct known {
    int n_shapes, n_configs, preferred;
    int64_t nx[RESULT_MOST_SHAPES];
    double seconds[RESULT_MOST_SHAPES][4]; /* 0: failed */
    int config[RESULT_MOST_SHAPES];
    int64_t upto[RESULT_MOST_SHAPES];
} known;

/* Times that are certain. */
static shapes_times times_of(const known *k)
{
    shapes_times t = {.n_shapes = k->n_shapes, .n_configs = k->n_configs};
    for (int s = 0; s < k->n_shapes; s++) {
        double best = HUGE_VAL;
        t.nx[s] = k->nx[s];
        for (int i = 0; i < k->n_configs; i++) {
            t.seconds[s][i] = k->seconds[s][i] > 0 ? k->seconds[s][i] : HUGE_VAL;
            best = fmin(best, t.seconds[s][i]);
        }
        for (int i = 0; i < k->n_configs; i++)
            t.surely[s][i] = t.seconds[s][i] / best;
    }
    return t;
}

static void the_worst_ratio_decides(void **state)
{
    (void)state;
    static const known cases[] = {
        /* One shape: the fastest; or the preferred one, which is as fast. */
        {1, 3, 0, {512}, {{3, 1, 2}}, {1}, {0}},
        {1, 3, 2, {512}, {{3, 1, 1.005}}, {2}, {0}},
        {1, 1, 0, {512}, {{1}}, {0}, {0}},
        /* One is near on both, although neither of the fastest is. */
        {2, 3, 0, {512, 160}, {{1, 1.5, 1.04}, {1.5, 1, 1.03}}, {2, 2}, {0, 0}},
        {2, 2, 0, {512, 160}, {{1, 1.04}, {1.2, 1}}, {1, 1}, {0, 0}},
        {2, 2, 0, {512, 160}, {{1, 1.2}, {1.05, 1}}, {0, 0}, {0, 0}},
        /* None is: two, with a threshold halfway. */
        {2, 2, 0, {512, 160}, {{1, 1.2}, {1.06, 1}}, {0, 1}, {0, 286}},
        {2, 2, 0, {160, 512}, {{1, 1.2}, {1.06, 1}}, {0, 1}, {286, 0}},
        {2, 3, 0, {512, 160}, {{1, 1.2, 0}, {1.3, 0, 1}}, {0, 2}, {0, 286}},
        /* Rows of the same length cannot be told apart: the least loss. */
        {2, 2, 0, {512, 512}, {{1, 1.2}, {1.3, 1}}, {1, 1}, {0, 0}},
        /* Three shapes: as few configs as possible, of neighbours. */
        {3, 2, 0, {400, 100, 200}, {{1.5, 1}, {1, 1.5}, {1.02, 1.4}}, {1, 0, 0}, {0, 283, 283}},
        {3, 3, 0, {400, 100, 200}, {{1.5, 1.5, 1}, {1, 1.5, 1.5}, {1.4, 1, 1.4}}, {2, 0, 1}, {0, 141, 283}},
        {3, 2, 0, {400, 100, 200}, {{1, 1.5}, {1, 1.5}, {1.5, 1}}, {0, 0, 1}, {0, 141, 283}},
        {3, 2, 0, {400, 200, 200}, {{1.1, 1}, {1.5, 1}, {1, 1.3}}, {1, 1, 1}, {0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const shapes_times t = times_of(&cases[i]);
        const shapes_choice c = shapes_choose(&t, cases[i].preferred);
        for (int s = 0; s < cases[i].n_shapes; s++)
            if (c.config[s] != cases[i].config[s] || c.upto[s] != cases[i].upto[s])
                fail_msg("case %zu, shape %d: config %d upto %lld", i, s, c.config[s], (long long)c.upto[s]);
    }
}

/* What may be chance neither divides a class nor takes another config than the final did. */
static void chance_does_not_divide(void **state)
{
    (void)state;
    static const known k = {2, 2, 0, {512, 160}, {{1, 1.1}, {1.2, 1}}, {0}, {0}};
    shapes_times t = times_of(&k);
    shapes_choice c = shapes_choose(&t, 0);
    assert_true(c.upto[1] == 286);
    t.surely[0][1] = t.surely[1][0] = 1.04;
    c = shapes_choose(&t, 0);
    assert_true(c.config[0] == 0 && c.config[1] == 0 && c.upto[0] == 0 && c.upto[1] == 0);
    t.surely[1][0] = 1.045; /* surely a little more than the other */
    c = shapes_choose(&t, 0);
    assert_true(c.config[0] == 0);
    t.surely[0][1] = 1.03;
    c = shapes_choose(&t, 0);
    assert_true(c.config[0] == 1 && c.config[1] == 1 && c.upto[1] == 0);
    t.surely[1][0] = 1; /* surely less than the preferred one, but more as measured */
    c = shapes_choose(&t, 1);
    assert_true(c.config[0] == 1 && c.config[1] == 1 && c.upto[1] == 0);
    assert_true(fabs(c.over_best[0][1] - 1.1) < 1e-9 && c.over_best[1][1] == 1);
}

/* The least number of configs that are near on all shapes, which stand in the order of their rows; 9: there is none. */
static int fewest(const shapes_times *t, int from)
{
    if (from == t->n_shapes)
        return 0;
    int least = 9;
    for (int to = from + 1; to <= t->n_shapes; to++)
        for (int i = 0; i < t->n_configs; i++) {
            double worst = 0;
            for (int s = from; s < to; s++)
                worst = fmax(worst, t->surely[s][i]);
            if (worst <= SHAPES_NEAR && 1 + fewest(t, to) < least)
                least = 1 + fewest(t, to);
        }
    return least;
}

static void there_is_no_smaller_set(void **state)
{
    (void)state;
    rng r = rng_make(12);
    int seen[RESULT_MOST_SHAPES + 1] = {0};
    for (int n = 0; n < 2000; n++) {
        known k = {RESULT_MOST_SHAPES, 4, (int)rng_below(&r, 4), {100, 200, 400}, {{0}}, {0}, {0}};
        for (int s = 0; s < k.n_shapes; s++)
            for (int i = 0; i < k.n_configs; i++)
                k.seconds[s][i] = 1 + 0.15 * rng_unit(&r);
        const shapes_times t = times_of(&k);
        const shapes_choice c = shapes_choose(&t, k.preferred);
        int n_sets = 1;
        for (int s = 0; s < k.n_shapes; s++) {
            n_sets += s > 0 && c.upto[s] != c.upto[s - 1];
            assert_true(s == 0 || c.upto[s] != c.upto[s - 1] || c.config[s] == c.config[s - 1]);
        }
        seen[n_sets]++;
        /* The least worst ratio by times, so with certain times it is near wherever any set of this size is. */
        assert_int_equal(n_sets, fewest(&t, 0));
        for (int s = 0; s < k.n_shapes; s++)
            assert_true(t.surely[s][c.config[s]] <= SHAPES_NEAR);
    }
    assert_true(seen[1] > 50 && seen[2] > 50 && seen[3] > 50);
}

/* ---- In a tune ----------------------------------------------------------------------------------------- */

static bool is_wave(const trial_ask *ask)
{
    return strcmp(ask->kernel->name, "wave") == 0;
}

/* Time blocks take half of the time on long rows, and more than the default on others. */
static double deep_on_long_rows(const fake_trials *f, const trial_ask *ask)
{
    const bool deep = is_wave(ask) && ask->config.depth > 1 && fake_cells(ask) > 2e6;
    return by_loop(f, ask) * (!deep ? 1 : ask->shape[0] == 512 ? 0.5 : 1.5);
}

static tune tune_of_wave(fake_cost_fn *cost, double noise, uint64_t stream)
{
    tune t = prepare(cost, noise, stream);
    t.o.budget_s = 0;
    t.o.dtypes = 1u << NT_F32;
    t.o.n_cases = 1;
    t.o.cases[0] = "o8";
    return t;
}

static const result_row *row_of(const result *r, nt_class c, nt_repeat repeat, bool is_limited)
{
    const result_row *found = NULL;
    for (int i = 0; i < r->n_rows; i++)
        if (r->row[i].shape_class == c && r->row[i].repeat == repeat && (r->row[i].upto > 0) == is_limited) {
            assert_null(found);
            found = &r->row[i];
        }
    return found;
}

/* Each row states its shape and its own times; the header gives each length of rows its config. */
static void a_class_may_need_two_rows(void **state)
{
    (void)state;
    const nt_kernel *wave = nt_kernel_find("wave");
    for (uint64_t seed = 1; seed <= (uint64_t)test_trials(5); seed++) {
        tune t = tune_of_wave(deep_on_long_rows, 0.02, 9000 + seed);
        const double begin_s = t.f.clock_s;
        assert_int_equal(run(&t, wave), NT_OK);
        assert_true(t.f.clock_s - begin_s < 1.1 * 36);
        assert_int_equal(t.r->n_rows, ROWS_A_TYPE + 1);
        assert_int_equal(t.events.n_done, t.r->n_rows);
        const result_row *rows[2] = {row_of(t.r, NT_CLASS_MEMORY, NT_REPEAT_MANY, false),
                                     row_of(t.r, NT_CLASS_MEMORY, NT_REPEAT_MANY, true)};
        assert_true(rows[0] && rows[1] && !result_contradicts(rows[0], rows[1]));
        assert_true(rows[0]->shape[0] == 512 && rows[0]->config.depth > 1 &&
                    rows[0]->verdict == STATS_FASTER);
        assert_true(rows[1]->shape[0] < 512 && rows[1]->shape[0] == rows[1]->shape[2] &&
                    rows[1]->config.depth == 1);
        assert_true(fabs(rows[0]->tuned_ns - 0.05) < 0.02 && fabs(rows[1]->tuned_ns - 0.1) < 0.02);
        const double halfway = sqrt(512.0 * (double)rows[1]->shape[0]);
        assert_true(fabs((double)rows[1]->upto - halfway) < 1);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(rows[i]->n_shapes, 1);
            assert_memory_equal(rows[i]->timed_on[0].n, rows[i]->shape, sizeof rows[i]->shape);
            assert_true(rows[i]->timed_on[0].over_best >= 1 && rows[i]->timed_on[0].over_best < 1.05);
        }
        assert_true(rows[0]->ways_ns[NT_PARALLEL_OUTER] > 0 && rows[1]->ways_ns[NT_PARALLEL_OUTER] == 0);

        char *text = header_text(t.r, nt_build_info());
        scratch s = scratch_make();
        nt_tuned_source source = {.origin = NT_TUNED_USER};
        nt_config config;
        tuned_write(s.path, text, strlen(text));
        if (nt_tuned_read(s.path, &source.tuned, &t.why) != NT_OK)
            fail_msg("%s", t.why.text);
        nt_tuned_use use = {wave, "o8", NT_F32, NT_CLASS_MEMORY, NT_REPEAT_MANY, rows[1]->upto};
        assert_int_equal(nt_tuned_find_in(&source, &t.r->machine, NT_TUNED_ON, &use, &config, &t.why), NT_OK);
        assert_int_equal(config.depth, 1);
        use.nx++;
        assert_int_equal(nt_tuned_find_in(&source, &t.r->machine, NT_TUNED_ON, &use, &config, &t.why), NT_OK);
        assert_int_equal(config.depth, rows[0]->config.depth);
        assert_true(source.tuned.l2_class_bytes == 2 << 20 && source.tuned.l3_class_bytes == 16 << 20);
        nt_tuned_free(&source.tuned);
        scratch_walk(&s, 1);
        free(text);
        finish(&t);
    }
}

/* A little faster on the first shape, much slower on the other: the default is near the best on both. */
static double fast_on_one_shape(const fake_trials *f, const trial_ask *ask)
{
    const bool deep =
        ask->kernel == mathop() && ask->config.depth == 5 && ask->config.parallel == NT_PARALLEL_OUTER;
    return by_loop(f, ask) * (!deep ? 1 : ask->shape[1] == 10000 ? 0.96 : 1.4);
}

static void the_least_worst_wins(void **state)
{
    (void)state;
    tune t = prepare(fast_on_one_shape, 0.005, 9100);
    t.o.dtypes = 1u << NT_F64;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
    const result_row *row = row_of(t.r, NT_CLASS_MEMORY, NT_REPEAT_MANY, false);
    assert_non_null(row);
    assert_true(same_config(&row->config, &row->default_config));
    assert_int_equal(row->n_shapes, 2);
    assert_memory_equal(row->timed_on[0].n, row->shape, sizeof row->shape);
    assert_true(row->timed_on[1].n[0] == row->timed_on[1].n[1] &&
                row->timed_on[1].n[1] == row->timed_on[1].n[2]);
    assert_true(fabs(row->timed_on[0].over_best - 1 / 0.96) < 0.02 && row->timed_on[1].over_best < 1.02);
    assert_true(result_worst(row) == row->timed_on[0].over_best);
    finish(&t);
}

/* Where all take as long, noise makes no second row. */
static void noise_divides_no_class(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= (uint64_t)test_trials(30); seed++) {
        tune t = prepare(by_loop, 0.05, 9200 + seed);
        t.o.dtypes = seed % 2 ? 1u << NT_F32 : 1u << NT_F64;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
        for (int i = 0; i < t.r->n_rows; i++)
            assert_true(t.r->row[i].upto == 0 && t.r->row[i].n_shapes >= 1);
        finish(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_ratio_decides), cmocka_unit_test(chance_does_not_divide),
        cmocka_unit_test(there_is_no_smaller_set), cmocka_unit_test(a_class_may_need_two_rows),
        cmocka_unit_test(the_least_worst_wins),    cmocka_unit_test(noise_divides_no_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
