/*
 * estimate.h - a schedule where no tuned row is known
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_ESTIMATE_H
#define NESTUNE_ESTIMATE_H

#include <stdbool.h>

#include "nestune/model.h"

/*
 * nt_estimate() - puts the schedule into *c that should be the fastest, by the model of nestune/model.h and typical
 * speeds of this microarchitecture.  It looks at some hundred schedules: tiles and depths that fit the caches.
 *
 * Shape:   n: cells of a field; steps: of a run, 0: unknown, many.  *c: the default; its isa, variant, form and number
 *          of threads stay.  It adds to *why that the schedule is estimated.
 * Returns: false, with nothing changed, for other kernels, for runs so short that looking would cost more than it
 *          saves, and if nothing promises a tenth.
 */
bool nt_estimate(const nt_machine *machine, const nt_kernel *kernel, const void *params, nt_dtype dtype,
                 const int64_t n[3], int64_t steps, nt_config *c, nt_error *why);

/* nt_core_ns() - ns that one thread takes for a cell and step, or an index, while all data is in the first-level cache. */
double nt_core_ns(const nt_kernel *kernel, const void *params, nt_dtype dtype, const nt_config *c, const nt_speeds *s);

#endif /* NESTUNE_ESTIMATE_H */
