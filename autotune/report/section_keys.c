/*
 * section_keys.c - how much each key of a config mattered in a row's search, and how much of it was tried
 * SPDX-License-Identifier: MIT
 *
 * Importance of a key: of the variance of log(time) over the configs that worked, the part that lies between groups of equal
 * value, less what as many groups of random configs would show (epsilon squared; Kelley 1935).  The search does not draw its
 * configs at random, so keys that it changed together share their importance.
 */
#include <math.h>
#include <stdlib.h>

#include "report/html.h"
#include "report/row_trials.h"
#include "report/sections.h"
#include "report/svg.h"

/* The part, 0 to 1; -1: too few configs to tell. */
static double importance(const config_time *c, int n, nt_key_id key)
{
    double sum = 0, squares = 0, between = 0;
    int worked = 0, groups = 0;
    for (int i = 0; i < n; i++)
        if (c[i].ns > 0) {
            sum += log(c[i].ns);
            squares += log(c[i].ns) * log(c[i].ns);
            worked++;
        }
    if (worked < 5)
        return -1;
    const double mean = sum / worked, total = squares - sum * mean;
    for (int i = 0; i < n; i++) {
        const int64_t value = nt_key_get(&c[i].config, key);
        double of_group = 0;
        int in_group = 0;
        bool seen = c[i].ns <= 0;
        for (int k = 0; k < n && !seen; k++)
            if (c[k].ns > 0 && nt_key_get(&c[k].config, key) == value) {
                seen = k < i;
                of_group += log(c[k].ns);
                in_group++;
            }
        if (seen)
            continue;
        groups++;
        between += in_group * (of_group / in_group - mean) * (of_group / in_group - mean);
    }
    if (total <= 1e-12 || groups < 2 || worked <= groups)
        return groups < 2 ? 0 : -1;
    const double noise = (total - between) / (worked - groups);
    return fmin(fmax((between - (groups - 1) * noise) / total, 0), 1);
}

/* How many of an axis's values were tried. */
static int n_covered(const space *s, const config_time *c, int n, nt_key_id key)
{
    int covered = 0;
    for (int v = 0; v < s->n[key]; v++) {
        bool tried = false;
        for (int i = 0; i < n && !tried; i++)
            tried = nt_key_get(&c[i].config, key) == s->value[key][v];
        covered += tried;
    }
    return covered;
}

static void print_key(FILE *out, const finding *f, int row, const space *s, const config_time *c, int n, nt_key_id key)
{
    const double part = importance(c, n, key);
    char label[64];
    fprintf(out, "<tr><th scope=row>");
    html_text(out, nt_key_name(f->kernel, key));
    fprintf(out, "</th><td class=num>");
    if (part >= 0)
        fprintf(out, "%.0f %%", 100 * part);
    else
        fprintf(out, "–");
    snprintf(label, sizeof label, "%.0f %% of the variance", 100 * fmax(part, 0));
    fprintf(out, "</td><td class=chart>");
    svg_begin(out, 56, 12, label);
    fprintf(out, "<rect width=56 height=12 class=trough /><rect width=\"%.1f\" height=12 class=c1 />", 56 * fmax(part, 0));
    svg_end(out);
    fprintf(out, "</td><td class=num>%d of %d</td><td><code>", n_covered(s, c, n, key), s->n[key]);
    html_text(out, finding_value(f->kernel, key, nt_key_get(&f->r.row[row].config, key)).text);
    fprintf(out, "</code></td></tr>\n");
}

void section_keys(FILE *out, const finding *f, int row)
{
    int n;
    config_time *c = row_configs(f, row, &n);
    space *s = malloc(sizeof *s);
    if (c && s && n >= 2) {
        row_space(f, row, s);
        figure_begin(out, FIGURE_SMALL, "Which keys matter",
                     "A long bar: the time depends on this key.  Importance: the part of the variance of log(time), over the %d configs "
                     "tried, between "
                     "groups of equal value, corrected for chance; keys changed together share it.  Tried: how many of its values.",
                     n);
        fprintf(out, "<table class=keys><thead><tr><th scope=col>key<th scope=col colspan=2>importance<th scope=col>tried"
                     "<th scope=col>best</tr></thead><tbody>\n");
        for (int a = 0; a < SPACE_N_AXES; a++)
            if (nt_key_name(f->kernel, space_axes[a]) && s->n[space_axes[a]] > 1)
                print_key(out, f, row, s, c, n, space_axes[a]);
        fprintf(out, "</tbody></table>\n");
        figure_end(out);
    }
    free(s);
    free(c);
}
