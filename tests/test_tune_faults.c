/*
 * test_tune_faults.c - a tune that runs out of time or room, is stopped, or whose trials fail
 * SPDX-License-Identifier: MIT
 */
#include "tune_fixture.h"

/* ---- Time and stop ---------------------------------------------------------------------------------- */

static int n_named(const char *text)
{
    int n = *text != '\0';
    for (; *text; text++)
        n += *text == ',';
    return n;
}

static void check_left_out(const tune *t)
{
    assert_int_equal(t->r->n_rows + n_named(t->r->not_searched), 2 * ROWS_A_TYPE);
    for (int i = 0; i < t->r->n_rows; i++) {
        const result_row *row = &t->r->row[i];
        char name[100];
        snprintf(name, sizeof name, "%s/%s/%s/%s", row->kernel->name, nt_dtype_name(row->dtype),
                 nt_class_name(row->shape_class), nt_repeat_name(row->repeat));
        assert_false(has_text(t->r->not_searched, name));
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    static const double budgets_s[] = {0.1, 1, 3, 10, 30, 60, 300};
    for (size_t i = 0; i < sizeof budgets_s / sizeof *budgets_s; i++) {
        tune t = prepare(by_loop, 0.05, 7000 + i);
        t.o.budget_s = budgets_s[i];
        const double begin_s = t.f.clock_s;
        assert_int_equal(run(&t, mathop()), NT_OK);
        check_left_out(&t);
        /* The least rounds of one row's final and loops may run over it. */
        if (t.f.clock_s - begin_s > 1.1 * budgets_s[i] + 4)
            fail_msg("budget %g s: %g s were taken", budgets_s[i], t.f.clock_s - begin_s);
        assert_true(t.r->n_rows == 2 * ROWS_A_TYPE || budgets_s[i] < 30);
        assert_true(budgets_s[i] >= 1 || t.r->n_rows < 2 * ROWS_A_TYPE);
        finish(&t);
    }
}

/* Without a budget; the shapes are those of a normal one, and the space is told before it is measured. */
static void exhaustive_effort_has_no_budget(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 7050);
    t.o.budget_s = 0;
    t.o.effort = EFFORT_EXHAUSTIVE;
    t.o.strategy = strategy_find("exhaustive");
    t.o.dtypes = 1u << NT_F32;
    t.o.n_threads = 1;
    memcpy(t.o.shape, (int64_t[3]){64, 2, 2}, sizeof t.o.shape);
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 2);
    assert_int_equal(t.events.n_spaces, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(t.r->row[i].complete);
        assert_true(t.events.n_configs[i] == t.r->row[i].n_trials);
        assert_true(t.r->row[i].n_trials > 20 && t.r->row[i].n_trials < t.r->row[i].space_size);
    }
    finish(&t);

    t = prepare(by_loop, 0.02, 7051); /* shapes of its own */
    t.o.budget_s = 0;
    t.o.effort = EFFORT_EXHAUSTIVE;
    t.o.strategy = strategy_find("exhaustive");
    t.f.stop_after = 3000;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_true(t.f.n_asks >= 3000);
    for (int i = 0; i < t.f.n_asks; i++)
        assert_true(fake_cells(&t.f.asks[i].ask) <= 1e9 && t.f.asks[i].answer.wall_s < 10);
    finish(&t);
}

static void stopping_keeps_the_finished_rows(void **state)
{
    (void)state;
    tune whole = prepare(by_loop, 0.05, 7100);
    assert_int_equal(run(&whole, mathop()), NT_OK);
    int with_rows = 0, without = 0;
    for (int part = 0; part < 20; part++) {
        tune t = prepare(by_loop, 0.05, 7100);
        t.f.stop_after = 1 + whole.f.n_asks * part / 20;
        assert_int_equal(run(&t, mathop()), NT_OK);
        check_left_out(&t);
        with_rows += t.r->n_rows > 0;
        without += t.r->n_rows == 0;
        /* What is there is whole: loops that were begun may be cut, the rest not. */
        for (int i = 0; i < t.r->n_rows; i++)
            assert_true(t.r->row[i].tuned_ns > 0 && t.r->row[i].default_ns > 0);
        /* The current row gets the fewest rounds of a confirmation between its best and the default. */
        if (t.f.n_asks > t.f.stop_after + 120)
            fail_msg("stopped after ask %d, %d were made", t.f.stop_after, t.f.n_asks);
        finish(&t);
    }
    assert_true(with_rows > 5 && without > 0);
    finish(&whole);
}

static void no_more_rows_than_fit(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 7200);
    t.r->n_rows = RESULT_MOST_ROWS - 1;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, RESULT_MOST_ROWS);
    assert_int_equal(n_named(t.r->not_searched), 2 * ROWS_A_TYPE - 1);
    /* Names that have no room are counted. */
    for (int i = 0; i < 1000; i++) {
        result_leave_out(t.r, "name %d", i);
        assert_true(strlen(t.r->not_searched) < sizeof t.r->not_searched);
    }
    int n = 0;
    const char *more = strstr(t.r->not_searched, ", and ");
    assert_non_null(more);
    assert_int_equal(sscanf(more, ", and %d more", &n), 1);
    assert_int_equal(n_named(t.r->not_searched) - 1 + n, 1000 + 2 * ROWS_A_TYPE - 1);
    assert_null(strstr(more + 1, ", "));
    finish(&t);
}

/* ---- Failures ------------------------------------------------------------------------------------- */

/* The default of every dtype: the best isa's first variant, with the plain schedule. */
static bool is_default(const trial_ask *ask)
{
    nt_config c;
    return nt_config_default(ask->kernel, ask->dtype, &c, NULL) == NT_OK && ask->kernel == mathop() &&
           c.isa == ask->config.isa && c.variant == ask->config.variant &&
           ask->config.parallel == NT_PARALLEL_OUTER && ask->config.tile[2] == 0;
}

static trial_outcome default_crashes(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)hash;
    return is_default(ask) ? TRIAL_CRASH : TRIAL_OK;
}

static trial_outcome best_isa_crashes(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    nt_config c;
    (void)f;
    (void)hash;
    return nt_config_default(ask->kernel, ask->dtype, &c, NULL) == NT_OK && ask->config.isa == c.isa
               ? TRIAL_CRASH
               : TRIAL_OK;
}

static void tunes_around_a_default_that_crashes(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 8000);
    t.f.fate = default_crashes;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 2 * ROWS_A_TYPE); /* rows are written although the default failed */
    for (int i = 0; i < t.r->n_rows; i++) {
        const result_row *row = &t.r->row[i];
        assert_true(row->default_ns == 0);
        assert_true(row->tuned_ns > 0);
        assert_false(same_config(&row->config, &row->default_config));
        assert_true(row->n_failed > 0 || row->config.variant != 0 ||
                    row->config.isa != row->default_config.isa);
    }
    assert_true(t.events.n_failed_trials > 0);
    finish(&t);
}

static void tunes_around_an_isa_that_crashes(void **state)
{
    (void)state;
    if (n_arithmetics() < 2)
        skip();
    tune t = prepare(by_loop, 0.02, 8100);
    t.f.fate = best_isa_crashes;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 2 * ROWS_A_TYPE);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_not_equal(t.r->row[i].config.isa, t.r->row[i].default_config.isa);
    finish(&t);
}

static trial_outcome all_crash(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)ask;
    (void)hash;
    return TRIAL_CRASH;
}

static trial_outcome all_hang(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)ask;
    (void)hash;
    return TRIAL_HANG;
}

static void names_every_row_when_nothing_works(void **state)
{
    (void)state;
    static fake_fate_fn *const fates[] = {all_crash, all_hang};
    for (int i = 0; i < 2; i++) {
        tune t = prepare(by_loop, 0, 8200);
        t.f.fate = fates[i];
        const double begin_s = t.f.clock_s;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 0);
        check_left_out(&t);
        /* A hang takes its limit, of some 20 s; a few are under way when the time ends. */
        assert_true(t.f.clock_s - begin_s < 60 + 12 * 20);
        finish(&t);
    }
}

/* A config that is right in the search and wrong in the final. */
static trial_outcome wrong_in_the_final(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    *hash = ask->reps == 1 && ask->config.parallel == NT_PARALLEL_FLAT ? 100 + (uint64_t)f->n_asks : 42;
    return TRIAL_OK;
}

static void a_config_that_was_wrong_once_cannot_win(void **state)
{
    (void)state;
    tune t = prepare(flat_and_deep, 0.02, 8300);
    t.f.fate = wrong_in_the_final;
    assert_int_equal(run(&t, mathop()), NT_OK);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_not_equal(t.r->row[i].config.parallel, NT_PARALLEL_FLAT);
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(exhaustive_effort_has_no_budget),
        cmocka_unit_test(stopping_keeps_the_finished_rows),
        cmocka_unit_test(no_more_rows_than_fit),
        cmocka_unit_test(tunes_around_a_default_that_crashes),
        cmocka_unit_test(tunes_around_an_isa_that_crashes),
        cmocka_unit_test(names_every_row_when_nothing_works),
        cmocka_unit_test(a_config_that_was_wrong_once_cannot_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
