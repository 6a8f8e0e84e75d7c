/*
 * range.h - the chunks of a range, shared among the threads, and what they add up to
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_RANGE_H
#define NESTUNE_RANGE_H

#include <stddef.h>

#include "nestune/kernel.h"

/* Each thread adds to a partial result on cache lines of its own: two, since some CPUs fetch them in
 * pairs. */
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

/* nt_range_scratch_bytes() - of threads and part_bytes; a multiple of NT_RANGE_STRIDE. */
size_t nt_range_scratch_bytes(const nt_range_nest *nest);

/*
 * nt_range_run() - *total = the partial results of all threads, merged.
 *
 * Shape:   a call of fn for each chunk: from first on config->chunk indices each, the last one fewer; chunk
 *          0: for each thread one even share, whatever the schedule.  fn is never called for no indices.
 * Threads: as nt_plan_run().  Allocates nothing.
 */
void nt_range_run(const nt_range_nest *nest, void *total);

#endif /* NESTUNE_RANGE_H */
