/*
 * machine_internal.h - parts of machine.c that the library and the tests call
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_MACHINE_INTERNAL_H
#define NESTUNE_MACHINE_INTERNAL_H

#include "nestune/machine.h"

/* nt_machine_here() - this machine, read once in each process; use it for what does not change: CPU and
 * caches.
 * Threads: safe. */
const nt_machine *nt_machine_here(void);

/*
 * nt_threads_from() - the number of threads that an affinity mask and a CPU quota allow.
 *
 * A quota is rounded down: a team of more threads than the quota uses it up before its period ends,
 * the kernel then stops all of them, and each barrier waits for the stopped ones.
 */
int nt_threads_from(int cpus_affinity, double cpus_quota);

/*
 * nt_topology_at() - packages, cores, caches and nodes of a made-up topology, in hwloc's words, where the
 * CPUs of this list ("0,2-3") may be used.  What it lacks, and all of one that is malformed, stays as it is.
 */
void nt_topology_at(const char *synthetic, const char *cpus, nt_machine *machine);

/* As nt_memory_available(), and the state of huge pages, with `root` before every path. */
int64_t nt_memory_available_at(const char *root);
void nt_huge_pages_at(const char *root, char text[16]);

#endif /* NESTUNE_MACHINE_INTERNAL_H */
