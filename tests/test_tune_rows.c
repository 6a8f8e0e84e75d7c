/*
 * test_tune_rows.c - the rows of a tune: their shapes, loops and roofs, and that one seed gives one result
 * SPDX-License-Identifier: MIT
 */
#include "nestune/tuned.h"
#include "tune/roofs.h"
#include "tune_fixture.h"

static void every_row_has_its_loops_and_roofs(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0.02, 6000);
    assert_int_equal(run(&t, mathop()), NT_OK);
    assert_int_equal(t.r->n_rows, 2 * ROWS_A_TYPE);
    assert_string_equal(t.r->not_searched, "");
    for (int i = 0; i < 2 * ROWS_A_TYPE; i++) {
        const result_row *row = &t.r->row[i];
        int64_t shape[3];
        rows_shape(&t.r->machine, mathop(), row->kernel_case, row->dtype, row->shape_class, shape);
        assert_memory_equal(row->shape, shape, sizeof shape);
        assert_int_equal(row->steps, row->repeat == NT_REPEAT_MANY ? 5 : 1);
        const double outer = row->ways_ns[NT_PARALLEL_OUTER];
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_true(row->ways_ns[p] > 0);
        assert_true(fabs(outer - 0.1) < 0.01);
        assert_true(row->ways_ns[NT_PARALLEL_SERIAL] > 3.5 * outer &&
                    row->ways_ns[NT_PARALLEL_INNER] > 1.8 * outer);
        assert_true(row->ways_ns[NT_PARALLEL_MIDDLE] > 1.2 * outer &&
                    row->ways_ns[NT_PARALLEL_MIDDLE] < 1.4 * outer);
        assert_true(row->arithmetic_roof_ns > 0 && row->in_cache_ns > 0 && row->in_cache_shape[0] > 0);
        assert_true((row->memory_roof_ns > 0) == (row->shape_class == NT_CLASS_MEMORY));
        assert_true(row->roof_ns > 0 && row->roof_ns == result_roof(row));
        assert_true(row->n_trials > 20 && row->n_failed == 0 && row->space_size > row->n_trials);
        /* In cache, one thread's time over all threads; serial costs four times outer here. */
        assert_true(fabs(row->in_cache_ns - 0.1) < 0.02);
    }
    assert_int_equal(t.events.n_done, 2 * ROWS_A_TYPE);
    assert_int_equal(t.events.n_rows, 2 * ROWS_A_TYPE);
    assert_true(t.events.arithmetic && t.events.search && t.events.final && t.events.loops);
    finish(&t);
}

/* Is this config's schedule asked for right after the default, in the searches of this type's rows of many steps in memory? */
static bool follows_default(const tune *t, nt_dtype dtype, const nt_config *config)
{
    enum { AFTER = 3 };
    for (int a = 0; a < t->f.n_asks; a++) {
        const trial_ask *ask = &t->f.asks[a].ask;
        if (ask->kernel != mathop() || ask->dtype != dtype || ask->steps != 5 || fake_cells(ask) < 1e7)
            continue;
        for (int i = 1; i <= AFTER; i++) { /* a is the default */
            nt_config c = t->f.asks[a + i].ask.config;
            c.isa = config->isa, c.variant = config->variant, c.fn = config->fn, c.threads = config->threads;
            if (same_config(&c, config))
                return true;
        }
        return false;
    }
    return false;
}

/* A search begins with what the library would take, if it may, and with what a row of its class has found before. */
static void searches_begin_with_what_is_known(void **state)
{
    (void)state;
    for (int knows = 0; knows < 2; knows++) {
        tune t = prepare(flat_and_deep, 0.02, 6050);
        t.o.knows_tuned = knows;
        assert_int_equal(run(&t, mathop()), NT_OK);
        for (int i = 0; i < t.r->n_rows; i++) {
            const result_row *row = &t.r->row[i];
            if (row->shape_class != NT_CLASS_MEMORY || row->repeat != NT_REPEAT_MANY)
                continue;
            nt_config tuned;
            const bool is_known =
                nt_tuned_find(mathop(), row->kernel_case->params, row->dtype, row->shape_class, row->repeat,
                              row->shape[0], &tuned, NULL) == NT_OK;
            if (row->dtype == NT_F64)
                assert_true(follows_default(&t, NT_F32, &row->config));
            if (knows && is_known && tuned.threads <= 4)
                assert_true(follows_default(&t, row->dtype, &tuned));
        }
        finish(&t);
    }
}

static void in_cache_fits_and_out_of_cache_does_not(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            const int64_t element = (int64_t)nt_dtype_bytes((nt_dtype)d);
            int64_t in[3], l3[3], out[3];
            const nt_case *c = nt_kernel_case_at(kernel, 0);
            if (!kernel->field || nt_kernel_radius(kernel, NULL) > 0)
                continue; /* stencils_have_shapes_of_their_own, and so have ranges */
            assert_true(rows_shape(&t.r->machine, kernel, c, (nt_dtype)d, NT_CLASS_L2, in));
            assert_true(rows_shape(&t.r->machine, kernel, c, (nt_dtype)d, NT_CLASS_L3, l3));
            assert_true(rows_shape(&t.r->machine, kernel, c, (nt_dtype)d, NT_CLASS_MEMORY, out));
            const int64_t grids =
                kernel->field->n_levels + kernel->field->n_coefs + (kernel->field->n_levels == 1);
            const int64_t in_l2 = in[0] * in[1] * in[2] * grids * element,
                          in_l3 = l3[0] * l3[1] * l3[2] * grids * element;
            assert_true(in[0] == in[1] && in[1] == in[2] && l3[0] == l3[1] && l3[1] == l3[2]);
            assert_true(in_l2 <= 2 << 20 && in_l2 > 1 << 20);  /* four threads with 1 MiB each: half of it */
            assert_true(in_l3 <= 16 << 20 && in_l3 > 8 << 20); /* half of 32 MiB */
            assert_int_equal(out[0], 100);
            assert_int_equal(out[1], 10000);
            assert_true(out[0] * out[1] * out[2] * element >= INT64_C(128) << 20);
        }
    nt_machine unknown = {0};
    int64_t shape[3];
    const nt_case *own = nt_kernel_case_at(mathop(), 0);
    for (int c = 0; c < NT_N_CLASSES; c++) {
        rows_shape(&unknown, mathop(), own, NT_F64, (nt_class)c, shape);
        assert_true(shape[0] > 0 && shape[1] > 0 && shape[2] > 0);
    }
    t.r->machine.memory_bytes = INT64_C(256) << 20; /* no more than an eighth */
    rows_shape(&t.r->machine, mathop(), own, NT_F64, NT_CLASS_MEMORY, shape);
    assert_true(shape[0] * shape[1] * shape[2] * 8 <= (INT64_C(32) << 20) + 100 * 10000 * 8);
    finish(&t);
}

/* A person's other shapes: long rows in cache; a cube in memory. */
static void other_shapes_are_of_the_class(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    static const nt_class classes[] = {NT_CLASS_L2, NT_CLASS_L3, NT_CLASS_MEMORY};
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int i = 0; i < NT_N_DTYPES * 3; i++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            const nt_dtype dtype = (nt_dtype)(i / 3);
            const nt_class c = classes[i % 3];
            int64_t first[3], other[3];
            const nt_case *one;
            for (int n = 0; (one = nt_kernel_case_at(kernel, n)); n++) {
                const bool is_there = rows_shape(&t.r->machine, kernel, one, dtype,
                                                 kernel->field ? c : NT_CLASS_LONG, first),
                           has_other = rows_other_shape(&t.r->machine, kernel, one, dtype, c, first, other);
                assert_true(is_there);
                assert_int_equal(has_other, kernel->field != NULL);
                if (!kernel->field)
                    continue;
                const double cells =
                    (double)(other[0] * other[1] * other[2]) / (double)(first[0] * first[1] * first[2]);
                const int64_t bytes = nt_working_set(kernel, one->params, dtype, other);
                if (first[0] == first[1] && first[1] == first[2])
                    assert_true(other[0] == 2 * first[0] && other[1] == other[2] && other[1] >= 16);
                else
                    assert_true(other[0] == other[1] && other[1] == other[2]);
                assert_true(cells <= 1 && cells > 0.5);
                assert_int_equal(nt_class_on(&t.r->machine, 0, bytes), c);
            }
        }
    finish(&t);
}

/* Without a third level there are no rows of it. */
static void classes_that_are_not_there(void **state)
{
    (void)state;
    for (int part = 0; part < 3; part++) {
        tune t = prepare(by_loop, 0.02, 6050);
        row_plan list[RESULT_MOST_ROWS];
        t.r->machine.l3_bytes = part == 0 ? 0 : part == 1 ? 4 << 20 : 32 << 20;
        t.r->machine.l2_bytes = part == 2 ? 64 << 10 : 1 << 20; /* at last too little for the smallest cube */
        t.o.dtypes = 1u << NT_F64;
        const nt_class lacks = part == 2 ? NT_CLASS_L2 : NT_CLASS_L3;
        const double begin_s = t.f.clock_s;
        const int n = rows_list(&t.r->machine, mathop(), &t.o, list);
        assert_int_equal(n, ROWS_A_TYPE - 2);
        for (int i = 0; i < n; i++)
            assert_int_not_equal(list[i].shape_class, lacks);
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, n);
        assert_string_equal(t.r->not_searched, "");
        const double took_s = t.f.clock_s - begin_s;
        assert_true(took_s < 1.1 * t.o.budget_s);
        finish(&t);
    }
}

static void check_plan(const row_plan *plan, const nt_case *c, nt_dtype dtype, nt_class shape_class,
                       nt_repeat repeat, int weight)
{
    assert_ptr_equal(plan->kernel_case, c);
    assert_int_equal(plan->dtype, dtype);
    assert_int_equal(plan->shape_class, shape_class);
    assert_int_equal(plan->repeat, repeat);
    assert_int_equal(plan->weight, weight);
    assert_true((plan->steps == 1) == (repeat == NT_REPEAT_ONE));
}

/* The table of rows.h. */
static void rows_come_in_order(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    row_plan list[RESULT_MOST_ROWS];
    const nt_case *c = nt_kernel_case_at(mathop(), 0);
    assert_int_equal(rows_list(&t.r->machine, mathop(), &t.o, list), 2 * ROWS_A_TYPE);
    for (int i = 0; i < 2 * ROWS_A_TYPE; i += ROWS_A_TYPE) {
        const nt_dtype dtype = i == 0 ? NT_F64 : NT_F32;
        check_plan(&list[i], c, dtype, NT_CLASS_L2, NT_REPEAT_ONE, 1);
        check_plan(&list[i + 1], c, dtype, NT_CLASS_L2, NT_REPEAT_MANY, 1);
        check_plan(&list[i + 2], c, dtype, NT_CLASS_L3, NT_REPEAT_ONE, 1);
        check_plan(&list[i + 3], c, dtype, NT_CLASS_L3, NT_REPEAT_MANY, 2);
        check_plan(&list[i + 4], c, dtype, NT_CLASS_MEMORY, NT_REPEAT_MANY, 4);
        check_plan(&list[i + 5], c, dtype, NT_CLASS_MEMORY, NT_REPEAT_ONE, 3);
    }
    const nt_kernel *wave = nt_kernel_find("wave");
    t.o.cases[0] = "o16", t.o.cases[1] = "o2"; /* the kernel's order counts */
    t.o.n_cases = 2;
    assert_int_equal(rows_list(&t.r->machine, wave, &t.o, list), 4 * ROWS_A_TYPE);
    for (int i = 0; i < 4 * ROWS_A_TYPE; i += ROWS_A_TYPE) {
        const nt_dtype dtype = i % (2 * ROWS_A_TYPE) == 0 ? NT_F64 : NT_F32;
        c = nt_kernel_case(wave, i < 2 * ROWS_A_TYPE ? "o2" : "o16");
        check_plan(&list[i], c, dtype, NT_CLASS_L2, NT_REPEAT_ONE, 1);
        check_plan(&list[i + 1], c, dtype, NT_CLASS_L2, NT_REPEAT_MANY, 2);
        check_plan(&list[i + 2], c, dtype, NT_CLASS_L3, NT_REPEAT_ONE, 2);
        check_plan(&list[i + 3], c, dtype, NT_CLASS_L3, NT_REPEAT_MANY, 3);
        check_plan(&list[i + 4], c, dtype, NT_CLASS_MEMORY, NT_REPEAT_MANY, 13);
        check_plan(&list[i + 5], c, dtype, NT_CLASS_MEMORY, NT_REPEAT_ONE, 3);
    }
    const nt_range range = {.part_bytes = 8};
    nt_kernel over_indices = *mathop(); /* as a range */
    over_indices.field = NULL;
    over_indices.range = &range;
    c = nt_kernel_case_at(&over_indices, 0);
    assert_int_equal(rows_list(&t.r->machine, &over_indices, &t.o, list), 4);
    for (int i = 0; i < 4; i += 2) {
        check_plan(&list[i], c, i ? NT_F32 : NT_F64, NT_CLASS_SHORT, NT_REPEAT_ONE, 1);
        check_plan(&list[i + 1], c, i ? NT_F32 : NT_F64, NT_CLASS_LONG, NT_REPEAT_ONE, 3);
        assert_int_equal(nt_class_of_range(list[i].shape[0]), NT_CLASS_SHORT);
        assert_int_equal(nt_class_of_range(list[i + 1].shape[0]), NT_CLASS_LONG);
    }
    t.o.shape[0] = 7, t.o.shape[1] = 11, t.o.shape[2] = 13; /* so many indices */
    assert_int_equal(rows_list(&t.r->machine, &over_indices, &t.o, list), 2);
    check_plan(&list[0], c, NT_F64, NT_CLASS_SHORT, NT_REPEAT_ONE, 1);
    finish(&t);
}

/* Its rows are of that type, and the other one alone is refused. */
static void a_kernel_of_one_type(void **state)
{
    (void)state;
    tune t = prepare(by_loop, 0, 1);
    row_plan list[RESULT_MOST_ROWS];
    nt_error why;
    const nt_kernel *primes = nt_kernel_find("primes");
    const nt_case *c = nt_kernel_case_at(primes, 0);
    assert_true(rows_has_types(primes, 1u << NT_F64) && !rows_has_types(primes, 1u << NT_F32));
    assert_true(rows_has_types(mathop(), 1u << NT_F32) && !rows_has_types(mathop(), 0));
    assert_int_equal(rows_check(primes, &t.o, &why), NT_OK);
    assert_int_equal(rows_list(&t.r->machine, primes, &t.o, list), 2);
    check_plan(&list[0], c, NT_F64, NT_CLASS_SHORT, NT_REPEAT_ONE, 1);
    check_plan(&list[1], c, NT_F64, NT_CLASS_LONG, NT_REPEAT_ONE, 3);
    assert_int_equal(list[0].shape[0], 65536); /* the usual one, and the kernel's own */
    assert_int_equal(list[1].shape[0], primes->range->usual_long);
    t.o.dtypes = 1u << NT_F32;
    assert_int_equal(rows_list(&t.r->machine, primes, &t.o, list), 0);
    assert_refused(rows_check(primes, &t.o, &why), NT_EKERNEL, &why,
                   "no f32 functions: allowed is --dtype f64");
    finish(&t);
}

static void a_given_shape_makes_the_rows_of_its_class(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {
        {64, 24, 32}, {128, 128, 128}, {1000, 1000, 100}, {1, 1, 1}, {7, 1, 3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        tune t = prepare(by_loop, 0.02, 6100 + i);
        memcpy(t.o.shape, shapes[i], sizeof t.o.shape);
        t.o.dtypes = 1u << NT_F32;
        assert_int_equal(run(&t, mathop()), NT_OK);
        assert_int_equal(t.r->n_rows, 2);
        for (int k = 0; k < 2; k++) {
            assert_memory_equal(t.r->row[k].shape, shapes[i], sizeof shapes[i]);
            assert_int_equal(t.r->row[k].shape_class,
                             nt_class_on(&t.r->machine, 0, 4 * shapes[i][0] * shapes[i][1] * shapes[i][2]));
            /* In cache one step comes first, in memory many. */
            assert_int_equal(t.r->row[k].repeat, t.r->row[k].shape_class == NT_CLASS_MEMORY ? 1 - k : k);
            assert_true(t.r->row[k].n_shapes == 1 &&
                        t.r->row[k].upto == 0); /* no other shape was asked for */
            for (int p = 0; p < NT_N_PARALLELS; p++)
                assert_true(t.r->row[k].ways_ns[p] > 0);
        }
        finish(&t);
    }
}

static void roof_kernels_and_one_thread_work_too(void **state)
{
    (void)state;
    for (int k = 0; k < nt_kernel_count(); k++) {
        tune t = prepare(by_loop, 0.02, 6200 + (uint64_t)k);
        const nt_kernel *kernel = nt_kernel_at(k);
        row_plan list[RESULT_MOST_ROWS];
        t.o.budget_s = 0;
        t.o.dtypes = dtypes_of(kernel);
        t.o.n_threads = 1;
        t.o.threads[0] = 1;
        assert_int_equal(run(&t, kernel), NT_OK);
        assert_int_equal(t.r->n_rows, rows_list(&t.r->machine, kernel, &t.o, list));
        assert_true(!kernel->field ||
                    t.r->n_rows ==
                        (nt_kernel_radius(kernel, NULL) > 0 ? rows_by_default(kernel) : 2 * ROWS_A_TYPE));
        for (int i = 0; i < t.r->n_rows; i++) {
            assert_ptr_equal(t.r->row[i].kernel, kernel);
            assert_ptr_equal(t.r->row[i].kernel_case, list[i].kernel_case);
            assert_int_equal(t.r->row[i].shape_class, list[i].shape_class);
            assert_int_equal(t.r->row[i].repeat, list[i].repeat);
            assert_int_equal(t.r->row[i].config.threads, 1);
        }
        finish(&t);
    }
}

static void the_same_seed_gives_the_same_result(void **state)
{
    (void)state;
    tune a = prepare(flat_and_deep, 0.05, 6300), b = prepare(flat_and_deep, 0.05, 6300);
    assert_int_equal(run(&a, mathop()), NT_OK);
    assert_int_equal(run(&b, mathop()), NT_OK);
    assert_int_equal(a.r->n_rows, b.r->n_rows);
    for (int i = 0; i < a.r->n_rows; i++) {
        assert_true(same_config(&a.r->row[i].config, &b.r->row[i].config));
        assert_true(a.r->row[i].tuned_ns == b.r->row[i].tuned_ns);
        assert_memory_equal(&a.r->row[i].ways_ns, &b.r->row[i].ways_ns, sizeof a.r->row[i].ways_ns);
    }
    assert_int_equal(a.f.n_asks, b.f.n_asks);
    finish(&a);
    finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_loops_and_roofs),
        cmocka_unit_test(searches_begin_with_what_is_known),
        cmocka_unit_test(in_cache_fits_and_out_of_cache_does_not),
        cmocka_unit_test(other_shapes_are_of_the_class),
        cmocka_unit_test(classes_that_are_not_there),
        cmocka_unit_test(rows_come_in_order),
        cmocka_unit_test(a_kernel_of_one_type),
        cmocka_unit_test(a_given_shape_makes_the_rows_of_its_class),
        cmocka_unit_test(roof_kernels_and_one_thread_work_too),
        cmocka_unit_test(the_same_seed_gives_the_same_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
