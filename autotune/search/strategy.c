/*
 * strategy.c - the strategies, and the one that draws at random
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

const strategy strategies[] = {
    {"model", "what a model of the machine predicts to be fast, then its neighbours", strategy_model},
    {"descent", "one key after the other, from starts that the cache sizes suggest", strategy_descent},
    {"random", "configs drawn at random", random_order},
    {"exhaustive", "all configs, one after the other", strategy_exhaustive},
    {0},
};

const strategy *strategy_find(const char *name)
{
    for (const strategy *s = strategies; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}
