/*
 * fields.h - the grids of a problem under trial, kept between trials
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FIELDS_H
#define AUTOTUNE_FIELDS_H

#include <stdint.h>

#include "measure/trial.h"

enum { FIELDS_KEPT = 12, FIELDS_SEED = 20 };

/* Grids of one kernel, case, dtype, shape and way of running. pristine[i] is a copy of what level[i] held
 * first, from which a changed input is restored; NULL as long as no trial needed it. */
typedef struct fields {
    const nt_kernel *kernel;
    const nt_case *kernel_case;
    nt_dtype dtype;
    int64_t shape[3];
    bool bricks;      /* they are there, too */
    nt_config placed; /* each page lies on the NUMA node of the thread that has its cells with this config */
    int restored;     /* runs change their input, and fields_restore() undoes it */
    nt_grid *level[NT_MAX_LEVELS], *pristine[NT_MAX_LEVELS], *coef[NT_MAX_COEFS], *result;
    uint64_t last_use; /* 0: empty */
} fields;

typedef struct fields_cache {
    fields kept[FIELDS_KEPT];
    uint64_t uses;
    int n_numa; /* nodes of this machine; 0: not yet asked */
} fields_cache;

/*
 * fields_get() - finds or makes the grids for an ask.  If memory is short, frees the least recently used
 * ones.
 *
 * Errors:  NT_ENOMEM if the grids do not fit into the memory that the process may still allocate, and those
 *          of nt_grid_create(); *f is then NULL.
 */
nt_status fields_get(fields_cache *cache, const trial_ask *ask, fields **f, nt_error *why);

/* fields_restore() - puts the original input back into the grids, in the roles that the plan gives them
 * now. */
void fields_restore(fields *f, const nt_plan *plan, int threads);

/* fields_run() - runs the plan as for a caller whose grids are in rows: with a config of another layout they are copied before
 * and after. */
void fields_run(fields *f, nt_plan *plan, int64_t steps);

/* fields_plan() - a plan on these grids, for the ask's config and steps.  Errors: as nt_plan_create(). */
nt_status fields_plan(fields *f, const trial_ask *ask, nt_plan **plan, nt_error *why);

void fields_free_all(fields_cache *cache);

#endif /* AUTOTUNE_FIELDS_H */
