/*
 * journal_runner.h - a trial_runner that takes known answers from a journal
 * SPDX-License-Identifier: MIT
 *
 * It wraps another runner.  If the journal has the answer to an ask, it returns that.  It passes any other
 * ask on, and records the answer before run() returns.  The same ask may come several times, as in paired
 * rounds: the k-th time gets the k-th answer.  So a search that depends only on answers and time runs again
 * in the same way, and after a kill repeats at most one trial.
 */
#ifndef AUTOTUNE_JOURNAL_RUNNER_H
#define AUTOTUNE_JOURNAL_RUNNER_H

#include <stdint.h>

#include "store/journal.h"
#include "measure/trial.h"

typedef struct journal_runner {
    /* The runner to give to the search.  With each answer, replayed or new, its clock advances by what
     * that answer cost.  So a budget includes what was spent before, and decisions by the clock come out
     * the same. */
    trial_runner runner;
    journal *j;
    trial_runner *next;
    struct recorded {
        char *key;
        size_t record;
        int used;
    } * answers; /* by key, then by record */
    size_t n_answers;

    /* For the caller to read: */
    int64_t n_replayed, n_new;
    int64_t n_unrecorded; /* new answers that could not be written, or had an invalid config */
    double replayed_s;
    double elapsed_s, last_s; /* this clock, and the wrapped runner's, at the last answer */
    nt_status status; /* the first failure to record an answer; NT_OK: none */
    nt_error why;
} journal_runner;

/*
 * journal_runner_init() - reads the journal's records.
 *
 * It calls on_damage for a record that is no valid trial, and leaves it out.  The journal and the next runner
 * remain the caller's, and must outlive this runner.
 * Errors:  NT_ENOMEM.
 */
nt_status journal_runner_init(journal_runner *r, journal *j, trial_runner *next, journal_damage_fn *on_damage,
                              void *context, nt_error *why);

/* journal_runner_free() - frees what init allocated; the counts stay readable. */
void journal_runner_free(journal_runner *r);

#endif /* AUTOTUNE_JOURNAL_RUNNER_H */
