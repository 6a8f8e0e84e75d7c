/*
 * csv.c - rows and trials as CSV
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <string.h>

#include "formats/formats.h"

/* A line is written field by field. */
typedef struct line {
    FILE *out;
    int n; /* fields so far */
} line;

static void put(line *l, const char *text)
{
    if (l->n++ > 0)
        fputc(',', l->out);
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, l->out);
        return;
    }
    fputc('"', l->out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', l->out);
        fputc(*text, l->out);
    }
    fputc('"', l->out);
}

/* What was not measured is an empty field. */
static void put_number(line *l, double value)
{
    char text[32] = "";
    if (value > 0)
        snprintf(text, sizeof text, "%.6g", value);
    put(l, text);
}

static void put_whole(line *l, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    put(l, text);
}

static void put_config(line *l, const nt_kernel *kernel, const nt_config *config)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(kernel, config, text, sizeof text);
    put(l, text);
}

static void end(line *l)
{
    fputs("\r\n", l->out);
    l->n = 0;
}

static void put_names(line *l, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        put(l, names[i]);
    end(l);
}

/* The columns that rows and trials have in common. */
#define WHICH "file", "machine", "kernel", "case", "dtype", "nx", "ny", "nz", "steps"
static void put_which(line *l, const finding *f, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, const int64_t shape[3],
                      int64_t steps)
{
    char id[NT_MACHINE_ID];
    nt_machine_id(&f->r.machine, id, sizeof id);
    put(l, f->path);
    put(l, id);
    put(l, kernel->name);
    put(l, c->name);
    put(l, nt_dtype_name(dtype));
    for (int a = 0; a < 3; a++)
        put_whole(l, shape[a]);
    put_whole(l, steps);
}

static void put_row(line *l, const finding *f, const result_row *r)
{
    put_which(l, f, r->kernel, r->kernel_case, r->dtype, r->shape, r->steps);
    put(l, nt_class_name(r->shape_class));
    const double figures[] = {r->default_ns, r->tuned_ns, r->tuned_ns > 0 ? r->default_ns / r->tuned_ns : 0,
                              r->ratio.high > 0 ? 1 / r->ratio.high : 0, r->ratio.low > 0 ? 1 / r->ratio.low : 0};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        put_number(l, figures[i]);
    put_whole(l, r->ratio.n);
    put(l, stats_verdict_name(r->verdict));
    const double roofs[] = {r->roof_ns, r->tuned_ns > 0 ? r->roof_ns / r->tuned_ns : 0, r->arithmetic_roof_ns, r->memory_roof_ns,
                            r->in_cache_ns};
    for (size_t i = 0; i < sizeof roofs / sizeof *roofs; i++)
        put_number(l, roofs[i]);
    put(l, result_bound(r));
    put_number(l, r->max_ulp);
    put_whole(l, r->n_trials);
    put_whole(l, r->n_failed);
    put(l, r->complete ? "1" : "0");
    put_number(l, r->space_size);
    put_config(l, r->kernel, &r->config);
    put_config(l, r->kernel, &r->default_config);
    end(l);
}

void format_csv(FILE *out, const findings *f)
{
    line l = {out, 0};
    put_names(&l, (const char *const[]){WHICH,
                                        "class",
                                        "default_ns",
                                        "tuned_ns",
                                        "speedup",
                                        "speedup_low",
                                        "speedup_high",
                                        "pairs",
                                        "verdict",
                                        "roof_ns",
                                        "roof_fraction",
                                        "arithmetic_roof_ns",
                                        "memory_roof_ns",
                                        "in_cache_ns",
                                        "bound",
                                        "max_ulp",
                                        "trials",
                                        "failed",
                                        "complete",
                                        "space",
                                        "config",
                                        "default_config",
                                        NULL});
    for (int i = 0; i < f->n; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++)
            put_row(&l, f->at[i], &f->at[i]->r.row[k]);
}

void format_csv_trials(FILE *out, const findings *f)
{
    line l = {out, 0};
    put_names(&l, (const char *const[]){WHICH, "row", "at_s", "wall_s", "timed_s", "class", "detail", "repetitions", "ns", "ns_least",
                                        "ns_most", "config", NULL});
    int first_row = 1;
    for (int i = 0; i < f->n; i++) {
        const finding *at = f->at[i];
        for (const finding_trial *t = at->trial; t < at->trial + at->n_trials; t++) {
            put_which(&l, at, t->kernel, t->kernel_case, t->dtype, t->shape, t->steps);
            if (t->row >= 0)
                put_whole(&l, first_row + t->row);
            else
                put(&l, "");
            put_number(&l, t->at_s);
            put_number(&l, t->wall_s);
            put_number(&l, t->timed_s);
            put(&l, trial_outcome_name(t->outcome));
            put(&l, t->detail);
            put_whole(&l, t->n);
            put_number(&l, t->ns);
            put_number(&l, t->low);
            put_number(&l, t->high);
            put_config(&l, t->kernel, &t->config);
            end(&l);
        }
        first_row += at->r.n_rows;
    }
}
