/*
 * wavefront.h - temporal blocking: skewed tiles that advance several steps while they are in cache
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_WAVEFRONT_H
#define NESTUNE_WAVEFRONT_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/nest.h"

/* How much of a row of tiles is done, on a cache line of its own. */
typedef struct nt_progress {
    alignas(64) _Atomic int64_t done;
} nt_progress;

/* nt_wavefront_shift() - cells by which a tile slides from one step to the next. */
int64_t nt_wavefront_shift(const nt_nest *nest, int axis);

/* nt_wavefront_rows() - how many progress counters a nest of this shape and config needs. */
int64_t nt_wavefront_rows(const nt_nest *nest);

/* nt_wavefront_parts() - how many threads can work at the same time, at most nest->threads: no more than
 * there are rows of tiles, and no more than a row has turns, since each row is one turn behind the one before
 * it. */
int nt_wavefront_parts(const nt_nest *nest);

/* nt_wavefront_row_cells() - how many cells a row of tiles has in y. */
int64_t nt_wavefront_row_cells(const nt_nest *nest);

/* nt_wavefront_begin() - sets all counters to 0, before the parallel region of a run. */
void nt_wavefront_begin(nt_nest *nest);

/* nt_wavefront_run() - the calling thread's share of all steps of a run; team: there are other threads. */
void nt_wavefront_run(const nt_nest *nest, bool team);

#endif /* NESTUNE_WAVEFRONT_H */
