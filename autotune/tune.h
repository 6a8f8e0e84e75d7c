/*
 * tune.h - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNE_H
#define AUTOTUNE_TUNE_H

#include <signal.h>

#include "result.h"
#include "search.h"
#include "trial.h"

enum { TUNE_MOST_THREADS = 32 };

typedef struct tune_options {
    double budget_s;                /* a kernel */
    unsigned dtypes;                /* bit 1u << nt_dtype for each */
    int64_t shape[3];               /* 0: the default shapes of both classes */
    int64_t many_steps;             /* of the rows that make many */
    int threads[TUNE_MOST_THREADS]; /* counts that may win, ascending */
    int n_threads;
    double max_ulp[NT_N_DTYPES]; /* variants above it may not win */
    uint64_t seed;
    const volatile sig_atomic_t *stop;
} tune_options;

/* What is going on, for a progress line.  trial: the one just made, or NULL. */
typedef struct tune_event {
    const nt_kernel *kernel;
    int row, n_rows; /* from 0 */
    nt_dtype dtype;
    nt_class class;
    int64_t steps;
    const char *stage;          /* "arithmetic", "search", "final", "loops", "done" */
    double elapsed_s, budget_s; /* of this kernel */
    const candidate *trial;
    double ns_per_cell;     /* best so far; 0: none */
    const result_row *done; /* the finished row, with the stage "done" */
} tune_event;

typedef void tune_event_fn(void *context, const tune_event *event);

/* tune_row_shape() - the default shape of a class on this machine: in cache, source and result in 3/4 of
 * the second-level cache of one core; out of cache, the notebook's 100 x 10000 x nz with 4 times the
 * third-level cache and at least 128 MiB, at most an eighth of the memory. */
void tune_row_shape(const nt_machine *machine, const nt_kernel *kernel, nt_dtype dtype, nt_class class,
                    int64_t shape[3]);

/* tune_check() - can this kernel be tuned so?  NT_EKERNEL: nothing of it runs here, or no variant keeps max_ulp. */
nt_status tune_check(const nt_kernel *kernel, const tune_options *options, nt_error *why);

/* tune_row_ask() - how a row is timed: all but the config. */
trial_ask tune_row_ask(const nt_kernel *kernel, nt_dtype dtype, nt_class class, const int64_t shape[3],
                       int64_t steps);

/*
 * tune_kernel() - appends this kernel's rows to *r, as many as the budget and `stop` allow; what was left
 * out is named in r->not_searched.
 * Errors:  NT_EKERNEL (nothing of it runs here, or nothing within max_ulp), with the reason; NT_ENOMEM.
 */
nt_status tune_kernel(result *r, const nt_kernel *kernel, const tune_options *options, trial_runner *runner,
                      tune_event_fn *on_event, void *context, nt_error *why);

#endif /* AUTOTUNE_TUNE_H */
