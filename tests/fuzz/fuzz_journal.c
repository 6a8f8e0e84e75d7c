/*
 * fuzz_journal.c - the readers of a journal and of its trials
 * SPDX-License-Identifier: MIT
 *
 * Flag 1: each line is a record, to be framed with its length and CRC.  Flag 2: the header that is asked for comes
 * first.  Flag 4: a record is appended, and the journal read again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "measure/trial_json.h"
#include "nestune/crc32.h"
#include "store/journal_line.h"
#include "store/journal_runner.h"

enum { FRAMED = 1, HEADED = 2, APPENDED = 4 };

static json_t *key(void)
{
    static json_t *made; /* kept: a sanitizer sees it here */
    if (!made)
        made = json_pack("{s:s, s:i}", "machine", "zen5", "format", 1);
    return made;
}

/* ---- Seeds ------------------------------------------------------------------------------------------ */

static json_t *trial_of(const nt_kernel *k, trial_outcome outcome)
{
    trial_ask ask = {.kernel = k,
                     .kernel_case = nt_kernel_case_at(k, 0),
                     .dtype = NT_F64,
                     .shape = {100, k->field ? 10000 : 1, k->field ? 16 : 1},
                     .steps = 5,
                     .in_place = 1,
                     .config = nt_config_blank(k),
                     .reps = 3,
                     .check = 1};
    trial_answer answer = {.outcome = outcome, .hash = 42, .wall_s = 0.5, .timed_s = 0.25};
    for (int i = 0; i < 3 && outcome == TRIAL_OK; i++)
        answer.seconds[answer.n++] = 0.125 * (i + 1);
    if (outcome != TRIAL_OK)
        strcpy(answer.detail, "SIGSEGV");
    return trial_to_json(&ask, &answer);
}

/* Records alone, and in whole journals. */
static void seeds(fuzz_take_fn *take, void *context)
{
    static const char *const kernels[] = {"mathop", "wave", "primes"};
    json_t *header = json_pack("{s:O}", "header", key());
    for (size_t i = 0; i < 2 * sizeof kernels / sizeof *kernels; i++) {
        char whole[4096];
        size_t n = 0;
        json_t *record = trial_of(nt_kernel_find(kernels[i / 2]), i % 2 ? TRIAL_CRASH : TRIAL_OK);
        char *head = journal_line_format(header, &n), *line = journal_line_format(record, &n), *text = trial_record_text(record);
        snprintf(whole, sizeof whole, "%s%s", head, line);
        fuzz_take_text(take, context, i % 2 ? APPENDED : 0, whole);
        fuzz_take_text(take, context, FRAMED | HEADED | (i % 2 ? APPENDED : 0), text);
        free(head);
        free(line);
        free(text);
        json_decref(record);
    }
    json_decref(header);
}

static void words(fuzz_take_fn *take, void *context)
{
    static const char *const list[] = {
        "{\"n\":", ",\"crc\":\"", "\",\"r\":", "}\n", "\"type\":\"trial\"", "\"kernel\":", "\"case\":", "\"dtype\":\"f32\"",
        "\"shape\":[", "\"steps\":", "\"in_place\":", "\"config\":\"", "\"reps\":", "\"window_s\":", "\"only_time\":",
        "\"cut_s\":", "\"check\":", "\"class\":", "\"detail\":", "\"hash\":", "\"seconds\":[", "\"timed_s\":",
        "\"wall_s\":", "\"header\":{", "runtime", "timeout", "memory", "constraints", "correctness", "isa=", "variant=",
        "parallel=", "tile=", "depth=", "1e308", "-1", "null", "true", "\\u0000", NULL};
    fuzz_take_words(take, context, list);
}

/* ---- Reading ---------------------------------------------------------------------------------------- */

typedef struct damages {
    size_t n;
    int64_t last;
} damages;

static void on_damage(void *context, int64_t line, const char *what)
{
    damages *d = context;
    fuzz_require_reason(what);
    fuzz_require(line > d->last, "damage is not told line by line");
    d->last = line;
    d->n++;
}

/* Damage of records is told after that of lines, and begins at any line again. */
static void on_wrong_trial(void *context, int64_t line, const char *what)
{
    (void)context;
    fuzz_require_reason(what);
    fuzz_require(line > 0, "a trial without a line");
}

/* Two trials that print the same are the same. */
static void print_and_read(const json_t *record)
{
    trial_ask ask;
    trial_answer answer;
    if (trial_from_json(record, &ask, &answer, NULL) != NT_OK)
        return;
    json_t *printed = trial_to_json(&ask, &answer);
    fuzz_require(printed != NULL, "a trial that was read cannot be printed");
    fuzz_require(trial_from_json(printed, &ask, &answer, NULL) == NT_OK, "a trial that was printed is refused");
    json_t *again = trial_to_json(&ask, &answer);
    fuzz_require(json_equal(printed, again), "printed again it is another trial");
    json_decref(printed);
    json_decref(again);
}

static void no_run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    (void)self, (void)ask, (void)answer;
    fuzz_require(false, "a recorded trial is asked again");
}

static double no_time(trial_runner *self)
{
    (void)self;
    return 0;
}

/* Each record that is a trial answers its ask. */
static void replay(journal *j)
{
    trial_runner none = {no_run, no_time};
    journal_runner jr;
    if (journal_runner_init(&jr, j, &none, on_wrong_trial, NULL, NULL) != NT_OK)
        return;
    for (size_t i = 0; i < jr.n_answers; i++) {
        trial_ask ask;
        trial_answer answer;
        fuzz_require(trial_from_json(journal_record(j, jr.answers[i].record), &ask, &answer, NULL) == NT_OK,
                     "a trial was taken that is none");
        jr.runner.run(&jr.runner, &ask, &answer);
    }
    fuzz_require((size_t)jr.n_replayed == jr.n_answers, "an answer was not found");
    journal_runner_free(&jr);
}

/* Lines of a text; the last may lack its newline. */
static size_t count_lines(const char *text, size_t n)
{
    size_t lines = n > 0 && text[n - 1] != '\n';
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Opens it; every line is the header, a record, or was named. */
static journal *open_journal(const char *path, size_t n_lines)
{
    journal *j;
    damages d = {0};
    nt_error why = {""};
    if (journal_open_resume(&j, path, key(), on_damage, &d, &why) != NT_OK) {
        fuzz_require_reason(why.text);
        return NULL;
    }
    fuzz_require(1 + journal_n_records(j) + d.n == n_lines, "a line is neither taken nor named");
    return j;
}

static void append_and_reopen(journal *j, const char *path, size_t n_lines)
{
    const size_t before = journal_n_records(j);
    json_t *record = json_pack("{s:i}", "number", 7);
    fuzz_require(journal_append(j, record, NULL) == NT_OK, "nothing can be appended");
    json_decref(record);
    fuzz_require(journal_close(j, NULL) == NT_OK, "it cannot be closed");
    j = open_journal(path, n_lines + 1);
    fuzz_require(j && journal_n_records(j) == before + 1, "a record was lost");
    journal_close(j, NULL);
}

static char *framed(const char *text, size_t n, bool headed, size_t *size)
{
    enum { FRAME = 64, HEADER = 256 };
    char *made = malloc(HEADER + n + FRAME * (count_lines(text, n) + 1));
    if (!made)
        abort();
    *size = 0;
    if (headed) {
        json_t *header = json_pack("{s:O}", "header", key());
        char *line = journal_line_format(header, size);
        memcpy(made, line, *size);
        free(line);
        json_decref(header);
    }
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        const size_t line_n = end ? (size_t)(end - text) - at : n - at;
        *size += (size_t)sprintf(made + *size, "{\"n\":%zu,\"crc\":\"%08x\",\"r\":", line_n, nt_crc32(0, text + at, line_n));
        memcpy(made + *size, text + at, line_n);
        *size += line_n;
        made[(*size)++] = '}';
        made[(*size)++] = '\n';
        at += line_n + 1;
    }
    return made;
}

static void run(const uint8_t *data, size_t n)
{
    if (n == 0)
        return;
    char *text = (char *)data + 1, *made = NULL;
    size_t size = n - 1;
    if (data[0] & FRAMED)
        text = made = framed((const char *)data + 1, n - 1, data[0] & HEADED, &size);
    const char *path = fuzz_file(text, size);
    const size_t n_lines = count_lines(text, size);
    free(made);

    journal *j = open_journal(path, n_lines);
    if (!j)
        return;
    for (size_t i = 0; i < journal_n_records(j); i++)
        print_and_read(journal_record(j, i));
    replay(j);
    if (data[0] & APPENDED)
        append_and_reopen(j, path, n_lines);
    else
        journal_close(j, NULL);
}

const fuzz_target fuzz_journal = {"journal", seeds, words, run};
