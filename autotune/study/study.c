/*
 * study.c - how the order and the sharing of loops act on speed: a kernel under all combinations of a few keys
 * SPDX-License-Identifier: MIT
 */
#include "study/study.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct factor {
    const char *name;
    nt_key_id key;
} factors[STUDY_N_FACTORS] = {
#define X(code, name, key) {name, key},
    STUDY_FACTOR_MAP(X)
#undef X
};

const char *study_factor_name(study_factor f)
{
    return factors[f].name;
}

study_text study_level_name(const study *s, study_factor f, int level)
{
    study_text t = {""};
    const int64_t v = s->level[f][level], *tile = s->tile[f == STUDY_TILE ? v : 0];
    const char *name = f == STUDY_LOOP       ? nt_parallel_name((nt_parallel)v)
                       : f == STUDY_ORDER    ? nt_order_name((nt_order)v)
                       : f == STUDY_ISA      ? nt_isa_name((nt_isa)v)
                       : f == STUDY_SCHEDULE ? nt_schedule_name((nt_schedule)v)
                                             : NULL;
    if (f == STUDY_TILE)
        snprintf(t.text, sizeof t.text, "%lldx%lldx%lld", (long long)tile[0], (long long)tile[1],
                 (long long)tile[2]);
    else if (name)
        snprintf(t.text, sizeof t.text, "%s", name);
    else
        snprintf(t.text, sizeof t.text, "%lld", (long long)v);
    return t;
}

/* ---- Cells --------------------------------------------------------------------------------------------- */

static nt_config config_of(const study *s, const int level[STUDY_N_FACTORS])
{
    nt_config c = s->standard;
    for (int f = 0; f < STUDY_N_FACTORS; f++)
        if (f != STUDY_TILE && s->n_levels[f] > 0)
            nt_key_set(&c, factors[f].key, s->level[f][level[f]]);
    if (s->n_levels[STUDY_TILE] > 0)
        memcpy(c.tile, s->tile[s->level[STUDY_TILE][level[STUDY_TILE]]], sizeof c.tile);
    if (c.parallel == NT_PARALLEL_SERIAL)
        c.threads = 1;
    /* The first form that the isa has. */
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(s->kernel, i)); i++)
        if (f->isa == c.isa && f->dtype == s->dtype &&
            nt_kernel_variant(s->kernel, f->variant) == c.variant) {
            c.fn = nt_kernel_form(s->kernel, f->fn);
            break;
        }
    return c;
}

/* A serial run has no threads to choose, and no schedule: only the first combination of these counts. */
static bool is_left_out(const study *s, const int level[STUDY_N_FACTORS])
{
    const bool serial = s->level[STUDY_LOOP][level[STUDY_LOOP]] == NT_PARALLEL_SERIAL;
    return serial && (level[STUDY_THREADS] > 0 || level[STUDY_SCHEDULE] > 0);
}

/* Tiles of the axes; an even split has a part for each thread. */
static double synchronisations(const study *s, const nt_config *c)
{
    if (c->parallel == NT_PARALLEL_SERIAL)
        return 0;
    const char *order = nt_order_name(c->order);
    double n = 1;
    for (int level = 0; level < (int)c->parallel - NT_PARALLEL_OUTER && c->parallel != NT_PARALLEL_FLAT;
         level++) {
        const int a = order[level] - 'x';
        n *= c->tile[a] > 0 ? ceil((double)s->shape[a] / (double)c->tile[a]) : 1;
    }
    return n;
}

nt_status study_make(study *s, nt_error *why)
{
    double all = 1;
    for (int f = 0; f < STUDY_N_FACTORS; f++)
        all *= s->n_levels[f] > 0 ? s->n_levels[f] : 1;
    if (all > STUDY_MOST_CELLS) {
        snprintf(why->text, sizeof why->text, "%.0f combinations: at most %d are allowed", all,
                 STUDY_MOST_CELLS);
        return NT_EARG;
    }
    s->cell = calloc((size_t)all, sizeof *s->cell);
    if (!s->cell) {
        snprintf(why->text, sizeof why->text, "no memory for %.0f combinations", all);
        return NT_ENOMEM;
    }
    int at[STUDY_N_FACTORS] = {0};
    for (int f = -1; f != STUDY_N_FACTORS;) {
        if (!is_left_out(s, at)) {
            study_cell *c = &s->cell[s->n_cells++];
            memcpy(c->level, at, sizeof at);
            c->config = config_of(s, at);
        }
        for (f = 0; f < STUDY_N_FACTORS && ++at[f] >= s->n_levels[f]; f++)
            at[f] = 0;
    }
    return NT_OK;
}

void study_free(study *s)
{
    free(s->cell);
    s->cell = NULL;
}

/* ---- Timing ----------------------------------------------------------------------------------------------- */

trial_outcome study_time(study *s, trial_runner *runner, const int64_t n[3], const nt_config *config,
                         int reps, double *seconds)
{
    trial_ask ask = {.kernel = s->kernel,
                     .kernel_case = s->kernel_case,
                     .dtype = s->dtype,
                     .shape = {n[0], n[1], n[2]},
                     .steps = s->steps,
                     .in_place = 1,
                     .config = *config,
                     .reps = reps,
                     .only_time = 1,
                     .limit_s = 600};
    trial_answer answer = {0};
    runner->run(runner, &ask, &answer);
    *seconds = 0;
    if (answer.outcome == TRIAL_OK && answer.n > 0)
        *seconds = stats_median(answer.seconds, answer.n);
    else
        snprintf(s->why, sizeof s->why, "%s", answer.detail);
    return answer.outcome == TRIAL_OK && answer.n < 1 ? TRIAL_CRASH : answer.outcome;
}

void study_run(study *s, trial_runner *runner, int rounds, const volatile _Atomic sig_atomic_t *stop,
               study_progress_fn *progress, void *context)
{
    enum { EVERY = 4, MOST_ANCHORS = STATS_MOST };
    static double anchors[MOST_ANCHORS];
    const double cells = (double)s->shape[0] * (double)s->shape[1] * (double)s->shape[2] * (double)s->steps;
    int n_anchors = 0;
    double anchor_s = 0;
    bool no_anchor = false; /* the standard config does not run: then nothing is known of the drift */
    for (study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        c->synchronisations = synchronisations(s, &c->config);
    for (int round = 0; round < rounds && round < STUDY_MOST_ROUNDS; round++) {
        for (int k = 0; k < s->n_cells; k++) {
            study_cell *c = &s->cell[round % 2 ? s->n_cells - 1 - k : k];
            if (stop && *stop)
                break;
            double seconds;
            if (k % EVERY == 0 && !no_anchor) {
                no_anchor =
                    study_time(s, runner, s->shape, &s->standard, 1, &seconds) != TRIAL_OK && n_anchors == 0;
                anchor_s = seconds > 0 ? seconds : anchor_s;
                if (seconds > 0 && n_anchors < MOST_ANCHORS)
                    anchors[n_anchors++] = seconds;
            }
            if (c->outcome == TRIAL_OK)
                c->outcome = study_time(s, runner, s->shape, &c->config, 1, &seconds);
            if (c->outcome == TRIAL_OK)
                c->seconds[c->n++] = anchor_s > 0 ? seconds / anchor_s : seconds;
            progress(context, (int64_t)round * s->n_cells + k + 1, (int64_t)rounds * s->n_cells);
        }
        if (stop && *stop)
            break;
        s->n_rounds++;
    }
    const double median_s = n_anchors > 0 ? stats_median(anchors, n_anchors) : 1;
    s->anchor_ns = n_anchors > 0 ? 1e9 * median_s / cells : 0;
    for (study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++) {
        for (int i = 0; i < c->n; i++)
            c->seconds[i] *= median_s;
        if (c->n > 0)
            c->ns = stats_median_interval(c->seconds, c->n);
        c->ns.median *= 1e9 / cells;
        c->ns.low *= 1e9 / cells;
        c->ns.high *= 1e9 / cells;
    }
}

/* ---- What follows --------------------------------------------------------------------------------------- */

static bool is_serial(const study_cell *c)
{
    return c->config.parallel == NT_PARALLEL_SERIAL;
}

const study_cell *study_serial(const study *s, const study_cell *c)
{
    const study_cell *found = NULL;
    for (const study_cell *o = s->cell; o < &s->cell[s->n_cells]; o++) {
        if (!is_serial(o) || o->n == 0 || o->config.isa != c->config.isa)
            continue;
        if (o->level[STUDY_ORDER] == c->level[STUDY_ORDER] && o->level[STUDY_TILE] == c->level[STUDY_TILE])
            return o;
        if (!found)
            found = o;
    }
    return found;
}

static bool counts(const study_cell *c)
{
    return !is_serial(c) && c->n > 0 && c->ns.median > 0;
}

/* The sum of squares between the groups of cells that share the levels of two factors (or of one: a == b). */
static double between(const study *s, study_factor a, study_factor b, double mean)
{
    double sum = 0;
    for (int i = 0; i < s->n_levels[a]; i++)
        for (int j = 0; j < (a == b ? 1 : s->n_levels[b]); j++) {
            double logs = 0;
            int n = 0;
            for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
                if (counts(c) && c->level[a] == i && (a == b || c->level[b] == j)) {
                    logs += log(c->ns.median);
                    n++;
                }
            if (n > 0)
                sum += n * (logs / n - mean) * (logs / n - mean);
        }
    return sum;
}

static double mean_log(const study *s, int *n)
{
    double sum = 0;
    *n = 0;
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        if (counts(c)) {
            sum += log(c->ns.median);
            ++*n;
        }
    return *n > 0 ? sum / *n : 0;
}

static int larger_first(const void *a, const void *b)
{
    const double x = ((const study_effect *)a)->share, y = ((const study_effect *)b)->share;
    return (x < y) - (x > y);
}

int study_effects(const study *s, study_effect effect[STUDY_MOST_EFFECTS])
{
    int n, found = 0;
    const double mean = mean_log(s, &n);
    double all = 0, alone[STUDY_N_FACTORS];
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        if (!is_serial(c) && c->n == 0)
            return 0; /* the sums below hold for complete data alone */
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        if (counts(c))
            all += (log(c->ns.median) - mean) * (log(c->ns.median) - mean);
    for (int f = 0; f < STUDY_N_FACTORS; f++)
        alone[f] = between(s, (study_factor)f, (study_factor)f, mean);
    for (int a = 0; a < STUDY_N_FACTORS && all > 0; a++)
        for (int b = a; b < STUDY_N_FACTORS; b++) {
            if (s->n_levels[a] < 2 || s->n_levels[b] < 2)
                continue;
            const double sum =
                a == b ? alone[a] : between(s, (study_factor)a, (study_factor)b, mean) - alone[a] - alone[b];
            effect[found++] = (study_effect){(study_factor)a, (study_factor)b, fmax(0, sum / all)};
        }
    qsort(effect, (size_t)found, sizeof *effect, larger_first);
    return found;
}

double study_level_ratio(const study *s, study_factor f, int level)
{
    int n, here = 0;
    double logs = 0;
    const double mean = mean_log(s, &n);
    for (const study_cell *c = s->cell; c < &s->cell[s->n_cells]; c++)
        if (counts(c) && c->level[f] == level) {
            logs += log(c->ns.median);
            here++;
        }
    return here > 0 ? exp(logs / here - mean) : 0;
}
