/*
 * result.h - what a tune found out, row by row
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RESULT_H
#define AUTOTUNE_RESULT_H

#include <stdbool.h>

#include "nestune/nestune.h"
#include "measure/stats.h"

/* 16 orders of one kernel, and room for others. */
enum { RESULT_MOST_ROWS = 128 };

/* One row: a kernel, order, dtype, shape class and number of steps.  Times are ns a cell and step; a time that
 * was not measured is 0, in JSON null. */
typedef struct result_row {
    const nt_kernel *kernel;
    int order; /* nt_kernel_order() of its case; 0 at radius 0 */
    nt_dtype dtype;
    nt_class class;
    nt_repeat repeat;
    int64_t shape[3];
    int64_t steps;
    double default_ns, tuned_ns;
    double memory_roof_ns, in_cache_ns;
    double fp_roof_ns, load_roof_ns, arithmetic_roof_ns; /* the third is the larger of the two */
    int64_t in_cache_shape[3];
    double roof_ns;       /* the one that bounds this row: see result_roof() */
    stats_interval ratio; /* tuned over default, paired */
    stats_verdict verdict;
    double max_ulp;                  /* committed bound of the arithmetic */
    double loops_ns[NT_N_PARALLELS]; /* serial, outer, middle, inner, flat at the best other settings */
    nt_config default_config, config;
    int n_trials, n_failed;
    bool complete; /* the descent came to its end within the time */
    double space_size;
} result_row;

typedef struct result {
    nt_machine machine;
    int n_rows;
    result_row row[RESULT_MOST_ROWS];
    char not_searched[512]; /* in words; "" when all of it was */
} result;

/*
 * result_roof() - in cache: the arithmetic.  Out of cache: the larger of memory over the steps that one
 * visit serves, and the kernel in cache.  At radius 0 one visit may serve all steps of a row; over neighbours those
 * of the tuned depth.  0 where it was not measured.
 */
double result_roof(const result_row *row);

/* result_contradicts() - the library could not use both: one case twice, or two arithmetics of an order and
 * dtype. */
bool result_contradicts(const result_row *a, const result_row *b);

#endif /* AUTOTUNE_RESULT_H */
