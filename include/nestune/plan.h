/*
 * plan.h - a kernel with its grids or its range of indices: checked once, run any number of times
 * SPDX-License-Identifier: MIT
 *
 *     nt_plan *plan;
 *     nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why);
 *     nt_plan_run(plan, 100);
 *     nt_plan_destroy(plan);
 *
 * Threads: different plans are independent of each other; one plan is for one thread at a time.
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
typedef struct nt_hook nt_hook; /* defined in hook.h, for authors of hooks */

typedef struct nt_plan nt_plan;

/* Options of a plan.  Zeros and NULL are the defaults. */
typedef struct nt_plan_options {
    size_t bytes;       /* sizeof(nt_plan_options) */
    const void *params; /* of the kernel, such as an nt_wave; NULL: its defaults.  Must outlive the plan */

    /* How to run, such as "parallel=outer,depth=4": see nt_config_parse().  Keys that it does not name are as
     * tuned for this kernel, type, size and number of steps.  If that was not tuned, the schedule of a run of
     * half a millisecond (of a pointwise kernel: of 50 microseconds) is estimated (model.h), that of a shorter one, or with
     * a limit of memory, the default.
     * NULL names no key.  If it names parallel, order, tile or depth, the plan keeps this schedule, even if some
     * threads then have no work; nt_plan_why() reports how many do have.  Otherwise, if a grid is too thin
     * for the tuned schedule, the plan shares it along another axis, so that no thread is idle.
     *
     * Grids of few cells have the default schedule and form instead, with fewer threads, and rows that fill little of a vector go
     * through those of a narrower isa, where the kernel has the same bits on all of them; nt_plan_why() says so.
     *
     * Where bricks were tuned, a plan has them if its hooks, its memory and its grid allow it; but runs of fewer than 16 steps
     * that would have to copy grids work on rows, with a schedule that is estimated.  A text that names a schedule, fn
     * or a key of the kernel's own, but no layout, means rows.  One that names another layout than the tuned one gets a
     * default schedule of it, and layout=bricks copies in every run; NT_ECONFIG if a hook reads rows or memory does not
     * suffice. */
    const char *config;
    int64_t steps;     /* steps of a typical run; 0: many.  One step and many steps are tuned separately */
    int most_threads;  /* 0: as many as this process may use */
    size_t most_bytes; /* of memory that the plan may allocate, its hooks not included; 0: no limit */

    /* Functions called at each step, in this order, such as sources and receivers (points.h).  The array is
     * not needed after nt_plan_create(); the hooks must outlive the plan. */
    const nt_hook *const *hooks;
    int n_hooks;
} nt_plan_options;

/*
 * nt_plan_create() - checks kernel, grids and options, and decides how the kernel will run.
 *
 * Shape:   grids: the kernel's time levels, the newest first; then its coefficients; then, for a kernel of
 *          one level, a grid for the result, without which the kernel works in place.  All have one dtype and
 *          shape.  The halo of each level has at least the kernel's radius.  The address ranges of grids may
 *          not overlap, with two exceptions: the result may be the level itself, and coefficients may share
 *          cells.  A pointwise kernel without hooks accepts any stride in x; one other than 1 costs time,
 *          since cells go through a buffer.  All others need stride 1.
 * Errors:  NT_EARG, NT_EDTYPE, NT_ESHAPE, NT_ESTRIDE, NT_ECONFIG, NT_EISA, NT_EKERNEL (no function of this
 *          type runs here), NT_ENOMEM, and those of a hook's prepare; *why names the value.  On error *plan
 *          is NULL and no cell has been touched.
 * Threads: safe.  The grids must outlive the plan.
 */
NT_API nt_status nt_plan_create(nt_plan **plan, const struct nt_kernel *kernel, nt_grid *const grids[],
                                int n_grids, const nt_plan_options *options, nt_error *why);

/*
 * nt_plan_create_range() - the same for a kernel that adds up a range of indices.
 *
 * Shape:   n: the number of indices of a typical run; short and long ranges are tuned separately.  The
 *          options steps and hooks are ignored.
 * Errors:  NT_EARG, NT_ECONFIG, NT_EISA, NT_EKERNEL, NT_ENOMEM; *why names the value.  On error *plan is
 *          NULL.
 * Threads: safe.
 */
NT_API nt_status nt_plan_create_range(nt_plan **plan, const struct nt_kernel *kernel, nt_dtype dtype,
                                      int64_t n, const nt_plan_options *options, nt_error *why);

/*
 * nt_plan_run() - advances the grids by `steps` time steps.  It allocates nothing, except when the calling thread's
 * team grows, as in its first run: then it tries whether so many threads can be started, and OpenMP starts them.
 *
 * Shape:   steps from 0 to 2^61 - 1.  If the plan has a grid for the result, each run starts from the level
 *          again; otherwise it goes on where the last run ended.
 * Errors:  NT_EARG: plan NULL or of a range, steps out of range, a time index of 2^62 or more, a grid of any_layout
 *          that is mapped.  There are no others.
 * Threads: one OpenMP parallel region, and one for each grid that is copied into another layout.  Threads are at most those of the config, omp_get_max_threads(),
 *          and nt_threads_allowed() at the time the plan was created.  There is one thread inside a caller's
 *          parallel region of several threads, and in a child process whose parent had several threads when it
 *          forked, with this library loaded.  (If the host has used libgomp, forks, and only the child loads
 *          this library, libgomp hangs in the first run, as in any region of that child.)  If a limit keeps the
 *          system from starting so many threads, the run has as many as can start; the library tries this
 *          before a run with more threads than the calling thread's last one.  Two threads that try at the same
 *          time may both find room for one.
 *          Two runs at the same time need two plans on different grids.  Each has its own team of threads;
 *          set most_threads so that together they have no more threads than there are CPUs.  (With more they are
 *          right, and slower: threads of a time block that wait for each other spin first, then sleep.)
 *          In a pool of the caller's own (pthreads, std::thread, TBB) let each worker have plans with most_threads 1:
 *          they run on the thread that calls, and start no other.  OMP_NUM_THREADS and omp_set_num_threads() count at
 *          each run.
 *          Each thread rounds to nearest, and flushes denormals to zero if the kernel asks for it; afterwards
 *          its floating-point environment is as before.
 */
NT_API nt_status nt_plan_run(nt_plan *plan, int64_t steps);

/*
 * nt_plan_run_range() - sets *total to the sum over indices first .. end-1.  It allocates nothing.
 *
 * Shape:   0 <= first <= end; total has the kernel's range->part_bytes bytes, whose old values are
 *          overwritten.
 * Errors:  NT_EARG: plan NULL or of a field, total NULL, indices out of range.
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_plan_run_range(nt_plan *plan, int64_t first, int64_t end, void *total);

/*
 * nt_plan_set_grids() - lets the plan run on other grids from now on.  grids[0] is the newest level.  The
 * plan's time does not change.
 *
 * Shape:   as many grids as before, of the same dtype and shape.  Halos, strides and overlap as for
 *          nt_plan_create().
 * Errors:  as nt_plan_create().  On error the plan is unchanged.
 * Threads: not beside a run of this plan.
 */
NT_API nt_status nt_plan_set_grids(nt_plan *plan, nt_grid *const grids[], int n_grids, nt_error *why);

/* nt_plan_newest() - the grid that holds the newest time level now; NULL for a range and for NULL. */
NT_API nt_grid *nt_plan_newest(const nt_plan *plan);

/*
 * nt_plan_time(), nt_plan_set_time() - get and set the index of the next step.  It is 0 at first and grows by
 * one each step; 0 for NULL.  Only hooks use it: set it to 0 to start a shot again.  Setting it changes
 * no cell.
 *
 * Errors:  NT_EARG: plan NULL, time out of 0 to 2^61 - 1.
 */
NT_API int64_t nt_plan_time(const nt_plan *plan);
NT_API nt_status nt_plan_set_time(nt_plan *plan, int64_t time);

/* nt_plan_config_text() - writes the config that the plan runs with, as nt_config_format() does: at most n
 * bytes, the final NUL included.  Errors: none; a NULL plan gives "", a NULL text nothing. */
NT_API void nt_plan_config_text(const nt_plan *plan, char *text, size_t n);

/* nt_plan_config(), nt_plan_why() - the config that the plan runs with, with the number of threads that it
 * can have; and one line that says where the config came from.  On thin arrays other grids or another number of steps may
 * change both, so that all threads have work.  Errors: none; NULL gives NULL and "". */
NT_API const struct nt_config *nt_plan_config(const nt_plan *plan);
NT_API const char *nt_plan_why(const nt_plan *plan);

/* nt_plan_destroy() - frees the plan, not the grids.  Errors: none; NULL is allowed. */
NT_API void nt_plan_destroy(nt_plan *plan);

/*
 * nt_run() - runs the named kernel in place on *g for `steps` steps, as tuned, by a plan.  The kernel must have one level and no
 * coefficients.  Each thread keeps the plans of its last four calls until it ends, for the next grid of the same type, shape,
 * strides and number of steps, so that a call of small work does not pay for a plan each time.
 *
 * Errors:  NT_EKERNEL for an unknown name, else as nt_plan_create() and nt_plan_run().
 * Threads: as nt_plan_run().  Not from a destructor of a thread's own data (pthread_key_create()) where OpenMP is libomp, which has
 *          then given that thread up.
 */
NT_API nt_status nt_run(const char *kernel, nt_grid *g, int64_t steps, nt_error *why);

/*
 * nt_run_range() - the same for a range kernel: sets *total to the sum over indices first .. end-1.
 *
 * Shape:   params NULL: the kernel's defaults.  total has the kernel's range->part_bytes bytes.
 * Errors:  NT_EKERNEL for an unknown name; NT_EARG for indices out of range and a NULL total; else as
 *          nt_plan_create_range().
 * Threads: as nt_plan_run().
 */
NT_API nt_status nt_run_range(const char *kernel, const void *params, nt_dtype dtype, int64_t first,
                              int64_t end, void *total, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PLAN_H */
