/*
 * decision.h - is one config faster than another?  As many rounds as this takes
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_DECISION_H
#define AUTOTUNE_DECISION_H

#include "measure/race.h"

/* A config replaces another if its ratio is surely below this; a smaller gain is not worth a change. */
#define DECISION_WORTH 0.99

/* Rounds: the fewest that can be sure (see stats.h), the fewest of short runs, the most. */
enum { DECISION_LEAST = 8, DECISION_LEAST_SHORT = 14, DECISION_MOST = 64 };

/*
 * decision_run() - runs the race until the ratio of a candidate to the reference is known within half a per cent, or the
 * time is over.  For the fewest rounds that can be sure it may use up to two fifths of the time more, and makes fewer steps
 * (race.whole_runs) if whole runs take too long.
 */
void decision_run(race *r, int candidate, int reference, double begin_s, double deadline_s);

/*
 * decision_insist() - makes half as many rounds again, and 14 in all at least, if the candidate seems to be clearly faster but
 * noise leaves it unsure; until latest_s.  Call it once for a decision: the answer is then looked at twice.
 */
void decision_insist(race *r, int candidate, int reference, double latest_s);

/* decision_faster() - does the candidate replace the reference?  Wrong at most once in a thousand decisions, with two looks. */
bool decision_faster(const race *r, int candidate, int reference);

#endif /* AUTOTUNE_DECISION_H */
