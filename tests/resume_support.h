/*
 * resume_support.h - the files of a tune of mathop that may have been killed
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_RESUME_SUPPORT_H
#define TESTS_RESUME_SUPPORT_H

#include <jansson.h>
#include <stdio.h>

#include "core/tuned_parse.h"
#include "program.h"
#include "scratch.h"
#include "store/journal_line.h"

static char machine_id[64];

static inline void detect_machine(void)
{
    nt_machine m;
    nt_machine_detect(&m);
    nt_machine_id(&m, machine_id, sizeof machine_id);
}

static inline const char *file_of(const char *out, const char *name)
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
static inline char *ask_of(json_t *record)
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
static inline int count_repeats(char **asks, int n)
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

static inline trials read_journal(const char *out)
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
static inline void check_files(const char *out)
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

#endif /* TESTS_RESUME_SUPPORT_H */
