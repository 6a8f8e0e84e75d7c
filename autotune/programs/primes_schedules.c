/*
 * primes_schedules.c - one range of numbers by several ways of sharing it, as a table
 * SPDX-License-Identifier: MIT
 *
 * Numbers do not cost the same: a prime needs all divisors, and later numbers have more of them.  Equal
 * shares therefore leave threads idle.  Idle is the part of the threads' time in which they did not do what
 * one thread alone does in serial_s: 1 - serial_s / (threads * seconds).
 */
#include "programs/primes_schedules.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "nestune/machine.h"
#include "nestune/primes.h"
#include "os/clock.h"

/* Chunks of a sixty-fourth of a thread's share: enough to even out what they cost. */
enum { CHUNKS_A_THREAD = 64, RUNS = 3, N_WAYS = 6, SHORTEST_PIECE = 4096, PROGRESS_STEPS = 1000000 };
static const double short_s = 1, short_piece_s = 0.1;

static const struct way {
    const char *name, *config;
    bool in_chunks;
} ways[N_WAYS] = {
    {"serial", "parallel=serial", false},
    {"static, equal shares", "parallel=flat,chunk=0,schedule=static", false},
    {"static, in chunks", "parallel=flat,schedule=static", true},
    {"dynamic", "parallel=flat,schedule=dynamic", true},
    {"guided", "parallel=flat,schedule=guided", true},
    {"as tuned here", "", false},
};

typedef struct timing {
    double seconds;
    uint64_t count;
    int threads;
    char config[NT_CONFIG_TEXT];
} timing;

/* Seconds of a run.  Pieces change nothing for one thread, whose run is the longest: between them Ctrl-C is heard. */
static double time_run(nt_plan *plan, int64_t n, bool is_serial, progress *p, uint64_t *count)
{
    int64_t piece = is_serial ? SHORTEST_PIECE : n;
    const double begin_s = clock_s();
    *count = 0;
    for (int64_t first = 0, end; first < n && !(is_serial && stop_asked); first = end) {
        uint64_t more = 0;
        const double from_s = clock_s();
        end = n - first < piece ? n : first + piece;
        nt_plan_run_range(plan, first, end, &more);
        *count += more;
        if (clock_s() - from_s < short_piece_s && piece < n)
            piece *= 2;
        if (is_serial)
            progress_share(p, 1 + (int64_t)((double)end / (double)n * PROGRESS_STEPS), 1 + 2 * PROGRESS_STEPS);
    }
    return clock_s() - begin_s;
}

/* The best of three runs, or the only one if it takes long. */
static int time_way(const primes_ask *ask, const struct way *way, progress *p, timing *t)
{
    const int64_t n = (int64_t)(ask->end - ask->first) + 1;
    const int threads = ask->threads > 0 ? ask->threads : nt_threads_allowed();
    const nt_primes params = {.from = ask->first};
    const nt_plan_options options = {.bytes = sizeof options, .params = &params};
    char config[NT_CONFIG_TEXT];
    nt_plan *plan;
    nt_error why;
    snprintf(config, sizeof config, "%s", way->config);
    if (way->in_chunks)
        snprintf(config, sizeof config, "%s,chunk=%lld", way->config,
                 (long long)(n / (CHUNKS_A_THREAD * (int64_t)threads) + 1));
    const nt_status status = primes_plan(&plan, n, &options, config, threads, &why);
    if (status != NT_OK)
        return refuse(status == NT_ENOMEM ? EXIT_FAILED : EXIT_USAGE, "%s", why.text);
    const nt_config *used = nt_plan_config(plan);
    t->threads = used->parallel == NT_PARALLEL_SERIAL ? 1 : used->threads;
    t->seconds = HUGE_VAL;
    nt_plan_config_text(plan, t->config, sizeof t->config);
    for (int run = 0; run < RUNS && (run == 0 || (!stop_asked && t->seconds < short_s)); run++)
        t->seconds = fmin(t->seconds, time_run(plan, n, way == ways, p, &t->count));
    nt_plan_destroy(plan);
    return EXIT_OK;
}

static double idle(const timing *t, double serial_s)
{
    return fmax(0, 1 - serial_s / (t->threads * t->seconds));
}

static void print_table(const primes_ask *ask, const timing *t, int n)
{
    printf("%llu primes from %llu to %llu\n\n  %-21s %7s %10s %9s %6s\n", (unsigned long long)t->count,
           (unsigned long long)ask->first, (unsigned long long)ask->end, "shared", "threads", "seconds",
           "speed-up", "idle");
    for (int i = 0; i < n; i++)
        printf("  %-21s %7d %10.3g %9.2f %5.0f%%\n", ways[i].name, t[i].threads, t[i].seconds,
               t[0].seconds / t[i].seconds, 100 * idle(&t[i], t[0].seconds));
    printf("\nIdle: the share of the threads' time that is lost, compared with one thread.\n");
    if (n == N_WAYS)
        printf("As tuned here: %s\n", t[N_WAYS - 1].config);
}

static int print_as_json(const primes_ask *ask, const timing *t, int n)
{
    char first[24], end[24];
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:f, s:f, s:f}", "shared", ways[i].name,
                                              "config", t[i].config, "threads", t[i].threads, "seconds",
                                              t[i].seconds, "speed_up", t[0].seconds / t[i].seconds, "idle",
                                              idle(&t[i], t[0].seconds)));
    snprintf(first, sizeof first, "%llu", (unsigned long long)ask->first);
    snprintf(end, sizeof end, "%llu", (unsigned long long)ask->end);
    return print_json(json_pack("{s:s, s:s, s:I, s:o}", "first", first, "end", end, "count",
                                (json_int_t)t->count, "schedules", list));
}

int primes_schedules(const primes_ask *ask, bool json)
{
    timing t[N_WAYS];
    int n = 0, code = EXIT_OK;
    progress p = progress_begin();
    const int threads = ask->threads > 0 ? ask->threads : nt_threads_allowed();
    primes_tell_if_long(ask, 1 + (N_WAYS - 1) / (double)threads);
    for (; n < N_WAYS && !stop_asked && code == EXIT_OK; n++) {
        code = time_way(ask, &ways[n], &p, &t[n]);
        if (n == 0 && stop_asked)
            break; /* it is not whole */
        if (code == EXIT_OK && t[n].count != t[0].count)
            code = refuse(EXIT_FAILED, "%s counts %llu primes, serial %llu", ways[n].name,
                          (unsigned long long)t[n].count, (unsigned long long)t[0].count);
        progress_share(&p, N_WAYS + n - 1, 2 * N_WAYS - 2); /* the first row takes about as long as all others */
        if (n == 0)
            interrupt_notice = "\nnestune: stopping after this row; Ctrl-C again ends it now\n";
    }
    progress_end(&p);
    if (code != EXIT_OK)
        return code;
    const int printed = n == 0 ? EXIT_OK
                        : json ? print_as_json(ask, t, n)
                               : (print_table(ask, t, n), finish_stdout());
    return stop_asked ? EXIT_INTERRUPTED : printed;
}
