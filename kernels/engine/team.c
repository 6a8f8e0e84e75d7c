/*
 * team.c - how many threads the next parallel region may have
 * SPDX-License-Identifier: MIT
 *
 * The OpenMP runtimes (libgomp 12, libomp 14) hang or end the program in two situations, which this file
 * avoids:
 *
 *   fork      a child process has no threads of its parent, but has libgomp's records of them, and in
 *             its first region waits for them for ever.  So the child goes on with one thread, unless its
 *             parent had only one.  The parent's other threads may belong to OpenMP regions of the host, which
 *             no function of OpenMP tells.
 *   limits    if a thread cannot be started, the runtime prints a message and ends the program.  So this
 *             file first starts threads of the same stack size, to see how many can be started.  The
 *             runtime keeps the threads of the last team, a set for each thread that enters regions, so this
 *             is repeated only for a larger team.
 */
#include "engine/team.h"

#include <limits.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "machine/settings.h"
#include "machine/startable.h"

enum { MOST_TRIES = 3 };

static atomic_bool is_forked, leaves_threads; /* leaves_threads: if this process forks */

/* Of the calling thread: how many threads its last team had, and, once fewer than wanted could be started, how many it may
 * have. */
static _Thread_local int kept = 1, most_startable = INT_MAX;

/* In the parent: has the process more threads than the one that forks?  This folder has two links and one for
 * each thread. */
static void before_fork(void)
{
    struct stat tasks;
    const bool alone = stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3;
    atomic_store_explicit(&leaves_threads, !alone, memory_order_relaxed);
}

static void in_child(void)
{
    if (atomic_load_explicit(&leaves_threads, memory_order_relaxed))
        atomic_store_explicit(&is_forked, true, memory_order_relaxed);
}

/* When the library is loaded: the host may enter regions and fork before its first run. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, NULL, in_child);
}

int nt_team_size(int wanted)
{
    /* Inside a caller's region `omp for` would bind to the caller's team. */
    if (wanted <= 1 || omp_in_parallel() || atomic_load_explicit(&is_forked, memory_order_relaxed))
        return 1;
    const int most = omp_get_max_threads() < most_startable ? omp_get_max_threads() : most_startable;
    const int n = wanted < most ? wanted : most;
    if (n <= 1) /* libomp has negative numbers of threads where OMP_NUM_THREADS is wrong */
        return 1;
    int startable = n;
    for (int tries = 0; n > kept && tries < MOST_TRIES; tries++) {
        startable = kept + nt_threads_startable(n - kept, nt_environment_here()->omp_stack_bytes);
        if (startable >= n)
            break;
        sched_yield(); /* threads of a larger team that has just ended may still count */
    }
    if (startable < n)
        most_startable = startable;
    return kept = startable < n ? startable : n;
}
