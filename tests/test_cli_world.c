/*
 * test_cli_world.c - runs of the tuner where files, locks, terminals and readers are missing
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "cli_run_support.h"
#include "store/journal_line.h"

/* ---- Files and locks ------------------------------------------------------------------------------ */

/* No folder, no journal, or one whose first line was never written. */
static void resume_without_a_journal_begins_anew(void **state)
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

/* A file system without locks: one line is printed, and the run goes on. */
static void runs_without_file_locks(void **state)
{
    (void)state;
    static const int errors[] = {ENOSYS, ENOTSUP, ENOLCK};
    for (int i = 0; i < 3; i++) {
        tree_remove(copy);
        const setting no_locks = {.denied = SYS_flock, .denied_errno = errors[i]};
        program p = RUN_FOR_ROWS(&no_locks, "run", "mathop", i == 0 ? "scale" : "--json", TUNE_ARGS);
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

/* The first file that the program opens would get the number of a closed one. */
static void runs_with_standard_files_closed(void **state)
{
    (void)state;
    static const unsigned sets[] = {1, 2, 4, 7};
    for (int i = 0; i < 4; i++) {
        const unsigned closed = sets[i];
        const setting s = {.closed = closed};
        tree_remove(copy);
        program p = RUN_FOR_ROWS(&s, "run", "mathop", TUNE_ARGS);
        if (p.code != OK)
            fail_msg("closed: %u; code %d: %s", closed, p.code, p.text[1]);
        assert_int_equal(p.n[0] == 0, (closed & 2) != 0);
        assert_int_equal(p.n[1] == 0, (closed & 4) != 0);
        program_free(&p);
        check_header(copy);
    }
}

/* ---- Terminals and pipes -------------------------------------------------------------------------- */

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

/* When a terminal disappears, the process gets SIGHUP twice: from the kernel and from the shell. */
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

static void show_into_a_closed_pipe_prints_no_error(void **state)
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

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resume_without_a_journal_begins_anew),
        cmocka_unit_test(runs_without_file_locks),
        cmocka_unit_test(runs_with_standard_files_closed),
        cmocka_unit_test(a_lost_terminal_writes_the_best_so_far),
        cmocka_unit_test(a_broken_pipe_writes_the_best_so_far),
        cmocka_unit_test(show_into_a_closed_pipe_prints_no_error),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
