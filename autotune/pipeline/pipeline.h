/*
 * pipeline.h - a pointwise kernel over many files: reading, computing and writing overlap
 * SPDX-License-Identifier: MIT
 *
 * Cells of a pointwise kernel do not depend on each other, so a file is processed in slabs, pieces of so many
 * bytes.  An instance has a ring of buffers, each for one slab, and four threads:
 *
 *     reader ── full ──> computing ── computed ──> writer ── written files ──> finisher
 *        └────────────── free buffers <──────────────┘
 *
 * A thread that has nothing to do sleeps.  The finisher syncs a file and gives it its name, while the others
 * go on with the next one.  Several instances share the list of files; each file goes to whichever
 * instance asks first.
 */
#ifndef AUTOTUNE_PIPELINE_H
#define AUTOTUNE_PIPELINE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "nestune/kernel.h"
#include "pipeline/array_form.h"

/* How files are read. */
#define PIPELINE_IO_MAP(X) X(PREAD, "pread") X(MMAP, "mmap")
typedef enum pipeline_io {
#define X(code, text) PIPELINE_##code,
    PIPELINE_IO_MAP(X)
#undef X
        PIPELINE_N_IOS
} pipeline_io;

enum { PIPELINE_MOST_RING = 64, PIPELINE_MOST_INSTANCES = 64, PIPELINE_LEAST_SLAB = 4096 };

/* What a tuner may vary: it changes the speed and no bit of the results. */
typedef struct pipeline_options {
    int ring;           /* buffers of an instance, 1 to PIPELINE_MOST_RING */
    int64_t slab_bytes; /* of a buffer, PIPELINE_LEAST_SLAB or more; rounded down to whole pages */
    int instances;      /* 1 to PIPELINE_MOST_INSTANCES; no more than there are files are started */
    pipeline_io io;
} pipeline_options;

typedef struct pipeline_job {
    const nt_kernel *kernel; /* one that pipeline_accepts() */
    int64_t steps;           /* 1 or more */
    const char *config;      /* as nt_plan_options.config; NULL: as tuned */
    const array_form *raw;   /* what each file holds; NULL: they are .npy files */
    const char *const *inputs;
    int n_inputs;
    const char *out; /* a folder, which exists.  Each output has the last part of its input's name */
    bool resume;     /* leave out inputs with a finished output, remove temporary files of ended runs */
    int threads;     /* that compute, all instances together; 0: as many as this process may use */

    /* May be NULL.  They are called by the thread that called pipeline_run(). */
    const volatile _Atomic sig_atomic_t *stop; /* not 0: ends in order; what is done stays */
    void (*failed)(void *context, const char *input, const char *reason);
    void (*progress)(void *context, int64_t done_bytes, int64_t all_bytes);
    void *context;
} pipeline_job;

/* The stages whose busy time is counted. */
#define PIPELINE_STAGE_MAP(X) X(READ, "read") X(COMPUTE, "compute") X(WRITE, "write") X(SYNC, "sync")
typedef enum pipeline_stage {
#define X(code, text) PIPELINE_##code,
    PIPELINE_STAGE_MAP(X)
#undef X
        PIPELINE_N_STAGES
} pipeline_stage;

typedef struct pipeline_counters {
    int64_t n_done, n_kept, n_failed, n_left; /* inputs; kept: by resume; left: stopped before their turn */
    int64_t read_bytes, written_bytes;        /* of done and of failed files */
    double wall_s, cpu_s;                     /* of this process, during the run */
    double busy_s[PIPELINE_N_STAGES]; /* all instances together, waits for other stages not included */
    int instances, threads_each;      /* as it ran */
} pipeline_counters;

/* pipeline_options_default() - for n_inputs files, `threads` as in the job. */
pipeline_options pipeline_options_default(int n_inputs, int threads);

/* pipeline_accepts() - can this kernel be applied to slabs?  Errors: NT_EKERNEL, with the reason. */
nt_status pipeline_accepts(const nt_kernel *kernel, nt_error *why);

/*
 * pipeline_run() - applies the kernel to all inputs.
 *
 * An output appears under its name only when it is whole and on the disk.  It replaces a regular file of that
 * name.  Until then it has a temporary name in the same folder, `.NAME.nestune-PID-RANDOM`, and a lock.
 * An input that fails is given to job->failed(), once, and the others go on.  Reasons: it cannot be read or
 * is no regular file; another form or size; it is the same file as an earlier input, or has the same last
 * name; its output is an input, a link or a folder, or cannot be written; it changed while it was read.
 *
 * Memory:  ring x slab_bytes x instances, or less if all files are small; with PIPELINE_MMAP up to as much
 *          again of mapped file.
 * Errors:  NT_EARG (options out of range), NT_EKERNEL, NT_EIO (the folder), NT_ENOMEM (memory, threads).  A
 *          file that fails is not an error.
 * Threads: safe.  The threads that it starts block all signals that are not faults of their own.  With
 *          PIPELINE_MMAP a handler for SIGBUS stays: it serves files that become shorter while they are
 *          mapped, and leaves all other faults to the handler before it.
 */
nt_status pipeline_run(const pipeline_job *job, const pipeline_options *options, pipeline_counters *counters,
                       nt_error *why);

/* The names of the enumerators; NULL for any other value. */
const char *pipeline_io_name(pipeline_io io);
const char *pipeline_stage_name(pipeline_stage stage);

#endif /* AUTOTUNE_PIPELINE_H */
