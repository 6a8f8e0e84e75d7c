/*
 * rows.h - which rows a kernel has, on what shapes and for how long
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ROWS_H
#define AUTOTUNE_ROWS_H

#include "tune/options.h"

/*
 * tune_row_shape() - the default shape of a class on this machine.
 *
 * In cache:      all grids, halos too, in 3/4 of the second-level cache of one core.
 * Out of cache:  the notebook's 100 x 10000 x nz with 4 times the third-level cache and at least 128 MiB, at most
 *                an eighth of the memory; over neighbours 512 x 512 x 512, less in z and then in y where all grids
 *                and the copies that restore them would take more than half of the memory.
 */
void tune_row_shape(const nt_machine *machine, const nt_kernel *kernel, int order, nt_dtype dtype,
                    nt_class class, int64_t shape[3]);

/* tune_fit_planes() - how many planes of nx x ny cells of all grids, halos too, fit; 0: fewer than the kernel takes. */
int64_t tune_fit_planes(const nt_kernel *kernel, int order, nt_dtype dtype, int64_t nx, int64_t ny,
                        int64_t bytes);

/* tune_slab() - the shape that a row is searched on: the row's own; over neighbours out of cache fewer planes,
 * several times what the widest time block slides by, and still beyond the third-level cache. */
void tune_slab(const nt_machine *machine, const nt_kernel *kernel, int order, nt_dtype dtype, nt_class class,
               const int64_t shape[3], int64_t slab[3]);

/* tune_weight() - a row's share of the time, 0: there is no such row.  Radius 0: all four, out of cache with more;
 * over neighbours no single step in cache, and most for many steps out of cache. */
int tune_weight(const nt_kernel *kernel, int order, nt_class class, nt_repeat repeat);

/* tune_steps() - of a row: 1, or the notebook's 5; over neighbours 16, so that deep time blocks can show. */
int64_t tune_steps(const nt_kernel *kernel, int order, nt_repeat repeat);

/* tune_wants() - is this order to be tuned? */
bool tune_wants(const nt_kernel *kernel, const nt_case *c, const tune_options *options);

/* tune_budget_s() - of a kernel: as given, or 60 s; over neighbours 60 s for each row of many steps out of cache and
 * 15 s for each other. */
double tune_budget_s(const nt_kernel *kernel, const tune_options *options);

/* tune_allows() - may this variant win?  A bound in units of the sum of absolute terms is another quantity:
 * --max-ulp does not speak of it. */
bool tune_allows(const tune_options *o, const nt_kernel *kernel, nt_dtype dtype, int variant);

/* tune_check() - can this kernel be tuned so?  NT_EKERNEL: nothing of it runs here, or no variant keeps max_ulp. */
nt_status tune_check(const nt_kernel *kernel, const tune_options *options, nt_error *why);

/* tune_row_ask() - how a row is timed: all but the config. */
trial_ask tune_row_ask(const nt_kernel *kernel, int order, nt_dtype dtype, nt_class class,
                       const int64_t shape[3], int64_t steps);

#endif /* AUTOTUNE_ROWS_H */
