/*
 * space.c - the configs that a search may try: axes of values
 * SPDX-License-Identifier: MIT
 */
#include "search/space.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "nestune/philox.h"

const nt_key_id space_axes[SPACE_N_AXES] = {
    NT_KEY_PARALLEL, NT_KEY_DEPTH,   NT_KEY_TILE_X,  NT_KEY_TILE_Y,   NT_KEY_TILE_Z,
    NT_KEY_CHUNK,    NT_KEY_FN,      NT_KEY_LAYOUT,  NT_KEY_THREADS,  NT_KEY_SCHEDULE,
    NT_KEY_ORDER,    NT_KEY_OWN,      NT_KEY_OWN + 1, NT_KEY_OWN + 2, NT_KEY_OWN + 3,
};

static void add(space *s, nt_key_id axis, int64_t value)
{
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return;
    assert(s->n[axis] < SPACE_MOST_VALUES);
    s->value[axis][s->n[axis]++] = value;
}

static void add_powers(space *s, nt_key_id axis, int64_t least, int64_t most, int factor)
{
    for (int64_t v = least; v <= most && s->n[axis] < SPACE_MOST_VALUES; v *= factor)
        add(s, axis, v);
}

static void add_all(space *s, nt_key_id axis, const int64_t *values, int n, int64_t most)
{
    for (int i = 0; i < n && s->n[axis] < SPACE_MOST_VALUES; i++)
        if (values[i] <= most)
            add(s, axis, values[i]);
}

/* The default function comes first, so that it stays if others are no faster.  Other layouts have some of its forms. */
static void add_functions(space *s)
{
    const nt_kernel *k = s->q.kernel;
    const nt_config *a = &s->q.arithmetic;
    const nt_function *f;
    add(s, NT_KEY_FN, a->fn);
    for (int i = 0; k->field && (f = nt_kernel_function_at(k, i)); i++)
        if (f->isa == a->isa && f->dtype == s->q.dtype && nt_kernel_variant(k, f->variant) == a->variant &&
            (int)f->layout != a->layout) {
            add(s, NT_KEY_LAYOUT, a->layout);
            add(s, NT_KEY_LAYOUT, f->layout);
        }
    for (int i = 0; (f = nt_kernel_function_at(k, i)); i++)
        if (f->isa == a->isa && f->dtype == s->q.dtype && (int)f->layout == a->layout &&
            nt_kernel_variant(k, f->variant) == a->variant)
            add(s, NT_KEY_FN, nt_kernel_form(k, f->fn));
}

#define ADD_ALL(s, axis, most, ...)                                                                          \
    add_all(s, axis, (const int64_t[]){__VA_ARGS__}, sizeof(const int64_t[]){__VA_ARGS__} / sizeof(int64_t), \
            most)

static void add_tiles(space *s)
{
    const int64_t *n = s->q.shape, cells = n[0] * n[1] * n[2];
    const int64_t line = 64 / (int64_t)nt_dtype_bytes(s->q.dtype);
    const int64_t deepest = s->q.steps < NT_MAX_DEPTH ? s->q.steps : NT_MAX_DEPTH;
    add(s, NT_KEY_DEPTH, 1);
    for (int a = NT_KEY_TILE_X; a <= NT_KEY_TILE_Z; a++)
        add(s, (nt_key_id)a, 0);
    if (s->radius == 0) {
        add_powers(s, NT_KEY_DEPTH, 2, deepest, 2);
        add(s, NT_KEY_DEPTH, deepest > 0 ? deepest : 1);
        /* In x a tile may be a chunk of many rows, because `flat` fuses them. */
        add_powers(s, NT_KEY_TILE_X, 8 * line, cells < 1 << 20 ? cells : 1 << 20, 2);
        add_powers(s, NT_KEY_TILE_Y, 1, n[1] / 2, 4);
        add_powers(s, NT_KEY_TILE_Z, 1, n[2] / 2, 4);
        return;
    }
    ADD_ALL(s, NT_KEY_DEPTH, deepest, 2, 3, 4, 6, 8, 12, 16);
    if (s->n[NT_KEY_LAYOUT] > 1) /* columns of bricks: few in x, and long in z */
        ADD_ALL(s, NT_KEY_TILE_X, n[0] - 1, 4, 8, 16);
    ADD_ALL(s, NT_KEY_TILE_X, n[0] - 1, 64, 128, 256, 512, 1024);
    ADD_ALL(s, NT_KEY_TILE_Y, n[1] - 1, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128);
    ADD_ALL(s, NT_KEY_TILE_Z, n[2] - 1, 1, 2, 4, 8, 16);
    if (s->n[NT_KEY_LAYOUT] > 1)
        ADD_ALL(s, NT_KEY_TILE_Z, n[2] - 1, 64, 128);
}

/* Every value of a key with named values, as far as this kernel allows it. */
static void add_named(space *s, nt_key_id axis, int n)
{
    if (!nt_key_name(s->q.kernel, axis))
        return;
    for (int v = 0; v < n; v++) {
        nt_config c = nt_config_blank(s->q.kernel);
        nt_key_set(&c, axis, v);
        if (nt_config_check(s->q.kernel, &c, NULL) == NT_OK)
            add(s, axis, v);
    }
}

static void add_chunks(space *s)
{
    add(s, NT_KEY_CHUNK, 0);
    add_powers(s, NT_KEY_CHUNK, 1 << 10, s->q.shape[0] / 2 < 1 << 24 ? s->q.shape[0] / 2 : 1 << 24, 4);
}

void space_make(space *s, const space_question *q)
{
    const nt_kernel *k = q->kernel;
    *s = (space){.q = *q, .radius = nt_kernel_radius(k, q->kernel_case->params)};
    add_named(s, NT_KEY_PARALLEL, NT_N_PARALLELS);
    /* The tiles of a field are alike, so guided would lie between static and dynamic: the tuner leaves it out. */
    add_named(s, NT_KEY_SCHEDULE, k->field ? NT_SCHEDULE_GUIDED : NT_N_SCHEDULES);
    for (int i = 0; i < q->n_threads; i++)
        add(s, NT_KEY_THREADS, q->threads[i]);
    add_functions(s);
    if (k->range) {
        add_chunks(s);
    } else if (k->field) {
        add_named(s, NT_KEY_ORDER, NT_N_ORDERS);
        add_tiles(s);
    }
    for (int i = 0; k->keys && k->keys[i].name; i++)
        add_all(s, (nt_key_id)(NT_KEY_OWN + i), k->keys[i].values, k->keys[i].n_values, INT64_MAX);
}

double space_size(const space *s)
{
    double size = 1;
    for (int a = 0; a < NT_N_KEYS; a++)
        size *= s->n[a] > 0 ? s->n[a] : 1;
    return size;
}

nt_config space_canonical(const space *s, nt_config config)
{
    nt_config_canonical(s->q.kernel, s->q.shape, s->radius == 0, s->q.steps, &config);
    return config;
}

nt_config space_at(const space *s, const space_walk *w)
{
    nt_config c = s->q.arithmetic;
    for (int i = 0; i < SPACE_N_AXES; i++)
        if (s->n[space_axes[i]] > 0)
            nt_key_set(&c, space_axes[i], s->value[space_axes[i]][w->at[i]]);
    return space_canonical(s, c);
}

bool space_next(const space *s, space_walk *w)
{
    for (int i = 0; i < SPACE_N_AXES; w->at[i++] = 0)
        if (++w->at[i] < s->n[space_axes[i]])
            return true;
    return false;
}

/* ---- Where to begin -------------------------------------------------------------------------------- */

/*
 * In each step a tile slides by the radius.  Between two fronts it reads again all planes that its steps have
 * touched but the first: depth * r of the skew, one front, and r on either side for the neighbours; rows
 * likewise.  In x a cut tile slides by whole cache lines.
 */
double space_wavefront_bytes(const space *s, const nt_config *c)
{
    const nt_kernel *k = s->q.kernel;
    const int64_t bytes = (int64_t)nt_dtype_bytes(s->q.dtype), line = 64 / bytes, r = s->radius;
    const int64_t slide[3] = {(r + line - 1) / line * line, r, r};
    double cells = k->field->n_levels + k->field->n_coefs;
    for (int a = 0; a < 3; a++) {
        const int64_t parts = a == 1 && c->parallel != NT_PARALLEL_SERIAL ? c->threads : 1;
        const int64_t size = c->tile[a] > 0 ? c->tile[a] : (s->q.shape[a] + parts - 1) / parts;
        const int64_t reach = size + (c->depth - 1) * slide[a] + 2 * r;
        cells *= (double)(reach < s->q.shape[a] ? reach : s->q.shape[a]);
    }
    return cells * (double)bytes;
}

/* The largest value of an axis with which the wavefront fits; 0 if the smallest does not. */
static int64_t largest_fitting(const space *s, nt_config c, nt_key_id axis, double bytes)
{
    int64_t best = 0;
    for (int i = 0; i < s->n[axis]; i++) {
        const int64_t v = s->value[axis][i];
        nt_key_set(&c, axis, v);
        if (v > best && space_wavefront_bytes(s, &c) <= bytes)
            best = v;
    }
    return best;
}

/* Finds tiles of one depth that stay in a cache, with whole rows or with cut ones. */
static bool fit_wavefront(const space *s, int depth, double bytes, bool whole_rows, nt_config *c)
{
    const int64_t enough = (int64_t)depth * s->radius; /* rows: with fewer, half of a tile is skew */
    c->depth = depth;
    c->tile[2] = 0; /* planes: each front reads a radius on either side again */
    for (int i = 0; i < s->n[NT_KEY_TILE_Z] && c->tile[2] < 2; i++)
        if (s->value[NT_KEY_TILE_Z][i] >= s->radius)
            c->tile[2] = s->value[NT_KEY_TILE_Z][i];
    /* Cut rows: tries the longest first.  The axis ascends after its 0. */
    const int n_cut = s->n[NT_KEY_TILE_X] - 1;
    for (int i = 0; i < (whole_rows ? 1 : n_cut); i++) {
        c->tile[0] = whole_rows ? 0 : s->value[NT_KEY_TILE_X][n_cut - i];
        c->tile[1] = largest_fitting(s, *c, NT_KEY_TILE_Y, bytes);
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
        if (nt_config_differences(&start[i], &start[n]) == 0)
            return n;
    return n + 1;
}

/* Adds a start for every depth whose tiles stay in a cache.  Rows are cut if no depth fits with whole rows:
 * cut rows load slowly from memory, and slide by whole cache lines. */
static int add_wavefronts(const space *s, nt_config start[SPACE_MOST_STARTS], int n, nt_config base,
                          double bytes)
{
    static const int depths[] = {8, 16, 4, 12, 6, 3, 2};
    bool found = false;
    for (int whole = 1; whole >= 0 && !found; whole--)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            nt_config c = base;
            if (depths[d] > s->q.steps || !fit_wavefront(s, depths[d], bytes, whole, &c))
                continue;
            n = add_start(s, start, n, c);
            found = true;
        }
    return n;
}

static int stencil_starts(const space *s, nt_config start[SPACE_MOST_STARTS])
{
    /* The whole share of the last-level cache is not too much: a front does not read again everything that it
     * touched. */
    const double cache[] = {(double)s->q.speeds.l3_bytes, 0.5 * (double)s->q.speeds.l3_bytes,
                            0.75 * (double)s->q.speeds.l2_bytes};
    nt_config base = s->q.arithmetic;
    base.parallel = NT_PARALLEL_OUTER;
    base.order = NT_ORDER_ZYX;
    base.schedule = NT_SCHEDULE_STATIC;
    base.threads = s->q.threads[s->q.n_threads - 1];
    base.depth = 1;
    memset(base.tile, 0, sizeof base.tile);
    int n = 0;
    for (size_t k = 0; k < sizeof cache / sizeof *cache; k++)
        n = add_wavefronts(s, start, n, base, cache[k]);
    for (int i = 1; i < s->n[NT_KEY_LAYOUT]; i++) { /* whole columns, a few of them */
        nt_config columns = base;
        columns.layout = (int)s->value[NT_KEY_LAYOUT][i];
        for (int d = 0; d < s->n[NT_KEY_DEPTH] && s->value[NT_KEY_DEPTH][d] <= 8; d++)
            columns.depth = (int)s->value[NT_KEY_DEPTH][d];
        columns.tile[0] = 8;
        columns.tile[1] = 32;
        n = add_start(s, start, n, columns);
    }
    /* While a row of tiles moves through z, the planes that it reads of one level stay in cache.  One step at
     * a time is limited by memory, so the way that its functions prefetch decides. */
    const int grids = s->q.kernel->field->n_levels + s->q.kernel->field->n_coefs;
    for (int f = s->q.steps > 1 ? 0 : s->n[NT_KEY_FN] - 1; f >= 0; f--) {
        nt_config layers = base;
        layers.fn = (int)s->value[NT_KEY_FN][f];
        layers.tile[2] = 1;
        layers.tile[1] =
            largest_fitting(s, layers, NT_KEY_TILE_Y, 0.5 * (double)s->q.speeds.l2_bytes * grids);
        layers.tile[2] = 0;
        n = add_start(s, start, n, layers);
    }
    return n;
}

static int range_starts(const space *s, nt_config start[SPACE_MOST_STARTS])
{
    nt_config c = s->q.arithmetic;
    c.parallel = NT_PARALLEL_FLAT;
    c.schedule = NT_SCHEDULE_STATIC;
    c.threads = s->q.threads[s->q.n_threads - 1];
    c.chunk = 0;
    int n = add_start(s, start, 0, c);
    c.schedule = NT_SCHEDULE_DYNAMIC;
    c.chunk = s->q.shape[0] / (16 * (int64_t)c.threads) + 1;
    for (int i = s->n[NT_KEY_CHUNK] - 1; i > 0 && s->value[NT_KEY_CHUNK][i] > c.chunk; i--)
        c.chunk = s->value[NT_KEY_CHUNK][i];
    return add_start(s, start, n, c);
}

int space_starts(const space *s, nt_config start[SPACE_MOST_STARTS])
{
    if (s->q.kernel->program) {
        start[0] = s->q.arithmetic;
        return 1;
    }
    if (s->q.kernel->range)
        return range_starts(s, start);
    if (s->radius > 0)
        return stencil_starts(s, start);
    nt_config c = s->q.arithmetic;
    c.parallel = NT_PARALLEL_FLAT;
    c.order = NT_ORDER_ZYX;
    c.schedule = NT_SCHEDULE_STATIC;
    c.threads = s->q.threads[s->q.n_threads - 1];
    c.depth = (int)s->value[NT_KEY_DEPTH][s->n[NT_KEY_DEPTH] - 1]; /* all steps, or 1 */
    memset(c.tile, 0, sizeof c.tile);
    if (c.depth > 1) {
        const int64_t half = s->q.speeds.l1_bytes / 2 / (int64_t)nt_dtype_bytes(s->q.dtype);
        for (int i = 0; i < s->n[NT_KEY_TILE_X]; i++)
            if (s->value[NT_KEY_TILE_X][i] <= half)
                c.tile[0] = s->value[NT_KEY_TILE_X][i];
    }
    start[0] = space_canonical(s, c);
    return 1;
}

/* ---- Moves ------------------------------------------------------------------------------------------ */

int space_place(const space *s, const nt_config *config, nt_key_id axis)
{
    const int64_t value = nt_key_get(config, axis);
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return i;
    return 0;
}

bool space_has(const space *s, const nt_config *config)
{
    for (int i = 0; i < SPACE_N_AXES; i++) {
        const nt_key_id axis = space_axes[i];
        const int64_t value = nt_key_get(config, axis);
        const bool is_serial = axis == NT_KEY_THREADS && config->parallel == NT_PARALLEL_SERIAL;
        if (s->n[axis] > 0 && !is_serial && value != s->value[axis][space_place(s, config, axis)])
            return false;
    }
    return true;
}

nt_config space_set(const space *s, nt_config config, nt_key_id axis, int64_t value)
{
    /* A serial config has one thread; if a loop is shared again, it gets all of them. */
    if (axis == NT_KEY_PARALLEL && value != NT_PARALLEL_SERIAL && config.threads == 1)
        config.threads = s->q.threads[s->q.n_threads - 1];
    nt_key_set(&config, axis, value);
    return space_canonical(s, config);
}

/* A number below n.  The upper half of the state is the seed, the lower half counts the draws. */
static int draw(uint64_t *state, int n)
{
    uint32_t words[4];
    nt_philox_block(*state & UINT32_MAX, *state >> 32, words);
    ++*state;
    return (int)(words[0] % (uint32_t)n);
}

/* Changes two or three axes, each to a value at most two places away. */
nt_config space_near(const space *s, nt_config config, uint64_t *state)
{
    const int n = 2 + draw(state, 2);
    for (int i = 0; i < n; i++) {
        nt_key_id axis;
        do
            axis = space_axes[draw(state, SPACE_N_AXES)];
        while (s->n[axis] == 0);
        const int at = space_place(s, &config, axis) + draw(state, 5) - 2;
        if (at >= 0 && at < s->n[axis])
            nt_key_set(&config, axis, s->value[axis][at]);
    }
    return space_canonical(s, config);
}

nt_config space_random(const space *s, uint64_t *state)
{
    nt_config c = s->q.arithmetic;
    for (int i = 0; i < SPACE_N_AXES; i++) {
        const nt_key_id a = space_axes[i];
        if (s->n[a] > 0)
            nt_key_set(&c, a, s->value[a][draw(state, s->n[a])]);
    }
    return space_canonical(s, c);
}
