/*
 * ranked.c - the default strategy: what a model predicts to be fast, then its neighbours
 * SPDX-License-Identifier: MIT
 *
 * The model (nestune/model.h) ranks the whole space, which costs no trial.  Its mistakes are alike for configs of one
 * family: the same depth, way of sharing and kind of rows.  So each measured config corrects its family, and the next
 * trial goes to the config with the least corrected time.  All forms of a field's function are tried early, on one
 * schedule.  In the second half of the time the search moves from the
 * best config to its neighbours on each axis, the ones with the best predictions first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "search/strategy.h"

enum { FAMILIES = 256, KEPT = 12, SEEN = 1 << 15 };

typedef struct guess {
    nt_config config;
    double ns;
    bool tried;
} guess;

typedef struct family {
    int depth, parallel, schedule, layout;
    bool cut;         /* rows are cut, or a range is divided into chunks */
    guess best[KEPT]; /* ascending */
    int n, n_measured;
    double log_error; /* sum over the measured, of the log of measured over predicted */
} family;

typedef struct ranking {
    search *s;
    family family[FAMILIES];
    int n_families;
    double log_error; /* of all measured */
    int n_measured;
    uint64_t seen[SEEN]; /* hashes of configs that were ranked: at each place the last one that belongs there */
} ranking;

static double predict(const search *s, const nt_config *c)
{
    const space_question *q = &s->space->q;
    nt_prediction p;
    return nt_predict(q->kernel, q->kernel_case->params, q->dtype, q->shape, q->steps, c, &q->speeds, &p) ==
                   NT_OK
               ? p.ns
               : 0;
}

/* ---- Ranking ----------------------------------------------------------------------------------------- */

static family *family_of(ranking *r, const nt_config *c)
{
    const bool cut = c->tile[0] > 0 || c->chunk > 0;
    for (int i = 0; i < r->n_families; i++) {
        family *f = &r->family[i];
        if (f->depth == c->depth && f->parallel == (int)c->parallel && f->schedule == (int)c->schedule &&
            f->layout == c->layout && f->cut == cut)
            return f;
    }
    if (r->n_families == FAMILIES)
        return NULL;
    family *f = &r->family[r->n_families++];
    *f = (family){.depth = c->depth, .parallel = (int)c->parallel, .schedule = (int)c->schedule, .layout = c->layout, .cut = cut};
    return f;
}

/* Most configs have the canonical form of another one, which need not be predicted again.  A miss costs only time, since add() drops
 * duplicates itself. */
static bool was_seen(ranking *r, const nt_config *c)
{
    const uint64_t hash = XXH3_64bits(c, sizeof *c);
    uint64_t *place = &r->seen[hash % SEEN];
    const bool was = *place == hash;
    *place = hash;
    return was;
}

/* Keeps the best few of each family.  Of configs that the model cannot tell apart those nearest to the default come
 * first. */
static void add(ranking *r, const nt_config *c)
{
    static const double a_key = 0.002;
    const double ns = predict(r->s, c) * (1 + a_key * nt_config_differences(&r->s->space->q.arithmetic, c));
    family *f = family_of(r, c);
    if (!f || (f->n == KEPT && ns >= f->best[KEPT - 1].ns))
        return;
    for (int i = 0; i < f->n; i++) /* configs that mean the same have one canonical form */
        if (f->best[i].ns == ns && nt_config_differences(&f->best[i].config, c) == 0)
            return;
    int at = f->n < KEPT ? f->n : KEPT - 1;
    for (; at > 0 && f->best[at - 1].ns > ns; at--)
        f->best[at] = f->best[at - 1];
    f->best[at] = (guess){.config = *c, .ns = ns};
    f->n += f->n < KEPT;
}

/* The axes about which the model knows something.  The others (the form, the order of loops, the kernel's own keys) have
 * the values of the best config so far. */
static const nt_key_id known[] = {NT_KEY_DEPTH, NT_KEY_TILE_X,   NT_KEY_TILE_Y,  NT_KEY_TILE_Z,
                                  NT_KEY_CHUNK, NT_KEY_PARALLEL, NT_KEY_THREADS, NT_KEY_SCHEDULE,
                                  NT_KEY_LAYOUT};
enum { N_KNOWN = sizeof known / sizeof *known };

/* Counts through these axes. */
static void rank(ranking *r)
{
    const space *sp = r->s->space;
    int at[N_KNOWN] = {0};
    for (int k = 0; k < N_KNOWN;) {
        nt_config c = sp->q.arithmetic;
        for (int i = 0; i < N_KNOWN; i++)
            if (sp->n[known[i]] > 0)
                nt_key_set(&c, known[i], sp->value[known[i]][at[i]]);
        c = space_canonical(sp, c);
        if (!was_seen(r, &c))
            add(r, &c);
        for (k = 0; k < N_KNOWN && ++at[k] >= sp->n[known[k]]; k++)
            at[k] = 0;
    }
}

/* ---- Corrections ------------------------------------------------------------------------------------- */

static void learn(ranking *r, const candidate *c)
{
    family *f = family_of(r, &c->config);
    const double predicted = predict(r->s, &c->config);
    if (!f || c->outcome != TRIAL_OK || predicted <= 0)
        return;
    const double measured = 1e9 * c->seconds / trial_cells(&r->s->ask), error = log(measured / predicted);
    f->log_error += error;
    f->n_measured++;
    r->log_error += error;
    r->n_measured++;
}

/* The mean error of a family, drawn towards that of all where little is known. */
static double corrected(const ranking *r, const family *f, double ns)
{
    const double all = r->n_measured > 0 ? r->log_error / r->n_measured : 0;
    return ns * exp((f->log_error + all) / (f->n_measured + 1));
}

static guess *next_guess(ranking *r, double *ns)
{
    guess *best = NULL;
    for (int i = 0; i < r->n_families; i++)
        for (int k = 0; k < r->family[i].n; k++) {
            guess *g = &r->family[i].best[k];
            if (g->tried)
                continue;
            const double here = corrected(r, &r->family[i], g->ns);
            if (!best || here < *ns) {
                best = g;
                *ns = here;
            }
            break; /* the first one not tried is the family's best */
        }
    return best;
}

static bool is_known(nt_key_id axis)
{
    for (int i = 0; i < N_KNOWN; i++)
        if (known[i] == axis)
            return true;
    return false;
}

/* The candidate; NULL without room for it. */
static const candidate *try_guess(ranking *r, guess *g)
{
    search *s = r->s;
    const int before = s->n_tried;
    nt_config config = g->config;
    g->tried = true;
    for (int k = 0; k < SPACE_N_AXES && s->best >= 0; k++)
        if (!is_known(space_axes[k]) && s->space->n[space_axes[k]] > 1)
            nt_key_set(&config, space_axes[k], nt_key_get(&s->tried[s->best].config, space_axes[k]));
    const candidate *c = search_try(s, config);
    if (c && s->guessed < 0)
        s->guessed = (int)(c - s->tried);
    if (c && s->n_tried > before)
        learn(r, c);
    return c;
}

/* What depth does is the model's boldest statement: so the best guess of each depth is measured first, in the order of the
 * predictions, unless it is expected to be several times as slow as another. */
static void try_depths(ranking *r)
{
    static const double hopeless = 4;
    search *s = r->s;
    const space *sp = s->space;
    bool done[SPACE_MOST_VALUES] = {false};
    double least_ns = HUGE_VAL;
    for (guess *best; !search_over(s); try_guess(r, best)) {
        best = NULL;
        for (int i = 0; i < r->n_families; i++) {
            guess *g = &r->family[i].best[0];
            if (r->family[i].n > 0 && g->config.layout == sp->q.arithmetic.layout &&
                !done[space_place(sp, &g->config, NT_KEY_DEPTH)] && (!best || g->ns < best->ns))
                best = g;
        }
        if (!best || best->ns > hopeless * least_ns)
            return;
        least_ns = fmin(least_ns, best->ns);
        done[space_place(sp, &best->config, NT_KEY_DEPTH)] = true;
    }
}

/* How much another layout gains the model does not know, only what suits it: so its best guesses are measured, as long as they are
 * near the best of all. */
static void try_layouts(ranking *r)
{
    enum { MOST = 3 };
    static const double near = 1.1;
    search *s = r->s;
    const space *sp = s->space;
    for (int v = 1; v < sp->n[NT_KEY_LAYOUT]; v++)
        for (int n = 0; n < MOST && !search_over(s) && s->best >= 0; n++) {
            guess *best = NULL;
            for (int i = 0; i < r->n_families; i++)
                for (int k = 0; k < r->family[i].n; k++) {
                    guess *g = &r->family[i].best[k];
                    if (!g->tried && g->config.layout == sp->value[NT_KEY_LAYOUT][v] && (!best || g->ns < best->ns))
                        best = g;
                }
            if (!best)
                return;
            const candidate *c = try_guess(r, best);
            if (!c || s->best < 0 || !(c->seconds < near * s->tried[s->best].seconds))
                break;
        }
}

/* Which form of the kernel's function is the fastest depends little on the schedule: all are tried on the best one so
 * far. */
static void try_forms(ranking *r)
{
    search *s = r->s;
    const space *sp = s->space;
    if (s->best < 0)
        return;
    const nt_config at = s->tried[s->best].config;
    for (int v = 0; v < sp->n[NT_KEY_FN] && !search_over(s); v++)
        search_try(s, space_set(sp, at, NT_KEY_FN, sp->value[NT_KEY_FN][v]));
}

/* Measures the best guesses, until the next one is expected to be no better than what is known, or the time for them
 * is over. */
static void try_guesses(ranking *r, double deadline_s)
{
    static const double hopeless = 1.15;
    enum { LEAST = 4 };
    search *s = r->s;
    double ns = 0;
    guess *g;
    for (int n = 0; !search_over(s) && (g = next_guess(r, &ns)); n++) {
        const double best_ns =
            s->best >= 0 ? 1e9 * s->tried[s->best].seconds / trial_cells(&s->ask) : HUGE_VAL;
        if (n >= LEAST && (ns > hopeless * best_ns || s->runner->now_s(s->runner) > deadline_s))
            return;
        try_guess(r, g);
    }
}

/* ---- Neighbours --------------------------------------------------------------------------------------- */

enum { MOST_NEIGHBOURS = 128 };

static bool is_numeric(nt_key_id axis)
{
    return axis == NT_KEY_DEPTH || axis == NT_KEY_TILE_X || axis == NT_KEY_TILE_Y || axis == NT_KEY_TILE_Z ||
           axis == NT_KEY_CHUNK;
}

static int add_neighbour(const search *s, guess *list, int n, nt_config c)
{
    if (n == MOST_NEIGHBOURS || search_find(s, &c))
        return n;
    const double ns = predict(s, &c);
    int at = n;
    for (; at > 0 && list[at - 1].ns > ns; at--)
        list[at] = list[at - 1];
    list[at] = (guess){.config = c, .ns = ns};
    return n + 1;
}

/* Values of a numeric axis ascend, but for 0, which comes first and means the whole axis: it is next to the largest. */
static bool are_next(const space *sp, nt_key_id axis, int a, int b)
{
    const int last = sp->n[axis] - 1;
    const bool whole = sp->value[axis][0] == 0;
    return whole && (a == 0 || b == 0) ? a + b == last : abs(a - b) == 1;
}

/* The untried configs one place away on a numeric axis, or with another value of a named one. */
static int neighbours(const search *s, nt_config of, guess list[MOST_NEIGHBOURS])
{
    const space *sp = s->space;
    int n = 0;
    for (int k = 0; k < SPACE_N_AXES; k++) {
        const nt_key_id axis = space_axes[k];
        const int here = space_place(sp, &of, axis);
        for (int v = 0; v < sp->n[axis]; v++)
            if (v != here && (!is_numeric(axis) || are_next(sp, axis, v, here) || sp->value[axis][v] == 0))
                n = add_neighbour(s, list, n, space_set(sp, of, axis, sp->value[axis][v]));
    }
    return n;
}

/* Tries the neighbours of the best config, and moves on as soon as one is better; until none is, or the predictions
 * of those that are left are far worse than its own. */
static void climb(ranking *r)
{
    static const double hopeless = 1.3;
    search *s = r->s;
    guess *list = calloc(MOST_NEIGHBOURS, sizeof *list);
    for (bool moved = true; list && moved && s->best >= 0 && !search_over(s);) {
        const int best = s->best;
        const nt_config here = s->tried[best].config;
        const double here_ns = predict(s, &here);
        const int n = neighbours(s, here, list);
        for (int i = 0; i < n && s->best == best && !search_over(s); i++)
            if (list[i].ns < hopeless * here_ns)
                search_try(s, list[i].config);
        moved = s->best != best;
    }
    free(list);
}

/* A random config: a neighbour of the best, or now and then any.  It is drawn again while it is expected to be far slower
 * than the best, so that little time goes into what is known to be slow. */
static nt_config leap(const search *s, bool far, uint64_t *state)
{
    enum { DRAWS = 16 };
    static const double hopeless = 1.5;
    const nt_config best = s->tried[s->best].config;
    const double most_ns = hopeless * predict(s, &best);
    nt_config c = best;
    for (int i = 0; i < DRAWS; i++) {
        c = far ? space_random(s->space, state) : space_near(s->space, best, state);
        if (predict(s, &c) <= most_ns && !search_find(s, &c))
            break;
    }
    return c;
}

/* ---- The strategy --------------------------------------------------------------------------------------- */

void strategy_model(search *s)
{
    const double begin_s = s->runner->now_s(s->runner);
    ranking *r = calloc(1, sizeof *r);
    if (!r || s->space->q.kernel->program) { /* of a program nothing can be predicted */
        free(r);
        strategy_descent(s);
        return;
    }
    r->s = s;
    rank(r);
    for (int i = 0; i < s->n_tried; i++)
        learn(r, &s->tried[i]);
    /* A pointwise kernel's default schedule is limited by its function; a stencil's, by memory; and how a range is shared
     * matters more than its function. */
    if (s->space->q.kernel->field && s->space->radius == 0)
        try_forms(r);
    try_depths(r);
    try_layouts(r);
    if (s->space->radius > 0)
        try_forms(r);
    try_guesses(r, begin_s + (s->deadline_s - begin_s) / 2);
    climb(r);
    free(r);
    /* What is left of the time: all values of each axis, more neighbours, and leaps. */
    if (s->best >= 0)
        descent_from(s, s->tried[s->best].config);
    s->complete = !search_over(s);
    uint64_t state = s->seed << 32;
    for (int i = 0; i < 400 && !search_over(s) && s->best >= 0; i++) {
        const int before = s->best;
        search_try(s, leap(s, i % 4 == 3, &state));
        if (s->best != before)
            descent_from(s, s->tried[s->best].config);
    }
}
