/*
 * section_warnings.c - what a reader of the figures has to know: noise, time that ran out, another build, no journal
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/sections.h"
#include "store/result_json.h"

/* A row whose interval is wider than this is noisy; with fewer trials than this, the search has hardly begun: 59 random
 * configs hit the best twentieth with 95 % probability, and the model needs fewer. */
static const double noisy = 0.1;
enum { FEW_TRIALS = 20 };

static bool is_noisy(const finding *f, const result_row *r)
{
    (void)f;
    return r->ratio.high - r->ratio.low > noisy * r->ratio.high || r->ratio.n < 6;
}

static bool has_few_trials(const finding *f, const result_row *r)
{
    (void)f;
    return r->n_trials < FEW_TRIALS && r->n_trials < r->space_size / 2;
}

static bool ran_out_of_time(const finding *f, const result_row *r)
{
    (void)f;
    return !r->complete;
}

static bool had_failures(const finding *f, const result_row *r)
{
    (void)f;
    return r->n_failed > 0;
}

static bool is_slower(const finding *f, const result_row *r)
{
    (void)f;
    return r->verdict == STATS_SLOWER;
}

static bool is_above_roof(const finding *f, const result_row *r)
{
    (void)f;
    return r->roof_ns > r->tuned_ns;
}

static bool lacks_rates(const finding *f, const result_row *r)
{
    return f->kernel->field && r->l2_gbytes_per_s <= 0;
}

static const struct row_warning {
    bool (*applies)(const finding *f, const result_row *r);
    const char *title, *text;
} row_warnings[] = {
    {is_slower, "Slower than the default", "These rows lost: run autotune show --pairs to time them again."},
    {is_noisy, "Noise",
     "The 95 % interval is wider than a tenth, or has fewer than six pairs: the machine was busy. Small speed-ups here may be chance."},
    {ran_out_of_time, "Budget used up", "The search of these rows was ended by its time. A larger --budget may find more."},
    {has_few_trials, "Few trials", "Fewer than 20 configs were tried."},
    {had_failures, "Failed trials", "Some configs crashed, hung or gave a wrong result; none of them was taken."},
    {is_above_roof, "Faster than the roof",
     "The memory was faster during the row's own runs than during those of its roof: a shared machine drifts."},
    {lacks_rates, "Typical speeds",
     "These results do not hold the speeds of the caches, so model and roofline take those typical of the microarchitecture."},
};

static void begin(FILE *out, int *n, const char *title)
{
    if ((*n)++ == 0)
        fprintf(out, "<ul class=warnings>\n");
    fprintf(out, "<li><b>%s.</b> ", title);
}

static void print_row_warning(FILE *out, const findings *f, const struct row_warning *w, int *n)
{
    int number = 0, found = 0;
    for (int i = 0; i < f->n; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++) {
            number++;
            if (!w->applies(f->at[i], &f->at[i]->r.row[k]))
                continue;
            if (found++ == 0) {
                begin(out, n, w->title);
                html_text(out, w->text);
                fprintf(out, " <span class=refs>Rows");
            }
            fprintf(out, " <a href=\"#row%d\">%d</a>", number, number);
        }
    if (found > 0)
        fprintf(out, "</span></li>\n");
}

/* "flags were ..., this build has ...": the fields of the key that a build decides. */
static void print_build(FILE *out, const finding *f, int *n)
{
    static const char *const fields[] = {"kernel_version", "compiler", "flags", "sleef", "nestune"};
    json_t *here = result_key_json(&f->r.machine, f->kernel, nt_build_info());
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *was = json_object_get(f->key, fields[i]), *is = json_object_get(here, fields[i]);
        if (json_equal((json_t *)was, (json_t *)is))
            continue;
        char *a = was ? json_dumps(was, JSON_ENCODE_ANY) : NULL, *b = is ? json_dumps(is, JSON_ENCODE_ANY) : NULL;
        begin(out, n, "Another build");
        html_textf(out, "%s: %s of these results is %s, of this autotune %s.", f->path, fields[i], a ? a : "missing", b ? b : "missing");
        fprintf(out, "</li>\n");
        free(a);
        free(b);
    }
    json_decref(here);
}

static void print_file(FILE *out, const finding *f, int *n)
{
    print_build(out, f, n);
    if (f->n_damaged > 0) {
        begin(out, n, "Damaged journal");
        html_textf(out, "%d line%s of the journal beside %s cannot be used and %s left out.", f->n_damaged, f->n_damaged == 1 ? "" : "s",
                   f->path, f->n_damaged == 1 ? "is" : "are");
        fprintf(out, "</li>\n");
    }
    if (*f->r.not_searched) {
        begin(out, n, "Not searched");
        html_textf(out, "%s: %s.", f->path, f->r.not_searched);
        fprintf(out, "</li>\n");
    }
}

/* Files without trials, by reason. */
static void print_journals(FILE *out, const findings *f, int *n)
{
    for (int i = 0; i < f->n; i++) {
        bool told = !*f->at[i]->journal_why;
        for (int k = 0; k < i && !told; k++)
            told = strcmp(f->at[k]->journal_why, f->at[i]->journal_why) == 0;
        if (told)
            continue;
        begin(out, n, "No trials");
        html_textf(out, "%s, so searches, tiles and keys cannot be shown:", f->at[i]->journal_why);
        for (int k = i; k < f->n; k++)
            if (strcmp(f->at[k]->journal_why, f->at[i]->journal_why) == 0)
                html_textf(out, "%s %s", k > i ? "," : "", f->at[k]->path);
        fprintf(out, ".  A run writes its journal there.</li>\n");
    }
}

void section_warnings(FILE *out, const findings *f, int n_left_out, sparing_level sparing)
{
    int n = 0;
    nt_machine here;
    char here_id[NT_MACHINE_ID], id[NT_MACHINE_ID];
    nt_machine_detect(&here);
    nt_machine_id(&here, here_id, sizeof here_id);
    for (size_t i = 0; i < sizeof row_warnings / sizeof *row_warnings; i++)
        print_row_warning(out, f, &row_warnings[i], &n);
    for (int i = 0; i < f->n; i++)
        print_file(out, f->at[i], &n);
    print_journals(out, f, &n);
    for (int i = 0; i < f->n; i++) {
        nt_machine_id(&f->at[i]->r.machine, id, sizeof id);
        if (strcmp(id, here_id) == 0)
            continue;
        begin(out, &n, "Another machine");
        html_textf(out, "These results are of %s; this page was made on %s, where they need not hold.", id, here_id);
        fprintf(out, "</li>\n");
        break;
    }
    if (n_left_out > 0 || sparing) {
        begin(out, &n, "Trials left out");
        static const char *const also[N_SPARING_LEVELS] = {
            [SPARING_NOTHING] = "",
            [SPARING_DEFAULTS] = ", rows that kept the default show their loops alone, and tiles are drawn of rows in memory only",
            [SPARING_SEARCHES] = ", rows that kept the default show their loops alone, and rows in cache no search and no keys",
            [SPARING_CACHES] = ", rows that kept the default and rows in cache show their loops alone"};
        html_textf(out, "The page would be larger than 1 MB: %d repeated or slow trials are not in its data%s.",
                   n_left_out, also[sparing]);
        fprintf(out, "</li>\n");
    }
    fprintf(out, n > 0 ? "</ul>\n" : "<p>None.</p>\n");
}
