/*
 * cmd_simulate.c - autotune simulate: how good the search strategies are, replayed from complete tables
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf, open_memstream */
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "commands/commands.h"
#include "os/file.h"
#include "simulate/record.h"
#include "simulate/score.h"
#include "worker/driver.h"

enum { MOST_TABLES = 64, MOST_STRATEGIES = 8 };

typedef struct options {
    const char *file[MOST_TABLES];
    int n_files;
    double budget;
    int64_t n_seeds;
    bool noise, json;
    const char *csv;
    /* --record */
    const char *record, *case_name, *values, *anchor;
    kernel_list kernels;
    nt_dtype dtype;
    int64_t shape[3], steps, rounds;
} options;

/* ---- Recording a table ----------------------------------------------------------------------------------- */

static int record_ask(const options *o, trial_ask *ask)
{
    nt_error why;
    if (o->kernels.n != 1 || o->shape[0] == 0)
        return refuse(EXIT_USAGE, "--record: one --kernel and its --shape are needed");
    const nt_kernel *k = o->kernels.at[0];
    *ask =
        (trial_ask){.kernel = k,
                    .kernel_case = o->case_name ? nt_kernel_case(k, o->case_name) : nt_kernel_case_at(k, 0),
                    .dtype = o->dtype,
                    .shape = {o->shape[0], o->shape[1], o->shape[2]},
                    .steps = o->steps,
                    .in_place = 1,
                    .reps = 1,
                    .check = 1,
                    .limit_s = 600};
    if (!ask->kernel_case)
        return refuse(EXIT_USAGE, "--case %.32s: %s has no such case; `autotune list` shows them",
                      o->case_name, k->name);
    if (nt_config_default(k, o->dtype, &ask->config, &why) != NT_OK)
        return refuse(EXIT_USAGE, "%s", why.text);
    return EXIT_OK;
}

static int record(const options *o)
{
    static table t; /* large */
    trial_ask ask;
    nt_error why;
    nt_machine m;
    driver *d;
    int code = record_ask(o, &ask);
    if (code != EXIT_OK)
        return code;
    nt_machine_detect(&m);
    nt_status status = table_begin(&t, &ask, &m, o->values ? o->values : "", &why);
    if (status != NT_OK)
        return refuse(EXIT_USAGE, "--values: %s", why.text);
    if (o->anchor && nt_config_parse(ask.kernel, o->anchor, &t.anchor, &why) != NT_OK)
        code = refuse(EXIT_USAGE, "--anchor: %s", why.text);
    else if (driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        code = refuse(EXIT_FAILED, "%s", why.text);
    if (code != EXIT_OK) {
        table_free(&t);
        return code;
    }
    hear_signals();
    record_speeds(&t, driver_runner(d), &m);
    char anchor[NT_CONFIG_TEXT];
    nt_config_format(ask.kernel, &t.anchor, anchor, sizeof anchor);
    fprintf(stderr, "autotune: %d configs of %s %s, %lld rounds; beside %s\n", t.n_entries,
            trial_name(ask.kernel, ask.kernel_case).text, nt_dtype_name(ask.dtype), (long long)o->rounds,
            anchor);
    progress p = progress_begin();
    status = record_run(&t, driver_runner(d), (int)o->rounds, 1, &stop_asked, progress_share, &p, &why);
    progress_end(&p);
    if (status == NT_OK)
        status = table_save(&t, o->record, &why);
    driver_destroy(d);
    table_free(&t);
    return status == NT_OK ? EXIT_OK
           : stop_asked    ? refuse(EXIT_INTERRUPTED, "%s: nothing is written", why.text)
                           : refuse(status == NT_EIO ? EXIT_IO : EXIT_FAILED, "%s", why.text);
}

/* ---- Scores ------------------------------------------------------------------------------------------------ */

/* The parts of the budget at which speeds are printed. */
static const double shares[] = {0.125, 0.25, 0.5, 1};
enum { N_SHARES = sizeof shares / sizeof *shares };

static int configs_at(const score *s, double share)
{
    const int n = (int)lround(share * s->budget);
    return n < 1 ? 1 : n;
}

static void print_head(const options *o, const table *t, int budget)
{
    char best[NT_CONFIG_TEXT];
    nt_config_format(t->ask.kernel, &table_best(t)->config, best, sizeof best);
    printf("%s %s, %lld x %lld x %lld, %lld step%s: %d configs measured on %s\n  the best: %s\n",
           trial_name(t->ask.kernel, t->ask.kernel_case).text, nt_dtype_name(t->ask.dtype),
           (long long)t->ask.shape[0], (long long)t->ask.shape[1], (long long)t->ask.shape[2],
           (long long)t->ask.steps, t->ask.steps == 1 ? "" : "s", t->n_entries, t->machine, best);
    printf("  speed of the best config found, in per cent of the best: median (worst) of %lld seeds%s\n\n  "
           "%-11s",
           (long long)o->n_seeds, o->noise ? ", with the noise that was measured" : "", "configs");
    for (int i = 0; i < N_SHARES; i++)
        printf("  %8.0f      ", fmax(1, round(shares[i] * budget)));
    printf("       P  mean P\n");
}

static void print_score(const score *s)
{
    printf("  %-11s", s->strategy->name);
    for (int i = 0; i < N_SHARES; i++) {
        const score_point *at = &s->at[configs_at(s, shares[i]) - 1];
        printf("   %5.1f (%5.1f)", 100 * at->median, 100 * at->worst);
    }
    printf("   %5.2f   %5.2f\n", s->at[s->budget - 1].p, s->mean_p);
    fflush(stdout);
}

static json_t *score_json(const score *s)
{
    json_t *median = json_array(), *worst = json_array(), *p = json_array();
    for (int b = 0; b < s->budget; b++) {
        json_array_append_new(median, json_real(s->at[b].median));
        json_array_append_new(worst, json_real(s->at[b].worst));
        json_array_append_new(p, json_real(s->at[b].p));
    }
    return json_pack("{s:s, s:f, s:o, s:o, s:o}", "strategy", s->strategy->name, "mean_p", s->mean_p,
                     "median_speed", median, "worst_speed", worst, "p", p);
}

static void print_csv(FILE *f, const table *t, const score *s)
{
    for (int b = 0; b < s->budget; b++)
        fprintf(f, "%s,%s,%s,%s,%d,%.5f,%.5f,%.5f,%.5f\n", t->ask.kernel->name, t->ask.kernel_case->name,
                nt_dtype_name(t->ask.dtype), s->strategy->name, b + 1, (b + 1.0) / t->n_entries,
                s->at[b].median, s->at[b].worst, s->at[b].p);
}

/* Scores every strategy that does not just count through the space. */
static int score_table(const options *o, const char *file, json_t *tables, FILE *csv)
{
    static table t; /* large */
    nt_error why;
    const nt_status loaded = table_load(&t, file, &why);
    if (loaded != NT_OK)
        return refuse(code_of(loaded), "%s", why.text);
    const int budget = (int)fmax(1, lround(o->budget * t.n_entries));
    json_t *scores = json_array();
    int code = EXIT_OK;
    if (budget >= SEARCH_MOST)
        code = refuse(EXIT_USAGE, "--budget %g: that is %d of %d configs; at most %d are allowed", o->budget,
                      budget, t.n_entries, SEARCH_MOST - 1);
    else if (!o->json)
        print_head(o, &t, budget);
    for (const strategy *which = strategies; which->name && code == EXIT_OK; which++) {
        score s;
        if (strcmp(which->name, "exhaustive") == 0)
            continue;
        const nt_status status =
            score_strategy(&s, &t, which, budget, (int)o->n_seeds, o->noise, &stop_asked);
        if (status != NT_OK)
            code = stop_asked ? EXIT_INTERRUPTED : refuse(EXIT_FAILED, "no memory for the scores");
        else if (o->json)
            json_array_append_new(scores, score_json(&s));
        else
            print_score(&s);
        if (status == NT_OK && csv)
            print_csv(csv, &t, &s);
        score_free(&s);
    }
    if (!o->json && code == EXIT_OK)
        printf("\n");
    json_array_append_new(tables, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o}", "machine", t.machine,
                                            "kernel", t.ask.kernel->name, "case", t.ask.kernel_case->name,
                                            "dtype", nt_dtype_name(t.ask.dtype), "configs", t.n_entries,
                                            "budget", budget, "scores", scores));
    table_free(&t);
    return code;
}

static int score_all(const options *o, char *const *files, int n_files)
{
    json_t *tables = json_array();
    char *text = NULL;
    size_t n = 0;
    nt_error why;
    FILE *csv = o->csv ? open_memstream(&text, &n) : NULL;
    if (csv)
        fputs("kernel,case,dtype,strategy,configs,part_of_space,median_speed,worst_speed,p\n", csv);
    hear_signals();
    int code = EXIT_OK;
    for (int i = 0; i < n_files && code == EXIT_OK; i++)
        code = score_table(o, files[i], tables, csv);
    if (csv) {
        fclose(csv);
        if (code == EXIT_OK && file_replace(o->csv, text, n, &why) != NT_OK)
            code = refuse(EXIT_IO, "%s", why.text);
        free(text);
    }
    if (o->json && code == EXIT_OK)
        return print_json(tables);
    json_decref(tables);
    return code != EXIT_OK ? code : finish_stdout();
}

/* All tables in the folder of results: those that come with the sources, or were recorded. */
static int score_known(const options *o)
{
    char *tree = results_of_build(), *root = results_root(tree), *pattern = NULL;
    glob_t found = {0};
    int code;
    free(tree);
    if (!root)
        return EXIT_FAILED;
    if (asprintf(&pattern, "%s/*/tables/*.json", root) < 0)
        code = refuse(EXIT_FAILED, "no memory for the name of a folder");
    else if (glob(pattern, 0, NULL, &found) != 0)
        code = refuse(EXIT_IO, "no tables at %.200s: name one, or measure one with --record", pattern);
    else
        code = score_all(o, found.gl_pathv, (int)found.gl_pathc);
    globfree(&found);
    free(pattern);
    free(root);
    return code;
}

static int take_file(const argument *a, char *text)
{
    options *o = a->to;
    if (o->n_files == MOST_TABLES)
        return refuse(EXIT_USAGE, "at most %d tables are allowed", MOST_TABLES);
    o->file[o->n_files++] = text;
    return EXIT_OK;
}

int cmd_simulate(int argc, char **argv)
{
    options o = {.budget = 0.02, .n_seeds = 100, .dtype = NT_F64, .steps = 1, .rounds = 5};
    const argument all[] = {
        {NULL, 0, "[TABLE...]", NULL, take_file, &o, 0, 0},
        {"budget", 'b', "PART", "the part of a table's configs that a search may try (0.02)", take_number,
         &o.budget, 1e-4, 1},
        {"seeds", 'n', "N", "how often each search is run (100)", take_whole, &o.n_seeds, 1,
         SCORE_MOST_SEEDS},
        {"noise", 'N', NULL, "times vary as they did when they were measured", take_flag, &o.noise, 0, 0},
        {"csv", 'C', "FILE", "write all curves as CSV, too", take_folder, &o.csv, 0, 0},
        ARGUMENT_JSON(&o.json),
        {"record", 'r', "FILE", "measure a table in place of replaying one", take_folder, &o.record, 0, 0},
        {"kernel", 'k', "NAME", "--record: its kernel", take_kernel, &o.kernels, 0, 0},
        {"case", 'c', "NAME", "--record: a case of the kernel (its first)", take_text, &o.case_name, 0, 0},
        {"dtype", 'd', "TYPE", "--record: f32 or f64 (f64)", take_dtype, &o.dtype, 0, 0},
        {"shape", 's', "NXxNYxNZ", "--record: cells; of a range Nx1x1", take_shape, o.shape, 0, 0},
        {"steps", 'm', "N", "--record: steps of a run (1)", take_whole, &o.steps, 1, 1000},
        {"rounds", 'R', "N", "--record: how often each config is timed (5)", take_whole, &o.rounds, 1,
         TABLE_MOST_ROUNDS},
        {"values", 'v', "TEXT", "--record: the values of keys, as \"depth=1,4 tile_y=0,16 parallel=all\"",
         take_text, &o.values, 0, 0},
        {"anchor", 'a', "CONFIG", "--record: timed beside the others (what the model expects to be fastest)",
         take_text, &o.anchor, 0, 0},
        {0}};
    const int code = arguments_parse(
        all,
        "Replays searches from complete tables of measurements, and scores them: P is 0 for drawing at "
        "random and 1 for the best config, the mean over the budget.\v"
        "Without a table: all of results/*/tables/.\n"
        "Examples:\n  autotune simulate\n"
        "  autotune simulate --record primes.json --kernel primes --shape 65536000x1x1 "
        "--values 'chunk=all schedule=all parallel=all threads=all fn=all'",
        argc, argv);
    if (code != EXIT_OK)
        return code;
    return o.record        ? record(&o)
           : o.n_files > 0 ? score_all(&o, (char *const *)o.file, o.n_files)
                           : score_known(&o);
}
