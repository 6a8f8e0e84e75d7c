/*
 * machine.c - which machine this is, and how much of it this process may use
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "machine/machine_internal.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hwloc.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "machine/cpu.h"
#include "machine/quota.h"
#include "why.h"

/* ---- What this process may use ------------------------------------------------------------- */

/* This thread's affinity mask, to be freed by CPU_FREE(), and its size in bytes; NULL if it cannot
 * be read. */
static cpu_set_t *read_mask(size_t *size)
{
    /* The kernel's mask may be wider than cpu_set_t: EINVAL asks for more room. */
    for (int n_cpus = CPU_SETSIZE; n_cpus <= 1 << 20; n_cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(n_cpus);
        if (!set)
            break;
        *size = CPU_ALLOC_SIZE(n_cpus);
        const int bad = sched_getaffinity(0, *size, set) ? errno : 0;
        if (!bad && CPU_COUNT_S(*size, set) > 0)
            return set;
        CPU_FREE(set);
        if (bad != EINVAL)
            break;
    }
    return NULL;
}

static int count_mask(void)
{
    size_t size;
    cpu_set_t *set = read_mask(&size);
    if (set) {
        const int count = CPU_COUNT_S(size, set);
        CPU_FREE(set);
        return count;
    }
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

/* With OMP_PROC_BIND the runtime binds the first thread to one CPU before main().  Then the thread's mask is
 * no longer the process's, but the runtime has kept that one. */
static int is_bound_by_openmp(void)
{
#ifdef _OPENMP
    return omp_get_proc_bind() != omp_proc_bind_false;
#else
    return 0;
#endif
}

static int cpus_affinity(void)
{
#ifdef _OPENMP
    if (is_bound_by_openmp())
        return omp_get_num_procs();
#endif
    return count_mask();
}

/* The CPUs that cpus_affinity() counts, if their numbers are known. */
static void list_affinity(hwloc_bitmap_t cpus)
{
#ifdef _OPENMP
    for (int place = 0; is_bound_by_openmp() && place < omp_get_num_places(); place++) {
        const int n = omp_get_place_num_procs(place);
        int *ids = n > 0 ? malloc((size_t)n * sizeof *ids) : NULL;
        if (!ids)
            continue;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            hwloc_bitmap_set(cpus, (unsigned)ids[i]);
        free(ids);
    }
#endif
    size_t size;
    cpu_set_t *set = is_bound_by_openmp() ? NULL : read_mask(&size);
    for (size_t i = 0; set && i < 8 * size; i++)
        if (CPU_ISSET_S(i, size, set))
            hwloc_bitmap_set(cpus, (unsigned)i);
    if (set)
        CPU_FREE(set);
}

int nt_threads_from(int affinity, double quota)
{
    int n = affinity;
    if (quota > 0 && quota < n)
        n = (int)quota;
    return n < 1 ? 1 : n;
}

static double quota_cpus;

static void read_quota(void)
{
    nt_quota quota;
    nt_quota_read("", &quota);
    quota_cpus = quota.cpus;
}

int nt_threads_allowed(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_quota);
    return nt_threads_from(cpus_affinity(), quota_cpus);
}

/* `MemAvailable:   123 kB`, in bytes; 0 if it is not there. */
static int64_t meminfo_bytes(const char *root, const char *key)
{
    char text[8192];
    if (!nt_file_read(root, "/proc", "/meminfo", text, sizeof text))
        return 0;
    const char *line = strstr(text, key);
    const int64_t kib = line ? strtoll(line + strlen(key), NULL, 10) : 0;
    return kib > 0 && kib < INT64_MAX / 1024 ? kib * 1024 : 0;
}

int64_t nt_memory_available_at(const char *root)
{
    nt_quota quota;
    int64_t bytes = meminfo_bytes(root, "MemAvailable:");
    if (!bytes)
        bytes = meminfo_bytes(root, "MemFree:");
    nt_quota_read(root, &quota);
    return bytes && bytes < quota.memory_free ? bytes : quota.memory_free < INT64_MAX ? quota.memory_free : 0;
}

int64_t nt_memory_available(void)
{
    return nt_memory_available_at("");
}

void nt_huge_pages_at(const char *root, char text[16])
{
    char line[64];
    snprintf(text, 16, "unknown");
    nt_file_read(root, "/sys/kernel/mm/transparent_hugepage", "/enabled", line, sizeof line);
    const char *const from = strchr(line, '['); /* as in "always [madvise] never" */
    const char *const to = from ? strchr(from, ']') : NULL;
    if (to && to - from <= 15)
        snprintf(text, 16, "%.*s", (int)(to - from - 1), from + 1);
}

/* ---- Topology ------------------------------------------------------------------------------ */

static int count(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    const int n = hwloc_get_nbobjs_by_type(topology, type);
    return n > 0 ? n : 0;
}

/* How many objects of a type have one of these CPUs; 0: unknown. */
static int count_behind(hwloc_topology_t topology, hwloc_obj_type_t type, hwloc_const_bitmap_t cpus)
{
    int n = 0;
    for (int i = 0; i < count(topology, type); i++)
        n += hwloc_bitmap_intersects(hwloc_get_obj_by_type(topology, type, (unsigned)i)->cpuset, cpus);
    return n;
}

/* The first core's cache of a level: on a machine with several kinds of cores the first is the one
 * that the operating system prefers. */
static void read_cache(hwloc_topology_t topology, hwloc_obj_type_t type, int64_t *bytes, int *shared_by)
{
    hwloc_obj_t obj = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, 0);
    while (obj && obj->type != type)
        obj = obj->parent;
    if (!obj || obj->attr->cache.size > INT64_MAX)
        return;
    *bytes = (int64_t)obj->attr->cache.size;
    if (shared_by)
        *shared_by = hwloc_bitmap_weight(obj->cpuset);
}

/* If /sys has no caches, glibc reads them from CPUID. */
static void caches_from_libc(nt_machine *m)
{
    const long l1d = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE),
               l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
    m->l1d_bytes = l1d > 0 ? l1d : 0;
    m->l2_bytes = l2 > 0 ? l2 : 0;
    m->l3_bytes = l3 > 0 ? l3 : 0;
}

/* Loads the topology of this system, or the one that `synthetic` describes; NULL if that fails. */
static hwloc_topology_t load_topology(const char *synthetic)
{
    /* Without DONT_CHANGE_BINDING hwloc visits every CPU with the caller's thread. */
    const unsigned long flags =
        HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology))
        return NULL;
    if (hwloc_topology_set_flags(topology, flags) == 0 &&
        (!synthetic || hwloc_topology_set_synthetic(topology, synthetic) == 0) &&
        hwloc_topology_load(topology) == 0)
        return topology;
    hwloc_topology_destroy(topology);
    return NULL;
}

static void read_topology(hwloc_topology_t topology, hwloc_const_bitmap_t cpus, nt_machine *m)
{
    m->n_packages = count(topology, HWLOC_OBJ_PACKAGE);
    m->n_cores = count(topology, HWLOC_OBJ_CORE);
    m->n_cpus = count(topology, HWLOC_OBJ_PU);
    m->n_numa = count(topology, HWLOC_OBJ_NUMANODE);
    const hwloc_obj_t core = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, 0);
    m->smt = core ? hwloc_bitmap_weight(core->cpuset) : 0;
    read_cache(topology, HWLOC_OBJ_L1CACHE, &m->l1d_bytes, NULL);
    read_cache(topology, HWLOC_OBJ_L2CACHE, &m->l2_bytes, &m->l2_shared_by);
    read_cache(topology, HWLOC_OBJ_L3CACHE, &m->l3_bytes, &m->l3_shared_by);
    m->cores_affinity = count_behind(topology, HWLOC_OBJ_CORE, cpus);
    m->l2_affinity = count_behind(topology, HWLOC_OBJ_L2CACHE, cpus);
}

void nt_topology_at(const char *synthetic, const char *cpus, nt_machine *m)
{
    hwloc_topology_t topology = load_topology(synthetic);
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (topology && set && hwloc_bitmap_list_sscanf(set, cpus) == 0)
        read_topology(topology, set, m);
    hwloc_bitmap_free(set);
    if (topology)
        hwloc_topology_destroy(topology);
}

/* In how many sets, which a file in /sys names for each CPU, these CPUs lie; 0: unknown. */
static int count_sets(hwloc_const_bitmap_t cpus, const char *file)
{
    hwloc_bitmap_t left = hwloc_bitmap_dup(cpus), set = hwloc_bitmap_alloc();
    int n = 0;
    for (int cpu; left && set && (cpu = hwloc_bitmap_first(left)) >= 0; n++) {
        char dir[64], text[1024];
        snprintf(dir, sizeof dir, "/sys/devices/system/cpu/cpu%d", cpu);
        nt_file_read("", dir, file, text, sizeof text);
        text[strcspn(text, "\n")] = '\0';
        if (hwloc_bitmap_list_sscanf(set, text) != 0 || !hwloc_bitmap_isset(set, (unsigned)cpu)) {
            n = 0;
            break;
        }
        hwloc_bitmap_andnot(left, left, set);
    }
    hwloc_bitmap_free(left);
    hwloc_bitmap_free(set);
    return n;
}

/* What read_topology() counts behind the mask, without hwloc's topology. */
static void cores_from_sys(hwloc_const_bitmap_t cpus, nt_machine *m)
{
    char level[8];
    m->cores_affinity = count_sets(cpus, "/topology/thread_siblings_list");
    if (nt_file_read("", "/sys/devices/system/cpu/cpu0/cache/index2", "/level", level, sizeof level) &&
        level[0] == '2')
        m->l2_affinity = count_sets(cpus, "/cache/index2/shared_cpu_list");
}

/* hwloc's own environment variables may give it the topology of another system (HWLOC_SYNTHETIC,
 * HWLOC_XMLFILE) or none (HWLOC_COMPONENTS); then the library does not use it. */
static void read_own_topology(nt_machine *m)
{
    hwloc_topology_t topology = load_topology(NULL);
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    if (cpus)
        list_affinity(cpus);
    if (cpus && topology && hwloc_topology_is_thissystem(topology))
        read_topology(topology, cpus, m);
    else if (cpus)
        cores_from_sys(cpus, m);
    hwloc_bitmap_free(cpus);
    if (topology)
        hwloc_topology_destroy(topology);
    if (!m->l1d_bytes)
        caches_from_libc(m);
}

static void default_topology(nt_machine *m)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (!m->n_cpus)
        m->n_cpus = n > 0 ? (int)n : 1;
    if (!m->n_cores)
        m->n_cores = m->n_cpus;
    if (!m->smt)
        m->smt = 1;
    if (!m->n_packages)
        m->n_packages = 1;
    if (!m->n_numa)
        m->n_numa = 1;
}

/* ---- The machine --------------------------------------------------------------------------- */

nt_status nt_machine_detect(nt_machine *machine)
{
    nt_cpu cpu;
    nt_quota quota;
    if (!machine)
        return NT_EARG;
    nt_machine *const m = machine;
    memset(m, 0, sizeof *m);

    nt_cpu_identify(&cpu);
    memcpy(m->vendor, cpu.vendor, sizeof m->vendor);
    memcpy(m->model, cpu.model, sizeof m->model);
    m->family = cpu.family;
    m->model_id = cpu.model_id;
    m->stepping = cpu.stepping;
    snprintf(m->uarch, sizeof m->uarch, "%s",
             nt_uarch_name(cpu.vendor, cpu.family, cpu.model_id, cpu.stepping, nt_cpu_level()));
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        m->isas |= nt_isa_available((nt_isa)isa) ? 1u << isa : 0;

    read_own_topology(m);
    default_topology(m);

    nt_quota_read("", &quota);
    m->cpus_affinity = cpus_affinity();
    m->cpus_quota = quota.cpus;
    m->threads_allowed = nt_threads_from(m->cpus_affinity, m->cpus_quota);
    m->memory_bytes = meminfo_bytes("", "MemTotal:");
    if (quota.memory_bytes && (!m->memory_bytes || quota.memory_bytes < m->memory_bytes))
        m->memory_bytes = quota.memory_bytes;
    nt_huge_pages_at("", m->huge_pages);
    return NT_OK;
}

static nt_machine here;

static void detect_here(void)
{
    nt_machine_detect(&here);
}

const nt_machine *nt_machine_here(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, detect_here);
    return &here;
}

int nt_machine_cores(const nt_machine *machine)
{
    if (!machine)
        return 0;
    const int cores = machine->cores_affinity, threads = machine->threads_allowed;
    return cores > 0 && cores < threads ? cores : threads;
}

void nt_machine_id(const nt_machine *machine, char *text, size_t n)
{
    const int cores = nt_machine_cores(machine);
    if (!text || n == 0)
        return;
    text[0] = '\0';
    if (!machine)
        return;
    const int used = snprintf(text, n, "%s-%d.%d.%d-%dt", machine->uarch, machine->family, machine->model_id,
                              machine->stepping, machine->threads_allowed);
    if (cores < machine->threads_allowed && (size_t)used < n)
        snprintf(text + used, n - (size_t)used, "-%dc", cores);
    for (char *s = text; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        *s = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (!(c < 128 && isalnum(c)) && !strchr("._-", c))
            *s = '_';
    }
}

int nt_machine_same_cpu(const nt_machine *a, const nt_machine *b, nt_error *why)
{
    if (!a || !b) {
        nt_refuse(NT_EARG, why, "the %s machine is NULL", a ? "second" : "first");
        return 0;
    }
    const struct {
        const char *name;
        int64_t a, b;
    } caches[] = {{"L1d", a->l1d_bytes, b->l1d_bytes},
                  {"L2", a->l2_bytes, b->l2_bytes},
                  {"L3", a->l3_bytes, b->l3_bytes}};
    if (strcmp(a->vendor, b->vendor) != 0 || a->family != b->family || a->model_id != b->model_id) {
        nt_refuse(NT_ESTALE, why, "CPU %s family %d model %d, here %s family %d model %d", a->vendor,
                  a->family, a->model_id, b->vendor, b->family, b->model_id);
        return 0;
    }
    for (int i = 0; i < 3; i++)
        if (caches[i].a != caches[i].b) {
            nt_refuse(NT_ESTALE, why, "%s cache of %" PRId64 " bytes, here %" PRId64, caches[i].name,
                      caches[i].a, caches[i].b);
            return 0;
        }
    return 1;
}
