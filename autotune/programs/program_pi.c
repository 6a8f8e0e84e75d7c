/*
 * program_pi.c - nestune pi: the notebook's calcPi, what its estimate is worth, and what it costs
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "measure/stats.h"
#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "nestune/pi.h"
#include "nestune/plan.h"
#include "nestune/registry.h"
#include "os/clock.h"
#include "programs/pi_forms.h"
#include "programs/programs.h"

enum { MOST_LIST = 16, ROUNDS = 3, ROUND_SAMPLES = 1 << 27 };
static const double most_samples = 0x1p48, pi_itself = 3.14159265358979323846;

/* What a person asked for. */
typedef struct pi_options {
    pi_job job;
    bool has_samples, compares_forms, json;
    int64_t blk[MOST_LIST];
    int n_blk;
} pi_options;

/* ---- The estimate ---------------------------------------------------------------------------------- */

typedef struct estimate {
    double pi, error; /* error: one standard error */
} estimate;

/* A sample hits with a probability of p = pi / 4, so the share of n samples varies by sqrt(p (1 - p) / n). */
static estimate estimate_of(uint64_t hits, int64_t samples)
{
    const double n = (double)samples, p = (double)hits / n;
    return (estimate){4 * p, 4 * sqrt(p * (1 - p) / n)};
}

static void print_estimate(const pi_job *job, int64_t samples, uint64_t hits, double seconds,
                           const char *config)
{
    const estimate e = estimate_of(hits, samples);
    const double off = fabs(e.pi - pi_itself);
    printf("pi is about %.9f, ", e.pi);
    if (e.error > 0)
        printf("standard error %.1e (it is off by %.1e, %.1f standard errors)", e.error, off, off / e.error);
    else
        printf("from too few samples for a standard error");
    printf("\n%lld samples, %s, seed %llu: %.3g s, %.4f ns a sample (%s)\n", (long long)samples,
           nt_dtype_name(job->dtype), (unsigned long long)job->seed, seconds, 1e9 * seconds / (double)samples,
           config);
    printf("One more digit takes 100 times as many samples, %.3g s.\n", 100 * seconds);
}

static json_t *estimate_json(const pi_job *job, int64_t samples, uint64_t hits, double seconds)
{
    const estimate e = estimate_of(hits, samples);
    return json_pack("{s:I, s:I, s:f, s:f, s:s, s:I, s:f, s:f}", "samples", (json_int_t)samples, "hits",
                     (json_int_t)hits, "pi", e.pi, "standard_error", e.error, "dtype",
                     nt_dtype_name(job->dtype), "seed", (json_int_t)job->seed, "seconds", seconds,
                     "ns_per_sample", 1e9 * seconds / (double)samples);
}

/* In rounds, so that there is progress to show and a place to stop. */
static int run_estimate(const pi_options *o)
{
    const nt_pi pi = {o->job.seed};
    const nt_plan_options options = {.bytes = sizeof options, .params = &pi, .most_threads = o->job.threads};
    nt_plan *plan;
    nt_error why;
    const nt_status status =
        nt_plan_create_range(&plan, nt_kernel_find("pi"), o->job.dtype, o->job.samples, &options, &why);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    progress p = progress_begin();
    const double start_s = clock_s();
    int64_t done = 0;
    uint64_t hits = 0;
    while (done < o->job.samples && !stop_asked) {
        uint64_t more;
        const int64_t left = o->job.samples - done, n = left < ROUND_SAMPLES ? left : ROUND_SAMPLES;
        nt_plan_run_range(plan, done, done + n, &more);
        hits += more;
        done += n;
        progress_share(&p, done, o->job.samples);
    }
    const double seconds = clock_s() - start_s;
    progress_end(&p);
    char config[NT_CONFIG_TEXT];
    nt_plan_config_text(plan, config, sizeof config);
    nt_plan_destroy(plan);
    int code = EXIT_OK;
    if (done < o->job.samples)
        refuse(EXIT_INTERRUPTED, "interrupted after %lld of %lld samples", (long long)done,
               (long long)o->job.samples);
    if (done == 0)
        return EXIT_INTERRUPTED;
    if (o->json) {
        json_t *root = estimate_json(&o->job, done, hits, seconds);
        if (root) {
            json_object_set_new(root, "config", json_string(config));
            json_object_set_new(root, "interrupted", json_boolean(done < o->job.samples));
        }
        code = print_json_digits(root, 12);
    } else {
        print_estimate(&o->job, done, hits, seconds, config);
        code = finish_stdout();
    }
    return code == EXIT_OK && stop_asked ? EXIT_INTERRUPTED : code;
}

/* ---- Tables ---------------------------------------------------------------------------------------- */

/* A row: a form, or a size of blocks. */
typedef struct row {
    const pi_form *form; /* NULL: blocks */
    int64_t blk;
    uint64_t hits;
    int n;
    double seconds[ROUNDS];
} row;

/* All rows once, then all again, so that a busy while of the machine is not one row's alone. */
static int measure(const pi_options *o, row *rows, int n)
{
    progress p = progress_begin();
    nt_error why;
    if (!o->compares_forms)
        interrupt_notice = "\nnestune: stopping after this block; Ctrl-C again ends it now\n";
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < n && !stop_asked; i++) {
            row *r = &rows[i];
            pi_job job = o->job;
            job.blk = r->blk;
            const double start_s = clock_s();
            const nt_status status =
                r->form ? r->form->count(&job, &r->hits, &why) : pi_blocks(&job, &r->hits, &why);
            if (status != NT_OK) {
                progress_end(&p);
                return refuse(code_of(status), "%s", why.text);
            }
            if (stop_asked)
                break; /* it may have left samples out */
            r->seconds[r->n++] = clock_s() - start_s;
            progress_share(&p, round * n + i + 1, ROUNDS * n);
        }
    progress_end(&p);
    return EXIT_OK;
}

static double median_s(const row *r)
{
    return stats_median(r->seconds, r->n);
}

static void print_row(const pi_options *o, const row *r, const row *first)
{
    const double s = median_s(r);
    if (r->form)
        printf("%-10s", r->form->name);
    else
        printf("%-10lld %10lld", (long long)r->blk, (long long)((o->job.samples + r->blk - 1) / r->blk));
    printf(" %9.4f %9.4f", s, 1e9 * s / (double)o->job.samples);
    if (r->form)
        printf(" %8.2f  %.9f", median_s(first) / s, estimate_of(r->hits, o->job.samples).pi);
    printf("\n");
}

static json_t *rows_json(const pi_options *o, const row *rows, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n && rows[i].n > 0; i++) {
        json_t *one = estimate_json(&o->job, o->job.samples, rows[i].hits, median_s(&rows[i]));
        if (one && rows[i].form)
            json_object_set_new(one, "form", json_string(rows[i].form->name));
        else if (one)
            json_object_set_new(one, "blk", json_integer(rows[i].blk));
        json_array_append_new(list, one);
    }
    return json_pack("{s:i, s:b, s:o}", "threads", o->job.threads, "interrupted", stop_asked != 0,
                     o->compares_forms ? "forms" : "blocks", list);
}

static int run_table(const pi_options *o)
{
    row rows[MOST_LIST] = {0};
    int n = 0;
    if (o->compares_forms)
        for (; pi_forms[n].name; n++)
            rows[n].form = &pi_forms[n];
    for (int i = 0; i < o->n_blk; i++)
        rows[n++].blk = o->blk[i];
    int code = measure(o, rows, n);
    if (code != EXIT_OK)
        return code;
    if (stop_asked)
        refuse(EXIT_INTERRUPTED, "interrupted: rows have fewer rounds, or are left out");
    if (o->json)
        code = print_json_digits(rows_json(o, rows, n), 12);
    else {
        printf("%lld samples, %s, seed %llu, %d threads; medians of at most %d rounds\n",
               (long long)o->job.samples, nt_dtype_name(o->job.dtype), (unsigned long long)o->job.seed,
               o->job.threads, ROUNDS);
        printf(o->compares_forms ? "form         seconds  ns/sample speed-up  pi is about\n"
                                 : "blk           regions   seconds ns/sample\n");
        for (int i = 0; i < n && rows[i].n > 0; i++)
            print_row(o, &rows[i], &rows[0]);
        code = finish_stdout();
    }
    return code == EXIT_OK && stop_asked ? EXIT_INTERRUPTED : code;
}

/* ---- The command ----------------------------------------------------------------------------------- */

static int take_samples(const argument *a, char *text)
{
    pi_options *o = a->to;
    const argument number = {.to = &o->job.samples, .least = a->least, .most = a->most};
    if (o->has_samples)
        return refuse(EXIT_USAGE, "%.40s: the number of samples is given twice", text);
    o->has_samples = true;
    return take_count(&number, text);
}

static int take_blks(const argument *a, char *text)
{
    pi_options *o = a->to;
    o->n_blk = arguments_counts(text, a->least, a->most, o->blk, MOST_LIST);
    return o->n_blk
               ? EXIT_OK
               : refuse(EXIT_USAGE,
                        "--blk %.40s: allowed are up to %d whole numbers from 1 to 2^48, such as 1e3,1e6",
                        text, MOST_LIST);
}

int program_pi(int argc, char **argv)
{
    static const char doc[] =
        "Estimates pi: draws random points of the unit square, and counts those in the quarter circle.\v"
        "SAMPLES is a whole number up to 2^48, such as 1000, 1e9 or 2^30; without it 1e9.  The same seed "
        "gives the "
        "same points on every machine, with any number of threads.\n\nExamples:\n"
        "  nestune pi                    10^9 samples, all threads\n"
        "  nestune pi 1e12 --dtype f32   minutes, for one digit and a half more\n"
        "  nestune pi --forms            ways to share samples among threads\n"
        "  nestune pi 1e8 --blk 1e3,1e5,1e7,1e8   what parallel regions cost";
    const int allowed = nt_threads_allowed();
    pi_options o = {.job = {.samples = 1000 * 1000 * 1000, .dtype = NT_F64}};
    int64_t threads = allowed;
    const argument table[] = {
        {NULL, 0, "[SAMPLES]", NULL, take_samples, &o, 1, most_samples},
        {"dtype", 'd', "TYPE", "of the coordinates: f32 or f64 (f64)", take_dtype, &o.job.dtype, 0, 0},
        {"seed", 'S', "N", "of the random numbers (0)", take_whole, &o.job.seed, 0, 9e15},
        {"threads", 't', "N", "at most N threads (all that this process may use)", take_whole, &threads, 1,
         allowed},
        {"forms", 'f', NULL,
         "a table: one thread; a POSIX thread for each part, added up at the end; OpenMP's private and "
         "reduction; as "
         "tuned",
         take_flag, &o.compares_forms, 0, 0},
        {"blk", 'b', "LIST", "a table: a parallel region for every N samples, for each N of LIST", take_blks,
         &o, 1, most_samples},
        ARGUMENT_JSON(&o.json),
        {0},
    };
    const int code = arguments_parse(table, doc, argc, argv);
    if (code != EXIT_OK)
        return code;
    if (o.compares_forms && o.n_blk)
        return refuse(EXIT_USAGE, "--forms and --blk: allowed is one of them");
    o.job.threads = (int)threads;
    return o.compares_forms || o.n_blk ? run_table(&o) : run_estimate(&o);
}
