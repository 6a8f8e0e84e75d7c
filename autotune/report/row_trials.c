/*
 * row_trials.c - the trials of one row, config by config
 * SPDX-License-Identifier: MIT
 */
#include "report/row_trials.h"

#include <math.h>
#include <stdlib.h>

#include "measure/stats.h"
#include "tune/roofs.h"

/* By config, then by time. */
static int by_config(const void *a, const void *b)
{
    const finding_trial *x = *(const finding_trial *const *)a, *y = *(const finding_trial *const *)b;
    return x->config_id != y->config_id ? (x->config_id > y->config_id) - (x->config_id < y->config_id) : (x > y) - (x < y);
}

config_time *row_configs(const finding *f, int row, int *n)
{
    const finding_trial **sorted = calloc((size_t)f->n_trials + 1, sizeof *sorted);
    config_time *list = calloc((size_t)f->n_trials + 1, sizeof *list);
    int n_sorted = 0;
    *n = 0;
    for (int i = 0; sorted && list && i < f->n_trials; i++)
        if (f->trial[i].row == row)
            sorted[n_sorted++] = &f->trial[i];
    if (n_sorted > 0)
        qsort(sorted, (size_t)n_sorted, sizeof *sorted, by_config);
    for (int i = 0, end; i < n_sorted; i = end) {
        double ns[STATS_MOST];
        int worked = 0;
        for (end = i; end < n_sorted && sorted[end]->config_id == sorted[i]->config_id; end++)
            if (sorted[end]->ns > 0 && worked < STATS_MOST)
                ns[worked++] = sorted[end]->ns;
        list[(*n)++] = (config_time){sorted[i]->config, worked > 0 ? stats_median(ns, worked) : 0, end - i};
    }
    free(sorted);
    if (*n == 0) {
        free(list);
        return NULL;
    }
    return list;
}

bool *row_first_trials(const finding *f, int row)
{
    bool *first = calloc((size_t)f->n_trials + 1, sizeof *first), *seen = calloc((size_t)f->n_configs + 1, sizeof *seen);
    for (int i = 0; first && seen && i < f->n_trials; i++)
        if (f->trial[i].row == row) {
            first[i] = !seen[f->trial[i].config_id];
            seen[f->trial[i].config_id] = true;
        }
    free(seen);
    return first;
}

void row_space(const finding *f, int row, space *s)
{
    enum { MOST_THREADS = 64 };
    const result_row *r = &f->r.row[row];
    const json_t *asked = json_object_get(f->asked, "threads");
    int threads[MOST_THREADS], n = 0;
    for (size_t i = 0; i < json_array_size(asked) && n < MOST_THREADS; i++) {
        const json_int_t value = json_integer_value(json_array_get(asked, i));
        if (value > 0 && value <= NT_MAX_THREADS)
            threads[n++] = (int)value;
    }
    if (n == 0)
        threads[n++] = f->r.machine.threads_allowed;
    space_question q = {.kernel = r->kernel,
                        .kernel_case = r->kernel_case,
                        .dtype = r->dtype,
                        .shape = {r->shape[0], r->shape[1], r->shape[2]},
                        .steps = r->steps,
                        .arithmetic = r->config,
                        .threads = threads,
                        .n_threads = n};
    row_speeds(f, r, &q.speeds);
    space_make(s, &q);
    s->q.threads = NULL; /* it ends with this function */
}

bool row_speeds(const finding *f, const result_row *row, nt_speeds *s)
{
    rates measured = {.isa = row->config.isa, .dtype = row->dtype};
    bool any = false;
    nt_speeds_typical(&f->r.machine, row->config.isa, row->dtype, s);
    for (int i = 0; i < N_RATES; i++)
        any |= (measured.ns[i] = row->rate_ns[i]) > 0;
    rates_speeds(&measured, s);
    const nt_kernel *roof = roofs_memory_kernel(row->kernel);
    if (roof && row->memory_roof_ns > 0) {
        const double bytes = (double)nt_dtype_bytes(row->dtype) * (roof->field->reads_per_cell + roof->field->writes_per_cell);
        s->memory_gbytes_of_team = bytes / row->memory_roof_ns;
        s->memory_gbytes = fmin(s->memory_gbytes, s->memory_gbytes_of_team);
    }
    return any && row->l2_gbytes_per_s > 0;
}
