/*
 * roofs.h - the limits that a row's figures are printed beside, as asks of the same engine
 * SPDX-License-Identifier: MIT
 *
 * Each function tries a few forms and leaves the fastest ask, which then runs in the row's final, in turn
 * with the config that it bounds.  All give false where there is nothing to measure.
 */
#ifndef AUTOTUNE_ROOFS_H
#define AUTOTUNE_ROOFS_H

#include <stdbool.h>

#include "result.h"
#include "trial.h"

/* roofs_memory() - the registered roof kernel of `kernel`, in place on this shape, over unrollings and
 * store kinds, all threads. */
bool roofs_memory(trial_runner *runner, const nt_kernel *kernel, nt_dtype dtype, nt_isa isa,
                  const int64_t shape[3], int threads, trial_ask *ask);

/* roofs_peak() - independent FMAs in the first-level cache, one thread. */
bool roofs_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *ask);

/* roofs_in_cache() - the kernel itself, one thread, over nx in 64, 128, 256 touching at most 3/4 of L2. */
bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel, nt_dtype dtype,
                    const nt_config *arithmetic, trial_ask *ask);

/* roofs_ns_per_fp() - ns of one FP instruction a cell, from the time of a peak ask: the vector's time
 * over its lanes. */
double roofs_ns_per_fp(const trial_ask *peak, double seconds);

/* roofs_arithmetic_ns() - the arithmetic roof, ns a cell: by the variant's committed count, or the kernel's first
 * variant's where SLEEF's or libm's instructions are not ours to count; 0 where there is none. */
double roofs_arithmetic_ns(const nt_kernel *kernel, nt_dtype dtype, int variant, double ns_per_fp,
                           int threads);

#endif /* AUTOTUNE_ROOFS_H */
