/*
 * test_resume.c - a tune that is killed is resumed
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdio.h>

#include "core/tuned_parse.h"
#include "program.h"
#include "scratch.h"
#include "store/journal_line.h"

static char machine_id[64];
static const char *budget_s = "4";

static program start(const char *out, bool resume)
{
    const char *const argv[] = {NT_AUTOTUNE, "run",     "mathop", "--budget",
                                budget_s,    "--dtype", "f32",    "--shape",
                                "64x24x32",  "--out",   out,      resume ? "--resume" : NULL,
                                NULL};
    return program_start(argv, NULL);
}

static const char *file_of(const char *out, const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s/%s", out, machine_id, name);
    return path;
}

/* ---- The journal ---------------------------------------------------------------------------------- */

typedef struct trials {
    int n;       /* whole records of trials */
    int n_torn;  /* lines that are none */
    int repeats; /* trials that were made more often than a tune asks for them */
} trials;

/* An ask without its answer, as text. */
static char *ask_of(json_t *record)
{
    static const char *const answers[] = {"class", "detail", "hash", "seconds", "wall_s"};
    json_t *ask = json_deep_copy(record);
    for (int i = 0; i < 5; i++)
        json_object_del(ask, answers[i]);
    char *text = json_dumps(ask, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(ask);
    return text;
}

/* The arithmetic is chosen on the same shape that the first row's search begins with: twice is in order.  A
 * race asks with one repetition, once a round. */
static int count_repeats(char **asks, int n)
{
    int repeats = 0;
    for (int i = 0; i < n; i++) {
        const bool in_race = strstr(asks[i], "\"reps\":1,") != NULL;
        int before = 0;
        for (int k = 0; k < i && !in_race; k++)
            before += strcmp(asks[i], asks[k]) == 0;
        repeats += before >= 2;
    }
    return repeats;
}

static trials read_journal(const char *out)
{
    trials t = {0};
    size_t size = 0;
    char *text = slurp(file_of(out, "mathop.jsonl"), &size), **asks = calloc(20000, sizeof *asks);
    assert_non_null(asks);
    for (char *line = text, *end; text && line < text + size; line = end + 1) {
        char what[JOURNAL_LINE_WHAT];
        end = memchr(line, '\n', (size_t)(text + size - line));
        if (!end)
            end = text + size;
        json_t *record = journal_line_parse(line, (size_t)(end - line), what);
        t.n_torn += !record;
        if (json_is_string(json_object_get(record, "type")) && t.n < 20000)
            asks[t.n++] = ask_of(record);
        json_decref(record);
    }
    t.repeats = count_repeats(asks, t.n);
    for (int i = 0; i < t.n; i++)
        free(asks[i]);
    free(asks);
    free(text);
    return t;
}

/* ---- The other files -------------------------------------------------------------------------------- */

/* Whole, or not there. */
static void check_files(const char *out)
{
    const char *header = file_of(out, "tuned.h");
    nt_tuned tuned;
    nt_error why;
    if (access(header, F_OK) == 0) {
        if (nt_tuned_read(header, &tuned, &why) != NT_OK)
            fail_msg("%s", why.text);
        nt_tuned_free(&tuned);
    }
    const char *json = file_of(out, "mathop.json");
    if (access(json, F_OK) == 0) {
        json_error_t error;
        json_t *root = json_load_file(json, JSON_REJECT_DUPLICATES, &error);
        if (!root)
            fail_msg("%s:%d: %s", json, error.line, error.text);
        assert_non_null(json_object_get(root, "key"));
        json_decref(root);
    }
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
    nt_machine m;
    nt_machine_detect(&m);
    nt_machine_id(&m, machine_id, sizeof machine_id);
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
