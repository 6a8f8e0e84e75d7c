/*
 * markdown.c - the tables of docs/results.md
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "formats/formats.h"

/* Text within a cell: a bar would end it, a line end the table. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '|' || *text == '\\' || *text == '`' || *text == '<' || *text == '*' || *text == '_')
            fprintf(out, "\\%c", *text);
        else
            fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
}

static void put_grouped(FILE *out, int64_t value)
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    for (int i = 0; i < n; i++)
        fprintf(out, "%s%c", i > 0 && (n - i) % 3 == 0 ? "," : "", digits[i]);
}

static void put_name(FILE *out, const result_row *r)
{
    fprintf(out, "| ");
    put_text(out, trial_name(r->kernel, r->kernel_case).text);
    fprintf(out, " | %s | ", nt_dtype_name(r->dtype));
    if (r->kernel->field)
        fprintf(out, "%lld×%lld×%lld", (long long)r->shape[0], (long long)r->shape[1], (long long)r->shape[2]);
    else
        put_grouped(out, r->shape[0]);
    if (!r->kernel->range)
        fprintf(out, " | %lld", (long long)r->steps);
    fprintf(out, " |");
}

static void put_ns(FILE *out, double value)
{
    if (value > 0)
        fprintf(out, " %.3f |", value);
    else
        fprintf(out, " – |");
}

static void put_times(FILE *out, const result_row *r)
{
    put_name(out, r);
    if (r->kernel->range)
        fprintf(out, " %lld |", (long long)r->steps);
    put_ns(out, r->default_ns);
    fprintf(out, " **%.3f** |", r->tuned_ns);
    if (result_is_stencil(r) && r->tuned_ns > 0)
        fprintf(out, " %.2f |", 1 / r->tuned_ns);
    else
        fprintf(out, " – |");
    put_ns(out, r->roof_ns);
    if (r->roof_ns > 0 && r->tuned_ns > 0)
        fprintf(out, " %.0f%% | %s |", 100 * r->roof_ns / r->tuned_ns, result_bound(r));
    else
        fprintf(out, " – | – |");
    put_ns(out, r->arithmetic_roof_ns);
    put_ns(out, result_memory_at_depth(r));
    put_ns(out, r->in_cache_ns);
    fprintf(out, "\n");
}

/* Runs of rows of fields, or of ranges, of one machine. */
static void put_ways(FILE *out, const findings *f, int from, int end, bool ranges)
{
    const result_way *ways = NULL;
    for (int i = from; i < end; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++) {
            const result_row *r = &f->at[i]->r.row[k];
            if (ranges ? !r->kernel->range : !r->kernel->field)
                continue;
            if (!ways) {
                ways = result_ways(r->kernel);
                fprintf(out, ranges ? "\n| kernel | type | indices |" : "\n| kernel | type | shape | steps |");
                for (int w = 0; ways[w].name; w++)
                    fprintf(out, " %s |", ways[w].name);
                fprintf(out, ranges ? "\n|---|---|---|" : "\n|---|---|---|---|");
                for (int w = 0; ways[w].name; w++)
                    fprintf(out, "---|");
                fprintf(out, "\n");
            }
            int best = 0;
            for (int w = 1; ways[w].name; w++)
                if (r->ways_ns[w] > 0 && (r->ways_ns[best] <= 0 || r->ways_ns[w] < r->ways_ns[best]))
                    best = w;
            put_name(out, r);
            for (int w = 0; ways[w].name; w++)
                if (w == best && r->ways_ns[w] > 0)
                    fprintf(out, " **%.3f** |", r->ways_ns[w]);
                else
                    put_ns(out, r->ways_ns[w]);
            fprintf(out, "\n");
        }
}

static void put_machine(FILE *out, const findings *f, int from, int end)
{
    const char *name = f->at[from]->r.machine.uarch;
    fprintf(out, "## ");
    put_text(out, name);
    fprintf(out, ": default, tuned, and the roofs\n\n"
                 "| kernel | type | shape | steps | default | tuned | GPts/s | roof | of roof | bound by | arithmetic | memory / depth | "
                 "in cache |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (int i = from; i < end; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++)
            put_times(out, &f->at[i]->r.row[k]);
    fprintf(out, "\n## ");
    put_text(out, name);
    fprintf(out, ": which loop to share\n");
    put_ways(out, f, from, end, false);
    put_ways(out, f, from, end, true);
    fprintf(out, "\n## ");
    put_text(out, name);
    fprintf(out, ": the configs\n\n| kernel | type | shape | steps | config | trials |\n|---|---|---|---|---|---|\n");
    for (int i = from; i < end; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++) {
            char config[NT_CONFIG_TEXT];
            const result_row *r = &f->at[i]->r.row[k];
            nt_config_format(r->kernel, &r->config, config, sizeof config);
            put_name(out, r);
            if (r->kernel->range)
                fprintf(out, " %lld |", (long long)r->steps);
            fprintf(out, " `%s` | %d |\n", config, r->n_trials);
        }
}

void format_markdown(FILE *out, const findings *f)
{
    for (int from = 0, end; from < f->n; from = end) {
        char first[NT_MACHINE_ID], id[NT_MACHINE_ID];
        nt_machine_id(&f->at[from]->r.machine, first, sizeof first);
        for (end = from + 1; end < f->n; end++) {
            nt_machine_id(&f->at[end]->r.machine, id, sizeof id);
            if (strcmp(id, first) != 0)
                break;
        }
        if (from > 0)
            fprintf(out, "\n");
        put_machine(out, f, from, end);
    }
}
