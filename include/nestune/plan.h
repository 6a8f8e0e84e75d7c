/*
 * plan.h - a kernel on grids or on a range of indices, checked once and run as often as wanted
 * SPDX-License-Identifier: MIT
 *
 *     nt_plan *plan;
 *     nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why);
 *     nt_plan_run(plan, 100);
 *     nt_plan_destroy(plan);
 */
#ifndef NESTUNE_PLAN_H
#define NESTUNE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/dtype.h"
#include "nestune/grid.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_kernel;
struct nt_config;
typedef struct nt_hook nt_hook; /* what it holds: hook.h, for authors of hooks */

typedef struct nt_plan nt_plan;

/* What may be said of a plan; zeros and NULL: nothing. */
typedef struct nt_plan_options {
    size_t bytes;       /* sizeof(nt_plan_options) */
    const void *params; /* of the kernel, as an nt_wave; NULL: its own.  Must outlive the plan */

    /* How to run, as "parallel=outer,depth=4": see nt_config_parse().  What it does not name is as tuned for this
     * kernel, type, size and number of steps, else the default.  NULL: all of it.  Where it names parallel, order, tile
     * or depth it is run as it is, and nt_plan_why() says how many threads have work where those are fewer; else
     * grids too thin for a tuned schedule are shared along another axis, so that no thread is idle. */
    const char *config;
    int64_t steps;     /* of a usual run; 0: many.  One step and many steps are tuned apart */
    int most_threads;  /* 0: as many as this process may use */
    size_t most_bytes; /* of memory that the plan itself may take, without its hooks; 0: no limit */

    /* Point work, such as sources and receivers (points.h), in this order at each step.  The array is not needed
     * after nt_plan_create(); the hooks must outlive the plan. */
    const nt_hook *const *hooks;
    int n_hooks;
} nt_plan_options;

/*
 * nt_plan_create() - checks a problem and fixes how it will run.
 *
 * Shape:   grids: the kernel's time levels, the newest first, then its coefficients, then, for a kernel of one
 *          level, a grid for the result; without it the kernel works in place.  All of one dtype and shape; a halo
 *          of at least the kernel's radius on each level.  The address ranges of grids may not overlap; but
 *          the result may be the level itself, and coefficients, which are only read, may share cells.
 *          Pointwise kernels without hooks work on any stride in x, through a buffer, at a cost; others need 1.
 * Errors:  NT_EARG, NT_EDTYPE, NT_ESHAPE, NT_ESTRIDE, NT_ECONFIG, NT_EISA, NT_ENOMEM; *why names the value.
 *          On error *plan is NULL and no cell has been touched.
 * Threads: safe.  The plan refers to the grids, which must outlive it.
 */
NT_API nt_status nt_plan_create(nt_plan **plan, const struct nt_kernel *kernel, nt_grid *const grids[],
                                int n_grids, const nt_plan_options *options, nt_error *why);

/*
 * nt_plan_create_range() - the same for a kernel that adds up a range of indices.
 *
 * Shape:   n: how many indices a usual run has; short and long ranges are tuned apart.  Of the options, steps and
 *          hooks do not count.
 * Errors:  NT_EARG, NT_ECONFIG, NT_EISA, NT_ENOMEM; *why names the value.  On error *plan is NULL.
 * Threads: safe.
 */
NT_API nt_status nt_plan_create_range(nt_plan **plan, const struct nt_kernel *kernel, nt_dtype dtype,
                                      int64_t n, const nt_plan_options *options, nt_error *why);

/*
 * nt_plan_run() - advances by so many time steps.  Allocates nothing, but that OpenMP starts its threads in the first run.
 *
 * Shape:   steps from 0 to 2^61.  With a grid for the result each run starts from the level again; else from where
 *          the last one ended.
 * Errors:  NT_EARG: plan NULL or of a range, steps out of range, a grid of any layout that is mapped.  Nothing else
 *          can fail.
 * Threads: one parallel region of at most as many OpenMP threads as the config says; the least of that,
 *          omp_get_max_threads() and nt_threads_allowed() when the plan was made.  Inside a caller's parallel
 *          region one thread, and in a child process that was forked after a run.  Where a limit lets no more threads
 *          be started, as many as can be: this is tried before the calling thread's first run with so many.
 *          Two runs at once need two plans, on different grids, and each has a team of its own: together they
 *          should have no more threads than there are CPUs (most_threads).
 *          Each thread computes in round-to-nearest, with flush-to-zero where the kernel says so; its
 *          floating-point environment is restored.
 */
NT_API nt_status nt_plan_run(nt_plan *plan, int64_t steps);

/*
 * nt_plan_run_range() - *total = what indices first .. end-1 add up to.  Allocates nothing.
 *
 * Shape:   0 <= first <= end; total holds the kernel's range->part_bytes and is set anew.
 * Errors:  NT_EARG: plan NULL or of a field, total NULL, indices out of range.
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_plan_run_range(nt_plan *plan, int64_t first, int64_t end, void *total);

/*
 * nt_plan_set_grids() - from now on the plan runs on these grids, grids[0] being the newest level.
 *
 * Shape:   as many as at its creation, of the same dtype and shape.  Halos, strides and overlap as for
 *          nt_plan_create().
 * Errors:  as nt_plan_create(); then the plan is unchanged.  Time goes on.
 * Threads: not beside a run of this plan.
 */
NT_API nt_status nt_plan_set_grids(nt_plan *plan, nt_grid *const grids[], int n_grids, nt_error *why);

/* nt_plan_newest() - the grid that holds the newest time level now; NULL for a range. */
NT_API nt_grid *nt_plan_newest(const nt_plan *plan);

/*
 * nt_plan_time(), nt_plan_set_time() - the index of the next step, which hooks get: 0 at first, and one more
 * each step.  Setting it changes what hooks do, as starting a shot anew, and no cell.
 *
 * Errors:  NT_EARG: plan NULL, time out of 0 to 2^61.
 */
NT_API int64_t nt_plan_time(const nt_plan *plan);
NT_API nt_status nt_plan_set_time(nt_plan *plan, int64_t time);

/* nt_plan_config_text() - how it runs, as nt_config_format() writes it: at most n bytes, the end included.
 * Errors: none; NULL gives "". */
NT_API void nt_plan_config_text(const nt_plan *plan, char *text, size_t n);

/* nt_plan_config(), nt_plan_why() - how it runs, threads that can be had included, and where that came from in one
 * line.  Errors: none; NULL gives NULL and "". */
NT_API const struct nt_config *nt_plan_config(const nt_plan *plan);
NT_API const char *nt_plan_why(const nt_plan *plan);

/* nt_plan_destroy() - frees the plan, not the grids.  NULL is allowed. */
NT_API void nt_plan_destroy(nt_plan *plan);

/*
 * nt_run() - plan, run and destroy in one call, for a kernel of one level without coefficients:
 * the named kernel, in place on *g, for `steps` steps, as tuned.
 *
 * Errors:  NT_EKERNEL for an unknown name, else as nt_plan_create().
 */
NT_API nt_status nt_run(const char *kernel, nt_grid *g, int64_t steps, nt_error *why);

/*
 * nt_run_range() - the same for a range: *total is what indices first .. end-1 add up to, as tuned.
 *
 * Shape:   params NULL: the kernel's own.  total holds the kernel's range->part_bytes.
 * Errors:  NT_EKERNEL for an unknown name, else as nt_plan_create_range().
 */
NT_API nt_status nt_run_range(const char *kernel, const void *params, nt_dtype dtype, int64_t first,
                              int64_t end, void *total, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PLAN_H */
