/*
 * space.c - the configs that a search may try: axes of values
 * SPDX-License-Identifier: MIT
 */
#include "space.h"

#include <assert.h>
#include <string.h>

const char *space_axis_name(space_axis axis)
{
    static const char *const names[SPACE_N_AXES] = {
#define X(code, text) [SPACE_##code] = text,
        SPACE_AXIS_MAP(X)
#undef X
    };
    return names[axis];
}

static void add(space *s, space_axis axis, int64_t value)
{
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return;
    assert(s->n[axis] < SPACE_MOST_VALUES);
    s->value[axis][s->n[axis]++] = value;
}

static void add_powers(space *s, space_axis axis, int64_t least, int64_t most, int factor)
{
    for (int64_t v = least; v <= most && s->n[axis] < SPACE_MOST_VALUES; v *= factor)
        add(s, axis, v);
}

static void add_unrolls(space *s)
{
    const nt_kernel *k = s->q.kernel;
    for (const nt_tile *t = k->tiles[s->q.arithmetic.isa]; t->fn; t++)
        if (t->dtype == s->q.dtype && t->jam == s->q.arithmetic.jam &&
            strcmp(t->variant, k->variants[s->q.arithmetic.variant].name) == 0)
            add(s, SPACE_UNROLL, t->unroll);
}

void space_make(space *s, const space_question *q)
{
    *s = (space){.q = *q};
    const int64_t cells = q->shape[0] * q->shape[1] * q->shape[2];
    const int64_t line = 64 / (int64_t)nt_dtype_bytes(q->dtype);
    for (int p = 0; p < NT_N_PARALLELS; p++)
        add(s, SPACE_PARALLEL, p);
    for (int o = 0; o < NT_N_ORDERS; o++)
        add(s, SPACE_ORDER, o);
    for (int c = 0; c < NT_N_SCHEDULES; c++)
        add(s, SPACE_SCHEDULE, c);
    for (int i = 0; i < q->n_threads; i++)
        add(s, SPACE_THREADS, q->threads[i]);
    add_unrolls(s);
    add(s, SPACE_DEPTH, 1);
    if (nt_kernel_radius(q->kernel, NULL) == 0) {
        const int64_t deepest = q->steps < NT_MAX_DEPTH ? q->steps : NT_MAX_DEPTH;
        add_powers(s, SPACE_DEPTH, 2, deepest, 2);
        add(s, SPACE_DEPTH, deepest);
    }
    /* In x a tile may be a chunk of many rows, where `flat` fuses them. */
    add(s, SPACE_TILE_X, 0);
    add_powers(s, SPACE_TILE_X, 8 * line, cells < 1 << 20 ? cells : 1 << 20, 2);
    add(s, SPACE_TILE_Y, 0);
    add_powers(s, SPACE_TILE_Y, 1, q->shape[1] / 2, 4);
    add(s, SPACE_TILE_Z, 0);
    add_powers(s, SPACE_TILE_Z, 1, q->shape[2] / 2, 4);
}

double space_size(const space *s)
{
    double size = 1;
    for (int a = 0; a < SPACE_N_AXES; a++)
        size *= s->n[a];
    return size;
}

nt_config space_canonical(const space *s, nt_config config)
{
    nt_config_canonical(s->q.kernel, s->q.shape, nt_kernel_radius(s->q.kernel, NULL) == 0, s->q.steps,
                        &config);
    return config;
}

nt_config space_start(const space *s)
{
    nt_config c = s->q.arithmetic;
    c.parallel = NT_FLAT;
    c.order = NT_ZYX;
    c.schedule = NT_STATIC;
    c.threads = s->q.threads[s->q.n_threads - 1];
    c.depth = (int)s->value[SPACE_DEPTH][s->n[SPACE_DEPTH] - 1]; /* all steps, or 1 */
    memset(c.tile, 0, sizeof c.tile);
    if (c.depth > 1) {
        const int64_t half = s->q.l1d_bytes / 2 / (int64_t)nt_dtype_bytes(s->q.dtype);
        for (int i = 0; i < s->n[SPACE_TILE_X]; i++)
            if (s->value[SPACE_TILE_X][i] <= half)
                c.tile[0] = s->value[SPACE_TILE_X][i];
    }
    return space_canonical(s, c);
}

static void set_axis(nt_config *c, space_axis axis, int64_t value)
{
    switch (axis) {
    case SPACE_PARALLEL: c->parallel = (nt_parallel)value; break;
    case SPACE_ORDER: c->order = (nt_order)value; break;
    case SPACE_SCHEDULE: c->schedule = (nt_schedule)value; break;
    case SPACE_THREADS: c->threads = (int)value; break;
    case SPACE_UNROLL: c->unroll = (int)value; break;
    case SPACE_DEPTH: c->depth = (int)value; break;
    case SPACE_TILE_X: c->tile[0] = value; break;
    case SPACE_TILE_Y: c->tile[1] = value; break;
    case SPACE_TILE_Z: c->tile[2] = value; break;
    case SPACE_N_AXES: break;
    }
}

nt_config space_set(const space *s, nt_config config, space_axis axis, int64_t value)
{
    /* A serial config has one thread; sharing a loop again means all of them. */
    if (axis == SPACE_PARALLEL && value != NT_SERIAL && config.threads == 1)
        config.threads = s->q.threads[s->q.n_threads - 1];
    set_axis(&config, axis, value);
    return space_canonical(s, config);
}

/* xorshift64*: Vigna, ACM TOMS 42 (2016). */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

nt_config space_random(const space *s, uint64_t *state)
{
    nt_config c = s->q.arithmetic;
    for (int a = 0; a < SPACE_N_AXES; a++)
        set_axis(&c, (space_axis)a, s->value[a][(draw(state) >> 33) % (uint64_t)s->n[a]]);
    return space_canonical(s, c);
}

int space_complexity(const nt_config *plain, const nt_config *c)
{
    return (c->parallel != plain->parallel) + (c->order != plain->order) + (c->depth != plain->depth) +
           (c->threads != plain->threads) + (c->schedule != plain->schedule) + (c->unroll != plain->unroll) +
           (c->jam != plain->jam) + (c->tile[0] != plain->tile[0]) + (c->tile[1] != plain->tile[1]) +
           (c->tile[2] != plain->tile[2]);
}
