/*
 * plan.h - a kernel on grids or on a range of indices, checked once and run as often as wanted
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_PLAN_H
#define NESTUNE_PLAN_H

#include "nestune/config.h"
#include "nestune/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nt_problem;

/*
 * Point work of a step (sources, receivers).  The engine calls apply on each box just computed, by the
 * thread that computed it, before any other work reads the box: it may change cells of dst inside the
 * box, nothing else.  `time` is the index of the step, from 0 at the plan's creation on.  Under
 * temporal blocking the steps of one time block, at most config.depth, are in work at once.
 *
 * prepare, where there is one, is called once by nt_plan_create(): it may allocate, and refuse.
 */
typedef struct nt_hook {
    void (*apply)(void *context, const nt_step *step, const nt_box *box, int64_t time);
    void *context;
    nt_status (*prepare)(void *context, const struct nt_problem *problem, const nt_config *config,
                         nt_error *why);
} nt_hook;

typedef struct nt_problem {
    const nt_kernel *kernel;
    nt_grid *level[NT_MAX_LEVELS];     /* field->n_levels of them; level[0] holds the newest */
    const nt_grid *coef[NT_MAX_COEFS]; /* field->n_coefs of them */
    nt_grid *result;                   /* n_levels 1: where the result goes; NULL: in place, level[0] */
    const void *params;                /* NULL: the kernel's defaults */
    int64_t steps;                     /* time levels that one nt_plan_run() advances */
    const nt_hook *hooks;
    int n_hooks;

    /* Of a range, in place of all from `level` to `n_hooks` but params: */
    nt_dtype dtype;
    int64_t first, end; /* indices first .. end-1 */
    void *total;        /* the result of a run: range->part_bytes */
} nt_problem;

typedef struct nt_plan nt_plan;

/*
 * nt_plan_create() - checks a problem and fixes how it will run.
 *
 * Shape:   all grids of one dtype and shape; a halo of at least the kernel's radius on each level.
 *          The address ranges of operands may not overlap; but result may be level[0], and
 *          coefficients, which are only read, may share cells.  Pointwise kernels without hooks work on any
 *          stride in x, through a buffer, at a cost; others need 1. Of a range: 0 <= first <= end, and a
 *          total.
 * Config:  NULL takes the row of the tuned table for this kernel, dtype, size and number of steps, else
 *          the default; nt_plan_why() says which and why.
 * Errors:  NT_EARG, NT_EDTYPE, NT_ESHAPE, NT_ESTRIDE, NT_ECONFIG, NT_EISA, NT_ENOMEM; *why names the value.
 *          On error *plan is NULL and no cell has been touched.
 * Threads: safe.  The plan refers to the grids, params and hooks, which must outlive it.
 */
NT_API nt_status nt_plan_create(nt_plan **plan, const nt_problem *problem, const nt_config *config,
                                nt_error *why);

/*
 * nt_plan_run() - advances by problem.steps time levels.  Cannot fail and allocates nothing.
 *
 * Shape:   of a range, *total is set anew by each run.  With a separate result each run starts from level[0]
 *          again; else from where the last ended.
 * Threads: one parallel region of at most config.threads OpenMP threads; the least of that,
 *          omp_get_max_threads() and the CPUs this process may use.  Inside a caller's parallel
 *          region one thread.  Two runs at once need plans on different grids.
 *          Each thread computes in round-to-nearest, with flush-to-zero where the kernel says so; its
 *          floating-point environment is restored.
 */
NT_API void nt_plan_run(nt_plan *plan);

/* nt_plan_newest() - the grid that holds the newest time level now; NULL for a range. */
NT_API nt_grid *nt_plan_newest(const nt_plan *plan);

/* nt_plan_config(), nt_plan_why() - how it runs, and where that came from in one line. */
NT_API const nt_config *nt_plan_config(const nt_plan *plan);
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
 * Errors:  NT_EKERNEL for an unknown name, else as nt_plan_create().
 */
NT_API nt_status nt_run_range(const char *kernel, const void *params, nt_dtype dtype, int64_t first,
                              int64_t end, void *total, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PLAN_H */
