/*
 * shapes.c - one config for all shapes of a class, or as few as are near the best on each
 * SPDX-License-Identifier: MIT
 */
#include "tune/shapes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/decision.h"
#include "tune/rows.h"
#include "tune/stages.h"

/* ---- The choice ---------------------------------------------------------------------------------------- */

/* Shapes in the order of the lengths of their rows; bit i of `cuts`: another config from the shape behind order[i] on. */
typedef struct division {
    int order[RESULT_MOST_SHAPES];
    unsigned cuts;
    int config[RESULT_MOST_SHAPES]; /* of each shape */
    double worst;                   /* the largest of what each surely takes over the best */
} division;

static double best_seconds(const shapes_times *t, int shape)
{
    double best = HUGE_VAL;
    for (int i = 0; i < t->n_configs; i++)
        best = fmin(best, t->seconds[shape][i]);
    return best;
}

/* The worst ratio of a config on the shapes order[from] to order[to - 1]. */
static double worst_of(const shapes_choice *c, const int *order, int from, int to, int config)
{
    double worst = 0;
    for (int i = from; i < to; i++)
        worst = fmax(worst, c->over_best[order[i]][config]);
    return worst;
}

/* The same, of what it surely takes. */
static double surely_of(const shapes_times *t, const int *order, int from, int to, int config)
{
    double worst = 0;
    for (int i = from; i < to; i++)
        worst = fmax(worst, t->surely[order[i]][config]);
    return worst;
}

/* One config for these shapes: the preferred one, unless another is better, both surely and as measured. */
static void serve(const shapes_times *t, const shapes_choice *c, division *d, int from, int to, int preferred)
{
    static const double same = DECISION_WORTH;
    const double mine = surely_of(t, d->order, from, to, preferred),
                 measured = worst_of(c, d->order, from, to, preferred);
    int best = preferred;
    double least = mine;
    for (int i = 0; i < t->n_configs; i++) {
        const double surely = surely_of(t, d->order, from, to, i), worst = worst_of(c, d->order, from, to, i);
        if (worst <= measured && (surely < least || (surely == least && best != preferred &&
                                                     worst < worst_of(c, d->order, from, to, best)))) {
            best = i;
            least = surely;
        }
    }
    if (same * mine <= least && mine <= fmax(SHAPES_NEAR, least))
        best = preferred;
    for (int i = from; i < to; i++)
        d->config[d->order[i]] = best;
    d->worst = fmax(d->worst, surely_of(t, d->order, from, to, best));
}

/* Between shapes with rows of the same length no threshold can lie. */
static bool can_cut(const shapes_times *t, const division *d)
{
    for (int i = 0; i + 1 < t->n_shapes; i++)
        if (d->cuts & 1u << i && t->nx[d->order[i]] == t->nx[d->order[i + 1]])
            return false;
    return true;
}

static void divide(const shapes_times *t, const shapes_choice *c, division *d, int preferred)
{
    d->worst = 0;
    for (int from = 0, i = 0; i < t->n_shapes; i++)
        if (i + 1 == t->n_shapes || d->cuts & 1u << i) {
            serve(t, c, d, from, i + 1, preferred);
            from = i + 1;
        }
}

static int64_t halfway(int64_t a, int64_t b)
{
    return (int64_t)llround(sqrt((double)a * (double)b));
}

shapes_choice shapes_choose(const shapes_times *t, int preferred)
{
    shapes_choice c = {.config = {0}};
    division d = {.cuts = 0}, best;
    for (int s = 0; s < t->n_shapes; s++)
        for (int i = 0; i < t->n_configs; i++)
            c.over_best[s][i] = t->seconds[s][i] / best_seconds(t, s);
    for (int s = 0; s < t->n_shapes; s++) { /* insertion sort */
        int at = s;
        for (; at > 0 && t->nx[d.order[at - 1]] > t->nx[s]; at--)
            d.order[at] = d.order[at - 1];
        d.order[at] = s;
    }
    divide(t, &c, &d, preferred);
    best = d;
    for (int n = 1; n < t->n_shapes && best.worst > SHAPES_NEAR; n++)
        for (d.cuts = 1; d.cuts < 1u << (t->n_shapes - 1); d.cuts++) {
            if (__builtin_popcount(d.cuts) != n || !can_cut(t, &d))
                continue;
            divide(t, &c, &d, preferred);
            if (d.worst <= SHAPES_NEAR && d.worst < best.worst)
                best = d;
        }
    for (int i = t->n_shapes - 1; i >= 0; i--) {
        const int s = best.order[i];
        c.config[s] = best.config[s];
        if (i + 1 == t->n_shapes)
            continue;
        const int next = best.order[i + 1];
        c.upto[s] = best.cuts & 1u << i ? halfway(t->nx[s], t->nx[next]) : c.upto[next];
    }
    return c;
}

/* ---- The race ------------------------------------------------------------------------------------------- */

void shapes_note(const race *r, const int *place, double seconds[FINALISTS], double surely[FINALISTS])
{
    const int fastest = race_fastest(r);
    for (int i = 0; i < r->n; i++) {
        const stats_interval over = fastest >= 0 ? race_ratio(r, i, fastest) : (stats_interval){0};
        const int at = place ? place[i] : i;
        seconds[at] = over.n > 0 ? over.median * race_median(r, fastest) : HUGE_VAL;
        surely[at] = over.n > 0 ? fmax(over.low, 1) : HUGE_VAL;
    }
}

/* As many finalists as can run some rounds: the default, which is the first, the winner, and then the fastest.
 * place[i]: the finalist of entrant i. */
static void enter_finalists(race *r, const tuning_row *tr, const trial_ask *ask, const nt_config *winner,
                            double deadline_s, int place[FINALISTS])
{
    enum { ROUNDS = 4 };
    static const double beside = 1.2; /* a trial takes longer than its run */
    const double round_s = (deadline_s - tr->t->runner->now_s(tr->t->runner)) / (beside * ROUNDS);
    bool taken[FINALISTS] = {false};
    double used_s = 0;
    for (int n = 0; n < tr->n_finalists; n++) {
        int next = -1;
        for (int i = 0; i < tr->n_finalists; i++) {
            const bool first = i == 0 || nt_config_differences(&tr->finalist[i], winner) == 0;
            if (!taken[i] && isfinite(tr->finalist_s[i]) &&
                (first || next < 0 || tr->finalist_s[i] < tr->finalist_s[next])) {
                next = i;
                if (first)
                    break;
            }
        }
        if (next < 0)
            return;
        taken[next] = true;
        trial_ask one = *ask, timed = *ask;
        one.config = timed.config = tr->finalist[next];
        const double whole = trial_shorten(&timed);
        used_s +=
            fmax(tr->finalist_s[next] / whole * trial_cells(ask) / trial_cells(&tr->ask), ask->window_s);
        if (used_s > round_s)
            return;
        place[race_add(r, &one)] = next;
    }
}

/* Times on one more shape.  False: there was no time for a comparison. */
static bool time_shape(race *r, tuning_row *tr, const int64_t shape[3], const nt_config *winner,
                       double deadline_s, double seconds[FINALISTS], double surely[FINALISTS])
{
    enum { LEAST = 4, MOST = 24 };
    tuning *t = tr->t;
    int place[FINALISTS];
    trial_ask ask = tr->ask;
    memcpy(ask.shape, shape, sizeof ask.shape);
    *r = (race){.runner = t->runner, .stop = t->o->stop, .only_time = true};
    enter_finalists(r, tr, &ask, winner, deadline_s, place);
    if (r->n < 2)
        return false;
    race_run(r, LEAST, MOST, deadline_s);
    for (int i = 0; i < tr->n_finalists; i++)
        seconds[i] = surely[i] = HUGE_VAL;
    shapes_note(r, place, seconds, surely);
    bool any = false;
    for (int i = 0; i < tr->n_finalists; i++)
        any |= isfinite(seconds[i]);
    return any;
}

int tuning_shapes(tuning_row *tr, const nt_config *winner, double deadline_s,
                  int64_t shape[RESULT_MOST_SHAPES][3], shapes_choice *chosen)
{
    tuning *t = tr->t;
    int preferred = 0;
    for (int i = 0; i < tr->n_finalists; i++)
        if (nt_config_differences(&tr->finalist[i], winner) == 0)
            preferred = i;
    shapes_times times = {.n_shapes = 1, .n_configs = tr->n_finalists, .nx = {tr->ask.shape[0]}};
    memcpy(shape[0], tr->ask.shape, sizeof shape[0]);
    memcpy(times.seconds[0], tr->finalist_s, sizeof times.seconds[0]);
    memcpy(times.surely[0], tr->finalist_surely, sizeof times.surely[0]);
    race *r = tr->n_finalists > 1 && t->o->shape[0] == 0 ? calloc(1, sizeof *r) : NULL;
    tuning_tell(t, "shapes", NULL);
    if (r && !(t->o->stop && *t->o->stop) &&
        rows_other_shape(&t->r->machine, t->kernel, t->kernel_case, tr->row->dtype, tr->row->shape_class,
                         shape[0], shape[1]) &&
        time_shape(r, tr, shape[1], winner, deadline_s, times.seconds[1], times.surely[1])) {
        times.nx[1] = shape[1][0];
        times.n_shapes = 2;
    }
    free(r);
    *chosen = shapes_choose(&times, preferred);
    return times.n_shapes;
}
