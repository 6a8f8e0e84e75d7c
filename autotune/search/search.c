/*
 * search.c - what a search has measured, and its limits
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* reallocarray */
#include "search/search.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/stats.h"

/* After so many trials the best one's result is compared: a wrong schedule does not lead the search astray for longer. */
enum { COMPARE_EVERY = 12 };

static bool is_full(const search *s)
{
    return s->n_tried == (s->most > 0 ? s->most : SEARCH_MOST);
}

bool search_over(const search *s)
{
    return (s->stop && *s->stop) || is_full(s) || s->runner->now_s(s->runner) >= s->deadline_s ||
           (s->best >= 0 && s->tried[s->best].is_compared && s->tried[s->best].seconds <= s->enough_s);
}

/* One thread, one step at a time, no tiles: the schedule with the least that can go wrong. */
static nt_config serial_of(nt_config config)
{
    config.parallel = NT_PARALLEL_SERIAL;
    config.threads = 1;
    config.schedule = NT_SCHEDULE_STATIC;
    config.depth = 1;
    config.chunk = 0;
    memset(config.tile, 0, sizeof config.tile);
    return config;
}

/* May this config's result be the one that all others must give?  A wrong result here would make all right
 * ones look wrong.  So only the default and the serial schedule may set it; if both fail, a config that
 * passed its check. */
static bool sets_truth(const search *s, const nt_config *config, bool checked)
{
    const nt_config standard = space_canonical(s->space, s->space->q.arithmetic),
                    serial = space_canonical(s->space, serial_of(s->space->q.arithmetic));
    return nt_config_differences(config, &standard) == 0 || nt_config_differences(config, &serial) == 0 ||
           (checked && s->plain_failed);
}

__attribute__((format(printf, 3, 4))) static void fail(candidate *c, trial_outcome outcome,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    c->outcome = outcome;
    vsnprintf(c->detail, sizeof c->detail, format, args);
    va_end(args);
}

/* The first schedules set what is right. */
static void compare(search *s, candidate *c, const trial_answer *answer)
{
    if (s->has_expected && answer->hash != s->expected) {
        fail(c, TRIAL_WRONG, "the result differs from the default schedule's");
    } else if (!s->has_expected && !sets_truth(s, &c->config, s->ask.check)) {
        fail(c, TRIAL_WRONG, "no trusted schedule worked that its result could be compared with");
    } else {
        s->expected = answer->hash;
        s->has_expected = true;
    }
}

/* The best of many single times is a lucky one: it is timed once more, and the mean counts. */
static void time_again(search *s, candidate *c, trial_ask *ask, double factor)
{
    trial_answer answer = {0};
    ask->check = 0;
    ask->cut_s = 0;
    s->runner->run(s->runner, ask, &answer);
    c->outcome = answer.outcome;
    snprintf(c->detail, sizeof c->detail, "%s", answer.detail);
    if (c->outcome == TRIAL_OK && answer.n < 1)
        fail(c, TRIAL_CRASH, "no timing came back");
    c->seconds = c->outcome == TRIAL_OK ? (c->seconds + factor * answer.seconds[0]) / 2 : HUGE_VAL;
}

/* Until something is known to be right each trial compares its result.  Then a long trial asks for the time only, of a few
 * steps, and no more of it than it takes to see that the config is no better.  What may be the best is checked on small
 * shapes; of the best alone the result is compared, now and then (search_compare()). */
static void ask_one(search *s, candidate *c)
{
    trial_ask ask = s->ask;
    trial_answer answer = {0};
    ask.config = c->config;
    const double drift = s->drift > 0 ? s->drift : 1, best_s = s->best >= 0 ? s->tried[s->best].seconds : 0;
    const double whole = s->has_expected && s->ask.window_s == 0 ? trial_shorten(&ask) : 1;
    ask.limit_s = fmax(ask.limit_s, trial_patience_s(&ask, best_s));
    ask.cut_s = s->has_expected ? (ask.only_time ? s->hopeless : 1) * best_s * drift / whole : 0;
    s->runner->run(s->runner, &ask, &answer);
    c->outcome = answer.outcome;
    snprintf(c->detail, sizeof c->detail, "%s", answer.detail);
    if (c->outcome == TRIAL_OK && answer.n < 1)
        fail(c, TRIAL_CRASH, "no timing came back");
    c->is_compared = !ask.only_time;
    if (c->outcome == TRIAL_OK && c->is_compared)
        compare(s, c, &answer);
    if (c->outcome != TRIAL_OK)
        return;
    const double seconds = stats_median(answer.seconds, answer.n);
    c->is_checked = ask.check && (ask.cut_s == 0 || seconds <= ask.cut_s);
    c->seconds = whole * seconds / drift;
    if (ask.only_time && ask.reps == 1 && c->seconds < best_s)
        time_again(s, c, &ask, whole / drift);
}

static void find_best(search *s, bool of_compared)
{
    s->best = -1;
    for (int i = 0; i < s->n_tried; i++) {
        const candidate *c = &s->tried[i];
        if (c->outcome == TRIAL_OK && (c->is_compared || !of_compared) &&
            (s->best < 0 || c->seconds < s->tried[s->best].seconds))
            s->best = i;
    }
}

bool search_is_right(search *s, const nt_config *config)
{
    const candidate *known = search_find(s, config);
    if (!known || known->is_compared)
        return known && known->outcome == TRIAL_OK;
    candidate *c = &s->tried[known - s->tried];
    trial_ask ask = s->ask;
    trial_answer answer = {0};
    ask.config = *config;
    ask.reps = 1;
    ask.check = s->ask.check && !c->is_checked;
    ask.limit_s = fmax(ask.limit_s, trial_patience_s(&ask, c->seconds));
    s->runner->run(s->runner, &ask, &answer);
    c->is_compared = true;
    c->outcome = answer.outcome;
    snprintf(c->detail, sizeof c->detail, "%s", answer.detail);
    if (c->outcome == TRIAL_OK)
        compare(s, c, &answer);
    if (c->outcome == TRIAL_OK)
        return true;
    c->seconds = HUGE_VAL;
    s->n_failed++;
    if (s->best == known - s->tried)
        find_best(s, false);
    return false;
}

void search_compare(search *s)
{
    s->n_uncompared = 0;
    while (s->best >= 0 && !(s->stop && *s->stop) && !search_is_right(s, &s->tried[s->best].config))
        if (search_over(s)) /* only those count that have been compared */
            find_best(s, true);
}

/* ---- Drift --------------------------------------------------------------------------------------------- */

/* Times the first config, as trials of the time alone see it, a few times.  False: it failed. */
static bool time_anchor(search *s, search_anchor *a)
{
    trial_ask ask = s->ask;
    trial_answer answer = {0};
    ask.config = s->tried[0].config;
    ask.limit_s = fmax(ask.limit_s, trial_patience_s(&ask, s->tried[0].seconds));
    ask.check = 0;
    ask.reps = SEARCH_ANCHORS;
    const double whole = trial_shorten(&ask), begin_s = s->runner->now_s(s->runner);
    s->runner->run(s->runner, &ask, &answer);
    s->n_unanchored = 0;
    s->anchored_s = s->runner->now_s(s->runner);
    s->anchor_cost_s = s->anchored_s - begin_s;
    if (answer.outcome != TRIAL_OK || answer.n < 1)
        return false;
    *a = (search_anchor){whole * stats_median(answer.seconds, answer.n), whole * answer.seconds[0],
                         whole * answer.seconds[0]};
    for (int i = 1; i < answer.n; i++) {
        a->least_s = fmin(a->least_s, whole * answer.seconds[i]);
        a->most_s = fmax(a->most_s, whole * answer.seconds[i]);
    }
    return true;
}

/* The first times of the anchor.  From here on all long trials ask for the time alone.  A search that is too short for them sees
 * no drift. */
static void begin_drift(search *s)
{
    enum { PART = 20 };
    trial_ask ask = s->ask;
    candidate *first = &s->tried[0];
    ask.config = first->config;
    const double cost_s = SEARCH_ANCHORS * fmax(first->seconds / trial_shorten(&ask), ask.window_s);
    if (PART * cost_s > s->deadline_s - s->runner->now_s(s->runner) || !time_anchor(s, &s->anchor))
        s->anchor_every = 0;
    else if (s->ask.window_s == 0)
        first->seconds = s->anchor.seconds;
}

/* Times that all lie on one side of the first ones are a drift; else their difference is noise, and to divide by it would only
 * spread it.  To see it takes at most a tenth of the time. */
static void watch_drift(search *s)
{
    enum { PART = 10 };
    search_anchor now;
    const search_anchor *first = &s->anchor;
    if (s->anchor_every == 0 || s->n_tried == 0 || s->tried[0].outcome != TRIAL_OK)
        return;
    if (first->seconds == 0) {
        begin_drift(s);
        return;
    }
    const double since_s = s->runner->now_s(s->runner) - s->anchored_s;
    if (++s->n_unanchored < s->anchor_every || since_s < (PART - 1) * s->anchor_cost_s ||
        !time_anchor(s, &now))
        return;
    const double drift = now.seconds / first->seconds;
    const bool is_apart = now.least_s > first->most_s || now.most_s < first->least_s;
    s->drift = is_apart && fabs(log(drift)) >= SEARCH_DRIFT ? drift : 1;
    if (s->most_drift == 0 || fabs(log(s->drift)) > fabs(log(s->most_drift)))
        s->most_drift = s->drift;
}

/* ---- The memo --------------------------------------------------------------------------------------- */

/* The slot of a config, or the free one where it belongs.  Half of the slots are free. */
static int *slot_of(const search *s, const nt_config *config)
{
    const size_t n = 2 * (size_t)s->room;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int k = 0; k < NT_N_KEYS; k++)
        hash = (hash ^ (uint64_t)nt_key_get(config, (nt_key_id)k)) * UINT64_C(0x9e3779b97f4a7c15) >> 1;
    for (size_t at = hash % n;; at = at + 1 < n ? at + 1 : 0)
        if (s->slot[at] == 0 || nt_config_differences(&s->tried[s->slot[at] - 1].config, config) == 0)
            return &s->slot[at];
}

/* Makes room for one more candidate; false without memory. */
static bool make_room(search *s)
{
    if (s->n_tried < s->room)
        return true;
    const int room = s->room ? 2 * s->room : SEARCH_MOST;
    candidate *tried = reallocarray(s->tried, (size_t)room, sizeof *tried);
    if (tried)
        s->tried = tried;
    int *slot = calloc(2 * (size_t)room, sizeof *slot);
    if (!tried || !slot) {
        free(slot);
        return false;
    }
    free(s->slot);
    s->slot = slot;
    s->room = room;
    for (int i = 0; i < s->n_tried; i++)
        *slot_of(s, &s->tried[i].config) = i + 1;
    return true;
}

void search_free(search *s)
{
    free(s->tried);
    free(s->slot);
    *s = (search){.best = -1, .guessed = -1};
}

const candidate *search_find(const search *s, const nt_config *config)
{
    const int slot = s->room > 0 ? *slot_of(s, config) : 0;
    return slot > 0 ? &s->tried[slot - 1] : NULL;
}

const candidate *search_try(search *s, nt_config config)
{
    config = space_canonical(s->space, config);
    const candidate *known = search_find(s, &config);
    if (known || is_full(s))
        return known;
    if (!make_room(s)) {
        s->most = s->n_tried > 0 ? s->n_tried : 1; /* so the search is over, and not complete */
        return NULL;
    }
    watch_drift(s);
    if (++s->n_uncompared >= COMPARE_EVERY)
        search_compare(s);
    candidate *c = &s->tried[s->n_tried];
    *c = (candidate){.config = config, .seconds = HUGE_VAL};
    *slot_of(s, &config) = s->n_tried + 1;
    ask_one(s, c);
    const int i = s->n_tried++;
    s->n_failed += c->outcome != TRIAL_OK;
    const bool is_best = c->outcome == TRIAL_OK && (s->best < 0 || c->seconds < s->tried[s->best].seconds);
    if (is_best)
        s->best = i;
    if (is_best && c->seconds <= s->enough_s)
        search_compare(s);
    if (s->on_trial)
        s->on_trial(s->context, c, is_best);
    return c;
}

void search_begin(search *s)
{
    search_try(s, s->space->q.arithmetic);
    if (!s->has_expected && !(s->stop && *s->stop))
        search_try(s, serial_of(s->space->q.arithmetic));
    s->plain_failed = !s->has_expected;
}

int search_top(const search *s, int *index, int n)
{
    int found = 0;
    for (int i = 0; i < s->n_tried; i++) {
        if (s->tried[i].outcome != TRIAL_OK)
            continue;
        int at = found; /* its place in the sorted list */
        while (at > 0 && s->tried[index[at - 1]].seconds > s->tried[i].seconds)
            at--;
        if (at == n)
            continue;
        found += found < n;
        for (int k = found - 1; k > at; k--)
            index[k] = index[k - 1];
        index[at] = i;
    }
    return found;
}
