/*
 * bind_threads.c - OpenMP threads that stay on their cores
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "bind_threads.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * With OMP_PROC_BIND or OMP_PLACES in the environment, OpenMP binds this thread to the first place before
 * main().  When the program starts itself again it would inherit this binding, find one core and count one
 * thread.  So this thread first gets all places back.
 */
static void unbind_this_thread(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (int place = 0; place < omp_get_num_places(); place++) {
        const int n = omp_get_place_num_procs(place);
        int *ids = malloc((size_t)n * sizeof *ids);
        if (!ids)
            return;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            CPU_SET(ids[i], &cpus);
        free(ids);
    }
    if (CPU_COUNT(&cpus) > 0)
        sched_setaffinity(0, sizeof cpus, &cpus);
}

/* OpenMP reads its variables before main(), so the program sets them and starts itself again. */
void bind_threads(char **argv)
{
    static const char *const settings[][2] = {
        {"OMP_PROC_BIND", "spread"}, {"OMP_PLACES", "cores"}, {"OMP_WAIT_POLICY", "active"}};
    int n_set = 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!getenv(settings[i][0]))
            n_set += setenv(settings[i][0], settings[i][1], 0) == 0;
    if (n_set == 0)
        return;
    unbind_this_thread();
    execv("/proc/self/exe", argv);
}
