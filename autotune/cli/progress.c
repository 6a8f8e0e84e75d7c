/*
 * progress.c - what a tune is doing, as a line
 * SPDX-License-Identifier: MIT
 */
#include "cli/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"

enum { BAR = 24 };

void progress_begin(progress *p, FILE *out)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    *p = (progress){.out = out};
    p->is_terminal = isatty(fileno(out)) && term && strcmp(term, "dumb") != 0 && !(no_color && no_color[0]);
}

static void wipe(progress *p)
{
    if (p->shown > 0)
        fprintf(p->out, "\r%*s\r", (int)p->shown, "");
    p->shown = 0;
}

static void print_done(progress *p, const tune_event *e)
{
    const result_row *row = e->done;
    wipe(p);
    fprintf(p->out, "[%d/%d] ", e->row + 1, e->n_rows);
    report_row_name(p->out, row);
    fprintf(p->out, "  default %.3f, tuned %.3f ns", row->default_ns, row->tuned_ns);
    if (row->order > 0)
        fprintf(p->out, ", %.2f GPts/s", 1 / row->tuned_ns);
    fprintf(p->out, " (%s), %d trials, %.0f of %.0f s\n", stats_verdict_name(row->verdict), row->n_trials,
            e->elapsed_s, e->budget_s);
}

static void print_failure(progress *p, const tune_event *e)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(e->kernel, &e->trial->config, text);
    wipe(p);
    fprintf(p->out, "failed (%s: %s): %s\n", trial_class_name(e->trial->class), e->trial->detail, text);
}

void progress_event(void *context, const tune_event *e)
{
    progress *p = context;
    if (e->done)
        print_done(p, e);
    if (e->trial && e->trial->class != TRIAL_OK)
        print_failure(p, e);
    if (!p->is_terminal)
        return;
    const double share = fmin(1, e->elapsed_s / e->budget_s);
    char bar[BAR + 1], line[200];
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(share * BAR) ? '#' : '.';
    bar[BAR] = '\0';
    const int n = snprintf(line, sizeof line, "[%s] %2d/%d %s %s %s %s, ETA %.0f s", bar, e->row + 1,
                           e->n_rows, trial_name(e->kernel, e->order).text, nt_dtype_name(e->dtype), e->stage,
                           nt_class_name(e->class), fmax(0, e->budget_s - e->elapsed_s));
    wipe(p);
    fprintf(p->out, "%s", line);
    if (e->ns_per_cell > 0)
        p->shown += (size_t)fprintf(p->out, ", best %.3f ns", e->ns_per_cell);
    p->shown += (size_t)n;
    fflush(p->out);
}

void progress_end(progress *p)
{
    wipe(p);
    fflush(p->out);
}
