/*
 * cmd_run.c - autotune run: tunes kernels, writes results, journal and header
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "worker/driver.h"
#include "store/emit.h"
#include "os/file.h"
#include "store/journal_runner.h"
#include "cli/report.h"
#include "cli/run_options.h"
#include "store/result_json.h"
#include "tune/rows.h"
#include "cli/progress.h"

static volatile sig_atomic_t stop_asked;

/* The first Ctrl-C asks to stop and write; the second one is the system's. */
static void on_interrupt(int signal_number)
{
    stop_asked = 1;
    signal(signal_number, SIG_DFL);
}

/* ---- the run -------------------------------------------------------------------------------- */

static int check_memory(const run_options *o)
{
    const int64_t available = nt_memory_available();
    for (int i = 0; i < o->n_kernels && o->tune.shape[0] > 0; i++) {
        const nt_kernel *k = o->kernel[i];
        const int64_t cells = o->tune.shape[0] * o->tune.shape[1] * o->tune.shape[2];
        /* Levels twice: they are restored from a copy. */
        const double bytes =
            (double)cells * (2 * k->n_levels + k->n_coefs) * (o->tune.dtypes & 1u << NT_F64 ? 8 : 4);
        if (available > 0 && bytes > 0.9 * (double)available)
            return refuse(EXIT_USAGE, "--shape %lldx%lldx%lld: %s needs %.1f GB there, %.1f GB are available",
                          (long long)o->tune.shape[0], (long long)o->tune.shape[1],
                          (long long)o->tune.shape[2], k->name, bytes / 1e9, (double)available / 1e9);
    }
    return EXIT_OK;
}

static void on_damage(void *context, int64_t line, const char *what)
{
    refuse(EXIT_OK, "%s:%lld: %s; the record is left out", (const char *)context, (long long)line, what);
}

/* What the journal is true of, and what the search depends on. */
static json_t *journal_header(const run_options *o, const nt_machine *machine, const nt_kernel *kernel)
{
    json_t *header = result_key_json(machine, kernel);
    json_t *threads = json_array();
    for (int i = 0; i < o->tune.n_threads; i++)
        json_array_append_new(threads, json_integer(o->tune.threads[i]));
    json_t *orders = json_array();
    for (int i = 0; i < o->tune.n_orders; i++)
        json_array_append_new(orders, json_integer(o->tune.orders[i]));
    json_object_set_new(header, "orders", orders);
    json_object_set_new(header, "budget_s", json_real(tune_budget_s(kernel, &o->tune)));
    json_object_set_new(header, "seed", json_integer((json_int_t)o->tune.seed));
    json_object_set_new(header, "dtypes", json_integer(o->tune.dtypes));
    json_object_set_new(header, "threads", threads);
    json_object_set_new(header, "shape",
                        json_pack("[I,I,I]", (json_int_t)o->tune.shape[0], (json_int_t)o->tune.shape[1],
                                  (json_int_t)o->tune.shape[2]));
    json_object_set_new(header, "max_ulp", json_pack("[f,f]", o->tune.max_ulp[0], o->tune.max_ulp[1]));
    return header;
}

/* This run's rows, and of the old ones those that it did not tune again and that share their arithmetic. */
static nt_status save_rows(const run_options *o, const result *r, const nt_kernel *kernel, const char *dir,
                           nt_error *why)
{
    result *old = calloc(1, sizeof *old), *all = malloc(sizeof *all);
    nt_status status = old && all ? NT_OK : NT_ENOMEM;
    int n_new = 0;
    if (status == NT_OK) {
        *all = *r;
        old->machine = r->machine;
        nt_error ignored;
        if (!o->fresh)
            (void)result_load(old, kernel, dir, &ignored); /* nothing to keep where it fails */
    }
    for (int i = 0; status == NT_OK && i < r->n_rows; i++)
        n_new += r->row[i].kernel == kernel;
    for (int i = 0; status == NT_OK && i < old->n_rows && all->n_rows < RESULT_MOST_ROWS; i++) {
        bool fits = true;
        for (int k = 0; k < r->n_rows; k++)
            fits &= !result_contradicts(&old->row[i], &r->row[k]);
        if (fits)
            all->row[all->n_rows++] = old->row[i];
    }
    if (status == NT_OK && n_new > 0)
        status = result_save(all, kernel, dir, why);
    else if (status != NT_OK)
        snprintf(why->text, sizeof why->text, "no memory for the results");
    free(old);
    free(all);
    return status;
}

/* A run that was cut off in one kernel left no journal of the next ones. */
static bool resumes(const run_options *o, const nt_kernel *kernel, const char *path)
{
    return o->resume && (kernel == o->kernel[0] || access(path, F_OK) == 0);
}

static int run_kernel(const run_options *o, result *r, const nt_kernel *kernel, trial_runner *worker,
                      const char *dir, progress *p)
{
    nt_error why = {""};
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jsonl", dir, kernel->name);
    journal *j = NULL;
    journal_runner jr;
    json_t *header = journal_header(o, &r->machine, kernel);
    const bool resume = resumes(o, kernel, path);
    nt_status status = resume ? journal_open_resume(&j, path, header, on_damage, path, &why)
                              : journal_open_new(&j, path, header, &why);
    json_decref(header);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    fprintf(stderr, "autotune: %s, %.0f s on ", kernel->name, tune_budget_s(kernel, &o->tune));
    report_machine(stderr, &r->machine);
    status = journal_runner_init(&jr, j, worker, on_damage, path, &why);
    if (status == NT_OK) {
        status = tune_kernel(r, kernel, &o->tune, &jr.runner, progress_event, p, &why);
        progress_end(p);
        if (resume)
            fprintf(stderr, "autotune: %lld trials taken from the journal, %lld made\n",
                    (long long)jr.n_replayed, (long long)jr.n_new);
        if (status == NT_OK && jr.status != NT_OK) {
            status = jr.status;
            why = jr.why;
        }
        journal_runner_free(&jr);
    }
    nt_error close_why;
    if (journal_close(j, &close_why) != NT_OK && status == NT_OK) {
        status = NT_EIO;
        why = close_why;
    }
    if (status == NT_OK)
        status = save_rows(o, r, kernel, dir, &why);
    return status == NT_OK ? EXIT_OK : refuse(code_of(status), "%s", why.text);
}

/* The header is made of the results' files: this run's, and unless --fresh those of kernels tuned before. */
static int write_header(const run_options *o, const nt_machine *machine, const char *dir)
{
    result *all = calloc(1, sizeof *all);
    if (!all)
        return refuse(EXIT_FAILED, "no memory for the results");
    all->machine = *machine;
    nt_error why;
    for (int i = 0; i < nt_kernel_count(); i++) {
        bool tuned_now = false;
        for (int k = 0; k < o->n_kernels; k++)
            tuned_now |= o->kernel[k] == nt_kernel_at(i);
        if ((tuned_now || !o->fresh) && result_load(all, nt_kernel_at(i), dir, &why) == NT_ESTALE)
            refuse(EXIT_OK, "not taken over: %s", why.text);
    }
    const nt_status status = emit_header(all, dir, &why);
    free(all);
    return status == NT_OK ? EXIT_OK : refuse(code_of(status), "%s", why.text);
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
        return code;
    if (!o->json)
        report_results(stdout, r);
    if ((code = finish_stdout()) != EXIT_OK)
        return code;
    if (r->not_searched[0])
        refuse(EXIT_OK, "not searched: %s", r->not_searched);
    fprintf(stderr, "header: %s/tuned.h\n", dir);
    return stop_asked ? EXIT_INTERRUPTED : EXIT_OK;
}

int cmd_run(int argc, char **argv)
{
    run_options o;
    int code = run_options_parse(&o, argc, argv, &stop_asked);
    if (code != EXIT_OK || (code = check_memory(&o)) != EXIT_OK)
        return code;
    static result r; /* large */
    nt_error why;
    nt_machine_detect(&r.machine);
    char dir[3000];
    if ((code = results_dir(&r.machine, o.out, dir, sizeof dir)) != EXIT_OK)
        return code;
    for (int i = 0; i < o.n_kernels; i++)
        if (tune_check(o.kernel[i], &o.tune, &why) != NT_OK)
            return refuse(EXIT_FAILED, "%s", why.text);
    if (!o.resume && file_make_dirs(dir, &why) != NT_OK)
        return refuse(EXIT_IO, "%s", why.text);

    driver *d;
    const int64_t available = nt_memory_available();
    if (driver_create(&d, &(driver_options){.memory_limit_bytes = available > 0 ? available : 0}, &why) !=
        NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    progress p;
    progress_begin(&p, stderr);
    for (int i = 0; i < o.n_kernels && code == EXIT_OK; i++) {
        if (!stop_asked) {
            code = run_kernel(&o, &r, o.kernel[i], driver_runner(d), dir, &p);
        } else {
            const size_t used = strlen(r.not_searched);
            snprintf(r.not_searched + used, sizeof r.not_searched - used, "%s%s", used ? ", " : "",
                     o.kernel[i]->name);
        }
    }
    driver_destroy(d);
    /* What the kernels before a failure gave is not lost. */
    if (code == EXIT_OK || r.n_rows > 0) {
        const int finished = finish(&o, &r, dir);
        code = code != EXIT_OK ? code : finished;
    }
    return code;
}
