/*
 * tune.c - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 *
 * The arithmetic (isa and variant) is chosen once for a dtype, by the geometric mean of its time in and
 * out of cache, so that a function's values do not depend on the size of an array.  Then each row is
 * searched, the five ways of sharing the loops are timed side by side, the fastest candidates meet in
 * an interleaved final, and its winner meets the default and the roofs in fresh ones.
 */
#include "tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race.h"
#include "roofs.h"

/* Where in a row's time each stage ends; the confirmation has the rest. */
static const double search_end = 0.42, loops_end = 0.52, final_end = 0.72;
/* Out-of-cache trials restore 128 MiB each time. */
static const int weight_of[NT_N_CLASSES] = {[NT_IN_CACHE] = 1, [NT_OUT_OF_CACHE] = 3};
/* A config replaces the default when its ratio is surely below this; and is preferred to a plainer one when
 * it is at least this much faster. */
static const double worth = 0.99;
static const double trial_limit_s = 20, window_s = 1e-3;
enum { FINALISTS = 8, FINAL_ROUNDS_LEAST = 8, FINAL_ROUNDS_MOST = 24, CONFIRM_ROUNDS_LEAST = 14, CONFIRM_ROUNDS_MOST = 40,
       LOOP_ROUNDS_LEAST = 4, LOOP_ROUNDS_MOST = 10, SEARCH_REPS = 3, PROBES = 400 };

typedef struct tuning {
    result *r;
    const nt_kernel *kernel;
    const tune_options *o;
    trial_runner *runner;
    tune_event event;
    tune_event_fn *on_event;
    void *context;
    double start_s;
    int n_rows, weights_left;

    /* Of the dtype at hand. */
    nt_config standard, arithmetic; /* the default config; the same with the chosen isa and variant */
    bool has_peak, has_in_cache, has_memory;
    trial_ask peak, in_cache, memory;
} tuning;

static double elapsed_s(const tuning *t)
{
    return t->runner->now_s(t->runner) - t->start_s;
}

static bool over(const tuning *t)
{
    return (t->o->stop && *t->o->stop) || elapsed_s(t) >= t->o->budget_s;
}

static void tell(tuning *t, const char *stage, const candidate *trial)
{
    t->event.stage = stage;
    t->event.trial = trial;
    t->event.elapsed_s = elapsed_s(t);
    if (t->on_event)
        t->on_event(t->context, &t->event);
}

void tune_row_shape(const nt_machine *machine, const nt_kernel *kernel, nt_dtype dtype, nt_class class,
                    int64_t shape[3])
{
    const int64_t element = (int64_t)nt_dtype_bytes(dtype);
    if (class == NT_IN_CACHE) {
        const int64_t l2 = machine->l2_bytes > 0 ? machine->l2_bytes : 262144;
        const int64_t grids = kernel->n_levels + kernel->n_coefs + (kernel->n_levels == 1);
        const int64_t planes = l2 * 3 / 4 / grids / element / (64 * 24);
        shape[0] = 64, shape[1] = 24, shape[2] = planes > 0 ? planes : 1;
        return;
    }
    const int64_t plane = 100 * 10000 * element, least = INT64_C(128) << 20, most = machine->memory_bytes / 8;
    int64_t bytes = 4 * machine->l3_bytes > least ? 4 * machine->l3_bytes : least;
    if (most > 0 && bytes > most)
        bytes = most;
    shape[0] = 100, shape[1] = 10000, shape[2] = (bytes + plane - 1) / plane;
}

trial_ask tune_row_ask(const nt_kernel *kernel, nt_dtype dtype, nt_class class, const int64_t shape[3], int64_t steps)
{
    /* In cache a run is too short to time alone, and source to result needs no restoring. */
    return (trial_ask){.kernel = kernel, .dtype = dtype, .shape = {shape[0], shape[1], shape[2]}, .steps = steps,
                       .in_place = class == NT_OUT_OF_CACHE, .reps = SEARCH_REPS, .check = 1,
                       .window_s = class == NT_IN_CACHE ? window_s : 0, .limit_s = trial_limit_s};
}

static bool is_config(const nt_kernel *kernel, const nt_config *a, const nt_config *b)
{
    char text[2][NT_CONFIG_TEXT];
    nt_config_format(kernel, a, text[0]);
    nt_config_format(kernel, b, text[1]);
    return strcmp(text[0], text[1]) == 0;
}

/* ---- the arithmetic --------------------------------------------------------------------------- */

/* Median seconds of a config on the default shape of a class; HUGE_VAL if it failed. */
static double quick_time(tuning *t, nt_dtype dtype, nt_class class, const nt_config *config)
{
    int64_t shape[3];
    tune_row_shape(&t->r->machine, t->kernel, dtype, class, shape);
    trial_ask ask = tune_row_ask(t->kernel, dtype, class, t->o->shape[0] > 0 ? t->o->shape : shape, 1);
    ask.config = *config;
    trial_answer answer = {0};
    t->runner->run(t->runner, &ask, &answer);
    candidate c = {.config = *config, .class = answer.class, .seconds = HUGE_VAL};
    snprintf(c.detail, sizeof c.detail, "%s", answer.detail);
    if (answer.class == TRIAL_OK && answer.n > 0)
        c.seconds = stats_median(answer.seconds, answer.n);
    tell(t, "arithmetic", &c);
    return c.seconds;
}

static bool allowed(const tune_options *o, const nt_kernel *kernel, nt_dtype dtype, int variant)
{
    return kernel->variants[variant].max_ulp[dtype] <= o->max_ulp[dtype];
}

nt_status tune_check(const nt_kernel *k, const tune_options *o, nt_error *why)
{
    for (int d = 0; d < NT_N_DTYPES; d++) {
        nt_config config;
        if (!(o->dtypes & 1u << d))
            continue;
        const nt_status status = nt_config_default(k, (nt_dtype)d, &config, why);
        if (status != NT_OK)
            return status;
        int least = 0;
        for (int v = 1; k->variants[v].name; v++)
            if (k->variants[v].max_ulp[d] < k->variants[least].max_ulp[d])
                least = v;
        if (allowed(o, k, (nt_dtype)d, least))
            continue;
        snprintf(why->text, sizeof why->text, "no variant of %s keeps --max-ulp %g in %s: the least is %s with %g",
                 k->name, o->max_ulp[d], nt_dtype_name((nt_dtype)d), k->variants[least].name,
                 k->variants[least].max_ulp[d]);
        return NT_EKERNEL;
    }
    return NT_OK;
}

/* Is this arithmetic clearly faster than the default's in one class, and not slower in the other? */
static bool beats_default(tuning *t, nt_dtype dtype, const nt_config *config)
{
    bool faster = false, slower = false;
    race *r = calloc(1, sizeof *r);
    for (int class = 0; r && class < NT_N_CLASSES; class++) {
        int64_t shape[3];
        tune_row_shape(&t->r->machine, t->kernel, dtype, (nt_class)class, shape);
        trial_ask ask = tune_row_ask(t->kernel, dtype, (nt_class)class, t->o->shape[0] > 0 ? t->o->shape : shape, 1);
        *r = (race){.runner = t->runner, .stop = t->o->stop};
        ask.config = t->standard;
        race_add(r, &ask);
        ask.config = *config;
        race_add(r, &ask);
        race_run(r, CONFIRM_ROUNDS_LEAST, CONFIRM_ROUNDS_LEAST, 0);
        const stats_interval ratio = race_ratio(r, 1, 0);
        const bool default_failed = r->entrant[0].class != TRIAL_OK;
        faster |= default_failed || race_surely_faster(r, 1, 0, worth);
        slower |= !default_failed && ratio.n > 0 && stats_judge(&ratio, 0) == STATS_SLOWER;
    }
    free(r);
    return faster && !slower;
}

/* The first tile function of each isa and variant is its plainest. */
static nt_status choose_arithmetic(tuning *t, nt_dtype dtype, nt_error *why)
{
    const nt_kernel *k = t->kernel;
    nt_status status = nt_config_default(k, dtype, &t->standard, why);
    if (status != NT_OK)
        return status;
    t->standard.threads = t->o->threads[t->o->n_threads - 1];
    double best_in = HUGE_VAL, best_score = HUGE_VAL;
    bool any = false;
    for (int isa = NT_N_ISAS - 1; isa >= 0; isa--) {
        if (!k->tiles[isa] || !nt_isa_available((nt_isa)isa))
            continue;
        for (int v = 0; k->variants[v].name; v++) {
            nt_config c = t->standard;
            c.isa = (nt_isa)isa;
            c.variant = v;
            const nt_tile *tile = k->tiles[isa];
            while (tile->fn && (tile->dtype != dtype || strcmp(tile->variant, k->variants[v].name) != 0))
                tile++;
            if (!tile->fn || !allowed(t->o, k, dtype, v))
                continue;
            c.unroll = tile->unroll;
            c.jam = tile->jam;
            if (!any)
                t->arithmetic = c;
            any = true;
            if (over(t))
                continue;
            const double in = quick_time(t, dtype, NT_IN_CACHE, &c);
            best_in = fmin(best_in, in);
            /* Out of cache no arithmetic can make up for twice the time in cache. */
            if (in > 2 * best_in || !isfinite(in) || over(t))
                continue;
            const double score =
                t->o->shape[0] > 0 ? in : sqrt(in * quick_time(t, dtype, NT_OUT_OF_CACHE, &c));
            if (score < worth * best_score) {
                best_score = score;
                t->arithmetic = c;
            }
        }
    }
    if (any && allowed(t->o, k, dtype, t->standard.variant) && !is_config(k, &t->arithmetic, &t->standard) &&
        !beats_default(t, dtype, &t->arithmetic))
        t->arithmetic = t->standard;
    return any ? NT_OK : tune_check(k, t->o, why);
}

/* ---- one row -------------------------------------------------------------------------------- */

typedef struct tuning_row {
    tuning *t;
    result_row *row;
    search *s;
    trial_ask ask;
    double cells; /* times steps */
} tuning_row;

static void on_search_trial(void *context, const candidate *c, bool is_best)
{
    tuning_row *tr = context;
    (void)is_best;
    if (tr->s->best >= 0)
        tr->t->event.ns_per_cell = 1e9 * tr->s->tried[tr->s->best].seconds / tr->cells;
    tell(tr->t, "search", c);
}

static void search_row(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    search *s = tr->s;
    space sp;
    space_make(&sp, &(space_question){.kernel = t->kernel, .dtype = tr->row->dtype,
                                      .shape = {tr->ask.shape[0], tr->ask.shape[1], tr->ask.shape[2]},
                                      .steps = tr->ask.steps, .arithmetic = t->arithmetic, .threads = t->o->threads,
                                      .n_threads = t->o->n_threads, .l1d_bytes = t->r->machine.l1d_bytes,
                                      .l2_bytes = t->r->machine.l2_bytes});
    *s = (search){.runner = t->runner, .space = &sp, .ask = tr->ask, .deadline_s = deadline_s, .stop = t->o->stop,
                  .seed = t->o->seed + (uint64_t)t->event.row + 1, .best = -1, .on_trial = on_search_trial, .context = tr};
    /* The plain schedule first: it sets the hash.  Then the notebook's question, then the descents. */
    search_try(s, t->arithmetic);
    const nt_config start = space_start(&sp);
    for (int p = 0; p < NT_N_PARALLELS && !(t->o->stop && *t->o->stop); p++)
        search_try(s, space_set(&sp, t->arithmetic, SPACE_PARALLEL, p));
    search_run(s, (nt_config[]){start, t->arithmetic}, 2, PROBES);
    tr->row->space_size = space_size(&sp);
    tr->row->complete = s->complete;
    tr->row->n_trials = s->n_tried;
    tr->row->n_failed = s->n_failed;
    s->space = NULL;
}

static double ns_of(const tuning_row *tr, double seconds)
{
    return isfinite(seconds) ? 1e9 * seconds / tr->cells : 0;
}

static double ask_ns(const trial_ask *ask, double seconds)
{
    return isfinite(seconds)
               ? 1e9 * seconds / ((double)ask->shape[0] * (double)ask->shape[1] * (double)ask->shape[2])
               : 0;
}

/* Among equals the same one every time, whatever the order they were found in. */
static bool text_before(const race *r, int a, int b)
{
    char text[2][NT_CONFIG_TEXT];
    nt_config_format(r->entrant[a].ask.kernel, &r->entrant[a].ask.config, text[0]);
    nt_config_format(r->entrant[b].ask.kernel, &r->entrant[b].ask.config, text[1]);
    return strcmp(text[0], text[1]) < 0;
}

/* Of the entrants 0..n-1 the plainest whose times cannot be told from the fastest's, or nearly. */
static int choose(const race *r, int n, const nt_config *plain)
{
    int fastest = -1;
    for (int i = 0; i < n; i++)
        if (isfinite(race_median(r, i)) && (fastest < 0 || race_median(r, i) < race_median(r, fastest)))
            fastest = i;
    int chosen = fastest;
    for (int i = 0; i < n && fastest >= 0; i++) {
        if (!isfinite(race_median(r, i)))
            continue;
        const stats_interval to_fastest = race_ratio(r, i, fastest);
        const bool equal = to_fastest.low <= 1 && to_fastest.median < 1 / worth;
        const int simpler = space_complexity(plain, &r->entrant[i].ask.config) -
                            space_complexity(plain, &r->entrant[chosen].ask.config);
        if (equal && (simpler < 0 || (simpler == 0 && text_before(r, i, chosen))))
            chosen = i;
    }
    return chosen;
}

/* How many fit into the time, at the mean cost of the search's trials. */
static int finalists_in(double seconds, double trial_s)
{
    const int n = (int)(seconds / (trial_s * FINAL_ROUNDS_LEAST * 1.5));
    return n < 2 ? 2 : n > FINALISTS ? FINALISTS : n;
}

/* Adds a config that is not there yet; returns its entrant. */
static int enter(race *r, const tuning_row *tr, const nt_config *config)
{
    for (int i = 0; i < r->n; i++)
        if (r->entrant[i].ask.kernel == tr->ask.kernel && is_config(tr->ask.kernel, &r->entrant[i].ask.config, config))
            return i;
    trial_ask ask = tr->ask;
    ask.config = *config;
    return race_add(r, &ask);
}

/* The plain schedule against the fastest of the search: the plainest of those that cannot be told apart.  Whoever
 * asks to stop gets the best so far, without a final. */
static nt_config final(const tuning_row *tr, double deadline_s, double trial_s)
{
    tuning *t = tr->t;
    const bool stopped = t->o->stop && *t->o->stop;
    nt_config winner = stopped ? tr->s->tried[tr->s->best].config : t->arithmetic;
    race *r = stopped ? NULL : calloc(1, sizeof *r);
    if (!r)
        return winner;
    *r = (race){.runner = t->runner, .stop = t->o->stop};
    enter(r, tr, &t->arithmetic);
    int top[FINALISTS];
    const int n = search_top(tr->s, top, finalists_in(deadline_s - t->runner->now_s(t->runner), trial_s));
    for (int i = 0; i < n && r->n < FINALISTS; i++)
        enter(r, tr, &tr->s->tried[top[i]].config);
    tell(t, "final", NULL);
    race_run(r, FINAL_ROUNDS_LEAST, FINAL_ROUNDS_MOST, deadline_s);
    const int chosen = choose(r, r->n, &t->arithmetic);
    if (chosen >= 0)
        winner = r->entrant[chosen].ask.config;
    free(r);
    return winner;
}

static void read_roofs(result_row *row, const tuning *t, const race *r, int memory, int peak, int in_cache)
{
    /* Shared among all the threads that may be used. */
    const int threads = t->o->threads[t->o->n_threads - 1];
    if (memory >= 0)
        row->memory_roof_ns = ask_ns(&t->memory, race_median(r, memory));
    if (peak >= 0 && isfinite(race_median(r, peak)))
        row->arithmetic_roof_ns = roofs_arithmetic_ns(t->kernel, row->dtype, t->arithmetic.variant,
                                                      roofs_ns_per_fp(&t->peak, race_median(r, peak)), threads);
    if (in_cache >= 0) {
        row->in_cache_ns = ask_ns(&t->in_cache, race_median(r, in_cache)) / threads;
        memcpy(row->in_cache_shape, t->in_cache.shape, sizeof row->in_cache_shape);
    }
}

/*
 * Default and winner once more, in turn with the roofs.  A final among many favours the lucky one; fresh times
 * do not, so these are the ones that decide and that are told.  Without the winner's being clearly
 * faster the plain schedule stays, of the arithmetic that all rows share.
 */
static void confirm(tuning_row *tr, const nt_config *winner, double deadline_s)
{
    tuning *t = tr->t;
    result_row *row = tr->row;
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    /* Whoever asks to stop waits for the least rounds that can tell. */
    *r = (race){.runner = t->runner, .stop = t->o->stop, .stop_from = CONFIRM_ROUNDS_LEAST};
    const int standard = enter(r, tr, &t->standard), plain = enter(r, tr, &t->arithmetic), best = enter(r, tr, winner);
    const int memory = t->has_memory && row->class == NT_OUT_OF_CACHE ? race_add(r, &t->memory) : -1;
    const int peak = t->has_peak ? race_add(r, &t->peak) : -1;
    const int in_cache = t->has_in_cache ? race_add(r, &t->in_cache) : -1;
    tell(t, "confirm", NULL);
    race_run(r, CONFIRM_ROUNDS_LEAST, CONFIRM_ROUNDS_MOST, deadline_s);
    read_roofs(row, t, r, memory, peak, in_cache);

    const bool plain_runs = isfinite(race_median(r, plain));
    const bool adopted = best != plain && isfinite(race_median(r, best)) &&
                         (!plain_runs || race_surely_faster(r, best, plain, worth));
    const int taken = adopted ? best : plain;
    row->config = r->entrant[taken].ask.config;
    row->default_ns = ns_of(tr, race_median(r, standard));
    row->tuned_ns = ns_of(tr, race_median(r, taken));
    row->ratio = taken == standard ? (stats_interval){1, 1, 1, r->n_rounds} : race_ratio(r, taken, standard);
    row->verdict = taken == standard ? STATS_SAME : row->ratio.n > 0 ? stats_judge(&row->ratio, 0) : STATS_UNDECIDED;
    free(r);
}

/* Serial, outer, middle, inner, flat: the best that the search knows of each, side by side. */
static void loops(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    *r = (race){.runner = t->runner, .stop = t->o->stop};
    int entrant[NT_N_PARALLELS];
    for (int p = 0; p < NT_N_PARALLELS; p++) {
        const candidate *best = NULL;
        for (int i = 0; i < tr->s->n_tried; i++) {
            const candidate *c = &tr->s->tried[i];
            if ((int)c->config.parallel == p && c->class == TRIAL_OK && (!best || c->seconds < best->seconds))
                best = c;
        }
        trial_ask ask = tr->ask;
        ask.config = t->arithmetic;
        ask.config.parallel = (nt_parallel)p;
        if (best)
            ask.config = best->config;
        entrant[p] = race_add(r, &ask);
    }
    tell(t, "loops", NULL);
    race_run(r, LOOP_ROUNDS_LEAST, LOOP_ROUNDS_MOST, deadline_s);
    for (int p = 0; p < NT_N_PARALLELS; p++)
        tr->row->loops_ns[p] = ns_of(tr, race_median(r, entrant[p]));
    free(r);
}

/* False where it was stopped before there was anything to say. */
static bool tune_row(tuning *t, nt_dtype dtype, nt_class class, nt_repeat repeat, const int64_t shape[3], search *s)
{
    result_row *row = &t->r->row[t->r->n_rows];
    *row = (result_row){.kernel = t->kernel, .dtype = dtype, .class = class, .repeat = repeat,
                        .shape = {shape[0], shape[1], shape[2]}, .steps = repeat == NT_MANY_STEPS ? t->o->many_steps : 1,
                        .default_config = t->standard, .config = t->standard};
    tuning_row tr = {.t = t, .row = row, .s = s, .ask = tune_row_ask(t->kernel, dtype, class, shape, row->steps)};
    tr.cells = (double)shape[0] * (double)shape[1] * (double)shape[2] * (double)row->steps;
    t->event.dtype = dtype;
    t->event.class = class;
    t->event.steps = row->steps;
    t->event.ns_per_cell = 0;

    const double begin = t->runner->now_s(t->runner);
    const double row_s = fmax(0, t->o->budget_s - elapsed_s(t)) * weight_of[class] / t->weights_left;
    t->weights_left -= weight_of[class];
    if (class == NT_OUT_OF_CACHE &&
        (!t->has_memory || t->memory.dtype != dtype || memcmp(t->memory.shape, shape, sizeof t->memory.shape) != 0))
        t->has_memory = roofs_memory(t->runner, t->kernel, dtype, t->arithmetic.isa, shape,
                                     t->o->threads[t->o->n_threads - 1], &t->memory);
    const double search_begin = t->runner->now_s(t->runner);
    search_row(&tr, begin + search_end * row_s);
    if (s->best < 0)
        return false;
    const double trial_s = (t->runner->now_s(t->runner) - search_begin) / s->n_tried;
    loops(&tr, begin + loops_end * row_s);
    const nt_config winner = final(&tr, begin + final_end * row_s, trial_s);
    confirm(&tr, &winner, begin + row_s);
    row->roof_ns = result_roof(row);
    row->max_ulp = t->kernel->variants[row->config.variant].max_ulp[dtype];
    if (row->tuned_ns <= 0)
        return false;
    if (t->o->stop && *t->o->stop)
        row->complete = false;
    t->r->n_rows++;
    t->event.done = row;
    tell(t, "done", NULL);
    t->event.done = NULL;
    return true;
}

/* ---- all rows of a kernel --------------------------------------------------------------------- */

static void leave_out(tuning *t, nt_dtype dtype, nt_class class, nt_repeat repeat)
{
    const size_t used = strlen(t->r->not_searched);
    snprintf(t->r->not_searched + used, sizeof t->r->not_searched - used, "%s%s/%s/%s/%s", used ? ", " : "",
             t->kernel->name, nt_dtype_name(dtype), nt_class_name(class), nt_repeat_name(repeat));
}

static bool wanted(const tuning *t, nt_dtype dtype, nt_class class, int64_t shape[3])
{
    if (!(t->o->dtypes & 1u << dtype))
        return false;
    if (t->o->shape[0] == 0) {
        tune_row_shape(&t->r->machine, t->kernel, dtype, class, shape);
        return true;
    }
    memcpy(shape, t->o->shape, sizeof t->o->shape);
    const int64_t grids = t->kernel->n_levels + t->kernel->n_coefs;
    return nt_class_of(shape[0] * shape[1] * shape[2] * grids * (int64_t)nt_dtype_bytes(dtype)) == class;
}

nt_status tune_kernel(result *r, const nt_kernel *kernel, const tune_options *options, trial_runner *runner,
                      tune_event_fn *on_event, void *context, nt_error *why)
{
    tuning t = {.r = r, .kernel = kernel, .o = options, .runner = runner, .on_event = on_event, .context = context,
                .start_s = runner->now_s(runner)};
    t.event = (tune_event){.kernel = kernel, .budget_s = options->budget_s};
    search *s = malloc(sizeof *s);
    if (!s) {
        snprintf(why->text, sizeof why->text, "no memory for a search");
        return NT_ENOMEM;
    }
    int64_t shape[3];
    for (int d = 0; d < NT_N_DTYPES; d++)
        for (int c = 0; c < NT_N_CLASSES; c++)
            if (wanted(&t, (nt_dtype)d, (nt_class)c, shape)) {
                t.event.n_rows += NT_N_REPEATS;
                t.weights_left += NT_N_REPEATS * weight_of[c];
            }
    nt_status status = NT_OK;
    for (int d = NT_N_DTYPES - 1; d >= 0 && status == NT_OK; d--) {
        t.has_memory = t.has_peak = t.has_in_cache = false;
        if (options->dtypes & 1u << d)
            status = choose_arithmetic(&t, (nt_dtype)d, why);
        if (status == NT_OK && options->dtypes & 1u << d && !over(&t)) {
            t.has_peak = roofs_peak(runner, &r->machine, (nt_dtype)d, t.arithmetic.isa, &t.peak);
            t.has_in_cache = roofs_in_cache(runner, &r->machine, kernel, (nt_dtype)d, &t.arithmetic, &t.in_cache);
        }
        for (int c = 0; c < NT_N_CLASSES && status == NT_OK; c++)
            for (int k = 0; k < NT_N_REPEATS; k++) {
                if (!wanted(&t, (nt_dtype)d, (nt_class)c, shape))
                    continue;
                if (over(&t) || r->n_rows == RESULT_MOST_ROWS ||
                    !tune_row(&t, (nt_dtype)d, (nt_class)c, (nt_repeat)k, shape, s))
                    leave_out(&t, (nt_dtype)d, (nt_class)c, (nt_repeat)k);
                t.event.row++;
            }
    }
    free(s);
    return status;
}
