/*
 * options.h - the options of a tune, and what it reports while it works
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_OPTIONS_H
#define AUTOTUNE_OPTIONS_H

#include <signal.h>
#include <stdbool.h>

#include "measure/trial.h"
#include "search/strategy.h"
#include "tune/result.h"

enum { TUNE_MOST_THREADS = 32, TUNE_MOST_CASES = 16 };

typedef enum tune_effort { EFFORT_NORMAL, EFFORT_QUICK, EFFORT_THOROUGH, EFFORT_EXHAUSTIVE, N_EFFORTS } tune_effort;

typedef struct tune_options {
    double budget_s;                    /* a kernel; 0: rows_budget_s(); HUGE_VAL: none */
    tune_effort effort;                 /* scales the default budgets; exhaustive: there is none */
    const strategy *strategy;           /* NULL: the default */
    double stop_at;                     /* end a row's search at this fraction of its roof; 0: never */
    unsigned dtypes;                    /* bit 1u << nt_dtype for each */
    const char *cases[TUNE_MOST_CASES]; /* names, of kernels that have cases */
    int n_cases;                        /* 0: the cases that are tuned by default */
    int64_t shape[3];                   /* 0: the default shapes of all classes */
    int threads[TUNE_MOST_THREADS];     /* counts that may win, ascending */
    int n_threads;
    double max_ulp[NT_N_DTYPES]; /* variants with a larger error may not win */
    bool knows_tuned;            /* each search begins with what the library would take today */
    uint64_t seed;
    const volatile _Atomic sig_atomic_t *stop;
} tune_options;

/* What a tune is doing, for a progress line. trial: the one just finished, or NULL. */
typedef struct tune_event {
    const nt_kernel *kernel;
    int row, n_rows; /* from 0 */
    const nt_case *kernel_case;
    nt_dtype dtype;
    nt_class shape_class;
    int64_t steps;
    /* "arithmetic", "space", "search", "loops", "final", "shapes", "confirm", "done" */
    const char *stage;
    double n_configs, about_s;  /* with the stage "space", before all of a row's space is measured */
    double elapsed_s, budget_s; /* of this kernel; HUGE_VAL: none */
    const candidate *trial;
    double ns_per_cell;     /* best so far; 0: none */
    const result_row *done; /* the finished row, with the stage "done" */
} tune_event;

typedef void tune_event_fn(void *context, const tune_event *event);

#endif /* AUTOTUNE_OPTIONS_H */
