/*
 * bind_threads.c - OpenMP threads that stay on their cores
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "bind_threads.h"

#include <stdlib.h>
#include <unistd.h>

#include "os/affinity.h"

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
    affinity_unbind(); /* the second start would count one thread */
    execv("/proc/self/exe", argv);
}
