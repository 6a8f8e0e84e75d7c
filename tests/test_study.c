/*
 * test_study.c - a study: its combinations, what follows from their times, and the command
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>

#include "commands/study_report.h"
#include "fake_trials.h"
#include "study/study.h"

static study *make(void)
{
    static const nt_parallel loops[] = {NT_PARALLEL_SERIAL, NT_PARALLEL_OUTER, NT_PARALLEL_MIDDLE,
                                        NT_PARALLEL_INNER};
    study *s = calloc(1, sizeof *s);
    nt_error why;
    assert_non_null(s);
    s->kernel = nt_kernel_find("square");
    s->kernel_case = nt_kernel_case_at(s->kernel, 0);
    s->dtype = NT_F64;
    s->shape[0] = 100, s->shape[1] = 40, s->shape[2] = 30;
    s->steps = 1;
    assert_int_equal(nt_config_default(s->kernel, s->dtype, &s->standard, NULL), NT_OK);
    for (int i = 0; i < 4; i++)
        s->level[STUDY_LOOP][s->n_levels[STUDY_LOOP]++] = loops[i];
    s->level[STUDY_ORDER][s->n_levels[STUDY_ORDER]++] = NT_ORDER_ZYX;
    s->level[STUDY_ORDER][s->n_levels[STUDY_ORDER]++] = NT_ORDER_YZX;
    s->level[STUDY_THREADS][s->n_levels[STUDY_THREADS]++] = 2;
    s->level[STUDY_THREADS][s->n_levels[STUDY_THREADS]++] = 4;
    s->level[STUDY_ISA][s->n_levels[STUDY_ISA]++] = NT_ISA_SCALAR;
    s->tile[0][1] = s->tile[0][2] = 1;
    s->level[STUDY_TILE][s->n_levels[STUDY_TILE]++] = 0;
    s->level[STUDY_SCHEDULE][s->n_levels[STUDY_SCHEDULE]++] = NT_SCHEDULE_STATIC;
    s->level[STUDY_SCHEDULE][s->n_levels[STUDY_SCHEDULE]++] = NT_SCHEDULE_DYNAMIC;
    assert_int_equal(study_make(s, &why), NT_OK);
    return s;
}

/* Sharing an inner loop doubles the time, and 4 threads are twice as fast as 2; nothing else matters. */
static double by_loop_and_threads(const fake_trials *f, const trial_ask *ask)
{
    static const double loop[NT_N_PARALLELS] = {1, 1, 2, 4, 1};
    const double drift = f->n_asks > 60 ? 3 : 1; /* the machine becomes slower */
    return 1e-9 * drift * fake_cells(ask) * loop[ask->config.parallel] / ask->config.threads;
}

static void say_nothing(void *context, int64_t done, int64_t all)
{
    int64_t *last = context;
    assert_true(done > *last && done <= all);
    *last = done;
}

/* Serial has one combination for each order, the others all. */
static void every_combination_is_listed_once(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop_and_threads, 0, 1);
    int64_t last = 0;
    study *s = make();
    assert_int_equal(s->n_cells, 2 + 3 * 2 * 2 * 2);
    study_run(s, &f.runner, 1, &f.stop, say_nothing, &last);
    fake_free(&f);
    for (int i = 0; i < s->n_cells; i++) {
        const study_cell *c = &s->cell[i];
        const bool serial = c->config.parallel == NT_PARALLEL_SERIAL, zyx = c->config.order == NT_ORDER_ZYX;
        assert_int_equal(nt_config_runs(s->kernel, s->dtype, &c->config, NULL), NT_OK);
        assert_true(serial ? c->config.threads == 1 : c->config.threads > 1);
        const double expected = serial                                     ? 0
                                : c->config.parallel == NT_PARALLEL_OUTER  ? 1
                                : c->config.parallel == NT_PARALLEL_MIDDLE ? (zyx ? 30 : 40)
                                                                           : 1200;
        assert_true(c->synchronisations == expected);
        for (int k = 0; k < i; k++)
            assert_true(nt_config_differences(&c->config, &s->cell[k].config) > 0);
    }
    nt_error why;
    s->n_levels[STUDY_LOOP] = s->n_levels[STUDY_ORDER] = s->n_levels[STUDY_THREADS] =
        s->n_levels[STUDY_SCHEDULE] = 16;
    study_free(s);
    assert_int_equal(study_make(s, &why), NT_EARG);
    assert_non_null(strstr(why.text, "65536 combinations"));
    free(s);
}

/* A machine that becomes three times as slow on the way changes no result: times are those of the anchor, in turn. */
static void effects_are_found_in_spite_of_drift(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop_and_threads, 0.01, 77);
    study *s = make();
    int64_t last = 0;
    study_run(s, &f.runner, 6, &f.stop, say_nothing, &last);
    assert_int_equal(s->n_rounds, 6);
    assert_int_equal(last, 6 * s->n_cells);
    study_effect effect[STUDY_MOST_EFFECTS];
    assert_true(study_effects(s, effect) >= 4);
    assert_true(effect[0].a == STUDY_LOOP && effect[0].b == STUDY_LOOP);
    assert_true(effect[1].a == STUDY_THREADS && effect[1].b == STUDY_THREADS);
    assert_true(effect[0].share + effect[1].share > 0.98 && effect[2].share < 0.01);
    /* Factors 1, 2, 4: the geometric mean is 2. */
    assert_true(fabs(study_level_ratio(s, STUDY_LOOP, 1) - 0.5) < 0.05);
    assert_true(fabs(study_level_ratio(s, STUDY_LOOP, 3) - 2) < 0.2);
    assert_true(study_level_ratio(s, STUDY_LOOP, 0) == 0); /* serial does not count */
    for (int i = 0; i < s->n_cells; i++) {
        const study_cell *c = &s->cell[i], *serial = study_serial(s, c);
        assert_non_null(serial);
        assert_int_equal(serial->level[STUDY_ORDER], c->level[STUDY_ORDER]);
        const double loop = c->config.parallel == NT_PARALLEL_MIDDLE  ? 2
                            : c->config.parallel == NT_PARALLEL_INNER ? 4
                                                                      : 1;
        assert_true(fabs(serial->ns.median / c->ns.median * loop / c->config.threads - 1) < 0.1);
    }
    study_free(s);
    free(s);
    fake_free(&f);
}

static void a_stop_keeps_what_was_timed(void **state)
{
    (void)state;
    fake_trials f = fake_make(by_loop_and_threads, 0.01, 78);
    study *s = make();
    study_map map = {.n = 0};
    int64_t last = 0;
    f.stop_after = 12;
    study_run(s, &f.runner, 3, &f.stop, say_nothing, &last);
    assert_int_equal(s->n_rounds, 0);
    int n_timed = 0;
    for (int i = 0; i < s->n_cells; i++)
        n_timed += s->cell[i].n;
    assert_true(n_timed > 5 && n_timed < s->n_cells);
    char *csv = study_csv(s);
    assert_non_null(csv);
    int lines = 0;
    for (const char *at = csv; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 1 + n_timed);
    free(csv);
    nt_machine machine = {.uarch = "made"};
    json_t *root = study_json(s, &map, &machine);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "combinations")), s->n_cells);
    json_decref(root);
    study_free(s);
    free(s);
    fake_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_is_listed_once),
        cmocka_unit_test(effects_are_found_in_spite_of_drift),
        cmocka_unit_test(a_stop_keeps_what_was_timed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
