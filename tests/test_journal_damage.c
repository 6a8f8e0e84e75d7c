/*
 * test_journal_damage.c - of a journal of trials, every cut and every flipped bit: named, and never taken for a result
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "ask_support.h"
#include "journal_support.h"
#include "measure/trial_json.h"
#include "program.h"
#include "scratch.h"
#include "store/journal_line.h"
#include "store/journal_runner.h"

enum { TRIALS = 3 };

/* A journal of a few trials, and its text. */
typedef struct trials_file {
    scratch s;
    json_t *record[TRIALS];
    char *text;
    size_t n;
} trials_file;

static json_t *trial_of(int i)
{
    const trial_ask ask = make_ask(i + 1);
    trial_answer answer = {.outcome = i == 1 ? TRIAL_CRASH : TRIAL_OK, .hash = 0xfedcba9876543210u, .wall_s = 0.1 * i};
    if (i == 1)
        strcpy(answer.detail, "SIGSEGV");
    for (int k = 0; k < ask.reps && i != 1; k++)
        answer.seconds[answer.n++] = 1.0 / (3 + i + k);
    return trial_to_json(&ask, &answer);
}

static trials_file make_file(void)
{
    trials_file f = {.s = scratch_make()};
    journal *j;
    make_new(&j, f.s.path);
    for (int i = 0; i < TRIALS; i++) {
        f.record[i] = trial_of(i);
        assert_int_equal(journal_append(j, f.record[i], NULL), NT_OK);
    }
    assert_int_equal(journal_close(j, NULL), NT_OK);
    f.text = slurp(f.s.path, &f.n);
    assert_non_null(f.text);
    return f;
}

static void free_file(trials_file *f)
{
    for (int i = 0; i < TRIALS; i++)
        json_decref(f->record[i]);
    free(f->text);
    scratch_walk(&f->s, 1);
}

static int64_t line_at(const char *text, size_t at)
{
    int64_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static void no_run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    (void)self, (void)ask, (void)answer;
    fail_msg("a recorded trial is made again");
}

static double no_time(trial_runner *self)
{
    (void)self;
    return 0;
}

/* Resumes from these bytes.  Every trial that comes back is one that was recorded, to the last digit.  Returns how many, or
 * -1 where the journal is refused. */
static int resume_from(const trials_file *f, const char *text, size_t n, damages *d)
{
    journal *j;
    journal_runner r;
    nt_error why = {""};
    trial_runner none = {no_run, no_time};
    spill(f->s.path, text, n);
    const nt_status status = resume(&j, f->s.path, d, &why);
    if (status != NT_OK) {
        assert_int_equal(status, NT_ESTALE);
        assert_non_null(strstr(why.text, f->s.path));
        return -1;
    }
    assert_int_equal(journal_runner_init(&r, j, &none, on_damage, d, &why), NT_OK);
    assert_int_equal(r.n_answers, journal_n_records(j)); /* what is left of a record is none */
    for (size_t i = 0; i < journal_n_records(j); i++) {
        bool known = false;
        for (int k = 0; k < TRIALS; k++)
            known |= json_equal(journal_record(j, i), f->record[k]);
        assert_true(known);
    }
    const int found = (int)r.n_answers;
    journal_runner_free(&r);
    assert_int_equal(journal_close(j, NULL), NT_OK);
    return found;
}

static void every_cut(void **state)
{
    (void)state;
    trials_file f = make_file();
    for (size_t n = 0; n <= f.n; n++) {
        damages d = {0};
        /* A line is whole without its newline, too. */
        const bool whole = n == 0 || f.text[n - 1] == '\n' || (n < f.n && f.text[n] == '\n');
        const int lines = (int)line_at(f.text, n < f.n ? n + 1 : n) - 1, found = resume_from(&f, f.text, n, &d);
        assert_int_equal(found, lines - 1);
        assert_int_equal(d.n, !whole);
        assert_true(whole || (d.line == line_at(f.text, n) && *d.what));
    }
    free_file(&f);
}

static void every_flipped_bit(void **state)
{
    (void)state;
    trials_file f = make_file();
    char *text = malloc(f.n);
    assert_non_null(text);
    for (size_t bit = 0; bit < 8 * f.n; bit++) {
        damages d = {0};
        const int64_t line = line_at(f.text, bit / 8);
        memcpy(text, f.text, f.n);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        const int found = resume_from(&f, text, f.n, &d);
        assert_true(d.n > 0 && *d.what);
        assert_in_range(d.line, line, line + 1); /* a bit may make a newline */
        /* Without its newline a line is one with the next. */
        const int lost = f.text[bit / 8] == '\n' && bit / 8 < f.n - 1 ? 2 : 1;
        assert_int_equal(found, line == 1 ? -1 : TRIALS - lost);
    }
    free(text);
    free_file(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut),
        cmocka_unit_test(every_flipped_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
