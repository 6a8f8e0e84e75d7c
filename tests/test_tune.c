/*
 * test_tune.c - a whole tune of the registered kernels on synthetic costs and a clock of its own
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "fake_trials.h"
#include "roofs.h"
#include "tune.h"

/* ---- A tune --------------------------------------------------------------------------------------- */

enum { MOST_FINALS = 16 };

typedef struct told {
    const fake_trials *f;
    int confirm_begins, final_begins[MOST_FINALS], final_ends[MOST_FINALS], n_finals; /* numbers of asks */
    int n_done, n_failed_trials, last_row, n_rows;
    double last_elapsed_s;
    bool final, loops, search, arithmetic;
} told;

static void on_event(void *context, const tune_event *e)
{
    told *t = context;
    assert_non_null(e->kernel);
    assert_non_null(e->stage);
    assert_true(e->elapsed_s >= t->last_elapsed_s);
    assert_true(e->row >= t->last_row && e->row < e->n_rows);
    t->last_elapsed_s = e->elapsed_s;
    t->last_row = e->row;
    t->n_rows = e->n_rows;
    t->n_done += e->done != NULL;
    t->n_failed_trials += e->trial && e->trial->class != TRIAL_OK;
    t->arithmetic |= strcmp(e->stage, "arithmetic") == 0;
    t->search |= strcmp(e->stage, "search") == 0;
    t->final |= strcmp(e->stage, "final") == 0;
    t->loops |= strcmp(e->stage, "loops") == 0;
    assert_true((e->done != NULL) == (strcmp(e->stage, "done") == 0));
    if (strcmp(e->stage, "confirm") == 0)
        t->confirm_begins = t->f->n_asks;
    if (strcmp(e->stage, "done") == 0 && t->n_finals < MOST_FINALS) {
        t->final_begins[t->n_finals] = t->confirm_begins;
        t->final_ends[t->n_finals++] = t->f->n_asks;
    }
}

typedef struct tune {
    fake_trials f;
    tune_options o;
    result *r;
    told told;
    nt_error why;
} tune;

static tune prepare(fake_cost_fn *cost, double noise, uint64_t stream)
{
    tune t = {.f = fake_make(cost, noise, stream)};
    t.o = (tune_options){.budget_s = 60,
                         .dtypes = 1u << NT_F32 | 1u << NT_F64,
                         .threads = {1, 2, 4},
                         .n_threads = 3,
                         .max_ulp = {2.7, 2.5},
                         .seed = stream};
    t.r = calloc(1, sizeof *t.r);
    assert_non_null(t.r);
    t.r->machine = (nt_machine){.vendor = "Made",
                                .model = "Made up",
                                .uarch = "made",
                                .l1d_bytes = 49152,
                                .l2_bytes = 1 << 20,
                                .l3_bytes = 32 << 20,
                                .threads_allowed = 4,
                                .memory_bytes = INT64_C(16) << 30};
    return t;
}

static nt_status run(tune *t, const nt_kernel *kernel)
{
    t->o.stop = &t->f.stop; /* here, for the struct has moved */
    t->told.f = &t->f;
    return tune_kernel(t->r, kernel, &t->o, &t->f.runner, on_event, &t->told, &t->why);
}

static void finish(tune *t)
{
    free(t->r);
    fake_free(&t->f);
}

static const nt_kernel *mathop(void)
{
    const nt_kernel *k = nt_kernel_find("mathop");
    assert_non_null(k);
    return k;
}

static nt_config standard_of(const tune *t, nt_dtype dtype)
{
    nt_config c;
    assert_int_equal(nt_config_default(mathop(), dtype, &c, NULL), NT_OK);
    c.threads = t->o.threads[t->o.n_threads - 1];
    return c;
}

static bool has_text(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- Costs ---------------------------------------------------------------------------------------- */

/* ns a cell and step, whatever the config. */
static double all_equal(const fake_trials *f, const trial_ask *ask)
{
    (void)f;
    return 1e-10 * fake_cells(ask) * (double)ask->steps;
}

static double by_loop(const fake_trials *f, const trial_ask *ask)
{
    static const double loop[NT_N_PARALLELS] = {
        [NT_SERIAL] = 4, [NT_OUTER] = 1, [NT_MIDDLE] = 1.3, [NT_INNER] = 2, [NT_FLAT] = 1.1};
    return loop[ask->config.parallel] * all_equal(f, ask);
}

/* Flat at depth 5 takes half the time, where there are steps to keep. */
static double flat_and_deep(const fake_trials *f, const trial_ask *ask)
{
    const bool planted = ask->config.parallel == NT_FLAT && ask->config.depth == 5;
    return by_loop(f, ask) * (planted ? 0.4 : 1);
}

/* ---- The default competes --------------------------------------------------------------------------- */

static void the_default_wins_ties(void **state)
{
    (void)state;
    enum { SEEDS = 100 };
    int n_rows = 0, n_others = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        tune t = prepare(all_equal, 0.05, 1000 + seed);
        t.o.dtypes = seed % 2 ? 1u << NT_F32 : 1u << NT_F64;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 4);
        for (int i = 0; i < 4; i++) {
            const result_row *row = &t.r->row[i];
            const nt_config standard = standard_of(&t, row->dtype);
            assert_true(same_config(&row->default_config, &standard));
            n_rows++;
            n_others += !same_config(&row->config, &standard);
            if (same_config(&row->config, &standard)) {
                assert_true(row->tuned_ns == row->default_ns);
                assert_int_equal(row->verdict, STATS_SAME);
            }
        }
        finish(&t);
    }
    if (n_others > 0)
        fail_msg("%d of %d rows left the default for a config that is no faster", n_others, n_rows);
}

static void the_default_is_timed_first_and_last(void **state)
{
    (void)state;
    for (int seconds = 5; seconds < 60; seconds += 3) { /* the end comes in rounds forth and back */
        tune t = prepare(by_loop, 0.02, (uint64_t)seconds);
        t.o.dtypes = 1u << NT_F64;
        t.o.budget_s = seconds;
        assert_int_equal(run(&t, mathop()), NT_OK);
        const nt_config standard = standard_of(&t, NT_F64);
        assert_int_equal(t.told.n_finals, t.r->n_rows);
        for (int i = 0; i < t.r->n_rows; i++) {
            const struct fake_ask *first = &t.f.asks[t.told.final_begins[i]],
                                  *last = &t.f.asks[t.told.final_ends[i] - 1];
            assert_int_equal(first->ask.reps, 1);
            assert_true(first->ask.kernel == mathop() && same_config(&first->ask.config, &standard));
            assert_true(last->ask.kernel == mathop() && same_config(&last->ask.config, &standard));
        }
        finish(&t);
    }
}

static void a_little_slower_is_not_adopted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        tune t = prepare(by_loop, 0.05, 2000 + seed);
        assert_int_equal(run(&t, mathop()), NT_OK);
        for (int i = 0; i < t.r->n_rows; i++) {
            const result_row *row = &t.r->row[i];
            assert_int_equal(row->config.parallel, NT_OUTER); /* nothing else is as fast */
        }
        finish(&t);
    }
}

static void what_is_faster_is_found(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        tune t = prepare(flat_and_deep, 0.05, 3000 + seed);
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 8);
        for (int i = 0; i < 8; i++) {
            const result_row *row = &t.r->row[i];
            if (row->repeat == NT_ONE_STEP) {
                assert_int_equal(row->config.parallel, NT_OUTER);
                continue;
            }
            assert_int_equal(row->config.parallel, NT_FLAT);
            assert_int_equal(row->config.depth, 5);
            assert_int_equal(row->verdict, STATS_FASTER);
            assert_true(row->ratio.high < 0.6 && row->ratio.low > 0.3 && row->ratio.n >= 7);
            assert_true(row->tuned_ns < 0.6 * row->default_ns);
        }
        finish(&t);
    }
}

/* ---- Accuracy ------------------------------------------------------------------------------------- */

static double rough_is_fast(const fake_trials *f, const trial_ask *ask)
{
    const bool rough = strcmp(ask->kernel->variants[ask->config.variant].name, "u35") == 0;
    return by_loop(f, ask) * (rough ? 0.1 : 1);
}

static void max_ulp_says_which_variants_may_win(void **state)
{
    (void)state;
    const int rough = nt_kernel_variant(mathop(), "u35");
    for (int pass = 0; pass < 2; pass++) {
        tune t = prepare(rough_is_fast, 0.02, 4000 + (uint64_t)pass);
        if (pass)
            t.o.max_ulp[NT_F32] = t.o.max_ulp[NT_F64] = 10;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 8);
        for (int i = 0; i < 8; i++) {
            const result_row *row = &t.r->row[i];
            assert_true((row->config.variant == rough) == (pass == 1));
            assert_true(row->max_ulp == mathop()->variants[row->config.variant].max_ulp[row->dtype]);
            assert_true(row->max_ulp <= t.o.max_ulp[row->dtype]);
        }
        finish(&t);
    }
}

static void no_variant_is_accurate_enough(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 4100);
    t.o.max_ulp[NT_F32] = t.o.max_ulp[NT_F64] = 0.5;
    assert_int_equal(run(&t, mathop()), NT_EKERNEL);
    assert_true(has_text(t.why.text, "mathop") && has_text(t.why.text, "0.5") &&
                has_text(t.why.text, "fused"));
    assert_int_equal(t.r->n_rows, 0);
    assert_int_equal(t.f.n_asks, 0); /* it is known before anything runs */
    finish(&t);
}

/* The default itself is not accurate enough: it competes, but may not win. */
static void a_default_that_may_not_win(void **state)
{
    (void)state;
    static nt_variant variants[8];
    nt_kernel kernel = *mathop();
    int n = 0;
    for (; kernel.variants[n].name; n++)
        variants[n] = kernel.variants[n];
    variants[0].max_ulp[NT_F64] = 9;
    variants[1].max_ulp[NT_F64] = 2;
    kernel.variants = variants;
    tune t = prepare(by_loop, 0.02, 4200);
    t.o.dtypes = 1u << NT_F64;
    assert_int_equal(run(&t, &kernel), NT_OK);
    assert_int_equal(t.r->n_rows, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(t.r->row[i].default_config.variant, 0);
        assert_int_not_equal(t.r->row[i].config.variant, 0);
        assert_true(t.r->row[i].max_ulp <= 2.5);
        assert_true(t.r->row[i].default_ns > 0 && t.r->row[i].tuned_ns > 0);
    }
    finish(&t);
}

/* ---- One arithmetic a dtype ------------------------------------------------------------------------- */

static int n_arithmetics(void)
{
    int n = 0;
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        n += mathop()->tiles[isa] && nt_isa_available((nt_isa)isa);
    return n;
}

/* In cache the second variant is the fastest; out of cache, and for many steps, they are all the same, so that
 * no row there has a reason to leave the default schedule. */
static double another_wins_in_cache(const fake_trials *f, const trial_ask *ask)
{
    const bool other = ask->kernel == mathop() && ask->config.variant == nt_kernel_variant(mathop(), "u10");
    return all_equal(f, ask) * (other && fake_cells(ask) < 1e6 && ask->steps == 1 ? 0.5 : 1);
}

static void rows_of_a_dtype_share_their_arithmetic(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        tune t = prepare(another_wins_in_cache, 0.02, 5000 + seed);
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 8);
        for (int i = 0; i < 8; i++)
            for (int k = 0; k < i; k++) {
                const result_row *a = &t.r->row[i], *b = &t.r->row[k];
                if (a->dtype == b->dtype &&
                    (a->config.isa != b->config.isa || a->config.variant != b->config.variant))
                    fail_msg("%s, %s %s is variant %d, %s %s variant %d", nt_dtype_name(a->dtype),
                             nt_class_name(a->class), nt_repeat_name(a->repeat), a->config.variant,
                             nt_class_name(b->class), nt_repeat_name(b->repeat), b->config.variant);
            }
        finish(&t);
    }
}

/* The best isa is the slowest. */
static double old_isas_win(const fake_trials *f, const trial_ask *ask)
{
    return by_loop(f, ask) * (1 + (int)ask->config.isa);
}

static void another_isa_may_win(void **state)
{
    (void)state;
    if (n_arithmetics() < 2)
        skip();
    tune t = prepare(old_isas_win, 0.02, 5100);
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(t.r->row[i].config.isa, NT_SCALAR);
        assert_int_equal(t.r->row[i].verdict, STATS_FASTER);
    }
    finish(&t);
}

/* ---- What a row holds ------------------------------------------------------------------------------- */

static void every_row_has_its_loops_and_roofs(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 6000);
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 8);
    assert_string_equal(t.r->not_searched, "");
    for (int i = 0; i < 8; i++) {
        const result_row *row = &t.r->row[i];
        int64_t shape[3];
        tune_row_shape(&t.r->machine, mathop(), nt_kernel_order(mathop(), NULL), row->dtype, row->class,
                       shape);
        assert_memory_equal(row->shape, shape, sizeof shape);
        assert_int_equal(row->steps, row->repeat == NT_MANY_STEPS ? 5 : 1);
        const double outer = row->loops_ns[NT_OUTER];
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_true(row->loops_ns[p] > 0);
        assert_true(fabs(outer - 0.1) < 0.01);
        assert_true(row->loops_ns[NT_SERIAL] > 3.5 * outer && row->loops_ns[NT_INNER] > 1.8 * outer);
        assert_true(row->loops_ns[NT_MIDDLE] > 1.2 * outer && row->loops_ns[NT_MIDDLE] < 1.4 * outer);
        assert_true(row->arithmetic_roof_ns > 0 && row->in_cache_ns > 0 && row->in_cache_shape[0] > 0);
        assert_true((row->memory_roof_ns > 0) == (row->class == NT_OUT_OF_CACHE));
        assert_true(row->roof_ns > 0 && row->roof_ns == result_roof(row));
        assert_true(row->n_trials > 20 && row->n_failed == 0 && row->space_size > row->n_trials);
        /* In cache, one thread's time over all threads; serial costs four times outer here. */
        assert_true(fabs(row->in_cache_ns - 0.1) < 0.02);
    }
    assert_int_equal(t.told.n_done, 8);
    assert_int_equal(t.told.n_rows, 8);
    assert_true(t.told.arithmetic && t.told.search && t.told.final && t.told.loops);
    finish(&t);
}

static void in_cache_fits_and_out_of_cache_does_not(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            const int64_t element = (int64_t)nt_dtype_bytes((nt_dtype)d);
            int64_t in[3], out[3];
            if (nt_kernel_radius(kernel, NULL) > 0)
                continue; /* stencils_have_shapes_of_their_own */
            tune_row_shape(&t.r->machine, kernel, nt_kernel_order(kernel, NULL), (nt_dtype)d, NT_IN_CACHE,
                           in);
            tune_row_shape(&t.r->machine, kernel, nt_kernel_order(kernel, NULL), (nt_dtype)d, NT_OUT_OF_CACHE,
                           out);
            const int64_t grids = kernel->n_levels + kernel->n_coefs + (kernel->n_levels == 1);
            assert_true(in[0] * in[1] * in[2] * grids * element <= 3 * t.r->machine.l2_bytes / 4);
            assert_true(in[0] * in[1] * in[2] * grids * element > t.r->machine.l2_bytes / 2);
            assert_int_equal(out[0], 100);
            assert_int_equal(out[1], 10000);
            assert_true(out[0] * out[1] * out[2] * element >= INT64_C(128) << 20);
        }
    nt_machine unknown = {0};
    int64_t shape[3];
    for (int c = 0; c < NT_N_CLASSES; c++) {
        tune_row_shape(&unknown, mathop(), nt_kernel_order(mathop(), NULL), NT_F64, (nt_class)c, shape);
        assert_true(shape[0] > 0 && shape[1] > 0 && shape[2] > 0);
    }
    t.r->machine.memory_bytes = INT64_C(256) << 20; /* no more than an eighth */
    tune_row_shape(&t.r->machine, mathop(), nt_kernel_order(mathop(), NULL), NT_F64, NT_OUT_OF_CACHE, shape);
    assert_true(shape[0] * shape[1] * shape[2] * 8 <= (INT64_C(32) << 20) + 100 * 10000 * 8);
    finish(&t);
}

static void a_given_shape_makes_the_rows_of_its_class(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{64, 24, 32}, {1000, 1000, 100}, {1, 1, 1}, {7, 1, 3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        tune t = prepare(by_loop, 0.02, 6100 + i);
        memcpy(t.o.shape, shapes[i], sizeof t.o.shape);
        t.o.dtypes = 1u << NT_F32;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 2);
        for (int k = 0; k < 2; k++) {
            assert_memory_equal(t.r->row[k].shape, shapes[i], sizeof shapes[i]);
            assert_int_equal(t.r->row[k].class, nt_class_of(4 * shapes[i][0] * shapes[i][1] * shapes[i][2]));
            assert_int_equal(t.r->row[k].repeat, k);
            for (int p = 0; p < NT_N_PARALLELS; p++)
                assert_true(t.r->row[k].loops_ns[p] > 0);
        }
        finish(&t);
    }
}

/* Of a stencil: three rows for each order that is tuned unasked, and dtype. */
static int rows_unasked(const nt_kernel *kernel)
{
    int n = 0;
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        n += c->tuned ? 3 * NT_N_DTYPES : 0;
    return n;
}

static void roof_kernels_and_one_thread_work_too(void **state)
{
    (void)state;
    for (int k = 0; k < nt_kernel_count(); k++) {
        tune t = prepare(by_loop, 0.02, 6200 + (uint64_t)k);
        t.o.budget_s = 0;
        t.o.n_threads = 1;
        t.o.threads[0] = 1;
        assert_int_equal(run(&t, nt_kernel_at(k)), NT_OK);
        assert_int_equal(t.r->n_rows, nt_kernel_at(k)->cases ? rows_unasked(nt_kernel_at(k)) : 8);
        for (int i = 0; i < t.r->n_rows; i++) {
            assert_ptr_equal(t.r->row[i].kernel, nt_kernel_at(k));
            assert_int_equal(t.r->row[i].config.threads, 1);
        }
        finish(&t);
    }
}

static void one_seed_one_result(void **state)
{
    (void)state;
    tune a = prepare(flat_and_deep, 0.05, 6300), b = prepare(flat_and_deep, 0.05, 6300);
    assert_int_equal(run(&a, mathop()), NT_OK);
    assert_int_equal(run(&b, mathop()), NT_OK);
    assert_int_equal(a.r->n_rows, b.r->n_rows);
    for (int i = 0; i < a.r->n_rows; i++) {
        assert_true(same_config(&a.r->row[i].config, &b.r->row[i].config));
        assert_true(a.r->row[i].tuned_ns == b.r->row[i].tuned_ns);
        assert_memory_equal(&a.r->row[i].loops_ns, &b.r->row[i].loops_ns, sizeof a.r->row[i].loops_ns);
    }
    assert_int_equal(a.f.n_asks, b.f.n_asks);
    finish(&a);
    finish(&b);
}

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
    assert_int_equal(t->r->n_rows + n_named(t->r->not_searched), 8);
    for (int i = 0; i < t->r->n_rows; i++) {
        const result_row *row = &t->r->row[i];
        char name[100];
        snprintf(name, sizeof name, "%s/%s/%s/%s", row->kernel->name, nt_dtype_name(row->dtype),
                 nt_class_name(row->class), nt_repeat_name(row->repeat));
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
        assert_true(t.r->n_rows == 8 || budgets_s[i] < 30);
        assert_true(budgets_s[i] >= 1 || t.r->n_rows < 8);
        finish(&t);
    }
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
        /* The row at hand gets the least rounds of a confirmation between its best and the default. */
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
    assert_int_equal(n_named(t.r->not_searched), 7);
    /* Nor more names. */
    memset(t.r->not_searched, 'x', sizeof t.r->not_searched - 1);
    t.told = (told){.f = &t.f};
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(strlen(t.r->not_searched), sizeof t.r->not_searched - 1);
    finish(&t);
}

/* ---- Failures ------------------------------------------------------------------------------------- */

/* The default of every dtype: the best isa's first variant, with the plain schedule. */
static bool is_default(const trial_ask *ask)
{
    nt_config c;
    return nt_config_default(ask->kernel, ask->dtype, &c, NULL) == NT_OK && ask->kernel == mathop() &&
           c.isa == ask->config.isa && c.variant == ask->config.variant && ask->config.parallel == NT_OUTER &&
           ask->config.tile[2] == 0;
}

static trial_class default_crashes(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)hash;
    return is_default(ask) ? TRIAL_CRASH : TRIAL_OK;
}

static trial_class best_isa_crashes(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    nt_config c;
    (void)f;
    (void)hash;
    return nt_config_default(ask->kernel, ask->dtype, &c, NULL) == NT_OK && ask->config.isa == c.isa
               ? TRIAL_CRASH
               : TRIAL_OK;
}

static void a_default_that_crashes_costs_itself_alone(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 8000);
    t.f.fate = default_crashes;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 8); /* what works is worth writing down all the more */
    for (int i = 0; i < t.r->n_rows; i++) {
        const result_row *row = &t.r->row[i];
        assert_true(row->default_ns == 0);
        assert_true(row->tuned_ns > 0);
        assert_false(same_config(&row->config, &row->default_config));
        assert_true(row->n_failed > 0 || row->config.variant != 0 ||
                    row->config.isa != row->default_config.isa);
    }
    assert_true(t.told.n_failed_trials > 0);
    finish(&t);
}

static void an_isa_that_crashes_leaves_the_others(void **state)
{
    (void)state;
    if (n_arithmetics() < 2)
        skip();
    tune t = prepare(by_loop, 0.02, 8100);
    t.f.fate = best_isa_crashes;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 8);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_not_equal(t.r->row[i].config.isa, t.r->row[i].default_config.isa);
    finish(&t);
}

static trial_class all_crash(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)ask;
    (void)hash;
    return TRIAL_CRASH;
}

static trial_class all_hang(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    (void)ask;
    (void)hash;
    return TRIAL_HANG;
}

static void nothing_works(void **state)
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
static trial_class wrong_in_the_final(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    *hash = ask->reps == 1 && ask->config.parallel == NT_FLAT ? 100 + (uint64_t)f->n_asks : 42;
    return TRIAL_OK;
}

static void wrong_once_is_wrong(void **state)
{
    (void)state;
    tune t = prepare(flat_and_deep, 0.02, 8300);
    t.f.fate = wrong_in_the_final;
    assert_int_equal(run(&t, mathop()), NT_OK);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_not_equal(t.r->row[i].config.parallel, NT_FLAT);
    finish(&t);
}

/* ---- Stencils --------------------------------------------------------------------------------------- */

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
    nt_machine m = {.l2_bytes = 1 << 20, .l3_bytes = 32 << 20, .memory_bytes = INT64_C(32) << 30};
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            const int order = nt_kernel_order(k, c->params), radius = nt_kernel_radius(k, c->params);
            const int64_t element = (int64_t)nt_dtype_bytes((nt_dtype)d);
            int64_t in[3], out[3], slab[3];
            m.memory_bytes = INT64_C(32) << 30;
            tune_row_shape(&m, k, order, (nt_dtype)d, NT_IN_CACHE, in);
            assert_int_equal(k->check(c->params ? c->params : k->params, (nt_dtype)d, in, NULL), NT_OK);
            /* The levels' halos count; there are lines of padding beside them. */
            const int64_t padded =
                (in[0] + 2 * radius) * (in[1] + 2 * radius) * (in[2] + 2 * radius) * k->n_levels +
                cells_of(in);
            assert_true(padded * element <= m.l2_bytes);
            assert_true(in[0] == 512 / element && (in[1] == 16 || radius > 4));
            tune_slab(&m, k, order, (nt_dtype)d, NT_IN_CACHE, in, slab);
            assert_memory_equal(slab, in, sizeof slab);

            tune_row_shape(&m, k, order, (nt_dtype)d, NT_OUT_OF_CACHE, out);
            for (int a = 0; a < 3; a++)
                assert_int_equal(out[a], 512);
            tune_slab(&m, k, order, (nt_dtype)d, NT_OUT_OF_CACHE, out, slab);
            assert_true(slab[0] == 512 && slab[1] == 512 && slab[2] >= 1024 / element && slab[2] >= 32 * radius);
            assert_true(cells_of(slab) * 3 * element >= 4 * m.l3_bytes && slab[2] < (radius < 8 ? 512 : 513));

            /* Less memory takes from z first, and then from y. */
            for (int gib = 4; gib >= 1; gib /= 2) {
                m.memory_bytes = (int64_t)gib << 30;
                tune_row_shape(&m, k, order, (nt_dtype)d, NT_OUT_OF_CACHE, out);
                assert_true(out[0] == 512 && out[2] < 512 && (out[1] == 512 || out[2] == 64));
                assert_true(cells_of(out) * 5 * element <= m.memory_bytes / 2);
            }
            nt_machine unknown = {0};
            tune_row_shape(&unknown, k, order, (nt_dtype)d, NT_IN_CACHE, in);
            assert_int_equal(k->check(c->params ? c->params : k->params, (nt_dtype)d, in, NULL), NT_OK);
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

static void stencils_are_searched_on_slabs(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    tune t = prepare(deep_is_fast, 0.02, 8500);
    t.o.budget_s = 0;
    t.o.dtypes = 1u << NT_F32;
    t.o.n_orders = 1;
    t.o.orders[0] = 8;
    t.f.overhead_s = 0.05;
    const double begin_s = t.f.clock_s;
    assert_true(tune_budget_s(k, &t.o) == 90);
    assert_int_equal(run(&t, k), NT_OK);
    assert_true(t.f.clock_s - begin_s < 1.3 * 90);
    assert_int_equal(t.r->n_rows, 3);
    static const struct {
        nt_class class;
        nt_repeat repeat;
    } rows[] = {
        {NT_IN_CACHE, NT_MANY_STEPS}, {NT_OUT_OF_CACHE, NT_MANY_STEPS}, {NT_OUT_OF_CACHE, NT_ONE_STEP}};
    for (int i = 0; i < 3; i++) {
        const result_row *row = &t.r->row[i];
        assert_int_equal(row->order, 8);
        assert_int_equal(row->class, rows[i].class);
        assert_int_equal(row->repeat, rows[i].repeat);
        assert_int_equal(row->steps, rows[i].repeat == NT_MANY_STEPS ? 16 : 1);
        assert_true(row->roof_ns > 0 && row->roof_ns == result_roof(row));
        assert_true((row->memory_roof_ns > 0) == (row->class == NT_OUT_OF_CACHE));
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_true(row->loops_ns[p] > 0);
    }
    assert_true(t.r->row[1].config.depth >= 6 && t.r->row[1].verdict == STATS_FASTER);
    assert_int_equal(t.r->row[0].config.depth, 1); /* ties keep the default */
    assert_int_equal(t.r->row[2].config.depth, 1);

    /* Finals, the last stages, alone see the full shape: one repetition each, in rounds. */
    int n_slab = 0, n_full = 0, n_depths = 0;
    for (int i = 0; i < t.f.n_asks; i++) {
        const trial_ask *ask = &t.f.asks[i].ask;
        if (ask->kernel != k || fake_cells(ask) < 1e6)
            continue;
        assert_int_equal(ask->order, 8);
        assert_true(ask->shape[0] == 512 && ask->shape[1] == 512 &&
                    (ask->shape[2] == 256 || ask->shape[2] == 512));
        n_slab += ask->shape[2] == 256;
        n_full += ask->shape[2] == 512;
        n_depths += ask->config.depth > 1;
        if (ask->shape[2] == 512)
            assert_true(ask->reps == 1 && ask->check == 0);
        if (ask->check) /* the search */
            assert_int_equal(ask->shape[2], 256);
    }
    assert_true(n_slab > 100 && n_full > 20 && n_depths > 20);
    finish(&t);
}

static void orders_are_tuned_as_asked(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    static const struct {
        int n, orders[3], n_rows;
    } cases[] = {{0, {0}, 0}, {1, {6}, 3}, {3, {16, 2, 12}, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tune t = prepare(by_loop, 0.02, 8600 + i);
        t.o.dtypes = 1u << NT_F64;
        t.o.n_orders = cases[i].n;
        memcpy(t.o.orders, cases[i].orders, sizeof cases[i].orders);
        t.o.budget_s = 400;
        assert_int_equal(run(&t, k), NT_OK);
        assert_int_equal(t.r->n_rows, cases[i].n ? cases[i].n_rows : rows_unasked(k) / 2);
        for (int r = 0; r < t.r->n_rows; r++) {
            bool asked = cases[i].n == 0 && nt_kernel_case(k, t.r->row[r].order)->tuned;
            for (int n = 0; n < cases[i].n; n++)
                asked |= cases[i].orders[n] == t.r->row[r].order;
            assert_true(asked);
        }
        assert_int_equal(t.told.n_done, t.r->n_rows);
        assert_int_equal(t.told.n_rows, t.r->n_rows);
        finish(&t);
    }
    /* Kernels without cases have none to choose from. */
    tune t = prepare(by_loop, 0.02, 8650);
    t.o.n_orders = 1;
    t.o.orders[0] = 4;
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 8);
    finish(&t);
}

static void the_default_budget_counts_rows(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    tune_options o = {.dtypes = 1u << NT_F32 | 1u << NT_F64};
    assert_true(tune_budget_s(mathop(), &o) == 60);
    assert_true(tune_budget_s(k, &o) == rows_unasked(k) / 3 * 90.0);
    o.dtypes = 1u << NT_F32;
    o.n_orders = 1;
    o.orders[0] = 16;
    assert_true(tune_budget_s(mathop(), &o) == 60);
    assert_true(tune_budget_s(k, &o) == 90);
    o.budget_s = 7;
    assert_true(tune_budget_s(k, &o) == 7 && tune_budget_s(mathop(), &o) == 7);
}

/* A peak of FMAs at 1 ns a vector and one of loads at 3: the roof is the larger of both, by the kernel's counts. */
static double slow_loads(const fake_trials *f, const trial_ask *ask)
{
    if (ask->kernel->role != NT_PEAK)
        return by_loop(f, ask);
    const nt_work w = nt_kernel_work(ask->kernel, NULL, ask->kernel->tiles[ask->config.isa]);
    const double ns = w.loads_per_vector > 0 ? 3.0 * w.loads_per_vector : 1.0 * w.fp_per_vector;
    return 1e-9 * ns * fake_cells(ask) * (double)ask->steps;
}

static void roofs_count_loads(void **state)
{
    (void)state;
    const nt_kernel *k = stencil();
    tune t = prepare(slow_loads, 0, 8700);
    t.o.budget_s = 0;
    t.o.dtypes = 1u << NT_F64;
    t.o.n_threads = 1;
    t.o.threads[0] = 1;
    assert_int_equal(run(&t, k), NT_OK);
    assert_int_equal(t.r->n_rows, rows_unasked(k) / 2);
    for (int i = 0; i < t.r->n_rows; i++) {
        const result_row *row = &t.r->row[i];
        const nt_work w = nt_kernel_work(k, nt_kernel_case(k, row->order)->params,
                                         nt_kernel_tile(k, row->dtype, &row->config));
        assert_true(w.loads_per_vector > 0 && w.fp_per_vector > 0);
        assert_true(fabs(row->fp_roof_ns / w.fp_per_vector - 1) < 1e-6);
        assert_true(fabs(row->load_roof_ns / w.loads_per_vector - 3) < 1e-6);
        assert_true(row->arithmetic_roof_ns == fmax(row->fp_roof_ns, row->load_roof_ns));
    }
    t.told = (told){.f = &t.f};
    t.r->n_rows = 0;
    assert_int_equal(run(&t, mathop()), NT_OK);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_true(t.r->row[i].load_roof_ns == 0 && t.r->row[i].fp_roof_ns > 0 &&
                    t.r->row[i].arithmetic_roof_ns == t.r->row[i].fp_roof_ns);
    finish(&t);
}

/* Right on the slab, another result at full shape. */
static trial_class deep_is_wrong_at_full_shape(const fake_trials *f, const trial_ask *ask, uint64_t *hash)
{
    (void)f;
    *hash = ask->shape[2] == 512 ? (ask->config.depth > 1 ? 7 : 8) : 42;
    return TRIAL_OK;
}

static void what_a_slab_hides_a_final_finds(void **state)
{
    (void)state;
    tune t = prepare(deep_is_fast, 0.02, 8800);
    t.o.dtypes = 1u << NT_F32;
    t.f.fate = deep_is_wrong_at_full_shape;
    assert_int_equal(run(&t, stencil()), NT_OK);
    assert_true(t.r->n_rows > 3);
    for (int i = 0; i < t.r->n_rows; i++)
        assert_int_equal(t.r->row[i].config.depth, 1);
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stencils_have_shapes_of_their_own),
        cmocka_unit_test(stencils_are_searched_on_slabs),
        cmocka_unit_test(orders_are_tuned_as_asked),
        cmocka_unit_test(the_default_budget_counts_rows),
        cmocka_unit_test(roofs_count_loads),
        cmocka_unit_test(what_a_slab_hides_a_final_finds),
        cmocka_unit_test(the_default_wins_ties),
        cmocka_unit_test(the_default_is_timed_first_and_last),
        cmocka_unit_test(a_little_slower_is_not_adopted),
        cmocka_unit_test(what_is_faster_is_found),
        cmocka_unit_test(max_ulp_says_which_variants_may_win),
        cmocka_unit_test(no_variant_is_accurate_enough),
        cmocka_unit_test(a_default_that_may_not_win),
        cmocka_unit_test(rows_of_a_dtype_share_their_arithmetic),
        cmocka_unit_test(another_isa_may_win),
        cmocka_unit_test(every_row_has_its_loops_and_roofs),
        cmocka_unit_test(in_cache_fits_and_out_of_cache_does_not),
        cmocka_unit_test(a_given_shape_makes_the_rows_of_its_class),
        cmocka_unit_test(roof_kernels_and_one_thread_work_too),
        cmocka_unit_test(one_seed_one_result),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(stopping_keeps_the_finished_rows),
        cmocka_unit_test(no_more_rows_than_fit),
        cmocka_unit_test(a_default_that_crashes_costs_itself_alone),
        cmocka_unit_test(an_isa_that_crashes_leaves_the_others),
        cmocka_unit_test(nothing_works),
        cmocka_unit_test(wrong_once_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
