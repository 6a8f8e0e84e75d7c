/*
 * section_verdicts.c - the table of all rows: how fast, how near to the roof, how much faster than the default
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/sections.h"
#include "report/svg.h"

/* Speed-up over the default config, and its 95 % interval. */
typedef struct gain {
    double at, low, high;
} gain;

static gain gain_of(const result_row *r)
{
    const double at = r->tuned_ns > 0 ? r->default_ns / r->tuned_ns : 0;
    return (gain){at, r->ratio.high > 0 ? 1 / r->ratio.high : at, r->ratio.low > 0 ? 1 / r->ratio.low : at};
}

static scale gain_scale(const findings *f)
{
    scale s = {.least = 0, .most = 1.2, .from = 6, .to = 114};
    for (int i = 0; i < f->n; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++)
            s.most = fmax(s.most, gain_of(&f->at[i]->r.row[k]).high);
    scale_round(&s);
    return s;
}

static void print_number(FILE *out, double value)
{
    fprintf(out, "<td class=num>");
    html_number(out, value);
    fprintf(out, "</td>");
}

static void print_gain(FILE *out, const result_row *r, const scale *s)
{
    const gain g = gain_of(r);
    char label[80];
    snprintf(label, sizeof label, "%.2f times as fast, 95 %% interval %.2f to %.2f", g.at, g.low, g.high);
    fprintf(out, "<td class=num>%.2f <span class=soft>(%.2f–%.2f)</span></td><td class=chart>", g.at, g.low, g.high);
    svg_begin(out, 120, 18, label);
    svg_line(out, scale_at(s, 1), 0, scale_at(s, 1), 18, "one");
    svg_line(out, scale_at(s, g.low), 9, scale_at(s, g.high), 9, "interval");
    fprintf(out, "<circle cx=\"%.1f\" cy=9 r=4 class=\"%s\"/>", scale_at(s, g.at),
            r->verdict == STATS_FASTER   ? "good"
            : r->verdict == STATS_SLOWER ? "bad"
                                         : "same");
    svg_end(out);
    fprintf(out, "</td>");
}

static void print_roof(FILE *out, const result_row *r)
{
    const double share = r->roof_ns > 0 && r->tuned_ns > 0 ? r->roof_ns / r->tuned_ns : 0;
    fprintf(out, "<td class=num>");
    if (share > 0)
        fprintf(out, "%.0f %%", 100 * share);
    else
        fprintf(out, "–");
    fprintf(out, "</td><td class=chart>");
    if (share > 0) {
        char label[40];
        snprintf(label, sizeof label, "%.0f %% of the roof", 100 * share);
        svg_begin(out, 48, 14, label);
        fprintf(out, "<rect width=48 height=14 class=trough /><rect width=\"%.1f\" height=14 class=c1 />", 48 * fmin(share, 1));
        svg_end(out);
    }
    fprintf(out, "</td><td>");
    html_text(out, share > 0 ? result_bound(r) : "–");
    fprintf(out, "</td>");
}

/* "order=yxz depth=4": the keys in which the best config is not the default. */
static void print_differences(FILE *out, const result_row *r)
{
    if (nt_config_differences(&r->config, &r->default_config) == 0)
        fprintf(out, "–");
    for (int k = 0; k < NT_N_KEYS; k++) {
        const char *name = nt_key_name(r->kernel, (nt_key_id)k);
        const int64_t value = nt_key_get(&r->config, (nt_key_id)k);
        if (name && value != nt_key_get(&r->default_config, (nt_key_id)k))
            html_textf(out, "%s=%s  ", name, finding_value(r->kernel, (nt_key_id)k, value).text);
    }
}

static void print_row(FILE *out, const result_row *r, int number, const scale *s)
{
    fprintf(out, "<tr><th scope=row><a href=\"#row%d\">%d</a></th><td class=name>", number, number);
    html_text(out, trial_name(r->kernel, r->kernel_case).text);
    fprintf(out, "</td><td>%s</td><td class=num>", nt_dtype_name(r->dtype));
    html_text(out, finding_shape(r).text);
    fprintf(out, "</td><td class=num>%lld</td>", (long long)r->steps);
    print_number(out, r->default_ns);
    print_number(out, r->tuned_ns);
    print_number(out, r->tuned_ns > 0 ? 1 / r->tuned_ns : 0);
    print_roof(out, r);
    print_gain(out, r, s);
    fprintf(out, "<td class=\"v-%s\">%s</td><td class=short-config><code>", stats_verdict_name(r->verdict), stats_verdict_name(r->verdict));
    print_differences(out, r);
    fprintf(out, "</code></td></tr>\n");
}

/* "2 faster than the default, 1 same, ..." */
static void print_summary(FILE *out, const findings *f)
{
    int n[STATS_UNDECIDED + 1] = {0}, all = 0;
    double product = 0, best = 0;
    const result_row *first = NULL;
    for (int i = 0; i < f->n; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++) {
            const result_row *r = &f->at[i]->r.row[k];
            n[r->verdict]++;
            all++;
            product += log(fmax(gain_of(r).at, 1e-9));
            if (gain_of(r).at > best) {
                best = gain_of(r).at;
                first = r;
            }
        }
    fprintf(out, "<p class=lead>Of %d row%s, tuning made <b>%d faster</b>; %d stay%s at the default", all, all == 1 ? "" : "s",
            n[STATS_FASTER], n[STATS_SAME], n[STATS_SAME] == 1 ? "s" : "");
    if (n[STATS_SLOWER] > 0)
        fprintf(out, "; <b>%d slower</b>", n[STATS_SLOWER]);
    if (n[STATS_UNDECIDED] > 0)
        fprintf(out, "; %d undecided", n[STATS_UNDECIDED]);
    fprintf(out, ".  Geometric mean: <b>%.2f times</b> as fast", exp(product / (all > 0 ? all : 1)));
    if (first && best > 1.01) {
        fprintf(out, "; most for ");
        html_text(out, finding_row_name(first).text);
        fprintf(out, ": %.2f times", best);
    }
    fprintf(out, ".</p>\n");
}

void section_verdicts(FILE *out, const findings *f)
{
    const scale s = gain_scale(f);
    int number = 0;
    bool many = false; /* machines */
    char one[NT_MACHINE_ID], other[NT_MACHINE_ID];
    nt_machine_id(&f->at[0]->r.machine, one, sizeof one);
    for (int i = 1; i < f->n; i++) {
        nt_machine_id(&f->at[i]->r.machine, other, sizeof other);
        many |= strcmp(one, other) != 0;
    }
    print_summary(out, f);
    fprintf(out,
            "<p>Times in ns a cell and step (an index, of pi and primes), medians of runs in turn, and 10⁹ of them a second.  The roof is "
            "the least time that the instructions of the kernel, or its memory traffic, allow.  The dot shows the "
            "speed-up over the default config, its line the 95 %% interval: right of the upright line is faster.</p>\n<div class=scroll "
            "tabindex=0 role=region aria-label=\"Verdicts\"><table>\n<thead><tr>"
            "<th scope=col>#<th scope=col>kernel<th scope=col>type<th scope=col>cells<th scope=col>steps"
            "<th scope=col>default, ns<th scope=col>tuned, ns<th scope=col>10⁹ / s<th scope=col colspan=2>of roof"
            "<th scope=col>bound by<th scope=col>speed-up (95 %%)<th scope=col class=chart>");
    svg_begin(out, 120, 34, "Scale of the speed-ups");
    scale head = s;
    svg_axis_x(out, &head, 0, 2, "times as fast");
    svg_end(out);
    fprintf(out, "<th scope=col>verdict<th scope=col>best config, where<br>it is not the default</tr></thead>\n<tbody>\n");
    for (int i = 0; i < f->n; i++) {
        const finding *at = f->at[i];
        char id[NT_MACHINE_ID], before[NT_MACHINE_ID] = "";
        nt_machine_id(&at->r.machine, id, sizeof id);
        if (i > 0)
            nt_machine_id(&f->at[i - 1]->r.machine, before, sizeof before);
        if (many && strcmp(id, before) != 0) {
            fprintf(out, "<tr class=machine><th colspan=15 scope=rowgroup>");
            html_textf(out, "%s (%s)", at->r.machine.model, id);
            fprintf(out, "</th></tr>\n");
        }
        for (int k = 0; k < at->r.n_rows; k++)
            print_row(out, &at->r.row[k], ++number, &s);
    }
    fprintf(out, "</tbody></table></div>\n");
}
