/*
 * section_loops.c - how long a row takes with each way of sharing its loops
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "report/html.h"
#include "report/sections.h"
#include "report/svg.h"

void section_loops(FILE *out, const result_row *row)
{
    enum { WIDTH = 340, BAR = 16, GAP = 22 };
    const result_way *ways = result_ways(row->kernel);
    scale x = {.from = 70, .to = WIDTH - 52};
    int n = 0, best = -1;
    for (; ways[n].name; n++) {
        x.most = fmax(x.most, row->ways_ns[n]);
        if (row->ways_ns[n] > 0 && (best < 0 || row->ways_ns[n] < row->ways_ns[best]))
            best = n;
    }
    if (best < 0)
        return;
    figure_begin(out, FIGURE_SMALL, "Which loop to share",
                 "The shortest bar is the best way to share the work, each with the best other settings found.");
    scale_round(&x);
    svg_begin(out, WIDTH, n * GAP + 38, "Time of each way of sharing the loops");
    svg_axis_x(out, &x, 2, n * GAP + 2, row_unit(row));
    for (int w = 0; w < n; w++) {
        const double y = 4 + w * GAP;
        svg_text(out, 64, y + 12, "end small", "%s", ways[w].name);
        if (row->ways_ns[w] <= 0) {
            svg_text(out, x.from + 4, y + 12, "small soft", "not measured");
            continue;
        }
        svg_bar(out, x.from, y, scale_at(&x, row->ways_ns[w]) - x.from, BAR, w == best ? "c1" : "c0", "%s: %.4g ns", ways[w].name,
                row->ways_ns[w]);
        svg_text(out, scale_at(&x, row->ways_ns[w]) + 5, y + 12, w == best ? "small strong" : "small", "%s",
                 number_text(row->ways_ns[w]).text);
    }
    svg_end(out);
    figure_end(out);
}
