/*
 * roofs.h - roofs: the measured limits that a row's times are compared with
 * SPDX-License-Identifier: MIT
 *
 * Each function times a few forms of a roof's kernel and returns the fastest one as an ask.  This ask then
 * runs in the row's confirmation, in turn with the configs that it bounds.  All return false if there is
 * nothing to measure.
 */
#ifndef AUTOTUNE_ROOFS_H
#define AUTOTUNE_ROOFS_H

#include <stdbool.h>

#include "measure/trial.h"
#include "tune/result.h"

/* roofs_memory_kernel() - the registered kernel that bounds this one; NULL where it has none. */
const nt_kernel *roofs_memory_kernel(const nt_kernel *kernel);

/* roofs_memory() - times the roof kernel of `kernel`, in place on this shape, with all threads; tries all its
 * forms. */
bool roofs_memory(trial_runner *runner, const nt_kernel *kernel, nt_dtype dtype, nt_isa isa,
                  const int64_t shape[3], int threads, trial_ask *ask);

/* roofs_fp(), roofs_load() - one thread; independent FMAs, or loads, in the first-level cache. */
bool roofs_fp(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *ask);
bool roofs_load(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, trial_ask *ask);

/* roofs_in_cache() - times the kernel itself on one thread, with nx of 64, 128 and 256 and all tile
 * functions.  Its grids and halos take at most 3/4 of the second-level cache.  A stencil makes many steps in
 * a run, because in one step alone most time goes into ghosts.  A range: its own speed on one thread. */
bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel,
                    const nt_case *c, nt_dtype dtype, const nt_config *arithmetic, trial_ask *ask);

/* roofs_fp_of() - floating-point instructions per vector. */
int roofs_fp_of(const nt_work *work);

/* roofs_ns_per_op() - ns per cell of one FP instruction or one load, from the time of a peak ask: the time
 * per vector, divided by its lanes and by the number of operations per vector. */
double roofs_ns_per_op(const trial_ask *peak, double seconds);

#endif /* AUTOTUNE_ROOFS_H */
