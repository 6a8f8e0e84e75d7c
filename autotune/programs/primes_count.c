/*
 * primes_count.c - the primes of a range, counted or listed piece by piece
 * SPDX-License-Identifier: MIT
 *
 * A piece takes about a tenth of a second, so that Ctrl-C is heard and progress can be shown.  Memory is
 * bounded, because a list needs the marks of one piece alone.  Later numbers cost more than earlier ones: the
 * time left is estimated from a few spots of the range, where some numbers are counted for that.
 */
#include "programs/primes_count.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef NT_HAS_PRIMESIEVE
#include <primesieve.h>
#endif

#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "nestune/primes.h"
#include "os/clock.h"

enum {
    LEAST_PIECE = 256,    /* fewer numbers share a table of divisors badly */
    LONGEST_LISTED = 1 << 22,
    CHUNKS_A_THREAD = 8,
    LEAST_CHUNK = 256,
    SPOTS = 5,
    SPOT_NUMBERS = 64,
    SPOT_RUNS = 3,
    PROGRESS_STEPS = 1000000
};
static const double short_piece_s = 0.05, long_piece_s = 0.3, soon_s = 0.25, spot_s = 2e-3, surely_s = 0.5,
                    told_s = 3600;

/* What counts a piece. */
typedef struct counter {
    nt_primes params;
    nt_plan *plan;
    int64_t chunk; /* as tuned; 0: pieces do not change it */
    bool sieve;
} counter;

nt_status primes_plan(nt_plan **plan, int64_t n, const nt_plan_options *options, const char *config,
                      int threads, nt_error *why)
{
    char text[2 * NT_CONFIG_TEXT];
    nt_plan_options o = *options;
    if (threads == 0)
        threads = nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
    if (config && strstr(config, "threads="))
        snprintf(text, sizeof text, "%.*s", NT_CONFIG_TEXT, config);
    else
        snprintf(text, sizeof text, "%.*s%sthreads=%d", NT_CONFIG_TEXT, config ? config : "",
                 config && *config ? "," : "", threads);
    o.config = text;
    return nt_plan_create_range(plan, nt_kernel_find("primes"), NT_F64, n, &o, why);
}

/* ---- Pieces ------------------------------------------------------------------------------------ */

#ifdef NT_HAS_PRIMESIEVE
static uint64_t sieve(uint64_t first, uint64_t last, bool list)
{
    if (!list)
        return primesieve_count_primes(first, last);
    size_t n = 0;
    errno = 0;
    uint64_t *primes = primesieve_generate_primes(first, last, &n, UINT64_PRIMES);
    if (errno)
        return PRIMESIEVE_ERROR;
    for (size_t i = 0; i < n; i++)
        printf("%llu\n", (unsigned long long)primes[i]);
    primesieve_free(primes);
    return n;
}
#else
static uint64_t sieve(uint64_t first, uint64_t last, bool list)
{
    (void)first, (void)last, (void)list; /* refused before */
    return 0;
}
#endif

/* A tuned chunk may be longer than a piece of large numbers: then one thread would have all of it. */
static void fit_chunk(counter *c, uint64_t n)
{
    nt_config config = *nt_plan_config(c->plan);
    const int64_t threads = config.threads, share = (int64_t)(n / (uint64_t)threads);
    const int64_t even = share / CHUNKS_A_THREAD, least = share < LEAST_CHUNK ? share : LEAST_CHUNK;
    int64_t chunk = even > least ? even : least > 0 ? least : 1;
    chunk = chunk < c->chunk ? chunk : c->chunk;
    if (c->chunk == 0 || chunk == config.chunk || config.parallel == NT_PARALLEL_SERIAL)
        return;
    config.chunk = chunk;
    char text[NT_CONFIG_TEXT];
    nt_plan *plan;
    const nt_plan_options options = {.bytes = sizeof options, .params = &c->params};
    nt_config_format(nt_kernel_find("primes"), &config, text, sizeof text);
    if (primes_plan(&plan, (int64_t)n, &options, text, 0, NULL) != NT_OK)
        return; /* the old one counts as well */
    nt_plan_destroy(c->plan);
    c->plan = plan;
}

/* Counts the primes among the n numbers from `first` on. */
static uint64_t count_piece(counter *c, uint64_t first, uint64_t n)
{
    uint64_t count = 0;
    if (c->sieve)
        return sieve(first, first + (n - 1), c->params.marks != NULL);
    c->params.from = first;
    fit_chunk(c, n);
    nt_plan_run_range(c->plan, 0, (int64_t)n, &count);
    return count;
}

static void print_piece(const counter *c, uint64_t first, uint64_t n)
{
    for (uint64_t i = 0; i < n && !c->sieve; i++)
        if (c->params.marks[i])
            printf("%llu\n", (unsigned long long)(first + i));
}

/* ---- How long it takes ------------------------------------------------------------------------- */

/* Seconds a number at evenly spaced spots of the range, and of all of it. */
typedef struct estimate {
    double number_s[SPOTS], all_s;
} estimate;

/* Seconds up to a share of the numbers: the integral of straight lines between the spots. */
static double estimated_s(const estimate *e, double share, double n)
{
    double sum = 0;
    for (int k = 0; k + 1 < SPOTS; k++) {
        const double x = fmin(1, fmax(0, share * (SPOTS - 1) - k));
        const double here = e->number_s[k], change = e->number_s[k + 1] - here;
        sum += x * (here + change * x / 2);
    }
    return sum * n / (SPOTS - 1);
}

/* On a busy machine one run of few numbers may wait longer than it counts. */
static double best_of(counter *c, uint64_t first, uint64_t n)
{
    double best_s = HUGE_VAL;
    for (int run = 0; run < SPOT_RUNS && !stop_asked && (run == 0 || best_s < surely_s); run++) {
        const double begin_s = clock_s();
        count_piece(c, first, n);
        best_s = fmin(best_s, clock_s() - begin_s);
    }
    return best_s;
}

static estimate estimate_of(counter *c, const primes_ask *ask, double n)
{
    estimate e = {{0}, 0};
    uint8_t *const marks = c->params.marks;
    c->params.marks = NULL; /* their room is for a piece of the list */
    for (int k = 0; k < SPOTS && !stop_asked; k++) {
        const uint64_t spot = ask->first + (ask->end - ask->first) / (SPOTS - 1) * (unsigned)k;
        double seconds = 0;
        for (uint64_t some = SPOT_NUMBERS; seconds < spot_s && some <= ask->end - ask->first; some *= 4) {
            seconds = best_of(c, ask->end - spot < some ? ask->end - some : spot, some);
            e.number_s[k] = seconds / (double)some;
        }
    }
    c->params.marks = marks;
    e.all_s = estimated_s(&e, 1, n);
    return e;
}

static void tell_long(double seconds, double n, const char *on_interrupt)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{365.25 * 86400, "years"}, {86400, "days"}, {3600, "hours"}};
    for (int i = 0; i < 3 && seconds > told_s; i++)
        if (seconds >= 2 * units[i].seconds || i == 2) {
            refuse(EXIT_OK, "%.4g numbers will take about %.3g %s; %s", n, seconds / units[i].seconds,
                   units[i].name, on_interrupt);
            return;
        }
}

/* The numbers that a plan is made for. */
static int64_t longest_piece(const primes_ask *ask)
{
    const uint64_t beyond = ask->end - ask->first;
    return beyond < 1 << 30 ? (int64_t)beyond + 1 : 1 << 30;
}

void primes_tell_if_long(const primes_ask *ask, double runs)
{
    const double n = (double)(ask->end - ask->first) + 1;
    counter c = {.params = {.from = ask->first}};
    const nt_plan_options options = {.bytes = sizeof options, .params = &c.params};
    if (primes_plan(&c.plan, longest_piece(ask), &options, "parallel=serial", 1, NULL) != NT_OK)
        return;
    const estimate e = estimate_of(&c, ask, n);
    nt_plan_destroy(c.plan);
    if (!stop_asked)
        tell_long(runs * e.all_s, n, "Ctrl-C ends it after the row that runs, the first one at once");
}

/* ---- The range --------------------------------------------------------------------------------- */

static int begin(counter *c, const primes_ask *ask, primes_answer *a)
{
    nt_error why;
    a->threads = ask->threads > 0 ? ask->threads : nt_threads_allowed();
    if (ask->list && !(c->params.marks = malloc(LONGEST_LISTED)))
        return refuse(EXIT_FAILED, "no memory for a list of %d marks", LONGEST_LISTED);
#ifdef NT_HAS_PRIMESIEVE
    if (ask->sieve)
        primesieve_set_num_threads(a->threads);
#endif
    if (ask->sieve)
        return EXIT_OK;
    c->params.from = ask->first;
    const nt_plan_options options = {.bytes = sizeof options, .params = &c->params};
    const nt_status status = primes_plan(&c->plan, longest_piece(ask), &options, ask->config, ask->threads, &why);
    if (status != NT_OK)
        return refuse(status == NT_ENOMEM ? EXIT_FAILED : EXIT_USAGE, "%s", why.text);
    const nt_config *config = nt_plan_config(c->plan);
    c->chunk = ask->config && strstr(ask->config, "chunk=") ? 0 : config->chunk;
    a->threads = config->parallel == NT_PARALLEL_SERIAL ? 1 : config->threads;
    nt_plan_config_text(c->plan, a->config, sizeof a->config);
    return EXIT_OK;
}

/* A sieve first lists the primes up to the square root, for each piece: short pieces would do little else. */
static uint64_t least_length(const primes_ask *ask)
{
    const uint64_t quarter = (uint64_t)sqrt((double)ask->end) / 4;
    return ask->sieve && quarter > LEAST_PIECE ? quarter : LEAST_PIECE;
}

/* The length of the next piece.  Marks are for a list by the kernel. */
static uint64_t next_length(const primes_ask *ask, uint64_t length, double seconds)
{
    const uint64_t most = ask->list ? LONGEST_LISTED : UINT64_C(1) << 60;
    if (seconds > long_piece_s && length / 2 >= least_length(ask))
        return length / 2;
    return seconds < short_piece_s && length <= most / 4 ? length * 4 : length;
}

static int count_all(counter *c, const primes_ask *ask, primes_answer *a)
{
    const double n = (double)(ask->end - ask->first) + 1;
    progress p = progress_begin();
    estimate e = {{0}, 0};
    bool is_told = false;
    uint64_t length = least_length(ask);
    while (!a->finished && !stop_asked && !ferror(stdout)) {
        const uint64_t at = ask->first + a->n;
        const uint64_t some = ask->end - at < length - 1 ? ask->end - at + 1 : length;
        const double begin_s = clock_s();
        const uint64_t count = count_piece(c, at, some);
#ifdef NT_HAS_PRIMESIEVE
        if (c->sieve && count == PRIMESIEVE_ERROR)
            return refuse(EXIT_FAILED, "libprimesieve failed on %llu numbers from %llu on",
                          (unsigned long long)some, (unsigned long long)at);
#endif
        const double seconds = clock_s() - begin_s;
        a->count += count;
        a->seconds += seconds;
        a->n += some;
        a->last = at + (some - 1);
        a->finished = a->last == ask->end;
        if (ask->list)
            print_piece(c, at, some);
        length = next_length(ask, length, seconds);
        if (a->finished || a->seconds < soon_s)
            continue;
        const double share = (double)a->n / n;
        if (!is_told) {
            e = c->sieve ? e : estimate_of(c, ask, n);
            if (!stop_asked)
                tell_long(c->sieve ? a->seconds / share : e.all_s, n, "Ctrl-C ends it and shows what was counted");
            is_told = true;
        }
        const double work = e.all_s > 0 ? estimated_s(&e, share, n) / e.all_s : share;
        progress_share(&p, (int64_t)fmax(1, work * PROGRESS_STEPS), PROGRESS_STEPS);
    }
    progress_end(&p);
    return stop_asked ? EXIT_INTERRUPTED : EXIT_OK;
}

int primes_count(const primes_ask *ask, primes_answer *answer)
{
    counter c = {.sieve = ask->sieve};
    *answer = (primes_answer){0};
    int code = begin(&c, ask, answer);
    if (code == EXIT_OK)
        code = count_all(&c, ask, answer);
    nt_plan_destroy(c.plan);
    free(c.params.marks);
    return code;
}
