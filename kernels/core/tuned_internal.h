/*
 * tuned_internal.h - the lookup of tuned_table.c, apart from the table compiled in
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TUNED_INTERNAL_H
#define NESTUNE_TUNED_INTERNAL_H

#include "nestune/machine.h"
#include "nestune/tuned.h"

enum { NT_TUNED_FORMAT = 2 };

typedef struct nt_tuned_use {
    const nt_kernel *kernel;
    int order;
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
} nt_tuned_use;

/*
 * nt_tuned_find_in() - nt_tuned_find() with nothing taken from the process.
 *
 * Shape:   mode is the value of NESTUNE_TUNED: NULL or "", "off", "force".
 * Errors:  as nt_tuned_find(); an unknown mode gives the default, and *why names it.
 */
nt_status nt_tuned_find_in(const nt_tuned *table, const nt_machine *here, const char *mode,
                           const nt_tuned_use *use, nt_config *config, nt_error *why);

/* nt_class_at() - nt_class_of() for a machine with these caches and so many threads. */
nt_class nt_class_at(int64_t bytes, int64_t l2_bytes, int l2_shared_by, int threads);

#endif /* NESTUNE_TUNED_INTERNAL_H */
