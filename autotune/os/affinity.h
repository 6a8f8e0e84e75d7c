/*
 * affinity.h - all CPUs that OpenMP may use, where it has bound this thread to one place
 * SPDX-License-Identifier: MIT
 *
 * With OMP_PROC_BIND or OMP_PLACES in the environment, OpenMP binds the first thread to the first place before
 * main().  Threads and programs that this thread starts would inherit that, and all share one place.  Needs
 * _GNU_SOURCE.
 */
#ifndef AUTOTUNE_AFFINITY_H
#define AUTOTUNE_AFFINITY_H

#include <sched.h>
#include <stdbool.h>

/* affinity_of_places() - the CPUs of all places; false if OpenMP has none, and then this thread is not bound. */
bool affinity_of_places(cpu_set_t *cpus);

/* affinity_unbind() - gives the calling thread the CPUs of all places. */
void affinity_unbind(void);

#endif /* AUTOTUNE_AFFINITY_H */
