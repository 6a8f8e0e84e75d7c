/*
 * rows.h - which rows a kernel has, on what shapes and for how long
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ROWS_H
#define AUTOTUNE_ROWS_H

#include "tune/options.h"

/* A row to be tuned. */
typedef struct row_plan {
    const nt_case *kernel_case;
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
    int64_t shape[3]; /* of a range: its indices, 1, 1 */
    int64_t steps;
    int weight; /* its share of the time */
} row_plan;

/*
 * rows_list() - the rows that these options ask for, in the order of tuning: case after case, f64 before f32.
 * Types that the kernel has no functions of have no rows.
 * Returns how many there are; the list holds at most RESULT_MOST_ROWS of them.
 *
 * The weights, by shape class and by steps in one run:
 *
 *                      in L2         in L3         in memory        short    long
 *                      one   many    one   many    many    one      (ranges)
 *     pointwise         1     1       1     2       4       3
 *     stencil           1     2       2     3      13       3
 *     range                                                           1        3
 *     program                                                         -        3
 *
 * Those of a stencil are units of 1.5 s: 36 s for a case and type, more than half of it for many steps in memory, which
 * people run and where the choice of a config gains most.  There many steps come before one: the time may not suffice
 * for all.  A pointwise kernel has 45 s for both types, whatever the sum of its weights.  A class that the machine does
 * not have leaves its time to the others.
 */
int rows_list(const nt_machine *machine, const nt_kernel *kernel, const tune_options *options,
              row_plan list[RESULT_MOST_ROWS]);

/*
 * rows_shape() - the first shape of a class on this machine, on which its rows are searched.
 *
 * In L2, in L3:  the largest cube of the class (nt_class_bytes()), from 24^3 to 256^3; a pointwise kernel has a separate
 *                result, which counts, too.
 * In memory:     pointwise, the notebook's 100 x 10000 x nz, which takes 4 times the third-level caches, at
 *                least 128 MiB and at most an eighth of the memory; a stencil, 512 x 512 x 512, with a
 *                smaller nz and then ny if the grids and the copies that restore them need over half of the
 *                memory.
 * Short, long:   65536 indices, and 1000 times as many, unless the kernel names others; a program, as many units
 *                as it names.
 *
 * Returns false if the class has no row here: the machine has no such cache, or no cube is of the class.  Then the shape is
 * that of the smallest cube.
 */
bool rows_shape(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                nt_class shape_class, int64_t shape[3]);

/*
 * rows_other_shape() - another shape of the class, of about as many cells as the first: a cube; if the first is one, a
 * box with rows twice as long.  False: there is none.
 */
bool rows_other_shape(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
                      nt_class shape_class, const int64_t first[3], int64_t other[3]);

/* rows_fit_planes() - how many planes of nx x ny cells fit, counting all grids and halos; 0: fewer than the
 * kernel needs. */
int64_t rows_fit_planes(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, int64_t nx, int64_t ny,
                        int64_t bytes);

/*
 * rows_fit() - makes the shape of a field's row, or of a long range, smaller, so that it has at most so many cells.
 * In cache a cube stays a cube.  In memory a stencil keeps its long rows, as far as it can, and has fewer of them.
 *
 * In memory a field keeps three times as much as the third-level caches hold, in L3 twice what is of class l2.  But if this
 * takes over twice as many cells as it may have, the kernel is so slow or the caches are so large that the time would not suffice
 * for a choice: then the time alone decides.  Programs keep theirs.
 */
void rows_fit(const nt_machine *machine, const nt_kernel *kernel, const nt_case *c, nt_dtype dtype,
              nt_class shape_class, double most_cells, int64_t shape[3]);

/* rows_steps() - steps of a row: 1, or the notebook's 5; for stencils 16, so that deep time blocks can show
 * their gain. */
int64_t rows_steps(const nt_kernel *kernel, const nt_case *c, nt_repeat repeat);

/* rows_budget_s() - a kernel's budget: as given; else, with normal effort, of a pointwise kernel 45 s, of a range
 * and a program 30 s, of a stencil 36 s for each case and type.  HUGE_VAL with exhaustive effort. */
double rows_budget_s(const nt_kernel *kernel, const tune_options *options);

/* rows_has_variant() - does this build have functions of the variant in this type? */
bool rows_has_variant(const nt_kernel *kernel, nt_dtype dtype, const char *variant);

/* rows_allow() - may this variant win? --max-ulp does not apply to a bound that counts units of the sum of
 * absolute terms: that is another quantity. */
bool rows_allow(const tune_options *o, const nt_kernel *kernel, nt_dtype dtype, int variant);

/* rows_has_types() - has the kernel functions of one of these types, bit 1u << nt_dtype for each? */
bool rows_has_types(const nt_kernel *kernel, unsigned dtypes);

/* rows_check() - can this kernel be tuned with these options?  NT_EKERNEL: it has no functions of these
 * types, none of them runs here, or no variant keeps max_ulp. */
nt_status rows_check(const nt_kernel *kernel, const tune_options *options, nt_error *why);

/* rows_ask() - how a row is timed: everything but the config. */
trial_ask rows_ask(const nt_kernel *kernel, const nt_case *c, nt_dtype dtype, nt_class shape_class,
                   const int64_t shape[3], int64_t steps);

#endif /* AUTOTUNE_ROWS_H */
