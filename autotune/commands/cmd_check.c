/*
 * cmd_check.c - autotune check: does a tuned header still hold here?  --merge takes results over: merge.h
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "commands/commands.h"
#include "commands/header_check.h"
#include "commands/merge.h"
#include "commands/modules.h"
#include "worker/driver.h"

/* ---- Does a header hold? ---------------------------------------------------------------------------------- */

static void print_ratio(double ratio)
{
    if (ratio > 0)
        printf("  %6.3f", ratio);
    else
        printf("  %6s", "-");
}

static void print_row(const check_row *c)
{
    char name[120];
    const bool is_case = strcmp(c->row->case_name, "default") != 0;
    snprintf(name, sizeof name, "%.40s%s%.40s", c->row->kernel, is_case ? " " : "",
             is_case ? c->row->case_name : "");
    printf("%-12s %s  %-6s %-4s", name, c->row->dtype, c->row->shape_class, c->row->steps);
    print_ratio(c->then);
    if (c->now.n > 0)
        printf("  %6.3f  %6.3f-%-6.3f", c->now.median, c->now.low, c->now.high);
    else
        printf("  %6s  %-13s", "-", "-");
    const char *why = c->state == CHECK_DEFAULT ? "" : c->why.text,
               *cause = strncmp(why, "row ", 4) == 0 ? strstr(why, ": ") : NULL;
    printf("  %s%s%s\n", check_state_name(c->state), *why ? ": " : "",
           cause ? cause + 2 : why); /* the line names the row already */
}

/* One line for each header: the rows of a machine follow one another. */
static void print_header(const check_row *c, const nt_machine *here)
{
    const nt_tuned *t = c->header;
    printf("%s%s%s%s: tuned on %s, with %d thread%s allowed\n", t->machine, t->file ? " [" : "",
           t->file ? t->file : "", t->file ? "]" : "",
           strcmp(t->vendor, "-") == 0  ? "no machine, written by hand"
           : nt_tuned_same_cpu(t, here) ? "this CPU"
                                        : "another CPU",
           t->threads, t->threads == 1 ? "" : "s");
}

static int print_table(const header_check *check)
{
    nt_machine here;
    const nt_tuned *header = NULL;
    nt_machine_detect(&here);
    for (int i = 0; i < check->n_rows; i++)
        if (check->row[i].header != header) {
            header = check->row[i].header;
            print_header(&check->row[i], &here);
        }
    printf("\nTime of each row over that of the default, when it was tuned and now\n\n"
           "%-12s %s  %-6s %-4s  %6s  %6s  %-13s\n",
           "kernel", "   ", "class", "run", "then", "now", "95% interval");
    for (int i = 0; i < check->n_rows; i++)
        print_row(&check->row[i]);
    printf("\nRows:");
    for (int i = 0, n = 0; i < CHECK_N_STATES; i++)
        if (check->n[i] > 0)
            printf("%s %d %s", n++ > 0 ? "," : "", check->n[i], check_state_name((check_state)i));
    printf("%s\n", check->n[CHECK_UNKNOWN] > 0 ? ".  A quieter machine, or more --budget, tells more" : "");
    return finish_stdout();
}

static int print_as_json(const header_check *check)
{
    json_t *rows = json_array(), *counts = json_object();
    for (int i = 0; i < check->n_rows; i++) {
        const check_row *c = &check->row[i];
        json_array_append_new(
            rows, json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:[I,I,I], s:I, s:o, s:o, s:i, s:s, s:s}",
                            "machine", c->header->machine, "file", c->header->file, "kernel", c->row->kernel,
                            "case", c->row->case_name, "dtype", c->row->dtype, "class", c->row->shape_class,
                            "repeat", c->row->steps, "shape", (json_int_t)c->shape[0],
                            (json_int_t)c->shape[1], (json_int_t)c->shape[2], "steps", (json_int_t)c->steps,
                            "then", c->then > 0 ? json_real(c->then) : json_null(), "now",
                            c->now.n > 0 ? json_pack("[f,f,f]", c->now.low, c->now.median, c->now.high)
                                         : json_null(),
                            "pairs", c->now.n, "state", check_state_name(c->state), "why", c->why.text));
    }
    for (int s = 0; s < CHECK_N_STATES; s++)
        json_object_set_new(counts, check_state_name((check_state)s), json_integer(check->n[s]));
    return print_json(json_pack("{s:o, s:o}", "rows", rows, "counts", counts));
}

static void show_progress(void *context, const header_check *check, int row)
{
    progress_bar(context, (row + 1.0) / check->n_rows, "%s",
                 trial_name(check->row[row].kernel, check->row[row].kernel_case).text);
}

static int measure(header_check *check, double seconds)
{
    nt_error why;
    driver *d;
    if (check->n[CHECK_UNKNOWN] == 0)
        return EXIT_OK;
    if (modules_start(&d, 0, &why) != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    hear_signals();
    fprintf(stderr, "autotune: timing %d rows beside the default, for at most %.0f s\n",
            check->n[CHECK_UNKNOWN], seconds);
    progress p = progress_begin();
    header_check_measure(check, driver_runner(d), seconds, &stop_asked, show_progress, &p);
    progress_end(&p);
    driver_destroy(d);
    return EXIT_OK;
}

/* Loads FILE, or the tuned.h in a folder; *header is then what it says. */
static int load(const char *name, const nt_tuned **header)
{
    struct stat st;
    nt_error why;
    char *path;
    const bool is_folder = stat(name, &st) == 0 && S_ISDIR(st.st_mode);
    if (asprintf(&path, "%s%s", name, is_folder ? "/tuned.h" : "") < 0)
        return refuse(EXIT_FAILED, "no memory for the name of a header");
    const nt_status status = nt_tuned_load(path, &why);
    const bool can_read = stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
    free(path);
    if (status != NT_OK)
        return refuse(status == NT_ENOMEM ? EXIT_FAILED : can_read ? EXIT_STALE : EXIT_IO, "%s", why.text);
    *header = nt_tuned_at(0);
    return EXIT_OK;
}

static int check_header(const char *name, double seconds, bool json)
{
    const nt_tuned *header = NULL;
    header_check check;
    nt_error why;
    int code = name ? load(name, &header) : EXIT_OK;
    if (code != EXIT_OK)
        return code;
    char *tree = results_of_build(), *root = modules_any() ? strdup("tuned") : results_root(tree);
    free(tree);
    if (!root)
        return EXIT_FAILED;
    const nt_status listed = header_check_list(&check, header, root, &why);
    free(root);
    if (listed != NT_OK)
        return refuse(EXIT_FAILED, "%s", why.text);
    if (check.n_rows == 0)
        code = refuse(EXIT_STALE, header ? "%s: the header has no rows" : "no tuned header is in use here%s",
                      header ? name : "");
    else if ((code = measure(&check, seconds)) == EXIT_OK)
        code = json ? print_as_json(&check) : print_table(&check);
    if (code == EXIT_OK)
        code = check.n[CHECK_STALE] > 0                           ? EXIT_STALE
               : check.n[CHECK_SLOWER] + check.n[CHECK_FAILS] > 0 ? EXIT_FAILED
                                                                  : EXIT_OK;
    free(check.row);
    return stop_asked ? EXIT_INTERRUPTED : code;
}

/* ---- The command line ------------------------------------------------------------------------------------- */

static int take_header(const argument *a, char *text)
{
    const char **name = a->to;
    if (!*text || *name)
        return refuse(EXIT_USAGE, *text ? "%.40s: one header is allowed" : "an empty name is no header%s",
                      text);
    *name = text;
    return EXIT_OK;
}

int cmd_check(int argc, char **argv)
{
    const char *header = NULL, *contributed = NULL, *out = NULL;
    double seconds = 60;
    bool json = false;
    const argument table[] = {
        {NULL, 0, "[HEADER]", NULL, take_header, &header, 0, 0},
        ARGUMENT_MODULES(NULL),
        {"budget", 'b', "SECONDS", "time for all measurements (60)", take_number, &seconds, 0.1, 86400},
        ARGUMENT_JSON(&json),
        {"merge", 'm', "FOLDER",
         "take over a folder that `autotune run --contribute` made, into results/ of the source tree, if all "
         "of it is as it should be",
         take_folder, &contributed, 0, 0},
        {"out", 'o', "DIR", "with --merge: into DIR/<machine>/", take_folder, &out, 0, 0},
        {0},
    };
    const int code =
        arguments_parse(table,
                        "Does a tuned header still hold on this machine?  HEADER is a file or its folder; "
                        "without it the rows are checked that the library uses here.  Exit code 0: "
                        "no row was found slower than the default (some may be unknown); 1: one was, or "
                        "fails; 4: one is of another version or cannot run here, or the file is damaged.",
                        argc, argv);
    if (code != EXIT_OK)
        return code;
    if (contributed && (header || json))
        return refuse(EXIT_USAGE, "--merge and %s exclude each other", header ? "a header" : "--json");
    if (contributed && modules_any())
        return refuse(EXIT_USAGE, "--merge and --kernel exclude each other: results/ is for the kernels of this tree");
    if (out && !contributed)
        return refuse(EXIT_USAGE, "--out goes with --merge");
    return contributed ? merge_contribution(contributed, out) : check_header(header, seconds, json);
}
