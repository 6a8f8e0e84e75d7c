/*
 * result.h - what a tune found out, row by row
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RESULT_H
#define AUTOTUNE_RESULT_H

#include <stdbool.h>

#include "measure/noise.h"
#include "nestune/tools.h"
#include "tune/rates.h"

/* 16 cases of one kernel take 192 rows, or more where shapes need several.  Rows beyond the limit are refused or named. */
enum { RESULT_MOST_ROWS = 512, RESULT_MOST_WAYS = 5, RESULT_MOST_SHAPES = 3, RESULT_SETTINGS = 120 };

/* A shape on which the finalists of a row were timed; over_best: the time of the row's config over that of the fastest of
 * them. */
typedef struct result_shape {
    int64_t n[3];
    double over_best;
} result_shape;

/* One row: a kernel, case, dtype, shape class and number of steps.  Times are in ns per cell and step; 0 (in
 * JSON null) means not measured. */
typedef struct result_row {
    const nt_kernel *kernel;
    const nt_case *kernel_case;
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
    int64_t shape[3];
    int64_t steps;
    int64_t upto; /* for grids with rows of at most so many cells in x; 0: of any length */
    int n_shapes;
    result_shape timed_on[RESULT_MOST_SHAPES]; /* its own shape and others of its class */
    double default_ns, tuned_ns;
    double memory_roof_ns, in_cache_ns; /* of one step in memory; of the kernel itself in cache */
    /* By the counts of the tuned function and the rates of this machine; the last one is the largest. */
    double fp_roof_ns, load_roof_ns, int_roof_ns, issue_roof_ns, arithmetic_roof_ns;
    double rate_ns[N_RATES]; /* the rates themselves, as in `rates` */
    double l2_gbytes_per_s, l3_gbytes_per_s; /* what all threads read and write there, see levels.h */
    int64_t in_cache_shape[3];
    double roof_ns;       /* the one that bounds this row: see result_roof() */
    stats_interval ratio; /* tuned over default, paired */
    stats_verdict verdict;
    double max_ulp;                   /* committed bound of the arithmetic */
    double ways_ns[RESULT_MOST_WAYS]; /* of result_ways(), each with its best other settings */
    nt_config default_config, config;
    int n_trials, n_failed;
    bool complete; /* the search ended by itself, before its time or room did */
    double space_size;
    char settings[RESULT_SETTINGS]; /* what was not as usual when it was tuned: "--budget 2 --threads 1"; "?": not known */
    double drift; /* the default's later times over its first, the one farthest from 1; 0: not watched */
} result_row;

typedef struct result {
    nt_machine machine;
    noise_level noise; /* of this machine when the run began; n is 0 where it was not measured */
    int n_rows;
    result_row row[RESULT_MOST_ROWS];
    char not_searched[512]; /* in words; "" when all of it was */
    int n_more;             /* how many more were left out; if the text is full, it ends in this number */
} result;

/* result_leave_out() - adds one thing to the list of what was not searched. */
__attribute__((format(printf, 2, 3))) void result_leave_out(result *r, const char *format, ...);

/*
 * result_ways() - the ways of sharing a kernel's loops that every row measures.  For a field: the notebook's
 * four, and flat.  For a range: serial, and flat with each schedule.  The last entry has name NULL.
 */
typedef struct result_way {
    const char *name;
    nt_parallel parallel;
    int schedule; /* an nt_schedule; -1: any */
} result_way;
const result_way *result_ways(const nt_kernel *kernel);

/* result_takes_way() - does this config share the loops in this way? */
bool result_takes_way(const result_way *way, const nt_config *config);

/* result_class_words() - "in L2", "in L3", "in memory", "short", "long". */
const char *result_class_words(nt_class c);

/* result_worst() - the largest over_best of a row: what one config for all its shapes costs.  0: not measured. */
double result_worst(const result_row *row);

/* result_is_stencil() - does the row's case read neighbours? */
bool result_is_stencil(const result_row *row);

/*
 * result_roof() - the least time that a row could take: the arithmetic roof; in memory, if it is larger, the
 * memory roof divided by the steps of a run, since every cell must come from memory and go back at least once.
 * 0: not measured, or the instructions of the kernel are not counted.
 *
 * Neither the depth that was chosen nor the kernel's own speed in cache makes it any softer.
 */
double result_roof(const result_row *row);

/* result_bound() - what the roof follows from: "memory", "floating point", "integers", "issue" (of vector
 * instructions of any kind), "loads"; "" without a roof. */
const char *result_bound(const result_row *row);

/* result_memory_at_depth() - the memory roof divided by the steps that the tuned config makes on a tile while it
 * is in cache: what the chosen schedule could reach, and no limit of the row.  0: not measured, or in cache. */
double result_memory_at_depth(const result_row *row);

/* result_same_use() - are both rows of one kernel, case, type, class and steps?  Each may serve another part of the class
 * (upto).  A run replaces all of them together. */
bool result_same_use(const result_row *a, const result_row *b);

/* result_contradicts() - do these rows exclude each other?  The library cannot use one case twice, or two
 * arithmetics for one kernel and dtype. */
bool result_contradicts(const result_row *a, const result_row *b);

#endif /* AUTOTUNE_RESULT_H */
