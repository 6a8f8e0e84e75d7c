/*
 * section_roofline.c - a roofline by cache level: what the machine allows, and where the rows are
 * SPDX-License-Identifier: MIT
 *
 * Across: floating-point operations for each byte that moves between a level and the cores.  Up: 10^9 of them a second.  A row has a
 * point for each level, all at its measured speed; the bytes are those that the model predicts (nestune/model.h).  Where
 * a point meets the roof of its level, this level bounds the row.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/row_trials.h"
#include "report/sections.h"
#include "report/svg.h"

enum { WIDTH = 560, HEIGHT = 340, LEFT = 46, RIGHT = 436, TOP = 30, BOTTOM = 296, LEVELS = 3, MOST_POINTS = 128 };
static const char *const level_names[LEVELS] = {"L2", "L3", "memory"};

typedef struct point {
    int number; /* of the row */
    const result_row *row;
    double gflops, per_byte[LEVELS]; /* 0: the model expects no traffic there */
} point;

typedef struct roofline {
    double gbytes[LEVELS]; /* of all threads; 0: not known */
    double fma_gflops, add_gflops;
    bool measured; /* all of them; else some are typical */
    point p[MOST_POINTS];
    int n;
} roofline;

static double flops_a_cell(const result_row *row)
{
    const nt_work w = nt_kernel_work(row->kernel, row->kernel_case->params, nt_kernel_function(row->kernel, row->dtype, &row->config));
    return w.add + w.mul + 2.0 * w.fma;
}

static void add_row(roofline *l, const finding *f, const result_row *row, int number)
{
    nt_speeds s;
    nt_prediction p;
    const double flops = flops_a_cell(row), threads = f->r.machine.threads_allowed;
    if (flops <= 0 || row->tuned_ns <= 0 || l->n == MOST_POINTS)
        return;
    const bool measured = row_speeds(f, row, &s);
    if (nt_predict(row->kernel, row->kernel_case->params, row->dtype, row->shape, row->steps, &row->config, &s, &p) != NT_OK)
        return;
    const double moved[LEVELS] = {p.l2_ns * s.l2_gbytes * p.threads, p.l3_ns * s.l3_gbytes * p.threads,
                                  p.memory_ns * fmin(s.memory_gbytes * p.threads, s.memory_gbytes_of_team)};
    const double team[LEVELS] = {row->l2_gbytes_per_s > 0 ? row->l2_gbytes_per_s : s.l2_gbytes * threads,
                                 row->l3_gbytes_per_s > 0 ? row->l3_gbytes_per_s : s.l3_gbytes * threads, s.memory_gbytes_of_team};
    point *at = &l->p[l->n++];
    *at = (point){.number = number, .row = row, .gflops = flops / row->tuned_ns};
    for (int i = 0; i < LEVELS; i++) {
        if (moved[i] > 1e-3) /* bytes a cell and step */
            at->per_byte[i] = flops / moved[i];
        l->gbytes[i] = fmax(l->gbytes[i], i == 2 && row->memory_roof_ns <= 0 ? 0 : team[i]);
    }
    l->fma_gflops = fmax(l->fma_gflops, 2 * threads / s.fma_ns);
    l->add_gflops = fmax(l->add_gflops, threads / s.add_ns);
    l->measured = l->n == 1 ? measured : l->measured && measured;
}

static void make_scales(const roofline *l, scale *x, scale *y)
{
    *x = (scale){.least = HUGE_VAL, .from = LEFT, .to = RIGHT, .is_log = true};
    *y = (scale){.least = HUGE_VAL, .most = 1.3 * l->fma_gflops, .from = BOTTOM, .to = TOP, .is_log = true};
    for (const point *p = l->p; p < &l->p[l->n]; p++) {
        y->least = fmin(y->least, 0.4 * p->gflops);
        y->most = fmax(y->most, 1.3 * p->gflops);
        for (int i = 0; i < LEVELS; i++)
            if (p->per_byte[i] > 0) {
                x->least = fmin(x->least, 0.5 * p->per_byte[i]);
                x->most = fmax(x->most, 2 * p->per_byte[i]);
            }
    }
    for (int i = 0; i < LEVELS; i++)
        if (l->gbytes[i] > 0) { /* the corner of each roof belongs to the figure */
            x->most = fmax(x->most, 1.5 * l->fma_gflops / l->gbytes[i]);
            x->least = fmin(x->least, 0.4 * l->fma_gflops / l->gbytes[i]);
        }
    if (!(x->least < x->most)) /* nothing leaves the first-level cache */
        x->least = x->most > 0 ? x->most / 100 : (x->most = 10, 0.1);
    scale_round(x);
    scale_round(y);
}

static void draw_roofs(FILE *out, const roofline *l, const scale *x, const scale *y)
{
    static const char *const classes[LEVELS] = {"roof-l2", "roof-l3", "roof-memory"};
    for (int i = 0; i < LEVELS; i++) {
        const double corner = l->gbytes[i] > 0 ? l->fma_gflops / l->gbytes[i] : 0;
        if (corner <= 0)
            continue;
        /* From where it enters the figure to the corner. */
        const double from = fmax(x->least, y->least / l->gbytes[i]), to = fmin(corner, x->most);
        if (from < to)
            svg_line(out, scale_at(x, from), scale_at(y, from * l->gbytes[i]), scale_at(x, to), scale_at(y, to * l->gbytes[i]), classes[i]);
    }
    const double peaks[2] = {l->fma_gflops, l->add_gflops};
    for (int i = 0; i < 2; i++)
        if (peaks[i] > y->least && peaks[i] < y->most) {
            svg_line(out, x->from, scale_at(y, peaks[i]), x->to, scale_at(y, peaks[i]), i ? "roof-add" : "roof-fma");
            svg_text(out, RIGHT + 6, scale_at(y, peaks[i]) + 4, "small", i ? "adds %.3g" : "FMAs %.3g", peaks[i]);
        }
}

static void draw_mark(FILE *out, int level, double x, double y)
{
    if (level == 0)
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=7.5 class=ring ", x, y);
    else if (level == 1)
        fprintf(out, "<path d=\"M%.1f %.1fh9v9h-9z\" class=m1 ", x - 4.5, y - 4.5);
    else
        fprintf(out, "<path d=\"M%.1f %.1fl4 4l-4 4l-4 -4z\" class=m2 ", x, y - 4);
}

static void draw_points(FILE *out, const roofline *l, const scale *x, const scale *y)
{
    double used[MOST_POINTS][2]; /* the places of numbers */
    int n_used = 0;
    for (const point *p = l->p; p < &l->p[l->n]; p++) {
        double first = HUGE_VAL, last = 0;
        for (int i = 0; i < LEVELS; i++)
            if (p->per_byte[i] > 0) {
                first = fmin(first, p->per_byte[i]);
                last = fmax(last, p->per_byte[i]);
            }
        const double at = scale_at(y, p->gflops);
        if (last > 0)
            svg_line(out, scale_at(x, first), at, scale_at(x, last), at, "tie");
        for (int i = 0; i < LEVELS; i++) {
            if (p->per_byte[i] <= 0)
                continue;
            draw_mark(out, i, scale_at(x, p->per_byte[i]), at);
            fprintf(out, "><title>");
            html_textf(out, "#%d %s: %.3g GFLOP/s, %.3g operations a byte from %s", p->number, finding_row_name(p->row).text, p->gflops,
                       p->per_byte[i], level_names[i]);
            fprintf(out, "</title></%s>", i == 0 ? "circle" : "path");
        }
        /* Numbers at the right of a row's last point, moved where two would overlap. */
        const double right = last > 0 ? scale_at(x, last) + 11 : x->from + 4;
        double up = at + 4;
        for (int k = 0; k < n_used; k++)
            if (fabs(used[k][0] - right) < 28 && fabs(used[k][1] - up) < 11) {
                up = used[k][1] + 11;
                k = -1;
            }
        used[n_used][0] = right;
        used[n_used++][1] = up;
        svg_text(out, right, up, "small strong halo", "#%d", p->number);
    }
}

static void draw(FILE *out, const finding *f, nt_dtype dtype, int first_row)
{
    roofline *l = calloc(1, sizeof *l);
    scale x, y;
    if (!l)
        return;
    for (int i = 0; i < f->r.n_rows; i++)
        if (f->r.row[i].dtype == dtype)
            add_row(l, f, &f->r.row[i], first_row + i);
    if (l->n > 0 && (l->gbytes[0] > 0 || l->gbytes[2] > 0)) {
        char title[80];
        snprintf(title, sizeof title, "Roofline by cache level, %s", nt_dtype_name(dtype));
        make_scales(l, &x, &y);
        figure_begin(
            out, FIGURE_WIDE, title,
            "A mark on the slope of its colour is bound by that level, one at a flat line by arithmetic; below both there is room.  "
            "All threads; %s.",
            l->measured ? "speeds measured with these rows" : "memory measured, caches and peaks typical of this CPU");
        svg_begin(out, WIDTH, HEIGHT, title);
        svg_axis_x(out, &x, TOP, BOTTOM, "floating-point operations a byte moved (as the model counts them)");
        svg_axis_y(out, &y, LEFT, RIGHT, "GFLOP/s");
        draw_roofs(out, l, &x, &y);
        draw_points(out, l, &x, &y);
        for (int i = 0; i < LEVELS; i++) {
            draw_mark(out, i, RIGHT + 14, BOTTOM - 50 + 20 * i);
            fprintf(out, "/>");
            if (l->gbytes[i] > 0)
                svg_text(out, RIGHT + 24, BOTTOM - 46 + 20 * i, "small", "%s %.0f GB/s", level_names[i], l->gbytes[i]);
            else
                svg_text(out, RIGHT + 24, BOTTOM - 46 + 20 * i, "small", "%s", level_names[i]);
        }
        svg_end(out);
        figure_end(out);
    }
    free(l);
}

void section_roofline(FILE *out, const finding *f, int first_row)
{
    if (f->kernel->field)
        for (int d = NT_N_DTYPES - 1; d >= 0; d--)
            draw(out, f, (nt_dtype)d, first_row);
}
