/*
 * report.c - results as tables for a person
 * SPDX-License-Identifier: MIT
 */
#include "cli/report.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_bytes(FILE *out, int64_t bytes)
{
    if (bytes >= 1 << 20)
        fprintf(out, "%lld MiB", (long long)(bytes >> 20));
    else
        fprintf(out, "%lld KiB", (long long)(bytes >> 10));
}

void report_machine(FILE *out, const nt_machine *m)
{
    fprintf(out, "%s (%s), %d thread%s, L1 ", m->model, m->uarch, m->threads_allowed,
            m->threads_allowed == 1 ? "" : "s");
    print_bytes(out, m->l1d_bytes);
    fprintf(out, ", L2 ");
    print_bytes(out, m->l2_bytes);
    fprintf(out, " a core, L3 ");
    print_bytes(out, m->l3_bytes);
    fprintf(out, "\n");
}

static void print_ns(FILE *out, double ns)
{
    if (ns > 0)
        fprintf(out, " %8.3f", ns);
    else
        fprintf(out, " %8s", "-");
}

static void print_name(FILE *out, const result_row *r)
{
    char shape[64];
    snprintf(shape, sizeof shape, "%lldx%lldx%lld", (long long)r->shape[0], (long long)r->shape[1],
             (long long)r->shape[2]);
    fprintf(out, "%-12s %s  %-15s %3lld", trial_name(r->kernel, r->order).text, nt_dtype_name(r->dtype),
            shape, (long long)r->steps);
}

/* Stencils are compared by cells a second. */
static bool has_stencils(const result *r)
{
    for (int i = 0; i < r->n_rows; i++)
        if (r->row[i].order > 0)
            return true;
    return false;
}

static void print_times(FILE *out, const result *r)
{
    const bool gpts = has_stencils(r);
    fprintf(out,
            "\nTimes in ns a cell and step (medians, interleaved)%s; %% of roof: roof / tuned\n\n"
            "%-12s %s  %-15s %3s %8s %8s%s %8s %8s %8s %8s  %s\n",
            gpts ? ", GPts/s: tuned, 10^9 cells and steps a second" : "", "kernel", "   ", "shape", "stp",
            "default", "tuned", gpts ? "   GPts/s" : "", "memory", "in-cache", "arithm.", "roof",
            "tuned/default, 95%       % of roof");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        print_name(out, row);
        const double columns[] = {row->default_ns,  row->tuned_ns,           row->memory_roof_ns,
                                  row->in_cache_ns, row->arithmetic_roof_ns, row->roof_ns};
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
            print_ns(out, columns[c]);
            if (gpts && c == 1)
                print_ns(out, row->order > 0 && row->tuned_ns > 0 ? 1 / row->tuned_ns : 0);
        }
        fprintf(out, "  %.3f-%.3f %-10s", row->ratio.low, row->ratio.high, stats_verdict_name(row->verdict));
        if (row->roof_ns > 0)
            fprintf(out, " %5.0f%%", 100 * row->roof_ns / row->tuned_ns);
        fprintf(out, "\n");
    }
}

static void print_loops(FILE *out, const result *r)
{
    fprintf(out,
            "\nWhich loop to share?  ns a cell and step, each at the best other settings found\n\n%-12s %s  "
            "%-15s %3s",
            "kernel", "   ", "shape", "stp");
    for (int p = 0; p < NT_N_PARALLELS; p++)
        fprintf(out, " %8s", nt_parallel_name((nt_parallel)p));
    fprintf(out, "\n");
    for (int i = 0; i < r->n_rows; i++) {
        print_name(out, &r->row[i]);
        for (int p = 0; p < NT_N_PARALLELS; p++)
            print_ns(out, r->row[i].loops_ns[p]);
        fprintf(out, "\n");
    }
}

static void print_configs(FILE *out, const result *r)
{
    fprintf(out, "\nThe tuned configs\n\n");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        char text[NT_CONFIG_TEXT];
        nt_config_format(row->kernel, &row->config, text);
        print_name(out, row);
        fprintf(out, "  %s\n", text);
        fprintf(out, "%-38s max %.2g ulp%s; %d trials", "", row->max_ulp,
                row->kernel->ulp_of_terms ? " of the sum of absolute terms" : "", row->n_trials);
        if (row->n_failed > 0)
            fprintf(out, ", %d failed", row->n_failed);
        fprintf(out, " of %.0f configs%s\n", row->space_size,
                row->complete ? "" : "; the time ended the search");
    }
}

void report_results(FILE *out, const result *r)
{
    report_machine(out, &r->machine);
    print_times(out, r);
    print_loops(out, r);
    print_configs(out, r);
    if (r->not_searched[0])
        fprintf(out, "\nNot searched: %s\n", r->not_searched);
}

/* ---- progress ------------------------------------------------------------------------------- */

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
    print_name(p->out, row);
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
