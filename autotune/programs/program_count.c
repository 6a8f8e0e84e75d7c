/*
 * program_count.c - nestune count: what it costs to share one counter, by the notebook's incrementMe
 * SPDX-License-Identifier: MIT
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "measure/stats.h"
#include "nestune/machine.h"
#include "os/clock.h"
#include "os/text.h"
#include "programs/count_forms.h"
#include "programs/programs.h"

enum { MOST_COUNTS = 32, MOST_THREADS = 1024, MOST_ROWS = COUNT_FORMS * MOST_COUNTS, PROGRESS_STEPS = 1000000 };
static const int64_t most_increments = 1000000000000, least_piece = 20000000;
static const double short_piece_s = 0.2;

/* What is asked. */
typedef struct options {
    int64_t increments, repeats;
    unsigned forms; /* bit 1u << i: count_forms[i] */
    int threads[MOST_COUNTS], n_threads;
    bool is_increments_given, json, csv;
} options;

typedef struct row {
    const count_form *form;
    int threads, n; /* n: repeats done */
    int64_t count;  /* of the repeat furthest from what is right */
    double time_s[STATS_MOST];
} row;

typedef struct table {
    const options *o;
    row row[MOST_ROWS];
    int n_rows;
} table;

/* ---- Arguments -------------------------------------------------------------------------------- */

static int take_increments(const argument *a, char *text)
{
    options *o = a->to;
    if (o->is_increments_given)
        return refuse(EXIT_USAGE, "%.40s: the number of increments is given twice", text);
    o->is_increments_given = true;
    return arguments_counts(text, 1, (double)most_increments, &o->increments, 1)
               ? EXIT_OK
               : refuse(EXIT_USAGE,
                        "%.40s increments: allowed are whole numbers from 1 to %lld, also as 1e9 or 2^30",
                        text, (long long)most_increments);
}

static int refuse_form(const char *text)
{
    char names[80] = "";
    for (int i = 0; i < COUNT_FORMS; i++)
        text_add_name(names, sizeof names, count_forms[i].name);
    return refuse(EXIT_USAGE, "--form %.60s: allowed are %s, with commas", text, names);
}

static int take_forms(const argument *a, char *text)
{
    options *o = a->to;
    o->forms = 0;
    for (const char *name = text;; name++) {
        const size_t n = strcspn(name, ",");
        int i = 0;
        while (i < COUNT_FORMS && (strlen(count_forms[i].name) != n || memcmp(count_forms[i].name, name, n)))
            i++;
        if (i == COUNT_FORMS)
            return refuse_form(text);
        o->forms |= 1u << i;
        name += n;
        if (*name == '\0')
            return EXIT_OK;
    }
}

/* In ascending order, each number once. */
static int take_threads(const argument *a, char *text)
{
    options *o = a->to;
    int64_t list[MOST_COUNTS];
    const int n = arguments_wholes(text, ',', 1, MOST_THREADS, list, MOST_COUNTS);
    o->n_threads = 0;
    for (int i = 0; i < n; i++) {
        int at = 0;
        while (at < o->n_threads && o->threads[at] < list[i])
            at++;
        if (at < o->n_threads && o->threads[at] == list[i])
            continue;
        memmove(&o->threads[at + 1], &o->threads[at], sizeof *o->threads * (size_t)(o->n_threads - at));
        o->threads[at] = (int)list[i];
        o->n_threads++;
    }
    return n > 0 ? EXIT_OK
                 : refuse(EXIT_USAGE,
                          "--threads %.60s: allowed are at most %d numbers from 1 to %d, with commas", text,
                          MOST_COUNTS, MOST_THREADS);
}

/* More threads than CPUs are allowed: the notebook had 100. */
static int check_threads(options *o)
{
    const int allowed = nt_threads_allowed(), limit = omp_get_thread_limit();
    if (o->n_threads == 0) {
        const int can = allowed < limit ? allowed : limit, last = can < MOST_THREADS ? can : MOST_THREADS;
        for (int n = 1; n < last; n *= 2)
            o->threads[o->n_threads++] = n;
        o->threads[o->n_threads++] = last;
    }
    const int most = o->threads[o->n_threads - 1];
    if (most > limit)
        return refuse(EXIT_USAGE, "%d threads: OMP_THREAD_LIMIT allows %d", most, limit);
    if (most > allowed)
        fprintf(stderr, "nestune: %d threads take turns on the %d CPU%s that this process may use\n", most,
                allowed, allowed == 1 ? "" : "s");
    return EXIT_OK;
}

/* ---- Counting --------------------------------------------------------------------------------- */

static void choose_rows(table *t)
{
    for (int i = 0; i < COUNT_FORMS; i++)
        for (int k = 0; t->o->forms & 1u << i && k < (count_forms[i].is_serial ? 1 : t->o->n_threads); k++)
            t->row[t->n_rows++] = (row){.form = &count_forms[i],
                                        .threads = count_forms[i].is_serial ? 1 : t->o->threads[k],
                                        .count = t->o->increments};
}

/* A run of many increments is made in pieces, between which Ctrl-C is heard; a piece takes so long that
 * starting it does not count.  The threads are there before the clock starts.  Returns false if it was stopped. */
static bool run_once(row *r, int64_t increments, progress *p, int64_t done, int64_t all)
{
    int64_t count = 0, made = 0;
    double spent_s = 0;
    for (int64_t piece = least_piece; made < increments && !stop_asked;) {
        const int64_t these = increments - made < piece ? increments - made : piece;
#pragma omp parallel num_threads(r->threads)
        {
#pragma omp barrier
        }
        const double start_s = clock_s();
        count += r->form->run(these, r->threads);
        const double piece_s = clock_s() - start_s;
        spent_s += piece_s;
        made += these;
        piece *= piece_s < short_piece_s && piece < INT64_MAX / 4 ? 2 : 1;
        const double share = ((double)done + (double)made / (double)increments) / (double)all;
        progress_share(p, 1 + (int64_t)(share * PROGRESS_STEPS), 1 + PROGRESS_STEPS);
    }
    if (made < increments)
        return false;
    r->time_s[r->n++] = spent_s;
    if (llabs(count - increments) > llabs(r->count - increments))
        r->count = count;
    return true;
}

/* Interleaved: what else the machine does meets all rows alike.  Returns whether all was done. */
static bool run_all(table *t)
{
    const int64_t all = t->o->repeats * t->n_rows;
    progress p = progress_begin();
    int64_t done = 0;
    omp_set_dynamic(0); /* as many threads as asked */
    while (done < all && run_once(&t->row[done % t->n_rows], t->o->increments, &p, done, all))
        done++;
    progress_end(&p);
    return done == all;
}

/* ---- Output ----------------------------------------------------------------------------------- */

static double seconds(const row *r)
{
    return stats_median(r->time_s, r->n);
}

/* Times as long as the serial loop; 0: that was not run. */
static double against_serial(const table *t, const row *r)
{
    for (int i = 0; i < t->n_rows; i++)
        if (t->row[i].form->is_serial && t->row[i].n > 0 && seconds(&t->row[i]) > 0)
            return seconds(r) / seconds(&t->row[i]);
    return 0;
}

static double ns_an_increment(const table *t, const row *r)
{
    return 1e9 * seconds(r) / (double)t->o->increments;
}

static const char *verdict(const table *t, const row *r)
{
    return r->form->is_race ? "WRONG ON PURPOSE" : r->count == t->o->increments ? "right" : "WRONG";
}

static int print_table(const table *t, bool is_whole)
{
    printf("%lld increments in all; medians of %s%lld interleaved repeat%s\n\n", (long long)t->o->increments,
           is_whole ? "" : "at most ", (long long)t->o->repeats, t->o->repeats == 1 ? "" : "s");
    printf("form       threads          count       expected   seconds  ns/increment  x serial\n");
    for (const row *r = t->row; r < t->row + t->n_rows; r++) {
        if (r->n == 0)
            continue;
        printf("%-9s  %7d  %13lld  %13lld  %8.4g  %12.4g  ", r->form->name, r->threads, (long long)r->count,
               (long long)t->o->increments, seconds(r), ns_an_increment(t, r));
        const double ratio = against_serial(t, r);
        if (ratio > 0)
            printf("%8.2f  %s\n", ratio, verdict(t, r));
        else
            printf("%8s  %s\n", "-", verdict(t, r));
    }
    return finish_stdout();
}

static int print_csv(const table *t)
{
    printf("form,threads,count,expected,verdict,repeats,seconds,ns_per_increment,against_serial\n");
    for (const row *r = t->row; r < t->row + t->n_rows; r++) {
        if (r->n == 0)
            continue;
        printf("%s,%d,%lld,%lld,%s,%d,%.6g,%.6g,", r->form->name, r->threads, (long long)r->count,
               (long long)t->o->increments, verdict(t, r), r->n, seconds(r), ns_an_increment(t, r));
        const double ratio = against_serial(t, r);
        if (ratio > 0)
            printf("%.6g", ratio);
        printf("\n");
    }
    return finish_stdout();
}

static json_t *row_json(const table *t, const row *r)
{
    const double ratio = against_serial(t, r);
    return json_pack("{s:s, s:i, s:I, s:I, s:b, s:b, s:i, s:f, s:f, s:o}", "form", r->form->name, "threads",
                     r->threads, "count", (json_int_t)r->count, "expected", (json_int_t)t->o->increments,
                     "right", r->count == t->o->increments, "wrong_on_purpose", r->form->is_race, "repeats",
                     r->n, "seconds", seconds(r), "ns_per_increment", ns_an_increment(t, r), "against_serial",
                     ratio > 0 ? json_real(ratio) : json_null());
}

static int print_as_json(const table *t, bool is_whole)
{
    json_t *rows = json_array();
    for (int i = 0; i < t->n_rows; i++)
        if (t->row[i].n > 0 && json_array_append_new(rows, row_json(t, &t->row[i])) != 0)
            return json_decref(rows), print_json(NULL);
    return print_json(json_pack("{s:I, s:I, s:i, s:b, s:o}", "increments", (json_int_t)t->o->increments,
                                "repeats", (json_int_t)t->o->repeats, "cpus_allowed", nt_threads_allowed(),
                                "interrupted", !is_whole, "rows", rows));
}

/* The code, after all is printed. */
static int judge(const table *t, bool is_whole)
{
    int code = is_whole ? EXIT_OK : refuse(EXIT_INTERRUPTED, "interrupted: what was done is printed");
    for (const row *r = t->row; r < t->row + t->n_rows; r++)
        if (!r->form->is_race && r->count != t->o->increments)
            code = refuse(EXIT_FAILED, "%s with %d thread%s counted %lld in place of %lld", r->form->name,
                          r->threads, r->threads == 1 ? "" : "s", (long long)r->count,
                          (long long)t->o->increments);
    return code;
}

static const char doc[] =
    "Counts to N, 10000000 if none is given, with the increments shared out over threads, and shows what "
    "each form costs.  Compilers cannot remove the loops: each increment loads and stores the counter.\v"
    "Forms:\n"
    "  serial     a plain loop on one thread\n"
    "  lock       one counter, a pthread mutex around each increment\n"
    "  atomic     one counter, a C11 atomic addition\n"
    "  padded     a counter for each thread, on cache lines of its own, added up\n"
    "  reduction  a counter for each thread, by OpenMP's reduction(+)\n"
    "  race       one counter without protection: WRONG ON PURPOSE, only if named\n\n"
    "Times are medians, with the threads started before the clock; the count is that of the repeat which is "
    "furthest off.  Exit code 1 if a form other than race counts wrong.  After Ctrl-C what was done is "
    "printed.\n\n"
    "Examples:\n"
    "  nestune count\n"
    "  nestune count --form lock,atomic --threads 1,2,100\n"
    "  nestune count --form serial,race 1000000\n"
    "  nestune count --csv >count.csv    # for docs/count.gp";

int program_count(int argc, char **argv)
{
    static table t; /* too large for the stack */
    options o = {.increments = 10000000, .repeats = 5};
    for (int i = 0; i < COUNT_FORMS; i++)
        if (!count_forms[i].is_race)
            o.forms |= 1u << i;
    const argument arguments[] = {
        {NULL, 0, "[N]", NULL, take_increments, &o, 0, 0},
        {"form", 'f', "LIST", "which forms (all but race)", take_forms, &o, 0, 0},
        {"threads", 't', "LIST", "numbers of threads (powers of two, and all)", take_threads, &o, 0, 0},
        {"repeats", 'r', "N", "of each form (5)", take_whole, &o.repeats, 1, STATS_MOST},
        ARGUMENT_JSON(&o.json),
        {"csv", 'c', NULL, "as CSV on stdout", take_flag, &o.csv, 0, 0},
        {0},
    };
    int code = arguments_parse(arguments, doc, argc, argv);
    if (code != EXIT_OK)
        return code;
    if (o.json && o.csv)
        return refuse(EXIT_USAGE, "--json and --csv exclude each other");
    if ((code = check_threads(&o)) != EXIT_OK)
        return code;
    t.o = &o;
    choose_rows(&t);
    const bool is_whole = run_all(&t);
    code = o.json ? print_as_json(&t, is_whole) : o.csv ? print_csv(&t) : print_table(&t, is_whole);
    return code != EXIT_OK ? code : judge(&t, is_whole);
}
