/*
 * tune.c - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 *
 * Each row is searched, the five ways of sharing the loops are timed side by side, the fastest candidates
 * meet in an interleaved final, and its winner meets the default and the roofs in fresh pairs.
 */
#include "tune/tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tune/roofs.h"
#include "tune/rows.h"
#include "tune/stages.h"

/* Where in a row's time each stage ends; the confirmation has the rest. */
static const double search_end = 0.42, loops_end = 0.52, final_end = 0.72;
/* Over neighbours one repetition tells what is worth no more. */
static const double hopeless = 1.1;
enum { PROBES = 400 };

static void on_search_trial(void *context, const candidate *c, bool is_best)
{
    tuning_row *tr = context;
    (void)is_best;
    if (tr->s->best >= 0)
        tr->t->event.ns_per_cell = 1e9 * tr->s->tried[tr->s->best].seconds / trial_cells(&tr->screen);
    tuning_tell(tr->t, "search", c);
}

/* The plain schedule first: it sets the hash.  Then the notebook's question, then the descents: from the best of
 * what the caches suggest, from its last, which keeps no steps, and from the plain schedule. */
static void descend_from_starts(tuning_row *tr, const space *sp)
{
    const tuning *t = tr->t;
    search *s = tr->s;
    nt_config start[SPACE_MOST_STARTS];
    const int n = space_starts(sp, start);
    search_try(s, t->arithmetic);
    /* A stencil's trials are long: what keeps steps in cache comes first, and the loop table asks in any case. */
    for (int p = 0; p < NT_N_PARALLELS && sp->radius == 0 && !(t->o->stop && *t->o->stop); p++)
        search_try(s, space_set(sp, t->arithmetic, SPACE_PARALLEL, p));
    nt_config from[] = {start[0], start[n - 1], t->arithmetic};
    double least = HUGE_VAL;
    for (int i = 0; n > 1 && i < n && !search_over(s); i++) {
        const candidate *c = search_try(s, start[i]);
        if (c && c->seconds < least) {
            least = c->seconds;
            from[0] = c->config;
        }
    }
    if (n == 1)
        from[1] = t->arithmetic;
    search_run(s, from, n == 1 ? 2 : 3, PROBES);
}

static void search_row(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    search *s = tr->s;
    const nt_machine *m = &t->r->machine;
    const int most = t->o->threads[t->o->n_threads - 1];
    space sp;
    space_make(&sp,
               &(space_question){.kernel = t->kernel,
                                 .order = t->order,
                                 .dtype = tr->row->dtype,
                                 .shape = {tr->screen.shape[0], tr->screen.shape[1], tr->screen.shape[2]},
                                 .steps = tr->screen.steps,
                                 .arithmetic = t->arithmetic,
                                 .threads = t->o->threads,
                                 .n_threads = t->o->n_threads,
                                 .l1d_bytes = m->l1d_bytes,
                                 .l2_bytes = m->l2_bytes,
                                 .l3_bytes = m->l3_bytes / most});
    *s = (search){.runner = t->runner,
                  .space = &sp,
                  .ask = tr->screen,
                  .deadline_s = deadline_s,
                  .stop = t->o->stop,
                  .seed = t->o->seed + (uint64_t)t->event.row + 1,
                  .hopeless = sp.radius > 0 ? hopeless : 0,
                  .best = -1,
                  .on_trial = on_search_trial,
                  .context = tr};
    descend_from_starts(tr, &sp);
    tr->row->space_size = space_size(&sp);
    tr->row->complete = s->complete;
    tr->row->n_trials = s->n_tried;
    tr->row->n_failed = s->n_failed;
    s->space = NULL;
}

/* The roof's grids take at most a quarter of the memory, for the row's own stay beside them. */
static void measure_memory_roof(tuning *t, nt_dtype dtype, const int64_t shape[3])
{
    int64_t cut[3] = {shape[0], shape[1], shape[2]};
    const nt_kernel *roof = t->kernel->roof ? nt_kernel_find(t->kernel->roof) : NULL;
    const double bytes_a_plane = (double)shape[0] * (double)shape[1] * (double)nt_dtype_bytes(dtype) *
                                 (roof ? 2 * roof->n_levels + roof->n_coefs : 1);
    if (t->order > 0 && t->r->machine.memory_bytes > 0)
        while (cut[2] > 1 && bytes_a_plane * (double)cut[2] > 0.25 * (double)t->r->machine.memory_bytes)
            cut[2] = (cut[2] + 1) / 2;
    if (t->has_memory && t->memory.dtype == dtype && memcmp(t->memory.shape, cut, sizeof cut) == 0)
        return;
    t->has_memory = roofs_memory(t->runner, t->kernel, dtype, t->arithmetic.isa, cut,
                                 t->o->threads[t->o->n_threads - 1], &t->memory);
}

/* What one trial of a final will cost: the mean of the search's, or by the slab's time at full shape, with as
 * much again for restoring and hashing. */
static double final_trial_s(const tuning_row *tr, double spent_s)
{
    const search *s = tr->s;
    const double full = trial_cells(&tr->ask), slab = trial_cells(&tr->screen);
    return full > slab ? 2 * s->tried[s->best].seconds * full / slab : spent_s / s->n_tried;
}

/* False where it was stopped before there was anything to say. */
static bool tune_row(tuning *t, nt_dtype dtype, nt_class class, nt_repeat repeat, const int64_t shape[3],
                     search *s)
{
    result_row *row = &t->r->row[t->r->n_rows];
    *row = (result_row){.kernel = t->kernel,
                        .order = t->order,
                        .dtype = dtype,
                        .class = class,
                        .repeat = repeat,
                        .shape = {shape[0], shape[1], shape[2]},
                        .steps = tune_steps(t->kernel, t->order, repeat),
                        .default_config = t->standard,
                        .config = t->standard};
    tuning_row tr = {.t = t,
                     .row = row,
                     .s = s,
                     .ask = tune_row_ask(t->kernel, t->order, dtype, class, shape, row->steps),
                     .rounds =
                         t->order > 0 && class == NT_OUT_OF_CACHE ? &tuning_long_runs : &tuning_short_runs};
    tr.screen = tr.ask;
    tune_slab(&t->r->machine, t->kernel, t->order, dtype, class, shape, tr.screen.shape);
    t->event.order = t->order;
    t->event.dtype = dtype;
    t->event.class = class;
    t->event.steps = row->steps;
    t->event.ns_per_cell = 0;

    if (class == NT_OUT_OF_CACHE)
        measure_memory_roof(t, dtype, shape);
    const double begin = t->runner->now_s(t->runner);
    const int weight = tune_weight(t->kernel, t->order, class, repeat);
    const double row_s = fmax(0, t->budget_s - tuning_elapsed_s(t)) * weight / t->weights_left;
    t->weights_left -= weight;
    const double search_begin = t->runner->now_s(t->runner);
    search_row(&tr, begin + search_end * row_s);
    if (s->best < 0)
        return false;
    const double trial_s = final_trial_s(&tr, t->runner->now_s(t->runner) - search_begin);
    tuning_loops(&tr, begin + loops_end * row_s);
    const nt_config winner = tuning_final(&tr, begin + final_end * row_s, trial_s);
    tuning_confirm(&tr, &winner, begin + row_s);
    /* By default each row has its time: one that took longer does not take it from the next ones. */
    const double over_s = t->runner->now_s(t->runner) - (begin + row_s);
    if (t->o->budget_s <= 0 && over_s > 0)
        t->budget_s += over_s;
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
    char order[16] = "";
    if (t->order > 0)
        snprintf(order, sizeof order, "/o%d", t->order);
    snprintf(t->r->not_searched + used, sizeof t->r->not_searched - used, "%s%s%s/%s/%s/%s", used ? ", " : "",
             t->kernel->name, order, nt_dtype_name(dtype), nt_class_name(class), nt_repeat_name(repeat));
}

/* The row's weight, 0 where there is none, and its shape. */
static int wanted(const tuning *t, nt_dtype dtype, nt_class class, nt_repeat repeat, int64_t shape[3])
{
    if (!(t->o->dtypes & 1u << dtype))
        return 0;
    const int weight = tune_weight(t->kernel, t->order, class, repeat);
    if (t->o->shape[0] == 0) {
        tune_row_shape(&t->r->machine, t->kernel, t->order, dtype, class, shape);
        return weight;
    }
    memcpy(shape, t->o->shape, sizeof t->o->shape);
    const int64_t grids = t->kernel->n_levels + t->kernel->n_coefs;
    const int64_t bytes = shape[0] * shape[1] * shape[2] * grids * (int64_t)nt_dtype_bytes(dtype);
    return nt_class_of(bytes) == class ? weight : 0;
}

/* All rows of an order and dtype. */
static nt_status tune_dtype(tuning *t, nt_dtype dtype, search *s, nt_error *why)
{
    const nt_machine *m = &t->r->machine;
    t->has_memory = t->has_peak = t->has_load = t->has_in_cache = false;
    int64_t shape[3];
    int weights = 0;
    for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++)
        weights += wanted(t, dtype, (nt_class)(k / NT_N_REPEATS), (nt_repeat)(k % NT_N_REPEATS), shape);
    if (weights == 0)
        return NT_OK;
    /* A quarter of the time of its rows is enough to choose the arithmetic in, once something works. */
    t->arithmetic_s = 0.25 * fmax(0, t->budget_s - tuning_elapsed_s(t)) * weights / t->weights_left;
    const nt_status status = tuning_arithmetic(t, dtype, why);
    if (status != NT_OK)
        return status;
    if (!tuning_over(t)) {
        const nt_tile *tile = nt_kernel_tile(t->kernel, dtype, &t->arithmetic);
        t->has_peak = roofs_peak(t->runner, m, dtype, t->arithmetic.isa, &t->peak);
        if (tile && nt_kernel_work(t->kernel, t->params, tile).loads_per_vector > 0)
            t->has_load = roofs_load(t->runner, m, dtype, t->arithmetic.isa, &t->load);
        t->has_in_cache =
            roofs_in_cache(t->runner, m, t->kernel, t->order, dtype, &t->arithmetic, &t->in_cache);
    }
    for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++) {
        const nt_class class = (nt_class)(k / NT_N_REPEATS);
        /* Over neighbours many steps are what people run: should the time be short, they come first. */
        const nt_repeat repeat = (nt_repeat)((k + (t->order > 0)) % NT_N_REPEATS);
        if (wanted(t, dtype, class, repeat, shape) == 0)
            continue;
        if (tuning_over(t) || t->r->n_rows == RESULT_MOST_ROWS ||
            !tune_row(t, dtype, class, repeat, shape, s))
            leave_out(t, dtype, class, repeat);
        t->event.row++;
    }
    return NT_OK;
}

static bool take_case(tuning *t, int i)
{
    const nt_case *c = nt_kernel_case_at(t->kernel, i);
    t->order = nt_kernel_order(t->kernel, c->params);
    t->params = c->params;
    return tune_wants(t->kernel, c, t->o);
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
                .start_s = runner->now_s(runner),
                .budget_s = tune_budget_s(kernel, options)};
    t.event = (tune_event){.kernel = kernel, .budget_s = t.budget_s};
    search *s = malloc(sizeof *s);
    if (!s) {
        snprintf(why->text, sizeof why->text, "no memory for a search");
        return NT_ENOMEM;
    }
    int64_t shape[3];
    for (int i = 0; nt_kernel_case_at(kernel, i); i++)
        for (int d = 0; take_case(&t, i) && d < NT_N_DTYPES; d++)
            for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++) {
                const int weight = wanted(&t, (nt_dtype)d, (nt_class)(k / NT_N_REPEATS),
                                          (nt_repeat)(k % NT_N_REPEATS), shape);
                t.event.n_rows += weight > 0;
                t.weights_left += weight;
            }
    nt_status status = NT_OK;
    for (int i = 0; nt_kernel_case_at(kernel, i) && status == NT_OK; i++)
        for (int d = NT_N_DTYPES - 1; take_case(&t, i) && d >= 0 && status == NT_OK; d--)
            status = tune_dtype(&t, (nt_dtype)d, s, why);
    free(s);
    return status;
}
