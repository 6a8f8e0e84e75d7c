/*
 * strategy.c - the strategies, and the two that need no thought
 * SPDX-License-Identifier: MIT
 */
#include "search/strategy.h"

#include <stddef.h>
#include <string.h>

static void random_order(search *s)
{
    enum { ENOUGH = 10000 }; /* draws that found nothing new: then little is left */
    uint64_t state = s->seed << 32;
    for (int in_vain = 0; in_vain < ENOUGH && !search_over(s); in_vain++) {
        const int before = s->n_tried;
        search_try(s, space_random(s->space, &state));
        in_vain = s->n_tried > before ? 0 : in_vain;
    }
    s->complete = !search_over(s);
}

/* Counts through all axes, the first one fastest; many of these configs mean the same, and are measured once. */
static void exhaustive(search *s)
{
    const space *sp = s->space;
    int at[SPACE_N_AXES] = {0};
    for (int k = 0; k < SPACE_N_AXES && !search_over(s);) {
        nt_config c = sp->q.arithmetic;
        for (int i = 0; i < SPACE_N_AXES; i++)
            if (sp->n[space_axes[i]] > 0)
                nt_key_set(&c, space_axes[i], sp->value[space_axes[i]][at[i]]);
        search_try(s, c);
        for (k = 0; k < SPACE_N_AXES && ++at[k] >= sp->n[space_axes[k]]; k++)
            at[k] = 0;
        s->complete = k == SPACE_N_AXES;
    }
}

const strategy strategies[] = {
    {"model", "what a model of the machine predicts to be fast, then its neighbours", strategy_model},
    {"descent", "one key after the other, from starts that the cache sizes suggest", strategy_descent},
    {"random", "configs drawn at random", random_order},
    {"exhaustive", "all configs, one after the other", exhaustive},
    {0},
};

const strategy *strategy_find(const char *name)
{
    for (const strategy *s = strategies; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}
