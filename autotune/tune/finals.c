/*
 * finals.c - the last stages of a row: the loop table, the final, and its confirmation
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune/roofs.h"
#include "tune/stages.h"

static double ask_ns(const trial_ask *ask, double seconds)
{
    return isfinite(seconds) ? 1e9 * seconds / trial_cells(ask) : 0;
}

/* Among equals the same one every time, whatever the order they were found in. */
static bool text_before(const race *r, int a, int b)
{
    char text[2][NT_CONFIG_TEXT];
    nt_config_format(r->entrant[a].ask.kernel, &r->entrant[a].ask.config, text[0]);
    nt_config_format(r->entrant[b].ask.kernel, &r->entrant[b].ask.config, text[1]);
    return strcmp(text[0], text[1]) < 0;
}

/* Of the entrants 0..n-1 the plainest whose times cannot be told from the fastest's, or nearly. */
static int choose(const race *r, int n, const nt_config *plain)
{
    int fastest = -1;
    for (int i = 0; i < n; i++)
        if (isfinite(race_median(r, i)) && (fastest < 0 || race_median(r, i) < race_median(r, fastest)))
            fastest = i;
    int chosen = fastest;
    for (int i = 0; i < n && fastest >= 0; i++) {
        if (!isfinite(race_median(r, i)))
            continue;
        const stats_interval to_fastest = race_ratio(r, i, fastest);
        const bool equal = to_fastest.low <= 1 && to_fastest.median < 1 / TUNING_WORTH;
        const int simpler = space_complexity(plain, &r->entrant[i].ask.config) -
                            space_complexity(plain, &r->entrant[chosen].ask.config);
        if (equal && (simpler < 0 || (simpler == 0 && text_before(r, i, chosen))))
            chosen = i;
    }
    return chosen;
}

/* How many fit into the time, at the mean cost of the search's trials. */
static int finalists_in(const tuning_rounds *rounds, double seconds, double trial_s)
{
    const double n = seconds / (fmax(trial_s, 1e-6) * rounds->final_least * 1.5);
    return n < 2 ? 2 : n > rounds->finalists ? rounds->finalists : (int)n;
}

/* Adds a config that is not there yet; returns its entrant. */
static int enter(race *r, const tuning_row *tr, const nt_config *config)
{
    for (int i = 0; i < r->n; i++)
        if (r->entrant[i].ask.kernel == tr->ask.kernel &&
            tuning_same(tr->ask.kernel, &r->entrant[i].ask.config, config))
            return i;
    trial_ask ask = tr->ask;
    ask.config = *config;
    return race_add(r, &ask);
}

/* The plain schedule against the fastest of the search: the plainest of those that cannot be told apart.  Whoever
 * asks to stop gets the best so far, without a final. */
nt_config tuning_final(const tuning_row *tr, double deadline_s, double trial_s)
{
    tuning *t = tr->t;
    const bool stopped = t->o->stop && *t->o->stop;
    nt_config winner = stopped ? tr->s->tried[tr->s->best].config : t->arithmetic;
    race *r = stopped ? NULL : calloc(1, sizeof *r);
    if (!r)
        return winner;
    *r = (race){.runner = t->runner, .stop = t->o->stop};
    const int plain = enter(r, tr, &t->arithmetic);
    int top[FINALISTS];
    const int n =
        search_top(tr->s, top, finalists_in(tr->rounds, deadline_s - t->runner->now_s(t->runner), trial_s));
    for (int i = 0; i < n && r->n < tr->rounds->finalists; i++)
        enter(r, tr, &tr->s->tried[top[i]].config);
    tuning_tell(t, "final", NULL);
    race_run(r, tr->rounds->final_least, tr->rounds->final_most, deadline_s);
    for (int i = 0; i < r->n; i++)
        race_expect(r, i, plain);
    const int chosen = choose(r, r->n, &t->arithmetic);
    if (chosen >= 0)
        winner = r->entrant[chosen].ask.config;
    free(r);
    return winner;
}

/* By the counts of the tile function that the row has taken. */
static void read_roofs(result_row *row, const tuning *t, const race *r, int memory, int peak, int load,
                       int in_cache)
{
    /* Shared among all the threads that may be used. */
    const int threads = t->o->threads[t->o->n_threads - 1];
    const nt_tile *tile = nt_kernel_tile(t->kernel, row->dtype, &row->config);
    const nt_work work = tile ? nt_kernel_work(t->kernel, t->params, tile) : (nt_work){0};
    if (memory >= 0)
        row->memory_roof_ns = ask_ns(&t->memory, race_median(r, memory));
    if (peak >= 0 && isfinite(race_median(r, peak)))
        row->fp_roof_ns = work.fp_per_vector * roofs_ns_per_op(&t->peak, race_median(r, peak)) / threads;
    if (load >= 0 && isfinite(race_median(r, load)))
        row->load_roof_ns = work.loads_per_vector * roofs_ns_per_op(&t->load, race_median(r, load)) / threads;
    row->arithmetic_roof_ns = fmax(row->fp_roof_ns, row->load_roof_ns);
    if (in_cache >= 0) {
        row->in_cache_ns = ask_ns(&t->in_cache, race_median(r, in_cache)) / threads;
        memcpy(row->in_cache_shape, t->in_cache.shape, sizeof row->in_cache_shape);
    }
}

/* Few pairs with a few spikes cannot be sure: the two alone, in many more. */
static bool decide(const tuning_row *tr, const nt_config *winner)
{
    race *r = calloc(1, sizeof *r);
    if (!r)
        return false;
    *r = (race){.runner = tr->t->runner, .stop = tr->t->o->stop};
    const int plain = enter(r, tr, &tr->t->arithmetic), best = enter(r, tr, winner);
    race_run(r, tr->rounds->decide, tr->rounds->decide, 0);
    const bool sure = race_surely_faster(r, best, plain, TUNING_WORTH);
    free(r);
    return sure;
}

/*
 * Default and winner once more, in turn with the roofs.  A final among many favours the lucky one; fresh times
 * do not, so these are the ones that decide and that are told.  Without the winner's being clearly
 * faster the plain schedule stays, of the arithmetic that all rows share.
 */
void tuning_confirm(tuning_row *tr, const nt_config *winner, double deadline_s)
{
    tuning *t = tr->t;
    result_row *row = tr->row;
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    /* Whoever asks to stop waits for the least rounds that can tell. */
    *r = (race){.runner = t->runner, .stop = t->o->stop, .stop_from = tr->rounds->confirm_least};
    const int standard = enter(r, tr, &t->standard), plain = enter(r, tr, &t->arithmetic),
              best = enter(r, tr, winner);
    const int memory = t->has_memory && row->class == NT_OUT_OF_CACHE ? race_add(r, &t->memory) : -1;
    const int peak = t->has_peak ? race_add(r, &t->peak) : -1;
    const int load = t->has_load ? race_add(r, &t->load) : -1;
    const int in_cache = t->has_in_cache ? race_add(r, &t->in_cache) : -1;
    tuning_tell(t, "confirm", NULL);
    race_run(r, tr->rounds->confirm_least, tr->rounds->confirm_most, deadline_s);
    race_expect(r, best, plain);

    const bool plain_runs = isfinite(race_median(r, plain));
    const bool adopted = best != plain && isfinite(race_median(r, best)) &&
                         (!plain_runs || race_surely_faster(r, best, plain, TUNING_WORTH) ||
                          (race_median(r, best) < TUNING_WORTH * race_median(r, plain) &&
                           decide(tr, &r->entrant[best].ask.config)));
    const int taken = adopted ? best : plain;
    row->config = r->entrant[taken].ask.config;
    read_roofs(row, t, r, memory, peak, load, in_cache);
    row->default_ns = ask_ns(&tr->ask, race_median(r, standard));
    row->tuned_ns = ask_ns(&tr->ask, race_median(r, taken));
    row->ratio = taken == standard ? (stats_interval){1, 1, 1, r->n_rounds} : race_ratio(r, taken, standard);
    row->verdict = taken == standard  ? STATS_SAME
                   : row->ratio.n > 0 ? stats_judge(&row->ratio, 0)
                                      : STATS_UNDECIDED;
    free(r);
}

/* Serial, outer, middle, inner, flat: the best that the search knows of each, side by side. */
void tuning_loops(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    *r = (race){.runner = t->runner, .stop = t->o->stop};
    int entrant[NT_N_PARALLELS];
    bool tried[NT_N_PARALLELS];
    for (int p = 0; p < NT_N_PARALLELS; p++) {
        const candidate *best = NULL;
        tried[p] = false;
        for (int i = 0; i < tr->s->n_tried; i++) {
            const candidate *c = &tr->s->tried[i];
            tried[p] |= (int)c->config.parallel == p;
            if ((int)c->config.parallel == p && c->class == TRIAL_OK && (!best || c->seconds < best->seconds))
                best = c;
        }
        trial_ask ask = tr->screen;
        ask.config = best ? best->config : t->arithmetic;
        ask.config.parallel = (nt_parallel)p;
        entrant[p] = best || !tried[p] ? race_add(r, &ask) : -1; /* what failed is not asked again */
    }
    tuning_tell(t, "loops", NULL);
    race_run(r, tr->rounds->loop_least, tr->rounds->loop_most, deadline_s);
    for (int p = 0; p < NT_N_PARALLELS; p++)
        tr->row->loops_ns[p] = entrant[p] < 0 ? 0 : ask_ns(&tr->screen, race_median(r, entrant[p]));
    free(r);
}
