/*
 * pi_forms.c - ways to share the samples of pi among threads
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* pthread_attr_setaffinity_np() */
#include "programs/pi_forms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/interrupt.h"
#include "nestune/kernel.h"
#include "nestune/pi.h"
#include "nestune/plan.h"
#include "nestune/registry.h"
#include "os/affinity.h"

/* As many samples as the notebook makes in one go. */
static const int64_t notebook_blk = 1000 * 1000;

/* About as many as take a tenth of a second or two: between such rounds Ctrl-C is heard. */
static const int64_t round_samples = 1 << 26;

/* One plan, each run a block of blk samples. */
static nt_status run_blocks(const pi_job *job, int64_t blk, const char *config, uint64_t *hits, nt_error *why)
{
    const nt_pi pi = {job->seed};
    const nt_plan_options options = {
        .bytes = sizeof options, .params = &pi, .config = config, .most_threads = job->threads};
    nt_plan *plan;
    nt_status status = nt_plan_create_range(&plan, nt_kernel_find("pi"), job->dtype, blk, &options, why);
    *hits = 0;
    for (int64_t first = 0, end; first < job->samples && status == NT_OK && !stop_asked; first = end) {
        uint64_t more;
        end = job->samples - first < blk ? job->samples : first + blk;
        status = nt_plan_run_range(plan, first, end, &more);
        *hits += more;
    }
    nt_plan_destroy(plan);
    return status;
}

static nt_status serial(const pi_job *job, uint64_t *hits, nt_error *why)
{
    return run_blocks(job, round_samples, "parallel=serial,threads=1", hits, why);
}

static nt_status tuned(const pi_job *job, uint64_t *hits, nt_error *why)
{
    return run_blocks(job, round_samples, NULL, hits, why);
}

nt_status pi_blocks(const pi_job *job, uint64_t *hits, nt_error *why)
{
    char config[80]; /* by name, since the library would let short blocks run on fewer threads */
    snprintf(config, sizeof config, "parallel=flat,chunk=0,schedule=static,threads=%d", job->threads);
    return run_blocks(job, job->blk, config, hits, why);
}

/* ---- Threads of one's own ------------------------------------------------------------------------ */

typedef struct part {
    const pi_job *job;
    pthread_t thread;
    int64_t first, end;
    uint64_t hits; /* of this thread alone: the output has one more dimension, and is added up at the end */
    nt_status status;
    nt_error why;
} part;

static void *count_part(void *argument)
{
    part *p = argument;
    const nt_pi pi = {p->job->seed};
    const nt_plan_options options = {
        .bytes = sizeof options, .params = &pi, .config = "parallel=serial,threads=1", .most_threads = 1};
    nt_plan *plan;
    p->status = nt_plan_create_range(&plan, nt_kernel_find("pi"), p->job->dtype, p->end - p->first, &options,
                                     &p->why);
    for (int64_t first = p->first, end; first < p->end && p->status == NT_OK && !stop_asked; first = end) {
        uint64_t more = 0;
        end = p->end - first < round_samples ? p->end : first + round_samples;
        p->status = nt_plan_run_range(plan, first, end, &more);
        p->hits += more;
    }
    nt_plan_destroy(plan);
    return NULL;
}

/* The calling thread takes the first part, and those whose threads cannot be started. */
static nt_status threads(const pi_job *job, uint64_t *hits, nt_error *why)
{
    const int n = job->threads;
    part *parts = calloc((size_t)n, sizeof *parts);
    nt_status status = NT_OK;
    *hits = 0;
    if (!parts) {
        snprintf(why->text, sizeof why->text, "no memory for %d threads", n);
        return NT_ENOMEM;
    }
    /* Threads inherit this one's CPUs, and OpenMP may have bound it to one place. */
    cpu_set_t cpus;
    pthread_attr_t free_to_move;
    pthread_attr_init(&free_to_move);
    if (affinity_of_places(&cpus))
        pthread_attr_setaffinity_np(&free_to_move, sizeof cpus, &cpus);
    const int64_t each = job->samples / n, longer = job->samples % n;
    for (int i = n - 1; i >= 0; i--) {
        part *p = &parts[i];
        p->job = job;
        p->first = i * each + (i < longer ? i : longer);
        p->end = p->first + each + (i < longer);
        if (i == 0 || pthread_create(&p->thread, &free_to_move, count_part, p) != 0) {
            p->thread = pthread_self();
            count_part(p);
        }
    }
    for (int i = 0; i < n; i++) {
        if (!pthread_equal(parts[i].thread, pthread_self()))
            pthread_join(parts[i].thread, NULL);
        *hits += parts[i].hits;
        if (parts[i].status != NT_OK) {
            status = parts[i].status;
            *why = parts[i].why;
        }
    }
    pthread_attr_destroy(&free_to_move);
    free(parts);
    return status;
}

/* ---- OpenMP's private and reduction ---------------------------------------------------------------- */

static nt_status reduction(const pi_job *job, uint64_t *hits, nt_error *why)
{
    const nt_pi pi = {job->seed};
    const int64_t blk = notebook_blk, n = (job->samples + blk - 1) / blk;
    uint64_t inside = 0;
    int failed = 0;
#pragma omp parallel for num_threads(job->threads) reduction(+ : inside) reduction(max : failed)
    for (int64_t i = 0; i < n; i++) {
        if (stop_asked)
            continue;
        const int64_t first = i * blk, end = job->samples - first < blk ? job->samples : first + blk;
        uint64_t more = 0; /* declared inside the region, so it is private */
        nt_error own;
        const nt_status status = nt_run_range("pi", &pi, job->dtype, first, end, &more, &own);
        inside += more;
        if ((int)status > failed) {
            failed = (int)status;
#pragma omp critical
            *why = own;
        }
    }
    *hits = inside;
    return (nt_status)failed;
}

const pi_form pi_forms[] = {
    {"serial", serial}, {"threads", threads}, {"reduction", reduction}, {"tuned", tuned}, {0},
};
