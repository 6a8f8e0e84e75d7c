/*
 * test_tune_rows.c - the rows of a tune: their shapes, loops and roofs, and that one seed gives one result
 * SPDX-License-Identifier: MIT
 */
#include "tune/roofs.h"
#include "tune_fixture.h"
#include "tune/rows.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_loops_and_roofs),
        cmocka_unit_test(in_cache_fits_and_out_of_cache_does_not),
        cmocka_unit_test(a_given_shape_makes_the_rows_of_its_class),
        cmocka_unit_test(roof_kernels_and_one_thread_work_too),
        cmocka_unit_test(one_seed_one_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
