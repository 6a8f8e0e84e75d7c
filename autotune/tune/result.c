/*
 * result.c - what bounds a row, and which rows exclude each other
 * SPDX-License-Identifier: MIT
 */
#include "tune/result.h"

#include <math.h>

double result_roof(const result_row *row)
{
    if (row->class == NT_IN_CACHE)
        return row->arithmetic_roof_ns;
    if (row->memory_roof_ns <= 0 || row->in_cache_ns <= 0)
        return 0;
    const double visits = row->order > 0 ? (double)row->config.depth : (double)row->steps;
    return fmax(row->memory_roof_ns / visits, row->in_cache_ns);
}

bool result_contradicts(const result_row *a, const result_row *b)
{
    return a->kernel == b->kernel && a->order == b->order && a->dtype == b->dtype &&
           ((a->class == b->class && a->repeat == b->repeat) || a->config.isa != b->config.isa ||
            a->config.variant != b->config.variant);
}
