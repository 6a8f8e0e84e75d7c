/*
 * tuned_internal.h - the choice among tuned headers, apart from those that this process knows
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TUNED_INTERNAL_H
#define NESTUNE_TUNED_INTERNAL_H

#include "nestune/machine.h"
#include "nestune/tuned.h"

/* The strings of all headers compiled in, one after the other; ends with NULL.  generated/tuned_lines.c. */
extern const char *const nt_tuned_lines[];

typedef enum nt_tuned_origin { NT_TUNED_ENVIRONMENT, NT_TUNED_USER, NT_TUNED_BUILT_IN } nt_tuned_origin;

/* One header, or why it is none. */
typedef struct nt_tuned_source {
    nt_tuned tuned;
    nt_tuned_origin origin;
    nt_error refused; /* "": it is one */
    const struct nt_tuned_source *next;
} nt_tuned_source;

/* What NESTUNE_TUNED says. */
typedef enum nt_tuned_mode { NT_TUNED_ON, NT_TUNED_OFF, NT_TUNED_FORCE } nt_tuned_mode;

typedef struct nt_tuned_use {
    const nt_kernel *kernel;
    const char *case_name; /* NULL: the parameters belong to none */
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
} nt_tuned_use;

/*
 * nt_tuned_find_in() - nt_tuned_find() with nothing taken from the process but the isas that can run.
 *
 * Shape:   of equals among the sources the first serves; here->threads_allowed is how many threads may be
 *          used.
 * Errors:  as nt_tuned_find().
 */
nt_status nt_tuned_find_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                           const nt_tuned_use *use, nt_config *config, nt_error *why);

/* nt_class_at() - nt_class_of() where so many threads have n_l2 second-level caches (0: unknown, one a thread)
 * of l2_bytes each.  Two hyperthreads of one core have one cache. */
nt_class nt_class_at(int64_t bytes, int64_t l2_bytes, int n_l2, int threads);

#endif /* NESTUNE_TUNED_INTERNAL_H */
