/*
 * cmd_run.c - autotune run: tunes kernels, writes results, journal and header
 * SPDX-License-Identifier: MIT
 */
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "driver.h"
#include "emit.h"
#include "file.h"
#include "journal_runner.h"
#include "report.h"
#include "tune.h"

enum { MOST_KERNELS = 32, MANY_STEPS = 5 /* the notebook's */ };

typedef struct run_options {
    tune_options tune;
    const nt_kernel *kernel[MOST_KERNELS];
    int n_kernels;
    bool resume, fresh, json;
    const char *out;
    double max_ulp; /* 0: the defaults */
    int failed;     /* an exit code; argp's own parser cannot return ours */
} run_options;

static volatile sig_atomic_t stop_asked;

/* The first Ctrl-C asks to stop and write; the second one is the system's. */
static void on_interrupt(int signal_number)
{
    stop_asked = 1;
    signal(signal_number, SIG_DFL);
}

/* ---- arguments ------------------------------------------------------------------------------ */

static bool parse_number(const char *text, double least, double most, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *value >= least && *value <= most;
}

static bool parse_count(const char **text, int64_t most, int64_t *value)
{
    *value = 0;
    const char *p = *text;
    for (; isdigit((unsigned char)*p); p++) {
        *value = 10 * *value + (*p - '0');
        if (*value > most)
            return false;
    }
    const bool any = p != *text;
    *text = p;
    return any && *value >= 1;
}

static int parse_shape(run_options *o, const char *arg)
{
    const char *p = arg;
    int64_t cells = 1;
    for (int a = 0; a < 3; a++) {
        if (!parse_count(&p, INT64_C(1) << 40, &o->tune.shape[a]) || *p != (a < 2 ? 'x' : '\0'))
            return refuse(EXIT_USAGE, "--shape %.40s: allowed is NXxNYxNZ in cells, each from 1", arg);
        p += a < 2;
        if (__builtin_mul_overflow(cells, o->tune.shape[a], &cells) || cells > INT64_MAX / 64)
            return refuse(EXIT_USAGE, "--shape %.40s: beyond the address space", arg);
    }
    return EXIT_OK;
}

static int parse_threads(run_options *o, const char *arg)
{
    const int most = nt_threads_allowed();
    const char *p = arg;
    o->tune.n_threads = 0;
    do {
        int64_t n;
        if (!parse_count(&p, NT_MAX_THREADS, &n) || n > most || (*p && *p != ',') ||
            o->tune.n_threads == TUNE_MOST_THREADS)
            return refuse(EXIT_USAGE, "--threads %.40s: allowed are numbers from 1 to %d, with commas", arg,
                          most);
        int at = o->tune.n_threads++;
        for (; at > 0 && o->tune.threads[at - 1] > n; at--)
            o->tune.threads[at] = o->tune.threads[at - 1];
        o->tune.threads[at] = (int)n;
    } while (*p++ == ',');
    return EXIT_OK;
}

static int take_option(run_options *o, int key, const char *arg)
{
    double number;
    switch (key) {
    case 'b':
        if (!parse_number(arg, 1, 86400, &o->tune.budget_s))
            return refuse(EXIT_USAGE, "--budget %.20s: allowed are 1 to 86400 seconds a kernel", arg);
        return EXIT_OK;
    case 'd': o->tune.dtypes = dtypes_named(arg); return o->tune.dtypes ? EXIT_OK : EXIT_USAGE;
    case 's': return parse_shape(o, arg);
    case 't': return parse_threads(o, arg);
    case 'u':
        if (!parse_number(arg, 0, 1e6, &o->max_ulp) || o->max_ulp <= 0)
            return refuse(EXIT_USAGE, "--max-ulp %.20s: allowed are numbers above 0", arg);
        return EXIT_OK;
    case 'S':
        if (!parse_number(arg, 0, 9e15, &number) || number != floor(number))
            return refuse(EXIT_USAGE, "--seed %.20s: allowed are whole numbers from 0", arg);
        o->tune.seed = (uint64_t)number;
        return EXIT_OK;
    case 'o': o->out = arg; return EXIT_OK;
    case 'r': o->resume = true; return EXIT_OK;
    case 'f': o->fresh = true; return EXIT_OK;
    case 'j': o->json = true; return EXIT_OK;
    default:
        if (!(o->kernel[o->n_kernels] = kernel_named(arg)))
            return EXIT_USAGE;
        for (int i = 0; i < o->n_kernels; i++)
            if (o->kernel[i] == o->kernel[o->n_kernels])
                return refuse(EXIT_USAGE, "kernel %s is named twice", arg);
        o->n_kernels++;
        return EXIT_OK;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    run_options *o = state->input;
    if (key == ARGP_KEY_ERROR && o->failed == EXIT_OK)
        refuse_option(state);
    const bool ours = key == ARGP_KEY_ARG || (key > 0 && key < 256);
    if (!ours)
        return ARGP_ERR_UNKNOWN;
    if (o->failed == EXIT_OK && o->n_kernels < MOST_KERNELS)
        o->failed = take_option(o, key == ARGP_KEY_ARG ? 0 : key, arg);
    return 0;
}

static const struct argp_option options[] = {
    {"budget", 'b', "SECONDS", 0, "time for each kernel (60)", 0},
    {"dtype", 'd', "LIST", 0, "f32, f64 or both (both)", 0},
    {"shape", 's', "NXxNYxNZ", 0, "one shape in place of the default ones in and out of cache", 0},
    {"threads", 't', "LIST", 0, "numbers of threads that may win (powers of two, and all)", 0},
    {"max-ulp", 'u', "N", 0, "variants less accurate than this may not win (f64 2.5, f32 2.7)", 0},
    {"seed", 'S', "N", 0, "of the random probes (1)", 0},
    {"resume", 'r', 0, 0, "go on where an interrupted run's journal ends", 0},
    {"fresh", 'f', 0, 0, "drop this machine's earlier results of other kernels", 0},
    {"out", 'o', "DIR", 0, "write to DIR/<machine>/ in place of results/<machine>/", 0},
    {"json", 'j', 0, 0, "the results as JSON on stdout", 0},
    {0},
};

static int parse_arguments(run_options *o, int argc, char **argv)
{
    *o = (run_options){.tune = {.budget_s = 60,
                                .dtypes = 1u << NT_F32 | 1u << NT_F64,
                                .many_steps = MANY_STEPS,
                                .seed = 1,
                                .stop = &stop_asked}};
    const struct argp parser = {options,
                                parse,
                                "[KERNEL...]",
                                "Tunes kernels on this machine: all that are not roofs unless named.",
                                0,
                                0,
                                0};
    char name[] = "autotune run";
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, o) != 0)
        return EXIT_USAGE;
    if (o->failed != EXIT_OK)
        return o->failed;
    if (o->resume && o->fresh)
        return refuse(EXIT_USAGE, "--resume and --fresh exclude each other");
    for (int i = 0; o->n_kernels == 0 && i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->role == NT_FIELD)
            o->kernel[o->n_kernels++] = nt_kernel_at(i);
    if (o->tune.n_threads == 0) {
        const int most = nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
        for (int n = 1; n < most; n *= 2)
            o->tune.threads[o->tune.n_threads++] = n;
        o->tune.threads[o->tune.n_threads++] = most;
    }
    const double default_ulp[NT_N_DTYPES] = {[NT_F32] = 2.7, [NT_F64] = 2.5};
    for (int d = 0; d < NT_N_DTYPES; d++)
        o->tune.max_ulp[d] = o->max_ulp > 0 ? o->max_ulp : default_ulp[d];
    return EXIT_OK;
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
    json_object_set_new(header, "budget_s", json_real(o->tune.budget_s));
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

static int run_kernel(const run_options *o, result *r, const nt_kernel *kernel, trial_runner *worker,
                      const char *dir, progress *p)
{
    nt_error why = {""};
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jsonl", dir, kernel->name);
    journal *j = NULL;
    journal_runner jr;
    json_t *header = journal_header(o, &r->machine, kernel);
    nt_status status = o->resume ? journal_open_resume(&j, path, header, on_damage, path, &why)
                                 : journal_open_new(&j, path, header, &why);
    json_decref(header);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    if (r->n_rows == 0) {
        fprintf(stderr, "autotune: %.0f s for each kernel on ", o->tune.budget_s);
        report_machine(stderr, &r->machine);
    }
    status = journal_runner_init(&jr, j, worker, on_damage, path, &why);
    if (status == NT_OK) {
        status = tune_kernel(r, kernel, &o->tune, &jr.runner, progress_event, p, &why);
        progress_end(p);
        if (o->resume)
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
    int code = parse_arguments(&o, argc, argv);
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
