/*
 * run_options.c - the options of `autotune run`
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* strsep */
#include "commands/run_options.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/modules.h"
#include "os/text.h"
#include "store/build_flags.h"
#include "store/contribution.h"
#include "tune/rows.h"

static int take_effort(const argument *a, char *text)
{
    static const char *const names[N_EFFORTS] = {
        [EFFORT_QUICK] = "quick",
        [EFFORT_NORMAL] = "normal",
        [EFFORT_THOROUGH] = "thorough",
        [EFFORT_EXHAUSTIVE] = "exhaustive"};
    for (int i = 0; i < N_EFFORTS; i++)
        if (strcmp(text, names[i]) == 0) {
            *(tune_effort *)a->to = (tune_effort)i;
            return EXIT_OK;
        }
    return refuse(EXIT_USAGE, "--effort %.40s: allowed are quick, normal, thorough and exhaustive", text);
}

static int take_strategy(const argument *a, char *text)
{
    const strategy *found = strategy_find(text);
    if (!found)
        return refuse(EXIT_USAGE, "--strategy %.40s: allowed are model, descent, random and exhaustive",
                      text);
    *(const strategy **)a->to = found;
    return EXIT_OK;
}

static int most_threads(void)
{
    return nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
}

/* Sorts the counts in ascending order. */
static int take_threads(const argument *a, char *text)
{
    tune_options *o = a->to;
    int64_t list[TUNE_MOST_THREADS];
    o->n_threads = arguments_wholes(text, ',', 1, most_threads(), list, TUNE_MOST_THREADS);
    for (int i = 0; i < o->n_threads; i++) {
        int at = i;
        for (; at > 0 && o->threads[at - 1] > list[i]; at--)
            o->threads[at] = o->threads[at - 1];
        o->threads[at] = (int)list[i];
    }
    return o->n_threads > 0
               ? EXIT_OK
               : refuse(EXIT_USAGE,
                        "--threads %.40s: allowed are at most %d numbers from 1 to %d, with commas", text,
                        TUNE_MOST_THREADS, most_threads());
}

/* Cuts the text in argv at its commas; the names stay there. */
static int take_cases(const argument *a, char *text)
{
    tune_options *o = a->to;
    o->n_cases = 0;
    for (char *name; (name = strsep(&text, ","));) {
        if (o->n_cases == TUNE_MOST_CASES)
            return refuse(EXIT_USAGE, "--case: at most %d are allowed", TUNE_MOST_CASES);
        if (!*name)
            return refuse(EXIT_USAGE, "--case: a name is missing; `autotune list` shows them");
        o->cases[o->n_cases++] = name;
    }
    return EXIT_OK;
}

/* Every kernel with cases must have these cases, and at least one kernel must have cases. */
static int check_cases(const run_options *o)
{
    int n_with = 0;
    for (int i = 0; i < o->kernels.n && o->tune.n_cases > 0; i++) {
        const nt_kernel *k = o->kernels.at[i];
        char known[100] = "";
        const nt_case *c;
        for (int at = 0; k->cases && (c = nt_kernel_case_at(k, at)); at++)
            text_add_name(known, sizeof known, c->name);
        n_with += k->cases != NULL;
        for (int n = 0; k->cases && n < o->tune.n_cases; n++)
            if (!nt_kernel_case(k, o->tune.cases[n]))
                return refuse(EXIT_USAGE, "--case %.32s: allowed for %s are %s", o->tune.cases[n], k->name,
                              known);
    }
    if (o->tune.n_cases > 0 && n_with == 0)
        return refuse(EXIT_USAGE, "--case %.32s: %s has no cases; `autotune list` shows which kernels have",
                      o->tune.cases[0], o->kernels.n == 1 ? o->kernels.at[0]->name : "none of these kernels");
    return EXIT_OK;
}

static int check_types(const run_options *o)
{
    nt_error why;
    for (int i = 0; i < o->kernels.n; i++)
        if (!rows_has_types(o->kernels.at[i], o->tune.dtypes) &&
            rows_check(o->kernels.at[i], &o->tune, &why) != NT_OK)
            return refuse(EXIT_USAGE, "%s", why.text);
    return EXIT_OK;
}

static const double usual_max_ulp[NT_N_DTYPES] = {[NT_F32] = 2.7, [NT_F64] = 2.5};

/* Powers of two, and all. */
static int usual_threads(int threads[TUNE_MOST_THREADS])
{
    int n = 0;
    for (int i = 1; i < most_threads(); i *= 2)
        threads[n++] = i;
    threads[n++] = most_threads();
    return n;
}

__attribute__((format(printf, 2, 3))) static void add_setting(char text[RESULT_SETTINGS], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    snprintf(text + used, RESULT_SETTINGS - used, "%s", used ? " " : "");
    vsnprintf(text + strlen(text), RESULT_SETTINGS - strlen(text), format, args);
    va_end(args);
}

void run_options_settings(const run_options *o, const nt_kernel *kernel, char text[RESULT_SETTINGS])
{
    const tune_options *t = &o->tune;
    tune_options usual = *t;
    int threads[TUNE_MOST_THREADS];
    const char *isa = getenv("NESTUNE_MAX_ISA");
    usual.budget_s = 0;
    usual.effort = EFFORT_NORMAL;
    text[0] = '\0';
    if (rows_budget_s(kernel, t) < 0.99 * rows_budget_s(kernel, &usual))
        t->budget_s > 0 ? add_setting(text, "--budget %g", t->budget_s) : add_setting(text, "--effort quick");
    if (t->shape[0] > 0)
        add_setting(text, "--shape %lldx%lldx%lld", (long long)t->shape[0], (long long)t->shape[1], (long long)t->shape[2]);
    if (t->strategy && t->strategy != strategies && t->effort != EFFORT_EXHAUSTIVE)
        add_setting(text, "--strategy %s", t->strategy->name);
    if (t->stop_at > 0)
        add_setting(text, "--stop-at %g", t->stop_at);
    if (t->n_threads != usual_threads(threads) || memcmp(t->threads, threads, (size_t)t->n_threads * sizeof *threads) != 0)
        add_setting(text, "--threads");
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (t->dtypes & 1u << d && t->max_ulp[d] != usual_max_ulp[d]) {
            add_setting(text, "--max-ulp %g", t->max_ulp[d]);
            break;
        }
    if (isa && *isa)
        add_setting(text, "NESTUNE_MAX_ISA=%.8s", isa);
}

/* Before hours of tuning, not behind them. */
static int check_contribute(const run_options *o)
{
    char unfit[160], folder[CONTRIBUTION_FOLDER];
    nt_machine machine;
    if (modules_any())
        return refuse(EXIT_USAGE, "--contribute and --kernel exclude each other: others have no such kernel");
    if (build_flags_unfit(nt_build_info()->flags, unfit, sizeof unfit))
        return refuse(EXIT_FAILED, "--contribute: this is %s, whose times say nothing to others", unfit);
    for (int i = 0; i < o->kernels.n; i++) {
        char text[RESULT_SETTINGS];
        run_options_settings(o, o->kernels.at[i], text);
        if (*text)
            return refuse(EXIT_USAGE, "--contribute needs the usual settings or a longer time: leave out %s", text);
    }
    nt_machine_detect(&machine);
    contribution_folder(&machine, folder);
    if (access(folder, F_OK) == 0) /* files of it would be sent along */
        return refuse(EXIT_IO, "--contribute: %s is here already: move or remove it first", folder);
    return EXIT_OK;
}

/* What was not named: kernels, numbers of threads, error bounds. */
static int set_defaults(run_options *o, double max_ulp)
{
    tune_options *t = &o->tune;
    int code = EXIT_OK;
    const bool unnamed = o->kernels.n == 0;
    for (int i = 0; unnamed && i < nt_kernel_count() && code == EXIT_OK; i++)
        if (nt_kernel_at(i)->role == NT_ROLE_WORK && rows_has_types(nt_kernel_at(i), t->dtypes))
            code = kernel_list_add(&o->kernels, nt_kernel_at(i));
    if (code != EXIT_OK || (code = check_types(o)) != EXIT_OK || (code = check_cases(o)) != EXIT_OK)
        return code;
    if (t->n_threads == 0)
        t->n_threads = usual_threads(t->threads);
    for (int d = 0; d < NT_N_DTYPES; d++)
        t->max_ulp[d] = max_ulp > 0 ? max_ulp : usual_max_ulp[d];
    return EXIT_OK;
}

int run_options_parse(run_options *o, int argc, char **argv)
{
    double max_ulp = 0;
    tune_options *t = &o->tune;
    *o = (run_options){.tune = {.dtypes = 1u << NT_F32 | 1u << NT_F64, .seed = 1}};
    const argument table[] = {
        ARGUMENT_KERNELS(&o->kernels),
        ARGUMENT_MODULES(&o->kernels),
        {"budget", 'b', "SECONDS",
         "time for each kernel (45; for ranges and programs 30; for stencils 36 for each case and type)",
         take_number, &t->budget_s, 1, 86400},
        {"effort", 'e', "quick|normal|thorough|exhaustive",
         "quick, normal or thorough: 0.27, 1 or 4 times these budgets (normal); exhaustive: times every config, with no "
         "limit but --budget",
         take_effort, &t->effort, 0, 0},
        {"strategy", 'y', "model|descent|random|exhaustive", "how a search goes on (model)", take_strategy,
         &t->strategy, 0, 0},
        {"stop-at", 'a', "FRACTION", "end the search of a row at this fraction of its roof", take_number,
         &t->stop_at, 0.01, 1},
        ARGUMENT_DTYPES(&t->dtypes),
        {"case", 'c', "LIST",
         "cases of kernels that have them, as o2,o8 of wave (those that `autotune list` marks)", take_cases,
         t, 0, 0},
        {"shape", 's', "NXxNYxNZ", "one shape in place of the default ones in L2, in L3 and in memory",
         take_shape, t->shape, 0, 0},
        {"threads", 't', "LIST", "numbers of threads that may win (powers of two, and all)", take_threads, t,
         0, 0},
        {"max-ulp", 'u', "N", "variants less accurate than this may not win (f64 2.5, f32 2.7)", take_number,
         &max_ulp, 1e-6, 1e6},
        ARGUMENT_SEED(&t->seed),
        {"resume", 'r', NULL,
         "go on where the journal of an earlier run ends, with any budget; begin where there is none",
         take_flag, &o->resume, 0, 0},
        {"contribute", 'C', NULL,
         "make ./nestune-<machine>/ of this machine's results, to be put into a pull request or an issue of nestune",
         take_flag, &o->contribute, 0, 0},
        {"fresh", 'f', NULL, "drop this machine's earlier results of other kernels", take_flag, &o->fresh, 0,
         0},
        ARGUMENT_OUT(&o->out),
        ARGUMENT_JSON(&o->json),
        {0},
    };
    int code = arguments_parse(table, "Tunes kernels on this machine: all that are not roofs unless named.",
                               argc, argv);
    if (code != EXIT_OK)
        return code;
    if (o->resume && o->fresh)
        return refuse(EXIT_USAGE, "--resume and --fresh exclude each other");
    if (t->effort == EFFORT_EXHAUSTIVE && t->strategy && t->strategy != strategy_find("exhaustive"))
        return refuse(EXIT_USAGE, "--effort exhaustive and --strategy %s exclude each other", t->strategy->name);
    if (t->effort == EFFORT_EXHAUSTIVE)
        t->strategy = strategy_find("exhaustive");
    if ((code = set_defaults(o, max_ulp)) != EXIT_OK)
        return code;
    return o->contribute ? check_contribute(o) : EXIT_OK;
}
