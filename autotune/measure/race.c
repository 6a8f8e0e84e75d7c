/*
 * race.c - paired, interleaved timing of a few asks
 * SPDX-License-Identifier: MIT
 */
#include "measure/race.h"

#include <math.h>
#include <stdio.h>

/* In the first rounds all answers are hashed: twice, so that each entrant is compared with itself, too.  Then only
 * times matter. */
enum { HASHED_ROUNDS = 2 };

int race_add(race *r, const trial_ask *ask)
{
    if (r->n == RACE_MOST)
        return -1;
    race_entrant *e = &r->entrant[r->n];
    e->ask = *ask;
    e->ask.reps = 1;
    e->outcome = TRIAL_OK;
    e->detail[0] = '\0';
    return r->n++;
}

race race_pair(trial_runner *runner, trial_ask ask, const nt_config *reference, const nt_config *candidate)
{
    race r = {.runner = runner};
    ask.config = *reference;
    race_add(&r, &ask);
    ask.config = *candidate;
    race_add(&r, &ask);
    return r;
}

/* Makes the next round's ask out of an entrant's.  Returns how many times as long the whole run takes. */
static double ask_next(const race *r, trial_ask *ask)
{
    const int64_t steps = ask->steps;
    double whole = 1;
    ask->check = ask->check && r->n_rounds == 0;
    if (r->only_time || r->n_rounds >= HASHED_ROUNDS)
        whole = trial_shorten(ask);
    if (!r->whole_runs)
        return whole;
    ask->steps = steps;
    return 1;
}

static void time_once(race *r, race_entrant *e)
{
    trial_answer answer = {0};
    trial_ask ask = e->ask;
    const double whole = ask_next(r, &ask);
    r->runner->run(r->runner, &ask, &answer);
    e->outcome = answer.outcome;
    if (e->outcome == TRIAL_OK &&
        (answer.n < 1 || (r->n_rounds > 0 && !ask.only_time && answer.hash != e->hash)))
        e->outcome = TRIAL_WRONG;
    if (e->outcome != TRIAL_OK) {
        snprintf(e->detail, sizeof e->detail, "%s",
                 answer.detail[0] ? answer.detail : "the result differs from its own in an earlier round");
        return;
    }
    if (!ask.only_time)
        e->hash = answer.hash;
    e->seconds[r->n_rounds] = whole * stats_median(answer.seconds, answer.n);
}

double race_next_s(const race *r, int entrant)
{
    static const double beside = 1.2; /* a trial takes longer than its run */
    trial_ask ask = r->entrant[entrant].ask;
    const double whole = ask_next(r, &ask);
    return race_goes_on(r, entrant) ? beside * fmax(race_median(r, entrant) / whole, ask.window_s) : 0;
}

/* About how long the next two rounds take. */
static double next_pair_s(const race *r)
{
    double seconds = 0;
    if (r->pair_s > 0 || r->n_rounds == 0)
        return r->pair_s;
    for (int i = 0; i < r->n; i++)
        seconds += 2 * race_next_s(r, i);
    return seconds;
}

void race_run(race *r, int least, int most, double deadline_s)
{
    if (most > STATS_MOST)
        most = STATS_MOST;
    double begin_s = r->runner->now_s(r->runner);
    const int first = r->n_rounds;
    for (; r->n_rounds < most; r->n_rounds++) {
        if (r->n_rounds % 2 == 0) { /* would another pair of rounds end in time? */
            const double now_s = r->runner->now_s(r->runner);
            if (r->n_rounds >= first + 2)
                r->pair_s = r->n_rounds == HASHED_ROUNDS && !r->only_time ? 0 : now_s - begin_s;
            begin_s = now_s;
            if (r->n_rounds >= least && now_s + next_pair_s(r) > deadline_s)
                return;
        }
        for (int i = 0; i < r->n; i++) {
            if (r->stop && *r->stop && r->n_rounds >= r->stop_from)
                return;
            const int at = r->n_rounds % 2 ? r->n - 1 - i : i;
            if (race_goes_on(r, at))
                time_once(r, &r->entrant[at]);
        }
    }
}

void race_expect_hash(race *r, int entrant, uint64_t hash)
{
    race_entrant *e = &r->entrant[entrant];
    if (r->n_rounds == 0 || e->outcome != TRIAL_OK || e->hash == hash)
        return;
    e->outcome = TRIAL_WRONG;
    snprintf(e->detail, sizeof e->detail, "the result differs from the default schedule's");
}

void race_expect(race *r, int entrant, int as)
{
    if (r->entrant[as].outcome == TRIAL_OK)
        race_expect_hash(r, entrant, r->entrant[as].hash);
}

static int rounds_of(const race *r, int entrant)
{
    const int most = r->entrant[entrant].most_rounds;
    return most > 0 && most < r->n_rounds ? most : r->n_rounds;
}

bool race_goes_on(const race *r, int entrant)
{
    const race_entrant *e = &r->entrant[entrant];
    return e->outcome == TRIAL_OK && (e->most_rounds == 0 || r->n_rounds < e->most_rounds);
}

int race_fastest(const race *r)
{
    int fastest = -1;
    for (int i = 0; i < r->n && r->n_rounds > 0; i++)
        if (race_goes_on(r, i) && (fastest < 0 || race_median(r, i) < race_median(r, fastest)))
            fastest = i;
    return fastest;
}

void race_keep(race *r, int n)
{
    int n_going = 0;
    for (int i = 0; i < r->n; i++)
        n_going += race_goes_on(r, i);
    for (; n_going > n && r->n_rounds > 0; n_going--) {
        int slowest = -1;
        for (int i = 0; i < r->n; i++)
            if (race_goes_on(r, i) && (slowest < 0 || race_median(r, i) > race_median(r, slowest)))
                slowest = i;
        r->entrant[slowest].most_rounds = r->n_rounds;
        r->pair_s = 0;
    }
}

double race_median(const race *r, int entrant)
{
    const race_entrant *e = &r->entrant[entrant];
    return e->outcome == TRIAL_OK && r->n_rounds > 0 ? stats_median(e->seconds, rounds_of(r, entrant))
                                                     : HUGE_VAL;
}

stats_interval race_ratio(const race *r, int a, int b)
{
    if (r->entrant[a].outcome != TRIAL_OK || r->entrant[b].outcome != TRIAL_OK || r->n_rounds == 0)
        return (stats_interval){0};
    const int n = rounds_of(r, a) < rounds_of(r, b) ? rounds_of(r, a) : rounds_of(r, b);
    return stats_ratio(r->entrant[a].seconds, r->entrant[b].seconds, n);
}

int race_surely_faster(const race *r, int a, int b, double bound)
{
    return r->entrant[a].outcome == TRIAL_OK && r->entrant[b].outcome == TRIAL_OK && r->n_rounds > 0 &&
           stats_surely_below(r->entrant[a].seconds, r->entrant[b].seconds, r->n_rounds, bound);
}
