/*
 * tune_progress.c - what a tune is doing, as lines and a bar
 * SPDX-License-Identifier: MIT
 */
#include "commands/tune_progress.h"

#include <math.h>
#include <stdio.h>

#include "commands/report.h"

static void print_done(const tune_event *e)
{
    const result_row *row = e->done;
    fprintf(stderr, "[%d/%d] ", e->row + 1, e->n_rows);
    report_row_name(stderr, row);
    fprintf(stderr, "  default %.3f, tuned %.3f ns", row->default_ns, row->tuned_ns);
    if (result_is_stencil(row))
        fprintf(stderr, ", %.2f GPts/s", 1 / row->tuned_ns);
    fprintf(stderr, " (%s), %d trials, %.0f of %.0f s\n", stats_verdict_name(row->verdict), row->n_trials,
            e->elapsed_s, e->budget_s);
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
    const bool failed = e->trial && e->trial->outcome != TRIAL_OK;
    if (e->done || failed)
        progress_wipe(p);
    if (e->done)
        print_done(e);
    if (failed)
        print_failure(e);
    if (!p->is_terminal)
        return;
    char best[40] = "";
    if (e->ns_per_cell > 0)
        snprintf(best, sizeof best, ", best %.3f ns", e->ns_per_cell);
    progress_bar(p, e->elapsed_s / e->budget_s, "%2d/%d %s %s %s %s, ETA %.0f s%s", e->row + 1, e->n_rows,
                 trial_name(e->kernel, e->kernel_case).text, nt_dtype_name(e->dtype), e->stage,
                 result_class_words(e->shape_class), fmax(0, e->budget_s - e->elapsed_s), best);
}
