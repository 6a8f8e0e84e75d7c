/*
 * range.h - runs a range: shares its chunks among the threads and merges their results
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_RANGE_H
#define NESTUNE_RANGE_H

#include <stddef.h>

#include "nestune/kernel.h"

/* Each thread's partial result has cache lines of its own: two, since some CPUs fetch them in pairs. */
enum { NT_RANGE_STRIDE = 128 };

typedef struct nt_range_nest {
    nt_range_fn *fn;
    void (*merge)(void *total, const void *part);
    const void *params;
    const nt_config *config; /* chunk and schedule; and for fn */
    int64_t first, end;      /* 0 <= first; none if end <= first */
    int threads;             /* at most */
    size_t part_bytes;
    char *parts; /* nt_range_scratch_bytes(), aligned to NT_RANGE_STRIDE */
} nt_range_nest;

/* nt_range_scratch_bytes() - the size of parts for threads and part_bytes; a multiple of NT_RANGE_STRIDE. */
size_t nt_range_scratch_bytes(const nt_range_nest *nest);

/*
 * nt_range_run() - computes the range and merges the partial results of all threads into *total.
 *
 * Shape:   calls fn once for each chunk of config->chunk indices, of which the last may have fewer.  Chunk 0:
 *          one even share for each thread, whatever the schedule.  fn is never called without indices.
 * Threads: as nt_plan_run().  Allocates nothing.
 */
void nt_range_run(const nt_range_nest *nest, void *total);

#endif /* NESTUNE_RANGE_H */
