/*
 * tune.c - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 *
 * Each row goes through five stages: the search; a race of the ways of sharing the loops; a final among the
 * fastest candidates; a race of the finalists on another shape of the class; and fresh, paired timings of the winner, the
 * default and the roofs.  If shapes need different configs, each config gets a row.
 */
#include "tune/tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/decision.h"
#include "tune/levels.h"
#include "tune/roofs.h"
#include "tune/rows.h"
#include "tune/shapes.h"
#include "tune/stages.h"

/* The share of a row's time at which each stage ends; the confirmation gets the rest. */
static const double search_end = 0.42, loops_end = 0.46, final_end = 0.78, shapes_end = 0.86;
/* The last stages make some fifty runs, and the search should see at least as many: shapes are as small as this
 * takes. */
static const double runs_a_row = 80;
/* A run so long is made once in the search. */
static const double long_run_s = 0.02;
/* The default is timed again after so many trials, to see whether the machine has become slower. */
static const int anchor_every = 12;
/* A config so much slower than the best is given up as soon as this is seen.  The final tells those near the best apart. */
static const double hopeless = 1.03;

/* What unsure decisions may take in addition: a budget is kept within a tenth or 3 s. */
static const double insist_part = 0.04, insist_least_s = 1.5;

/* The part of a row's time that one run of its default in memory may take: half as much where each trial makes all steps and
 * restores the input. */
static double run_share(const tuning *t)
{
    const nt_field *f = t->kernel->field;
    return (f && !f->steady ? 0.5 : 1) / runs_a_row;
}

static void on_search_trial(void *context, const candidate *c, bool is_best)
{
    tuning_row *tr = context;
    (void)is_best;
    if (tr->s->best >= 0)
        tr->t->event.ns_per_cell = 1e9 * tr->s->tried[tr->s->best].seconds / trial_cells(&tr->ask);
    tuning_tell(tr->t, "search", c);
}

/* The roof of a row, in seconds of a run, as far as it is known before the search. */
static double early_roof_s(const tuning_row *tr)
{
    const tuning *t = tr->t;
    const nt_work work = roofs_work(t->kernel, t->kernel_case, tr->row->dtype, &t->arithmetic, &t->rates);
    rate_kind bound;
    const double ns = rates_least_ns(&t->rates, &work, &bound) / t->o->threads[t->o->n_threads - 1],
                 cells = trial_cells(&tr->ask);
    const bool from_memory = t->has_memory && tr->row->shape_class == NT_CLASS_MEMORY;
    return ns > 0
               ? fmax(1e-9 * ns * cells,
                      from_memory ? t->memory_s * cells / (double)tr->ask.steps / trial_cells(&t->memory) : 0)
               : 0;
}

/* How many configs there are, and about how long it takes to time them all. */
static void announce(tuning_row *tr, const space *sp)
{
    static const double beside_s = 1e-3,
                        cut = 1.3; /* what a trial costs beside its runs; of a long run, with others */
    tuning *t = tr->t;
    const search *s = tr->s;
    trial_ask ask = tr->ask;
    ask.config = t->arithmetic;
    const double run_s = s->best >= 0 ? s->tried[s->best].seconds / trial_shorten(&ask) : 0;
    t->event.n_configs = (double)exhaustive_count(sp);
    t->event.about_s =
        t->event.n_configs *
        (beside_s + (tr->ask.window_s > 0 ? tr->ask.reps * fmax(run_s, tr->ask.window_s) : cut * run_s));
    tuning_tell(t, "space", NULL);
}

static void search_row(tuning_row *tr, double deadline_s)
{
    tuning *t = tr->t;
    search *s = tr->s;
    space sp;
    space_make(&sp, &(space_question){.kernel = t->kernel,
                                      .kernel_case = t->kernel_case,
                                      .dtype = tr->row->dtype,
                                      .shape = {tr->ask.shape[0], tr->ask.shape[1], tr->ask.shape[2]},
                                      .steps = tr->ask.steps,
                                      .arithmetic = t->arithmetic,
                                      .threads = t->o->threads,
                                      .n_threads = t->o->n_threads,
                                      .speeds = t->speeds});
    *s = (search){.runner = t->runner,
                  .space = &sp,
                  .ask = tr->ask,
                  .deadline_s = deadline_s,
                  .stop = t->o->stop,
                  .seed = t->o->seed + (uint64_t)t->event.row + 1,
                  .hopeless = hopeless,
                  .anchor_every = anchor_every,
                  .enough_s = t->o->stop_at > 0 ? early_roof_s(tr) / t->o->stop_at : 0,
                  .best = -1,
                  .guessed = -1,
                  .on_trial = on_search_trial,
                  .context = tr};
    search_begin(s);
    tuning_try_known(tr);
    if (t->strategy->run == strategy_exhaustive)
        announce(tr, &sp);
    t->strategy->run(s);
    search_compare(s);
    tr->row->space_size = space_size(&sp);
    tr->row->complete = s->complete;
    tr->row->n_trials = s->n_tried;
    tr->row->n_failed = s->n_failed;
    tr->row->drift = s->most_drift;
    s->space = NULL;
}

static bool is_stencil(const tuning *t)
{
    return nt_kernel_radius(t->kernel, t->kernel_case->params) > 0;
}

/* The roof's grids take at most a quarter of the memory, because the row's own grids stay allocated. */
static void measure_memory_roof(tuning *t, nt_dtype dtype, const int64_t shape[3])
{
    int64_t cut[3] = {shape[0], shape[1], shape[2]};
    const nt_kernel *roof = roofs_memory_kernel(t->kernel);
    const double bytes_a_plane = (double)shape[0] * (double)shape[1] * (double)nt_dtype_bytes(dtype) *
                                 (roof ? 2 * roof->field->n_levels + roof->field->n_coefs : 1);
    if (is_stencil(t) && t->r->machine.memory_bytes > 0)
        while (cut[2] > 1 && bytes_a_plane * (double)cut[2] > 0.25 * (double)t->r->machine.memory_bytes)
            cut[2] = (cut[2] + 1) / 2;
    if (t->has_memory && t->memory.dtype == dtype && memcmp(t->memory.shape, cut, sizeof cut) == 0)
        return;
    const bool measured = t->has_memory =
        roofs_memory(t->runner, t->kernel, dtype, t->arithmetic.isa, cut, t->o->threads[t->o->n_threads - 1],
                     &t->memory, &t->memory_s);
    if (!measured)
        return;
    const nt_field *f = roof->field;
    const double bytes = (double)nt_dtype_bytes(dtype) * (f->reads_per_cell + f->writes_per_cell);
    t->speeds.memory_gbytes_of_team = 1e-9 * bytes * trial_cells(&t->memory) / t->memory_s;
    t->speeds.memory_gbytes = fmin(t->speeds.memory_gbytes, t->speeds.memory_gbytes_of_team);
}

static int place_of(const tuning_row *tr, const nt_config *config)
{
    int i = 0;
    while (i < tr->n_finalists && nt_config_differences(&tr->finalist[i], config) != 0)
        i++;
    return i;
}

/* The shapes that a row serves, and how near the best its config is on each.  Where the confirmation, whose times are
 * fresh, kept the default, they tell how near that is. */
static void state_shapes(const tuning_row *tr, const shapes_choice *chosen, int n,
                         int64_t shape[RESULT_MOST_SHAPES][3], bool is_alone, double kept_over,
                         result_row *row)
{
    const int taken = place_of(tr, &row->config);
    row->n_shapes = 0;
    for (int s = 0; s < n && taken < tr->n_finalists; s++) {
        double over = chosen->over_best[s][taken];
        if (kept_over > 0 && memcmp(shape[s], row->shape, sizeof row->shape) == 0)
            over = fmax(1, kept_over) * chosen->over_best[s][chosen->config[s]];
        if ((!is_alone && chosen->upto[s] != row->upto) || !isfinite(over))
            continue;
        result_shape *on = &row->timed_on[row->n_shapes++];
        memcpy(on->n, shape[s], sizeof on->n);
        on->over_best = over;
    }
}

/* Confirms a config on a shape of its set, and fills in the row: *row has what the search found out. */
static bool confirm_on(tuning_row *tr, result_row *row, const nt_config *winner, bool is_first,
                       const int64_t shape[3], double begin_s, double deadline_s)
{
    tuning *t = tr->t;
    tr->row = row;
    memcpy(row->shape, shape, sizeof row->shape);
    memcpy(tr->ask.shape, shape, sizeof tr->ask.shape);
    if (!is_first) { /* what was found out on the first shape is not known of others */
        memset(row->ways_ns, 0, sizeof row->ways_ns);
        tr->s->has_expected = false;
    }
    tuning_confirm(tr, winner, begin_s, deadline_s);
    row->roof_ns = result_roof(row);
    row->max_ulp = t->kernel->variants[row->config.variant].max_ulp[row->dtype];
    if (t->o->stop && *t->o->stop)
        row->complete = false;
    return row->tuned_ns > 0;
}

/* Adds a row for each config that the shapes of the class need; for one alone, if all keep the default.  Returns false if
 * there is none. */
static bool add_rows(tuning_row *tr, const nt_config *winner, double row_s, double begin_s)
{
    tuning *t = tr->t;
    result_row *const rows = &t->r->row[t->r->n_rows];
    const result_row searched = *tr->row;
    int64_t shape[RESULT_MOST_SHAPES][3];
    shapes_choice chosen;
    const int n = tuning_shapes(tr, winner, begin_s + shapes_end * row_s, shape, &chosen);
    int n_sets = 0, first[RESULT_MOST_SHAPES], n_rows = 0; /* a set: the shapes below one threshold */
    for (int s = 0; s < n; s++) {
        bool is_new = t->r->n_rows + n_sets < RESULT_MOST_ROWS;
        for (int i = 0; i < n_sets; i++)
            is_new &= chosen.upto[s] != chosen.upto[first[i]];
        if (is_new)
            first[n_sets++] = s;
    }
    bool is_same = true;
    double kept_over[RESULT_MOST_SHAPES] = {0};
    const double each_s = (1 - shapes_end) * row_s / n_sets;
    for (int i = 0; i < n_sets; i++) {
        const double later_s = i + 1 < n_sets ? (n_sets - 1 - i) * each_s : 0,
                     deadline_s = begin_s + row_s - later_s,
                     from_s = isfinite(row_s) ? deadline_s - row_s / n_sets : begin_s;
        result_row *row = &rows[n_rows];
        *row = searched;
        row->upto = chosen.upto[first[i]];
        if (!confirm_on(tr, row, tr->n_finalists > 0 ? &tr->finalist[chosen.config[first[i]]] : winner,
                        i == 0, shape[first[i]], from_s, deadline_s))
            break;
        is_same &= nt_config_differences(&row->config, &rows[0].config) == 0;
        kept_over[n_rows++] = tr->kept_over;
    }
    if (n_rows > 0 && (is_same || n_rows < n_sets)) {
        n_rows = 1;
        rows[0].upto = 0;
    }
    for (int i = 0; i < n_rows; i++) {
        state_shapes(tr, &chosen, n, shape, n_rows == 1, kept_over[i], &rows[i]);
        t->r->n_rows++;
        t->event.done = &rows[i];
        tuning_tell(t, "done", NULL);
        t->event.done = NULL;
    }
    return n_rows > 0;
}

/* For the model and the report; not where time is short.  Once for each isa: the type hardly matters. */
static void measure_levels(tuning *t)
{
    static const double short_s = 8;
    const nt_machine *m = &t->r->machine;
    const nt_isa isa = t->arithmetic.isa;
    const int threads = t->o->threads[t->o->n_threads - 1];
    if (!t->kernel->field)
        return;
    if (t->budget_s >= short_s && (!t->has_levels || t->levels_isa != isa)) {
        t->l2_gbytes = levels_gbytes_per_s(t->runner, m, isa, threads, LEVEL_L2);
        t->l3_gbytes = levels_gbytes_per_s(t->runner, m, isa, threads, LEVEL_L3);
        t->levels_isa = isa;
        t->has_levels = true;
    }
    if (t->l2_gbytes > 0)
        t->speeds.l2_gbytes = t->l2_gbytes / threads;
    if (t->l3_gbytes > 0)
        t->speeds.l3_gbytes = t->l3_gbytes / threads;
}

/* Many steps are never slower than as many runs of one step: if they seem to be, the config of one step takes their row,
 * too, if it is faster there. */
static void use_one_step(tuning *t, result_row *many, const result_row *one, search *s)
{
    static const double part = 0.02; /* of the budget; of what is left at the end, a quarter in addition */
    const double begin_s = t->runner->now_s(t->runner),
                 left_s = t->weights_left > 0 ? 0 : fmax(0, t->budget_s - tuning_elapsed_s(t)),
                 deadline_s = begin_s + (isfinite(t->budget_s) ? left_s / 4 + part * t->budget_s : 10);
    tuning_row tr = {.t = t, .row = many, .s = s};
    tr.ask = rows_ask(t->kernel, many->kernel_case, many->dtype, many->shape_class, many->shape, many->steps);
    tr.ask.limit_s = tuning_limit_s(t, &tr.ask);
    race *r = calloc(1, sizeof *r);
    if (!r)
        return;
    *r = (race){.runner = t->runner, .stop = t->o->stop, .whole_runs = true};
    tr.ask.config = many->config;
    const int reference = race_add(r, &tr.ask);
    tr.ask.config = one->config;
    const int other = race_add(r, &tr.ask);
    decision_run(r, other, reference, begin_s, deadline_s);
    race_expect(r, other, reference);
    if (isfinite(race_median(r, other)) && decision_faster(r, other, reference)) {
        const result_row before = *many;
        many->fp_roof_ns = many->load_roof_ns = many->int_roof_ns = many->issue_roof_ns =
            many->arithmetic_roof_ns = 0;
        tuning_confirm(&tr, &one->config, begin_s, deadline_s);
        many->roof_ns = result_roof(many);
        many->n_shapes = 0; /* nothing is known of others */
        if (many->tuned_ns <= 0 || nt_config_differences(&many->config, &one->config) > 0)
            *many = before;
    }
    free(r);
}

static void compare_steps(tuning *t, int first_row, search *s)
{
    const nt_class in_memory = NT_CLASS_MEMORY;
    for (int i = first_row; i < t->r->n_rows; i++)
        for (int k = first_row; k < t->r->n_rows; k++) {
            result_row *many = &t->r->row[i];
            const result_row *one = &t->r->row[k];
            if (many->steps > 1 && one->steps == 1 && many->shape_class == in_memory &&
                one->shape_class == in_memory && many->upto == 0 && one->upto == 0 &&
                many->tuned_ns > one->tuned_ns && nt_config_differences(&many->config, &one->config) > 0 &&
                !(t->o->stop && *t->o->stop))
                use_one_step(t, many, one, s);
        }
}

/* Returns false if it was stopped before there was any result. */
static bool tune_row(tuning *t, const row_plan *plan, search *s)
{
    result_row *row = &t->r->row[t->r->n_rows];
    *row = (result_row){.kernel = t->kernel,
                        .kernel_case = plan->kernel_case,
                        .dtype = plan->dtype,
                        .shape_class = plan->shape_class,
                        .repeat = plan->repeat,
                        .shape = {plan->shape[0], plan->shape[1], plan->shape[2]},
                        .steps = plan->steps,
                        .default_config = t->standard,
                        .config = t->standard};
    tuning_row tr = {.t = t, .row = row, .s = s};
    const double begin = t->runner->now_s(t->runner);
    const double share_s = tuning_weight_s(t) * plan->weight,
                 row_s = isfinite(t->budget_s) ? share_s : HUGE_VAL;
    t->weights_left -= plan->weight;
    if (t->o->shape[0] == 0)
        tuning_shape(t, plan->dtype, plan->shape_class, row->shape);
    if (t->o->shape[0] == 0 && (plan->shape_class == NT_CLASS_L2 || plan->shape_class == NT_CLASS_L3) &&
        t->cell_s > 0)
        rows_fit(&t->r->machine, t->kernel, plan->kernel_case, plan->dtype, plan->shape_class,
                 share_s / runs_a_row / (t->cell_s * (double)plan->steps), row->shape);
    tr.ask = rows_ask(t->kernel, plan->kernel_case, plan->dtype, plan->shape_class, row->shape, plan->steps);
    tr.ask.limit_s = tuning_limit_s(t, &tr.ask);
    /* More configs tell more than more repetitions: the final repeats the best ones. */
    if (t->cell_s * trial_cells(&tr.ask) > long_run_s)
        tr.ask.reps = 1;
    t->event.kernel_case = plan->kernel_case;
    t->event.dtype = plan->dtype;
    t->event.shape_class = plan->shape_class;
    t->event.steps = plan->steps;
    t->event.ns_per_cell = 0;

    if (plan->shape_class == NT_CLASS_MEMORY)
        measure_memory_roof(t, plan->dtype, row->shape);
    search_row(&tr, begin + search_end * row_s);
    if (s->best < 0)
        return false;
    tr.ask.limit_s = fmax(tr.ask.limit_s, trial_patience_s(&tr.ask, s->tried[s->best].seconds));
    tuning_loops(&tr, begin + loops_end * row_s);
    const nt_config winner = tuning_final(&tr, begin + final_end * row_s);
    return add_rows(&tr, &winner, row_s, begin);
}

/* ---- all rows of a kernel --------------------------------------------------------------------- */

static void leave_out(tuning *t, const row_plan *row)
{
    result_leave_out(t->r, "%s%s%s/%s/%s/%s", t->kernel->name, t->kernel->cases ? "/" : "",
                     t->kernel->cases ? row->kernel_case->name : "", nt_dtype_name(row->dtype),
                     nt_class_name(row->shape_class), nt_repeat_name(row->repeat));
}

/* Tunes all n rows of one case and dtype. */
static nt_status tune_group(tuning *t, const row_plan *rows, int n, search *s, nt_error *why)
{
    const nt_machine *m = &t->r->machine;
    const nt_dtype dtype = rows[0].dtype;
    t->has_memory = t->has_in_cache = false;
    t->rates = (rates){0};
    t->cell_s = 0;
    t->kernel_case = rows[0].kernel_case;
    int weights = 0;
    for (int i = 0; i < n; i++)
        weights += rows[i].weight;
    const double weight_s = tuning_weight_s(t);
    memset(t->large, 0, sizeof t->large);
    t->large_step_s = HUGE_VAL;
    for (int i = 0; i < n; i++)
        if (rows[i].shape_class == NT_CLASS_MEMORY || rows[i].shape_class == NT_CLASS_LONG)
            t->large_step_s =
                fmin(t->large_step_s, run_share(t) * weight_s * rows[i].weight / (double)rows[i].steps);
    /* The choice of arithmetic gets a sixth of its rows' time, once something works; a race with the default as much again. */
    t->arithmetic_s = t->runner->now_s(t->runner) + weight_s * weights / 6;
    t->arithmetic_race_s = t->runner->now_s(t->runner) + weight_s * weights / 3;
    const nt_status status = tuning_arithmetic(t, dtype, why);
    if (status != NT_OK)
        return status;
    nt_speeds_typical(m, t->arithmetic.isa, dtype, &t->speeds);
    if (!tuning_over(t)) {
        if (!t->kernel->program) /* a disk has no such rates */
            rates_measure(t->runner, m, t->arithmetic.isa, dtype, &t->rates);
        rates_speeds(&t->rates, &t->speeds);
        measure_levels(t);
        t->has_in_cache =
            roofs_in_cache(t->runner, m, t->kernel, t->kernel_case, dtype, &t->arithmetic, &t->in_cache);
    }
    const int first_row = t->r->n_rows;
    for (int i = 0; i < n; i++) {
        if (tuning_over(t) || t->r->n_rows == RESULT_MOST_ROWS || !tune_row(t, &rows[i], s))
            leave_out(t, &rows[i]);
        search_free(s);
        t->event.row++;
    }
    t->event.row--; /* it belongs to the last row */
    compare_steps(t, first_row, s);
    t->event.row++;
    return NT_OK;
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
                .budget_s = rows_budget_s(kernel, options),
                .strategy = options->strategy ? options->strategy : strategies};
    t.insist_s = fmax(insist_part * (isfinite(t.budget_s) ? t.budget_s : 0), insist_least_s);
    t.event = (tune_event){.kernel = kernel, .budget_s = t.budget_s};
    search *s = calloc(1, sizeof *s);
    row_plan *rows = malloc(RESULT_MOST_ROWS * sizeof *rows);
    if (!s || !rows) {
        free(s);
        free(rows);
        snprintf(why->text, sizeof why->text, "no memory for a search");
        return NT_ENOMEM;
    }
    const int all = t.event.n_rows = rows_list(&r->machine, kernel, options, rows),
              n = all < RESULT_MOST_ROWS ? all : RESULT_MOST_ROWS;
    for (int i = 0; i < n; i++)
        t.weights_left += rows[i].weight;
    tune_options usual = *options;
    usual.budget_s = 0;
    usual.effort = EFFORT_NORMAL;
    t.usual_weight_s = rows_budget_s(kernel, &usual) / fmax(1, t.weights_left);
    nt_status status = NT_OK;
    for (int i = 0, end; i < n && status == NT_OK; i = end) {
        for (end = i;
             end < n && rows[end].kernel_case == rows[i].kernel_case && rows[end].dtype == rows[i].dtype;)
            end++;
        status = tune_group(&t, &rows[i], end - i, s, why);
    }
    if (all > n)
        result_leave_out(r, "%d rows of %s beyond %d", all - n, kernel->name, n);
    free(rows);
    free(s);
    return status;
}
