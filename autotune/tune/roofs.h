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
#include "tune/rates.h"
#include "tune/result.h"

/* roofs_memory_kernel() - the registered kernel that bounds this one; NULL where it has none. */
const nt_kernel *roofs_memory_kernel(const nt_kernel *kernel);

/* roofs_fastest() - asks with each form of this isa that the ask's kernel has; *best: the fastest one.  Returns its
 * seconds, HUGE_VAL if none worked. */
double roofs_fastest(trial_runner *runner, const trial_ask *ask, nt_isa isa, trial_ask *best);

/* roofs_memory() - times the roof kernel of `kernel`, in place on this shape, with all threads; tries all its
 * forms.  *seconds: of the fastest one. */
bool roofs_memory(trial_runner *runner, const nt_kernel *kernel, nt_dtype dtype, nt_isa isa,
                  const int64_t shape[3], int threads, trial_ask *ask, double *seconds);

/* roofs_find() - the first kernel of a role; NULL if there is none. */
const nt_kernel *roofs_find(nt_role role);

/* roofs_peak() - one thread; independent instructions of one kind, in the first-level cache: the kernel of this
 * role and one of its cases (NULL: the first), in all its forms.  *seconds: the median of the fastest one. */
bool roofs_peak(trial_runner *runner, const nt_machine *machine, nt_dtype dtype, nt_isa isa, nt_role role,
                const char *kernel_case, trial_ask *ask, double *seconds);

/*
 * roofs_work() - the work of that function of an isa and variant that could be the fastest, by these rates: a roof must
 * not depend on the form that was chosen.  All zeros where nothing is counted.
 */
nt_work roofs_work(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, const nt_config *arithmetic,
                   const rates *r);

/* roofs_in_cache() - times the kernel itself on one thread, with nx of 64, 128 and 256 and all tile
 * functions.  Its grids and halos take at most 3/4 of the second-level cache.  A stencil makes many steps in
 * a run, because in one step alone most time goes into ghosts.  A range: its own speed on one thread. */
bool roofs_in_cache(trial_runner *runner, const nt_machine *machine, const nt_kernel *kernel,
                    const nt_case *c, nt_dtype dtype, const nt_config *arithmetic, trial_ask *ask);

#endif /* AUTOTUNE_ROOFS_H */
