/*
 * tuned.h - the best configs known: tuned headers, compiled in or read at run time
 * SPDX-License-Identifier: MIT
 *
 * `autotune run` writes a header for the machine that it runs on.  The library has several of them built in,
 * and reads more where it runs.  For each kernel and type it uses the first header of this list with rows that can
 * run here:
 *
 *     nt_tuned_load()       the header loaded last comes first, whatever machine it is of
 *     NESTUNE_TUNED=FILE    in the environment, whatever machine it is of
 *     of this CPU           vendor, family, model and caches are the same
 *     of this microarchitecture
 *     of the nearest caches
 *     of any machine        the generic one
 *
 * On each of the last four lines stand first the user's profiles, then the system's, then what is built in; among
 * those of one place that with the nearest caches and number of threads comes first.  So a profile in a home folder
 * that several machines share does not displace what is built in for this very CPU.  Profiles are the files
 *
 *     $XDG_DATA_HOME/nestune/<machine>/tuned.h   the user's; by default below ~/.local/share.  Here an installed
 *                                                `autotune run` writes: its results are used without another step
 *     /etc/nestune/<machine>/tuned.h             the system's; NESTUNE_SYSTEM_DIR names another folder
 *
 * All are read once, at the first use; later changes of files and environment have no effect on this process.  A file
 * that is damaged or of another format is left out, and plans name it (nt_plan_why()).  NESTUNE_TUNED=off uses none
 * of these headers.  A program that has more rights than its user (setuid) reads none of these files on its
 * own, and no NESTUNE_* variable, HOME or XDG_DATA_HOME; nt_tuned_load() works as ever.  OMP_STACKSIZE and GOMP_STACKSIZE are
 * read there as OpenMP's runtime reads them.
 *
 * Results depend on isa and variant, so a kernel and type uses one header only.  If that header has no row
 * for a use, the plan runs with an estimated or the default schedule (plan.h) and the header's isa, variant and
 * fn.
 *
 * Threads: all functions here are safe.
 */
#ifndef NESTUNE_TUNED_H
#define NESTUNE_TUNED_H

#include "nestune/config.h"
#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "nestune/registry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The shape class.  For a field: into which caches does its working set fit?  It fits into a level if it takes at
 * most half of that level's caches: nt_class_bytes().  For a range: has it few or many indices?  A program: long.
 * nt_repeat: does a run make one step or many?  A range and a program make one. */
typedef enum nt_class {
    NT_CLASS_L2,     /* into the second-level caches of the threads */
    NT_CLASS_L3,     /* into their third-level caches */
    NT_CLASS_MEMORY, /* into no cache */
    NT_CLASS_SHORT,
    NT_CLASS_LONG,
    NT_N_CLASSES
} nt_class;
typedef enum nt_repeat { NT_REPEAT_ONE, NT_REPEAT_MANY, NT_N_REPEATS } nt_repeat;

/* nt_class_name(), nt_repeat_name() - "l2", "l3", "memory", "short" or "long"; "one" or "many"; NULL for any
 * other value. */
NT_API const char *nt_class_name(nt_class c);
NT_API const char *nt_repeat_name(nt_repeat r);

/*
 * nt_class_bytes() - the largest working set of a class on a machine, for so many threads.
 *
 * L2: half of the second-level caches of the threads.  L3: half of their third-level caches; how many there are is
 * counted as if the threads lay close together.  With more than half, rows of a grid displace each other, and other
 * programs have their share: on a Zen 4 with two threads `square` became slower from 5/8 of the second level on,
 * and from 7/8 of the third.
 *
 * Shape:   threads: 0: all that are allowed.
 * Units:   bytes, as nt_working_set() counts them.
 * Errors:  none.  0: the machine has no such class, because its third-level caches are no larger than those of the
 *          second level, or it has none.  A second-level cache of unknown size counts as 1 MiB.  INT64_MAX for
 *          NT_CLASS_MEMORY.  A NULL machine and a class of ranges give 0.
 */
NT_API int64_t nt_class_bytes(const nt_machine *machine, int threads, nt_class c);

/* nt_class_on() - the class of a working set on a machine, for so many threads.  Errors: none; as
 * nt_class_bytes(). */
NT_API nt_class nt_class_on(const nt_machine *machine, int threads, int64_t bytes);

/* nt_class_of() - the same on this machine, for the CPUs of the thread that used the library first. */
NT_API nt_class nt_class_of(int64_t bytes, int threads);

/*
 * nt_working_set() - what a run of a field touches: the cells of all levels with the halos that the kernel reads, and
 * those of the coefficients.  A separate result comes on top of it.
 *
 * Shape:   n: cells in x, y, z; params: as for a plan.
 * Units:   bytes.
 * Errors:  0 for a NULL kernel or shape, a range, a program and a shape without cells; at most INT64_MAX.
 */
NT_API int64_t nt_working_set(const nt_kernel *kernel, const void *params, nt_dtype dtype,
                              const int64_t n[3]);

/* nt_class_of_range() - the class of a range of n indices: NT_CLASS_LONG from NT_LONG_FROM on.  Errors:
 * none. */
enum { NT_LONG_FROM = 1 << 20 };
NT_API nt_class nt_class_of_range(int64_t n);

/* The format of the headers that `autotune` writes, and the oldest that this library reads.  Format 3 had the classes
 * in_cache and out_of_cache: they are read as l2 and memory. */
enum { NT_TUNED_FORMAT = 4, NT_TUNED_OLDEST_FORMAT = 3 };

/* One row, as its header has it.  config may contain isa=best and threads=all. */
typedef struct nt_tuned_row {
    const char *kernel, *case_name;
    int version; /* of the kernel when it was tuned */
    const char *dtype, *shape_class, *steps, *config;
    const char *default_ns, *tuned_ns, *verdict; /* of the final; ns a cell and step; "-": not measured */
    int64_t upto; /* for grids with rows of at most so many cells in x; 0: of any length */
} nt_tuned_row;

typedef struct nt_tuned {
    const char *file;           /* from which it was read; NULL: built in */
    const char *machine;        /* nt_machine_id() of the machine that tuned it, or "generic" */
    const char *vendor, *uarch; /* as in nt_machine; "-" in the generic header */
    int family, model_id;
    int64_t l1d_bytes, l2_bytes, l3_bytes;
    int threads; /* allowed threads when it was tuned; 0 in the generic header */
    int n_rows;
    const nt_tuned_row *rows;
    int format;
    int64_t l2_class_bytes, l3_class_bytes; /* nt_class_bytes() there; 0: no such class, or format 3 */
} nt_tuned;

/* Where a header is from, in the order above. */
typedef enum nt_tuned_origin {
    NT_TUNED_LOADED,
    NT_TUNED_ENVIRONMENT,
    NT_TUNED_USER,
    NT_TUNED_SYSTEM,
    NT_TUNED_BUILT_IN,
    NT_TUNED_N_ORIGINS
} nt_tuned_origin;

/* nt_tuned_origin_name() - "loaded", "environment", "user", "system", "built in"; NULL for any other value. */
NT_API const char *nt_tuned_origin_name(nt_tuned_origin origin);

/*
 * nt_tuned_at() - the i-th header that this process knows, from 0: those loaded, the last one first; that of
 * the environment; the user's; the system's; those built in.
 *
 * Errors:  NULL for i out of range.  A header that could not be read is left out.
 * Threads: safe.  Headers stay where they are until the process ends, but nt_tuned_load() raises the numbers
 *          of those before it by one.
 */
NT_API const nt_tuned *nt_tuned_at(int i);

/* nt_tuned_same_cpu() - 1: the header was tuned on a CPU of the same vendor, family, model and caches as this machine's;
 * 0: on another one, or it was written by hand; also for NULL.  Threads: safe. */
NT_API int nt_tuned_same_cpu(const nt_tuned *header, const nt_machine *machine);

/*
 * nt_tuned_find() - the best config known for this use.
 *
 * Shape:   params: as for a plan; NULL: the kernel's defaults.  A row is used only for the kernel's case that
 *          it was tuned for.  nx: cells in x; a class may have several rows, for rows of the grid of at most so
 *          many cells: that with the least such number that is large enough is used, else that with the largest.
 *          0: as for the longest rows.
 *          A header that has no row of the class may have one of the next: for l3 that of memory, else of l2; for l2
 *          and memory that of l3.  If a row has more threads than are allowed here, *config has the allowed
 *          number.  A header that was tuned with one allowed thread knows nothing about sharing: if more are
 *          allowed here, `parallel`, `threads` and `schedule` are those of the default.
 * Reads:   NESTUNE_TUNED=off in the environment: no header is used.  NESTUNE_TUNED=force: rows are used as
 *          they are written, those of a header tuned with one thread too.
 * Errors:  NT_OK: *config is a row's.  NT_ESTALE: *config is the default.  In both cases *why is one line:
 *          which row of which header was used and what of it was not, or why no row was used (another version
 *          of the kernel, an isa that cannot run here, no row).  NT_EARG (kernel or config NULL; a class or
 *          repeat that the kernel's kind does not have) and NT_EKERNEL (no function of this type runs here);
 *          then *config is unchanged.
 * Threads: safe.
 */
NT_API nt_status nt_tuned_find(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c,
                               nt_repeat r, int64_t nx, nt_config *config, nt_error *why);

/*
 * nt_tuned_row_config() - the config that a row gives here, if its header serves; threads as nt_tuned_find() sets
 * them.
 *
 * Errors:  NT_EKERNEL: there is no kernel of this name, or no function of this type runs here.  NT_ESTALE,
 *          NT_ECONFIG, NT_EISA: another version of the kernel, no such type, case, form or key, an isa that cannot run
 *          here; *why names it.  NT_EARG: NULL.
 * Threads: safe.
 */
NT_API nt_status nt_tuned_row_config(const nt_tuned *header, const nt_tuned_row *row, nt_config *config, nt_error *why);

/* What a header has for a use. */
typedef struct nt_tuned_offer {
    const nt_tuned *tuned;   /* NULL: it could not be read */
    nt_tuned_origin origin;
    const char *rank;        /* "built in, same CPU": why it stands where it stands */
    int taken;               /* 1: nt_tuned_find() uses it; 0: another one, or none */
    int usable;              /* 1: it has a row of this kernel and type that can run here */
    const nt_tuned_row *row; /* that serves the use, where usable; NULL: it has none, and gives its arithmetic alone */
    nt_config config;        /* that it gives here, where usable */
    nt_error why;            /* one line: what is used of it, or why it is not */
} nt_tuned_offer;

/*
 * nt_tuned_explain() - all headers known, the best first, and what each has for a use.  It decides as nt_tuned_find()
 * does: with the same code.
 *
 * Shape:   as nt_tuned_find(); threads: as if so many were allowed; 0: those that are.  Writes at most `room` offers;
 *          *n is how many headers there are.
 * Errors:  NT_OK; NT_ESTALE with NESTUNE_TUNED=off, where none is taken; NT_EARG and NT_EKERNEL as nt_tuned_find().
 * Threads: safe.
 */
NT_API nt_status nt_tuned_explain(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c,
                                  nt_repeat r, int64_t nx, int threads, nt_tuned_offer *offers, int room, int *n,
                                  nt_error *why);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_TUNED_H */
