/*
 * finals.c - the last stages of a row: the loop table, the final, and its confirmation
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/decision.h"
#include "tune/roofs.h"
#include "tune/shapes.h"
#include "tune/stages.h"

static double ask_ns(const trial_ask *ask, double seconds)
{
    return isfinite(seconds) ? 1e9 * seconds / trial_cells(ask) : 0;
}

/* Breaks ties by the config's text, so that the choice does not depend on the order of discovery. */
static bool text_before(const race *r, int a, int b)
{
    char text[2][NT_CONFIG_TEXT];
    nt_config_format(r->entrant[a].ask.kernel, &r->entrant[a].ask.config, text[0], sizeof text[0]);
    nt_config_format(r->entrant[b].ask.kernel, &r->entrant[b].ask.config, text[1], sizeof text[1]);
    return strcmp(text[0], text[1]) < 0;
}

/* Of the entrants that are left the simplest within noise of the fastest; -1 if none worked. */
static int choose(const race *r, const nt_config *reference)
{
    const int fastest = race_fastest(r);
    int chosen = fastest;
    for (int i = 0; i < r->n && fastest >= 0; i++) {
        if (!race_goes_on(r, i))
            continue;
        const stats_interval to_fastest = race_ratio(r, i, fastest);
        const bool equal = to_fastest.low <= 1 && to_fastest.median < 1 / DECISION_WORTH;
        const int simpler = nt_config_differences(reference, &r->entrant[i].ask.config) -
                            nt_config_differences(reference, &r->entrant[chosen].ask.config);
        if (equal && (simpler < 0 || (simpler == 0 && text_before(r, i, chosen))))
            chosen = i;
    }
    return chosen;
}

/* The entrant with this config; -1: none. */
static int entrant_of(const race *r, const tuning_row *tr, const nt_config *config)
{
    for (int i = 0; i < r->n; i++)
        if (r->entrant[i].ask.kernel == tr->ask.kernel &&
            nt_config_differences(&r->entrant[i].ask.config, config) == 0)
            return i;
    return -1;
}

/* Adds a config unless it is in the race already; returns its index. */
static int enter(race *r, const tuning_row *tr, const nt_config *config)
{
    const int at = entrant_of(r, tr, config);
    if (at >= 0)
        return at;
    trial_ask ask = tr->ask;
    ask.config = *config;
    return race_add(r, &ask);
}

/* A config must give the hash that the search expected, even if the default schedule, the reference of a race,
 * fails here. */
static void expect_as_searched(const tuning_row *tr, race *r, int entrant)
{
    if (tr->s->has_expected)
        race_expect_hash(r, entrant, tr->s->expected);
}

/* Lets the default enter, the best of the search, what the model expected to be the fastest, and the next best: as many as
 * can run a first pair of rounds in this time, and three at least. */
static void enter_best(race *r, const tuning_row *tr, double seconds)
{
    enum { LEAST = 3 };
    static const double beside = 1.2; /* a trial takes longer than its run */
    static const double hopeless = 1.2;
    const search *s = tr->s;
    int list[FINALISTS + 1];
    const int n = search_top(s, &list[1], FINALISTS) + 1;
    list[0] = list[1];
    list[1] = s->guessed >= 0 && s->tried[s->guessed].seconds < hopeless * s->tried[s->best].seconds
                  ? s->guessed
                  : -1;
    double used_s = 0;
    for (int i = -1; i < n && r->n < FINALISTS; i++) {
        const candidate *c = i < 0 ? &s->tried[0] : list[i] >= 0 ? &s->tried[list[i]] : NULL;
        if (!c || entrant_of(r, tr, &c->config) >= 0 || (i >= 0 && c->outcome != TRIAL_OK))
            continue;
        trial_ask ask = tr->ask;
        ask.config = c->config;
        const double whole = trial_shorten(&ask), run_s = isfinite(c->seconds) ? c->seconds / whole : 0;
        used_s += 2 * beside * fmax(run_s, ask.window_s);
        if (r->n < LEAST || used_s < seconds)
            enter(r, tr, &c->config);
    }
    for (int i = 0; i < r->n; i++)
        r->entrant[i].ask.check = 0;
}

/* The choice, once its result has been compared; wrong ones leave. */
static int choose_right(race *r, const tuning_row *tr)
{
    int chosen;
    while ((chosen = choose(r, &tr->t->arithmetic)) >= 0 &&
           !search_is_right(tr->s, &r->entrant[chosen].ask.config))
        r->entrant[chosen].outcome = TRIAL_WRONG;
    return chosen;
}

/*
 * Races the default schedule and the fastest of the search; of eight, the slower four leave after half of the time, and two of
 * those left after half of the rest.  Only times count, but for the winner, whose result is compared.  Returns the simplest
 * config within noise of the fastest; without a race, if somebody asked to stop, the best so far.
 */
nt_config tuning_final(tuning_row *tr, double deadline_s)
{
    enum { STAGES = 3, MOST_ROUNDS = 24 };
    static const double end[STAGES] = {0.5, 0.75, 1};
    tuning *t = tr->t;
    const search *s = tr->s;
    const bool stopped = t->o->stop && *t->o->stop;
    nt_config winner = stopped ? s->tried[s->best].config : t->arithmetic;
    race *r = stopped ? NULL : calloc(1, sizeof *r);
    if (!r)
        return winner;
    *r = (race){.runner = t->runner, .stop = t->o->stop, .only_time = true};
    const double begin_s = t->runner->now_s(t->runner), all_s = fmax(0, deadline_s - begin_s);
    enter_best(r, tr, end[0] * all_s);
    tuning_tell(t, "final", NULL);
    for (int i = 0; i < STAGES; i++) {
        const double until_s = begin_s + end[i] * all_s;
        if (i > 0 && r->n_rounds < MOST_ROUNDS && t->runner->now_s(t->runner) + r->pair_s / 2 < until_s)
            race_keep(r, FINALISTS >> i);
        race_run(r, i == 0 ? 2 : 0, MOST_ROUNDS, until_s);
    }
    for (int i = 0; i < r->n; i++)
        tr->finalist[i] =
            i == 0 ? t->arithmetic : r->entrant[i].ask.config; /* the same, as it is written elsewhere */
    tr->n_finalists = r->n_rounds > 0 ? r->n : 0;
    const int chosen = choose_right(r, tr);
    tr->row->n_failed = s->n_failed;
    shapes_note(r, NULL, tr->finalist_s, tr->finalist_surely);
    if (chosen >= 0)
        winner = tr->finalist[chosen];
    free(r);
    return winner;
}

/* Roofs by the work counts of the fastest function of this arithmetic.  `slower`: how much slower than when the rates were measured
 * the loop of the rate that bounds it runs now, beside the row's own trials. */
static void read_roofs(result_row *row, const tuning *t, const race *r, int memory, double slower,
                       int in_cache)
{
    /* A roof assumes that all allowed threads share the work. */
    const int threads = t->o->threads[t->o->n_threads - 1];
    const nt_work work = roofs_work(t->kernel, t->kernel_case, row->dtype, &row->config, &t->rates);
    double *const roof[N_RATES] = {
        [RATE_ADD] = &row->fp_roof_ns,    [RATE_FMA] = &row->fp_roof_ns,
        [RATE_FP] = &row->fp_roof_ns,     [RATE_INT_MUL] = &row->int_roof_ns,
        [RATE_ANY] = &row->issue_roof_ns, [RATE_LOAD] = &row->load_roof_ns,
    };
    for (int i = 0; i < N_RATES; i++) {
        const int n = rates_count(&work, (rate_kind)i, t->rates.isa);
        *roof[i] = fmax(*roof[i], n * t->rates.ns[i] * slower / threads);
        row->arithmetic_roof_ns = fmax(row->arithmetic_roof_ns, *roof[i]);
    }
    memcpy(row->rate_ns, t->rates.ns, sizeof row->rate_ns);
    row->l2_gbytes_per_s = t->l2_gbytes;
    row->l3_gbytes_per_s = t->l3_gbytes;
    if (memory >= 0)
        row->memory_roof_ns = ask_ns(&t->memory, race_median(r, memory));
    if (in_cache >= 0) {
        row->in_cache_ns = ask_ns(&t->in_cache, race_median(r, in_cache)) / threads;
        memcpy(row->in_cache_shape, t->in_cache.shape, sizeof row->in_cache_shape);
    }
}

/*
 * Times default and winner once more, in turn with the roofs.  A final among many candidates favours the
 * lucky one; fresh times do not.  So these times decide and are the ones reported.  If the winner is not
 * clearly faster, the default schedule stays, with the arithmetic that all rows share.
 */
void tuning_confirm(tuning_row *tr, const nt_config *winner, double begin_s, double deadline_s)
{
    enum { ROOF_ROUNDS = 6 }; /* a limit need not be known as exactly as a choice */
    tuning *t = tr->t;
    result_row *row = tr->row;
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    /* A request to stop waits for the fewest rounds that allow a verdict. */
    *r = (race){.runner = t->runner, .stop = t->o->stop, .stop_from = DECISION_LEAST, .whole_runs = true};
    const int standard = enter(r, tr, &t->standard), reference = enter(r, tr, &t->arithmetic),
              best = enter(r, tr, winner);
    const int memory = t->has_memory && row->shape_class == NT_CLASS_MEMORY ? race_add(r, &t->memory) : -1;
    const nt_work work = roofs_work(t->kernel, t->kernel_case, row->dtype, winner, &t->rates);
    rate_kind bound;
    rates_least_ns(&t->rates, &work, &bound);
    const int loop = bound < N_RATES ? race_add(r, &t->rates.ask[bound]) : -1;
    const int in_cache = t->has_in_cache ? race_add(r, &t->in_cache) : -1;
    for (int i = 0; i < r->n; i++)
        if (i != standard && i != reference && i != best)
            r->entrant[i].most_rounds = ROOF_ROUNDS;
    tuning_tell(t, "confirm", NULL);
    decision_run(r, best, reference, begin_s, deadline_s);
    const double asked_s = t->runner->now_s(t->runner);
    decision_insist(r, best, reference, asked_s + t->insist_s);
    t->insist_s -= fmin(t->insist_s, t->runner->now_s(t->runner) - asked_s);
    race_expect(r, best, reference);
    expect_as_searched(tr, r, best);

    const bool reference_runs = isfinite(race_median(r, reference));
    const bool adopted = best != reference && isfinite(race_median(r, best)) &&
                         (!reference_runs || decision_faster(r, best, reference));
    const int taken = adopted ? best : reference;
    tr->kept_over = adopted ? 0 : race_ratio(r, reference, best).median;
    row->config = r->entrant[taken].ask.config;
    const double loop_s = loop >= 0 ? race_median(r, loop) : HUGE_VAL;
    read_roofs(row, t, r, memory,
               isfinite(loop_s) ? rates_ns(&t->rates, bound, loop_s) / t->rates.loop_ns[bound] : 1, in_cache);
    row->default_ns = ask_ns(&tr->ask, race_median(r, standard));
    row->tuned_ns = ask_ns(&tr->ask, race_median(r, taken));
    row->ratio = taken == standard ? (stats_interval){1, 1, 1, r->n_rounds} : race_ratio(r, taken, standard);
    row->verdict = taken == standard  ? STATS_SAME
                   : row->ratio.n > 0 ? stats_judge(&row->ratio, 0)
                                      : STATS_UNDECIDED;
    free(r);
}

/* The best config of this way that the search has timed.  Sets *failed if it tried some and none worked. */
static const candidate *best_of_way(const search *s, const result_way *way, bool *failed)
{
    const candidate *best = NULL;
    bool tried = false;
    for (int i = 0; i < s->n_tried; i++) {
        const candidate *c = &s->tried[i];
        if (!result_takes_way(way, &c->config))
            continue;
        tried = true;
        if (c->outcome == TRIAL_OK && (!best || c->seconds < best->seconds))
            best = c;
    }
    *failed = tried && !best;
    return best;
}

/* A config of a way that the search did not reach, made from the default.  A dynamic or guided schedule needs
 * chunks. */
static nt_config config_of_way(const tuning_row *tr, const result_way *way)
{
    nt_config c = tr->t->arithmetic;
    c.parallel = way->parallel;
    if (way->schedule >= 0)
        c.schedule = (nt_schedule)way->schedule;
    if (way->schedule > NT_SCHEDULE_STATIC && c.chunk == 0)
        c.chunk = tr->ask.shape[0] / (16 * (int64_t)c.threads) + 1;
    return c;
}

void tuning_loops(tuning_row *tr, double deadline_s)
{
    enum { MOST_ROUNDS = 10 };
    tuning *t = tr->t;
    const result_way *ways = result_ways(t->kernel);
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    *r = (race){.runner = t->runner, .stop = t->o->stop, .only_time = true};
    int entrant[RESULT_MOST_WAYS];
    for (int w = 0; ways[w].name; w++) {
        bool failed;
        const candidate *best = best_of_way(tr->s, &ways[w], &failed);
        trial_ask ask = tr->ask;
        ask.config = best ? best->config : config_of_way(tr, &ways[w]);
        ask.check = ask.check && !(best && best->is_checked);
        entrant[w] = failed ? -1 : race_add(r, &ask); /* a config that failed is not tried again */
    }
    tuning_tell(t, "loops", NULL);
    /* A way may be many times slower than the default: then one round is enough. */
    const double begin_s = t->runner->now_s(t->runner);
    race_run(r, 1, 1, 0);
    const double round_s = t->runner->now_s(t->runner) - begin_s;
    if (begin_s + 2 * round_s < deadline_s)
        race_run(r, 2, 2, 0);
    if (begin_s + 4 * round_s < deadline_s)
        race_run(r, 2, MOST_ROUNDS, deadline_s);
    for (int w = 0; ways[w].name; w++)
        tr->row->ways_ns[w] =
            entrant[w] < 0 ? 0 : ask_ns(&r->entrant[entrant[w]].ask, race_median(r, entrant[w]));
    free(r);
}
