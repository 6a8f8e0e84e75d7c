/*
 * plan_internal.h - the struct behind nt_plan, and how its config is chosen
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_PLAN_INTERNAL_H
#define NESTUNE_PLAN_INTERNAL_H

#include "core/layout.h"
#include "engine/nest.h"
#include "engine/range.h"
#include "nestune/plan.h"
#include "nestune/tuned.h"

struct nt_plan {
    const nt_kernel *kernel;
    const void *params;
    nt_operands on;      /* of a field: the caller's grids */
    nt_laid_out grids;   /* the same in the layout of the config */
    nt_nest nest;        /* of a field */
    nt_range_nest range; /* of a range */
    nt_config config;
    nt_error why;
    /* Of a field: the config as chosen, before threads without work were found some (share.h); and what became of it for
     * the grids that the plan was made with. */
    nt_config chosen, first;
    nt_error chosen_why, first_why;
    bool named;         /* the caller named the schedule: it stays */
    int64_t n_counters; /* of time blocks */
    size_t brick_bytes; /* allocated with the plan */
    nt_plan *few;       /* in rows, for runs that are not worth copying grids into this plan's layout; NULL: none is needed */
    const nt_plan *of;  /* the plan whose `few` this is, with its hooks; NULL: none */
};

/* Runs of so many steps are worth copying grids: the tuner has compared layouts at 16. */
enum { NT_PLAN_MANY = 16 };

static const int64_t nt_plan_most_steps = INT64_MAX / 4;

/* Errors: NT_EARG, with the option in *why. */
nt_status nt_plan_check_options(const nt_plan_options *o, nt_error *why);

/* Does the caller's text name how the work is shared?  Then the plan keeps this schedule.  Does it name the layout? */
bool nt_plan_names_schedule(const char *text);
bool nt_plan_names_layout(const char *text);

/* Does the text name one of these keys?  keys ends with NULL. */
bool nt_plan_names(const char *text, const char *const keys[]);

/* Adds a remark to the plan's why. */
void nt_plan_explain(nt_plan *plan, const char *text);

/* The same arithmetic on a layout, with a schedule that suits any machine. */
void nt_plan_take_default(nt_plan *plan, nt_dtype dtype, nt_layout layout, int64_t steps);

/*
 * What plan_small.c does for grids of few cells, each if the caller's text does not name it.
 *
 * nt_plan_drop_tiles()     before that text is known: the default schedule, where a step takes a few microseconds
 * nt_plan_drop_threads()   no more threads than are worth waking, on data that fits the second-level cache; or of a range
 * nt_plan_take_narrower()  the isa whose vectors short rows fill, if the kernel's bits are the same on all
 */
void nt_plan_drop_tiles(nt_plan *plan, nt_dtype dtype, const int64_t n[3]);
void nt_plan_drop_threads(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, const int64_t n[3]);
void nt_plan_take_narrower(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, const int64_t n[3]);

/* How many threads a run may have. */
int nt_plan_threads(const nt_plan_options *o);

/* Sets config and why.  n: cells in x, y, z; or {indices, 1, 1}.  Errors: as nt_plan_create(). */
nt_status nt_plan_choose(nt_plan *plan, const nt_plan_options *o, nt_dtype dtype, nt_class size_class, const int64_t n[3],
                         nt_error *why);

/* Makes the grids of the config's layout, or takes rows where that layout cannot be used or is not worth it. */
nt_status nt_plan_choose_layout(nt_plan *plan, const nt_plan_options *o, int radius, nt_error *why);

/* Errors: NT_ENOMEM if the options do not allow so many bytes. */
nt_status nt_plan_check_memory(const nt_plan_options *o, size_t bytes, const char *what, nt_error *why);

/* With NESTUNE_VERBOSE prints what was chosen. */
void nt_plan_print(nt_plan *plan, nt_dtype dtype, const int64_t n[3]);

#endif /* NESTUNE_PLAN_INTERNAL_H */
