/*
 * affinity.c - all CPUs that OpenMP may use, where it has bound this thread to one place
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "os/affinity.h"

#include <omp.h>
#include <stdlib.h>

bool affinity_of_places(cpu_set_t *cpus)
{
    CPU_ZERO(cpus);
    for (int place = 0; place < omp_get_num_places(); place++) {
        const int n = omp_get_place_num_procs(place);
        int *ids = malloc((size_t)n * sizeof *ids);
        if (!ids)
            return false;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            CPU_SET(ids[i], cpus);
        free(ids);
    }
    return CPU_COUNT(cpus) > 0;
}

void affinity_unbind(void)
{
    cpu_set_t cpus;
    if (affinity_of_places(&cpus))
        sched_setaffinity(0, sizeof cpus, &cpus);
}
