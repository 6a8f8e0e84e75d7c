/*
 * score.c - how near a strategy comes to the best config of a table, against the number of configs it may try
 * SPDX-License-Identifier: MIT
 */
#include "simulate/score.h"

#include <math.h>
#include <stdlib.h>

#include "simulate/replay.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double score_random_ratio(const double *sorted, int n_entries, int n)
{
    const int place = (int)lround((n_entries + 1.0) / (n + 1.0));
    return sorted[place < 1 ? 0 : place > n_entries ? n_entries - 1 : place - 1];
}

/* The ratio of what the search believes to be the best, after each config. */
typedef struct course {
    const replay *replay;
    double *best; /* [budget] */
    int budget, n;
    const search *s;
} course;

static void note(void *context, const candidate *c, bool is_best)
{
    course *at = context;
    (void)c, (void)is_best;
    const search *s = at->s;
    const table_entry *e = s->best >= 0 ? table_find(at->replay->table, &s->tried[s->best].config) : NULL;
    for (; at->n < at->replay->n_seen && at->n < at->budget; at->n++)
        at->best[at->n] = e ? e->ratio : HUGE_VAL;
}

static bool run_once(const table *t, const strategy *which, int budget, uint64_t seed, bool noisy, search *s,
                     double *best)
{
    replay r;
    if (!replay_begin(&r, t, noisy, seed))
        return false;
    course at = {.replay = &r, .best = best, .budget = budget, .s = s};
    *s = (search){.runner = &r.runner,
                  .space = &t->space,
                  .ask = t->ask,
                  .deadline_s = budget,
                  .seed = seed,
                  .best = -1,
                  .guessed = -1,
                  .on_trial = note,
                  .context = &at};
    s->ask.reps = 1;
    search_begin(s);
    which->run(s);
    for (; at.n < budget; at.n++) /* it ended before */
        best[at.n] = at.n > 0 ? best[at.n - 1] : HUGE_VAL;
    replay_end(&r);
    search_free(s);
    return true;
}

static void summarize(score *s, const table *t, const double *best, int n_seeds, double *sorted,
                      double *of_seeds)
{
    int n = 0;
    for (int i = 0; i < t->n_entries; i++)
        if (isfinite(t->entry[i].ratio))
            sorted[n++] = t->entry[i].ratio;
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    for (int b = 0; b < s->budget; b++) {
        double sum = 0;
        for (int k = 0; k < n_seeds; k++) {
            of_seeds[k] = fmin(best[k * s->budget + b], sorted[n - 1]);
            sum += of_seeds[k];
        }
        qsort(of_seeds, (size_t)n_seeds, sizeof *of_seeds, ascending);
        const double random = score_random_ratio(sorted, n, b + 1);
        s->at[b] =
            (score_point){.median = sorted[0] / of_seeds[n_seeds / 2],
                          .worst = sorted[0] / of_seeds[n_seeds - 1],
                          .p = random > sorted[0] ? (random - sum / n_seeds) / (random - sorted[0]) : 1};
        s->mean_p += s->at[b].p / s->budget;
    }
}

nt_status score_strategy(score *s, const table *t, const strategy *which, int budget, int n_seeds, bool noisy,
                         const volatile _Atomic sig_atomic_t *stop)
{
    *s = (score){.strategy = which, .budget = budget, .at = calloc((size_t)budget, sizeof *s->at)};
    search *memo = malloc(sizeof *memo);
    double *best = calloc((size_t)budget * (size_t)n_seeds, sizeof *best),
           *room = calloc((size_t)(t->n_entries + n_seeds), sizeof *room);
    bool good = memo && best && room && s->at;
    for (int k = 0; k < n_seeds && good && !*stop; k++)
        good = run_once(t, which, budget, (uint64_t)k + 1, noisy, memo, best + (size_t)k * (size_t)budget);
    if (good && !*stop)
        summarize(s, t, best, n_seeds, room, room + t->n_entries);
    free(memo);
    free(best);
    free(room);
    return !good ? NT_ENOMEM : *stop ? NT_EARG : NT_OK;
}

void score_free(score *s)
{
    free(s->at);
    s->at = NULL;
}
