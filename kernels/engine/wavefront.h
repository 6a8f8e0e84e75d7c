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

/* How far a row of tiles has come, on a cache line of its own. */
typedef struct nt_progress {
    alignas(64) _Atomic int64_t done;
} nt_progress;

/* nt_wavefront_rows() - how many progress counters a nest of this shape and config needs. */
int64_t nt_wavefront_rows(const nt_nest *nest);

/* nt_wavefront_parts() - how many threads can be at work at once, nest->threads at most: as there are rows, and as a row
 * has turns, for each row lags one turn behind the one before it. */
int nt_wavefront_parts(const nt_nest *nest);

/* nt_wavefront_row_cells() - how many cells a row of tiles has in y. */
int64_t nt_wavefront_row_cells(const nt_nest *nest);

/* nt_wavefront_begin() - before the parallel region of a run: all counters to 0. */
void nt_wavefront_begin(nt_nest *nest);

/* nt_wavefront_run() - all steps of a run, by the calling thread's part of the team. */
void nt_wavefront_run(const nt_nest *nest, bool team);

#endif /* NESTUNE_WAVEFRONT_H */
