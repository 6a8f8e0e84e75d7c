/*
 * gbench.h - Google Benchmark behind a C interface
 * SPDX-License-Identifier: MIT
 *
 * gbench.cc is the only C++ of the project.  All times are elapsed time.  Google Benchmark's default, the
 * main thread's CPU time, is wrong for code that runs on several threads.
 */
#ifndef BENCH_GBENCH_H
#define BENCH_GBENCH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { GBENCH_TEXT = 320 };

/*
 * One benchmark.  open() runs once before the first iteration and close() once after the last.  An iteration
 * is one run(), timed.  restore(), if there is one, runs before each iteration, outside the clock.
 */
typedef struct gbench_case {
    const char *name;                                  /* copied */
    void *context;                                     /* given to the functions below */
    int (*open)(void *context, char why[GBENCH_TEXT]); /* 0, or -1 with one line in why */
    void (*restore)(void *context);                    /* NULL: an iteration changes no input */
    void (*run)(void *context);
    void (*close)(void *context);
    const char *(*label)(void *context); /* printed beside the times; called when open */
    /* Work of one run(), for the counters bytes_per_second, flops (a second) and ns_per_cell. */
    double cells, bytes_per_cell, flops_per_cell;
} gbench_case;

/*
 * gbench_start() - reads the library's own options (--benchmark_...) and removes them from argv.
 *
 * Errors:  -1 with one line in why, for an option of the library with a bad value.
 * Exits:   with status 0 on --help, as the library does.
 */
int gbench_start(int *argc, char **argv, char why[GBENCH_TEXT]);

/* gbench_context() - a line of the report's head, and of its JSON's "context". */
void gbench_context(const char *key, const char *value);

/* gbench_add() - registers one benchmark; *c is copied. */
void gbench_add(const gbench_case *c);

/*
 * gbench_run() - runs what the filter selects, and reports as the options say.
 *
 * Errors:  the number of benchmarks that could not run (each is named on stderr and in the report);
 *          -1 when the filter selects none.
 */
int gbench_run(void);

#ifdef __cplusplus
}
#endif
#endif /* BENCH_GBENCH_H */
