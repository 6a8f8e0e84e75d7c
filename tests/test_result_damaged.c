/*
 * test_result_damaged.c - result files that are not what was written: stale, cut, mutated, or something else
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "result_fixture.h"
#include "store/result_json.h"

/* Loads what stands in the file now; the rows must be these, or none. */
static nt_status load_changed(const saved *v, const char *what, nt_error *why)
{
    result *r = empty_like(v->r);
    r->n_rows = 1; /* of another kernel, which must stay */
    r->row[0] = v->r->row[0];
    *why = (nt_error){""};
    const nt_status status = result_load(r, mathop(), v->s.folder, why);
    if (status == NT_OK) {
        check_fit_for_a_header(r);
        result *added = empty_like(r);
        added->n_rows = r->n_rows - 1;
        memcpy(added->row, r->row + 1, (size_t)added->n_rows * sizeof *r->row);
        if (!same_rows(added, v->back))
            fail_msg("%s: taken for results, and others", what);
        free(added);
    } else {
        assert_true(status == NT_ESTALE || status == NT_EIO);
        check_reason(why->text);
        assert_int_equal(r->n_rows, 1);
    }
    free(r);
    return status;
}

/* ---- Stale ---------------------------------------------------------------------------------------- */

/* Loads the saved file with one member of its key changed. */
static void load_with_key(saved *v, const char *name, json_t *value, nt_error *why)
{
    json_t *root = json_loadb(v->text, v->n, 0, NULL);
    assert_non_null(root);
    json_t *key = json_object_get(root, "key");
    assert_non_null(json_object_get(key, name));
    assert_int_equal(value ? json_object_set_new(key, name, value) : json_object_del(key, name), 0);
    write_sealed(root, v->path);
    assert_int_equal(load_changed(v, name, why), NT_ESTALE);
}

static void names_both_values_that_differ(void **state)
{
    (void)state;
    static const char *const names[] = {
        "format",   "kernel",   "kernel_version",  "vendor",   "family", "model", "stepping", "l1d_bytes",
        "l2_bytes", "l3_bytes", "threads_allowed", "compiler", "flags",  "sleef", "nestune"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        load_with_key(&v, names[i], json_string("another"), &why);
        if (!strstr(why.text, names[i]) || !strstr(why.text, "another"))
            fail_msg("%s: %s", names[i], why.text);
        load_with_key(&v, names[i], json_integer(77777), &why);
        if (!strstr(why.text, names[i]) || !strstr(why.text, "77777"))
            fail_msg("%s: %s", names[i], why.text);
        load_with_key(&v, names[i], NULL, &why);
        assert_non_null(strstr(why.text, names[i]));
        load_with_key(&v, names[i], json_string("\x1b[2J\n*/"), &why);
    }
    load_with_key(&v, "family", json_integer(15), &why);
    assert_true(strstr(why.text, "15") && strstr(why.text, "6"));
    drop(&v);
}

static void refuses_results_of_another_machine(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    r->machine.model_id++;
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_true(strstr(why.text, "model") && strstr(why.text, "85") && strstr(why.text, "86"));
    assert_int_equal(r->n_rows, 0);
    free(r);
    drop(&v);
}

/* ---- Damaged -------------------------------------------------------------------------------------- */

static void every_truncation(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    for (size_t n = 0; n < v.n; n += test_emulated() ? 17 : 1) {
        char what[40];
        spill(v.path, v.text, n);
        snprintf(what, sizeof what, "cut after %zu bytes", n);
        const nt_status status = load_changed(&v, what, &why);
        assert_true(status == NT_ESTALE || n + 2 > v.n);
    }
    drop(&v);
}

static void every_flipped_bit(void **state)
{
    (void)state;
    const size_t step = TEST_SANITIZED || test_emulated() ? 17 : 1;
    saved v = save();
    nt_error why;
    char *text = malloc(v.n);
    assert_non_null(text);
    memcpy(text, v.text, v.n);
    for (size_t bit = 0; bit < 8 * v.n; bit += step) {
        char what[60];
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        spill(v.path, text, v.n);
        snprintf(what, sizeof what, "bit %zu of byte %zu flipped", bit % 8, bit / 8);
        /* Blanks between values and newlines may stand for each other. */
        const bool blank = text[bit / 8] == ' ' || text[bit / 8] == '\n' || text[bit / 8] == '\t' || text[bit / 8] == '\r';
        if (load_changed(&v, what, &why) == NT_OK && !blank)
            fail_msg("%s: not noticed", what);
        text[bit / 8] = v.text[bit / 8];
    }
    free(text);
    drop(&v);
}

static void thousands_of_mutations(void **state)
{
    (void)state;
    enum { MUTATIONS = 4000 };
    saved v = save();
    rng r = rng_make(5);
    nt_error why;
    char *text = malloc(v.n + 1);
    assert_non_null(text);
    int taken = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(text, v.text, v.n);
        const size_t at = (size_t)rng_below(&r, (int64_t)v.n);
        const char before = text[at];
        switch (i % 4) {
        case 0: text[at] = (char)(text[at] ^ 1 << rng_below(&r, 8)); break;
        case 1: text[at] = (char)rng_below(&r, 256); break;
        case 2: text[at] = "0123456789.-eE,:{}[]\"\n \x1b"[rng_below(&r, 24)]; break;
        default: memmove(text + at, text + at + 1, v.n - at - 1); break; /* one byte less */
        }
        spill(v.path, text, v.n - (i % 4 == 3));
        char what[80];
        snprintf(what, sizeof what, "mutation %d: byte %zu, 0x%02x to 0x%02x", i, at, (unsigned char)before,
                 (unsigned char)text[at]);
        taken += load_changed(&v, what, &why) == NT_OK;
    }
    assert_true(taken < MUTATIONS / 4); /* blanks may come and go */
    free(text);
    drop(&v);
}

/* ---- Other files ---------------------------------------------------------------------------------- */

static void reports_the_missing_file(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    unlink(v.path);
    assert_int_equal(load_changed(&v, "no file", &why), NT_EIO);
    assert_non_null(strstr(why.text, v.path));
    drop(&v);
}

static void refuses_other_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "null",
                                        "[]",
                                        "{}",
                                        "{\"results\":[]}",
                                        "{\"key\":{}}",
                                        "\xff\xfe",
                                        "{\"key\":1}",
                                        "\x1b[2J",
                                        "{\"a\":\x1b[31m}",
                                        "{\"results\":[\x07"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        spill(v.path, texts[i], strlen(texts[i]));
        assert_int_equal(load_changed(&v, texts[i], &why), NT_ESTALE);
    }
    const size_t deep = 100000;
    char *text = malloc(deep);
    assert_non_null(text);
    memset(text, '[', deep);
    spill(v.path, text, deep);
    assert_int_equal(load_changed(&v, "deep", &why), NT_ESTALE);
    free(text);
    assert_int_equal(truncate(v.path, 100 << 20), 0);
    assert_int_equal(load_changed(&v, "huge", &why), NT_EIO);
    unlink(v.path);
    assert_int_equal(mkdir(v.path, 0755), 0);
    assert_int_equal(load_changed(&v, "a folder", &why), NT_EIO);
    drop(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_both_values_that_differ),
        cmocka_unit_test(refuses_results_of_another_machine),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(thousands_of_mutations),
        cmocka_unit_test(reports_the_missing_file),
        cmocka_unit_test(refuses_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
