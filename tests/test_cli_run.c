/*
 * test_cli_run.c - journals, output and signals of whole runs
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sys/file.h>
#include <sys/syscall.h>

#include "cli_support.h"
#include "core/tuned_parse.h"
#include "store/journal_line.h"

/* The header there is one that the library could be built with. */
static void check_header(const char *folder)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s/tuned.h", folder, machine_id);
    nt_tuned tuned;
    nt_error why;
    if (nt_tuned_read(path, &tuned, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_tuned_free(&tuned);
}

/* ---- Journals ------------------------------------------------------------------------------------- */

static void journals_that_cannot_be_resumed(void **state)
{
    (void)state;
    fresh_copy();
    const uint64_t before = tree_of(copy);
    program p = RUN(NULL, "run", "--resume", "--budget", "2", "--shape", "64x24x32", "--out", copy);
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

/* No folder, no journal, or one whose first line was never written. */
static void resuming_nothing_begins(void **state)
{
    (void)state;
    tree_remove(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    for (int i = 0; i < 3; i++) {
        program p = RUN_TO_THE_END("run", "mathop", "--resume", TUNE_ARGS);
        assert_non_null(strstr(p.text[1], "nothing to resume in "));
        assert_non_null(strstr(p.text[1], "mathop.jsonl: beginning anew"));
        assert_null(strstr(p.text[1], "taken from the journal"));
        program_free(&p);
        check_header(copy);
        if (i == 0)
            assert_int_equal(unlink(in_results("mathop.jsonl")), 0);
        else
            spill(in_results("mathop.jsonl"), "", 0);
    }
}

/* A file system without locks: one line, and on. */
static void without_locks_it_goes_on(void **state)
{
    (void)state;
    static const int errors[] = {ENOSYS, ENOTSUP, ENOLCK};
    for (int i = 0; i < 3; i++) {
        tree_remove(copy);
        const setting no_locks = {.denied = SYS_flock, .denied_errno = errors[i]};
        program p = RUN(&no_locks, "run", "mathop", i == 0 ? "scale" : "--json", TUNE_ARGS);
        if (p.code == PROGRAM_CANNOT_EXEC)
            skip();
        if (p.code != OK)
            fail_msg("%d: %s", p.code, p.text[1]);
        const char *said = strstr(p.text[1], "mathop.jsonl cannot be locked here (");
        assert_non_null(said);
        assert_null(strstr(said + strlen("mathop.jsonl cannot"), "cannot be locked here"));
        program_free(&p);
        check_header(copy);
    }
}

/* Whatever is opened first would take the number of what is closed. */
static void closed_standard_files(void **state)
{
    (void)state;
    static const unsigned sets[] = {1, 2, 4, 7};
    for (int i = 0; i < 4; i++) {
        const unsigned closed = sets[i];
        const setting s = {.closed = closed};
        tree_remove(copy);
        program p = RUN(&s, "run", "mathop", TUNE_ARGS);
        if (p.code != OK)
            fail_msg("closed: %u; code %d: %s", closed, p.code, p.text[1]);
        assert_int_equal(p.n[0] == 0, (closed & 2) != 0);
        assert_int_equal(p.n[1] == 0, (closed & 4) != 0);
        program_free(&p);
        check_header(copy);
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

/* ---- What it says when all is well ------------------------------------------------------------------ */

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
    json_decref(root);
    program_free(&p);
    p = RUN(NULL, "machine", "--id");
    assert_int_equal(p.code, OK);
    p.text[0][strcspn(p.text[0], "\n")] = '\0';
    assert_string_equal(p.text[0], machine_id);
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
    assert_true(tree_of(home) == before);
}

static void a_short_run_with_json(void **state)
{
    (void)state;
    tree_remove(copy);
    const double begin_s = program_now_s();
    program p = RUN_TO_THE_END("run", TEST_SANITIZED ? "--budget=10" : "--budget=3", "--dtype", "f32",
                               "--json", "--out", copy, "mathop");
    /* The least rounds of the row at hand may run over the budget: seconds, not minutes. */
    assert_true(program_now_s() - begin_s < 90);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "results");
    assert_true(json_array_size(rows) >= 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "kernel")), "mathop");
    assert_string_equal(json_string_value(json_object_get(json_object_get(root, "machine"), "id")),
                        machine_id);
    /* Four rows are asked for: what is not there is named. */
    const char *left_out = json_string_value(json_object_get(root, "not_searched"));
    assert_true(json_array_size(rows) == 4 || (left_out && strstr(left_out, "mathop/f32/")));
    assert_non_null(strstr(p.text[1], "tuned.h"));
    assert_null(strchr(p.text[1], '\r')); /* a bar only on a terminal */
    assert_null(strchr(p.text[1], '\x1b'));
    json_decref(root);
    program_free(&p);
    check_header(copy);
}

/* Cases go through results, journal and header; those that are not tuned again stay. */
static void cases_are_rows_of_their_own(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = RUN_TO_THE_END("run", "wave", "--case", "o6", "--json", TUNE_ARGS);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "results");
    assert_int_equal(json_array_size(rows), 1); /* of a stencil in cache: many steps alone */
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "case")), "o6");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0), "steps")), 16);
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

static program start_tune(const char *budget_s, const char *out)
{
    const char *const argv[] = {NT_AUTOTUNE, "run",     "mathop",   "--budget", budget_s, "--dtype",
                                "f32",       "--shape", "64x24x32", "--out",    out,      NULL};
    return program_start(argv, NULL);
}

/* The worker, once there is one. */
static pid_t worker_of(program *p)
{
    pid_t worker = 0;
    for (int i = 0; i < 400 && worker == 0; i++) {
        worker = child_of(p->pid);
        program_listen(p, program_now_s() + 0.02);
    }
    assert_true(worker > 0);
    return worker;
}

/* Before there is anything to say: the earlier results stand. */
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

/* A tune of two rows, after the first; worker: whom it asks. */
static program begun(pid_t *worker)
{
    tree_remove(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    program p = start_tune("5", copy);
    *worker = worker_of(&p);
    for (int i = 0; i < 3000 && !strstr(p.text[1], "[1/2]"); i++)
        program_listen(&p, program_now_s() + 0.01);
    assert_non_null(strstr(p.text[1], "[1/2]"));
    return p;
}

/* Every line of the journal is a record. */
static void check_journal(void)
{
    size_t size = 0;
    char *text = slurp(in_results("mathop.jsonl"), &size), what[JOURNAL_LINE_WHAT];
    assert_non_null(text);
    assert_true(size > 0 && text[size - 1] == '\n');
    for (char *line = text, *end; line < text + size; line = end + 1) {
        end = strchr(line, '\n');
        json_t *record = journal_line_parse(line, (size_t)(end - line), what);
        if (!record)
            fail_msg("%s", what);
        json_decref(record);
    }
    free(text);
}

/* A terminal that goes is told twice: by the kernel, and by the shell. */
static void a_lost_terminal_writes_the_best_so_far(void **state)
{
    (void)state;
    pid_t worker;
    program p = begun(&worker);
    kill(p.pid, SIGHUP);
    sleep_s(0.01);
    kill(p.pid, SIGHUP);
    program_end(&p, 20);
    assert_int_equal(p.code, INTERRUPTED);
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    check_header(copy);
    check_journal();
}

/* As by `2>&1 | head -3`, and by `| head -1` of the table alone. */
static void a_broken_pipe_writes_the_best_so_far(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        pid_t worker;
        program p = begun(&worker);
        for (int i = last; i < 2; i++) {
            close(p.fd[i]);
            p.fd[i] = -1;
        }
        const double until_s = program_now_s() + 60;
        while (!is_gone(p.pid) && program_now_s() < until_s)
            sleep_s(0.01);
        program_end(&p, 1);
        assert_int_equal(p.signal, 0);
        assert_int_equal(p.code, INTERRUPTED);
        program_free(&p);
        assert_true(is_gone_within(worker, 1));
        check_header(copy);
        check_journal();
    }
}

static void show_into_a_closed_pipe_is_quiet(void **state)
{
    (void)state;
    const char *const argv[] = {NT_AUTOTUNE, "show", "--out", home, NULL};
    program p = program_start(argv, NULL);
    close(p.fd[0]);
    p.fd[0] = -1;
    program_end(&p, 20);
    assert_int_equal(p.n[1], 0);
    program_free(&p);
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
    const bool left_out = strstr(p.text[1], "not searched: mathop/f32/in_cache/many") != NULL;
    assert_non_null(strstr(p.text[0], "mathop"));
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    check_header(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_non_null(strstr(header, "in_cache one"));
    assert_true((strstr(header, "in_cache many") == NULL) == left_out);
    free(header);
}

static void two_interrupts_end_it_at_once(void **state)
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
        cmocka_unit_test(journals_that_cannot_be_resumed),
        cmocka_unit_test(resuming_nothing_begins),
        cmocka_unit_test(without_locks_it_goes_on),
        cmocka_unit_test(closed_standard_files),
        cmocka_unit_test(damaged_records_are_named_and_left_out),
        cmocka_unit_test(list_names_all_kernels),
        cmocka_unit_test(machine_says_what_was_detected),
        cmocka_unit_test(show_shows_what_was_found),
        cmocka_unit_test(a_short_run_with_json),
        cmocka_unit_test(cases_are_rows_of_their_own),
        cmocka_unit_test(the_rows_of_other_kernels_stay),
        cmocka_unit_test(an_early_interrupt_leaves_all_as_it_was),
        cmocka_unit_test(a_later_interrupt_writes_the_best_so_far),
        cmocka_unit_test(a_lost_terminal_writes_the_best_so_far),
        cmocka_unit_test(a_broken_pipe_writes_the_best_so_far),
        cmocka_unit_test(show_into_a_closed_pipe_is_quiet),
        cmocka_unit_test(two_interrupts_end_it_at_once),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(the_tuner_outlives_its_worker),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
