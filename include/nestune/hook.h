/*
 * hook.h - point work of one's own in each step of a plan
 * SPDX-License-Identifier: MIT
 *
 * For authors of hooks; sources and receivers are ready in points.h.
 */
#ifndef NESTUNE_HOOK_H
#define NESTUNE_HOOK_H

#include "nestune/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a hook may know of the plan that is being made. */
typedef struct nt_hook_use {
    const nt_kernel *kernel;
    nt_dtype dtype;
    int64_t n[3]; /* cells in x, y, z */
    int depth;    /* steps that may be in work at once, at most */
} nt_hook_use;

/*
 * The engine calls apply on each box just computed, by the thread that computed it, before any other work reads
 * the box: it may change cells of dst inside the box, nothing else.  `time` is nt_plan_time() of the step.
 *
 * A hook itself is never written to, so that several plans may use it at once.  What a plan keeps for it is its state:
 * prepare makes it, once; where it refuses, the plan is refused, and it has freed what it took.  release frees the state
 * with the plan.  Both may be NULL; without prepare the state is NULL.
 */
typedef struct nt_hook {
    void (*apply)(const struct nt_hook *hook, void *state, const nt_step *step, const nt_box *box,
                  int64_t time);
    nt_status (*prepare)(const struct nt_hook *hook, const nt_hook_use *use, void **state, nt_error *why);
    void (*release)(const struct nt_hook *hook, void *state);
    void *context; /* the hook's own */
} nt_hook;

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_HOOK_H */
