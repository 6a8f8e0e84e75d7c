/*
 * decision.c - is one config faster than another?  As many rounds as this takes
 * SPDX-License-Identifier: MIT
 */
#include "measure/decision.h"

#include <math.h>

/* Are the times of both as close together as they need to be? */
static bool is_precise(const race *r, int a, int b)
{
    const stats_interval ratio = race_ratio(r, a, b);
    return ratio.n > 0 && ratio.high < 1.005 * ratio.low;
}

/* Can both be timed as often as it takes to be sure?  Others may leave the race early; these two stay. */
static bool fits(const race *r, int a, int b, double latest_s)
{
    const double round_s = race_next_s(r, a) + race_next_s(r, b);
    return r->runner->now_s(r->runner) + (DECISION_LEAST - 2) * round_s < latest_s;
}

void decision_run(race *r, int candidate, int reference, double begin_s, double deadline_s)
{
    const bool is_short = r->entrant[candidate].ask.window_s > 0; /* more rounds cost nothing */
    race_run(r, 2, 2, 0);
    const double latest_s = deadline_s + 0.4 * (deadline_s - begin_s);
    const bool both = r->entrant[candidate].outcome == TRIAL_OK && r->entrant[reference].outcome == TRIAL_OK;
    if (candidate == reference || !both) { /* there is nothing to be sure of */
        race_run(r, 2, DECISION_LEAST, deadline_s);
        return;
    }
    bool can_be_sure = fits(r, candidate, reference, latest_s);
    if (!can_be_sure) {
        r->whole_runs = false;
        can_be_sure = fits(r, candidate, reference, latest_s);
    }
    race_run(r,
             !can_be_sure ? 2
             : is_short   ? DECISION_LEAST_SHORT
                          : DECISION_LEAST,
             DECISION_LEAST_SHORT, deadline_s);
    for (int n = 0; r->n_rounds > n && r->n_rounds < DECISION_MOST && !is_precise(r, candidate, reference);) {
        n = r->n_rounds;
        race_run(r, n, n + 4 < DECISION_MOST ? n + 4 : DECISION_MOST, deadline_s);
    }
}

void decision_insist(race *r, int candidate, int reference, double latest_s)
{
    static const double clearly = 0.95;
    enum { LEAST = DECISION_LEAST + 6 };
    const int more = (r->n_rounds * 3 / 2 + 1) / 2 * 2, n = more > LEAST ? more : LEAST;
    const stats_interval ratio = race_ratio(r, candidate, reference);
    if (ratio.n > 0 && ratio.median < clearly && !decision_faster(r, candidate, reference) &&
        !(r->stop && *r->stop))
        race_run(r, 0, n < DECISION_MOST ? n : DECISION_MOST, latest_s);
}

bool decision_faster(const race *r, int candidate, int reference)
{
    return race_surely_faster(r, candidate, reference, DECISION_WORTH);
}
