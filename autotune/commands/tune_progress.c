/*
 * tune_progress.c - what a tune is doing, as lines and a bar
 * SPDX-License-Identifier: MIT
 */
#include "commands/tune_progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands/report.h"

static void print_done(const tune_event *e)
{
    const result_row *row = e->done;
    fprintf(stderr, "[%d/%d] ", e->row + 1, e->n_rows);
    report_row_name(stderr, row);
    fprintf(stderr, "  default %.3f, tuned %.3f ns", row->default_ns, row->tuned_ns);
    if (result_is_stencil(row))
        fprintf(stderr, ", %.2f GPts/s", 1 / row->tuned_ns);
    fprintf(stderr, " (%s), %d trials, %.0f", stats_verdict_name(row->verdict), row->n_trials, e->elapsed_s);
    if (isfinite(e->budget_s))
        fprintf(stderr, " of %.0f", e->budget_s);
    fprintf(stderr, " s\n");
}

/* "40 s", "12 minutes", "3 days". */
static void duration_text(double seconds, char *text, size_t n)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "s"}};
    size_t u = 0;
    while (units[u].seconds > 1 && seconds < 2 * units[u].seconds)
        u++;
    snprintf(text, n, "%.0f %s", ceil(seconds / units[u].seconds), units[u].name);
}

/* Before all configs of a row are timed. */
static void print_space(const tune_event *e)
{
    char about[32];
    duration_text(e->about_s, about, sizeof about);
    fprintf(stderr, "[%d/%d] %s %s %s, %lld %s: %.0f configs, about %s\n", e->row + 1, e->n_rows,
            trial_name(e->kernel, e->kernel_case).text, nt_dtype_name(e->dtype), nt_class_name(e->shape_class),
            (long long)e->steps, e->steps == 1 ? "step" : "steps", e->n_configs, about);
}

static void print_failure(const tune_event *e)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(e->kernel, &e->trial->config, text, sizeof text);
    fprintf(stderr, "failed (%s: %s): %s\n", trial_outcome_name(e->trial->outcome), e->trial->detail, text);
}

void progress_event(void *context, const tune_event *e)
{
    progress *p = context;
    const bool failed = e->trial && e->trial->outcome != TRIAL_OK, is_space = strcmp(e->stage, "space") == 0;
    if (e->done || failed || is_space)
        progress_wipe(p);
    if (e->done)
        print_done(e);
    if (failed)
        print_failure(e);
    if (is_space)
        print_space(e);
    if (!p->is_terminal)
        return;
    char best[40] = "", eta[40] = "";
    if (e->ns_per_cell > 0)
        snprintf(best, sizeof best, ", best %.3f ns", e->ns_per_cell);
    if (isfinite(e->budget_s))
        snprintf(eta, sizeof eta, ", ETA %.0f s", fmax(0, e->budget_s - e->elapsed_s));
    progress_bar(p, e->elapsed_s / e->budget_s, "%2d/%d %s %s %s %s%s%s", e->row + 1, e->n_rows,
             trial_name(e->kernel, e->kernel_case).text, nt_dtype_name(e->dtype), e->stage,
             result_class_words(e->shape_class), eta, best);
}
