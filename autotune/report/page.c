/*
 * page.c - results as one HTML file that needs nothing else: no network, no other file
 * SPDX-License-Identifier: MIT
 */
#include "report/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "formats/formats.h"
#include "os/file.h"
#include "report/html.h"
#include "report/sections.h"

/* Nothing is fetched, whatever the data holds; scripts and styles are those in the page. */
#define POLICY \
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

char *page_chart_js(void)
{
    static const char *const places[] = {NT_CHART_JS, "/usr/share/javascript/chart.js/chart.min.js",
                                         "/usr/share/javascript/chart.js/Chart.min.js", "/usr/share/nodejs/chart.js/dist/chart.min.js"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *text;
        size_t n;
        nt_error why;
        if (*places[i] && file_read(places[i], 500000, &text, &n, &why) == NT_OK)
            return text;
    }
    return NULL;
}

/* ---- What sections share -------------------------------------------------------------------- */

const char *row_unit(const result_row *row)
{
    return row->kernel->field ? "ns a cell and step" : row->kernel->program ? "ns a cell" : "ns an index";
}

void figure_begin(FILE *out, figure_size size, const char *title, const char *sentence, ...)
{
    char text[800];
    va_list args;
    va_start(args, sentence);
    vsnprintf(text, sizeof text, sentence, args);
    va_end(args);
    fprintf(out, "<figure class=%s><figcaption><h4>", size == FIGURE_WIDE ? "wide-figure" : "small-figure");
    html_text(out, title);
    fprintf(out, "</h4><p>");
    html_text(out, text);
    fprintf(out, "</p></figcaption><div class=plot%s>", size == FIGURE_WIDE ? " tabindex=0" : "");
}

void figure_end(FILE *out)
{
    fprintf(out, "</div></figure>\n");
}

/* ---- Head and foot -------------------------------------------------------------------------- */

static void print_bytes(FILE *out, const char *name, int64_t bytes)
{
    if (bytes > 0)
        fprintf(out, ", %s %lld %s", name, (long long)(bytes >= 1 << 20 ? bytes >> 20 : bytes >> 10), bytes >= 1 << 20 ? "MiB" : "KiB");
}

static void print_machine(FILE *out, const nt_machine *m)
{
    char id[NT_MACHINE_ID];
    nt_machine_id(m, id, sizeof id);
    fprintf(out, "<p class=facts>");
    html_textf(out, "%s: %s (%s), %d thread%s", id, m->model, m->uarch, m->threads_allowed, m->threads_allowed == 1 ? "" : "s");
    print_bytes(out, "L1", m->l1d_bytes);
    print_bytes(out, "L2", m->l2_bytes);
    print_bytes(out, "L3", m->l3_bytes);
    fprintf(out, "</p>\n");
}

static bool same_machine(const finding *a, const finding *b)
{
    char x[NT_MACHINE_ID], y[NT_MACHINE_ID];
    nt_machine_id(&a->r.machine, x, sizeof x);
    nt_machine_id(&b->r.machine, y, sizeof y);
    return strcmp(x, y) == 0;
}

static void print_head(FILE *out, const findings *f)
{
    fprintf(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
                 "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=color-scheme content=\"light dark\">\n<title>nestune: ");
    html_textf(out, "%s, %d rows", f->at[0]->r.machine.uarch, findings_n_rows(f));
    fprintf(out, "</title>\n<link rel=icon href=\"data:,\">\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>What nestune found on ",
            report_css);
    for (int i = 0, n = 0; i < f->n; i++)
        if (i == 0 || !same_machine(f->at[i], f->at[i - 1]))
            html_textf(out, "%s%s", n++ ? " and " : "", f->at[i]->r.machine.uarch);
    fprintf(out, "</h1>\n");
    for (int i = 0; i < f->n; i++)
        if (i == 0 || !same_machine(f->at[i], f->at[i - 1]))
            print_machine(out, &f->at[i]->r.machine);
    fprintf(out, "</header>\n<nav aria-label=Contents><ul><li><a href=\"#verdicts\">Verdicts</a><li><a href=\"#warnings\">Warnings</a>");
    for (int i = 0; i < f->n; i++) {
        fprintf(out, "<li><a href=\"#file%d\">", i);
        html_text(out, f->at[i]->kernel->name);
        fprintf(out, "</a>");
    }
    fprintf(out, "<li><a href=\"#explore\">Explore</a><li><a href=\"#about\">Words and data</a></ul></nav>\n<main>\n");
}

static void print_tools(FILE *out, bool has_chart_js)
{
    fprintf(out, "<h2 id=explore>Explore</h2>\n");
    if (!has_chart_js) {
        fprintf(out, "<p>The interactive half is left out, because Chart.js was not there when this page was made: "
                     "<code>apt install libjs-chart.js</code>, and make it again.</p>\n");
        return;
    }
    fprintf(out, "<p id=no-tools>This part needs JavaScript; the tables and figures above do not.</p>\n"
                 "<div id=explore-tools hidden>\n"
                 "<p>Choose what to plot against what: keys of the configs, and times.  Point at a dot to see its config.</p>\n"
                 "<div class=tools>"
                 "<label>data<select id=pick-table></select></label>"
                 "<label>across<select id=pick-x></select></label><label class=check><input type=checkbox id=log-x>logarithmic</label>"
                 "<label>up<select id=pick-y></select></label><label class=check><input type=checkbox id=log-y>logarithmic</label>"
                 "<label>colour by<select id=pick-colour></select></label>"
                 "<label>only where<select id=pick-key></select></label><label>is<select id=pick-value></select></label></div>\n"
                 "<div class=canvas><canvas id=scatter role=img aria-label=\"Scatter of the chosen axes\"></canvas></div>\n"
                 "<p class=soft id=scatter-note></p>\n"
                 "<div id=search-tools hidden><h3>One search, trial by trial</h3>\n"
                 "<p>A search is good if the line falls early; point at a dot to see its config.</p>\n"
                 "<div class=tools><label>row<select id=pick-row></select></label></div>\n"
                 "<div class=canvas><canvas id=search role=img aria-label=\"Time of each trial of the chosen row\"></canvas></div></div>\n"
                 "</div>\n");
}

static void print_about(FILE *out)
{
    fprintf(out,
            "<h2 id=about>Words and data</h2>\n"
            "<dl><dt>row<dd>a kernel, type and size that is tuned by itself"
            "<dt>config<dd>how a run is made: instruction set, variant of the formula, which loop the threads share, loop order, tiles, "
            "depth (time steps made while a tile is in cache), threads, schedule, fn (how far the inner loop is unrolled)"
            "<dt>default<dd>the best instruction set, all threads, the outer loop shared, no tiles"
            "<dt>95 %% interval<dd>from order statistics of ratios of runs made in turn, so that drift of the machine cancels"
            "<dt>faster<dd>the whole interval is on the fast side; same: the default stays, as nothing was surely faster"
            "<dt>bound by<dd>what the roof follows from: memory, floating point, integers, loads, or the issue of instructions of any kind"
            "</dl>\n<p>All of this page's data is in it, as JSON: the element <code>#data</code>.  "
            "<code>autotune export --format csv --trials</code> writes the same as a table.</p>\n");
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void print_row_words(FILE *out, const result_row *r)
{
    fprintf(out, "<p>");
    html_textf(out, "%.3g %s", r->tuned_ns, row_unit(r));
    if (nt_config_differences(&r->config, &r->default_config) == 0)
        html_textf(out, ": nothing was surely faster than the default");
    else
        html_textf(out, ": %.2f times as fast as the default (%s; 95 %%: %.2f–%.2f)", r->default_ns / r->tuned_ns,
                   stats_verdict_name(r->verdict), r->ratio.high > 0 ? 1 / r->ratio.high : 0, r->ratio.low > 0 ? 1 / r->ratio.low : 0);
    if (r->roof_ns > 0)
        html_textf(out, ", %.0f %% of the roof, bound by %s", 100 * r->roof_ns / r->tuned_ns, result_bound(r));
    html_textf(out, ".  %d configs tried of %s.", r->n_trials, number_text(r->space_size).text);
    fprintf(out, "</p>\n");
}

static bool has_trials(const finding *f, int row)
{
    for (int i = 0; i < f->n_trials; i++)
        if (f->trial[i].row == row)
            return true;
    return false;
}

/* A text whose lines may break after one of these characters, and nowhere else if that suffices. */
static void print_broken(FILE *out, const char *text, const char *after)
{
    while (*text) {
        const size_t word = strcspn(text, after), n = word + (text[word] != '\0');
        fprintf(out, "<span class=option>");
        html_textf(out, "%.*s", (int)n, text);
        fprintf(out, "</span><wbr>");
        text += n;
    }
}

static void print_row(FILE *out, const finding *f, int row, int number, bool open, sparing_level sparing)
{
    const result_row *r = &f->r.row[row];
    const bool in_cache = f->kernel->field && r->shape_class != NT_CLASS_MEMORY,
               spared = (sparing >= SPARING_DEFAULTS && nt_config_differences(&r->config, &r->default_config) == 0) ||
                        (sparing >= SPARING_CACHES && in_cache),
               searched = has_trials(f, row) && !spared && !(sparing >= SPARING_SEARCHES && in_cache);
    char config[NT_CONFIG_TEXT];
    nt_config_format(r->kernel, &r->config, config, sizeof config);
    fprintf(out, "<article id=row%d%s><h3>#%d ", number, searched ? " class=with-search" : "", number);
    html_text(out, finding_row_name(r).text);
    fprintf(out, "</h3>\n");
    print_row_words(out, r);
    fprintf(out, "<div class=figures>\n");
    if (!spared)
        section_model(out, f, r);
    section_loops(out, r);
    if (searched)
        section_search(out, f, row);
    fprintf(out, "</div>\n");
    if (searched) {
        fprintf(out, "<details%s><summary>%s, and which keys of a config matter</summary><div class=figures>\n", open ? " open" : "",
                r->kernel->field ? "Tiles" : "Chunks");
        if (sparing == SPARING_NOTHING || !in_cache)
            section_tiles(out, f, row);
        section_keys(out, f, row);
        fprintf(out, "</div></details>\n");
    }
    fprintf(out, "<dl><dt>config<dd><code>");
    print_broken(out, config, ",");
    fprintf(out, "</code><dt>repeat<dd><code>");
    print_broken(out, finding_command(f, r).text, " ");
    fprintf(out, "</code></dl></article>\n");
}

static void print_file(FILE *out, const finding *f, int place, int first_row, bool many, sparing_level sparing)
{
    bool open = true;
    char id[NT_MACHINE_ID];
    nt_machine_id(&f->r.machine, id, sizeof id);
    fprintf(out, "<section aria-labelledby=file%d><h2 id=file%d>", place, place);
    html_textf(out, "%s%s%s", f->kernel->name, many ? " on " : "", many ? id : "");
    fprintf(out, "</h2>\n<p>");
    html_textf(out, "%s: ", f->kernel->title);
    fprintf(out, "<code>");
    html_text(out, f->kernel->formula);
    fprintf(out, "</code></p>\n<div class=figures>\n");
    section_roofline(out, f, first_row);
    section_accuracy(out, f);
    fprintf(out, "</div>\n<div class=rows>\n");
    for (int i = 0; i < f->r.n_rows; i++) {
        print_row(out, f, i, first_row + i, open && has_trials(f, i), sparing);
        open = open && !has_trials(f, i);
    }
    fprintf(out, "</div></section>\n");
}

/* ---- The page ------------------------------------------------------------------------------- */

static void print_page(FILE *out, const findings *f, const char *chart_js, const json_t *data, int n_left_out,
                       sparing_level sparing)
{
    bool many = false;
    int first_row = 1;
    for (int i = 1; i < f->n; i++)
        many |= !same_machine(f->at[i], f->at[0]);
    print_head(out, f);
    fprintf(out, "<h2 id=verdicts>Verdicts</h2>\n");
    section_verdicts(out, f);
    fprintf(out, "<h2 id=warnings>Warnings</h2>\n");
    section_warnings(out, f, n_left_out, sparing);
    for (int i = 0; i < f->n; i++) {
        print_file(out, f->at[i], i, first_row, many, sparing);
        first_row += f->at[i]->r.n_rows;
    }
    print_tools(out, chart_js != NULL);
    print_about(out);
    fprintf(out, "</main>\n<footer>Made by autotune %s.</footer>\n", nt_build_info()->version);
    fprintf(out, "<script type=\"application/json\" id=data>");
    html_json(out, data);
    fprintf(out, "</script>\n");
    if (chart_js) {
        html_script(out, chart_js);
        html_script(out, report_js);
    }
    fprintf(out, "</body>\n</html>\n");
}

static char *page_with(const findings *f, const char *chart_js, int most_trials, sparing_level sparing, size_t *n)
{
    int n_left_out;
    char *text = NULL;
    json_t *data = findings_json(f, most_trials, &n_left_out);
    FILE *out = data ? open_memstream(&text, n) : NULL;
    if (out) {
        print_page(out, f, chart_js, data, n_left_out, sparing);
        if (fclose(out) != 0) {
            free(text);
            text = NULL;
        }
    }
    json_decref(data);
    return text;
}

char *page_html(const findings *f, const char *chart_js, size_t *n)
{
    static const struct {
        int most_trials;
        sparing_level sparing;
    } smaller[] = {{1024, SPARING_DEFAULTS}, {256, SPARING_DEFAULTS}, {256, SPARING_SEARCHES}, {64, SPARING_SEARCHES},
                   {64, SPARING_CACHES},     {16, SPARING_CACHES},    {1, SPARING_CACHES}};
    char *text = page_with(f, chart_js, 1 << 20, SPARING_NOTHING, n);
    for (size_t i = 0; i < sizeof smaller / sizeof *smaller && text && *n >= PAGE_MOST_BYTES; i++) {
        free(text);
        text = page_with(f, chart_js, smaller[i].most_trials, smaller[i].sparing, n);
    }
    return text;
}
