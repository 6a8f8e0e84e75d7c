/*
 * team.c - how many threads the next parallel region may have
 * SPDX-License-Identifier: MIT
 *
 * The OpenMP runtimes (libgomp 12, libomp 14) hang or end the program in two situations, which this file
 * avoids:
 *
 *   fork      a child process has no threads of its parent, but has libgomp's records of them, and in
 *             its first region waits for them for ever.  So the child goes on with one thread.
 *   limits    if a thread cannot be started, the runtime prints a message and ends the program.  So this
 *             file first starts threads of the same stack size, to see how many can be started.  The
 *             runtime keeps its threads, a set for each thread that enters regions, so this is repeated
 *             only for a larger team.
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

/* Of the calling thread: the largest team that it wanted, and how many threads that gave. */
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
