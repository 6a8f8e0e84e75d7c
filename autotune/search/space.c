/*
 * space.c - the configs that a search may try: axes of values
 * SPDX-License-Identifier: MIT
 */
#include "search/space.h"

#include <assert.h>
#include <stdbool.h>
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

static void add_all(space *s, space_axis axis, const int64_t *values, int n, int64_t most)
{
    for (int i = 0; i < n && s->n[axis] < SPACE_MOST_VALUES; i++)
        if (values[i] <= most)
            add(s, axis, values[i]);
}

static bool is_ours(const space *s, const nt_tile *t)
{
    return t->dtype == s->q.dtype &&
           strcmp(t->variant, s->q.kernel->variants[s->q.arithmetic.variant].name) == 0;
}

static const nt_tile *tiles_of(const space *s)
{
    return s->q.kernel->tiles[s->q.arithmetic.isa];
}

/* The plain one first, so that it stays where others are no faster. */
static void add_functions(space *s)
{
    const nt_tile *tiles = tiles_of(s);
    const nt_config *plain = &s->q.arithmetic;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; tiles[i].fn && s->n[SPACE_FUNCTION] < SPACE_MOST_VALUES; i++)
            if (is_ours(s, &tiles[i]) &&
                (pass == 1 || (tiles[i].unroll == plain->unroll && tiles[i].jam == plain->jam)))
                add(s, SPACE_FUNCTION, i);
}

#define ADD_ALL(s, axis, most, ...)                                                                          \
    add_all(s, axis, (const int64_t[]){__VA_ARGS__}, sizeof(const int64_t[]){__VA_ARGS__} / sizeof(int64_t), \
            most)

static void add_tiles(space *s)
{
    const int64_t *n = s->q.shape, cells = n[0] * n[1] * n[2];
    const int64_t line = 64 / (int64_t)nt_dtype_bytes(s->q.dtype);
    const int64_t deepest = s->q.steps < NT_MAX_DEPTH ? s->q.steps : NT_MAX_DEPTH;
    add(s, SPACE_DEPTH, 1);
    for (int a = SPACE_TILE_X; a <= SPACE_TILE_Z; a++)
        add(s, (space_axis)a, 0);
    if (s->radius == 0) {
        add_powers(s, SPACE_DEPTH, 2, deepest, 2);
        add(s, SPACE_DEPTH, deepest > 0 ? deepest : 1);
        /* In x a tile may be a chunk of many rows, where `flat` fuses them. */
        add_powers(s, SPACE_TILE_X, 8 * line, cells < 1 << 20 ? cells : 1 << 20, 2);
        add_powers(s, SPACE_TILE_Y, 1, n[1] / 2, 4);
        add_powers(s, SPACE_TILE_Z, 1, n[2] / 2, 4);
        return;
    }
    ADD_ALL(s, SPACE_DEPTH, deepest, 2, 3, 4, 6, 8, 12, 16);
    ADD_ALL(s, SPACE_TILE_X, n[0] - 1, 64, 128, 256, 512, 1024);
    ADD_ALL(s, SPACE_TILE_Y, n[1] - 1, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128);
    ADD_ALL(s, SPACE_TILE_Z, n[2] - 1, 1, 2, 4, 8, 16);
}

void space_make(space *s, const space_question *q)
{
    *s = (space){.q = *q, .radius = nt_kernel_radius(q->kernel, nt_kernel_case(q->kernel, q->order)->params)};
    for (int p = 0; p < NT_N_PARALLELS; p++)
        add(s, SPACE_PARALLEL, p);
    for (int o = 0; o < NT_N_ORDERS; o++)
        add(s, SPACE_ORDER, o);
    for (int c = 0; c < NT_N_SCHEDULES; c++)
        add(s, SPACE_SCHEDULE, c);
    for (int i = 0; i < q->n_threads; i++)
        add(s, SPACE_THREADS, q->threads[i]);
    add_functions(s);
    add_tiles(s);
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
    nt_config_canonical(s->q.kernel, s->q.shape, s->radius == 0, s->q.steps, &config);
    return config;
}

/* ---- Where to begin -------------------------------------------------------------------------------- */

/*
 * A tile slides by the radius a step, so between two fronts it comes back to all but the first of the planes that
 * its steps have touched: depth * r of the skew, a front, and r on either side for the neighbours; rows alike.
 * In x a cut tile slides by whole cache lines.
 */
double space_wavefront_bytes(const space *s, const nt_config *c)
{
    const nt_kernel *k = s->q.kernel;
    const int64_t bytes = (int64_t)nt_dtype_bytes(s->q.dtype), line = 64 / bytes, r = s->radius;
    const int64_t slide[3] = {(r + line - 1) / line * line, r, r};
    double cells = k->n_levels + k->n_coefs;
    for (int a = 0; a < 3; a++) {
        const int64_t parts = a == 1 && c->parallel != NT_SERIAL ? c->threads : 1;
        const int64_t size = c->tile[a] > 0 ? c->tile[a] : (s->q.shape[a] + parts - 1) / parts;
        const int64_t reach = size + (c->depth - 1) * slide[a] + 2 * r;
        cells *= (double)(reach < s->q.shape[a] ? reach : s->q.shape[a]);
    }
    return cells * (double)bytes;
}

/* The largest of an axis with which the wavefront fits; 0 where the least does not. */
static int64_t largest_fitting(const space *s, nt_config c, space_axis axis, double bytes)
{
    int64_t best = 0;
    for (int i = 0; i < s->n[axis]; i++) {
        const int64_t v = s->value[axis][i];
        c.tile[axis - SPACE_TILE_X] = v;
        if (v > best && space_wavefront_bytes(s, &c) <= bytes)
            best = v;
    }
    return best;
}

/* Tiles of one depth that stay in a cache, of whole rows or of cut ones. */
static bool fit_wavefront(const space *s, int depth, double bytes, bool whole_rows, nt_config *c)
{
    const int64_t enough = (int64_t)depth * s->radius; /* rows: below, half of a tile is skew */
    c->depth = depth;
    c->tile[2] = 0; /* planes: each front reads again a radius on either side */
    for (int i = 0; i < s->n[SPACE_TILE_Z] && c->tile[2] < 2; i++)
        if (s->value[SPACE_TILE_Z][i] >= s->radius)
            c->tile[2] = s->value[SPACE_TILE_Z][i];
    /* Of cut rows the longest first: the axis ascends behind its 0. */
    const int n_cut = s->n[SPACE_TILE_X] - 1;
    for (int i = 0; i < (whole_rows ? 1 : n_cut); i++) {
        c->tile[0] = whole_rows ? 0 : s->value[SPACE_TILE_X][n_cut - i];
        c->tile[1] = largest_fitting(s, *c, SPACE_TILE_Y, bytes);
        if (c->tile[1] >= enough)
            return true;
    }
    return false;
}

static int add_start(const space *s, nt_config start[SPACE_MOST_STARTS], int n, nt_config c)
{
    if (n == SPACE_MOST_STARTS)
        return n;
    start[n] = space_canonical(s, c);
    for (int i = 0; i < n; i++)
        if (space_complexity(&start[i], &start[n]) == 0)
            return n;
    return n + 1;
}

/* Every depth of which tiles stay in a cache.  Rows are cut where no depth's would fit whole: pieces come slowly from
 * the memory, and slide by whole cache lines. */
static int add_wavefronts(const space *s, nt_config start[SPACE_MOST_STARTS], int n, nt_config plain,
                          double bytes)
{
    static const int depths[] = {8, 16, 4, 12, 6, 3, 2};
    bool found = false;
    for (int whole = 1; whole >= 0 && !found; whole--)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            nt_config c = plain;
            if (depths[d] > s->q.steps || !fit_wavefront(s, depths[d], bytes, whole, &c))
                continue;
            n = add_start(s, start, n, c);
            found = true;
        }
    return n;
}

static int stencil_starts(const space *s, nt_config start[SPACE_MOST_STARTS])
{
    /* All of the last level's share is not too much: of what a front touches not everything comes back. */
    const double cache[] = {(double)s->q.l3_bytes, 0.5 * (double)s->q.l3_bytes, 0.75 * (double)s->q.l2_bytes};
    nt_config plain = s->q.arithmetic;
    plain.parallel = NT_OUTER;
    plain.order = NT_ZYX;
    plain.schedule = NT_STATIC;
    plain.threads = s->q.threads[s->q.n_threads - 1];
    plain.depth = 1;
    memset(plain.tile, 0, sizeof plain.tile);
    int n = 0;
    for (size_t k = 0; k < sizeof cache / sizeof *cache; k++)
        n = add_wavefronts(s, start, n, plain, cache[k]);
    /* The planes that a row of tiles reads of one level stay in cache while it goes through z.  One step at a time
     * waits for the memory, and how its functions ask for what comes next decides. */
    const int grids = s->q.kernel->n_levels + s->q.kernel->n_coefs;
    for (int f = s->q.steps > 1 ? 0 : s->n[SPACE_FUNCTION] - 1; f >= 0; f--) {
        const nt_tile *function = &tiles_of(s)[s->value[SPACE_FUNCTION][f]];
        nt_config layers = plain;
        layers.unroll = function->unroll;
        layers.jam = function->jam;
        layers.tile[2] = layers.jam;
        layers.tile[1] = largest_fitting(s, layers, SPACE_TILE_Y, 0.5 * (double)s->q.l2_bytes * grids);
        layers.tile[2] = 0;
        n = add_start(s, start, n, layers);
    }
    return n;
}

int space_starts(const space *s, nt_config start[SPACE_MOST_STARTS])
{
    if (s->radius > 0)
        return stencil_starts(s, start);
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
    start[0] = space_canonical(s, c);
    return 1;
}

/* ---- Moves ------------------------------------------------------------------------------------------ */

static void set_axis(const space *s, nt_config *c, space_axis axis, int64_t value)
{
    switch (axis) {
    case SPACE_PARALLEL: c->parallel = (nt_parallel)value; break;
    case SPACE_ORDER: c->order = (nt_order)value; break;
    case SPACE_SCHEDULE: c->schedule = (nt_schedule)value; break;
    case SPACE_THREADS: c->threads = (int)value; break;
    case SPACE_DEPTH: c->depth = (int)value; break;
    case SPACE_TILE_X: c->tile[0] = value; break;
    case SPACE_TILE_Y: c->tile[1] = value; break;
    case SPACE_TILE_Z: c->tile[2] = value; break;
    case SPACE_FUNCTION:
        c->unroll = tiles_of(s)[value].unroll;
        c->jam = tiles_of(s)[value].jam;
        break;
    case SPACE_N_AXES: break;
    }
}

static int64_t get_axis(const space *s, const nt_config *c, space_axis axis)
{
    switch (axis) {
    case SPACE_PARALLEL: return c->parallel;
    case SPACE_ORDER: return c->order;
    case SPACE_SCHEDULE: return c->schedule;
    case SPACE_THREADS: return c->threads;
    case SPACE_DEPTH: return c->depth;
    case SPACE_TILE_X: return c->tile[0];
    case SPACE_TILE_Y: return c->tile[1];
    case SPACE_TILE_Z: return c->tile[2];
    case SPACE_FUNCTION:
        for (int i = 0; i < s->n[axis]; i++) {
            const nt_tile *t = &tiles_of(s)[s->value[axis][i]];
            if (t->unroll == c->unroll && t->jam == c->jam)
                return s->value[axis][i];
        }
        return -1;
    case SPACE_N_AXES: break;
    }
    return -1;
}

int space_place(const space *s, const nt_config *config, space_axis axis)
{
    const int64_t value = get_axis(s, config, axis);
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return i;
    return 0;
}

nt_config space_set(const space *s, nt_config config, space_axis axis, int64_t value)
{
    /* A serial config has one thread; sharing a loop again means all of them. */
    if (axis == SPACE_PARALLEL && value != NT_SERIAL && config.threads == 1)
        config.threads = s->q.threads[s->q.n_threads - 1];
    set_axis(s, &config, axis, value);
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

/* Two or three axes, each to a value at most two places away. */
nt_config space_near(const space *s, nt_config config, uint64_t *state)
{
    const int n = 2 + (int)(draw(state) >> 33) % 2;
    for (int i = 0; i < n; i++) {
        const space_axis axis = (space_axis)((draw(state) >> 33) % SPACE_N_AXES);
        const int at = space_place(s, &config, axis) + (int)((draw(state) >> 33) % 5) - 2;
        if (at >= 0 && at < s->n[axis])
            set_axis(s, &config, axis, s->value[axis][at]);
    }
    return space_canonical(s, config);
}

nt_config space_random(const space *s, uint64_t *state)
{
    nt_config c = s->q.arithmetic;
    for (int a = 0; a < SPACE_N_AXES; a++)
        set_axis(s, &c, (space_axis)a, s->value[a][(draw(state) >> 33) % (uint64_t)s->n[a]]);
    return space_canonical(s, c);
}

int space_complexity(const nt_config *plain, const nt_config *c)
{
    return (c->parallel != plain->parallel) + (c->order != plain->order) + (c->depth != plain->depth) +
           (c->threads != plain->threads) + (c->schedule != plain->schedule) + (c->unroll != plain->unroll) +
           (c->jam != plain->jam) + (c->tile[0] != plain->tile[0]) + (c->tile[1] != plain->tile[1]) +
           (c->tile[2] != plain->tile[2]);
}
