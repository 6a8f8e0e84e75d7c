/*
 * record.c - measures a complete table
 * SPDX-License-Identifier: MIT
 */
#include "simulate/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/stats.h"
#include "nestune/philox.h"
#include "tune/levels.h"
#include "tune/rates.h"

void record_speeds(table *t, trial_runner *runner, const nt_machine *machine)
{
    nt_speeds *s = &t->space.q.speeds;
    const nt_isa isa = t->space.q.arithmetic.isa;
    rates r;
    rates_measure(runner, machine, isa, t->ask.dtype, &r);
    rates_speeds(&r, s);
    double *const gbytes[] = {&s->l2_gbytes, &s->l3_gbytes, &s->memory_gbytes};
    for (int l = 0; l < N_LEVELS; l++) {
        const double measured = levels_gbytes_per_s(runner, machine, isa, 1, (level)l);
        *gbytes[l] = measured > 0 ? measured : *gbytes[l];
    }
    const double team = levels_gbytes_per_s(runner, machine, isa, machine->threads_allowed, LEVEL_MEMORY);
    s->memory_gbytes_of_team = team > 0 ? team : s->memory_gbytes_of_team;
    const team_costs costs = levels_team(runner, machine->threads_allowed);
    s->region_ns = costs.region_s > 0 ? 1e9 * costs.region_s : s->region_ns;
    s->barrier_ns = costs.barrier_s > 0 ? 1e9 * costs.barrier_s : s->barrier_ns;
}

/* A random order of the numbers below n. */
static void shuffle(int *order, int n, uint64_t seed, uint64_t round)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        uint32_t words[4];
        nt_philox_block((uint64_t)i, seed << 32 | round, words);
        const int k = (int)(words[0] % (uint32_t)(i + 1)), was = order[i];
        order[i] = order[k];
        order[k] = was;
    }
}

/* Seconds of a run; HUGE_VAL if it failed. */
static double time_one(const table *t, trial_runner *runner, const nt_config *config, double cut_s,
                       bool check)
{
    trial_ask ask = t->ask;
    trial_answer answer = {0};
    ask.config = *config;
    ask.reps = 1;
    ask.check = check;
    ask.only_time = !check;
    ask.cut_s = ask.only_time ? cut_s : 0;
    ask.limit_s = 600;
    runner->run(runner, &ask, &answer);
    return answer.outcome == TRIAL_OK && answer.n > 0 ? stats_median(answer.seconds, answer.n) : HUGE_VAL;
}

/* The standard deviation from the median of the deviations, which a single bad timing does not change. */
static double spread_of(const double *ratio, int n, double median)
{
    double deviation[TABLE_MOST_ROUNDS];
    for (int i = 0; i < n; i++)
        deviation[i] = fabs(ratio[i] / median - 1);
    return 1.4826 * stats_median(deviation, n);
}

enum { GROUP = 4, TOP = 32, FRESH = 24 };

/* What a recording shares. */
typedef struct recording {
    table *t;
    trial_runner *runner;
    const volatile _Atomic sig_atomic_t *stop;
    record_progress_fn *progress;
    void *context;
    int64_t done, all;
    double anchors[STATS_MOST];
    int n_anchors;
    bool lost; /* the anchor failed at the start of a round, so there is nothing to compare with */
} recording;

/* Times these n entries once, in this order; ratio[i] is that of entry i.  What has failed is not tried again. */
static void time_round(recording *r, const int *order, int n, bool check, double *ratio)
{
    static const double hopeless = 4;
    const table *t = r->t;
    double before = time_one(t, r->runner, &t->anchor, 0, false);
    r->lost |= !isfinite(before);
    for (int i = 0; i < n && !*r->stop && isfinite(before); i += GROUP) {
        const int end = i + GROUP < n ? i + GROUP : n;
        for (int k = i; k < end; k++)
            if (isfinite(ratio[order[k]]))
                ratio[order[k]] =
                    time_one(t, r->runner, &t->entry[order[k]].config, hopeless * before, check);
        const double after = time_one(t, r->runner, &t->anchor, 0, false),
                     beside = isfinite(after) ? 0.5 * (before + after) : before;
        for (int k = i; k < end; k++)
            ratio[order[k]] /= beside;
        before = isfinite(after) ? after : before;
        if (r->n_anchors < STATS_MOST && isfinite(after))
            r->anchors[r->n_anchors++] = after;
        if (r->progress)
            r->progress(r->context, r->done + end, r->all);
    }
    r->done += n;
}

/* Sets an entry by its rounds: ratio[round * stride]. */
static void summarize(table_entry *e, const double *ratio, size_t stride, int rounds)
{
    double of_one[STATS_MOST] = {0};
    for (int round = 0; round < rounds; round++)
        of_one[round] = ratio[(size_t)round * stride];
    e->ratio = stats_median(of_one, rounds);
    e->spread = isfinite(e->ratio) ? spread_of(of_one, rounds, e->ratio) : 0;
}

/* The entry with the least ratio of those not marked; -1: there is none. */
static int least_unmarked(const table *t, const unsigned char *mark)
{
    int least = -1;
    for (int i = 0; i < t->n_entries; i++)
        if (!mark[i] && isfinite(t->entry[i].ratio) &&
            (least < 0 || t->entry[i].ratio < t->entry[least].ratio))
            least = i;
    return least;
}

/* The entries that are not `fresh` among the TOP fastest. */
static int stale_top(const table *t, const unsigned char *fresh, unsigned char *mark, int list[TOP])
{
    int n = 0;
    memset(mark, 0, (size_t)t->n_entries);
    for (int k = 0; k < TOP; k++) {
        const int i = least_unmarked(t, mark);
        if (i < 0)
            break;
        mark[i] = 1;
        if (!fresh[i])
            list[n++] = i;
    }
    return n;
}

/* Of thousands of medians the least ones are also the luckiest.  So the fastest entries are timed afresh, more often,
 * until all of the fastest are fresh. */
static void time_top(recording *r, double *ratio, unsigned char *fresh, unsigned char *mark)
{
    table *t = r->t;
    int list[TOP], n_list;
    r->progress = NULL; /* how often is not known */
    while (!*r->stop && !r->lost && (n_list = stale_top(t, fresh, mark, list)) > 0) {
        double fresh_ratio[FRESH][TOP];
        for (int round = 0; round < FRESH && !*r->stop; round++) {
            for (int k = 0; k < n_list; k++)
                ratio[list[k]] = 0;
            time_round(r, list, n_list, false, ratio);
            for (int k = 0; k < n_list; k++)
                fresh_ratio[round][k] = ratio[list[k]];
        }
        for (int k = 0; k < n_list && !*r->stop && !r->lost; k++) {
            summarize(&t->entry[list[k]], &fresh_ratio[0][k], TOP, FRESH);
            fresh[list[k]] = 1;
        }
    }
}

nt_status record_run(table *t, trial_runner *runner, int rounds, uint64_t seed,
                     const volatile _Atomic sig_atomic_t *stop, record_progress_fn *progress, void *context,
                     nt_error *why)
{
    const size_t n = (size_t)t->n_entries;
    double *ratio = calloc(n * (size_t)rounds, sizeof *ratio);
    unsigned char *marks = calloc(n, 2);
    int *order = calloc(n, sizeof *order);
    recording *r = calloc(1, sizeof *r);
    const bool room = ratio && marks && order && r;
    if (room) {
        *r = (recording){.t = t,
                         .runner = runner,
                         .stop = stop,
                         .progress = progress,
                         .context = context,
                         .all = (int64_t)rounds * t->n_entries};
        for (int round = 0; round < rounds && !*stop; round++) {
            double *here = ratio + (size_t)round * n;
            for (size_t i = 0; i < n && round > 0; i++)
                here[i] = isfinite((here - n)[i]) ? 0 : HUGE_VAL;
            shuffle(order, t->n_entries, seed, (uint64_t)round);
            time_round(r, order, t->n_entries, round == 0 && t->ask.check, here);
        }
        for (size_t i = 0; i < n && !*stop && r->n_anchors > 0 && !r->lost; i++)
            summarize(&t->entry[i], ratio + i, n, rounds);
        if (r->n_anchors > 0 && !r->lost)
            time_top(r, ratio, marks, marks + n);
    }
    const bool anchored = room && r->n_anchors > 0 && !r->lost;
    t->rounds = rounds;
    t->anchor_s = anchored ? stats_median(r->anchors, r->n_anchors) : 0;
    free(ratio);
    free(marks);
    free(order);
    free(r);
    if (anchored && !*stop)
        return NT_OK;
    snprintf(why->text, sizeof why->text,
             !room   ? "no memory for the times"
             : *stop ? "stopped before the table was complete"
                     : "its anchor config failed");
    return room ? NT_EARG : NT_ENOMEM;
}
