/*
 * tuned.h - the table of best configs that the library was built with
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TUNED_H
#define NESTUNE_TUNED_H

#include "nestune/config.h"
#include "nestune/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Shape class: do the grids fit into the second-level caches of the cores in use?  And how many steps
 * does one run make?  A header has a row for each pair. */
typedef enum nt_class { NT_IN_CACHE, NT_OUT_OF_CACHE, NT_N_CLASSES } nt_class;
typedef enum nt_repeat { NT_ONE_STEP, NT_MANY_STEPS, NT_N_REPEATS } nt_repeat;

NT_API const char *nt_class_name(nt_class c);   /* "in_cache", "out_of_cache" */
NT_API const char *nt_repeat_name(nt_repeat r); /* "one", "many" */

/* nt_class_of() - the class of a working set of this many bytes on this machine. */
NT_API nt_class nt_class_of(int64_t bytes);

/* One row of the generated header, as it stands there. */
typedef struct nt_tuned_row {
    const char *kernel;
    int order;   /* nt_kernel_order() of the parameters that it was tuned for */
    int version; /* the kernel's when it was tuned */
    const char *dtype, *shape_class, *steps, *config;
} nt_tuned_row;

/* Where the table came from: the header's own first line, its machine, and its rows. */
typedef struct nt_tuned {
    int format;
    const char *machine; /* nt_machine_id() of the machine that tuned it; "generic" */
    const char *vendor;  /* "" in the generic header */
    int family, model_id;
    int64_t l1d_bytes, l2_bytes, l3_bytes;
    int n_rows;
    const nt_tuned_row *rows;
} nt_tuned;

/* nt_tuned_table() - the table compiled in.  Threads: safe; constant data. */
NT_API const nt_tuned *nt_tuned_table(void);

/*
 * nt_tuned_find() - the best config known for this use.
 *
 * Shape:   params are a plan's, NULL for the kernel's own.  A row serves the order that it was tuned for and
 *          no other.
 * Reads:   NESTUNE_TUNED=off ignores the table; NESTUNE_TUNED=force takes its rows on any CPU.
 * Errors:  never fails to give a config: NT_OK with the row's, or NT_ESTALE with the default's.
 *          *why says in one line which row was taken, or why none was: another CPU, another
 *          version of the kernel, an isa that is not here, no row.
 *          NT_EKERNEL if the kernel cannot run here at all; then *config is untouched.
 * Threads: safe.
 */
NT_API nt_status nt_tuned_find(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c,
                               nt_repeat r, nt_config *config, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_TUNED_H */
