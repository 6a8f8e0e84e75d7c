/*
 * journal_runner.c - a trial_runner that takes known answers from a journal
 * SPDX-License-Identifier: MIT
 */
#include "store/journal_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/text.h"
#include "measure/trial_json.h"

static int by_key(const void *a, const void *b)
{
    const struct recorded *x = a, *y = b;
    const int order = strcmp(x->key, y->key);
    return order ? order : (x->record > y->record) - (x->record < y->record);
}

/* The first recorded answer to this ask that has not been used yet. */
static struct recorded *find_unused(journal_runner *r, const char *key)
{
    size_t low = 0, high = r->n_answers;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(r->answers[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < r->n_answers && strcmp(r->answers[low].key, key) == 0; low++)
        if (!r->answers[low].used)
            return &r->answers[low];
    return NULL;
}

/* Returns 1 if *answer is a recorded one. */
static int replay(journal_runner *r, const trial_ask *ask, trial_answer *answer)
{
    char *key = trial_ask_text(ask);
    struct recorded *found = key ? find_unused(r, key) : NULL;
    free(key);
    if (!found)
        return 0;
    trial_ask recorded;
    found->used = 1;
    if (trial_from_json(journal_record(r->j, found->record), &recorded, answer, NULL) != NT_OK)
        return 0;
    r->n_replayed++;
    r->replayed_s += answer->wall_s;
    r->elapsed_s += answer->wall_s;
    r->last_s = r->next->now_s(r->next);
    return 1;
}

static void record(journal_runner *r, const trial_ask *ask, const trial_answer *answer)
{
    nt_error why;
    json_t *object = trial_to_json(ask, answer);
    nt_status status = NT_EARG;
    if (object)
        status = journal_append(r->j, object, &why);
    else
        snprintf(why.text, sizeof why.text, "a trial's answer holds a number that is not finite");
    json_decref(object);
    if (status == NT_OK)
        return;
    r->n_unrecorded++;
    if (r->status == NT_OK) {
        r->status = status;
        r->why = why;
    }
}

static void run(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    journal_runner *r = (journal_runner *)self;
    /* A config that cannot run has no text form; refusing it again costs nothing. */
    const int recordable = nt_config_check(ask->kernel, &ask->config, NULL) == NT_OK;
    if (recordable && replay(r, ask, answer))
        return;
    r->next->run(r->next, ask, answer);
    r->n_new++;
    /* Time between two trials counts as part of the later one.  So a replay finds the clock where it was, and
     * a caller with a deadline stops at the same place. */
    const double now = r->next->now_s(r->next);
    trial_answer kept = *answer;
    kept.wall_s = now - r->last_s;
    r->elapsed_s += kept.wall_s;
    r->last_s = now;
    if (recordable)
        record(r, ask, &kept);
    else
        r->n_unrecorded++;
}

static double now_s(trial_runner *self)
{
    const journal_runner *r = (const journal_runner *)self;
    return r->elapsed_s; /* between trials nothing takes time but the journal's own writing */
}

nt_status journal_runner_init(journal_runner *r, journal *j, trial_runner *next, journal_damage_fn *on_damage,
                              void *context, nt_error *why)
{
    *r = (journal_runner){.runner = {run, now_s}, .j = j, .next = next};
    r->last_s = next->now_s(next); /* elapsed_s begins with 0: then a replay adds up the very same numbers */
    const size_t n = journal_n_records(j);
    r->answers = calloc(n + 1, sizeof *r->answers);
    for (size_t i = 0; r->answers && i < n; i++) {
        trial_ask ask;
        trial_answer answer;
        nt_error wrong;
        if (!trial_json_is(journal_record(j, i)))
            continue;
        if (trial_from_json(journal_record(j, i), &ask, &answer, &wrong) != NT_OK) {
            text_make_printable(wrong.text);
            if (on_damage)
                on_damage(context, journal_line(j, i), wrong.text);
            continue;
        }
        char *key = trial_ask_text(&ask);
        if (!key) {
            journal_runner_free(r);
            break;
        }
        r->answers[r->n_answers++] = (struct recorded){key, i, 0};
    }
    if (!r->answers) {
        if (why)
            snprintf(why->text, sizeof why->text, "out of memory for a journal of %zu records", n);
        return NT_ENOMEM;
    }
    qsort(r->answers, r->n_answers, sizeof *r->answers, by_key);
    return NT_OK;
}

void journal_runner_free(journal_runner *r)
{
    for (size_t i = 0; i < r->n_answers; i++)
        free(r->answers[i].key);
    free(r->answers);
    r->answers = NULL;
    r->n_answers = 0;
}
