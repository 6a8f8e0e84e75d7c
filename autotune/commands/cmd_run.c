/*
 * cmd_run.c - autotune run: tunes kernels, writes results, journal and header
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/interrupt.h"
#include "commands/commands.h"
#include "commands/modules.h"
#include "commands/noise_report.h"
#include "commands/report.h"
#include "commands/run_options.h"
#include "commands/tune_progress.h"
#include "os/file.h"
#include "store/contribution.h"
#include "store/header.h"
#include "store/journal_runner.h"
#include "store/private_words.h"
#include "store/result_json.h"
#include "tune/least.h"
#include "tune/rows.h"
#include "worker/driver.h"

/* ---- the run -------------------------------------------------------------------------------- */

static int check_memory(const run_options *o)
{
    const int64_t available = nt_memory_available();
    const int64_t *n = o->tune.shape;
    for (int i = 0; i < o->kernels.n && available > 0; i++) {
        const nt_kernel *k = o->kernels.at[i];
        if (!k->field)
            continue;
        /* The levels count twice: each has a copy from which it is restored. */
        const double bytes = (double)(n[0] * n[1] * n[2]) * (2 * k->field->n_levels + k->field->n_coefs) *
                             (o->tune.dtypes & 1u << NT_F64 ? 8 : 4);
        if (bytes > 0.9 * (double)available)
            return refuse(EXIT_USAGE, "--shape %lldx%lldx%lld: %s needs %.1f GB there, %.1f GB are available",
                          (long long)n[0], (long long)n[1], (long long)n[2], k->name, bytes / 1e9,
                          (double)available / 1e9);
    }
    return EXIT_OK;
}

static int check_budget(const run_options *o, const nt_machine *machine)
{
    for (int i = 0; i < o->kernels.n && o->tune.budget_s > 0; i++) {
        const double least = least_s(machine, o->kernels.at[i], &o->tune);
        if (o->tune.budget_s < least)
            return refuse(EXIT_USAGE, "--budget %g: the rows of %s take at least %.1f s", o->tune.budget_s,
                          o->kernels.at[i]->name, least);
    }
    return EXIT_OK;
}

static void on_damage(void *context, int64_t line, const char *what)
{
    refuse(EXIT_OK, "%s:%lld: %s; the record is left out", (const char *)context, (long long)line, what);
}

/* The key of the journal: what its records are valid for, and what the search depends on.  The budget is not
 * part of it: with another one, records of shapes that stay the same are used. */
static json_t *journal_header(const run_options *o, const nt_machine *machine, const nt_kernel *kernel)
{
    const tune_options *t = &o->tune;
    json_t *threads = json_array(), *cases = json_array();
    for (int i = 0; i < t->n_threads; i++)
        json_array_append_new(threads, json_integer(t->threads[i]));
    for (int i = 0; i < t->n_cases; i++)
        json_array_append_new(cases, json_string(t->cases[i]));
    json_t *header = result_key_json(machine, kernel, nt_build_info());
    json_t *asked = json_pack("{s:o, s:I, s:i, s:o, s:o, s:[f,f], s:s}", "cases", cases, "seed",
                              (json_int_t)t->seed, "dtypes", (int)t->dtypes, "threads", threads, "shape",
                              result_shape_json(t->shape), "max_ulp", t->max_ulp[0], t->max_ulp[1],
                              "strategy", t->strategy ? t->strategy->name : strategies->name);
    json_object_update_new(header, asked);
    return header;
}

static nt_status too_many_rows(nt_error *why)
{
    snprintf(why->text, sizeof why->text,
             "more than %d rows of results: `autotune run --fresh` leaves out earlier ones",
             RESULT_MOST_ROWS);
    return NT_ENOMEM;
}

/* Names a row that is slower than the same one of the results before, beyond what two times of one config differ. */
static void name_regression(const result_row *old, const result_row *row, const noise_level *n)
{
    static const double least = 0.03;
    if (!result_same_use(old, row) || old->steps != row->steps || old->upto != row->upto ||
        memcmp(old->shape, row->shape, sizeof old->shape) != 0 || old->tuned_ns <= 0 || row->tuned_ns <= 0)
        return;
    const double slower = row->tuned_ns / old->tuned_ns - 1;
    if (slower > fmax(least, n->most))
        refuse(EXIT_OK,
               "%s %s %s, %lld step%s: %.0f %% slower than in the results before, %.4g ns in place of %.4g",
               trial_name(row->kernel, row->kernel_case).text, nt_dtype_name(row->dtype),
               nt_class_name(row->shape_class), (long long)row->steps, row->steps == 1 ? "" : "s",
               100 * slower, row->tuned_ns, old->tuned_ns);
}

/* Writes this run's rows, then those old rows that it did not tune again and that have the same
 * arithmetic. */
static nt_status save_rows(const run_options *o, const result *r, const nt_kernel *kernel, const char *dir,
                           nt_error *why)
{
    result *all = calloc(1, sizeof *all);
    nt_error ignored;
    int n_old = 0;
    if (!all) {
        snprintf(why->text, sizeof why->text, "no memory for the results");
        return NT_ENOMEM;
    }
    all->machine = r->machine;
    all->noise = r->noise;
    memcpy(all->not_searched, r->not_searched, sizeof all->not_searched);
    if (!o->fresh)
        (void)result_load(all, kernel, dir, &ignored); /* if it cannot be read, there is nothing to keep */
    for (int i = 0; i < all->n_rows; i++) {
        bool fits = true;
        for (int k = 0; k < r->n_rows; k++) {
            fits &=
                !result_contradicts(&all->row[i], &r->row[k]) && !result_same_use(&all->row[i], &r->row[k]);
            name_regression(&all->row[i], &r->row[k], &r->noise);
        }
        if (fits)
            all->row[n_old++] = all->row[i];
    }
    all->n_rows = n_old;
    nt_status status = NT_OK;
    for (int i = 0; i < r->n_rows && status == NT_OK; i++) {
        if (r->row[i].kernel != kernel)
            continue;
        if (all->n_rows < RESULT_MOST_ROWS)
            all->row[all->n_rows++] = r->row[i];
        else
            status = too_many_rows(why);
    }
    if (status == NT_OK && all->n_rows > n_old)
        status = result_save(all, kernel, dir, why);
    free(all);
    return status;
}

/* --resume starts anew if there is no journal, or an empty one. */
static bool resumes(const run_options *o, const char *path)
{
    struct stat st;
    if (!o->resume)
        return false;
    if (stat(path, &st) == 0 ? !S_ISREG(st.st_mode) || st.st_size > 0 : errno != ENOENT)
        return true;
    refuse(EXIT_OK, "nothing to resume in %s: beginning anew", path);
    return false;
}

/* Warns once per run. */
static void warn_without_lock(const journal *j, const char *path)
{
    static bool told;
    const int error = journal_lock_error(j);
    if (error && !told)
        refuse(EXIT_OK, "%s cannot be locked here (%s): a second run would not be noticed", path,
               strerror(error));
    told |= error != 0;
}

/* Each trial's answer comes from the journal, or is recorded there. */
static nt_status tune_by_journal(const run_options *o, result *r, const nt_kernel *kernel,
                                 trial_runner *worker, char *path, nt_error *why)
{
    journal *j = NULL;
    journal_runner jr;
    tune_options asked = o->tune;
    asked.knows_tuned = true;
    asked.budget_s = fmax(rows_budget_s(kernel, &o->tune), least_s(&r->machine, kernel, &o->tune));
    json_t *header = journal_header(o, &r->machine, kernel);
    const bool resume = resumes(o, path);
    nt_status status = resume ? journal_open_resume(&j, path, header, on_damage, path, why)
                              : journal_open_new(&j, path, header, why);
    json_decref(header);
    if (status != NT_OK)
        return status;
    warn_without_lock(j, path);
    if (r->noise.n == 0) {
        r->noise = noise_here();
        noise_print(stderr, &r->noise);
    }
    if (isfinite(asked.budget_s))
        fprintf(stderr, "autotune: %s, %.0f s on ", kernel->name, asked.budget_s);
    else
        fprintf(stderr, "autotune: every config of %s on ", kernel->name);
    report_machine(stderr, &r->machine);
    status = journal_runner_init(&jr, j, worker, on_damage, path, why);
    if (status == NT_OK) {
        progress p = progress_begin();
        status = tune_kernel(r, kernel, &asked, &jr.runner, progress_event, &p, why);
        progress_end(&p);
        if (resume)
            fprintf(stderr, "autotune: %lld trials taken from the journal, %lld made\n",
                    (long long)jr.n_replayed, (long long)jr.n_new);
        if (status == NT_OK) {
            status = jr.status;
            *why = jr.why;
        }
        journal_runner_free(&jr);
    }
    nt_error close_why;
    if (journal_close(j, &close_why) != NT_OK && status == NT_OK) {
        status = NT_EIO;
        *why = close_why;
    }
    return status;
}

static int run_kernel(const run_options *o, result *r, const nt_kernel *kernel, trial_runner *worker,
                      const char *dir)
{
    nt_error why = {""};
    char *path;
    if (asprintf(&path, "%s/%s.jsonl", dir, kernel->name) < 0)
        return refuse(EXIT_FAILED, "no memory for the journal's name");
    nt_status status = tune_by_journal(o, r, kernel, worker, path, &why);
    free(path);
    for (int i = 0; i < r->n_rows; i++)
        if (r->row[i].kernel == kernel)
            run_options_settings(o, kernel, r->row[i].settings);
    if (status == NT_OK)
        status = save_rows(o, r, kernel, dir, &why);
    return status == NT_OK ? EXIT_OK : refuse(code_of(status), "%s", why.text);
}

/* Makes the header from result files: this run's and, unless --fresh, those of kernels tuned before. */
static int write_header(const run_options *o, const nt_machine *machine, const char *dir)
{
    result *all = calloc(1, sizeof *all);
    if (!all)
        return refuse(EXIT_FAILED, "no memory for the results");
    all->machine = *machine;
    nt_error why;
    for (int i = 0; i < nt_kernel_count(); i++) {
        const bool wanted = !o->fresh || kernel_list_has(&o->kernels, nt_kernel_at(i));
        if (wanted && result_load(all, nt_kernel_at(i), dir, &why) == NT_ESTALE)
            refuse(EXIT_OK, "not taken over: %s", why.text);
    }
    /* If no rows could be written there is no header either; the reason has been printed. */
    const nt_status status = all->n_rows > 0 ? header_write(all, dir, &why) : NT_OK;
    const bool none = all->n_rows == 0;
    free(all);
    if (none)
        return EXIT_IO;
    return status == NT_OK ? EXIT_OK : refuse(code_of(status), "%s", why.text);
}

/* A folder ready to be sent, or a line for each reason why there is none. */
static int contribute(const char *dir, const nt_machine *machine)
{
    static contribution c; /* too large for the stack */
    char to[CONTRIBUTION_FOLDER];
    nt_error why;
    contribution_folder(machine, to);
    contribution_read(&c, dir, nt_build_info()->flags, print_fault, NULL);
    private_words_check(&c, machine, print_fault, NULL);
    if (c.n_faults > 0)
        return refuse(EXIT_STALE, "nothing was made to be sent: the results are kept in %s", dir);
    if (contribution_write(&c, to, &why) != NT_OK)
        return refuse(EXIT_IO, "%s", why.text);
    fprintf(stderr,
            "ready to be sent: ./%s/\n  put this folder, as it is, into a pull request or an issue of nestune\n"
            "  there `autotune check --merge %s` takes it over\n",
            to, to);
    contribution_free(&c);
    return EXIT_OK;
}

static int finish(const run_options *o, const result *r, const char *dir)
{
    if (r->n_rows == 0)
        return refuse(stop_asked ? EXIT_INTERRUPTED : EXIT_FAILED,
                      "no row was finished; nothing was written");
    int code = write_header(o, &r->machine, dir);
    if (code != EXIT_OK)
        return code;
    if (o->json && (code = print_json(result_json(r, NULL))) != EXIT_OK)
        return stop_asked ? EXIT_INTERRUPTED : code;
    if (!o->json)
        report_results(stdout, r);
    if ((code = finish_stdout()) != EXIT_OK)
        return stop_asked ? EXIT_INTERRUPTED : code;
    if (r->not_searched[0])
        refuse(EXIT_OK, "not searched: %s", r->not_searched);
    fprintf(stderr, "header: %s/tuned.h\nas a page: autotune report %s\n", dir, dir);
    if (o->contribute && !stop_asked && (code = contribute(dir, &r->machine)) != EXIT_OK)
        return code;
    return stop_asked ? EXIT_INTERRUPTED : EXIT_OK;
}

static int tune_all(const run_options *o, result *r, const char *dir)
{
    driver *d;
    nt_error why;
    const int64_t available = nt_memory_available();
    int code = EXIT_OK;
    for (int i = 0; i < o->kernels.n; i++)
        if (rows_check(o->kernels.at[i], &o->tune, &why) != NT_OK)
            return refuse(EXIT_FAILED, "%s", why.text);
    if (file_make_dirs(dir, &why) != NT_OK)
        return refuse(EXIT_IO, "%s", why.text);
    if (modules_start(&d, available > 0 ? available : 0, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    hear_signals();
    for (int i = 0; i < o->kernels.n && code == EXIT_OK; i++) {
        if (!stop_asked)
            code = run_kernel(o, r, o->kernels.at[i], driver_runner(d), dir);
        else
            result_leave_out(r, "%s", o->kernels.at[i]->name);
    }
    driver_destroy(d);
    /* Writes the rows of the kernels that were tuned before a failure. */
    const int finished = code == EXIT_OK || r->n_rows > 0 ? finish(o, r, dir) : EXIT_OK;
    return code != EXIT_OK ? code : finished;
}

int cmd_run(int argc, char **argv)
{
    static result r; /* too large for the stack */
    run_options o;
    int code = run_options_parse(&o, argc, argv);
    if (code != EXIT_OK || (code = check_memory(&o)) != EXIT_OK)
        return code;
    o.tune.stop = &stop_asked;
    nt_machine_detect(&r.machine);
    if ((code = check_budget(&o, &r.machine)) != EXIT_OK)
        return code;
    char *dir = results_dir(&r.machine, o.out);
    code = dir ? tune_all(&o, &r, dir) : EXIT_FAILED;
    free(dir);
    return code;
}
