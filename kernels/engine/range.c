/*
 * range.c - runs a range: shares its chunks among the threads and merges their results
 * SPDX-License-Identifier: MIT
 */
#include "engine/range.h"

#include <omp.h>
#include <stdbool.h>
#include <string.h>

#include "engine/fpenv.h"
#include "engine/team.h"

static size_t stride(const nt_range_nest *nest)
{
    return (nest->part_bytes + NT_RANGE_STRIDE - 1) / NT_RANGE_STRIDE * NT_RANGE_STRIDE;
}

size_t nt_range_scratch_bytes(const nt_range_nest *nest)
{
    return (size_t)(nest->threads > 1 ? nest->threads : 1) * stride(nest);
}

static void run_chunk(const nt_range_nest *nest, int64_t i, char *part)
{
    const int64_t chunk = nest->config->chunk, begin = nest->first + i * chunk, left = nest->end - begin;
    nest->fn(nest->params, nest->config, begin, begin + (left < chunk ? left : chunk), part);
}

/* Share i of n; their sizes differ by one index at most. */
static void run_share(const nt_range_nest *nest, int64_t i, int64_t n, char *part)
{
    const int64_t all = nest->end - nest->first, each = all / n, longer = all % n;
    const int64_t begin = nest->first + i * each + (i < longer ? i : longer),
                  end = begin + each + (i < longer);
    if (begin < end)
        nest->fn(nest->params, nest->config, begin, end, part);
}

/* This thread's chunks of n, by the schedule. */
static void deal(const nt_range_nest *nest, int64_t n, char *part)
{
    switch (nest->config->schedule) {
    case NT_SCHEDULE_DYNAMIC:
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < n; i++)
            run_chunk(nest, i, part);
        break;
    case NT_SCHEDULE_GUIDED:
#pragma omp for schedule(guided, 1) nowait
        for (int64_t i = 0; i < n; i++)
            run_chunk(nest, i, part);
        break;
    default:
#pragma omp for schedule(static, 1) nowait
        for (int64_t i = 0; i < n; i++)
            run_chunk(nest, i, part);
    }
}

/* Every thread runs this; team is false if there is only one. */
static void all_chunks(const nt_range_nest *nest, bool team)
{
    const uint64_t saved = nt_fpenv_enter(0);
    const int64_t chunk = nest->config->chunk, all = nest->end - nest->first;
    const int64_t n = chunk > 0 ? all / chunk + (all % chunk > 0) : 0;
    char *part = nest->parts + (team ? (size_t)omp_get_thread_num() * stride(nest) : 0);
    if (chunk == 0)
        run_share(nest, team ? omp_get_thread_num() : 0, team ? omp_get_num_threads() : 1, part);
    else if (team)
        deal(nest, n, part);
    else
        for (int64_t i = 0; i < n; i++)
            run_chunk(nest, i, part);
    nt_fpenv_leave(saved);
}

void nt_range_run(const nt_range_nest *nest, void *total)
{
    memset(total, 0, nest->part_bytes);
    if (nest->end <= nest->first)
        return;
    const int threads = nt_team_size(nest->threads);
    memset(nest->parts, 0, (size_t)threads * stride(nest));
    if (threads == 1) {
        all_chunks(nest, false);
    } else {
#pragma omp parallel num_threads(threads)
        all_chunks(nest, true);
    }
    for (int i = 0; i < threads; i++) /* if the team is smaller than wanted, the last ones are zeros */
        nest->merge(total, nest->parts + (size_t)i * stride(nest));
}
