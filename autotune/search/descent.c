/*
 * descent.c - coordinate descent from starts that the cache sizes suggest
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "search/strategy.h"

/* A candidate this much faster is worth moving to; a smaller gain may be the noise of a short trial. */
static const double step_worth = 0.99;

enum { PROBES = 400 };

/* Moves one place up or down on each of two axes, at a point where no single axis helps. */
static bool move_pairs(search *s, nt_config *at, double *seconds)
{
    static const nt_key_id pairs[][2] = {{NT_KEY_DEPTH, NT_KEY_TILE_Y},
                                         {NT_KEY_DEPTH, NT_KEY_TILE_X},
                                         {NT_KEY_TILE_X, NT_KEY_TILE_Y},
                                         {NT_KEY_TILE_Y, NT_KEY_TILE_Z}};
    const space *sp = s->space;
    nt_config best = *at;
    bool moved = false;
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        for (int way = 0; way < 4; way++) {
            const nt_key_id a = pairs[p][0], b = pairs[p][1];
            const int i = space_place(sp, at, a) + (way & 1 ? 1 : -1),
                      j = space_place(sp, at, b) + (way & 2 ? 1 : -1);
            if (search_over(s))
                return false;
            if (i < 0 || i >= sp->n[a] || j < 0 || j >= sp->n[b])
                continue;
            const nt_config to = space_set(sp, space_set(sp, *at, a, sp->value[a][i]), b, sp->value[b][j]);
            const candidate *c = search_try(s, to);
            if (c && c->seconds < step_worth * *seconds) {
                *seconds = c->seconds;
                best = c->config;
                moved = true;
            }
        }
    *at = best;
    return moved;
}

/* Tries every value of every axis, one axis after the other, until a whole round finds nothing better. */
bool descent_from(search *s, nt_config at)
{
    if (search_over(s))
        return false;
    const candidate *here = search_try(s, at);
    if (!here || here->outcome != TRIAL_OK)
        return false;
    double seconds = here->seconds;
    at = here->config;
    for (bool moved = true; moved;) {
        moved = false;
        for (int k = 0; k < SPACE_N_AXES; k++) {
            const nt_key_id axis = space_axes[k];
            nt_config best = at;
            here = search_find(s, &at);
            if (!here || here->outcome != TRIAL_OK) /* it was found to be wrong */
                return false;
            for (int v = 0; v < s->space->n[axis]; v++) {
                if (search_over(s))
                    return false;
                const candidate *c = search_try(s, space_set(s->space, at, axis, s->space->value[axis][v]));
                if (c && c->seconds < step_worth * seconds) {
                    seconds = c->seconds;
                    best = c->config;
                    moved = true;
                }
            }
            at = best;
        }
        if (!moved && s->space->radius > 0)
            moved = move_pairs(s, &at, &seconds);
    }
    return s->space->radius == 0 || !search_over(s);
}

void descent_and_probes(search *s, const nt_config *starts, int n_starts, int n_probes)
{
    s->complete = true;
    for (int i = 0; i < n_starts; i++)
        s->complete &= descent_from(s, starts[i]);
    uint64_t state = s->seed << 32;
    for (int i = 0; i < n_probes && !search_over(s); i++) {
        const int before = s->best;
        const bool near = s->space->radius > 0 && s->best >= 0 && i % 4 != 3;
        const candidate *c = search_try(s, near ? space_near(s->space, s->tried[s->best].config, &state)
                                                : space_random(s->space, &state));
        if (c && s->best != before)
            s->complete &= descent_from(s, c->config);
    }
}

/* From the best of the starts that the cache model gives, from its last start, which keeps no steps in cache, and
 * from the default schedule.  A pointwise kernel tries the ways of sharing first; a stencil's trials are long, and
 * configs that keep steps in cache come first. */
void strategy_descent(search *s)
{
    const space *sp = s->space;
    nt_config start[SPACE_MOST_STARTS];
    const int n = space_starts(sp, start);
    for (int p = 0; p < sp->n[NT_KEY_PARALLEL] && sp->radius == 0 && !search_over(s); p++)
        search_try(s, space_set(sp, sp->q.arithmetic, NT_KEY_PARALLEL, sp->value[NT_KEY_PARALLEL][p]));
    nt_config from[] = {start[0], start[n - 1], sp->q.arithmetic};
    double least = HUGE_VAL;
    for (int i = 0; n > 1 && i < n && !search_over(s); i++) {
        const candidate *c = search_try(s, start[i]);
        if (c && c->seconds < least) {
            least = c->seconds;
            from[0] = c->config;
        }
    }
    if (n == 1)
        from[1] = sp->q.arithmetic;
    descent_and_probes(s, from, n == 1 ? 2 : 3, PROBES);
}
