/*
 * team.c - how many threads the next parallel region may have
 * SPDX-License-Identifier: MIT
 *
 * Two things that the OpenMP runtimes (libgomp 12, libomp 14) do not survive are kept from them:
 *
 *   fork      a child has none of its parent's threads, but libgomp's records of them, and waits for them in its
 *             first region for ever.  The child goes on with one thread.
 *   limits    where a thread cannot be started the runtime prints a message and ends the program.  So threads
 *             of the same stack size are started first, to see how many there can be.  The runtime keeps its
 *             threads, a set for each thread that enters regions: this is asked again for a larger team alone.
 */
#include "engine/team.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "machine/settings.h"
#include "machine/startable.h"

static atomic_bool is_forked;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Of the calling thread: the largest team it has asked for, and how many threads that came to. */
static _Thread_local int largest = 1, granted = 1;

static void on_fork(void)
{
    atomic_store_explicit(&is_forked, true, memory_order_relaxed);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, on_fork);
}

static void grow(int n)
{
    pthread_once(&once, watch_forks);
    if (granted == largest)
        granted += nt_threads_startable(n - granted, nt_environment_here()->omp_stack_bytes);
    largest = n;
}

int nt_team_size(int wanted)
{
    /* Inside a caller's region `omp for` would bind to the caller's team. */
    if (wanted <= 1 || omp_in_parallel() || atomic_load_explicit(&is_forked, memory_order_relaxed))
        return 1;
    const int most = omp_get_max_threads(), n = wanted < most ? wanted : most;
    if (n > largest)
        grow(n);
    return n < granted ? n : granted;
}
