/*
 * section_model.c - where the time should go, by the model, beside the time that was measured
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "report/html.h"
#include "report/row_trials.h"
#include "report/sections.h"
#include "report/svg.h"

enum { WIDTH = 340, BAR = 18 };

/* The parts overlap in time, so their sum is more than the whole (docs/model.md): they are drawn in proportion. */
static void draw_parts(FILE *out, const scale *x, double y, const nt_prediction *p)
{
    const struct part {
        const char *name;
        double ns;
    } parts[] = {{"arithmetic", p->core_ns}, {"L2", p->l2_ns}, {"L3", p->l3_ns}, {"memory", p->memory_ns}, {"sharing", p->sharing_ns}};
    enum { N = sizeof parts / sizeof *parts };
    double sum = 0, at = x->from;
    for (int i = 0; i < N; i++)
        sum += fmax(parts[i].ns, 0);
    if (sum <= 0)
        return;
    for (int i = 0; i < N; i++) {
        const double width = fmax(parts[i].ns, 0) / sum * p->ns * (x->to - x->from) / (x->most - x->least);
        const char *const classes[N] = {"p0", "p1", "p2", "p3", "p4"};
        if (parts[i].ns > 0)
            svg_bar(out, at, y, width, BAR, classes[i], "%s: %.3g ns alone", parts[i].name, parts[i].ns);
        at += width;
    }
}

/* The names stand where colours alone would have to tell. */
static void draw_legend(FILE *out, double y)
{
    static const char *const names[] = {"arithmetic", "L2", "L3", "memory", "sharing"};
    static const int at[] = {34, 122, 162, 202, 274};
    for (int i = 0; i < 5; i++) {
        fprintf(out, "<rect x=\"%d\" y=\"%.0f\" width=9 height=9 class=p%d />", at[i], y, i);
        svg_text(out, at[i] + 12, y + 9, "small", "%s", names[i]);
    }
}

void section_model(FILE *out, const finding *f, const result_row *row)
{
    nt_speeds speeds;
    nt_prediction p = {0};
    const bool measured = row_speeds(f, row, &speeds);
    if (row->kernel->program ||
        nt_predict(row->kernel, row->kernel_case->params, row->dtype, row->shape, row->steps, &row->config, &speeds, &p) != NT_OK ||
        p.ns <= 0)
        return;
    scale x = {.most = fmax(fmax(p.ns, row->tuned_ns), row->roof_ns), .from = 70, .to = WIDTH - 52};
    scale_round(&x);
    figure_begin(out, FIGURE_SMALL, "Where the time should go", "The longest part of the model's bar is what to work on%s.  Speeds: %s.",
                 row->roof_ns > 0 ? "; dashed: the roof" : "", measured ? "as measured with it" : "typical of this CPU");
    svg_begin(out, WIDTH, 112, "Predicted parts of the time, and the measured time");
    draw_legend(out, 2);
    svg_axis_x(out, &x, 18, 74, row_unit(row));
    svg_text(out, 64, 34, "end small", "model");
    svg_text(out, 64, 62, "end small", "measured");
    draw_parts(out, &x, 21, &p);
    svg_bar(out, x.from, 49, scale_at(&x, row->tuned_ns) - x.from, BAR, "c0", "measured: %.4g ns", row->tuned_ns);
    if (row->roof_ns > 0)
        svg_line(out, scale_at(&x, row->roof_ns), 18, scale_at(&x, row->roof_ns), 74, "roof");
    svg_text(out, scale_at(&x, p.ns) + 5, 34, "small halo", "%s", number_text(p.ns).text);
    svg_text(out, scale_at(&x, row->tuned_ns) + 5, 62, "small halo", "%s", number_text(row->tuned_ns).text);
    svg_end(out);
    figure_end(out);
}
