/*
 * environment.c - the environment that trials run in
 * SPDX-License-Identifier: MIT
 */
#include "measure/environment.h"

#include <stddef.h>

/* Each thread has a core of its own, stays there, and spins while it waits, as in a program that runs nothing
 * else.  Other settings that change how many threads run, or where, are removed. */
const environment_setting trial_environment[] = {
    {"OMP_PROC_BIND", "spread"}, {"OMP_PLACES", "cores"},   {"OMP_WAIT_POLICY", "active"},
    {"OMP_DYNAMIC", "false"},    {"OMP_NUM_THREADS", NULL}, {"OMP_THREAD_LIMIT", NULL},
    {"OMP_SCHEDULE", NULL},      {"OMP_DISPLAY_ENV", NULL}, {"GOMP_CPU_AFFINITY", NULL},
    {"GOMP_SPINCOUNT", NULL},    {"KMP_AFFINITY", NULL},    {"KMP_HW_SUBSET", NULL},
    {"KMP_BLOCKTIME", NULL},     {"NESTUNE_VERBOSE", NULL}, {NULL, NULL},
};
