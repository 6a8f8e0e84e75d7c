/*
 * section_accuracy.c - what accuracy costs: each variant with its error bound and its time
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/stats.h"
#include "report/html.h"
#include "report/sections.h"
#include "report/svg.h"

enum { MOST_VARIANTS = 32 };

typedef struct offer {
    nt_isa isa;
    int variant;
    double ulp, ns;
    int n;
} offer;

static int n_variants(const nt_kernel *k)
{
    int n = 0;
    while (k->variants[n].name)
        n++;
    return n;
}

/* Of the trials on the shape of one trial, one step each: the least time of each isa and variant. */
static int offers_like(const finding *f, const finding_trial *like, offer list[MOST_VARIANTS])
{
    int n = 0;
    for (const finding_trial *t = f->trial; t < &f->trial[f->n_trials]; t++) {
        if (t->kernel != f->kernel || t->kernel_case != like->kernel_case || t->dtype != like->dtype || t->steps != 1 || t->ns <= 0 ||
            memcmp(t->shape, like->shape, sizeof t->shape) != 0 || t->config.threads != like->config.threads)
            continue;
        int i = 0;
        while (i < n && (list[i].isa != t->config.isa || list[i].variant != t->config.variant))
            i++;
        if (i == MOST_VARIANTS)
            continue;
        if (i == n)
            list[n++] = (offer){t->config.isa, t->config.variant, f->kernel->variants[t->config.variant].max_ulp[t->dtype], t->ns, 0};
        list[i].ns = fmin(list[i].ns, t->ns);
        list[i].n++;
    }
    return n;
}

/* The trial on whose shape most arithmetics of a case and type were timed; NULL: nowhere more than one. */
static const finding_trial *widest(const finding *f, const nt_case *c, nt_dtype dtype)
{
    enum { MOST_SHAPES = 32 };
    const finding_trial *seen[MOST_SHAPES], *best = NULL;
    int n_seen = 0, most = 1;
    offer list[MOST_VARIANTS];
    for (const finding_trial *t = f->trial; t < &f->trial[f->n_trials] && n_seen < MOST_SHAPES; t++) {
        bool is_seen = t->kernel != f->kernel || t->kernel_case != c || t->dtype != dtype || t->steps != 1 || t->ns <= 0;
        for (int i = 0; i < n_seen && !is_seen; i++)
            is_seen = memcmp(seen[i]->shape, t->shape, sizeof t->shape) == 0 && seen[i]->config.threads == t->config.threads;
        if (is_seen)
            continue;
        seen[n_seen++] = t;
        const int n = offers_like(f, t, list);
        if (n > most) {
            most = n;
            best = t;
        }
    }
    return best;
}

static int fastest_first(const void *a, const void *b)
{
    const offer *x = a, *y = b;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

static void draw(FILE *out, const finding *f, const nt_case *c, nt_dtype dtype)
{
    enum { WIDTH = 340, LEFT = 44, RIGHT = 320, TOP = 26, BOTTOM = 170 };
    offer list[MOST_VARIANTS];
    double used[MOST_VARIANTS]; /* heights of labels; negative: at the left of their dots */
    const finding_trial *like = widest(f, c, dtype);
    const int n = like ? offers_like(f, like, list) : 0;
    if (n < 2)
        return;
    qsort(list, (size_t)n, sizeof *list, fastest_first);
    scale x = {.least = 0, .from = LEFT, .to = RIGHT}, y = {.least = HUGE_VAL, .from = BOTTOM, .to = TOP, .is_log = true};
    for (int i = 0; i < n; i++) {
        x.most = fmax(x.most, list[i].ulp);
        y.least = fmin(y.least, list[i].ns / 1.1);
        y.most = fmax(y.most, list[i].ns * 1.1);
    }
    scale_round(&x);
    scale_round(&y);
    char title[100], shape[80];
    const result_row asked = {.kernel = f->kernel, .shape = {like->shape[0], like->shape[1], like->shape[2]}};
    snprintf(title, sizeof title, "Accuracy against speed, %.40s %s", trial_name(f->kernel, c).text, nt_dtype_name(dtype));
    snprintf(shape, sizeof shape, "%.70s", finding_shape(&asked).text);
    figure_begin(out, FIGURE_SMALL, title,
                 "Down and left is better: faster, and a smaller error bound.  One step on %s cells, least of the trials.", shape);
    svg_begin(out, WIDTH, BOTTOM + 36, title);
    svg_axis_x(out, &x, TOP, BOTTOM,
               *f->kernel->variants[0].name && f->kernel->ulp_of_terms ? "committed error bound, ulp of the sum of absolute terms"
                                                                       : "committed error bound, ulp");
    svg_axis_y(out, &y, LEFT, RIGHT, row_unit(&asked));
    for (int i = 0; i < n; i++) {
        const double at = scale_at(&x, list[i].ulp), up = scale_at(&y, list[i].ns);
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=4.5 class=m0><title>", at, up);
        html_textf(out, "%s, %s: at most %g ulp, %.4g ns", f->kernel->variants[list[i].variant].name, nt_isa_name(list[i].isa), list[i].ulp,
                   list[i].ns);
        fprintf(out, "</title></circle>");
        const bool left = at > (LEFT + RIGHT) / 2.0;
        double base = up + 4; /* above the labels that it would overlap: slower ones follow */
        for (int k = 0; k < i; k++)
            if ((used[k] < 0) == left && fabs(fabs(used[k]) - base) < 12) {
                base = fabs(used[k]) - 12;
                k = -1;
            }
        used[i] = left ? -base : base;
        svg_text(out, at + (left ? -9 : 9), base, left ? "small halo end" : "small halo", "%s %s",
                 f->kernel->variants[list[i].variant].name, nt_isa_name(list[i].isa));
    }
    svg_end(out);
    fprintf(out,
            "<table class=keys><thead><tr><th scope=col>variant<th scope=col>isa<th scope=col>ulp<th scope=col>ns</tr></thead><tbody>\n");
    for (int i = 0; i < n; i++) {
        fprintf(out, "<tr><th scope=row>");
        html_text(out, f->kernel->variants[list[i].variant].name);
        fprintf(out, "</th><td>%s</td><td class=num>%g</td><td class=num>", nt_isa_name(list[i].isa), list[i].ulp);
        html_number(out, list[i].ns);
        fprintf(out, "</td></tr>\n");
    }
    fprintf(out, "</tbody></table>\n");
    figure_end(out);
}

static bool has_functions(const nt_kernel *kernel, int variant, nt_dtype dtype)
{
    const nt_function *fn;
    for (int i = 0; (fn = nt_kernel_function_at(kernel, i)); i++)
        if (fn->dtype == dtype && nt_kernel_variant(kernel, fn->variant) == variant)
            return true;
    return false;
}

/* Without trials: the bounds alone, with the variant that was taken. */
static void print_bounds(FILE *out, const finding *f)
{
    figure_begin(out, FIGURE_WIDE, "Accuracy",
                 "The committed error bound of each variant, in ulp%s, and how many rows take it; with a journal, their times stand here.",
                 f->kernel->ulp_of_terms ? " of the sum of absolute terms" : "");
    fprintf(out, "<table class=keys><thead><tr><th scope=col>variant<th scope=col>f64<th scope=col>f32<th scope=col>rows<th scope=col>what "
                 "it is</tr></thead><tbody>\n");
    for (int v = 0; v < n_variants(f->kernel); v++) {
        int rows = 0;
        for (int i = 0; i < f->r.n_rows; i++)
            rows += f->r.row[i].config.variant == v;
        fprintf(out, "<tr><th scope=row>");
        html_text(out, f->kernel->variants[v].name);
        fprintf(out, "</th>");
        for (int d = NT_N_DTYPES - 1; d >= 0; d--)
            if (has_functions(f->kernel, v, (nt_dtype)d))
                fprintf(out, "<td class=num>%g</td>", f->kernel->variants[v].max_ulp[d]);
            else
                fprintf(out, "<td class=num>–</td>");
        fprintf(out, "<td class=num>%d</td><td class=config>", rows);
        html_text(out, f->kernel->variants[v].note);
        fprintf(out, "</td></tr>\n");
    }
    fprintf(out, "</tbody></table>\n");
    figure_end(out);
}

void section_accuracy(FILE *out, const finding *f)
{
    const nt_case *c;
    if (f->kernel->program)
        return;
    if (f->n_trials == 0 || n_variants(f->kernel) < 2) {
        if (n_variants(f->kernel) > 1 || f->kernel->field)
            print_bounds(out, f);
        return;
    }
    for (int i = 0; (c = nt_kernel_case_at(f->kernel, i)); i++)
        for (int d = NT_N_DTYPES - 1; d >= 0; d--)
            draw(out, f, c, (nt_dtype)d);
}
