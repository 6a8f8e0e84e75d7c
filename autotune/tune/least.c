/*
 * least.c - the least time that a tune can take, before it begins
 * SPDX-License-Identifier: MIT
 *
 * Shapes that the tuner chooses shrink with the time, so their runs do not count.  A shape that the user names stays, and
 * the model of the machine says how long its runs take.
 */
#include "tune/least.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/model.h"
#include "tune/rows.h"

/* Beside runs: a case and type has its arithmetic to choose and its rates to measure; a row has some fifty short trials. */
static const double group_s = 0.15, row_s = 0.05;
/* Runs of a step to choose the arithmetic; runs of a row's default: one in the search, two in the confirmation; and of as few
 * steps as tell how long one takes: two in the final, and all ways of sharing, with what they are slower than the default. */
static const double group_runs = 3, row_runs = 3, short_runs = 9;

/* Steps of a trial that asks for the time of the default alone. */
static int64_t short_steps(const nt_kernel *k, const row_plan *row)
{
    trial_ask ask = {.kernel = k, .steps = row->steps, .config = {.depth = 1}};
    trial_shorten(&ask);
    return ask.steps;
}

/* Seconds that a run of the default takes, as the model sees it; 0: it cannot say. */
static double run_s(const nt_machine *m, const nt_kernel *k, const row_plan *row, int threads, int64_t steps)
{
    nt_config c;
    nt_speeds speeds;
    nt_prediction p;
    if (k->program || nt_config_default(k, row->dtype, &c, NULL) != NT_OK)
        return 0;
    c.threads = threads;
    nt_speeds_typical(m, c.isa, row->dtype, &speeds);
    if (nt_predict(k, row->kernel_case->params, row->dtype, row->shape, steps, &c, &speeds, &p) != NT_OK)
        return 0;
    return 1e-9 * p.ns * (double)row->shape[0] * (double)row->shape[1] * (double)row->shape[2] * (double)steps;
}

double least_s(const nt_machine *m, const nt_kernel *kernel, const tune_options *o)
{
    row_plan *rows = malloc(RESULT_MOST_ROWS * sizeof *rows);
    const int threads = o->threads[o->n_threads - 1], all = rows ? rows_list(m, kernel, o, rows) : 0;
    double seconds = 0;
    for (int i = 0; i < all && i < RESULT_MOST_ROWS; i++) {
        const row_plan *row = &rows[i];
        const bool is_fixed = o->shape[0] > 0,
                   is_first = i == 0 || row->kernel_case != row[-1].kernel_case || row->dtype != row[-1].dtype;
        if (is_first)
            seconds += group_s + (is_fixed ? group_runs * run_s(m, kernel, row, threads, 1) : 0);
        seconds += row_s;
        if (is_fixed)
            seconds += row_runs * run_s(m, kernel, row, threads, row->steps) +
                       short_runs * run_s(m, kernel, row, threads, short_steps(kernel, row));
    }
    free(rows);
    return ceil(10 * seconds) / 10;
}
