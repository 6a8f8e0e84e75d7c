/*
 * program_primes.c - nestune primes: counts or lists the primes of a range, or shows what schedules do to it
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "nestune/machine.h"
#include "programs/primes_count.h"
#include "programs/primes_schedules.h"
#include "programs/programs.h"

static const char doc[] =
    "Counts the primes from FIRST (0) to END, both included, by trial division.\v"
    "Examples:\n"
    "  nestune primes 1000 2000            a count, and its time\n"
    "  nestune primes 1000 2000 --list     the notebook's list\n"
    "  nestune primes 10000000 --schedules static, dynamic, guided\n"
    "  nestune primes 10000000 --sieve     by libprimesieve\n"
    "\nNumbers go up to 18446744073709551615, 2^64 - 1.  Near there each prime takes about a second of one "
    "core.  Ctrl-C ends a count and shows it as far as it went; a table, after the row "
    "that runs.";

typedef struct bounds {
    uint64_t at[2];
    int n;
} bounds;

static int take_bound(const argument *a, char *text)
{
    bounds *b = a->to;
    char *rest = text;
    errno = 0;
    uint64_t number = isdigit((unsigned char)*text) ? strtoull(text, &rest, 10) : 0;
    int64_t counted; /* as 1e9 or 2^30 */
    if (rest > text && (*rest == 'e' || *rest == '^') && arguments_counts(text, 0, 9e18, &counted, 1) == 1)
        number = (uint64_t)counted, rest = strchr(rest, '\0');
    if (rest == text || *rest || errno)
        return refuse(
            EXIT_USAGE,
            "%.40s: allowed are whole numbers from 0 to 18446744073709551615, below 2^62 also as 1e9 or 2^30",
            text);
    if (b->n == 2)
        return refuse(EXIT_USAGE, "%.40s: allowed are two numbers, FIRST and END", text);
    b->at[b->n++] = number;
    return EXIT_OK;
}

static int check(const primes_ask *ask, const bounds *b, bool schedules, bool json)
{
    if (b->n == 0)
        return refuse(EXIT_USAGE, "a number is missing: nestune primes [FIRST] END");
    if (ask->first > ask->end)
        return refuse(EXIT_USAGE, "FIRST %llu is above END %llu", (unsigned long long)ask->first,
                      (unsigned long long)ask->end);
    if (schedules && (ask->list || ask->sieve || ask->config))
        return refuse(EXIT_USAGE, "--schedules excludes --list, --sieve and --config");
    if (schedules && ask->end - ask->first >= INT64_MAX)
        return refuse(EXIT_USAGE, "--schedules: allowed are at most 9223372036854775807 numbers");
    if (ask->sieve && ask->config)
        return refuse(EXIT_USAGE, "--sieve excludes --config: libprimesieve has none");
    if (ask->list && json)
        return refuse(EXIT_USAGE, "--list excludes --json: the list is one number a line");
#ifndef NT_HAS_PRIMESIEVE
    if (ask->sieve)
        return refuse(EXIT_USAGE, "--sieve: this build is without libprimesieve (Debian: libprimesieve-dev)");
#endif
    return EXIT_OK;
}

static int print_answer_json(const primes_ask *ask, const primes_answer *a)
{
    char first[24], end[24], last[24];
    snprintf(first, sizeof first, "%llu", (unsigned long long)ask->first);
    snprintf(end, sizeof end, "%llu", (unsigned long long)ask->end);
    snprintf(last, sizeof last, "%llu", (unsigned long long)a->last);
    return print_json(
        json_pack("{s:s, s:s, s:s?, s:b, s:b, s:I, s:f, s:f, s:i, s:s, s:s?}", "first", first, "end", end,
                  "counted_to", a->n > 0 || a->finished ? last : NULL, "finished", a->finished, "interrupted",
                  !a->finished, "count", (json_int_t)a->count, "seconds", a->seconds, "ns_per_number",
                  a->n > 0 ? 1e9 * a->seconds / (double)a->n : 0, "threads", a->threads, "method",
                  ask->sieve ? "sieve" : "trial division", "config", ask->sieve ? NULL : a->config));
}

static void print_answer(const primes_ask *ask, const primes_answer *a)
{
    if (a->n == 0 && !a->finished)
        return;
    printf("%llu primes from %llu to %llu%s\n", (unsigned long long)a->count, (unsigned long long)ask->first,
           (unsigned long long)a->last, a->finished ? "" : ", where it was interrupted");
    printf("%.3g s, %.3g ns a number, %d thread%s, %s\n", a->seconds, 1e9 * a->seconds / (double)a->n,
           a->threads, a->threads == 1 ? "" : "s", ask->sieve ? "libprimesieve" : a->config);
}

int program_primes(int argc, char **argv)
{
    primes_ask ask = {0};
    primes_answer answer;
    bounds b = {{0}, 0};
    bool schedules = false, json = false;
    int64_t threads = 0;
    const int most = nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
    const argument table[] = {
        {NULL, 0, "[FIRST] END", NULL, take_bound, &b, 0, 0},
        {"list", 'l', NULL, "print the primes, one a line", take_flag, &ask.list, 0, 0},
        {"schedules", 's', NULL, "a table of several ways to share the range among threads", take_flag,
         &schedules, 0, 0},
        {"sieve", 'S', NULL, "by libprimesieve, which needs no division", take_flag, &ask.sieve, 0, 0},
        {"threads", 't', "N", "threads (all that this process may use)", take_whole, &threads, 1, most},
        {"config", 'c', "TEXT", "keys of the config, such as chunk=1000,schedule=dynamic; `autotune list`",
         take_text, &ask.config, 0, 0},
        ARGUMENT_JSON(&json),
        {0},
    };
    int code = arguments_parse(table, doc, argc, argv);
    if (code != EXIT_OK)
        return code;
    ask.first = b.n == 2 ? b.at[0] : 0;
    ask.end = b.at[b.n == 2];
    ask.threads = (int)threads;
    if ((code = check(&ask, &b, schedules, json)) != EXIT_OK)
        return code;
    if (schedules)
        return primes_schedules(&ask, json);
    code = primes_count(&ask, &answer);
    if (code != EXIT_OK && code != EXIT_INTERRUPTED)
        return code;
    int printed = EXIT_OK;
    if (json)
        printed = print_answer_json(&ask, &answer);
    else if (!ask.list)
        print_answer(&ask, &answer);
    if (printed == EXIT_OK)
        printed = finish_stdout();
    if (ask.list && code == EXIT_INTERRUPTED && answer.n > 0)
        refuse(code, "stopped: the list ends at %llu", (unsigned long long)answer.last);
    return code != EXIT_OK ? code : printed;
}
