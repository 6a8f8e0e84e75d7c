/*
 * share.c - which schedule keeps all threads at work
 * SPDX-License-Identifier: MIT
 *
 * Schedules are tuned on cubes.  On a thin array the shared loop of such a schedule may have fewer iterations
 * than there are threads: on a single plane, `outer` in the order zyx has one.  Then another schedule of the
 * same arithmetic, which gives the same bits, replaces it: the first one of this list that gives all threads
 * work, else the one that gives most threads work.
 *
 *   time blocks with the rows of tiles in y split evenly; then depth 1
 *   the next loop shared, with the tiles of the config; then all tiles in one list
 *   the same without tiles
 *   all rows of cells in one list, four planes at a time, which stencils compute together; then one
 */
#include "engine/share.h"

#include <stdio.h>
#include <string.h>

#include "engine/wavefront.h"

enum { Y = NT_Y, Z = NT_Z, N_LOOPS = 3, PLANES = 4 };

int nt_share_parts(const nt_nest *nest)
{
    int64_t parts = 1;
    if (nest->n[0] == 0 || nest->n[1] == 0 || nest->n[2] == 0)
        return nest->threads; /* nothing to do */
    if (nest->blocked)
        parts = nt_wavefront_parts(nest);
    else if (nest->flat)
        for (int a = 0; a < 3; a++)
            parts *= nest->n_tiles[a];
    else if (nest->shared >= 0)
        parts = nest->n_tiles[nest->order[nest->shared]];
    return parts < nest->threads ? (int)parts : nest->threads;
}

typedef struct choice {
    const nt_nest *nest; /* without a schedule */
    nt_config best;
    int parts;
} choice;

static void consider(choice *c, const nt_config *config)
{
    nt_nest nest = *c->nest;
    nt_nest_set_config(&nest, config);
    const int parts = nt_share_parts(&nest);
    if (parts > c->parts) {
        c->best = *config;
        c->parts = parts;
    }
}

/* Loops in this order: from the one that the config shares inwards, then from the outermost. */
static void consider_loops(choice *c, const nt_config *from)
{
    nt_config config = *from;
    const int first = from->parallel == NT_PARALLEL_FLAT ? 0 : (int)from->parallel - NT_PARALLEL_OUTER;
    for (int i = 0; i < N_LOOPS; i++) {
        config.parallel = (nt_parallel)(NT_PARALLEL_OUTER + (first + i) % N_LOOPS);
        consider(c, &config);
    }
    config.parallel = NT_PARALLEL_FLAT;
    consider(c, &config);
}

/* Tries an even split if a tile, as it slides, keeps at least half of its rows from one step to the next. */
static void consider_even_rows(choice *c, const nt_config *from)
{
    nt_nest nest = *c->nest;
    nt_config config = *from;
    config.tile[Y] = 0;
    nt_nest_set_config(&nest, &config);
    if (nest.blocked && nt_wavefront_row_cells(&nest) >= 2 * nest.radius)
        consider(c, &config);
}

static void consider_all(choice *c, const nt_config *from)
{
    nt_config config = *from;
    if (c->nest->radius > 0) {
        consider_even_rows(c, &config);
        config.depth = 1;
    }
    consider_loops(c, &config);
    memset(config.tile, 0, sizeof config.tile);
    consider_loops(c, &config);
    config.parallel = NT_PARALLEL_FLAT;
    config.tile[Y] = 1;
    config.tile[Z] = PLANES;
    consider(c, &config);
    config.tile[Z] = 1;
    consider(c, &config);
}

/* Adds a remark to why.  changed: the new config; NULL if it is the old one. */
static void say(nt_error *why, int parts, int threads, const nt_config *changed)
{
    const size_t used = strlen(why->text);
    char change[128] = "";
    if (changed)
        snprintf(change, sizeof change, ", so parallel=%s,tile=%lldx%lldx%lld,depth=%d",
                 nt_parallel_name(changed->parallel), (long long)changed->tile[0],
                 (long long)changed->tile[1], (long long)changed->tile[2], changed->depth);
    snprintf(why->text + used, sizeof why->text - used, "; %d of %d threads have work%s", parts, threads,
             change);
}

void nt_share_set(nt_nest *nest, nt_config *config, bool named, nt_error *why)
{
    choice c = {.nest = nest, .parts = 0};
    consider(&c, config);
    const int parts = c.parts, threads = config->threads;
    if (parts < threads && !named && config->parallel != NT_PARALLEL_SERIAL) {
        consider_all(&c, config);
        *config = c.best;
    }
    nt_nest_set_config(nest, config);
    if (parts < threads && config->parallel != NT_PARALLEL_SERIAL)
        say(why, parts, threads, c.parts > parts ? config : NULL);
}
