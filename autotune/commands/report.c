/*
 * report.c - results as tables for a person
 * SPDX-License-Identifier: MIT
 */
#include "commands/report.h"

#include "measure/trial.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

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

void report_row_name(FILE *out, const result_row *r)
{
    char shape[64];
    snprintf(shape, sizeof shape, "%lldx%lldx%lld", (long long)r->shape[0], (long long)r->shape[1],
             (long long)r->shape[2]);
    fprintf(out, "%-12s %s  %-9s %-15s %3lld", trial_name(r->kernel, r->kernel_case).text,
            nt_dtype_name(r->dtype), result_class_words(r->shape_class), shape, (long long)r->steps);
}

/* Stencils are compared by cells per second. */
static bool has_stencils(const result *r)
{
    for (int i = 0; i < r->n_rows; i++)
        if (result_is_stencil(&r->row[i]))
            return true;
    return false;
}

static void print_times(FILE *out, const result *r)
{
    const bool gpts = has_stencils(r);
    fprintf(out,
            "\nTimes in ns a cell and step (medians, interleaved)%s\n"
            "roof: no run of these steps can be faster: the larger of arithmetic, and memory / steps.  "
            "Beside it:\n"
            "memory / the depth chosen, and the kernel on one thread in its own cache / threads\n\n"
            "%-12s %s  %-9s %-15s %3s %8s %8s%s %8s %5s %-14s %8s %8s %8s  %s\n",
            gpts ? ", GPts/s: tuned, 10^9 cells and steps a second" : "", "kernel", "   ", "class", "shape",
            "stp", "default", "tuned", gpts ? "   GPts/s" : "", "roof", "of it", "bound by", "arithm.",
            "mem/dep.", "in-cache", "tuned/default, 95%");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        report_row_name(out, row);
        print_ns(out, row->default_ns);
        print_ns(out, row->tuned_ns);
        if (gpts)
            print_ns(out, result_is_stencil(row) && row->tuned_ns > 0 ? 1 / row->tuned_ns : 0);
        print_ns(out, row->roof_ns);
        if (row->roof_ns > 0)
            fprintf(out, " %4.0f%%", 100 * row->roof_ns / row->tuned_ns);
        else
            fprintf(out, " %5s", "-");
        fprintf(out, " %-14s", result_bound(row));
        print_ns(out, row->arithmetic_roof_ns);
        print_ns(out, result_memory_at_depth(row));
        print_ns(out, row->in_cache_ns);
        fprintf(out, "  %.3f-%.3f %s\n", row->ratio.low, row->ratio.high, stats_verdict_name(row->verdict));
    }
}

/* A row for other lengths of rows than those of the search has none. */
static bool has_ways(const result_row *row)
{
    for (int w = 0; w < RESULT_MOST_WAYS; w++)
        if (row->ways_ns[w] > 0)
            return true;
    return false;
}

/* Fields and ranges are shared in different ways, so each of them has a table. */
static void print_ways(FILE *out, const result *r, bool ranges)
{
    const result_way *ways = NULL;
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        if ((ranges ? !row->kernel->range : !row->kernel->field) || !has_ways(row))
            continue;
        if (!ways) {
            ways = result_ways(row->kernel);
            fprintf(out,
                    "\n%s  ns %s, each at the best other settings found, timed apart from the table "
                    "above\n\n%-12s %s  %-9s %-15s %3s",
                    ranges ? "How to share the indices?" : "Which loop to share?",
                    ranges ? "an index" : "a cell and step", "kernel", "   ", "class", "shape", "stp");
            for (int w = 0; ways[w].name; w++)
                fprintf(out, " %8s", ways[w].name);
            fprintf(out, "\n");
        }
        report_row_name(out, row);
        for (int w = 0; ways[w].name; w++)
            print_ns(out, row->ways_ns[w]);
        fprintf(out, "\n");
    }
}

/* On which shapes the finalists were timed, and what this config costs there. */
static void print_shapes(FILE *out, const result_row *row)
{
    if (row->n_shapes == 0)
        return;
    fprintf(out, "%-48s time over the best finalist's:", "");
    for (int i = 0; i < row->n_shapes; i++) {
        const int64_t *n = row->timed_on[i].n;
        fprintf(out, "%s %.2f on %lldx%lldx%lld", i > 0 ? "," : "", row->timed_on[i].over_best,
                (long long)n[0], (long long)n[1], (long long)n[2]);
    }
    if (row->upto > 0)
        fprintf(out, "; for rows of at most %lld cells", (long long)row->upto);
    fprintf(out, "\n");
}

static void print_configs(FILE *out, const result *r)
{
    fprintf(out, "\nThe tuned configs\n\n");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        char text[NT_CONFIG_TEXT];
        nt_config_format(row->kernel, &row->config, text, sizeof text);
        report_row_name(out, row);
        fprintf(out, "  %s\n", text);
        fprintf(out, "%-48s max %.2g ulp%s; %d trials", "", row->max_ulp,
                row->kernel->ulp_of_terms ? " of the sum of absolute terms" : "", row->n_trials);
        if (row->n_failed > 0)
            fprintf(out, ", %d failed", row->n_failed);
        fprintf(out, " of %.0f configs%s\n", row->space_size, row->complete ? "" : "; the search was ended");
        print_shapes(out, row);
    }
}

static void print_prediction(FILE *out, const result_row *row, const nt_config *config, double measured_ns,
                             const nt_machine *m)
{
    nt_speeds speeds;
    nt_prediction p = {0};
    nt_speeds_typical(m, config->isa, row->dtype, &speeds);
    nt_predict(row->kernel, row->kernel_case->params, row->dtype, row->shape, row->steps, config, &speeds,
               &p);
    print_ns(out, measured_ns);
    print_ns(out, p.ns);
    if (p.ns > 0 && measured_ns > 0)
        fprintf(out, " %5.2f", measured_ns / p.ns);
    else
        fprintf(out, " %5s", "-");
    const double parts[] = {p.core_ns, p.l2_ns, p.l3_ns, p.memory_ns, p.sharing_ns};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        print_ns(out, parts[i]);
}

void report_model(FILE *out, const result *r)
{
    report_machine(out, &r->machine);
    fprintf(out,
            "\nWhat the model of the library expects, from typical speeds of %s: ns a cell and step, or an "
            "index\n"
            "ratio: measured / expected; core: instructions and what a tile costs to begin; L2, L3, memory: "
            "transfers; sharing: waiting\n\n"
            "%-12s %s  %-9s %-15s %3s %-7s %8s %8s %5s %8s %8s %8s %8s %8s\n",
            r->machine.uarch, "kernel", "   ", "class", "shape", "stp", "config", "measured", "expected",
            "ratio", "core", "L2", "L3", "memory", "sharing");
    for (int i = 0; i < r->n_rows; i++) {
        const result_row *row = &r->row[i];
        if (row->kernel->program)
            continue;
        for (int tuned = 0; tuned < 2; tuned++) {
            report_row_name(out, row);
            fprintf(out, " %-7s", tuned ? "tuned" : "default");
            print_prediction(out, row, tuned ? &row->config : &row->default_config,
                             tuned ? row->tuned_ns : row->default_ns, &r->machine);
            fprintf(out, "\n");
        }
    }
}

void report_results(FILE *out, const result *r)
{
    report_machine(out, &r->machine);
    print_times(out, r);
    print_ways(out, r, false);
    print_ways(out, r, true);
    print_configs(out, r);
    if (r->not_searched[0])
        fprintf(out, "\nNot searched: %s\n", r->not_searched);
}
