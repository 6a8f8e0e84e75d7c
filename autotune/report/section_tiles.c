/*
 * section_tiles.c - a map of two tile keys: the best time with each pair of values
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "report/html.h"
#include "report/row_trials.h"
#include "report/sections.h"
#include "report/svg.h"

enum { MOST_VALUES = 64, SHOWN = 12 };

typedef struct key_values {
    nt_key_id key;
    int64_t at[MOST_VALUES];
    int n;
} key_values;

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static key_values values_of(const config_time *c, int n, nt_key_id key)
{
    key_values v = {.key = key};
    for (int i = 0; i < n; i++) {
        const int64_t value = nt_key_get(&c[i].config, key);
        int k = 0;
        while (k < v.n && v.at[k] != value)
            k++;
        if (k == v.n && v.n < MOST_VALUES)
            v.at[v.n++] = value;
    }
    qsort(v.at, (size_t)v.n, sizeof *v.at, ascending);
    return v;
}

/* The two keys of which most values were tried; for a range, chunks and schedules. */
static void choose_keys(const finding *f, const config_time *c, int n, key_values *across, key_values *up)
{
    if (!f->kernel->field) {
        *across = values_of(c, n, NT_KEY_CHUNK);
        *up = values_of(c, n, NT_KEY_SCHEDULE);
        return;
    }
    key_values v[3];
    for (int a = 0; a < 3; a++)
        v[a] = values_of(c, n, (nt_key_id)(NT_KEY_TILE_X + a));
    const int least = v[0].n <= v[1].n && v[0].n <= v[2].n ? 0 : v[1].n <= v[2].n ? 1 : 2;
    *across = v[least == 0];
    *up = v[least == 2 ? 1 : 2];
}

static double best_at(const config_time *c, int n, const key_values *across, int i, const key_values *up, int k)
{
    double best = 0;
    for (int at = 0; at < n; at++)
        if (c[at].ns > 0 && nt_key_get(&c[at].config, across->key) == across->at[i] && nt_key_get(&c[at].config, up->key) == up->at[k] &&
            (best <= 0 || c[at].ns < best))
            best = c[at].ns;
    return best;
}

/* Six steps that eyes can tell apart, with a number in each cell. */
static const double steps[] = {1.02, 1.1, 1.25, 1.5, 2};
static int step_of(double ratio)
{
    int i = 0;
    while (i < 5 && ratio > steps[i])
        i++;
    return i;
}

static const char *zero_name(const key_values *v, int64_t value, char text[32])
{
    if (value == 0 && v->key != NT_KEY_SCHEDULE)
        return v->key == NT_KEY_CHUNK ? "even" : "all";
    /* Narrow columns: Ki is 1024. */
    const bool binary = value >= 10000 && value % 1024 == 0;
    snprintf(text, 32, binary ? "%lldKi" : "%lld", (long long)(binary ? value / 1024 : value));
    return text;
}

void section_tiles(FILE *out, const finding *f, int row)
{
    const nt_kernel *kernel = f->kernel;
    int n;
    config_time *c = kernel->program ? NULL : row_configs(f, row, &n);
    if (!c)
        return;
    key_values across, up;
    choose_keys(f, c, n, &across, &up);
    double best = 0;
    for (int i = 0; i < n; i++)
        if (c[i].ns > 0 && (best <= 0 || c[i].ns < best))
            best = c[i].ns;
    if (across.n >= 2 && best > 0) {
        const int nx = across.n < SHOWN ? across.n : SHOWN, ny = up.n < SHOWN ? up.n : SHOWN;
        const double left = 62, width = fmin(44, 276.0 / nx), height = 20, top = 24;
        figure_begin(
            out, FIGURE_SMALL, kernel->field ? "Tiles" : "Chunks",
            "The strongest colour marks the best %s.  Numbers: the best time with this pair of values, over the best of all; empty: "
            "not tried.",
            kernel->field ? "tiles, in cells (all: not cut)" : "chunks, in indices (even: one for each thread)");
        svg_begin(out, 340, (int)(top + ny * height) + 36, "Best time for each pair of values");
        svg_text(out, 2, 12, "small soft", "%s, upwards", nt_key_name(kernel, up.key));
        fprintf(out, "<path class=empty d=\"");
        for (int k = 0; k < ny; k++)
            for (int i = 0; i < nx; i++)
                if (best_at(c, n, &across, i, &up, k) <= 0)
                    fprintf(out, "M%.1f %.0fh%.1fv19h-%.1fz", left + i * width, top + (ny - 1 - k) * height, width - 1, width - 1);
        fprintf(out, "\"/>");
        for (int k = 0; k < ny; k++) {
            char text[32];
            const double y = top + (ny - 1 - k) * height;
            svg_text(out, left - 5, y + 14, "end small", "%s",
                     up.key == NT_KEY_SCHEDULE ? finding_value(kernel, up.key, up.at[k]).text : zero_name(&up, up.at[k], text));
            for (int i = 0; i < nx; i++) {
                const double ns = best_at(c, n, &across, i, &up, k), x = left + i * width;
                char classes[8];
                snprintf(classes, sizeof classes, "h%d", step_of(ns / best));
                if (ns <= 0)
                    continue;
                svg_bar(out, x, y, width - 1, height - 1, classes, "%.4g ns, %.2f of the best", ns, ns / best);
                if (width >= 30)
                    svg_text(out, x + width / 2, y + 14, step_of(ns / best) < 2 ? "middle tiny on-dark" : "middle tiny", "%.2f", ns / best);
            }
        }
        for (int i = 0; i < nx; i++) {
            char text[32];
            svg_text(out, left + (i + 0.5) * width, top + ny * height + 13, "middle tiny", "%s", zero_name(&across, across.at[i], text));
        }
        svg_text(out, left + nx * width / 2, top + ny * height + 30, "middle small soft", "%s%s", nt_key_name(kernel, across.key),
                 across.n > SHOWN || up.n > SHOWN ? " (the first 12 values)" : "");
        svg_end(out);
        figure_end(out);
    }
    free(c);
}
