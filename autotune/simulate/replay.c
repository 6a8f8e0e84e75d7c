/*
 * replay.c - a trial_runner that answers from a complete table
 * SPDX-License-Identifier: MIT
 */
#include "simulate/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "nestune/philox.h"

/* A normal number, by twelve uniform ones. */
static double draw_normal(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 3; i++) {
        uint32_t words[4];
        nt_philox_block(*state & UINT32_MAX, *state >> 32, words);
        ++*state;
        for (int k = 0; k < 4; k++)
            sum += words[k] * 0x1p-32;
    }
    return sum;
}

static void answer_from_table(trial_runner *self, const trial_ask *ask, trial_answer *answer)
{
    replay *r = (replay *)self;
    const table_entry *e = table_find(r->table, &ask->config);
    *answer = (trial_answer){.outcome = TRIAL_REFUSED, .detail = "the table does not have it"};
    if (!e)
        return;
    unsigned char *seen = &r->seen[e - r->table->entry];
    r->n_seen += !*seen;
    *seen = 1;
    if (!isfinite(e->ratio))
        return;
    *answer = (trial_answer){.outcome = TRIAL_OK, .n = 1};
    const double error = r->noisy ? e->spread * draw_normal(&r->state) : 0;
    const double part = (double)ask->steps / (double)r->table->ask.steps; /* of the steps that the table has times of */
    answer->seconds[0] = part * r->table->anchor_s * e->ratio * fmax(0.5, 1 + error);
}

static double count_of_configs(trial_runner *self)
{
    return ((replay *)self)->n_seen;
}

bool replay_begin(replay *r, const table *t, bool noisy, uint64_t seed)
{
    *r = (replay){.runner = {answer_from_table, count_of_configs},
                  .table = t,
                  .noisy = noisy,
                  .state = seed << 32,
                  .seen = calloc((size_t)t->n_entries, 1)};
    return r->seen != NULL;
}

void replay_end(replay *r)
{
    free(r->seen);
}
