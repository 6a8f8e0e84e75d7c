/*
 * findings.c - result files of any machine and build, with the journals beside them, to be shown
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf, reallocarray */
#include "store/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure/stats.h"
#include "measure/trial_json.h"
#include "store/journal.h"
#include "store/result_json.h"

static void finding_free(finding *f)
{
    if (!f)
        return;
    journal_close(f->journal, NULL);
    json_decref(f->key);
    free(f->trial);
    free(f->path);
    free(f);
}

void findings_free(findings *f)
{
    for (int i = 0; i < f->n; i++)
        finding_free(f->at[i]);
    free(f->at);
    *f = (findings){0};
}

int findings_n_rows(const findings *f)
{
    int n = 0;
    for (int i = 0; i < f->n; i++)
        n += f->at[i]->r.n_rows;
    return n;
}

static nt_status no_memory(nt_error *why)
{
    snprintf(why->text, sizeof why->text, "no memory for the results");
    return NT_ENOMEM;
}

/* ---- The journal ---------------------------------------------------------------------------- */

/* May a trial of a row have so many steps: all of them, or as few as tell how long one takes? */
static bool tells_of(const result_row *row, const finding_trial *t)
{
    trial_ask ask = {.kernel = row->kernel, .config = t->config, .steps = row->steps};
    if (row->steps != t->steps)
        trial_shorten(&ask);
    return ask.steps == t->steps;
}

/* The row that a trial belongs to. */
static int row_of(const result *r, const finding_trial *t)
{
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        if (row->kernel == t->kernel && row->kernel_case == t->kernel_case && row->dtype == t->dtype &&
            memcmp(row->shape, t->shape, sizeof row->shape) == 0 && tells_of(row, t))
            return i;
    }
    return -1;
}

static const double least_ns = 1e-9, most_ns = 1e12; /* a cell and step */

static finding_trial trial_of(const trial_ask *ask, const trial_answer *answer)
{
    finding_trial t = {.kernel = ask->kernel,
                       .kernel_case = trial_case(ask),
                       .dtype = ask->dtype,
                       .shape = {ask->shape[0], ask->shape[1], ask->shape[2]},
                       .steps = ask->steps,
                       .config = ask->config,
                       .outcome = answer->outcome,
                       .n = answer->n,
                       .timed_s = answer->timed_s,
                       .wall_s = answer->wall_s};
    memcpy(t.detail, answer->detail, sizeof t.detail);
    const double cells = trial_cells(ask);
    if (answer->outcome != TRIAL_OK || answer->n < 1 || cells <= 0)
        return t;
    double low = answer->seconds[0], high = low;
    for (int i = 1; i < answer->n; i++) {
        low = answer->seconds[i] < low ? answer->seconds[i] : low;
        high = answer->seconds[i] > high ? answer->seconds[i] : high;
    }
    t.ns = 1e9 * stats_median(answer->seconds, answer->n) / cells;
    if (!(t.ns > least_ns && t.ns < most_ns)) { /* a file says so, no clock: such a trial counts as not timed */
        t.ns = 0;
        return t;
    }
    t.low = 1e9 * low / cells;
    t.high = 1e9 * high / cells;
    return t;
}

static int by_config(const void *a, const void *b)
{
    const finding_trial *x = *(const finding_trial *const *)a, *y = *(const finding_trial *const *)b;
    for (int k = 0; k < NT_N_KEYS; k++) {
        const int64_t u = nt_key_get(&x->config, (nt_key_id)k), v = nt_key_get(&y->config, (nt_key_id)k);
        if (u != v)
            return u < v ? -1 : 1;
    }
    return 0;
}

static bool number_configs(finding *f)
{
    finding_trial **sorted = calloc((size_t)f->n_trials + 1, sizeof *sorted);
    if (!sorted)
        return false;
    for (int i = 0; i < f->n_trials; i++)
        sorted[i] = &f->trial[i];
    qsort(sorted, (size_t)f->n_trials, sizeof *sorted, by_config);
    for (int i = 0; i < f->n_trials; i++) {
        f->n_configs += i == 0 || by_config(&sorted[i - 1], &sorted[i]) != 0;
        sorted[i]->config_id = f->n_configs - 1;
    }
    free(sorted);
    return true;
}

static void on_damage(void *context, int64_t line, const char *what)
{
    finding *f = context;
    (void)line, (void)what;
    f->n_damaged++;
}

static nt_status read_journal(finding *f, const char *path, nt_error *why)
{
    nt_error reason = {""};
    if (access(path, F_OK) != 0) {
        snprintf(f->journal_why, sizeof f->journal_why, "There is no journal beside this file");
        return NT_OK;
    }
    const nt_status status = journal_open_read(&f->journal, path, on_damage, f, &reason);
    if (status == NT_ENOMEM)
        return *why = reason, status;
    snprintf(f->journal_why, sizeof f->journal_why, "%s", reason.text);
    if (status != NT_OK)
        return NT_OK;
    f->asked = journal_key(f->journal);
    const size_t n = journal_n_records(f->journal);
    f->trial = calloc(n + 1, sizeof *f->trial);
    if (!f->trial)
        return no_memory(why);
    double at_s = 0;
    for (size_t i = 0; i < n; i++) {
        trial_ask ask;
        trial_answer answer;
        if (!trial_json_is(journal_record(f->journal, i)))
            continue;
        if (trial_from_json(journal_record(f->journal, i), &ask, &answer, NULL) != NT_OK) {
            f->n_damaged++;
            continue;
        }
        finding_trial *t = &f->trial[f->n_trials++];
        *t = trial_of(&ask, &answer);
        t->at_s = at_s += answer.wall_s;
        t->row = row_of(&f->r, t);
    }
    if (!number_configs(f))
        return no_memory(why);
    if (f->n_trials == 0)
        snprintf(f->journal_why, sizeof f->journal_why, "its journal holds no trial");
    return NT_OK;
}

/* ---- Files ---------------------------------------------------------------------------------- */

static nt_status add_file(findings *list, const char *path, nt_error *why)
{
    finding *f = calloc(1, sizeof *f), **grown = reallocarray(list->at, (size_t)list->n + 1, sizeof *list->at);
    char *beside = NULL;
    if (grown)
        list->at = grown;
    if (!f || !grown || !(f->path = strdup(path)) || asprintf(&beside, "%sl", path) < 0) {
        finding_free(f);
        return no_memory(why);
    }
    nt_status status = result_read(&f->r, path, &f->key, why);
    if (status == NT_OK) {
        f->kernel = f->r.row[0].kernel;
        status = read_journal(f, beside, why);
    }
    free(beside);
    if (status != NT_OK)
        finding_free(f);
    else
        list->at[list->n++] = f;
    return status;
}

static nt_status add_folder(findings *list, const char *folder, nt_error *why)
{
    const int before = list->n;
    nt_status status = NT_OK;
    for (int i = 0; i < nt_kernel_count() && status == NT_OK; i++) {
        char *path;
        if (asprintf(&path, "%s/%s.json", folder, nt_kernel_at(i)->name) < 0)
            return no_memory(why);
        if (access(path, F_OK) == 0)
            status = add_file(list, path, why);
        free(path);
    }
    if (status == NT_OK && list->n == before) {
        snprintf(why->text, sizeof why->text, "no results in %.200s: `autotune run` makes some", folder);
        status = NT_EIO;
    }
    return status;
}

nt_status findings_add(findings *list, const char *path, nt_error *why)
{
    struct stat st;
    const bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    return is_folder ? add_folder(list, path, why) : add_file(list, path, why);
}

/* ---- Words ---------------------------------------------------------------------------------- */

finding_text finding_shape(const result_row *row)
{
    finding_text t;
    if (row->kernel->field)
        snprintf(t.text, sizeof t.text, "%lldx%lldx%lld", (long long)row->shape[0], (long long)row->shape[1], (long long)row->shape[2]);
    else
        snprintf(t.text, sizeof t.text, "%lld", (long long)row->shape[0]);
    return t;
}

finding_text finding_row_name(const result_row *row)
{
    finding_text t;
    snprintf(t.text, sizeof t.text, "%.70s %s %.60s, %lld step%s", trial_name(row->kernel, row->kernel_case).text,
             nt_dtype_name(row->dtype), finding_shape(row).text, (long long)row->steps, row->steps == 1 ? "" : "s");
    return t;
}

/* The name of a value, where it has one. */
static const char *value_name(const nt_kernel *k, nt_key_id key, int64_t v)
{
    int n = 0;
    switch (key) {
    case NT_KEY_ISA: return nt_isa_name((nt_isa)v);
    case NT_KEY_VARIANT:
        while (k->variants[n].name && n < v)
            n++;
        return k->variants[n].name;
    case NT_KEY_FN:
        while (k->forms[n].name && n < v)
            n++;
        return k->forms[n].name;
    case NT_KEY_LAYOUT: return nt_layout_name((nt_layout)v);
    case NT_KEY_PARALLEL: return nt_parallel_name((nt_parallel)v);
    case NT_KEY_ORDER: return nt_order_name((nt_order)v);
    case NT_KEY_SCHEDULE: return nt_schedule_name((nt_schedule)v);
    default: break;
    }
    const nt_key *own = key >= NT_KEY_OWN ? &k->keys[key - NT_KEY_OWN] : NULL;
    return own && own->names && v >= 0 && v <= own->most ? own->names[v] : NULL;
}

finding_text finding_value(const nt_kernel *kernel, nt_key_id key, int64_t value)
{
    finding_text t;
    const char *name = value_name(kernel, key, value);
    if (name)
        snprintf(t.text, sizeof t.text, "%s", name);
    else
        snprintf(t.text, sizeof t.text, "%lld", (long long)value);
    return t;
}

/* Adds the option for these numbers of threads, if they are not what a run tries by itself: powers of two, and all. */
static void add_threads(finding_text *t, int n, const json_t *threads, int allowed)
{
    int usual = 1;
    bool is_usual = json_array_size(threads) == 0;
    for (size_t i = 0; i < json_array_size(threads); i++, usual = 2 * usual < allowed ? 2 * usual : allowed)
        if (json_integer_value(json_array_get(threads, i)) != usual)
            break;
        else
            is_usual = usual == allowed;
    for (size_t i = 0; i < json_array_size(threads) && !is_usual && n < (int)sizeof t->text; i++)
        n += snprintf(t->text + n, sizeof t->text - (size_t)n, "%s%lld", i == 0 ? " --threads " : ",",
                      (long long)json_integer_value(json_array_get(threads, i)));
}

finding_text finding_command(const finding *f, const result_row *row)
{
    finding_text t;
    const json_t *seed = json_object_get(f->asked, "seed");
    int n = snprintf(t.text, sizeof t.text, "autotune run %.40s --dtype %s --shape %lldx%lldx%lld", row->kernel->name,
                     nt_dtype_name(row->dtype), (long long)row->shape[0], (long long)row->shape[1], (long long)row->shape[2]);
    if (row->kernel->cases && n < (int)sizeof t.text)
        n += snprintf(t.text + n, sizeof t.text - (size_t)n, " --case %.32s", row->kernel_case->name);
    if (json_integer_value(seed) > 1 && n < (int)sizeof t.text)
        n += snprintf(t.text + n, sizeof t.text - (size_t)n, " --seed %lld", (long long)json_integer_value(seed));
    const double ulp = json_number_value(json_array_get(json_object_get(f->asked, "max_ulp"), row->dtype));
    if (ulp > 0 && ulp != (row->dtype == NT_F32 ? 2.7 : 2.5) && n < (int)sizeof t.text) /* the defaults */
        n += snprintf(t.text + n, sizeof t.text - (size_t)n, " --max-ulp %g", ulp);
    add_threads(&t, n, json_object_get(f->asked, "threads"), f->r.machine.threads_allowed);
    return t;
}
