/*
 * tuned.h - the best configs known: tuned headers, compiled in or read at run time
 * SPDX-License-Identifier: MIT
 *
 * `autotune run` writes a header for the machine that it ran on.  The library is built with several of them
 * and can read more.  Of those that have rows of a kernel and type that can run here, this one serves, whole:
 *
 *     NESTUNE_TUNED=FILE    in the environment, read once, at the first use
 *     nt_tuned_load()       the last one first
 *     built in              of this CPU (vendor, family, model, caches), else of this microarchitecture, else
 *     of the
 *                           machine with the nearest caches, else the generic one
 *
 * Values depend on isa and variant, so headers are never mixed within a kernel and type: what the one that
 * serves has no row for is run in the default schedule, with that header's isa, variant and fn.
 */
#ifndef NESTUNE_TUNED_H
#define NESTUNE_TUNED_H

#include "nestune/config.h"
#include "nestune/kernel.h"
#include "nestune/registry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Shape class.  Of a field: do the grids fit into the second-level caches of the cores in use?  Of a range:
 * has it many indices?  And how many steps does one run make?  A range's makes one. */
typedef enum nt_class {
    NT_CLASS_IN_CACHE,
    NT_CLASS_OUT_OF_CACHE,
    NT_CLASS_SHORT,
    NT_CLASS_LONG,
    NT_N_CLASSES
} nt_class;
typedef enum nt_repeat { NT_REPEAT_ONE, NT_REPEAT_MANY, NT_N_REPEATS } nt_repeat;

NT_API const char *nt_class_name(nt_class c);   /* "in_cache", "out_of_cache", "short", "long" */
NT_API const char *nt_repeat_name(nt_repeat r); /* "one", "many" */

/* nt_class_of() - of a working set of this many bytes on this machine. */
NT_API nt_class nt_class_of(int64_t bytes);

/* nt_class_of_range() - of so many indices: NT_CLASS_LONG from NT_LONG_FROM on. */
enum { NT_LONG_FROM = 1 << 20 };
NT_API nt_class nt_class_of_range(int64_t n);

/* Of headers that this library reads and `autotune` writes. */
enum { NT_TUNED_FORMAT = 3 };

/* One row, as it stands in its header.  config may say isa=best and threads=all. */
typedef struct nt_tuned_row {
    const char *kernel, *case_name;
    int version; /* the kernel's when it was tuned */
    const char *dtype, *shape_class, *steps, *config;
    const char *default_ns, *tuned_ns, *verdict; /* of the final, ns a cell and step; "-": not measured */
} nt_tuned_row;

typedef struct nt_tuned {
    const char *file;           /* that it was read from; NULL: built in */
    const char *machine;        /* nt_machine_id() of the machine that tuned it; "generic" */
    const char *vendor, *uarch; /* as in nt_machine; "-" in the generic header */
    int family, model_id;
    int64_t l1d_bytes, l2_bytes, l3_bytes;
    int threads; /* allowed when it was tuned; 0 in the generic header */
    int n_rows;
    const nt_tuned_row *rows;
} nt_tuned;

/* nt_tuned_at() - the headers that this process knows, in turn; NULL behind the last.  Threads: safe; they
 * never move or go. */
NT_API const nt_tuned *nt_tuned_at(int i);

/*
 * nt_tuned_find() - the best config known for this use.
 *
 * Shape:   params are a plan's, NULL for the kernel's own.  A row serves the kernel's case that it was tuned
 *          for and no other.  More threads than are allowed here are lowered.  A header tuned with one thread
 *          allowed says nothing about sharing: where more are allowed, `parallel`, `threads` and `schedule`
 *          are the default's.
 * Reads:   NESTUNE_TUNED=off knows no header; NESTUNE_TUNED=force takes rows as they are written, also of a
 *          header tuned with one thread.
 * Errors:  never fails to give a config: NT_OK with the row's, or NT_ESTALE with the default's.
 *          *why says in one line which row was taken, of which header and what was not taken from it, or why
 *          none was: another version of the kernel, an isa that is not here, no row. NT_EKERNEL if the kernel
 *          cannot run here at all, NT_EARG; then *config is untouched.
 * Threads: safe.
 */
NT_API nt_status nt_tuned_find(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c,
                               nt_repeat r, nt_config *config, nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_TUNED_H */
