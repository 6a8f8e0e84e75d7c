/*
 * search.h - what a search has measured, and its limits
 * SPDX-License-Identifier: MIT
 *
 * A strategy (strategy.h) decides what to try next.  Neither knows a kernel, nor any clock but the runner's, so a test
 * can give them synthetic costs.
 */
#ifndef AUTOTUNE_SEARCH_H
#define AUTOTUNE_SEARCH_H

#include <signal.h>
#include <stdbool.h>

#include "measure/trial.h"
#include "search/space.h"

enum { SEARCH_MOST = 1024 }; /* candidates, unless the search has another limit */

/* Drift below this is not told from the noise of one trial. */
#define SEARCH_DRIFT 0.03

typedef struct candidate {
    nt_config config;
    trial_outcome outcome;
    char detail[TRIAL_DETAIL];
    double seconds;   /* of a run, without the drift; HUGE_VAL where the trial failed */
    bool is_checked;  /* on small shapes */
    bool is_compared; /* its result, with the expected one */
} candidate;

/* What the anchor took: the median, and the extremes, of a few runs one after the other. */
enum { SEARCH_ANCHORS = 3 };
typedef struct search_anchor {
    double seconds, least_s, most_s;
} search_anchor;

typedef struct search {
    trial_runner *runner;
    const space *space;
    trial_ask ask;                     /* all but the config; limit_s is the smallest time limit */
    double deadline_s;                 /* on the runner's clock */
    const volatile _Atomic sig_atomic_t *stop; /* may be NULL */
    uint64_t seed;
    /* A long trial is cut as soon as its candidate is seen to be this many times slower than the best; 0: never. */
    double hopeless;

    double enough_s; /* the search ends with a candidate as fast as this; 0: it does not */

    /* After so many trials the first config, which is then called the anchor, is timed again: what it takes beside its
     * first time is the drift of the machine, by which later times are divided.  0: never. */
    int anchor_every;
    search_anchor anchor;     /* its first times */
    double anchored_s, anchor_cost_s; /* when it was timed last, and how long this took */
    double drift, most_drift; /* now, and what was farthest from 1; 0: not watched */
    int n_unanchored, n_uncompared;
    bool plain_failed; /* neither the default schedule nor the serial one worked */
    bool has_expected; /* the hash that every schedule of this arithmetic must give */
    uint64_t expected;

    candidate *tried; /* in the order in which they were; it may move when another one is tried */
    int n_tried, n_failed;
    int most;      /* 0: SEARCH_MOST */
    int room;      /* for so many candidates, and twice as many slots */
    int *slot;     /* the memo: a hash table of places in tried[], each one more than the place; 0: free */
    int best;      /* index; -1 until one has worked */
    int guessed;   /* index of what a model expected to be the fastest of all; -1: none */
    bool complete; /* the search ended by itself, before its time or room did */

    void (*on_trial)(void *context, const candidate *c, bool is_best);
    void *context;
} search;

/* search_free() - frees the memo; the search may be set up again. */
void search_free(search *s);

/* search_over() - time is up, somebody asked to stop, the best is fast enough, or the memo is full. */
bool search_over(const search *s);

/*
 * search_begin() - tries the default schedule, whose result every other one must give; if it fails, the
 * serial one.  Must be called first.
 */
void search_begin(search *s);

/* search_find() - the candidate of a canonical config; NULL if it was not tried. */
const candidate *search_find(const search *s, const nt_config *config);

/*
 * search_try() - the candidate of a config, measured unless it was before.
 * If its result was compared and its hash differs from the expected one, it is TRIAL_WRONG.  If the default and serial schedules have
 * failed, the first candidate that works sets the expected hash, provided that the trial checks its answer
 * (ask.check).  Without that check there is nothing to compare with, and all candidates are TRIAL_WRONG.
 * NULL if there is no room for another candidate.
 */
const candidate *search_try(search *s, nt_config config);

/* search_is_right() - is the config's result, if it was tried, the expected one?  Compares it now, unless it has been; a wrong
 * one fails. */
bool search_is_right(search *s, const nt_config *config);

/* search_compare() - the same for the best; if it is wrong, the next takes its place.  Call it after a search; within it, this
 * happens now and then. */
void search_compare(search *s);

/* search_top() - indices of the fastest n candidates that worked, fastest first; returns how many. */
int search_top(const search *s, int *index, int n);

#endif /* AUTOTUNE_SEARCH_H */
