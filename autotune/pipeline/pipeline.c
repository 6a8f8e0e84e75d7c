/*
 * pipeline.c - a pointwise kernel over many files: options, threads, results
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "pipeline/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "nestune/machine.h"
#include "os/clock.h"
#include "os/file.h"
#include "pipeline/npy.h"
#include "pipeline/pipeline_stages.h"
#include "pipeline/refusal.h"

_Static_assert((int)PIPELINE_MOST_RING <= (int)QUEUE_MOST, "a queue holds all slabs of an instance");

enum { PAGE = OUTPUT_PAGE };

#define X(code, text) text,
static const char *const io_names[] = {PIPELINE_IO_MAP(X)};
static const char *const stage_names[] = {PIPELINE_STAGE_MAP(X)};
#undef X

const char *pipeline_io_name(pipeline_io io)
{
    return (unsigned)io < PIPELINE_N_IOS ? io_names[io] : NULL;
}

const char *pipeline_stage_name(pipeline_stage stage)
{
    return (unsigned)stage < PIPELINE_N_STAGES ? stage_names[stage] : NULL;
}

/* ---- What is asked for ------------------------------------------------------------------------ */

pipeline_options pipeline_options_default(int n_inputs, int threads)
{
    const int most = threads > 0 ? threads : nt_threads_allowed(), n = n_inputs < most ? n_inputs : most;
    return (pipeline_options){.ring = 4,
                              .slab_bytes = 4 << 20,
                              .instances = n < 1                         ? 1
                                           : n < PIPELINE_MOST_INSTANCES ? n
                                                                         : PIPELINE_MOST_INSTANCES,
                              .io = PIPELINE_PREAD};
}

nt_status pipeline_accepts(const nt_kernel *kernel, nt_error *why)
{
    const nt_field *field = kernel->field;
    const char *reason = kernel->program                            ? "it is a program"
                         : !field                                   ? "it runs over indices, not over cells"
                         : field->n_levels != 1                     ? "it has several time levels"
                         : field->n_coefs != 0                      ? "it needs coefficients beside the file"
                         : nt_kernel_radius(kernel, kernel->params) ? "its cells depend on their neighbours"
                                                                    : NULL;
    return reason ? refusal(NT_EKERNEL, why, "kernel %s cannot be applied to files: %s", kernel->name, reason)
                  : NT_OK;
}

static nt_status check(const pipeline_job *job, const pipeline_options *o, nt_error *why)
{
    if (o->ring < 1 || o->ring > PIPELINE_MOST_RING)
        return refusal(NT_EARG, why, "a ring of %d buffers: allowed are 1 to %d", o->ring,
                       PIPELINE_MOST_RING);
    if (o->slab_bytes < PIPELINE_LEAST_SLAB || o->slab_bytes > INT64_MAX / 2)
        return refusal(NT_EARG, why, "slabs of %lld bytes: allowed are %d or more", (long long)o->slab_bytes,
                       PIPELINE_LEAST_SLAB);
    if (o->instances < 1 || o->instances > PIPELINE_MOST_INSTANCES)
        return refusal(NT_EARG, why, "%d instances: allowed are 1 to %d", o->instances,
                       PIPELINE_MOST_INSTANCES);
    if ((unsigned)o->io >= PIPELINE_N_IOS)
        return refusal(NT_EARG, why, "io %d: allowed are 0 to %d", (int)o->io, PIPELINE_N_IOS - 1);
    if (job->steps < 1 || job->n_inputs < 0 || job->threads < 0)
        return refusal(NT_EARG, why, "%lld steps, %d inputs, %d threads: allowed are 1, 0 and 0 or more",
                       (long long)job->steps, job->n_inputs, job->threads);
    return pipeline_accepts(job->kernel, why);
}

/* ---- Memory ----------------------------------------------------------------------------------- */

/* How many instances the process may have, if each may hold as many open files as it has buffers, on both sides,
 * and those that the finisher has not closed. */
static int64_t files_at_a_time(int ring)
{
    enum { OTHERS = 32 };
    struct rlimit limit;
    const int64_t each = 2 * ((int64_t)ring + FINISHING_ROOM) + 6;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return PIPELINE_MOST_INSTANCES;
    const int64_t n = ((int64_t)limit.rlim_cur - OTHERS) / each;
    return n > 1 ? n : 1;
}

/* As large as the options allow, but no larger than the largest file. */
static void set_sizes(run *r)
{
    pipeline_options *o = &r->options;
    const int threads = r->job->threads > 0 ? r->job->threads : nt_threads_allowed();
    /* An output's header may be longer than its input's. */
    const int64_t beside = NPY_ROOM + PAGE - 1, most = files_at_a_time(o->ring);
    if (o->instances > r->list.n_fine)
        o->instances = r->list.n_fine > 0 ? r->list.n_fine : 1;
    if (o->instances > most)
        o->instances = (int)most;
    o->slab_bytes -= o->slab_bytes % PAGE;
    r->buffer_bytes = o->slab_bytes;
    if (r->list.largest_bytes < o->slab_bytes - beside)
        r->buffer_bytes = (r->list.largest_bytes + beside) / PAGE * PAGE;
    r->threads_each = threads / o->instances > 1 ? threads / o->instances : 1;
}

static nt_status check_memory(const run *r, nt_error *why)
{
    const int64_t available = nt_memory_available();
    int64_t bytes;
    if (__builtin_mul_overflow(r->buffer_bytes, (int64_t)r->options.ring * r->options.instances, &bytes) ||
        (available > 0 && bytes > available))
        return refusal(
            NT_ENOMEM, why, "%d instances x %d buffers x %lld bytes: only %lld bytes of memory are available",
            r->options.instances, r->options.ring, (long long)r->buffer_bytes, (long long)available);
    return NT_OK;
}

static void instance_free(instance *in)
{
    for (int i = 0; in->slabs && i < in->of->options.ring; i++)
        free(in->slabs[i].buffer);
    free(in->slabs);
    queue_free(&in->free);
    queue_free(&in->full);
    queue_free(&in->computed);
    queue_free(&in->finishing);
}

static nt_status instance_make(instance *in, run *r, nt_error *why)
{
    const int ring = r->options.ring;
    *in = (instance){.of = r, .slabs = calloc((size_t)ring, sizeof *in->slabs)};
    queue_make(&in->free, ring);
    queue_make(&in->full, ring);
    queue_make(&in->computed, ring);
    queue_make(&in->finishing, FINISHING_ROOM);
    for (int i = 0; in->slabs && i < ring; i++) {
        slab *s = &in->slabs[i];
        s->buffer = aligned_alloc(PAGE, (size_t)r->buffer_bytes);
        if (!s->buffer)
            return refusal(NT_ENOMEM, why, "no memory for a buffer of %lld bytes",
                           (long long)r->buffer_bytes);
        queue_push(&in->free, s);
    }
    return in->slabs ? NT_OK : refusal(NT_ENOMEM, why, "no memory for a ring of %d buffers", ring);
}

/* ---- Threads ---------------------------------------------------------------------------------- */

typedef struct thread {
    pthread_t id;
    bool is_started;
} thread;

static void *(*const stages[PIPELINE_N_STAGES])(void *) = {stage_read, stage_compute, stage_write, stage_finish};

/* The later stages first: if one cannot be started, closing the queue in front of it ends those behind. */
static int start_instance(instance *in, thread threads[PIPELINE_N_STAGES])
{
    queue *const source[PIPELINE_N_STAGES] = {NULL, &in->full, &in->computed, &in->finishing};
    for (int i = PIPELINE_N_STAGES - 1; i >= 0; i--) {
        const int error = pthread_create(&threads[i].id, NULL, stages[i], in);
        threads[i].is_started = error == 0;
        if (error) {
            if (i < PIPELINE_N_STAGES - 1)
                queue_close(source[i + 1]);
            return error;
        }
    }
    return 0;
}

/* Signals go to the thread that called; RLIMIT_FSIZE becomes an error of write().  Faults stay. */
static void block_signals(sigset_t *kept)
{
    static const int faults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, kept);
}

static nt_status start(run *r, instance *instances, thread *threads, nt_error *why)
{
    sigset_t kept;
    int error = 0;
    block_signals(&kept);
    for (int i = 0; i < r->options.instances && !error; i++) {
        pthread_mutex_lock(&r->lock);
        r->n_running++;
        pthread_mutex_unlock(&r->lock);
        error = start_instance(&instances[i], threads + (ptrdiff_t)i * PIPELINE_N_STAGES);
        if (error && !threads[(ptrdiff_t)i * PIPELINE_N_STAGES + PIPELINE_N_STAGES - 1].is_started) {
            pthread_mutex_lock(&r->lock);
            r->n_running--; /* its finisher does not */
            pthread_mutex_unlock(&r->lock);
        }
    }
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
    if (!error)
        return NT_OK;
    atomic_store(&r->is_halted, true);
    return refusal(NT_ENOMEM, why, "cannot start the threads of %d instances: %s", r->options.instances,
                   strerror(error));
}

/* ---- Results ---------------------------------------------------------------------------------- */

static void tell_failure(const run *r, const char *path, const char *reason, pipeline_counters *c)
{
    c->n_failed++;
    if (r->job->failed)
        r->job->failed(r->job->context, path, reason);
}

/* Takes the files that the finishers are done with; those that are renamed go to *renamed. */
static void collect(run *r, work **renamed, pipeline_counters *c)
{
    pthread_mutex_lock(&r->lock);
    work *ended = r->ended;
    r->ended = NULL;
    pthread_mutex_unlock(&r->lock);
    while (ended) {
        work *w = ended;
        ended = w->next;
        if (w->end == WORK_DONE) {
            w->next = *renamed;
            *renamed = w;
            continue;
        }
        if (w->end == WORK_FAILED)
            tell_failure(r, w->in->path, w->why.text, c);
        c->n_kept += w->end == WORK_KEPT;
        free(w);
    }
}

/* Once the folder is synced, the new names are on the disk and the files are done. */
static void sync_folder(run *r, work **renamed, pipeline_counters *c)
{
    if (!*renamed)
        return;
    /* Some file systems sync folders by themselves and fail with EINVAL. */
    const int error = fsync(r->folder_fd) != 0 && errno != EINVAL ? errno : 0;
    while (*renamed) {
        work *w = *renamed;
        *renamed = w->next;
        if (error) {
            char reason[160];
            snprintf(reason, sizeof reason, "is processed, but the folder cannot be synced: %s",
                     strerror(error));
            tell_failure(r, w->in->path, reason, c);
        } else {
            c->n_done++;
        }
        free(w);
    }
}

/* Sleeps until the last instance has ended, or a moment. */
static bool wait_a_moment(run *r)
{
    enum { MOMENT_NS = 100000000 };
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += MOMENT_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&r->lock);
    if (r->n_running > 0)
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    const bool runs = r->n_running > 0;
    pthread_mutex_unlock(&r->lock);
    return runs;
}

static void watch(run *r, pipeline_counters *c)
{
    enum { SYNC_S = 1 };
    const pipeline_job *job = r->job;
    work *renamed = NULL;
    double synced_s = clock_s();
    bool runs;
    do { /* a signal's flag is read by this thread alone: it is no atomic */
        runs = wait_a_moment(r);
        if (job->stop && *job->stop)
            atomic_store(&r->is_halted, true);
        collect(r, &renamed, c);
        if (!runs || clock_s() - synced_s > SYNC_S) {
            sync_folder(r, &renamed, c);
            synced_s = clock_s();
        }
        if (job->progress && r->list.all_bytes > 0)
            job->progress(job->context, (int64_t)atomic_load(&r->done_bytes), r->list.all_bytes);
    } while (runs);
}

static void add_counters(const run *r, const instance *instances, pipeline_counters *c)
{
    for (int i = 0; i < r->options.instances; i++) {
        c->read_bytes += instances[i].read_bytes;
        c->written_bytes += instances[i].written_bytes;
        for (int s = 0; s < PIPELINE_N_STAGES; s++)
            c->busy_s[s] += instances[i].busy_s[s];
    }
    c->n_left = r->list.n - c->n_done - c->n_kept - c->n_failed;
    c->instances = r->options.instances;
    c->threads_each = r->threads_each;
}

/* ---- The run ---------------------------------------------------------------------------------- */

static nt_status run_instances(run *r, pipeline_counters *c, nt_error *why)
{
    const int n = r->options.instances;
    instance *instances = calloc((size_t)n, sizeof *instances);
    thread *threads = calloc((size_t)n * PIPELINE_N_STAGES, sizeof *threads);
    nt_status status =
        instances && threads ? NT_OK : refusal(NT_ENOMEM, why, "no memory for %d instances", n);
    int made = 0;
    while (status == NT_OK && made < n)
        status = instance_make(&instances[made++], r, why);
    if (status == NT_OK) {
        status = start(r, instances, threads, why);
        watch(r, c);
        for (int i = 0; i < n * PIPELINE_N_STAGES; i++)
            if (threads[i].is_started)
                pthread_join(threads[i].id, NULL);
        add_counters(r, instances, c);
        if (status == NT_OK && r->no_memory)
            status = refusal(NT_ENOMEM, why, "no memory for one more file");
    }
    while (made > 0)
        instance_free(&instances[--made]);
    free(instances);
    free(threads);
    return status;
}

static double cpu_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
           1e-6 * ((double)used.ru_utime.tv_usec + (double)used.ru_stime.tv_usec);
}

static nt_status run_list(run *r, pipeline_counters *c, nt_error *why)
{
    pthread_condattr_t monotonic;
    for (int i = 0; i < r->list.n; i++) {
        nt_error reason;
        if (r->list.at[i].fault == INPUT_FINE)
            continue;
        input_list_reason(&r->list, i, &reason);
        tell_failure(r, r->list.at[i].path, reason.text, c);
    }
    set_sizes(r);
    const nt_status status = check_memory(r, why);
    if (status != NT_OK)
        return status;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const nt_status ran = run_instances(r, c, why);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    return ran;
}

nt_status pipeline_run(const pipeline_job *job, const pipeline_options *options, pipeline_counters *counters,
                       nt_error *why)
{
    const double start_s = clock_s(), start_cpu_s = cpu_s();
    run r = {.job = job, .options = *options};
    *counters = (pipeline_counters){0};
    nt_status status = check(job, options, why);
    if (status != NT_OK)
        return status;
    r.folder_fd = open(job->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r.folder_fd < 0)
        return file_fail(why, "use the folder", job->out, errno);
    int error = faccessat(r.folder_fd, ".", W_OK | X_OK, AT_EACCESS) != 0 ? errno : 0;
    if (!error && job->resume)
        error = output_clean(r.folder_fd);
    status = error ? file_fail(why, "write to the folder", job->out, error)
                   : input_list_make(&r.list, job->inputs, job->n_inputs, r.folder_fd, why);
    if (status == NT_OK)
        status = run_list(&r, counters, why);
    input_list_free(&r.list);
    close(r.folder_fd);
    counters->wall_s = clock_s() - start_s;
    counters->cpu_s = cpu_s() - start_cpu_s;
    return status;
}
