/*
 * test_cli_machines.c - autotune check, and results on their way to others: run --contribute, check --merge
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "cli_support.h"
#include "result_fixture.h"
#include "store/build_flags.h"
#include "store/contribution.h"

static bool is_fit(void)
{
    char what[160];
    return !build_flags_unfit(nt_build_info()->flags, what, sizeof what);
}

static void refuses_bad_arguments(void **state)
{
    (void)state;
    char damaged[128], missing[128];
    snprintf(damaged, sizeof damaged, "%s/a-file", home);
    snprintf(missing, sizeof missing, "%s/none", home);
    const struct {
        const char *args[6], *needs[3];
        int code;
    } cases[] = {
        {{"check", missing}, {"/none", "No such file"}, IO},
        {{"check", damaged}, {"a-file:1"}, STALE},
        {{"check", home}, {"/tuned.h"}, IO},
        {{"check", ""}, {"no header"}, USAGE},
        {{"check", "a", "b"}, {"b", "one header"}, USAGE},
        {{"check", "--budget", "0"}, {"--budget 0"}, USAGE},
        {{"check", "--merge", ""}, {"--merge"}, USAGE},
        {{"check", "--merge", "x", "y"}, {"--merge", "header"}, USAGE},
        {{"check", "--merge", "x", "--json"}, {"--merge", "--json"}, USAGE},
        {{"check", "--merge", "x", "--kernel", NT_PLANTED}, {"--merge", "--kernel"}, USAGE},
        {{"check", "--out", "x"}, {"--out", "--merge"}, USAGE},
        {{"run", "pi", "--contribute", "--budget", "2"}, {"--contribute"}, is_fit() ? USAGE : FAILED},
        {{"run", "pi", "--contribute", "--kernel", NT_PLANTED}, {"--contribute", "--kernel"}, USAGE},
        {{"run", "--contribute", "--effort", "quick"}, {"--contribute"}, is_fit() ? USAGE : FAILED},
    };
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = run_with(NULL, cases[i].args);
        n_bad += !is_refusal(&p, cases[i].code, cases[i].needs, cases[i].args[1]);
        program_free(&p);
    }
    assert_int_equal(n_bad, 0);
}

/* What an earlier contribution left would be sent along. */
static void refuses_a_folder_that_is_there(void **state)
{
    (void)state;
    char folder[160];
    nt_machine here;
    nt_machine_detect(&here);
    contribution_folder(&here, folder);
    const bool made = mkdir(folder, 0755) == 0;
    program p = RUN(NULL, "run", "pi", "--contribute");
    if (made)
        rmdir(folder);
    assert_int_equal(p.code, is_fit() ? IO : FAILED);
    assert_non_null(strstr(p.text[1], is_fit() ? folder : "--contribute"));
    program_free(&p);
}

/* All rows of this short run are timed again, or are the default; the exit code agrees with the table. */
static void checks_a_header(void **state)
{
    (void)state;
    program p = RUN(NULL, "check", results, "--budget", "3", "--json");
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "rows");
    size_t n_lost = 0;
    assert_true(json_array_size(rows) > 0);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *found = json_string_value(json_object_get(row, "state"));
        n_lost += strcmp(found, "slower") == 0 || strcmp(found, "fails") == 0;
        assert_string_not_equal(found, "stale");
        assert_string_equal(json_string_value(json_object_get(row, "kernel")), "mathop");
        assert_int_equal(json_integer_value(json_array_get(json_object_get(row, "shape"), 0)),
                         64); /* as tuned */
    }
    assert_int_equal(p.code, n_lost > 0 ? FAILED : OK);
    json_decref(root);
    program_free(&p);
    /* A row of another version is stale, whatever the others do. */
    fresh_copy();
    char *text = slurp(in_results("tuned.h"), NULL), *at = strstr(text, "row mathop default "), made[4000];
    assert_non_null(at);
    char *end = strstr(text, "NT_TUNED_LINE(\"end ");
    *end = '\0';
    at += strlen("row mathop default ");
    snprintf(made, sizeof made, "%.*s77%s", (int)(at - text), text, at + strspn(at, "0123456789"));
    char *sealed = tuned_sealed(made);
    spill(in_results("tuned.h"), sealed, strlen(sealed));
    free(sealed);
    free(text);
    p = RUN(NULL, "check", in_results("tuned.h"), "--budget", "1");
    assert_int_equal(p.code, STALE);
    assert_non_null(strstr(p.text[0], "stale: its rows are for version 77 of mathop"));
    program_free(&p);
}

/* As if these results were of a usual run on the whole machine. */
static void make_usual(void)
{
    json_t *root = json_load_file(in_results("mathop.json"), 0, NULL), *row,
           *machine = json_object_get(root, "machine");
    size_t i;
    assert_non_null(root);
    json_array_foreach(json_object_get(root, "results"), i, row)
        json_object_set_new(row, "settings", json_string(""));
    json_object_set_new(root, "not_searched", json_string(""));
    json_object_set(machine, "cores", json_object_get(machine, "threads_allowed"));
    write_sealed(root, in_results("mathop.json"));
}

static void merges_what_is_usual(void **state)
{
    (void)state;
    char to[80], folder[160];
    snprintf(to, sizeof to, "%.60s.merged", home);
    snprintf(folder, sizeof folder, "%s/%s", to, machine_id);
    fresh_copy();
    program p = RUN(NULL, "check", "--merge", results, "--out", to);
    assert_int_equal(p.code, is_fit() ? STALE : FAILED);
    if (is_fit()) {
        assert_non_null(strstr(p.text[1], "mathop.json: tuned with --budget "));
        assert_non_null(strstr(p.text[1], "--shape 64x24x32"));
    }
    assert_int_not_equal(access(to, F_OK), 0);
    program_free(&p);
    if (!is_fit())
        skip();
    make_usual();
    p = RUN(NULL, "check", "--merge", results, "--out", to);
    if (p.code != OK)
        fail_msg("%s", p.text[1]);
    assert_non_null(strstr(p.text[0], folder));
    program_free(&p);
    tree_of(to);
    assert_int_equal(tree_files, 2);
    /* The same again changes nothing; results that it lacks are not lost. */
    const uint64_t before = tree_of(to);
    p = RUN(NULL, "check", "--merge", results, "--out", to);
    assert_int_equal(p.code, OK);
    program_free(&p);
    assert_true(tree_of(to) == before);
    char other[200];
    snprintf(other, sizeof other, "%s/wave.json", folder);
    spill(other, "{}", 2);
    p = RUN(NULL, "check", "--merge", results, "--out", to);
    assert_int_equal(p.code, STALE);
    assert_non_null(strstr(p.text[1], "wave.json is there and not in the contribution"));
    program_free(&p);
    assert_int_equal(unlink(other), 0);
    /* Nor are rows of a kernel that both have: here those of f64. */
    snprintf(other, sizeof other, "%s/mathop.json", folder);
    json_t *root = json_load_file(other, 0, NULL), *rows = json_object_get(root, "results"),
           *row = json_deep_copy(json_array_get(rows, 0));
    json_object_set_new(row, "dtype", json_string("f64"));
    json_array_append_new(rows, row);
    write_sealed(root, other);
    const uint64_t more = tree_of(to);
    p = RUN(NULL, "check", "--merge", results, "--out", to);
    assert_int_equal(p.code, STALE);
    assert_non_null(strstr(p.text[1], "mathop.json has the row mathop default f64 "));
    program_free(&p);
    assert_true(tree_of(to) == more);
    tree_remove(to);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(refuses_a_folder_that_is_there),
        cmocka_unit_test(checks_a_header),
        cmocka_unit_test(merges_what_is_usual),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
