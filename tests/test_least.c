/*
 * test_least.c - the least time of a tune: what it depends on, and that less is not enough
 * SPDX-License-Identifier: MIT
 */
#include "nestune/model.h"
#include "tune/least.h"
#include "tune_fixture.h"

static const int64_t large[3] = {1000, 1000, 100};

static double least_of(const tune *t, const nt_kernel *k)
{
    return least_s(&t->r->machine, k, &t->o);
}

static void grows_with_rows_and_runs(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    const double all = least_of(&t, mathop());
    assert_true(all > 0);
    t.o.dtypes = 1u << NT_F32;
    const double half = least_of(&t, mathop());
    assert_true(half < all);
    memcpy(t.o.shape, (int64_t[3]){64, 24, 32}, sizeof t.o.shape);
    assert_true(least_of(&t, mathop()) < half); /* one class */
    memcpy(t.o.shape, large, sizeof large);
    const double of_large = least_of(&t, mathop());
    assert_true(of_large > half);
    t.o.n_threads = 1; /* one thread takes longer */
    assert_true(least_of(&t, mathop()) > of_large);
    finish(&t);
}

/* So no default is refused. */
static void the_quick_budgets_are_more(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 2);
    t.o.budget_s = 0;
    t.o.effort = EFFORT_QUICK;
    for (int i = 0; i < nt_kernel_count(); i++)
        assert_true(least_of(&t, nt_kernel_at(i)) < 0.5 * rows_budget_s(nt_kernel_at(i), &t.o));
    finish(&t);
}

/* As the model says for the default, with what a way of sharing costs. */
static double as_predicted(const fake_trials *f, const trial_ask *ask)
{
    static nt_machine m;
    nt_speeds speeds;
    nt_prediction p;
    if (!m.vendor[0]) {
        tune t = prepare(by_loop, 0, 3);
        m = t.r->machine;
        finish(&t);
    }
    nt_speeds_typical(&m, ask->config.isa, ask->dtype, &speeds);
    if (nt_predict(ask->kernel, trial_params(ask), ask->dtype, ask->shape, ask->steps, &ask->config, &speeds, &p) != NT_OK)
        return by_loop(f, ask);
    return 1e-9 * p.ns * fake_cells(ask) * (double)ask->steps;
}

/* On a machine as the model expects it, so that no budget is refused which would do. */
static void less_is_not_enough(void **state)
{
    (void)state;
    static const char *const kernels[] = {"mathop", "square", "wave"};
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (int fixed = 0; fixed < 2; fixed++) {
            const nt_kernel *kernel = nt_kernel_find(kernels[k]);
            tune t = prepare(as_predicted, 0.02, 10 + k);
            if (fixed)
                memcpy(t.o.shape, large, sizeof large);
            const double least = least_of(&t, kernel), begin_s = t.f.clock_s;
            t.o.budget_s = 0.9 * least;
            assert_int_equal(run(&t, kernel), NT_OK);
            const double took_s = t.f.clock_s - begin_s;
            if (!t.r->not_searched[0] && took_s < least)
                fail_msg("%s%s: all is done in %.1f s, %.1f should be the least", kernels[k], fixed ? " on a large shape" : "",
                         took_s, least);
            finish(&t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_with_rows_and_runs),
        cmocka_unit_test(the_quick_budgets_are_more),
        cmocka_unit_test(less_is_not_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
