/*
 * test_tune_stencils.c - a tune of stencils: cases, shapes, budgets, and roofs
 * SPDX-License-Identifier: MIT
 */
#include "tune/roofs.h"
#include "tune_fixture.h"

static const nt_kernel *stencil(void)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->cases && nt_kernel_radius(nt_kernel_at(i), NULL) > 0)
            return nt_kernel_at(i);
    fail_msg("no stencil is registered");
    return NULL;
}

static int64_t cells_of(const int64_t shape[3])
{
    return shape[0] * shape[1] * shape[2];
}

static void stencils_have_shapes_of_their_own(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    const nt_case *c;
    nt_machine m = {.l2_bytes = 1 << 20,
                    .l3_bytes = 32 << 20,
                    .l2_affinity = 2,
                    .threads_allowed = 2,
                    .memory_bytes = INT64_C(32) << 30};
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            const int64_t element = (int64_t)nt_dtype_bytes((nt_dtype)d);
            int64_t in[3], l3[3], out[3];
            m.memory_bytes = INT64_C(32) << 30;
            const int64_t halo = 2 * nt_kernel_radius(k, c->params);
            const bool is_in_l2 = rows_shape(&m, k, c, (nt_dtype)d, NT_CLASS_L2, in);
            assert_int_equal(k->check(c->params ? c->params : k->params, (nt_dtype)d, in, NULL), NT_OK);
            assert_true(rows_shape(&m, k, c, (nt_dtype)d, NT_CLASS_L3, l3));
            /* Cubes that are of the class, of at least 24 cells a side.  The halo of f64 at high orders takes too much. */
            const int64_t bytes =
                (2 * (in[0] + halo) * (in[0] + halo) * (in[0] + halo) + cells_of(in)) * element;
            assert_true(in[0] == in[1] && in[1] == in[2] && in[0] >= 24 && in[0] <= 40);
            assert_int_equal(is_in_l2, bytes <= m.l2_bytes);
            assert_true(is_in_l2 || (in[0] == 24 && element == 8 && halo > 8));
            assert_true(l3[0] == l3[1] && l3[1] == l3[2] && l3[0] >= 64 && l3[0] <= 96);
            assert_int_equal(nt_class_on(&m, 0, nt_working_set(k, c->params, (nt_dtype)d, l3)), NT_CLASS_L3);

            rows_shape(&m, k, c, (nt_dtype)d, NT_CLASS_MEMORY, out);
            for (int a = 0; a < 3; a++)
                assert_int_equal(out[a], 512);
            /* Less memory takes from z first, and then from y. */
            for (int gib = 4; gib >= 1; gib /= 2) {
                m.memory_bytes = (int64_t)gib << 30;
                rows_shape(&m, k, c, (nt_dtype)d, NT_CLASS_MEMORY, out);
                assert_true(out[0] == 512 && out[2] < 512 && (out[1] == 512 || out[2] == 64));
                assert_true(cells_of(out) * 5 * element <= m.memory_bytes / 2);
            }
            nt_machine unknown = {0};
            rows_shape(&unknown, k, c, (nt_dtype)d, NT_CLASS_L2, in);
            assert_int_equal(k->check(c->params ? c->params : k->params, (nt_dtype)d, in, NULL), NT_OK);
        }
}

/* Shapes shrink to what there is time for, and no further than three times the cache, unless the kernel is very
 * slow. */
static void shapes_fit_the_time(void **state)
{
    (void)state;
    const nt_machine m = {.l2_bytes = 1 << 20, .l3_bytes = 32 << 20};
    const double caches = 3.0 * (32 << 20);
    for (int stencils = 0; stencils < 2; stencils++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            for (double most = 1e3; most < 1e10; most *= 3) {
                const nt_kernel *k = stencils ? stencil() : mathop();
                const nt_case *c = nt_kernel_case_at(k, 0);
                const double cell = (k->field->n_levels + k->field->n_coefs) * (double)nt_dtype_bytes((nt_dtype)d);
                const int64_t whole[3] = {stencils ? 512 : 100, stencils ? 512 : 10000, stencils ? 512 : 400};
                int64_t n[3];
                memcpy(n, whole, sizeof n);
                rows_fit(&m, k, c, (nt_dtype)d, NT_CLASS_MEMORY, most, n);
                const double cells = (double)cells_of(n);
                assert_true(n[0] >= 1 && n[1] >= 1 && n[2] >= 1);
                assert_true(n[0] <= whole[0] && n[1] <= whole[1] && n[2] <= whole[2]);
                assert_true(cells <= fmax(most, fmin(4 * most, caches / cell)) || n[0] == 16);
                assert_true(cells >= 0.5 * fmin(fmin(most, caches / cell), (double)cells_of(whole)));
                if (most >= (double)cells_of(whole))
                    assert_memory_equal(n, whole, sizeof n);
                int64_t in[3] = {64, 64, 64};
                rows_fit(&m, k, c, (nt_dtype)d, NT_CLASS_L2, most, in);
                assert_true(most >= 64 * 64 * 64 ? cells_of(in) == 64 * 64 * 64
                                                 : (double)cells_of(in) <= fmax(most, 16 * 16 * 16));
            }
}

/* Deep time blocks take a third of the time on large shapes, at tiles of some 32 rows. */
static double deep_is_fast(const fake_trials *f, const trial_ask *ask)
{
    const nt_config *c = &ask->config;
    const double rows = log2(c->tile[1] > 0 ? (double)c->tile[1] : 256.0) - 5;
    const bool large = fake_cells(ask) > 1e6;
    const double gain =
        c->depth > 1 && large ? 1 / (1 + 0.3 * (fmin(c->depth, 8) - 1)) + 0.02 * rows * rows : 1;
    return by_loop(f, ask) * gain;
}

static void rows_state_what_was_measured(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    tune t = prepare(deep_is_fast, 0.02, 8500);
    t.o.budget_s = 0;
    t.o.dtypes = 1u << NT_F32;
    t.o.n_cases = 1;
    t.o.cases[0] = "o8";
    const double begin_s = t.f.clock_s;
    assert_true(rows_budget_s(k, &t.o) == 36);
    assert_int_equal(run(&t, k), NT_OK);
    assert_true(t.f.clock_s - begin_s < 1.1 * 36);
    assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
    static const struct {
        nt_class shape_class;
        nt_repeat repeat;
    } rows[] = {{NT_CLASS_L2, NT_REPEAT_ONE},      {NT_CLASS_L2, NT_REPEAT_MANY},
                {NT_CLASS_L3, NT_REPEAT_ONE},      {NT_CLASS_L3, NT_REPEAT_MANY},
                {NT_CLASS_MEMORY, NT_REPEAT_MANY}, {NT_CLASS_MEMORY, NT_REPEAT_ONE}};
    for (int i = 0; i < ROWS_A_TYPE; i++) {
        const result_row *row = &t.r->row[i];
        assert_string_equal(row->kernel_case->name, "o8");
        assert_int_equal(row->shape_class, rows[i].shape_class);
        assert_int_equal(row->repeat, rows[i].repeat);
        assert_int_equal(row->steps, rows[i].repeat == NT_REPEAT_MANY ? 16 : 1);
        assert_true(row->roof_ns > 0 && row->roof_ns == result_roof(row));
        assert_true((row->memory_roof_ns > 0) == (row->shape_class == NT_CLASS_MEMORY));
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_true(row->ways_ns[p] > 0);
    }
    assert_true(t.r->row[4].config.depth >= 6 && t.r->row[4].verdict == STATS_FASTER);
    for (int i = 0; i < ROWS_A_TYPE; i++)
        assert_true(i == 4 || t.r->row[i].config.depth == 1); /* ties keep the default */

    /* A run takes little of its row's time, and all trials of a row are on its shape, but for those of another shape of
     * the class. */
    int n_many = 0, n_others = 0;
    for (int i = 0; i < t.f.n_asks; i++) {
        const trial_ask *ask = &t.f.asks[i].ask;
        if (ask->kernel != k || ask->steps == 1 || fake_cells(ask) < 1e6)
            continue;
        assert_string_equal(ask->kernel_case->name, "o8");
        assert_true(t.f.asks[i].answer.seconds[0] < 4 * 19.5 / 80);
        const bool is_other = memcmp(ask->shape, t.r->row[4].timed_on[1].n, sizeof ask->shape) == 0;
        if (!is_other)
            assert_memory_equal(ask->shape, t.r->row[4].shape, sizeof ask->shape);
        n_many++;
        n_others += is_other;
    }
    assert_int_equal(t.r->row[4].n_shapes, 2);
    assert_true(n_many > 60 && n_others >= 8 && n_others < n_many / 3);
    finish(&t);
}

static void cases_are_tuned_as_asked(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    static const struct {
        int n;
        const char *names[3];
        int n_rows;
    } cases[] = {{0, {NULL}, 0}, {1, {"o6"}, ROWS_A_TYPE}, {3, {"o16", "o2", "o12"}, 3 * ROWS_A_TYPE}};
    for (int i = test_sampled() ? 1 : 0; i < 3; i++) { /* a sample does without all cases at once */
        tune t = prepare(by_loop, 0.02, 8600 + (uint64_t)i);
        t.o.dtypes = 1u << NT_F64;
        t.o.n_cases = cases[i].n;
        memcpy(t.o.cases, cases[i].names, sizeof cases[i].names);
        t.o.budget_s = 400;
        assert_int_equal(run(&t, k), NT_OK);
        assert_int_equal(t.r->n_rows, cases[i].n ? cases[i].n_rows : rows_by_default(k) / 2);
        for (int r = 0; r < t.r->n_rows; r++) {
            bool asked = cases[i].n == 0 && t.r->row[r].kernel_case->tuned;
            for (int n = 0; n < cases[i].n; n++)
                asked |= strcmp(cases[i].names[n], t.r->row[r].kernel_case->name) == 0;
            assert_true(asked);
        }
        assert_int_equal(t.events.n_done, t.r->n_rows);
        assert_int_equal(t.events.n_rows, t.r->n_rows);
        finish(&t);
    }
    /* Kernels without cases have none to choose from. */
    tune t = prepare(by_loop, 0.02, 8650);
    t.o.n_cases = 1;
    t.o.cases[0] = "o4";
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 2 * ROWS_A_TYPE);
    finish(&t);
}

static void the_default_budget_counts_rows(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    tune_options o = {.dtypes = 1u << NT_F32 | 1u << NT_F64};
    assert_true(rows_budget_s(mathop(), &o) == 45);
    assert_true(rows_budget_s(k, &o) == rows_by_default(k) / ROWS_A_TYPE * 36.0);
    o.dtypes = 1u << NT_F32;
    o.n_cases = 1;
    o.cases[0] = "o16";
    assert_true(rows_budget_s(mathop(), &o) == 45);
    assert_true(rows_budget_s(k, &o) == 36);
    o.effort = EFFORT_QUICK;
    assert_true(rows_budget_s(k, &o) == 0.27 * 36);
    o.effort = EFFORT_THOROUGH;
    assert_true(rows_budget_s(k, &o) == 4 * 36);
    o.budget_s = 7;
    assert_true(rows_budget_s(k, &o) == 7 && rows_budget_s(mathop(), &o) == 7);
}

static int fp_of(const nt_work *w)
{
    return w->add + w->mul + w->fma;
}

static int all_of(const nt_work *w)
{
    return fp_of(w) + w->int_mul + w->int_other + w->shuffle;
}

/* Additions take 1 ns a cell, FMAs 2, and a pair of both 2: they have pipes of their own.  Integers take 0.25 ns,
 * loads 3. */
static double with_pipes(const fake_trials *f, const trial_ask *ask)
{
    const nt_role role = ask->kernel->role;
    if (role != NT_ROLE_FP_ROOF && role != NT_ROLE_LOAD_ROOF && role != NT_ROLE_INT_ROOF)
        return by_loop(f, ask);
    const nt_function *function = nt_kernel_function(ask->kernel, ask->dtype, &ask->config);
    const nt_work w = nt_kernel_work(ask->kernel, trial_params(ask), function);
    const double ns = role == NT_ROLE_LOAD_ROOF  ? 3.0 * w.load
                      : role == NT_ROLE_INT_ROOF ? 0.25 * (w.int_mul + w.int_other)
                                                 : fmax(w.add, 2.0 * w.fma);
    return 1e-9 * ns * trial_cells(ask);
}

/* u10 of mathop is the fastest; its instructions are SLEEF's and not counted. */
static double uncounted_wins(const fake_trials *f, const trial_ask *ask)
{
    const bool u10 = ask->kernel == mathop() && ask->config.variant == nt_kernel_variant(mathop(), "u10");
    return with_pipes(f, ask) * (u10 ? 0.1 : 1);
}

static tune prepare_roofs(fake_cost_fn *cost)
{
    tune t = prepare(cost, 0, 8700);
    t.o.budget_s = 0;
    t.o.dtypes = 1u << NT_F64;
    t.o.n_threads = 1;
    t.o.threads[0] = 1;
    t.o.max_ulp[NT_F64] = 10;
    return t;
}

/* What a function's instructions take at the rates of with_pipes(). */
static double arithmetic_ns(const nt_work *w, nt_isa isa)
{
    const double fp = fmax(fmax(w->add, 2.0 * (w->mul + w->fma)), fp_of(w)),
                 any = isa == NT_ISA_SCALAR ? w->int_mul + w->int_other : all_of(w);
    return fmax(fmax(fp, 3.0 * w->load), fmax(0.25 * w->int_mul, 0.25 * any));
}

/* Of the functions of a row's arithmetic, in any layout, the one that takes least. */
static nt_work least_work(const nt_kernel *k, const result_row *row)
{
    nt_work least = {0};
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++) {
        const nt_work w = nt_kernel_work(k, row->kernel_case->params, f);
        if (f->isa == row->config.isa && f->dtype == row->dtype &&
            nt_kernel_variant(k, f->variant) == row->config.variant &&
            (least.load == 0 || arithmetic_ns(&w, f->isa) < arithmetic_ns(&least, f->isa)))
            least = w;
    }
    return least;
}

/* A roof is the largest of the counts of the kernel's instructions times their rates. */
static void roofs_count_instructions(void **state)
{
    (void)state;
    const nt_kernel *const kernels[] = {stencil(), mathop()};
    for (int i = 0; i < 2; i++) {
        const nt_kernel *k = kernels[i];
        tune t = prepare_roofs(with_pipes);
        assert_int_equal(run(&t, k), NT_OK);
        assert_int_equal(t.r->n_rows, k->cases ? rows_by_default(k) / 2 : ROWS_A_TYPE);
        for (int n = 0; n < t.r->n_rows; n++) {
            const result_row *row = &t.r->row[n];
            const nt_work w = least_work(k, row);
            assert_true(w.load > 0 && fp_of(&w) > 0);
            /* One to one: 2 ns a pair, so 1 an instruction. */
            const double fp_ns = fmax(fmax(w.add, 2.0 * (w.mul + w.fma)), fp_of(&w));
            const double any = row->config.isa == NT_ISA_SCALAR ? w.int_mul + w.int_other : all_of(&w);
            assert_true(fabs(row->fp_roof_ns / fp_ns - 1) < 1e-6);
            assert_true(fabs(row->int_roof_ns - 0.25 * w.int_mul) < 1e-6);
            assert_true(fabs(row->issue_roof_ns - 0.25 * any) < 1e-6);
            assert_true(fabs(row->load_roof_ns / w.load - 3) < 1e-6);
            assert_true(row->arithmetic_roof_ns ==
                        fmax(fmax(row->fp_roof_ns, row->load_roof_ns), fmax(row->int_roof_ns, row->issue_roof_ns)));
        }
        finish(&t);
    }
    tune t = prepare_roofs(uncounted_wins);
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
    for (int n = 0; n < t.r->n_rows; n++) {
        const result_row *row = &t.r->row[n];
        assert_string_equal(mathop()->variants[row->config.variant].name, "u10");
        assert_true(row->load_roof_ns == 0 && row->fp_roof_ns == 0 && row->arithmetic_roof_ns == 0 &&
                    row->int_roof_ns == 0 && row->issue_roof_ns == 0 && row->roof_ns == 0);
        assert_true(row->in_cache_ns > 0);
    }
    finish(&t);
}

/* The search compares the results of few configs; a config whose result is another one cannot win. */
static trial_outcome deep_is_wrong(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    *hash = ask->config.depth > 1 ? 7 : 42;
    return TRIAL_OK;
}

static void a_wrong_result_is_found(void **state)
{
    (void)state;
    tune t = prepare(deep_is_fast, 0.02, 8800);
    t.o.dtypes = 1u << NT_F32;
    t.f.fate = deep_is_wrong;
    assert_int_equal(run(&t, stencil()), NT_OK);
    assert_true(t.r->n_rows > 3);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_equal(t.r->row[i].config.depth, 1);
    finish(&t);
}

/* ---- Slow machines --------------------------------------------------------------------------------- */

static double slow_ns; /* a cell and step */

static double slow_cost(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    const double ns = ask->kernel == stencil() ? slow_ns : 1;
    return 1e-9 * ns * fake_cells(ask) * (double)ask->steps * (1 + 0.1 * ask->config.parallel);
}

/* Killed where its repetitions take longer than its limit. */
static trial_outcome killed_at_the_limit(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)hash;
    return slow_cost(f, ask) * ask->reps > ask->limit_s ? TRIAL_HANG : TRIAL_OK;
}

/* Every row is finished in its time, however slow the machine: its shape is smaller, and limits follow what the
 * first trials took. */
static void slow_machines_finish_their_rows(void **state)
{
    (void)state;
    static const double ns[] = {0.2, 9, 12, 60, 500};
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        slow_ns = ns[i];
        tune t = prepare(slow_cost, 0.02, 8800);
        t.f.fate = killed_at_the_limit;
        t.o.budget_s = 0;
        t.o.dtypes = 1u << NT_F64;
        t.o.n_cases = 1;
        t.o.cases[0] = "o8";
        const double begin_s = t.f.clock_s;
        assert_int_equal(run(&t, stencil()), NT_OK);
        assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
        if (t.f.clock_s - begin_s > 1.1 * 36)
            fail_msg("%g ns a cell: %g of 36 s", ns[i], t.f.clock_s - begin_s);
        for (int r = 0; r < ROWS_A_TYPE; r++)
            assert_true(t.r->row[r].tuned_ns > 0 && t.r->row[r].default_ns > 0);
        for (int a = 0; a < t.f.n_asks; a++)
            assert_int_equal(t.f.asks[a].answer.outcome, TRIAL_OK);
        finish(&t);
    }
}

/* Of a shape that was asked for nothing is known: the first trial gets a second chance. */
static void a_given_shape_on_a_slow_machine(void **state)
{
    (void)state;
    slow_ns = 100;
    tune t = prepare(slow_cost, 0.02, 8900);
    t.f.fate = killed_at_the_limit;
    t.o.budget_s = 600;
    t.o.dtypes = 1u << NT_F64;
    t.o.n_cases = 1;
    t.o.cases[0] = "o8";
    t.o.shape[0] = t.o.shape[1] = 512;
    t.o.shape[2] = 256;
    assert_int_equal(run(&t, stencil()), NT_OK);
    assert_true(t.r->n_rows >= 1);
    assert_int_equal(t.r->row[0].shape[2], 256); /* as it was asked for */
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_machines_finish_their_rows),
        cmocka_unit_test(a_given_shape_on_a_slow_machine),
        cmocka_unit_test(stencils_have_shapes_of_their_own),
        cmocka_unit_test(rows_state_what_was_measured),
        cmocka_unit_test(shapes_fit_the_time),
        cmocka_unit_test(cases_are_tuned_as_asked),
        cmocka_unit_test(the_default_budget_counts_rows),
        cmocka_unit_test(roofs_count_instructions),
        cmocka_unit_test(a_wrong_result_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
