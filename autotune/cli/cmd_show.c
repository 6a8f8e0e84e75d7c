/*
 * cmd_show.c - autotune show: what was found on this machine, and whether it still holds
 * SPDX-License-Identifier: MIT
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "worker/driver.h"
#include "cli/report.h"
#include "tune/tuning.h"
#include "store/result_json.h"
#include "tune/rows.h"

enum { MOST_KERNELS = 32, LEAST_PAIRS = 6, MOST_PAIRS = STATS_MOST };

typedef struct show_options {
    bool json;
    const char *out;
    int pairs;
    const nt_kernel *kernel[MOST_KERNELS];
    int n_kernels;
    int failed;
} show_options;

static int take_pairs(show_options *o, const char *arg)
{
    char *end;
    const long n = strtol(arg, &end, 10);
    if (end == arg || *end || n < LEAST_PAIRS || n > MOST_PAIRS)
        return refuse(EXIT_USAGE, "--pairs %.20s: allowed are %d to %d", arg, LEAST_PAIRS, MOST_PAIRS);
    o->pairs = (int)n;
    return EXIT_OK;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    show_options *o = state->input;
    switch (key) {
    case ARGP_KEY_ERROR:
        if (o->failed == EXIT_OK)
            refuse_option(state);
        return 0;
    case 'j': o->json = true; return 0;
    case 'o': o->out = arg; return 0;
    case 'p':
        if (o->failed == EXIT_OK)
            o->failed = take_pairs(o, arg);
        return 0;
    case ARGP_KEY_ARG:
        if (o->failed == EXIT_OK && o->n_kernels < MOST_KERNELS &&
            !(o->kernel[o->n_kernels++] = kernel_named(arg)))
            o->failed = EXIT_USAGE;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"json", 'j', 0, 0, "as JSON on stdout", 0},
    {"out", 'o', "DIR", 0, "read DIR/<machine>/ in place of results/<machine>/", 0},
    {"pairs", 'p', "N", 0, "time default and tuned again, N interleaved pairs a row, in a fresh process", 0},
    {0},
};

/* Does each row still hold here?  1 if some tuned config is now slower than the default. */
static int print_pairs(const result *r, int pairs)
{
    nt_error why;
    driver *d;
    int slower = 0;
    if (driver_create(&d, &(driver_options){0}, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    race *heat = malloc(sizeof *heat);
    if (!heat) {
        driver_destroy(d);
        return refuse(EXIT_FAILED, "no memory for the pairs");
    }
    printf("Fresh pairs: tuned over default\n\n");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        printf("%-12s %s  %-12s %-4s  ", trial_name(row->kernel, row->order).text, nt_dtype_name(row->dtype),
               nt_class_name(row->class), nt_repeat_name(row->repeat));
        /* One config against itself would show the machine's noise and nothing else. */
        if (tuning_same(row->kernel, &row->config, &row->default_config)) {
            printf("the tuned config is the default\n");
            continue;
        }
        *heat = (race){.runner = driver_runner(d)};
        trial_ask ask = tune_row_ask(row->kernel, row->order, row->dtype, row->class, row->shape, row->steps);
        ask.config = row->default_config;
        race_add(heat, &ask);
        ask.config = row->config;
        race_add(heat, &ask);
        race_run(heat, pairs, pairs, 0);
        const stats_interval ratio = race_ratio(heat, 1, 0);
        const stats_verdict verdict = stats_judge(&ratio, 0);
        slower += ratio.n > 0 && verdict == STATS_SLOWER;
        printf("%.4f  %.4f-%.4f  %s\n", ratio.median, ratio.low, ratio.high,
               ratio.n > 0 ? stats_verdict_name(verdict) : "not measured");
    }
    free(heat);
    driver_destroy(d);
    const int printed = finish_stdout();
    return printed != EXIT_OK ? printed : slower > 0 ? EXIT_FAILED : EXIT_OK;
}

int cmd_show(int argc, char **argv)
{
    show_options o = {0};
    char name[] = "autotune show";
    const struct argp parser = {options, parse, "[KERNEL...]", "The best configs found on this machine.", 0,
                                0,       0};
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, &o) != 0)
        return EXIT_USAGE;
    if (o.failed != EXIT_OK)
        return o.failed;
    if (o.pairs > 0 && o.json)
        return refuse(EXIT_USAGE, "--pairs and --json exclude each other");
    static result r; /* large */
    nt_error why;
    char dir[3000];
    nt_machine_detect(&r.machine);
    int code = results_dir(&r.machine, o.out, dir, sizeof dir);
    if (code != EXIT_OK)
        return code;
    for (int i = 0; i < (o.n_kernels ? o.n_kernels : nt_kernel_count()); i++) {
        const nt_status status = result_load(&r, o.n_kernels ? o.kernel[i] : nt_kernel_at(i), dir, &why);
        if (status == NT_ESTALE || (status != NT_OK && o.n_kernels > 0))
            code = refuse(code_of(status), "%s", why.text);
    }
    if (r.n_rows == 0)
        return code != EXIT_OK ? code : refuse(EXIT_IO, "no results in %s: run `autotune run` first", dir);
    if (o.pairs > 0) {
        const int paired = print_pairs(&r, o.pairs);
        return paired != EXIT_OK ? paired : code;
    }
    if (o.json) {
        const int printed = print_json(result_json(&r, NULL));
        return printed != EXIT_OK ? printed : code;
    }
    report_results(stdout, &r);
    const nt_tuned *table = nt_tuned_table();
    printf("\nThis library was built with the header of %s, %d row%s\n", table->machine, table->n_rows,
           table->n_rows == 1 ? "" : "s");
    const int printed = finish_stdout();
    return printed != EXIT_OK ? printed : code;
}
