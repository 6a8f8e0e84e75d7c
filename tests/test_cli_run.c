/*
 * test_cli_run.c - journals, output and signals of whole runs
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sys/file.h>

#include "cli_run_support.h"

/* ---- Journals ------------------------------------------------------------------------------------- */

static void refuses_journals_that_cannot_be_resumed(void **state)
{
    (void)state;
    fresh_copy();
    const uint64_t before = tree_of(copy);
    program p = RUN(NULL, "run", "--resume", "--budget", "4", "--shape", "64x24x32", "--out", copy);
    check_refusal(&p, STALE, (const char *const[3]){"dtypes"}, "other dtypes");
    program_free(&p);
    assert_true(tree_of(copy) == before);

    const int fd = open(in_results("mathop.jsonl"), O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl", "in use"}, "in use");
    program_free(&p);
    p = RUN(NULL, "run", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl", "in use"}, "in use");
    program_free(&p);
    close(fd);
    assert_true(tree_of(copy) == before);

    static const char *const headers[] = {"\n", "{}\n", "\x1b[2J\n",
                                          "{\"n\":2,\"crc\":\"00000000\",\"r\":{}}\n"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        spill(in_results("mathop.jsonl"), headers[i], strlen(headers[i]));
        const uint64_t damaged = tree_of(copy);
        p = RUN(NULL, "run", "--resume", TUNE_ARGS);
        assert_int_equal(p.code, STALE);
        assert_non_null(strstr(p.text[1], "no readable header"));
        program_free(&p);
        assert_true(tree_of(copy) == damaged);
    }
}

static void damaged_records_are_named_and_left_out(void **state)
{
    (void)state;
    fresh_copy();
    size_t n = 0;
    char *text = slurp(in_results("mathop.jsonl"), &n);
    assert_non_null(text);
    /* One bit in the third line; the last line torn. */
    char *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
    third[60] ^= 4;
    spill(in_results("mathop.jsonl"), text, n - 9);
    free(text);
    program p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    if (p.code != OK)
        fail_msg("%d: %s", p.code, p.text[1]);
    assert_non_null(strstr(p.text[1], "mathop.jsonl:3: "));
    assert_non_null(strstr(p.text[1], "trials taken from the journal"));
    program_free(&p);
}

/* ---- Output of runs without errors ------------------------------------------------------------------ */

static void list_names_all_kernels(void **state)
{
    (void)state;
    program text = RUN(NULL, "list"), p = RUN(NULL, "list", "--json");
    assert_int_equal(text.code, OK);
    assert_int_equal(p.code, OK);
    assert_int_equal(p.n[1], 0);
    json_t *root = json_of(&p);
    const json_t *kernels = json_object_get(root, "kernels");
    assert_int_equal(json_array_size(kernels), nt_kernel_count());
    for (int k = 0; k < nt_kernel_count(); k++) {
        const nt_kernel *kernel = nt_kernel_at(k);
        assert_string_equal(json_string_value(json_object_get(json_array_get(kernels, (size_t)k), "name")),
                            kernel->name);
        assert_non_null(strstr(text.text[0], kernel->name));
        for (const nt_variant *v = kernel->variants; v->name; v++)
            assert_non_null(strstr(text.text[0], v->name));
        for (const nt_form *f = kernel->forms; f->name; f++)
            assert_non_null(strstr(text.text[0], f->name));
        const json_t *cases = json_object_get(json_array_get(kernels, (size_t)k), "cases");
        const nt_case *c;
        size_t n = 0;
        for (; (c = nt_kernel_case_at(kernel, (int)n)); n++) {
            const json_t *one = json_array_get(cases, n), *work = json_object_get(one, "work_per_vector");
            assert_string_equal(json_string_value(json_object_get(one, "name")), c->name);
            assert_int_equal(json_integer_value(json_object_get(one, "radius")),
                             nt_kernel_radius(kernel, c->params));
            assert_true(json_is_integer(json_object_get(one, "flops_per_cell")));
            assert_true(json_is_integer(json_object_get(work, "fma")));
            assert_true(!kernel->field || json_integer_value(json_object_get(work, "load")) > 0);
            assert_int_equal(json_is_true(json_object_get(one, "tuned")), c->tuned);
        }
        assert_int_equal(json_array_size(cases), n);
    }
    json_decref(root);
    program_free(&text);
    program_free(&p);
}

static void machine_says_what_was_detected(void **state)
{
    (void)state;
    program p = RUN(NULL, "machine", "--json");
    assert_int_equal(p.code, OK);
    assert_int_equal(p.n[1], 0);
    json_t *root = json_of(&p);
    const json_t *machine = json_object_get(root, "machine"), *roofs = json_object_get(root, "roofs");
    assert_string_equal(json_string_value(json_object_get(machine, "id")), machine_id);
    assert_int_equal(json_integer_value(json_object_get(machine, "threads_allowed")), nt_threads_allowed());
    assert_true(json_array_size(roofs) >= 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(roofs, 0), "threads")), 1);
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(roofs, json_array_size(roofs) - 1), "threads")),
        nt_threads_allowed());
    assert_true(json_real_value(json_object_get(json_array_get(roofs, 0), "memory_gbytes_per_s")) > 0);
    assert_true(json_real_value(json_object_get(json_array_get(roofs, 0), "f64_gflops")) > 0);
    const json_t *f32 = json_object_get(json_object_get(root, "instructions"), "f32");
    static const char *const kinds[] = {"add", "fma", "fp", "int_mul", "any", "load"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_true(json_real_value(json_object_get(json_object_get(f32, "rates"), kinds[i])) > 0);
    assert_true(json_array_size(json_object_get(f32, "mixes")) >= 3);
    assert_true(json_real_value(json_object_get(root, "wake_us")) > 0);
    json_decref(root);
    program_free(&p);
    p = RUN(NULL, "machine", "--id");
    assert_int_equal(p.code, OK);
    p.text[0][strcspn(p.text[0], "\n")] = '\0';
    assert_string_equal(p.text[0], machine_id);
    program_free(&p);
}

/* All combinations, as text, JSON and CSV. */
static void a_study_times_all_combinations(void **state)
{
    (void)state;
    char csv[100];
    snprintf(csv, sizeof csv, "%s/loops.csv", copy);
    fresh_copy();
    program p = RUN(NULL, "study", "--shape", "64x32x8", "--rounds", "2", "--orders", "zyx,yzx", "--json", "--csv", csv,
                    "--map");
    if (p.code != OK)
        fail_msg("%d: %s", p.code, p.text[1]);
    json_t *root = json_of(&p);
    const json_t *cells = json_object_get(root, "combinations"), *map = json_object_get(root, "map");
    int n_teams = 1; /* powers of two, and all */
    for (int n = 2; n < nt_threads_allowed(); n *= 2)
        n_teams++;
    assert_int_equal(json_array_size(cells), 2 + 4 * 2 * n_teams);
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *c = json_array_get(cells, i);
        assert_string_equal(json_string_value(json_object_get(c, "class")), "correct");
        assert_true(json_number_value(json_object_get(c, "ns_per_cell")) > 0);
        assert_int_equal(json_integer_value(json_object_get(c, "rounds")), 2);
    }
    assert_true(json_array_size(map) >= 2);
    json_decref(root);
    program_free(&p);
    size_t n = 0;
    char *text = slurp(csv, &n);
    int lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 1 + 2 + 4 * 2 * n_teams);
    free(text);
    p = RUN(NULL, "study", "wave", "--shape", "32x32x32", "--rounds", "1", "--loops", "serial,outer", "--orders", "zyx");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "synchronis."));
    program_free(&p);
}

static void show_shows_what_was_found(void **state)
{
    (void)state;
    const uint64_t before = tree_of(home);
    program text = RUN(NULL, "show", "--out", home), p = RUN(NULL, "show", "mathop", "--json", "--out", home);
    assert_int_equal(text.code, OK);
    assert_int_equal(p.code, OK);
    static const char *const words[] = {"mathop",  "serial", "outer",    "middle", "inner", "flat",
                                        "default", "tuned",  "64x24x32", "isa=",   "95%"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_non_null(strstr(text.text[0], words[i]));
    json_t *root = json_of(&p);
    assert_in_range(json_array_size(json_object_get(root, "results")), 1, 2);
    json_decref(root);
    program_free(&text);
    program_free(&p);
    p = RUN(NULL, "show", "--model", "--out", home);
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "expected"));
    program_free(&p);
    assert_true(tree_of(home) == before);
}

static void a_short_run_with_json(void **state)
{
    (void)state;
    tree_remove(copy);
    const double begin_s = program_now_s();
    program p = RUN_TO_THE_END("run", TEST_SANITIZED ? "--budget=10" : "--budget=2", "--dtype", "f32",
                               "--json", "--out", copy, "mathop");
    /* The fewest rounds of the current row may exceed the budget: by seconds, not by minutes. */
    assert_true(program_now_s() - begin_s < 90);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "results");
    assert_true(json_array_size(rows) >= 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "kernel")), "mathop");
    assert_string_equal(json_string_value(json_object_get(json_object_get(root, "machine"), "id")),
                        machine_id);
    /* Six rows are asked for: those that are missing are named. */
    const char *left_out = json_string_value(json_object_get(root, "not_searched"));
    assert_true(json_array_size(rows) == 6 || (left_out && strstr(left_out, "mathop/f32/")));
    assert_non_null(strstr(p.text[1], "tuned.h"));
    assert_null(strchr(p.text[1], '\r')); /* a bar only on a terminal */
    assert_null(strchr(p.text[1], '\x1b'));
    json_decref(root);
    program_free(&p);
    check_header(copy);
}

/* It says what it is about to do, does all of it, and ends with enough. */
static void an_exhaustive_run(void **state)
{
    (void)state;
    tree_remove(copy);
    for (int enough = 0; enough < 2; enough++) {
        program p = RUN(NULL, "run", "primes", "--effort", "exhaustive", "--shape", "20000x1x1", "--threads", "1", "--out", copy,
                        "--stop-at", enough ? "0.01" : "1");
        if (p.code != OK)
            fail_msg("code %d: %s", p.code, p.text[1]);
        assert_non_null(strstr(p.text[1], "every config of primes"));
        assert_non_null(strstr(p.text[1], " configs, about "));
        assert_non_null(strstr(p.text[0], " configs"));
        program_free(&p);
    }
}

/* Cases go through results, journal and header; those that are not tuned again stay. */
static void cases_are_rows_of_their_own(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = RUN_TO_THE_END("run", "wave", "--case", "o6", "--json", TUNE_ARGS);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "results");
    const size_t n_rows = json_array_size(rows); /* one step, and many if there was time */
    assert_true(n_rows == 1 || n_rows == 2);
    for (size_t i = 0; i < n_rows; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_string_equal(json_string_value(json_object_get(row, "case")), "o6");
        const char *shape_class = json_string_value(json_object_get(row, "class")); /* by the size of this CPU's second level */
        assert_true(strcmp(shape_class, "l2") == 0 || strcmp(shape_class, "l3") == 0);
        assert_int_equal(json_integer_value(json_object_get(row, "steps")), i == 0 ? 1 : 16);
    }
    json_decref(root);
    program_free(&p);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    char *journal = slurp(in_results("wave.jsonl"), NULL);
    assert_true(strstr(journal, "\"case\":\"o6\",") && strstr(journal, "\"cases\":[\"o6\"]"));
    free(journal);

    /* One row at a time: a busy machine may finish no more. */
    static const char *const cases[][2] = {{"--case=o2", "wave o2 "}, {"--case=o16", "wave o16 "}};
    for (int i = 0; i < 2; i++) {
        p = RUN_TO_THE_END("run", cases[i][0], "wave", TUNE_ARGS);
        assert_true(strstr(p.text[0], cases[i][1]) && strstr(p.text[0], "GPts/s"));
        program_free(&p);
    }
    char *header = slurp(in_results("tuned.h"), NULL);
    for (int order = 2; order <= 16; order += 2) {
        char row[40];
        snprintf(row, sizeof row, "row wave o%d ", order);
        assert_true((strstr(header, row) != NULL) == (order == 2 || order == 6 || order == 16));
    }
    free(header);
    check_header(copy);
    p = RUN(NULL, "show", "--out", copy);
    assert_int_equal(p.code, OK);
    assert_true(strstr(p.text[0], "wave o6 ") && strstr(p.text[0], "wave o16 "));
    assert_non_null(strstr(p.text[0], "ulp of the sum of absolute terms"));
    program_free(&p);
}

static void the_rows_of_other_kernels_stay(void **state)
{
    (void)state;
    fresh_copy();
    program p = RUN_TO_THE_END("run", "scale", TUNE_ARGS);
    program_free(&p);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_true(strstr(header, "row mathop ") && strstr(header, "row scale "));
    free(header);
    check_header(copy);
    p = RUN_TO_THE_END("run", "--fresh", "scale", TUNE_ARGS);
    program_free(&p);
    header = slurp(in_results("tuned.h"), NULL);
    assert_true(!strstr(header, "row mathop ") && strstr(header, "row scale "));
    free(header);
    check_header(copy);
}

/* ---- Signals -------------------------------------------------------------------------------------- */

/* Before there is any result: the earlier results stay. */
static void an_early_interrupt_leaves_all_as_it_was(void **state)
{
    (void)state;
    fresh_copy();
    char *json = slurp(in_results("mathop.json"), NULL), *header = slurp(in_results("tuned.h"), NULL);
    const char *old = in_results("mathop.jsonl.old");
    unlink(old);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    while (access(old, F_OK) != 0) /* then the first trial begins */
        assert_false(program_listen(&p, program_now_s() + 0.001));
    kill(p.pid, SIGINT);
    program_end(&p, 20);
    assert_int_equal(p.code, INTERRUPTED);
    assert_non_null(strstr(p.text[1], "no row was finished; nothing was written"));
    assert_int_equal(p.n[0], 0);
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    char *json_now = slurp(in_results("mathop.json"), NULL), *header_now = slurp(in_results("tuned.h"), NULL);
    assert_string_equal(header, header_now);
    assert_string_equal(json, json_now);
    free(json);
    free(header);
    free(json_now);
    free(header_now);
}

static void a_later_interrupt_writes_the_best_so_far(void **state)
{
    (void)state;
    pid_t worker;
    program p = begun(&worker);
    kill(p.pid, SIGINT);
    program_end(&p, 20);
    assert_int_equal(p.code, INTERRUPTED);
    /* The second row was begun, and has a best, or is named. */
    const bool left_out = strstr(p.text[1], "not searched: mathop/f32/l2/many") != NULL;
    assert_non_null(strstr(p.text[0], "mathop"));
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    check_header(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_non_null(strstr(header, "f32 l2 one"));
    assert_true((strstr(header, "f32 l2 many") == NULL) == left_out);
    free(header);
}

static void the_second_interrupt_ends_the_program(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    program_listen(&p, program_now_s() + 0.5);
    kill(p.pid, SIGINT);
    kill(p.pid, SIGTERM);
    sleep_s(0.001);
    kill(p.pid, SIGINT);
    program_end(&p, 5);
    assert_true(p.signal == SIGINT || p.code == INTERRUPTED);
    program_free(&p);
    assert_true(is_gone_within(worker, 2));
}

static void the_worker_dies_with_the_tuner(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    program_listen(&p, program_now_s() + 0.7);
    kill(p.pid, SIGKILL);
    program_end(&p, 5);
    assert_int_equal(p.signal, SIGKILL);
    program_free(&p);
    assert_true(is_gone_within(worker, 2));
}

/* A worker that dies costs a trial. */
static void the_tuner_outlives_its_worker(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("3", copy);
    for (int i = 0; i < 3; i++) {
        const pid_t worker = worker_of(&p);
        program_listen(&p, program_now_s() + 0.4);
        kill(worker, SIGKILL);
        assert_true(is_gone_within(worker, 2));
    }
    program_end(&p, 60);
    if (p.code != OK)
        fail_msg("%d: %s", p.code, p.text[1]);
    program_free(&p);
    check_header(copy);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_journals_that_cannot_be_resumed),
        cmocka_unit_test(damaged_records_are_named_and_left_out),
        cmocka_unit_test(list_names_all_kernels),
        cmocka_unit_test(machine_says_what_was_detected),
        cmocka_unit_test(show_shows_what_was_found),
        cmocka_unit_test(a_study_times_all_combinations),
        cmocka_unit_test(a_short_run_with_json),
        cmocka_unit_test(an_exhaustive_run),
        cmocka_unit_test(cases_are_rows_of_their_own),
        cmocka_unit_test(the_rows_of_other_kernels_stay),
        cmocka_unit_test(an_early_interrupt_leaves_all_as_it_was),
        cmocka_unit_test(a_later_interrupt_writes_the_best_so_far),
        cmocka_unit_test(the_second_interrupt_ends_the_program),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(the_tuner_outlives_its_worker),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
