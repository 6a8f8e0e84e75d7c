/*
 * tune.c - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 *
 * Each row is searched, the five ways of sharing the loops are timed side by side, the fastest candidates
 * meet in an interleaved final, and its winner meets the default and the roofs in fresh pairs.
 */
#include "tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roofs.h"
#include "tuning.h"

/* Where in a row's time each stage ends; the confirmation has the rest. */
static const double search_end = 0.42, loops_end = 0.52, final_end = 0.72;
/* Out-of-cache trials restore 128 MiB each time. */
static const int weight_of[NT_N_CLASSES] = {[NT_IN_CACHE] = 1, [NT_OUT_OF_CACHE] = 3};
static const double trial_limit_s = 20, window_s = 1e-3;
enum { SEARCH_REPS = 3, PROBES = 400 };

static double elapsed_s(const tuning *t)
{
    return t->runner->now_s(t->runner) - t->start_s;
}

bool tuning_over(const tuning *t)
{
    return (t->o->stop && *t->o->stop) || elapsed_s(t) >= t->o->budget_s;
}

void tuning_tell(tuning *t, const char *stage, const candidate *trial)
{
    t->event.stage = stage;
    t->event.trial = trial;
    t->event.elapsed_s = elapsed_s(t);
    if (t->on_event)
        t->on_event(t->context, &t->event);
}

bool tuning_same(const nt_kernel *kernel, const nt_config *a, const nt_config *b)
{
    char text[2][NT_CONFIG_TEXT];
    nt_config_format(kernel, a, text[0]);
    nt_config_format(kernel, b, text[1]);
    return strcmp(text[0], text[1]) == 0;
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

trial_ask tune_row_ask(const nt_kernel *kernel, nt_dtype dtype, nt_class class, const int64_t shape[3],
                       int64_t steps)
{
    /* In cache a run is too short to time alone, and source to result needs no restoring. */
    return (trial_ask){.kernel = kernel,
                       .dtype = dtype,
                       .shape = {shape[0], shape[1], shape[2]},
                       .steps = steps,
                       .in_place = class == NT_OUT_OF_CACHE,
                       .reps = SEARCH_REPS,
                       .check = 1,
                       .window_s = class == NT_IN_CACHE ? window_s : 0,
                       .limit_s = trial_limit_s};
}

static void on_search_trial(void *context, const candidate *c, bool is_best)
{
    tuning_row *tr = context;
    (void)is_best;
    if (tr->s->best >= 0)
        tr->t->event.ns_per_cell = 1e9 * tr->s->tried[tr->s->best].seconds / tr->cells;
    tuning_tell(tr->t, "search", c);
}

static void search_row(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    search *s = tr->s;
    space sp;
    space_make(&sp, &(space_question){.kernel = t->kernel,
                                      .dtype = tr->row->dtype,
                                      .shape = {tr->ask.shape[0], tr->ask.shape[1], tr->ask.shape[2]},
                                      .steps = tr->ask.steps,
                                      .arithmetic = t->arithmetic,
                                      .threads = t->o->threads,
                                      .n_threads = t->o->n_threads,
                                      .l1d_bytes = t->r->machine.l1d_bytes,
                                      .l2_bytes = t->r->machine.l2_bytes});
    *s = (search){.runner = t->runner,
                  .space = &sp,
                  .ask = tr->ask,
                  .deadline_s = deadline_s,
                  .stop = t->o->stop,
                  .seed = t->o->seed + (uint64_t)t->event.row + 1,
                  .best = -1,
                  .on_trial = on_search_trial,
                  .context = tr};
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

/* False where it was stopped before there was anything to say. */
static bool tune_row(tuning *t, nt_dtype dtype, nt_class class, nt_repeat repeat, const int64_t shape[3],
                     search *s)
{
    result_row *row = &t->r->row[t->r->n_rows];
    *row = (result_row){.kernel = t->kernel,
                        .dtype = dtype,
                        .class = class,
                        .repeat = repeat,
                        .shape = {shape[0], shape[1], shape[2]},
                        .steps = repeat == NT_MANY_STEPS ? t->o->many_steps : 1,
                        .default_config = t->standard,
                        .config = t->standard};
    tuning_row tr = {
        .t = t, .row = row, .s = s, .ask = tune_row_ask(t->kernel, dtype, class, shape, row->steps)};
    tr.cells = (double)shape[0] * (double)shape[1] * (double)shape[2] * (double)row->steps;
    t->event.dtype = dtype;
    t->event.class = class;
    t->event.steps = row->steps;
    t->event.ns_per_cell = 0;

    const double begin = t->runner->now_s(t->runner);
    const double row_s = fmax(0, t->o->budget_s - elapsed_s(t)) * weight_of[class] / t->weights_left;
    t->weights_left -= weight_of[class];
    if (class == NT_OUT_OF_CACHE && (!t->has_memory || t->memory.dtype != dtype ||
                                     memcmp(t->memory.shape, shape, sizeof t->memory.shape) != 0))
        t->has_memory = roofs_memory(t->runner, t->kernel, dtype, t->arithmetic.isa, shape,
                                     t->o->threads[t->o->n_threads - 1], &t->memory);
    const double search_begin = t->runner->now_s(t->runner);
    search_row(&tr, begin + search_end * row_s);
    if (s->best < 0)
        return false;
    const double trial_s = (t->runner->now_s(t->runner) - search_begin) / s->n_tried;
    tuning_loops(&tr, begin + loops_end * row_s);
    const nt_config winner = tuning_final(&tr, begin + final_end * row_s, trial_s);
    tuning_confirm(&tr, &winner, begin + row_s);
    row->roof_ns = result_roof(row);
    row->max_ulp = t->kernel->variants[row->config.variant].max_ulp[dtype];
    if (row->tuned_ns <= 0)
        return false;
    if (t->o->stop && *t->o->stop)
        row->complete = false;
    t->r->n_rows++;
    t->event.done = row;
    tuning_tell(t, "done", NULL);
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
    tuning t = {.r = r,
                .kernel = kernel,
                .o = options,
                .runner = runner,
                .on_event = on_event,
                .context = context,
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
            status = tuning_arithmetic(&t, (nt_dtype)d, why);
        if (status == NT_OK && options->dtypes & 1u << d && !tuning_over(&t)) {
            t.has_peak = roofs_peak(runner, &r->machine, (nt_dtype)d, t.arithmetic.isa, &t.peak);
            t.has_in_cache =
                roofs_in_cache(runner, &r->machine, kernel, (nt_dtype)d, &t.arithmetic, &t.in_cache);
        }
        for (int c = 0; c < NT_N_CLASSES && status == NT_OK; c++)
            for (int k = 0; k < NT_N_REPEATS; k++) {
                if (!wanted(&t, (nt_dtype)d, (nt_class)c, shape))
                    continue;
                if (tuning_over(&t) || r->n_rows == RESULT_MOST_ROWS ||
                    !tune_row(&t, (nt_dtype)d, (nt_class)c, (nt_repeat)k, shape, s))
                    leave_out(&t, (nt_dtype)d, (nt_class)c, (nt_repeat)k);
                t.event.row++;
            }
    }
    free(s);
    return status;
}
