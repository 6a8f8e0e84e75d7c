/*
 * result.c - what bounds a row, and which rows exclude each other
 * SPDX-License-Identifier: MIT
 */
#include "tune/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const result_way *result_ways(const nt_kernel *kernel)
{
    static const result_way field[] = {{"serial", NT_PARALLEL_SERIAL, -1}, {"outer", NT_PARALLEL_OUTER, -1},
                                       {"middle", NT_PARALLEL_MIDDLE, -1}, {"inner", NT_PARALLEL_INNER, -1},
                                       {"flat", NT_PARALLEL_FLAT, -1},     {0}};
    static const result_way range[] = {{"serial", NT_PARALLEL_SERIAL, -1},
                                       {"static", NT_PARALLEL_FLAT, NT_SCHEDULE_STATIC},
                                       {"dynamic", NT_PARALLEL_FLAT, NT_SCHEDULE_DYNAMIC},
                                       {"guided", NT_PARALLEL_FLAT, NT_SCHEDULE_GUIDED},
                                       {0}};
    static const result_way none[] = {{0}}; /* of a program */
    return kernel->field ? field : kernel->range ? range : none;
}

bool result_takes_way(const result_way *way, const nt_config *config)
{
    return config->parallel == way->parallel && (way->schedule < 0 || (int)config->schedule == way->schedule);
}

const char *result_class_words(nt_class c)
{
    static const char *const words[NT_N_CLASSES] = {"in L2", "in L3", "in memory", "short", "long"};
    return words[c];
}

double result_worst(const result_row *row)
{
    double worst = 0;
    for (int i = 0; i < row->n_shapes; i++)
        worst = fmax(worst, row->timed_on[i].over_best);
    return worst;
}

bool result_is_stencil(const result_row *row)
{
    return nt_kernel_radius(row->kernel, row->kernel_case->params) > 0;
}

static double memory_ns(const result_row *row, int64_t steps)
{
    return row->shape_class == NT_CLASS_MEMORY ? row->memory_roof_ns / (double)steps : 0;
}

double result_roof(const result_row *row)
{
    return row->arithmetic_roof_ns > 0 ? fmax(row->arithmetic_roof_ns, memory_ns(row, row->steps)) : 0;
}

const char *result_bound(const result_row *row)
{
    const double roof = result_roof(row);
    return roof <= 0                            ? ""
           : memory_ns(row, row->steps) >= roof ? "memory"
           : row->fp_roof_ns >= roof            ? "floating point"
           : row->int_roof_ns >= roof           ? "integers"
           : row->issue_roof_ns >= roof         ? "issue"
                                                : "loads";
}

double result_memory_at_depth(const result_row *row)
{
    const int64_t depth = row->config.depth < row->steps ? row->config.depth : row->steps;
    return memory_ns(row, depth > 0 ? depth : 1);
}

bool result_same_use(const result_row *a, const result_row *b)
{
    return a->kernel == b->kernel && a->kernel_case == b->kernel_case && a->dtype == b->dtype &&
           a->shape_class == b->shape_class && a->repeat == b->repeat;
}

bool result_contradicts(const result_row *a, const result_row *b)
{
    return a->kernel == b->kernel && a->kernel_case == b->kernel_case && a->dtype == b->dtype &&
           ((a->shape_class == b->shape_class && a->repeat == b->repeat && a->upto == b->upto) ||
            a->config.isa != b->config.isa || a->config.variant != b->config.variant);
}

void result_leave_out(result *r, const char *format, ...)
{
    enum { NUMBER = sizeof ", and 2147483647 more" };
    char name[200];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    size_t used = strlen(r->not_searched);
    if (r->n_more == 0 && used + sizeof ", " + strlen(name) + NUMBER <= sizeof r->not_searched) {
        snprintf(r->not_searched + used, sizeof r->not_searched - used, "%s%s", used ? ", " : "", name);
        return;
    }
    if (r->n_more++ > 0)
        while (used > 0 && r->not_searched[--used] != ',')
            continue;
    snprintf(r->not_searched + used, sizeof r->not_searched - used, ", and %d more", r->n_more);
}
