/*
 * svg.h - figures within the page: scales, axes, bars, text
 * SPDX-License-Identifier: MIT
 *
 * Colours and line widths are classes of report.css, so that a figure follows the page's light or dark theme.
 */
#ifndef AUTOTUNE_SVG_H
#define AUTOTUNE_SVG_H

#include <stdbool.h>
#include <stdio.h>

/* From a value to a place in the figure.  A linear scale of times begins at 0. */
typedef struct scale {
    double least, most; /* values */
    double from, to;    /* their places, in px */
    bool is_log;
} scale;

double scale_at(const scale *s, double value);

/* scale_round() - moves the ends of a linear scale's values outwards to whole ticks, those of a logarithmic one to 1, 2 or 5
 * times a power of ten. */
void scale_round(scale *s);

/* svg_begin() - `label` says what the figure shows, to those who cannot see it. */
void svg_begin(FILE *out, int width, int height, const char *label);
void svg_end(FILE *out);

/* svg_text() - classes: "end" and "middle" for the anchor, "small", "strong". */
__attribute__((format(printf, 5, 6))) void svg_text(FILE *out, double x, double y, const char *classes, const char *format, ...);

/* svg_bar() - a rectangle; pointing at it shows the text. */
__attribute__((format(printf, 7, 8))) void svg_bar(FILE *out, double x, double y, double width, double height, const char *classes,
                                                   const char *format, ...);

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *classes);

/* svg_axis_x(), svg_axis_y() - ticks with numbers, grid lines across the figure, and what the axis is. */
void svg_axis_x(FILE *out, const scale *x, double top, double bottom, const char *title);
void svg_axis_y(FILE *out, const scale *y, double left, double right, const char *title);

#endif /* AUTOTUNE_SVG_H */
