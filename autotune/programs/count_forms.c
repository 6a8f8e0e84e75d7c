/*
 * count_forms.c - one count, n increments, five ways that are right
 * SPDX-License-Identifier: MIT
 *
 * A compiler that sees a loop of n increments replaces it by one addition of n.  increment() forbids that: each
 * increment loads the counter from memory, adds 1 and stores it, in all forms but the atomic one, whose addition is
 * one instruction on memory anyway.  So the forms differ only in what they do to share the counter.
 */
#include "programs/count_forms.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LINES = 128 }; /* bytes of two cache lines, since some CPUs fetch them in pairs */

/* The barrier is empty, but the compiler must assume that it reads and changes the counter. */
static inline void increment(int64_t *counter)
{
    ++*counter;
    __asm__ volatile("" : "+m"(*counter));
}

static int64_t count_serial(int64_t n, int threads)
{
    int64_t counter = 0;
    (void)threads;
    for (int64_t i = 0; i < n; i++)
        increment(&counter);
    return counter;
}

static int64_t count_lock(int64_t n, int threads)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int64_t counter = 0;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < n; i++) {
        pthread_mutex_lock(&lock);
        increment(&counter);
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_destroy(&lock);
    return counter;
}

/* Relaxed: the end of the parallel region orders the last addition before the reading. */
static int64_t count_atomic(int64_t n, int threads)
{
    _Atomic int64_t counter = 0;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < n; i++)
        atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
    return counter;
}

typedef struct padded {
    _Alignas(LINES) int64_t counter;
} padded;

/* No memory for the counters: nothing is counted, which the caller sees. */
static int64_t count_padded(int64_t n, int threads)
{
    padded *own = aligned_alloc(LINES, sizeof *own * (size_t)threads);
    int64_t sum = 0;
    if (!own)
        return 0;
    for (int t = 0; t < threads; t++)
        own[t].counter = 0;
#pragma omp parallel num_threads(threads)
    {
        int64_t *counter = &own[omp_get_thread_num()].counter;
#pragma omp for schedule(static)
        for (int64_t i = 0; i < n; i++)
            increment(counter);
    }
    for (int t = 0; t < threads; t++)
        sum += own[t].counter;
    free(own);
    return sum;
}

/* OpenMP makes the private counters and adds them up. */
static int64_t count_reduction(int64_t n, int threads)
{
    int64_t counter = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : counter) schedule(static)
    for (int64_t i = 0; i < n; i++)
        increment(&counter);
    return counter;
}

const count_form count_forms[COUNT_FORMS] = {
    {"serial", count_serial, true, false},        {"lock", count_lock, false, false},
    {"atomic", count_atomic, false, false},       {"padded", count_padded, false, false},
    {"reduction", count_reduction, false, false}, {"race", count_race, false, true}, /* run only if named */
};
