/*
 * tuned_internal.h - how to choose among given tuned headers, whichever the process knows
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TUNED_INTERNAL_H
#define NESTUNE_TUNED_INTERNAL_H

#include "nestune/machine.h"
#include "nestune/tuned.h"

/* The strings of all built-in headers, one after the other; ends with NULL.  See generated/tuned_lines.c. */
extern const char *const nt_tuned_lines[];

/* Answers of nt_tuned_find() that hold as long as no other header is added: see tuned_memo.h. */
enum { NT_TUNED_MEMOS = 64 };

/* One header, or the reason why it cannot be used. */
typedef struct nt_tuned_source {
    nt_tuned tuned;
    nt_tuned_origin origin;
    const nt_kernel *only; /* of a module: its rows of other kernels do not count; NULL: all count */
    nt_error refused; /* "": it can be used */
    struct nt_tuned_source *next;
    _Atomic(const struct nt_tuned_memo *) memos[NT_TUNED_MEMOS]; /* while it is the first in the list */
} nt_tuned_source;

/* nt_tuned_add_lines() - adds the built-in headers of a module, for its kernel alone.  Threads: safe. */
void nt_tuned_add_lines(const char *const *lines, const nt_kernel *only);

/* nt_tuned_newest() - what changes with each header that is added.  Threads: safe. */
const void *nt_tuned_newest(void);

/* The value of NESTUNE_TUNED. */
typedef enum nt_tuned_mode { NT_TUNED_ON, NT_TUNED_OFF, NT_TUNED_FORCE } nt_tuned_mode;

typedef struct nt_tuned_use {
    const nt_kernel *kernel;
    const char *case_name; /* NULL: the parameters belong to no case */
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
    int64_t nx; /* cells in x; INT64_MAX: as for the longest rows */
} nt_tuned_use;

/*
 * nt_tuned_profiles() - calls `found` for FOLDER/<name>/tuned.h of each subfolder that has one, in the reverse order
 * of their names.  A folder that is not there has none.
 */
typedef void nt_tuned_profile_fn(const char *path, nt_tuned_origin origin);
void nt_tuned_profiles(const char *folder, nt_tuned_origin origin, nt_tuned_profile_fn *found);

/*
 * nt_tuned_find_in() - as nt_tuned_find(), but it depends on nothing of the process except the isas that can
 * run.
 *
 * Shape:   among sources of equal rank the first is used; here->threads_allowed is how many threads are
 *          allowed.
 * Errors:  as nt_tuned_find().
 */
nt_status nt_tuned_find_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                           const nt_tuned_use *use, nt_config *config, nt_error *why);

/* nt_tuned_explain_in() - as nt_tuned_explain(), for these headers; here->threads_allowed as above. */
nt_status nt_tuned_explain_in(const nt_tuned_source *first, const nt_machine *here, nt_tuned_mode mode,
                              const nt_tuned_use *use, nt_tuned_offer *offers, int room, int *n, nt_error *why);

/* nt_tuned_narrow() - narrows a range of nx to those for which these headers give the same answer as for use->nx. */
void nt_tuned_narrow(const nt_tuned_source *first, const nt_tuned_use *use, int64_t *from, int64_t *upto);

#endif /* NESTUNE_TUNED_INTERNAL_H */
