/*
 * pipeline_support.h - a run of a pipeline, and what it told
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_PIPELINE_SUPPORT_H
#define TESTS_PIPELINE_SUPPORT_H

#include "apply_support.h"

/* What a run told. */
typedef struct told {
    int n_failed;
    char path[16][128], reason[16][256];
    int n_calls;
    const char *change; /* what is done to this file at the first call of `progress` */
    void (*how)(const char *path);
    volatile _Atomic sig_atomic_t *stop;
} told;

static inline void on_failure(void *context, const char *input, const char *reason)
{
    told *t = context;
    if (t->n_failed < 16) {
        snprintf(t->path[t->n_failed], sizeof t->path[0], "%s", input);
        snprintf(t->reason[t->n_failed], sizeof t->reason[0], "%s", reason);
    }
    t->n_failed++;
}

static inline void on_progress(void *context, int64_t done, int64_t all)
{
    told *t = context;
    assert_true(done >= 0 && done <= all);
    if (t->n_calls++ > 0)
        return;
    if (t->how)
        t->how(t->change);
    if (t->stop)
        *t->stop = 1;
}

static inline pipeline_job make_job(const char *kernel, const char *const *inputs, int n, const char *out,
                                    told *t)
{
    *t = (told){0};
    return (pipeline_job){.kernel = nt_kernel_find(kernel),
                          .steps = 1,
                          .inputs = inputs,
                          .n_inputs = n,
                          .out = out,
                          .threads = 2,
                          .failed = on_failure,
                          .progress = on_progress,
                          .context = t};
}

static inline pipeline_counters run_job(const pipeline_job *job, const pipeline_options *o)
{
    static const pipeline_options plain = {2, 8192, 2, PIPELINE_PREAD};
    pipeline_counters c;
    nt_error why = {""};
    if (pipeline_run(job, o ? o : &plain, &c, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(c.n_done + c.n_kept + c.n_failed + c.n_left, job->n_inputs);
    assert_int_equal(count_entries(job->out, true), 0);
    return c;
}

/* The reason given for a file. */
static inline const char *reason_of(const told *t, const char *path)
{
    for (int i = 0; i < t->n_failed && i < 16; i++)
        if (strcmp(t->path[i], path) == 0)
            return t->reason[i];
    return "none";
}

static inline void assert_reason(const told *t, const char *path, const char *part)
{
    if (!strstr(reason_of(t, path), part))
        fail_msg("%s: reason \"%s\", due is \"%s\"", path, reason_of(t, path), part);
}

#endif /* TESTS_PIPELINE_SUPPORT_H */
