/*
 * section_search.c - every trial of a row: its time, when it was made, and the best so far
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "report/row_trials.h"
#include "report/sections.h"
#include "report/svg.h"

enum {
    WIDTH = 340,
    LEFT = 44,
    RIGHT = 330,
    TOP = 26,
    BOTTOM = 170,
    MOST_TIMES = 8 /* times as slow as the best: slower ones tell nothing more */
};

/* A dot of a path whose line has round ends: a few bytes a trial. */
static void dot(FILE *out, double x, double y)
{
    fprintf(out, "M%.0f %.0fh0", x, y);
}

void section_search(FILE *out, const finding *f, int row)
{
    const result_row *r = &f->r.row[row];
    scale x = {.least = HUGE_VAL, .from = LEFT, .to = RIGHT}, y = {.least = HUGE_VAL, .from = BOTTOM, .to = TOP, .is_log = true};
    int n = 0, n_failed = 0;
    for (int i = 0; i < f->n_trials; i++) {
        const finding_trial *t = &f->trial[i];
        if (t->row != row)
            continue;
        n++;
        n_failed += t->outcome != TRIAL_OK;
        x.least = fmin(x.least, t->at_s - t->wall_s);
        x.most = fmax(x.most, t->at_s);
        if (t->ns > 0) {
            y.least = fmin(y.least, t->ns);
            y.most = fmax(y.most, t->ns);
        }
    }
    if (n == 0 || y.most <= 0)
        return;
    const double best = y.least;
    y.most = fmin(y.most, MOST_TIMES * best);
    scale_round(&x);
    scale_round(&y);
    if (y.least == best)
        y.least *= 0.9;
    int n_above = 0;
    for (int i = 0; i < f->n_trials; i++)
        n_above += f->trial[i].row == row && f->trial[i].ns > y.most;
    char above[64] = "";
    if (n_above > 0)
        snprintf(above, sizeof above, "  %d slower ones lie at the upper edge.", n_above);
    figure_begin(
        out, FIGURE_SMALL, "The search",
        "A good search: the line, the best so far, falls early.  A dot is a trial (%d): dark, a config's first; pale, again, as in "
        "the finals.%s%s",
        n, above, n_failed > 0 ? "  Crosses at the top failed." : "");
    svg_begin(out, WIDTH, BOTTOM + 36, "Time of each trial against the time since the tune began");
    svg_axis_x(out, &x, TOP, BOTTOM, "seconds since the tune of this kernel began");
    svg_axis_y(out, &y, LEFT, RIGHT, row_unit(r));
    bool *first = row_first_trials(f, row);
    for (int again = 1; first && again >= 0; again--) {
        fprintf(out, "<path class=%s d=\"", again ? "dots-again" : "dots");
        for (int i = 0; i < f->n_trials; i++) {
            const finding_trial *t = &f->trial[i];
            if (t->row != row || t->ns <= 0)
                continue;
            if (first[i] == !again)
                dot(out, scale_at(&x, t->at_s), scale_at(&y, fmin(t->ns, y.most)));
        }
        fprintf(out, "\"/>");
    }
    double least = HUGE_VAL;
    fprintf(out, "<path class=best d=\"");
    for (int i = 0; i < f->n_trials; i++) {
        const finding_trial *t = &f->trial[i];
        if (t->row != row || t->ns <= 0 || t->ns >= least)
            continue;
        const double at = scale_at(&x, t->at_s), up = scale_at(&y, fmin(t->ns, y.most));
        fprintf(out, isfinite(least) ? "H%.1fV%.1f" : "M%.1f %.1f", at, up);
        least = t->ns;
    }
    fprintf(out, "H%.1f\"/><path class=failed d=\"", scale_at(&x, x.most));
    for (int i = 0; i < f->n_trials; i++)
        if (f->trial[i].row == row && f->trial[i].outcome != TRIAL_OK)
            fprintf(out, "M%.1f %dl6 6m0 -6l-6 6", scale_at(&x, f->trial[i].at_s) - 3, TOP - 9);
    fprintf(out, "\"/>");
    svg_end(out);
    figure_end(out);
    free(first);
}
