/*
 * pipeline_stages.h - what the threads of a pipeline share (this room alone)
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PIPELINE_STAGES_H
#define AUTOTUNE_PIPELINE_STAGES_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "nestune/plan.h"
#include "pipeline/input_list.h"
#include "pipeline/mapping.h"
#include "pipeline/output.h"
#include "pipeline/pipeline.h"
#include "pipeline/queue.h"

enum { FINISHING_ROOM = 8 }; /* files of an instance that wait for the finisher */

/* How far a file has come. */
typedef enum work_end { WORK_DONE, WORK_KEPT, WORK_FAILED, WORK_STOPPED } work_end;

/* An input on its way.  Stages hand it on through the queues; only `is_off` is looked at out of turn. */
typedef struct work {
    const input *in;
    int fd;
    struct stat as_opened; /* of the input */
    array_form form;
    output out;
    int64_t out_offset; /* of its first cell: the bytes of its header */
    int64_t out_bytes;
    int64_t counted_bytes; /* of the input, for the progress */
    atomic_bool is_off;    /* it failed or was stopped; the stage that set it wrote `end` and `why` */
    work_end end;
    nt_error why;
    struct work *next; /* in the run's list */
} work;

typedef struct slab {
    work *of;
    char *buffer;       /* what is written: a header, if it is the file's first slab, and cells */
    char *cells;        /* in the buffer */
    const void *source; /* these cells, or mapped ones */
    mapping map;
    int64_t first, n; /* cells of the file */
    bool is_last;
} slab;

/* Slabs of a file have up to three sizes, and each its plan. */
enum { PLAN_WHOLE, PLAN_FIRST, PLAN_LAST, N_PLANS };

/* A plan for slabs of so many cells, and the grids that it was given last. */
typedef struct slab_plan {
    nt_plan *plan;
    nt_grid *grids[2]; /* source and result; the second is NULL if it works in place */
    int64_t n;
} slab_plan;

typedef struct run {
    const pipeline_job *job;
    pipeline_options options;
    input_list list;
    int folder_fd;
    int threads_each;
    int64_t buffer_bytes;
    atomic_int next;       /* input that nobody has taken yet */
    atomic_bool is_halted; /* no more files and slabs */
    atomic_llong done_bytes;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the last instance has ended; uses the monotonic clock */
    work *ended;            /* files that the finishers are done with */
    int n_running;          /* instances */
    bool no_memory;
} run;

typedef struct instance {
    run *of;
    slab *slabs;
    queue free, full, computed, finishing;
    work *ahead; /* the reader's next file, already open */
    slab_plan plans[NT_N_DTYPES][N_PLANS];
    double busy_s[PIPELINE_N_STAGES];
    int64_t read_bytes, written_bytes;
} instance;

/* The four threads of an instance; the context is the instance. */
void *stage_read(void *instance);
void *stage_compute(void *instance);
void *stage_write(void *instance);
void *stage_finish(void *instance);

/* work_open() - the next input that needs work, with its form; NULL: there is none.  Inputs that fail here,
 * or are finished already, go to the run's list. */
work *work_open(run *r);

/* work_fail() - the file is not processed any further; the first reason counts. */
__attribute__((format(printf, 2, 3))) void work_fail(work *w, const char *format, ...);

/* work_stop() - the same, because the run was stopped. */
void work_stop(work *w);

/* work_check() - fails the file if it has changed since it was opened. */
void work_check(work *w);

/* work_close() - closes what is open and hands the file to the run's list. */
void work_close(run *r, work *w);

/* compute_slab() - applies the kernel to a slab. */
nt_status compute_slab(instance *in, slab *s, nt_error *why);
void compute_free(instance *in);

#endif /* AUTOTUNE_PIPELINE_STAGES_H */
