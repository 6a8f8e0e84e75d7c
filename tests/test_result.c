/*
 * test_result.c - results as JSON: saved and read back, and the documented form
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>

#include "result_fixture.h"
#include "store/result_json.h"

/* ---- Save and load -------------------------------------------------------------------------------- */

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-5 * fabs(b));
}

static void save_and_load_give_the_same_rows(void **state)
{
    (void)state;
    saved v = save();
    assert_int_equal(v.back->n_rows, 3); /* only mathop's */
    for (int i = 0; i < 3; i++) {
        const result_row *a = &v.back->row[i], *b = &v.r->row[i + 1];
        assert_ptr_equal(a->kernel, b->kernel);
        assert_ptr_equal(a->kernel_case, b->kernel_case);
        assert_int_equal(a->dtype, b->dtype);
        assert_int_equal(a->shape_class, b->shape_class);
        assert_int_equal(a->repeat, b->repeat);
        assert_memory_equal(a->shape, b->shape, sizeof a->shape);
        assert_memory_equal(a->in_cache_shape, b->in_cache_shape, sizeof a->in_cache_shape);
        assert_int_equal(a->steps, b->steps);
        assert_near(a->default_ns, b->default_ns);
        assert_near(a->tuned_ns, b->tuned_ns);
        assert_near(a->memory_roof_ns, b->memory_roof_ns);
        assert_near(a->arithmetic_roof_ns, b->arithmetic_roof_ns);
        assert_near(a->fp_roof_ns, b->fp_roof_ns);
        assert_near(a->load_roof_ns, b->load_roof_ns);
        assert_near(a->int_roof_ns, b->int_roof_ns);
        assert_near(a->issue_roof_ns, b->issue_roof_ns);
        assert_near(a->in_cache_ns, b->in_cache_ns);
        assert_near(a->roof_ns, b->roof_ns);
        assert_near(a->ratio.median, b->ratio.median);
        assert_near(a->ratio.low, b->ratio.low);
        assert_near(a->ratio.high, b->ratio.high);
        assert_int_equal(a->ratio.n, b->ratio.n);
        assert_int_equal(a->verdict, b->verdict);
        assert_near(a->max_ulp, b->max_ulp);
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_near(a->ways_ns[p], b->ways_ns[p]);
        char x[NT_CONFIG_TEXT], y[NT_CONFIG_TEXT];
        nt_config_format(a->kernel, &a->config, x, sizeof x);
        nt_config_format(b->kernel, &b->config, y, sizeof y);
        assert_string_equal(x, y);
        nt_config_format(a->kernel, &a->default_config, x, sizeof x);
        nt_config_format(b->kernel, &b->default_config, y, sizeof y);
        assert_string_equal(x, y);
        assert_int_equal(a->n_trials, b->n_trials);
        assert_int_equal(a->n_failed, b->n_failed);
        assert_int_equal(a->complete, b->complete);
        assert_true(a->upto == b->upto && a->n_shapes == b->n_shapes);
        for (int p = 0; p < a->n_shapes; p++) {
            assert_memory_equal(a->timed_on[p].n, b->timed_on[p].n, sizeof a->timed_on[p].n);
            assert_near(a->timed_on[p].over_best, b->timed_on[p].over_best);
        }
        assert_near(a->space_size, b->space_size);
    }
    drop(&v);
}

static void saving_again_gives_the_same_file(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    assert_int_equal(result_save(v.back, mathop(), v.s.folder, &why), NT_OK);
    char *again = slurp(v.path, NULL);
    assert_string_equal(again, v.text);
    free(again);
    assert_int_equal(scratch_walk(&v.s, 0), 1);
    drop(&v);
}

/* What was not measured is null, and comes back as such. */
static void what_was_not_measured_is_null(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    result_row *row = &v.r->row[1];
    row->arithmetic_roof_ns = row->in_cache_ns = row->roof_ns = row->ways_ns[NT_PARALLEL_INNER] = 0;
    memset(row->in_cache_shape, 0, sizeof row->in_cache_shape);
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    result *back = empty_like(v.r);
    assert_int_equal(result_load(back, mathop(), v.s.folder, &why), NT_OK);
    assert_true(back->row[0].arithmetic_roof_ns == 0 && back->row[0].ways_ns[NT_PARALLEL_INNER] == 0);
    assert_true(back->row[0].roof_ns == 0 && back->row[0].in_cache_ns == 0);
    assert_true(back->row[0].ways_ns[NT_PARALLEL_OUTER] > 0);
    free(back);
    drop(&v);
}

/* As many threads on fewer cores is another machine.  A file older than the count of cores was of a machine
 * where each thread had one. */
static void the_key_counts_cores(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    result *here = empty_like(v.r);
    here->machine.cores_affinity = 4;
    assert_int_equal(result_load(here, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_non_null(strstr(why.text, "cores_allowed is 8, here 4"));

    json_t *root = json_loads(v.text, 0, NULL);
    assert_int_equal(json_object_del(json_object_get(root, "key"), "cores_allowed"), 0);
    write_sealed(root, v.path);
    assert_int_equal(result_load(here, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_non_null(strstr(why.text, "cores_allowed is 8, here 4"));
    here->machine.cores_affinity = 8;
    if (result_load(here, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    free(here);
    drop(&v);
}

/* ---- The documented form -------------------------------------------------------------------------- */

static void the_json_is_as_documented(void **state)
{
    (void)state;
    static const char *const numbers[] = {"steps",
                                          "default_ns_per_cell",
                                          "tuned_ns_per_cell",
                                          "speedup",
                                          "memory_roof_ns_per_cell",
                                          "arithmetic_roof_ns_per_cell",
                                          "fp_roof_ns_per_cell",
                                          "load_roof_ns_per_cell",
                                          "in_cache_ns_per_cell",
                                          "roof_fraction",
                                          "max_ulp"};
    static const char *const loops[] = {"serial", "outer", "middle", "inner", "flat"};
    result *r = made_up_result();
    json_t *root = result_json(r, NULL);
    assert_true(json_is_object(json_object_get(root, "machine")));
    const json_t *rows = json_object_get(root, "results");
    assert_int_equal(json_array_size(rows), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_true(json_is_string(json_object_get(row, "kernel")));
        assert_string_equal(json_string_value(json_object_get(row, "case")), "default");
        assert_true(json_is_string(json_object_get(row, "dtype")));
        assert_true(json_is_string(json_object_get(row, "config")));
        assert_int_equal(json_array_size(json_object_get(row, "shape")), 3);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(row, "shape"), 1)), 10000);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            const json_t *value = json_object_get(row, numbers[k]);
            const bool absent =
                strcmp(numbers[k], "memory_roof_ns_per_cell") == 0 && r->row[i].shape_class == NT_CLASS_L2;
            if (!value || (absent ? !json_is_null(value) : !json_is_number(value)))
                fail_msg("row %zu: %s", i, numbers[k]);
        }
        for (size_t k = 0; k < 5; k++)
            assert_true(json_is_number(json_object_get(json_object_get(row, "loops"), loops[k])));
        assert_near(json_number_value(json_object_get(row, "speedup")), 2);
        assert_near(json_number_value(json_object_get(row, "roof_fraction")), result_roof(&r->row[i]) / 0.125);
    }
    json_decref(root);
    root = result_json(r, mathop());
    assert_int_equal(json_array_size(json_object_get(root, "results")), 3);
    /* No host name or address goes out. */
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    char *text = json_dumps(root, 0);
    assert_true(strlen(host) < 4 || !strstr(text, host));
    free(text);
    json_decref(root);
    free(r);
}

/* ---- Cases ---------------------------------------------------------------------------------------- */

static void save_and_load_keep_cases(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    scratch s = scratch_make();
    nt_error why = {""};
    result *r = all_cases(), *back = empty_like(r);
    if (result_save(r, k, s.folder, &why) != NT_OK || result_load(back, k, s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(back->n_rows, r->n_rows);
    for (int i = 0; i < r->n_rows; i++) {
        assert_ptr_equal(back->row[i].kernel_case, r->row[i].kernel_case);
        assert_int_equal(back->row[i].config.depth, 4);
    }
    assert_true(same_rows(back, r));
    check_fit_for_a_header(back);
    scratch_walk(&s, 1);
    free(r);
    free(back);
}

/* Two cases may have two arithmetics; one case may not. */
static void only_rows_of_one_case_contradict(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    const nt_case *first = nt_kernel_case_at(k, 0), *second = nt_kernel_case_at(k, 1);
    result_row a = made_up_stencil(k, first, NT_F64), b = made_up_stencil(k, second, NT_F64);
    assert_true(result_contradicts(&a, &a));
    assert_false(result_contradicts(&a, &b));
    b.config.isa = NT_ISA_AVX2;
    assert_false(result_contradicts(&a, &b));
    b.kernel_case = first;
    assert_true(result_contradicts(&a, &b));
    b.shape_class = NT_CLASS_L2;
    assert_true(result_contradicts(&a, &b)); /* one arithmetic of a case and dtype */
    b.config.isa = a.config.isa;
    assert_false(result_contradicts(&a, &b));
}

/* Neither a small depth nor a kernel that is slow in cache makes the roof softer. */
static void a_roof_is_arithmetic_or_memory(void **state)
{
    (void)state;
    result_row row = made_up_stencil(with_cases(), nt_kernel_case_of(with_cases(), NULL), NT_F32);
    row.steps = 16;
    row.memory_roof_ns = 0.4;
    row.in_cache_ns = 0.07;
    row.arithmetic_roof_ns = row.fp_roof_ns = 0.03;
    row.int_roof_ns = row.issue_roof_ns = row.load_roof_ns = 0.02;
    row.config.depth = 4;
    assert_near(result_roof(&row), 0.03);
    assert_string_equal(result_bound(&row), "floating point");
    assert_near(result_memory_at_depth(&row), 0.1);
    row.config.depth = 1;
    assert_near(result_roof(&row), 0.03);
    assert_near(result_memory_at_depth(&row), 0.4);
    row.steps = 1;
    assert_near(result_roof(&row), 0.4);
    assert_string_equal(result_bound(&row), "memory");
    row.shape_class = NT_CLASS_L2;
    assert_near(result_roof(&row), 0.03);
    assert_true(result_memory_at_depth(&row) == 0);
    row.arithmetic_roof_ns = row.int_roof_ns = 0.05;
    assert_string_equal(result_bound(&row), "integers");
    row.arithmetic_roof_ns = row.issue_roof_ns = 0.055;
    assert_string_equal(result_bound(&row), "issue");
    row.arithmetic_roof_ns = row.load_roof_ns = 0.06;
    assert_string_equal(result_bound(&row), "loads");
    row.arithmetic_roof_ns = 0; /* not counted */
    assert_true(result_roof(&row) == 0);
    assert_string_equal(result_bound(&row), "");
}

/* Files older than the three classes are read: in_cache is L2 now, out_of_cache memory. */
static void older_classes_are_read(void **state)
{
    (void)state;
    static const char *const late[] = {"upto_nx", "shapes", "worst_over_best"};
    saved v = save();
    nt_error why;
    json_t *root = json_loads(v.text, 0, NULL);
    for (size_t i = 0; i < 3; i++) {
        json_t *row = json_array_get(json_object_get(root, "results"), i);
        json_object_set_new(row, "class", json_string(i == 1 ? "out_of_cache" : "in_cache"));
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(json_object_del(row, late[k]), 0);
    }
    write_sealed(root, v.path);
    result *back = empty_like(v.r);
    if (result_load(back, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(back->row[i].shape_class, i == 1 ? NT_CLASS_MEMORY : NT_CLASS_L2);
        assert_true(back->row[i].n_shapes == 0 && back->row[i].upto == 0 && result_worst(&back->row[i]) == 0);
    }
    free(back);
    drop(&v);
}

/* Rows for grids with rows of several lengths do not contradict each other. */
static void rows_for_lengths_are_several(void **state)
{
    (void)state;
    result_row a = made_up_stencil(with_cases(), nt_kernel_case_at(with_cases(), 0), NT_F64), b = a;
    assert_true(result_contradicts(&a, &b));
    b.upto = 286;
    assert_false(result_contradicts(&a, &b));
    assert_near(result_worst(&a), 1.04);
}

/* A file older than the roof of integers is read. */
static void a_figure_that_came_later_may_be_missing(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    json_t *root = json_loads(v.text, 0, NULL);
    for (size_t i = 0; i < 3; i++) {
        json_t *row = json_array_get(json_object_get(root, "results"), i);
        assert_int_equal(json_object_del(row, "int_roof_ns_per_cell"), 0);
    }
    write_sealed(root, v.path);
    result *back = empty_like(v.r);
    if (result_load(back, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_true(back->row[0].int_roof_ns == 0 && back->row[0].fp_roof_ns > 0);
    free(back);
    drop(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(save_and_load_give_the_same_rows),
        cmocka_unit_test(saving_again_gives_the_same_file),
        cmocka_unit_test(what_was_not_measured_is_null),
        cmocka_unit_test(the_key_counts_cores),
        cmocka_unit_test(the_json_is_as_documented),
        cmocka_unit_test(save_and_load_keep_cases),
        cmocka_unit_test(only_rows_of_one_case_contradict),
        cmocka_unit_test(a_roof_is_arithmetic_or_memory),
        cmocka_unit_test(older_classes_are_read),
        cmocka_unit_test(rows_for_lengths_are_several),
        cmocka_unit_test(a_figure_that_came_later_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
