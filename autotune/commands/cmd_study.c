/*
 * cmd_study.c - autotune study: which loop to share, and in which order to run the loops
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* strsep */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "commands/commands.h"
#include "commands/modules.h"
#include "commands/report.h"
#include "commands/study_report.h"
#include "os/file.h"
#include "os/text.h"
#include "study/study.h"
#include "tune/rates.h"
#include "tune/roofs.h"
#include "worker/driver.h"

/* The notebook's array, x fastest: mathOp's loops are over z, y and x. */
static const int64_t notebook[3] = {100, 10000, 1000};

typedef struct options {
    kernel_list kernels;
    const char *case_name, *csv;
    nt_dtype dtype;
    int64_t shape[3], steps, rounds;
    double budget_s;
    const char *list[STUDY_N_FACTORS]; /* values as text; NULL: the default ones */
    bool json, map;
} options;

/* ---- Levels -------------------------------------------------------------------------------------------- */

static const char *const option_names[STUDY_N_FACTORS] = {
    [STUDY_LOOP] = "loops", [STUDY_ORDER] = "orders", [STUDY_THREADS] = "threads",
    [STUDY_ISA] = "isas",   [STUDY_TILE] = "tiles",   [STUDY_SCHEDULE] = "schedules",
};

static int add_level(study *s, study_factor f, int64_t value)
{
    for (int i = 0; i < s->n_levels[f] && f != STUDY_TILE; i++)
        if (s->level[f][i] == value)
            return EXIT_OK;
    if (s->n_levels[f] == STUDY_MOST_LEVELS)
        return refuse(EXIT_USAGE, "--%s: at most %d are allowed", option_names[f], STUDY_MOST_LEVELS);
    s->level[f][s->n_levels[f]++] = value;
    return EXIT_OK;
}

static int find_name(const char *text, const char *(*name)(int), int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(text, name(i)) == 0)
            return i;
    return -1;
}

static const char *loop_name(int i)
{
    return nt_parallel_name((nt_parallel)i);
}

static const char *order_name(int i)
{
    return nt_order_name((nt_order)i);
}

static const char *isa_name(int i)
{
    return nt_isa_name((nt_isa)i);
}

static const char *schedule_name(int i)
{
    return nt_schedule_name((nt_schedule)i);
}

static int64_t level_of(study *s, study_factor f, const char *text)
{
    int64_t n[3];
    switch (f) {
    case STUDY_LOOP: return find_name(text, loop_name, NT_N_PARALLELS);
    case STUDY_ORDER: return find_name(text, order_name, NT_N_ORDERS);
    case STUDY_ISA: return find_name(text, isa_name, NT_N_ISAS);
    case STUDY_SCHEDULE: return find_name(text, schedule_name, NT_N_SCHEDULES);
    case STUDY_THREADS: return arguments_wholes(text, ',', 1, nt_threads_allowed(), n, 1) == 1 ? n[0] : -1;
    default:
        if (arguments_wholes(text, 'x', 0, INT64_C(1) << 40, n, 3) != 3)
            return -1;
        memcpy(s->tile[s->n_levels[f]], n, sizeof n);
        return s->n_levels[f];
    }
}

static const char *allowed(study_factor f)
{
    static const char *const texts[STUDY_N_FACTORS] = {
        [STUDY_LOOP] = "serial, outer, middle, inner and flat",
        [STUDY_ORDER] = "zyx, zxy, yzx, yxz, xzy and xyz",
        [STUDY_THREADS] = "numbers from 1 to those that this process may use",
        [STUDY_ISA] = "those of `autotune machine`",
        [STUDY_TILE] = "XxYxZ in cells, 0 for a whole axis",
        [STUDY_SCHEDULE] = "static, dynamic and guided",
    };
    return texts[f];
}

/* Reads a list with commas. */
static int take_levels(study *s, study_factor f, const char *text)
{
    char *copy = strdup(text), *rest = copy;
    int code = copy ? EXIT_OK : refuse(EXIT_FAILED, "no memory for a list");
    for (char *name; code == EXIT_OK && (name = strsep(&rest, ","));) {
        const int64_t value = s->n_levels[f] < STUDY_MOST_LEVELS ? level_of(s, f, name) : 0;
        const bool runs = f != STUDY_ISA || (value >= 0 && nt_isa_available((nt_isa)value));
        code = value < 0 || !runs
                   ? refuse(EXIT_USAGE, "--%s %.40s: allowed are %s", option_names[f], name, allowed(f))
                   : add_level(s, f, value);
    }
    free(copy);
    return code;
}

/* The notebook's question: every way of sharing, every order, loops over rows. */
static int take_defaults(study *s, study_factor f)
{
    static const char *const texts[STUDY_N_FACTORS] = {[STUDY_LOOP] = "serial,outer,middle,inner,flat",
                                                       [STUDY_ORDER] = "zyx,zxy,yzx,yxz,xzy,xyz",
                                                       [STUDY_TILE] = "0x1x1",
                                                       [STUDY_SCHEDULE] = "static"};
    if (texts[f])
        return take_levels(s, f, texts[f]);
    int code = EXIT_OK;
    if (f == STUDY_THREADS) {
        const int all = nt_threads_allowed();
        for (int n = 2; n < all && code == EXIT_OK; n *= 2)
            code = add_level(s, f, n);
        return code == EXIT_OK ? add_level(s, f, all) : code;
    }
    return add_level(s, f, s->standard.isa);
}

/* ---- The shape ------------------------------------------------------------------------------------------- */

/* Takes z, then y, until the grids fit into half of the memory. */
static void fit_memory(const study *s, int64_t n[3])
{
    /* Inputs that are restored have copies. */
    const nt_field *f = s->kernel->field;
    const double grids = f->n_levels * (f->steady ? 1 : 2) + f->n_coefs,
                 most = 0.5 * (double)nt_memory_available() / grids / (double)nt_dtype_bytes(s->dtype);
    for (int a = 2; a >= 1; a--)
        while (most > 0 && n[a] > 1 && (double)n[0] * (double)n[1] * (double)n[2] > most)
            n[a] = n[a] > 8 ? n[a] * 7 / 8 : n[a] - 1;
}

/* Makes z smaller until all rounds fit into the time: runs a few combinations on a tenth of the shape. */
static void fit_time(study *s, trial_runner *runner, double budget_s, int64_t rounds)
{
    enum { SAMPLES = 6, LEAST = 8 };
    const int64_t whole = s->shape[2];
    if (whole <= LEAST || stop_asked)
        return;
    s->shape[2] = whole / 10 > LEAST ? whole / 10 : LEAST;
    double sum = 0;
    int n = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double t;
        study_time(s, runner, s->shape, &s->cell[(int64_t)i * (s->n_cells - 1) / (SAMPLES - 1)].config, 1,
                   &t);
        sum += t;
        n += t > 0;
    }
    const double plane_s = n > 0 ? sum / n / (double)s->shape[2] : 0;
    const double fits =
        plane_s > 0 ? budget_s / ((double)rounds * s->n_cells * 1.25 * plane_s) : (double)whole;
    s->shape[2] = fits >= (double)whole ? whole : fits > LEAST ? (int64_t)fits : LEAST;
}

/* The roof of each isa: its instructions, or, where no cache holds the grids, the memory, on all threads. */
static void measure_roofs(study *s, const nt_machine *m, trial_runner *runner)
{
    const int threads = nt_threads_allowed();
    const double cells = (double)s->shape[0] * (double)s->shape[1] * (double)s->shape[2];
    const int grids = s->kernel->field->n_levels + s->kernel->field->n_coefs;
    const bool in_memory = cells * grids * (double)nt_dtype_bytes(s->dtype) > (double)m->l3_bytes;
    for (int i = 0; i < s->n_levels[STUDY_ISA] && !stop_asked; i++) {
        rates r;
        trial_ask memory;
        rate_kind bound;
        double memory_s = 0;
        nt_config c = s->standard;
        for (int k = 0; k < s->n_cells; k++)
            if (s->cell[k].level[STUDY_ISA] == i)
                c = s->cell[k].config;
        rates_measure(runner, m, c.isa, s->dtype, &r);
        const nt_work work = roofs_work(s->kernel, s->kernel_case, s->dtype, &c, &r);
        const double ns = rates_least_ns(&r, &work, &bound) / threads;
        s->roof_ns[i] = ns;
        if (ns > 0 && in_memory &&
            roofs_memory(runner, s->kernel, s->dtype, c.isa, s->shape, threads, &memory, &memory_s))
            s->roof_ns[i] = fmax(ns, 1e9 * memory_s / cells / (double)s->steps);
    }
}

/* ---- The command ------------------------------------------------------------------------------------------ */

/* "o2, o4, o6". */
static nt_error cases_of(const nt_kernel *kernel)
{
    nt_error names = {""};
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(kernel, i)); i++)
        text_add_name(names.text, sizeof names.text, c->name);
    return names;
}

static int check(const options *o, study *s)
{
    nt_error why;
    s->kernel = o->kernels.n > 0 ? o->kernels.at[0] : nt_kernel_find("mathop");
    if (o->kernels.n > 1)
        return refuse(EXIT_USAGE, "study: one kernel at a time");
    if (!s->kernel->field)
        return refuse(EXIT_USAGE,
                      "study: %s is no field: only a field, such as mathop or wave, has loops to order",
                      s->kernel->name);
    s->kernel_case = o->case_name ? nt_kernel_case(s->kernel, o->case_name) : nt_kernel_case_at(s->kernel, 0);
    if (!s->kernel_case)
        return refuse(EXIT_USAGE, "--case %.32s: %s has %s", o->case_name, s->kernel->name,
                      cases_of(s->kernel).text);
    s->dtype = o->dtype;
    s->steps = o->steps;
    if (nt_config_default(s->kernel, s->dtype, &s->standard, &why) != NT_OK)
        return refuse(EXIT_USAGE, "%s", why.text);
    for (int f = 0; f < STUDY_N_FACTORS; f++) {
        const int code =
            o->list[f] ? take_levels(s, (study_factor)f, o->list[f]) : take_defaults(s, (study_factor)f);
        if (code != EXIT_OK)
            return code;
    }
    return study_make(s, &why) == NT_OK ? EXIT_OK : refuse(EXIT_USAGE, "%s", why.text);
}

static int write_csv(const study *s, const char *path)
{
    char *text = study_csv(s);
    nt_error why = {"no memory for the table"};
    const nt_status status = text ? file_replace(path, text, strlen(text), &why) : NT_ENOMEM;
    free(text);
    return status == NT_OK ? EXIT_OK : refuse(EXIT_IO, "%s", why.text);
}

static int finish(const options *o, const study *s, const study_map *map, const nt_machine *m)
{
    int n_timed = 0;
    for (int i = 0; i < s->n_cells; i++)
        n_timed += s->cell[i].n > 0;
    if (n_timed == 0)
        return stop_asked ? refuse(EXIT_INTERRUPTED, "nothing was timed")
                          : refuse(EXIT_FAILED, "no combination could be run: %s", s->why);
    int code;
    if (o->json) {
        code = print_json(study_json(s, map, m));
    } else {
        report_machine(stdout, m);
        study_print(stdout, s, map);
        code = finish_stdout();
    }
    const int written = o->csv ? write_csv(s, o->csv) : EXIT_OK;
    return stop_asked ? EXIT_INTERRUPTED : code != EXIT_OK ? code : written;
}

static int run(const options *o, study *s, trial_runner *runner)
{
    nt_machine m;
    nt_machine_detect(&m);
    const int64_t asked[3] = {o->shape[0] > 0 ? o->shape[0] : notebook[0],
                              o->shape[0] > 0 ? o->shape[1] : notebook[1],
                              o->shape[0] > 0 ? o->shape[2] : notebook[2]};
    memcpy(s->shape, asked, sizeof s->shape);
    fit_memory(s, s->shape);
    fit_time(s, runner, o->budget_s, o->rounds);
    if (memcmp(s->shape, asked, sizeof asked) != 0)
        refuse(EXIT_OK,
               "%lldx%lldx%lld in place of %lldx%lldx%lld, for memory or time (--budget): the same rows and "
               "planes, fewer of them",
               (long long)s->shape[0], (long long)s->shape[1], (long long)s->shape[2], (long long)asked[0],
               (long long)asked[1], (long long)asked[2]);
    measure_roofs(s, &m, runner);
    fprintf(stderr, "autotune: study of %s %s, %d combinations, %lld rounds\n",
            trial_name(s->kernel, s->kernel_case).text, nt_dtype_name(s->dtype), s->n_cells,
            (long long)o->rounds);
    progress p = progress_begin();
    study_run(s, runner, (int)o->rounds, &stop_asked, progress_share, &p);
    progress_end(&p);
    study_map map = {.n = 0};
    if (o->map && !stop_asked)
        study_map_shapes(s, runner, &stop_asked, &map);
    return finish(o, s, &map, &m);
}

int cmd_study(int argc, char **argv)
{
    options o = {.dtype = NT_F64, .steps = 1, .rounds = 6, .budget_s = 120};
    const argument table[] = {
        ARGUMENT_KERNELS(&o.kernels),
        ARGUMENT_MODULES(&o.kernels),
        {"case", 'c', "NAME", "a case of the kernel (its first)", take_text, &o.case_name, 0, 0},
        {"dtype", 'd', "TYPE", "f32 or f64 (f64)", take_dtype, &o.dtype, 0, 0},
        {"shape", 's', "NXxNYxNZ", "cells (the course notebook's 100x10000x1000)", take_shape, o.shape, 0, 0},
        {"steps", 'n', "N", "steps of a run (1)", take_whole, &o.steps, 1, 1000},
        {"loops", 'l', "LIST", "of serial, outer, middle, inner, flat (all)", take_text, &o.list[STUDY_LOOP],
         0, 0},
        {"orders", 'O', "LIST", "of zyx, zxy, yzx, yxz, xzy, xyz (all)", take_text, &o.list[STUDY_ORDER], 0,
         0},
        {"threads", 't', "LIST", "numbers of threads (powers of two, and all)", take_text,
         &o.list[STUDY_THREADS], 0, 0},
        {"isas", 'i', "LIST", "instruction sets (the best)", take_text, &o.list[STUDY_ISA], 0, 0},
        {"tiles", 'T', "LIST", "XxYxZ, 0 for a whole axis (0x1x1: loops over rows)", take_text,
         &o.list[STUDY_TILE], 0, 0},
        {"schedules", 'S', "LIST", "static, dynamic, guided (static)", take_text, &o.list[STUDY_SCHEDULE], 0,
         0},
        {"rounds", 'r', "N", "how often each combination is timed, in turn (6)", take_whole, &o.rounds, 1,
         STUDY_MOST_ROUNDS},
        {"budget", 'b', "SECONDS", "the shape is made smaller until the rounds fit (120)", take_number,
         &o.budget_s, 1, 86400},
        {"map", 'm', NULL, "also which loop is the best one as the shape changes", take_flag, &o.map, 0, 0},
        {"csv", 'C', "FILE", "write the table as CSV, too", take_folder, &o.csv, 0, 0},
        ARGUMENT_JSON(&o.json),
        {0}};
    int code =
        arguments_parse(table,
                        "Times a kernel with every combination of loop order and sharing, as written.\v"
                        "Examples:\n  autotune study\n"
                        "  autotune study wave --case o4 --shape 256x256x256 --tiles 0x16x0,0x0x0 --map\n"
                        "  autotune study --loops outer,inner --orders zyx --csv loops.csv",
                        argc, argv);
    if (code != EXIT_OK)
        return code;
    static study s; /* large */
    driver *d;
    nt_error why;
    code = check(&o, &s);
    if (code == EXIT_OK && modules_start(&d, 0, &why) != NT_OK)
        code = refuse(EXIT_FAILED, "%s", why.text);
    if (code == EXIT_OK) {
        hear_signals();
        code = run(&o, &s, driver_runner(d));
        driver_destroy(d);
    }
    study_free(&s);
    return code;
}
