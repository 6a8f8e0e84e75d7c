/*
 * svg.c - figures within the page: scales, axes, bars, text
 * SPDX-License-Identifier: MIT
 */
#include "report/svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

double scale_at(const scale *s, double v)
{
    const double share = s->is_log ? log(v / s->least) / log(s->most / s->least) : (v - s->least) / (s->most - s->least);
    return s->from + share * (s->to - s->from);
}

/* ---- Ticks ---------------------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, not below (or not above) the value. */
static double round_number(double value, bool up)
{
    static const double steps[] = {1, 2, 5, 10};
    const double power = pow(10, floor(log10(value)));
    for (int i = up ? 0 : 3; up ? i < 4 : i >= 0; i += up ? 1 : -1)
        if (up ? steps[i] * power >= value * (1 - 1e-9) : steps[i] * power <= value * (1 + 1e-9))
            return steps[i] * power;
    return value;
}

static double linear_step(const scale *s)
{
    const double room = fabs(s->to - s->from), most_ticks = fmax(2, room / 55);
    return round_number((s->most - s->least) / most_ticks, true);
}

void scale_round(scale *s)
{
    if (s->is_log) {
        s->least = round_number(s->least, false);
        s->most = round_number(s->most, true);
        if (s->most <= s->least)
            s->most = 2 * s->least;
        return;
    }
    if (s->most <= s->least)
        s->most = s->least + 1;
    const double step = linear_step(s);
    s->least = step * floor(s->least / step + 1e-9);
    s->most = step * ceil(s->most / step - 1e-9);
}

enum { MOST_TICKS = 32 };

static int ticks(const scale *s, double tick[MOST_TICKS])
{
    int n = 0;
    if (!s->is_log) {
        const double step = linear_step(s);
        for (double v = step * ceil(s->least / step - 1e-9); v <= s->most + 1e-9 * step && n < MOST_TICKS; v += step)
            tick[n++] = fabs(v) < 1e-9 * step ? 0 : v;
        return n;
    }
    /* 1, 2 and 5 of each decade where there is room, else the decades. */
    const double decades = log10(s->most / s->least), room = fabs(s->to - s->from) / fmax(decades, 0.1);
    for (double power = pow(10, floor(log10(s->least))); power > 0 && power <= s->most && n < MOST_TICKS; power *= 10)
        for (int i = 0; i < (room > 120 ? 3 : 1); i++) {
            const double v = power * (const double[]){1, 2, 5}[i];
            if (v >= s->least * (1 - 1e-9) && v <= s->most * (1 + 1e-9) && n < MOST_TICKS)
                tick[n++] = v;
        }
    return n;
}

static void print_tick(FILE *out, double v)
{
    if (v >= 10000)
        html_number(out, v);
    else
        fprintf(out, "%.6g", v);
}

/* ---- Shapes --------------------------------------------------------------------------------- */

void svg_begin(FILE *out, int width, int height, const char *label)
{
    fprintf(out, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"", width, height, width, height);
    html_text(out, label);
    fprintf(out, "\">");
}

void svg_end(FILE *out)
{
    fprintf(out, "</svg>\n");
}

void svg_text(FILE *out, double x, double y, const char *classes, const char *format, ...)
{
    va_list args;
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, classes);
    va_start(args, format);
    html_vtextf(out, format, args);
    va_end(args);
    fprintf(out, "</text>");
}

void svg_bar(FILE *out, double x, double y, double width, double height, const char *classes, const char *format, ...)
{
    va_list args;
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" class=\"%s\"><title>", x, y, fmax(width, 0), height, classes);
    va_start(args, format);
    html_vtextf(out, format, args);
    va_end(args);
    fprintf(out, "</title></rect>");
}

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *classes)
{
    fprintf(out, "<path d=\"M%.1f %.1fL%.1f %.1f\" class=\"%s\"/>", x1, y1, x2, y2, classes);
}

void svg_axis_x(FILE *out, const scale *x, double top, double bottom, const char *title)
{
    double tick[MOST_TICKS];
    const int n = ticks(x, tick);
    for (int i = 0; i < n; i++) {
        const double at = scale_at(x, tick[i]);
        svg_line(out, at, top, at, bottom, "grid");
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"middle small\">", at, bottom + 14);
        print_tick(out, tick[i]);
        fprintf(out, "</text>");
    }
    svg_line(out, x->from, bottom, x->to, bottom, "axis");
    svg_text(out, (x->from + x->to) / 2, bottom + 29, "middle small soft", "%s", title);
}

void svg_axis_y(FILE *out, const scale *y, double left, double right, const char *title)
{
    double tick[MOST_TICKS];
    const int n = ticks(y, tick);
    for (int i = 0; i < n; i++) {
        const double at = scale_at(y, tick[i]);
        svg_line(out, left, at, right, at, "grid");
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"end small\">", left - 5, at + 4);
        print_tick(out, tick[i]);
        fprintf(out, "</text>");
    }
    svg_line(out, left, y->from, left, y->to, "axis");
    svg_text(out, 2, fmin(y->from, y->to) - 8, "small soft", "%s", title); /* above the axis: upright and readable */
}
