/*
 * journal_runner.h - a trial_runner that remembers
 * SPDX-License-Identifier: MIT
 *
 * It stands in front of another runner.  An ask whose answer is in the journal gets that; any other
 * is passed on, and recorded before run() returns.  The same ask may come several times, as in
 * paired rounds: the k-th gets the k-th answer.  So a search that depends on answers and time alone
 * is replayed as it was, and a killed one repeats at most the trial it was killed in.
 */
#ifndef AUTOTUNE_JOURNAL_RUNNER_H
#define AUTOTUNE_JOURNAL_RUNNER_H

#include <stdint.h>

#include "store/journal.h"
#include "measure/trial.h"

typedef struct journal_runner {
    /* What the search is given.  Its clock goes on with each answer, replayed or new, by what it cost: so a
     * budget counts what was spent before, and whoever decides by the clock decides the same again. */
    trial_runner runner;
    journal *j;
    trial_runner *next;
    struct recorded {
        char *key;
        size_t record;
        int used;
    } * answers; /* by key, then by record */
    size_t n_answers;

    /* To be read: */
    int64_t n_replayed, n_new;
    int64_t n_unrecorded; /* new ones that could not be written, or named no valid config */
    double replayed_s;
    double elapsed_s, last_s; /* this clock and the wrapped one, at the last answer */
    nt_status status; /* the first failure to record one; NT_OK: none */
    nt_error why;
} journal_runner;

/*
 * journal_runner_init() - takes up what the journal holds.
 *
 * A record that is no valid trial is named to on_damage and left out.  The journal and the
 * next runner stay the caller's and must outlive it.
 * Errors:  NT_ENOMEM.
 */
nt_status journal_runner_init(journal_runner *r, journal *j, trial_runner *next, journal_damage_fn *on_damage,
                              void *context, nt_error *why);

/* journal_runner_free() - frees what init took; the counts stay readable. */
void journal_runner_free(journal_runner *r);

#endif /* AUTOTUNE_JOURNAL_RUNNER_H */
