/*
 * header_check.c - does a tuned header still hold on this machine?
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "commands/header_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/decision.h"
#include "store/result_json.h"
#include "tune/rows.h"

const char *check_state_name(check_state state)
{
    static const char *const names[CHECK_N_STATES] = {"holds", "default", "slower",
                                                      "fails", "unknown", "stale"};
    return names[state];
}

/* ---- The rows ------------------------------------------------------------------------------------------ */

/* The results of a kernel that lie where the header does; the last ones are kept. */
typedef struct results_of {
    const nt_tuned *header;
    const nt_kernel *kernel;
    result r;
} results_of;

static void read_results(results_of *of, const nt_tuned *header, const nt_kernel *kernel, const char *results)
{
    char *path = NULL;
    nt_error ignored;
    json_t *key = NULL;
    const char *slash = header->file ? strrchr(header->file, '/') : NULL;
    if (of->header == header && of->kernel == kernel)
        return;
    of->header = header;
    of->kernel = kernel;
    of->r.n_rows = 0;
    const int n =
        slash ? asprintf(&path, "%.*s/%s.json", (int)(slash - header->file), header->file, kernel->name)
        : header->file ? asprintf(&path, "%s.json", kernel->name)
                       : asprintf(&path, "%s/%s/%s.json", results, header->machine, kernel->name);
    if (n < 0 || result_read(&of->r, path, &key, &ignored) != NT_OK)
        of->r.n_rows = 0; /* there are none, or none that this build can read */
    json_decref(key);
    if (n >= 0)
        free(path);
}

/* The shape and steps with which a row was tuned; on another CPU, whose caches and memory are others, the usual ones. */
static void set_shape(check_row *c, const nt_machine *here, results_of *of, const char *results)
{
    read_results(of, c->header, c->kernel, results);
    rows_shape(here, c->kernel, c->kernel_case, c->dtype, c->shape_class, c->shape);
    c->steps = rows_steps(c->kernel, c->kernel_case, c->repeat);
    if (c->row->upto > 0 && c->row->upto < c->shape[0])
        c->shape[0] = c->row->upto;
    for (int i = 0; i < of->r.n_rows && nt_machine_same_cpu(&of->r.machine, here, NULL); i++) {
        const result_row *r = &of->r.row[i];
        if (r->kernel_case != c->kernel_case || r->dtype != c->dtype || r->shape_class != c->shape_class ||
            r->repeat != c->repeat || r->upto != c->row->upto)
            continue;
        memcpy(c->shape, r->shape, sizeof c->shape);
        c->steps = r->steps;
    }
}

/* The reader of headers lets no other class and steps pass. */
static void set_class(check_row *c)
{
    while (c->shape_class < NT_N_CLASSES - 1 && strcmp(nt_class_name(c->shape_class), c->row->shape_class) != 0)
        c->shape_class++;
    while (c->repeat < NT_N_REPEATS - 1 && strcmp(nt_repeat_name(c->repeat), c->row->steps) != 0)
        c->repeat++;
}

/* What the row says, and whether it can be used here. */
static void look_at(check_row *c, const nt_machine *here, results_of *of, const char *results)
{
    c->dtype = nt_dtype_find(c->row->dtype);
    set_class(c);
    c->kernel = nt_kernel_find(c->row->kernel);
    const double then_default = strtod(c->row->default_ns, NULL), then_tuned = strtod(c->row->tuned_ns, NULL);
    c->then = then_default > 0 && then_tuned > 0 ? then_tuned / then_default : 0;
    if (nt_tuned_row_config(c->header, c->row, &c->config, &c->why) != NT_OK ||
        nt_config_default(c->kernel, c->dtype, &c->standard, &c->why) != NT_OK) {
        c->state = CHECK_STALE;
        return;
    }
    c->kernel_case = nt_kernel_case(c->kernel, c->row->case_name);
    c->state = nt_config_differences(&c->config, &c->standard) == 0 ? CHECK_DEFAULT : CHECK_UNKNOWN;
    snprintf(c->why.text, sizeof c->why.text, "not measured");
    set_shape(c, here, of, results);
}

/* Does the library use this header for the row's kernel and type? */
static bool is_in_use(const nt_tuned *header, const nt_tuned_row *row)
{
    const nt_kernel *kernel = nt_kernel_find(row->kernel);
    const nt_dtype dtype = nt_dtype_find(row->dtype);
    nt_tuned_offer *offers;
    int n = 0;
    bool is = false;
    if (!kernel || dtype == NT_N_DTYPES)
        return false;
    const nt_class c = kernel->field ? NT_CLASS_MEMORY : NT_CLASS_LONG;
    nt_tuned_explain(kernel, NULL, dtype, c, NT_REPEAT_ONE, 0, 0, NULL, 0, &n, NULL);
    offers = n > 0 ? malloc((size_t)n * sizeof *offers) : NULL;
    if (!offers)
        return false;
    const int room = n;
    nt_tuned_explain(kernel, NULL, dtype, c, NT_REPEAT_ONE, 0, 0, offers, room, &n, NULL);
    for (int i = 0; i < n && i < room; i++)
        is |= offers[i].taken && offers[i].tuned == header;
    free(offers);
    return is;
}

nt_status header_check_list(header_check *check, const nt_tuned *header, const char *results, nt_error *why)
{
    static results_of of; /* too large for the stack */
    nt_machine here;
    const nt_tuned *known;
    int most = header ? header->n_rows : 0;
    for (int i = 0; !header && (known = nt_tuned_at(i)); i++)
        most += known->n_rows;
    *check = (header_check){.row = calloc((size_t)most + 1, sizeof *check->row)};
    if (!check->row) {
        snprintf(why->text, sizeof why->text, "no memory for %d rows", most);
        return NT_ENOMEM;
    }
    of.header = NULL;
    nt_machine_detect(&here);
    for (int i = 0; (known = header && i == 0 ? header : header ? NULL : nt_tuned_at(i)); i++)
        for (int r = 0; r < known->n_rows; r++) {
            if (!header && !is_in_use(known, &known->rows[r]))
                continue;
            check_row *c = &check->row[check->n_rows++];
            *c = (check_row){.header = known, .row = &known->rows[r]};
            look_at(c, &here, &of, results);
            check->n[c->state]++;
        }
    return NT_OK;
}

/* ---- Measuring ------------------------------------------------------------------------------------------ */

/* Runs of a shape in memory as long as the row's time allows: some twenty of them. */
static void fit(check_row *c, const nt_machine *here, double seconds)
{
    enum { RUNS = 20 };
    const double ns = strtod(c->row->default_ns, NULL);
    if ((c->shape_class == NT_CLASS_MEMORY || c->shape_class == NT_CLASS_LONG) && ns > 0)
        rows_fit(here, c->kernel, c->kernel_case, c->dtype, c->shape_class,
                 seconds * 1e9 / (RUNS * ns * (double)c->steps), c->shape);
}

enum { LEAST_PAIRS = 6 }; /* fewer have no interval, see stats.h */

/* No slower than the default by more than a change would be worth: the whole interval. */
static bool is_no_slower(const stats_interval *ratio)
{
    return ratio->n >= LEAST_PAIRS && ratio->high < 1 / DECISION_WORTH;
}

static void judge(check_row *c, const race *heat)
{
    const race_entrant *standard = &heat->entrant[RACE_REFERENCE], *tuned = &heat->entrant[RACE_CANDIDATE];
    c->now = race_ratio(heat, RACE_CANDIDATE, RACE_REFERENCE);
    c->why.text[0] = '\0';
    if (tuned->outcome != TRIAL_OK || standard->outcome != TRIAL_OK) {
        const race_entrant *failed = tuned->outcome != TRIAL_OK ? tuned : standard;
        c->state = CHECK_FAILS;
        snprintf(c->why.text, sizeof c->why.text, "%s: %s: %.120s",
                 failed == tuned ? "the row" : "the default", trial_outcome_name(failed->outcome),
                 failed->detail);
    } else if (race_surely_faster(heat, RACE_REFERENCE, RACE_CANDIDATE, DECISION_WORTH)) {
        c->state = CHECK_SLOWER;
    } else if (decision_faster(heat, RACE_CANDIDATE, RACE_REFERENCE) || is_no_slower(&c->now)) {
        c->state = CHECK_HOLDS;
    } else {
        c->state = CHECK_UNKNOWN;
        snprintf(c->why.text, sizeof c->why.text,
                 c->now.n < LEAST_PAIRS ? "too little time: %d pairs" : "the times of %d pairs differ too much",
                 c->now.n);
    }
}

void header_check_measure(header_check *check, trial_runner *runner, double seconds,
                          const volatile _Atomic sig_atomic_t *stop, header_check_fn *told, void *context)
{
    static race heat; /* too large for the stack */
    nt_machine here;
    const double begin_s = runner->now_s(runner);
    int left = check->n[CHECK_UNKNOWN];
    nt_machine_detect(&here);
    for (int i = 0; i < check->n_rows && !(stop && *stop); i++) {
        check_row *c = &check->row[i];
        const double now_s = runner->now_s(runner), share_s = (begin_s + seconds - now_s) / left;
        if (c->state != CHECK_UNKNOWN)
            continue;
        left--;
        if (share_s > 0) {
            fit(c, &here, share_s);
            heat = race_pair(
                runner, rows_ask(c->kernel, c->kernel_case, c->dtype, c->shape_class, c->shape, c->steps),
                &c->standard, &c->config);
            heat.only_time = true;
            heat.stop = stop;
            decision_run(&heat, RACE_CANDIDATE, RACE_REFERENCE, now_s, now_s + share_s);
            check->n[CHECK_UNKNOWN]--;
            judge(c, &heat);
            check->n[c->state]++;
        } else {
            snprintf(c->why.text, sizeof c->why.text, "no time was left");
        }
        if (told)
            told(context, check, i);
    }
}
