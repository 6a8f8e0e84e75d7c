/*
 * noise.c - how much the times of one config differ here, and how often a decision goes wrong because of it
 * SPDX-License-Identifier: MIT
 */
#include "measure/noise.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

noise_level noise_measure(trial_runner *runner, const trial_ask *ask, int pairs, double seconds)
{
    race *r = calloc(1, sizeof *r);
    noise_level n = {0};
    if (!r)
        return n;
    *r = (race){.runner = runner, .only_time = true};
    race_add(r, ask);
    race_add(r, ask);
    race_run(r, 2, pairs, runner->now_s(runner) + seconds);
    double difference[STATS_MOST];
    const bool good = r->entrant[0].outcome == TRIAL_OK && r->entrant[1].outcome == TRIAL_OK;
    for (int i = 0; good && i < r->n_rounds; i++)
        difference[n.n++] = fabs(log(r->entrant[0].seconds[i] / r->entrant[1].seconds[i]));
    free(r);
    qsort(difference, (size_t)n.n, sizeof *difference, ascending);
    if (n.n > 0) {
        n.half = difference[n.n / 2];
        n.most = difference[(int)(0.95 * n.n)];
    }
    return n;
}

/* A runner that makes the times of some asks smaller. */
typedef struct planter {
    trial_runner runner;
    trial_runner *next;
    double planted;
    double mark_s; /* asks with this limit are those */
} planter;

static void run_planted(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    const planter *p = (const planter *)self;
    p->next->run(p->next, ask, answer);
    for (int i = 0; ask->limit_s == p->mark_s && i < answer->n; i++)
        answer->seconds[i] *= p->planted;
}

static double now_planted(trial_runner *self)
{
    const planter *p = (const planter *)self;
    return p->next->now_s(p->next);
}

noise_decisions noise_decide(trial_runner *runner, const trial_ask *ask, double planted, int n,
                             double seconds, const volatile _Atomic sig_atomic_t *stop)
{
    noise_decisions d = {0};
    planter p = {{run_planted, now_planted}, runner, planted, ask->limit_s + 1};
    race *r = malloc(sizeof *r);
    double rounds[STATS_MOST];
    for (; r && d.n < n && d.n < STATS_MOST && !(stop && *stop); d.n++) {
        const double begin_s = runner->now_s(runner);
        *r = (race){.runner = &p.runner, .only_time = true};
        const int reference = race_add(r, ask), candidate = race_add(r, ask);
        r->entrant[candidate].ask.limit_s = p.mark_s;
        decision_run(r, candidate, reference, begin_s, begin_s + seconds);
        d.n_faster += decision_faster(r, candidate, reference);
        d.n_failed += race_ratio(r, candidate, reference).n == 0;
        rounds[d.n] = r->n_rounds;
    }
    free(r);
    d.rounds = d.n > 0 ? stats_median(rounds, d.n) : 0;
    return d;
}
