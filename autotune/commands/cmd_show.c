/*
 * cmd_show.c - autotune show: what was found on this machine, whether it still holds, and what the library takes of it
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "cli/arguments.h"
#include "commands/commands.h"
#include "commands/dispatch.h"
#include "commands/modules.h"
#include "commands/report.h"
#include "store/result_json.h"
#include "tune/rows.h"
#include "tune/tuning.h"
#include "worker/driver.h"

/* Does each row's gain still hold here?  Returns 1 if a tuned config is now slower than the default. */
static int print_pairs(const result *r, int pairs)
{
    nt_error why;
    driver *d;
    int slower = 0;
    if (modules_start(&d, 0, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    race *heat = malloc(sizeof *heat);
    if (!heat) {
        driver_destroy(d);
        return refuse(EXIT_FAILED, "no memory for the pairs");
    }
    printf("Fresh pairs: tuned over default\n\n");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        printf("%-12s %s  %-9s %-4s  ", trial_name(row->kernel, row->kernel_case).text,
               nt_dtype_name(row->dtype), result_class_words(row->shape_class), nt_repeat_name(row->repeat));
        /* If both configs are the same, timing them would show only noise. */
        if (nt_config_differences(&row->config, &row->default_config) == 0) {
            printf("the tuned config is the default\n");
            continue;
        }
        *heat = race_pair(driver_runner(d),
                          rows_ask(row->kernel, row->kernel_case, row->dtype, row->shape_class, row->shape, row->steps),
                          &row->default_config, &row->config);
        race_run(heat, pairs, pairs, 0);
        const stats_interval ratio = race_ratio(heat, RACE_CANDIDATE, RACE_REFERENCE);
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

/* Reads the files of the named kernels, or of all that have one; prints which ones cannot be used. */
static int load(result *r, const kernel_list *named, const char *dir)
{
    int code = EXIT_OK;
    nt_error why;
    for (int i = 0; i < (named->n ? named->n : nt_kernel_count()); i++) {
        const nt_status status = result_load(r, named->n ? named->at[i] : nt_kernel_at(i), dir, &why);
        if (status == NT_ESTALE || (status != NT_OK && named->n > 0))
            code = refuse(code_of(status), "%s", why.text);
    }
    if (r->n_rows == 0 && code == EXIT_OK)
        code = refuse(EXIT_IO, "no results in %.200s: run `autotune run` first", dir);
    return code;
}

static int print_results(const result *r)
{
    const nt_tuned *known;
    report_results(stdout, r);
    printf("\nThis library has the headers of");
    for (int i = 0; (known = nt_tuned_at(i)); i++)
        printf("%s %s (%d row%s)", i > 0 ? "," : "", known->machine, known->n_rows,
               known->n_rows == 1 ? "" : "s");
    printf("\n");
    return finish_stdout();
}

static int print_model(const result *r)
{
    report_model(stdout, r);
    return finish_stdout();
}

/* The options that only say for what --dispatch is asked. */
static int check_dispatch(const dispatch_ask *ask, bool dispatch, bool dtypes)
{
    const char *option = dtypes             ? "dtype"
                         : ask->shape[0]    ? "shape"
                         : ask->kernel_case ? "case"
                         : ask->steps       ? "steps"
                         : ask->threads     ? "threads"
                                            : NULL;
    return dispatch || !option ? EXIT_OK : refuse(EXIT_USAGE, "--%s goes with --dispatch", option);
}

int cmd_show(int argc, char **argv)
{
    static result r; /* too large for the stack */
    static dispatch_ask ask;
    kernel_list *named = &ask.kernels;
    const char *out = NULL;
    int64_t pairs = 0;
    unsigned dtypes = 0;
    bool json = false, model = false, dispatch = false;
    const argument table[] = {
        ARGUMENT_KERNELS(named),
        ARGUMENT_MODULES(named),
        ARGUMENT_JSON(&json),
        ARGUMENT_OUT(&out),
        {"pairs", 'p', "N", "time default and tuned again, N interleaved pairs a row, in a fresh process",
         take_whole, &pairs, 6, STATS_MOST},
        {"model", 'm', NULL, "what the model expects, beside what was measured", take_flag, &model, 0, 0},
        {"dispatch", 'D', NULL,
         "which tuned header and row the library takes, and why not the others; for the usual shapes, or as the next "
         "options say",
         take_flag, &dispatch, 0, 0},
        ARGUMENT_DTYPES(&dtypes),
        {"case", 'c', "NAME", "for this case, such as o8 of wave", take_text, &ask.kernel_case, 0, 0},
        {"shape", 's', "NXxNYxNZ", "for this shape; of a range: its indices, as Nx1x1", take_shape, ask.shape, 0, 0},
        {"steps", 'n', "N", "for runs of N steps (1, and many)", take_whole, &ask.steps, 1, 1e9},
        {"threads", 't', "N", "as if N threads were allowed (those that are)", take_whole, &ask.threads, 1, NT_MAX_THREADS},
        {0},
    };
    int code = arguments_parse(
        table, "The best configs found on this machine, and what the library takes of all that it knows.", argc, argv);
    if (code != EXIT_OK || (code = check_dispatch(&ask, dispatch, dtypes != 0)) != EXIT_OK)
        return code;
    if ((pairs > 0) + (json && !dispatch) + model + dispatch > 1)
        return refuse(EXIT_USAGE, "--pairs, --json and --model exclude each other, and --dispatch goes with --json alone");
    ask.dtypes = dtypes ? dtypes : 1u << NT_F32 | 1u << NT_F64;
    if (dispatch)
        return json ? dispatch_json(&ask) : dispatch_print(&ask);
    nt_machine_detect(&r.machine);
    char *dir = results_dir(&r.machine, out);
    if (!dir)
        return EXIT_FAILED;
    code = load(&r, named, dir);
    free(dir);
    if (r.n_rows == 0)
        return code;
    const int shown = pairs > 0 ? print_pairs(&r, (int)pairs)
                      : json    ? print_json(result_json(&r, NULL))
                      : model   ? print_model(&r)
                                : print_results(&r);
    return shown != EXIT_OK ? shown : code;
}
