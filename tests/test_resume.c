/*
 * test_resume.c - a tune that is killed is resumed
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "resume_support.h"

static const char *budget_s = "4";

static program start(const char *out, bool resume)
{
    const char *const argv[] = {NT_AUTOTUNE, "run",     "mathop", "--budget",
                                budget_s,    "--dtype", "f32",    "--shape",
                                "64x24x32",  "--out",   out,      resume ? "--resume" : NULL,
                                NULL};
    return program_start(argv, NULL);
}

/* Waits for a number of trials in the journal. */
static void wait_for_trials(program *p, const char *out, int n)
{
    const double until_s = program_now_s() + 60;
    for (;;) {
        check_files(out);
        if (read_journal(out).n >= n)
            return;
        if (program_listen(p, program_now_s() + 0.02) || program_now_s() > until_s)
            fail_msg("ended before %d trials: %s", n, p->text[1]);
    }
}

static void taken_and_made(const program *p, int *taken, int *made)
{
    const char *line = strstr(p->text[1], " trials taken from the journal");
    assert_non_null(line);
    while (line > p->text[1] && line[-1] != ' ')
        line--;
    assert_int_equal(sscanf(line, "%d trials taken from the journal, %d made", taken, made), 2);
}

/* The result of the first attempt that finds time for a row: a busy machine may be slow. */
static void check_finished(const program *p, const char *out)
{
    if (p->code != 0)
        fail_msg("code %d, signal %d: %s", p->code, p->signal, p->text[1]);
    assert_int_equal(access(file_of(out, "tuned.h"), F_OK), 0);
    assert_int_equal(access(file_of(out, "mathop.json"), F_OK), 0);
    check_files(out);
}

/* ---- Killed --------------------------------------------------------------------------------------- */

static void killed_after(int n_trials)
{
    const scratch s = scratch_make();
    program p = start(s.folder, false);
    wait_for_trials(&p, s.folder, n_trials);
    kill(p.pid, SIGKILL);
    program_end(&p, 10);
    program_free(&p);
    check_files(s.folder);
    const trials before = read_journal(s.folder);
    assert_true(before.n >= n_trials && before.n_torn <= 1);

    const double begin_s = program_now_s();
    program again = start(s.folder, true);
    program_end(&again, 100);
    check_finished(&again, s.folder);
    const double took_s = program_now_s() - begin_s;
    int taken, made;
    taken_and_made(&again, &taken, &made);
    program_free(&again);
    const trials after = read_journal(s.folder);
    assert_int_equal(after.n, before.n + made);
    /* A clock that replays trials but not what lay between them may send the search a trial further before
     * its final, and so leave out some of the rounds that were made. */
    if (taken < before.n - 1 - before.n / 10)
        fail_msg("%d of %d recorded trials were taken over, %d made", taken, before.n, made);
    if (after.repeats > 1)
        fail_msg("%d trials were repeated; before the resume %d", after.repeats, before.repeats);
    assert_true(took_s < 60);
    tree_remove(s.folder);
}

static void killed_while_the_arithmetic_is_chosen(void **state)
{
    (void)state;
    killed_after(3);
}

static void killed_in_the_search(void **state)
{
    (void)state;
    killed_after(30);
}

static void killed_in_a_final(void **state)
{
    (void)state;
    killed_after(90);
}

static void killed_twice(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    program p = start(s.folder, false);
    for (int kills = 1; kills <= 2; kills++) {
        wait_for_trials(&p, s.folder, 25 * kills);
        kill(p.pid, SIGKILL);
        program_end(&p, 10);
        program_free(&p);
        check_files(s.folder);
        p = start(s.folder, true);
    }
    program_end(&p, 100);
    check_finished(&p, s.folder);
    int taken, made;
    taken_and_made(&p, &taken, &made);
    assert_true(taken >= 45);
    program_free(&p);
    const trials after = read_journal(s.folder);
    assert_true(after.repeats <= 1 && after.n_torn <= 2);
    tree_remove(s.folder);
}

/* Nothing is left to do: the same result, except for what fits into the last seconds of the budget. */
static void a_finished_tune_is_replayed(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    program p = start(s.folder, false);
    program_end(&p, 100);
    check_finished(&p, s.folder);
    program_free(&p);
    const trials before = read_journal(s.folder);
    assert_int_equal(before.n_torn, 0);
    assert_int_equal(before.repeats, 0);
    const double begin_s = program_now_s();
    p = start(s.folder, true);
    program_end(&p, 100);
    check_finished(&p, s.folder);
    int taken, made;
    taken_and_made(&p, &taken, &made);
    if (taken < before.n - before.n / 10 || made > before.n / 4 + 10)
        fail_msg("%d of %d taken over, %d made", taken, before.n, made);
    assert_true(program_now_s() - begin_s < 4);
    program_free(&p);
    tree_remove(s.folder);
}

/* With a larger budget it goes on where the first one ended.  A smaller one may be spent already: what was
 * found stays. */
static void another_budget_goes_on(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    budget_s = "2";
    program p = start(s.folder, false);
    program_end(&p, 100);
    program_free(&p); /* a busy machine may finish no row */
    const trials before = read_journal(s.folder);
    int taken, made;
    budget_s = "8";
    p = start(s.folder, true);
    program_end(&p, 100);
    check_finished(&p, s.folder);
    taken_and_made(&p, &taken, &made);
    program_free(&p);
    if (taken < before.n / 2 || made == 0)
        fail_msg("%d of %d taken over, %d made", taken, before.n, made);
    const trials after = read_journal(s.folder);
    assert_int_equal(after.n, before.n + made);
    assert_true(after.repeats <= 1 && after.n_torn == 0);
    budget_s = "2";
    p = start(s.folder, true);
    program_end(&p, 100);
    assert_true(p.code == 0 || strstr(p.text[1], "no row was finished"));
    program_free(&p);
    check_files(s.folder);
    assert_int_equal(access(file_of(s.folder, "mathop.json"), F_OK), 0);
    budget_s = "4";
    tree_remove(s.folder);
}

/* Without --resume a new journal begins, and the old one stands beside it. */
static void a_new_run_puts_the_old_journal_aside(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    program p = start(s.folder, false);
    wait_for_trials(&p, s.folder, 10);
    kill(p.pid, SIGKILL);
    program_end(&p, 10);
    program_free(&p);
    size_t n = 0, n_old = 0;
    char *journal = slurp(file_of(s.folder, "mathop.jsonl"), &n);
    p = start(s.folder, false);
    const double until_s = program_now_s() + 20;
    while (access(file_of(s.folder, "mathop.jsonl.old"), F_OK) != 0 && program_now_s() < until_s)
        program_listen(&p, program_now_s() + 0.02);
    kill(p.pid, SIGKILL);
    program_end(&p, 10);
    program_free(&p);
    char *old = slurp(file_of(s.folder, "mathop.jsonl.old"), &n_old);
    assert_non_null(old);
    assert_int_equal(n, n_old);
    assert_memory_equal(journal, old, n);
    free(journal);
    free(old);
    tree_remove(s.folder);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    detect_machine();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_while_the_arithmetic_is_chosen),
        cmocka_unit_test(killed_in_the_search),
        cmocka_unit_test(killed_in_a_final),
        cmocka_unit_test(killed_twice),
        cmocka_unit_test(a_finished_tune_is_replayed),
        cmocka_unit_test(another_budget_goes_on),
        cmocka_unit_test(a_new_run_puts_the_old_journal_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
