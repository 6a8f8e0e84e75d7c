/*
 * test_result_hostile.c - result files that are sealed, and wrong inside
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "environment_support.h"
#include "result_fixture.h"
#include "store/result_json.h"

/* Loads the saved file with one member of its first row changed. */
static nt_status load_with(saved *v, const char *name, json_t *value, nt_error *why)
{
    json_t *root = json_loadb(v->text, v->n, 0, NULL);
    json_t *row = json_array_get(json_object_get(root, "results"), 0);
    assert_non_null(json_object_get(row, name));
    assert_non_null(value);
    assert_int_equal(json_object_set_new(row, name, value), 0);
    write_sealed(root, v->path);
    result *r = empty_like(v->r);
    *why = (nt_error){""};
    const nt_status status = result_load(r, mathop(), v->s.folder, why);
    if (status == NT_OK)
        check_fit_for_a_header(r);
    else
        check_reason(why->text);
    assert_int_equal(r->n_rows, status == NT_OK ? 3 : 0);
    free(r);
    return status;
}

static void hostile_configs(void **state)
{
    (void)state;
    static const char *const configs[] = {"",
                                          "isa",
                                          "isa=",
                                          "isa=avx1024",
                                          "variant=fused\") */ #include </etc/passwd> /*",
                                          "isa=scalar\n#error",
                                          "\x1b[31mred",
                                          "tile=1x2",
                                          "tile=-1x0x0",
                                          "tile=99999999999999999999x0x0",
                                          "threads=0",
                                          "threads=-1",
                                          "threads=1000000",
                                          "depth=0",
                                          "depth=99999999999",
                                          "fn=u63",
                                          "fn=",
                                          "fn=0",
                                          "layout=columns",
                                          "schedule=auto",
                                          "unroll=4",
                                          "chunk=1",
                                          "isa=scalar,isa=scalar",
                                          "isa=scalar,",
                                          ",",
                                          "=",
                                          "%s%s%n",
                                          "isa=scalar;rm",
                                          "order=zzz",
                                          "parallel=9",
                                          "schedule=\xc3\xa9"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++)
        for (int k = 0; k < 2; k++) {
            const nt_status status =
                load_with(&v, k ? "default_config" : "config", json_string(configs[i]), &why);
            if (status == NT_OK && *configs[i])
                fail_msg("taken: %s", configs[i]);
        }
    char *text = malloc(100001);
    assert_non_null(text);
    memset(text, 'a', 100000);
    text[100000] = '\0';
    assert_int_equal(load_with(&v, "config", json_string(text), &why), NT_ESTALE);
    free(text);
    assert_int_equal(load_with(&v, "config", json_integer(1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "config", json_array(), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "config", json_null(), &why), NT_ESTALE);
    drop(&v);
}

static void hostile_numbers(void **state)
{
    (void)state;
    static const char *const figures[] = {
        "default_ns_per_cell",  "tuned_ns_per_cell", "memory_roof_ns_per_cell", "arithmetic_roof_ns_per_cell",
        "in_cache_ns_per_cell", "roof_ns_per_cell",  "fp_roof_ns_per_cell",     "load_roof_ns_per_cell",
        "l2_gbytes_per_s",      "l3_gbytes_per_s"};
    static const double bad[] = {-1, -1e-300, 1e300, 1e12};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
            assert_int_equal(load_with(&v, figures[i], json_real(bad[k]), &why), NT_ESTALE);
        assert_int_equal(load_with(&v, figures[i], json_string("1"), &why), NT_ESTALE);
        assert_int_equal(load_with(&v, figures[i], json_true(), &why), NT_ESTALE);
    }
    static const json_int_t steps[] = {0, -1, INT64_MAX, INT64_MIN, 1000001};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_int_equal(load_with(&v, "steps", json_integer(steps[i]), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape",
                               json_pack("[I,I,I]", (json_int_t)INT64_MAX, (json_int_t)1, (json_int_t)1),
                               &why),
                     NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i,i]", 0, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i]", 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i,i,i]", 1, 1, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[f,i,i]", 1.5, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "loops", json_object(), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "loops", json_integer(3), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "dtype", json_string("f16"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "class", json_string("in_hell"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "upto_nx", json_integer(0), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "upto_nx", json_integer(-7), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "upto_nx", json_real(7.5), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "upto_nx", json_string("7"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shapes", json_integer(7), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shapes", json_pack("[i]", 7), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shapes", json_pack("[{s:[i,i,i]}]", "shape", 1, 1, 1), &why), NT_ESTALE);
    assert_int_equal(
        load_with(&v, "shapes", json_pack("[{s:[i,i,i], s:f}]", "shape", 0, 1, 1, "over_best", 1.0), &why),
        NT_ESTALE);
    assert_int_equal(
        load_with(&v, "shapes", json_pack("[{s:[i,i,i], s:f}]", "shape", 1, 1, 1, "over_best", -1.0), &why),
        NT_ESTALE);
    assert_int_equal(load_with(&v, "shapes", json_pack("[{},{},{},{}]"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "verdict", json_string("best"), &why), NT_ESTALE);
    drop(&v);
}

/* Counts and intervals are read too: what is out of range must be refused, not cut to an int. */
static void hostile_counts(void **state)
{
    (void)state;
    static const char *const counts[] = {"pairs", "trials", "failed"};
    static const json_int_t bad[] = {-1, INT64_C(1) << 40, INT64_MAX, INT64_MIN};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
            assert_int_equal(load_with(&v, counts[i], json_integer(bad[k]), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_pack("[f,f]", -1.0, 1.0), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_pack("[f,f]", 0.5, 1e300), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_string("x"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "space", json_real(1e300), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "space", json_real(-1), &why), NT_ESTALE);
    drop(&v);
}

/* Rows of a class or of steps that rows of their kernel cannot have: the library would refuse the header. */
static void hostile_classes(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    assert_int_equal(load_with(&v, "class", json_string("short"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "class", json_string("long"), &why), NT_ESTALE);
    static const struct {
        nt_class shape_class;
        nt_repeat repeat;
        nt_status status;
    } rows[] = {{NT_CLASS_LONG, NT_REPEAT_ONE, NT_OK},
                {NT_CLASS_LONG, NT_REPEAT_MANY, NT_ESTALE},
                {NT_CLASS_L2, NT_REPEAT_ONE, NT_ESTALE}};
    const nt_kernel *range = nt_kernel_find("pi");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        result *r = empty_like(v.r), *back = empty_like(v.r);
        r->row[r->n_rows++] = made_up_row(range, NT_F64, rows[i].shape_class, rows[i].repeat);
        assert_int_equal(result_save(r, range, v.s.folder, &why), NT_OK);
        assert_int_equal(result_load(back, range, v.s.folder, &why), rows[i].status);
        if (rows[i].status == NT_OK)
            check_fit_for_a_header(back);
        free(r);
        free(back);
    }
    drop(&v);
}

/* Rows that the library could not use together: the same one twice, or two arithmetics of a dtype. */
static void rows_that_contradict_each_other(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    v.r->row[2] = v.r->row[1];
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    check_reason(why.text);

    v.r->row[2] = made_up_row(mathop(), NT_F64, NT_CLASS_MEMORY, NT_REPEAT_MANY);
    v.r->row[2].config.variant = nt_kernel_variant(mathop(), "libm");
    v.r->row[2].config.fn = 0;
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    check_reason(why.text);
    assert_int_equal(r->n_rows, 0);
    free(r);
    drop(&v);
}

static void hostile_cases(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    static const char *const bad[] = {"",    "default", "o",    "o3",      "2",   "O2",
                                      "o2 ", "o02",     "o2\n", "\x1b[2J", "%s%n"};
    const size_t n = sizeof bad / sizeof *bad;
    for (size_t i = 0; i <= n + 3; i++) {
        scratch s = scratch_make();
        nt_error why = {""};
        char path[200];
        snprintf(path, sizeof path, "%s/%s.json", s.folder, k->name);
        result *r = all_cases(), *back = empty_like(r);
        assert_int_equal(result_save(r, k, s.folder, &why), NT_OK);
        json_t *root = json_load_file(path, 0, NULL);
        json_t *row = json_array_get(json_object_get(root, "results"), 0);
        if (i < n)
            json_object_set_new(row, "case", json_string(bad[i]));
        else if (i == n)
            json_object_set_new(row, "case", json_integer(2));
        else if (i == n + 1)
            json_object_set_new(row, "case", json_null());
        else if (i == n + 2)
            json_object_del(row, "case");
        else /* another row has it */
            json_object_set_new(row, "case", json_string(r->row[2].kernel_case->name));
        write_sealed(root, path);
        assert_int_equal(result_load(back, k, s.folder, &why), NT_ESTALE);
        check_reason(why.text);
        assert_int_equal(back->n_rows, 0);
        scratch_walk(&s, 1);
        free(r);
        free(back);
    }
    saved v = save(); /* a kernel without cases has the one named default */
    nt_error why;
    assert_int_equal(load_with(&v, "case", json_string("o2"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "case", json_string("default"), &why), NT_OK);
    drop(&v);
}

/* Results of a machine with more instruction sets can be read and shown on one with fewer. */
static void an_isa_that_cannot_run_here(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    char config[NT_CONFIG_TEXT];
    nt_config c = made_up_config(mathop(), NT_F64);
    c.isa = NT_ISA_AVX512;
    nt_config_format(mathop(), &c, config, sizeof config);
    environment_set("NESTUNE_MAX_ISA", "scalar");
    assert_int_equal(nt_config_runs(mathop(), NT_F64, &c, &why), NT_EISA);
    json_t *root = json_loadb(v.text, v.n, 0, NULL), *row;
    size_t i;
    json_array_foreach(json_object_get(root, "results"), i, row)
    {
        json_object_set_new(row, "config", json_string(config));
        json_object_set_new(row, "default_config", json_string(config));
    }
    write_sealed(root, v.path);
    result *r = empty_like(v.r);
    if (result_load(r, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    environment_set("NESTUNE_MAX_ISA", NULL);
    assert_int_equal(r->n_rows, 3);
    for (int k = 0; k < r->n_rows; k++)
        assert_true(r->row[k].config.isa == NT_ISA_AVX512 && r->row[k].default_config.isa == NT_ISA_AVX512);
    check_fit_for_a_header(r);
    free(r);
    drop(&v);
}

static void too_many_rows(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    r->n_rows = RESULT_MOST_ROWS - 2;
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_int_equal(r->n_rows, RESULT_MOST_ROWS - 2);
    check_reason(why.text);
    free(r);
    drop(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_configs),
        cmocka_unit_test(hostile_numbers),
        cmocka_unit_test(hostile_counts),
        cmocka_unit_test(hostile_classes),
        cmocka_unit_test(rows_that_contradict_each_other),
        cmocka_unit_test(hostile_cases),
        cmocka_unit_test(an_isa_that_cannot_run_here),
        cmocka_unit_test(too_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
