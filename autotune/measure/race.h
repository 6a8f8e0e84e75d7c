/*
 * race.h - paired, interleaved timing of a few asks
 * SPDX-License-Identifier: MIT
 *
 * Each round times every entrant once, in turn, so all times of a round are taken within moments of each
 * other.  On a shared machine the speed drifts: times from different rounds cannot be compared, ratios within
 * a round can.  Every second round runs in reverse order, and rounds come in pairs, so that over a pair the
 * first entrant is timed first and last.
 */
#ifndef AUTOTUNE_RACE_H
#define AUTOTUNE_RACE_H

#include <signal.h>
#include <stdbool.h>

#include "measure/stats.h"
#include "measure/trial.h"

enum { RACE_MOST = 24 };

typedef struct race_entrant {
    trial_ask ask;         /* the race sets reps, asks for times alone, and checks in the first round alone */
    trial_outcome outcome; /* after its first failure an entrant is out */
    char detail[TRIAL_DETAIL];
    uint64_t hash;
    int most_rounds;            /* it is timed in the first so many rounds only; 0: in all */
    double seconds[STATS_MOST]; /* one per round */
} race_entrant;

typedef struct race {
    trial_runner *runner;
    race_entrant entrant[RACE_MOST];
    int n;
    int n_rounds;                      /* rounds that all entrants completed */
    bool only_time;                    /* results need not be compared, in no round */
    bool whole_runs;                   /* all steps in every round; else, where only times are asked for, as few as
                                          tell them (trial_shorten()) */
    double pair_s;                     /* how long the last two rounds took; 0: not known of the next ones */
    const volatile _Atomic sig_atomic_t *stop; /* may be NULL */
    int stop_from;                     /* a request to stop counts from this round on */
} race;

/* race_add() - adds an entrant; returns its index, -1 if the race is full. */
int race_add(race *r, const trial_ask *ask);

/* race_pair() - a race of two configs of one ask: the reference is entrant 0, the candidate entrant 1. */
enum { RACE_REFERENCE, RACE_CANDIDATE };
race race_pair(trial_runner *runner, trial_ask ask, const nt_config *reference, const nt_config *candidate);

/* race_run() - runs more rounds, in pairs, until `least` rounds are done and another pair would end after the
 * deadline, or `most` are done.  The first two rounds compare results, too. */
void race_run(race *r, int least, int most, double deadline_s);

/* race_expect() - an entrant must give the same bits as the entrant `as`; otherwise its outcome becomes
 * TRIAL_WRONG. */
void race_expect(race *r, int entrant, int as);

/* race_expect_hash() - the same, with a known hash. */
void race_expect_hash(race *r, int entrant, uint64_t hash);

/* race_goes_on() - the entrant has not failed, and is timed in the next round, too. */
bool race_goes_on(const race *r, int entrant);

/* race_next_s() - about how long the entrant takes in the next round, if one has been completed. */
double race_next_s(const race *r, int entrant);

/* race_fastest() - of those that go on; -1 if there is none. */
int race_fastest(const race *r);

/* race_keep() - only the fastest n go on. */
void race_keep(race *r, int n);

/* race_median() - seconds of a run; HUGE_VAL if it failed or no round was completed. */
double race_median(const race *r, int entrant);

/* race_ratio() - a's time over b's, round by round; n is 0 if there is nothing to compare. */
stats_interval race_ratio(const race *r, int a, int b);

/* race_surely_faster() - is a's time below `bound` times b's?  It errs at most once in two
 * thousand decisions. */
int race_surely_faster(const race *r, int a, int b, double bound);

#endif /* AUTOTUNE_RACE_H */
