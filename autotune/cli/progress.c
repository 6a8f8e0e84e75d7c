/*
 * progress.c - what a command is doing, as a line
 * SPDX-License-Identifier: MIT
 */
#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"
#include "os/clock.h"

progress progress_begin(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    const bool can = term && strcmp(term, "dumb") != 0 && !(no_color && *no_color);
    return (progress){.is_terminal = can && isatty(STDERR_FILENO), .start_s = clock_s()};
}

static void wipe(const progress *p)
{
    if (p->is_terminal)
        fputs("\r\033[K", stderr);
}

__attribute__((format(printf, 3, 4))) static void show_bar(progress *p, double share, const char *format, ...)
{
    static const char full[] = "########################", empty[] = "........................";
    const int n = (int)(fmin(1, share) * (sizeof full - 1));
    va_list args;
    wipe(p);
    fprintf(stderr, "[%.*s%s] ", n, full, empty + n);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    p->shown_s = clock_s();
}

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
        wipe(p);
    if (e->done)
        print_done(e);
    if (failed)
        print_failure(e);
    if (!p->is_terminal)
        return;
    char best[40] = "";
    if (e->ns_per_cell > 0)
        snprintf(best, sizeof best, ", best %.3f ns", e->ns_per_cell);
    show_bar(p, e->elapsed_s / e->budget_s, "%2d/%d %s %s %s %s, ETA %.0f s%s", e->row + 1, e->n_rows,
             trial_name(e->kernel, e->kernel_case).text, nt_dtype_name(e->dtype), e->stage,
             nt_class_name(e->shape_class), fmax(0, e->budget_s - e->elapsed_s), best);
}

void progress_share(void *context, int64_t done, int64_t all)
{
    progress *p = context;
    const double spent_s = clock_s() - p->start_s, share = (double)done / (double)all;
    const double left_s = spent_s / share - spent_s;
    const int tenths = (int)(10 * share);
    if (p->is_terminal && clock_s() - p->shown_s > 0.2)
        show_bar(p, share, "%3.0f%%, ETA %.0f s", 100 * share, left_s);
    else if (!p->is_terminal && tenths > p->tenths && spent_s > 2)
        fprintf(stderr, "  %3d%%, ETA %.0f s\n", 10 * tenths, left_s);
    p->tenths = tenths;
}

void progress_end(progress *p)
{
    wipe(p);
}
