/*
 * machine.h - which machine this is, and how much of it this process may use
 * SPDX-License-Identifier: MIT
 *
 * Errors:  a machine is one that nt_machine_detect() has filled, or all zeros; unless a function says
 *          otherwise, it may not be NULL.
 * Threads: all functions here are safe.
 */
#ifndef NESTUNE_MACHINE_H
#define NESTUNE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "nestune/isa.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The machine that a tuned result belongs to.  It has no host name, address or serial number. */
typedef struct nt_machine {
    char vendor[16]; /* CPUID vendor, or Arm implementer: "AuthenticAMD", "0x41" */
    char model[64];  /* brand string */
    char uarch[24];  /* archspec's name: "zen5", "skylake_avx512", "neoverse_v2", "x86_64_v3" */
    int family, model_id, stepping;        /* Arm: architecture, part, revision */
    int64_t l1d_bytes, l2_bytes, l3_bytes; /* the size of one cache of each level; 0: none or unknown */
    int l2_shared_by, l3_shared_by;        /* CPUs that share one cache */
    int n_packages, n_cores, n_cpus, n_numa, smt; /* online; smt: hardware threads a core */
    int cpus_affinity;                            /* CPUs in the calling thread's mask */
    int cores_affinity, l2_affinity; /* cores, and L2 caches, that those CPUs belong to; 0: unknown */
    double cpus_quota;               /* cgroup v1 or v2 CPU quota; 0: none */
    int threads_allowed;             /* the lesser of mask and quota, at least 1 */
    int64_t memory_bytes;            /* physical, or the cgroup limit if that is less */
    unsigned isas;                   /* bit 1u << nt_isa for each that can run, up to NESTUNE_MAX_ISA */
    char huge_pages[16];             /* "always", "madvise", "never", or "unknown" */
} nt_machine;

/*
 * nt_machine_detect() - reads CPUID, hwloc's topology, the affinity mask and cgroup v1 and v2.
 *
 * Units:   bytes; cpus_quota in CPUs, which may be a fraction.
 * Errors:  NT_EARG: NULL.  A value that cannot be found out is 0 or "unknown"; counts of packages, cores,
 *          CPUs and NUMA nodes are at least 1.
 * Threads: safe.  A call lasts some milliseconds.  The counts of affinity are those of the calling thread.
 * Source:  uarch: the names of archspec, by vendor, family, model and stepping.
 */
NT_API nt_status nt_machine_detect(nt_machine *machine);

/*
 * nt_machine_cores() - the number of cores that the allowed threads run on; two hyperthreads share one core.
 * At most threads_allowed, and that number if the cores are unknown.
 * Errors:  none; 0 for NULL.
 */
NT_API int nt_machine_cores(const nt_machine *machine);

/*
 * nt_machine_id() - writes the folder name of the machine's results: microarchitecture, family, model,
 * stepping and allowed threads, as in "zen5-26.2.1-2t"; if these share cores, the cores too:
 * "zen5-26.2.1-2t-1c".
 * Shape:   writes at most n bytes, the final NUL included; NT_MACHINE_ID bytes are always enough.
 * Errors:  none; letters become lower case, and bytes other than a-z, 0-9, '.', '_' and '-' become '_'.
 *          A NULL machine gives "", a NULL text nothing.
 */
enum { NT_MACHINE_ID = 64 };
NT_API void nt_machine_id(const nt_machine *machine, char *text, size_t n);

/*
 * nt_machine_same_cpu() - may b use results of a?  1 if vendor, family, model and caches are the same.
 * Errors:  none; if it returns 0, *why names what differs, or which machine is NULL.
 */
NT_API int nt_machine_same_cpu(const nt_machine *a, const nt_machine *b, nt_error *why);

/*
 * nt_threads_allowed() - how many threads a plan of the calling thread may use: the lesser of the CPUs in the
 * thread's affinity mask and the cgroup quota, at least 1.
 *
 * The mask is the thread's and not the process's, because OpenMP's threads inherit the mask of the thread
 * that starts them: the threads of a thread that is bound to one CPU would all run there.  With OMP_PROC_BIND
 * it is the mask that the process began with.
 *
 * Errors:  none; without a readable mask the number of CPUs online counts.
 * Threads: safe.  The mask is read at each call, the quota once, at the first.
 */
NT_API int nt_threads_allowed(void);

/*
 * nt_memory_available() - how much can still be allocated: the lesser of MemAvailable and the rest of the
 * cgroup's limit, both read at each call.
 *
 * Units:   bytes.
 * Errors:  0: unknown.
 */
NT_API int64_t nt_memory_available(void);

/* How this library was built.  The texts are static. */
typedef struct nt_build {
    const char *version;  /* nestune's */
    const char *compiler; /* "gcc 12.2.0" */
    const char *flags;    /* of the common code */
    const char *sleef;    /* version of its headers */
} nt_build;

/* nt_build_info() - never NULL. */
NT_API const nt_build *nt_build_info(void);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_MACHINE_H */
