/*
 * hook.h - a function of your own that a plan calls in each step, to read or change some cells
 * SPDX-License-Identifier: MIT
 *
 * For authors of hooks.  points.h has hooks for sources and receivers.
 */
#ifndef NESTUNE_HOOK_H
#define NESTUNE_HOOK_H

#include "nestune/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The plan that is being created, as a hook's prepare sees it. */
typedef struct nt_hook_use {
    const nt_kernel *kernel;
    nt_dtype dtype;
    int64_t n[3]; /* cells in x, y, z */
    int depth;    /* the most time steps that may be in progress together */
} nt_hook_use;

/*
 * As soon as a thread has computed a box, and before anything else reads the box, the thread calls apply.
 * apply may change cells of dst inside the box, and no others.  `time` is nt_plan_time() of the step.
 *
 * The library never writes to a hook, so several plans may use it at the same time.  What changes belongs in
 * the state, of which each plan has its own.  nt_plan_create() calls prepare once, to make the state.  If
 * prepare fails it must free what it allocated, and nt_plan_create() fails with its error.  nt_plan_destroy()
 * calls release, which frees the state.  Both may be NULL; without prepare the state is NULL.
 *
 * Errors:  apply and release have none.
 * Threads: several threads of a run may call apply at the same time, each for a box of its own.  prepare and
 *          release are called by the thread that creates or destroys the plan.
 */
typedef struct nt_hook {
    void (*apply)(const struct nt_hook *hook, void *state, const nt_step *step, const nt_box *box,
                  int64_t time);
    nt_status (*prepare)(const struct nt_hook *hook, const nt_hook_use *use, void **state, nt_error *why);
    void (*release)(const struct nt_hook *hook, void *state);
    void *context; /* the hook's own */
    /* 1: apply finds cells by nt_view_cell(), in any layout.  With a hook of 0 a plan works on rows, and refuses
     * layout=bricks (NT_ECONFIG). */
    int any_layout;
} nt_hook;

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_HOOK_H */
