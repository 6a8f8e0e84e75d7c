/*
 * strategy.h - in which order a search tries configs
 * SPDX-License-Identifier: MIT
 *
 * A strategy asks by search_try(), which never measures a config twice, until search_over().  search_begin() has been
 * called.
 */
#ifndef AUTOTUNE_STRATEGY_H
#define AUTOTUNE_STRATEGY_H

#include "search/search.h"

typedef struct strategy {
    const char *name, *note;
    /* Sets s->complete if it ended before the time did. */
    void (*run)(search *s);
} strategy;

/* The default comes first; the last entry has name NULL. */
extern const strategy strategies[];

/* strategy_find() - NULL for an unknown name. */
const strategy *strategy_find(const char *name);

/*
 * descent_from() - tries every value of every axis, one axis after the other, until a whole round finds nothing
 * better.  At a point where no single axis helps a stencil, it moves on two tile axes at once.  Returns false if the
 * time is over before, or the first config fails.
 */
bool descent_from(search *s, nt_config at);

/* descent_and_probes() - descends from each start in turn; then it probes at random, and descends from probes that
 * are the best so far. */
void descent_and_probes(search *s, const nt_config *starts, int n_starts, int n_probes);

/* The strategies' functions. */
void strategy_model(search *s);
void strategy_descent(search *s);
void strategy_exhaustive(search *s);

/* exhaustive_count() - how many configs of a space mean something else than every other one: what that strategy measures.
 * 0: no memory to count them. */
int64_t exhaustive_count(const space *s);

#endif /* AUTOTUNE_STRATEGY_H */
