/*
 * test_machine.c - which machine this is: names, topology, instruction sets, affinity
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <omp.h>

#include "core/tuned_internal.h"
#include "environment_support.h"
#include "machine/cpu.h"
#include "machine/machine_internal.h"
#include "nestune/tools.h"

/* ---- Names --------------------------------------------------------------------------------- */

static void test_uarch_names(void **state)
{
    (void)state;
    static const struct {
        const char *vendor;
        int family, model, stepping;
        const char *want;
    } cpus[] = {
        {"AuthenticAMD", 0x1a, 0x02, 1, "zen5"},
        {"AuthenticAMD", 0x1a, 0x44, 0, "zen5"},
        {"AuthenticAMD", 0x19, 0x11, 1, "zen4"},
        {"AuthenticAMD", 0x19, 0x61, 2, "zen4"},
        {"AuthenticAMD", 0x19, 0x01, 1, "zen3"},
        {"AuthenticAMD", 0x19, 0x50, 0, "zen3"},
        {"AuthenticAMD", 0x17, 0x31, 0, "zen2"},
        {"AuthenticAMD", 0x17, 0x08, 2, "zen"},
        {"GenuineIntel", 6, 0x55, 4, "skylake_avx512"},
        {"GenuineIntel", 6, 0x55, 7, "cascadelake"},
        {"GenuineIntel", 6, 0x55, 11, "cascadelake"},
        {"GenuineIntel", 6, 0x6a, 6, "icelake"},
        {"GenuineIntel", 6, 0x8f, 8, "sapphirerapids"},
        {"GenuineIntel", 6, 0x3f, 2, "haswell"},
        {"GenuineIntel", 6, 0x4f, 1, "broadwell"},
        {"GenuineIntel", 6, 0x9e, 10, "skylake"},
        {"GenuineIntel", 6, 0x97, 2, "alderlake"},
        {"0x41", 8, 0xd0c, 0x31, "neoverse_n1"},
        {"0x41", 8, 0xd4f, 0x01, "neoverse_v2"},
        {"0x46", 8, 0x001, 0x10, "a64fx"},
        {"0x61", 8, 0x023, 0x11, "m1"},
        {"AuthenticAMD", 0x1a, 0x50, 0, "fallback"},
        {"GenuineIntel", 6, 0xfe, 0, "fallback"},
        {"", 0, 0, 0, "fallback"},
        {"AuthenticAMD", 6, 0x55, 4, "fallback"},
    };
    for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++)
        assert_string_equal(
            nt_uarch_name(cpus[i].vendor, cpus[i].family, cpus[i].model, cpus[i].stepping, "fallback"),
            cpus[i].want);
}

static void test_id(void **state)
{
    (void)state;
    nt_machine m = {.uarch = "zen5", .family = 26, .model_id = 2, .stepping = 1, .threads_allowed = 2};
    char id[64];
    nt_machine_id(&m, id, sizeof id);
    assert_string_equal(id, "zen5-26.2.1-2t");
    m.cores_affinity = 1;
    nt_machine_id(&m, id, sizeof id);
    assert_string_equal(id, "zen5-26.2.1-2t-1c");
    assert_int_equal(nt_machine_cores(&m), 1);
    m.cores_affinity = 8; /* a quota leaves fewer threads than there are cores */
    nt_machine_id(&m, id, sizeof id);
    assert_string_equal(id, "zen5-26.2.1-2t");
    assert_int_equal(nt_machine_cores(&m), 2);
    snprintf(m.uarch, sizeof m.uarch, "../A b\"\n\xff;");
    nt_machine_id(&m, id, sizeof id);
    assert_string_equal(id, ".._a_b____-26.2.1-2t");
    memset(&m, 0, sizeof m);
    memset(m.uarch, 'u', sizeof m.uarch - 1);
    m.family = m.model_id = m.stepping = m.threads_allowed = INT32_MAX;
    nt_machine_id(&m, id, sizeof id);
    assert_true(strlen(id) < 64);
    assert_true(strlen(id) < NT_MACHINE_ID);
    char cut[8] = "1234567";
    nt_machine_id(&m, cut, 4);
    assert_string_equal(cut, "uuu");
    assert_int_equal(cut[4], '5');
    nt_machine_id(&m, cut, 0);
    assert_string_equal(cut, "uuu");
    m.cores_affinity = INT32_MAX - 1;
    char longest[NT_MACHINE_ID + 20];
    nt_machine_id(&m, longest, sizeof longest);
    assert_non_null(strstr(longest, "-2147483647t-2147483646c"));
}

static void test_same_cpu(void **state)
{
    (void)state;
    const nt_machine a = {.vendor = "AuthenticAMD",
                          .family = 26,
                          .model_id = 2,
                          .stepping = 1,
                          .l1d_bytes = 49152,
                          .l2_bytes = 1048576,
                          .l3_bytes = 33554432,
                          .threads_allowed = 2};
    nt_machine b = a;
    nt_error why = {""};
    b.stepping = 2;
    b.threads_allowed = 16;
    assert_true(nt_machine_same_cpu(&a, &b, &why));
    assert_string_equal(why.text, "");
    b.l2_bytes = 2097152;
    assert_false(nt_machine_same_cpu(&a, &b, &why));
    assert_string_equal(why.text, "L2 cache of 1048576 bytes, here 2097152");
    b.model_id = 68;
    assert_false(nt_machine_same_cpu(&a, &b, &why));
    assert_string_equal(why.text, "CPU AuthenticAMD family 26 model 2, here AuthenticAMD family 26 model 68");
    assert_false(nt_machine_same_cpu(&a, &b, NULL));
}

/* ---- This machine -------------------------------------------------------------------------- */

static void test_detect(void **state)
{
    (void)state;
    nt_machine m;
    assert_int_equal(nt_machine_detect(NULL), NT_EARG);
    assert_int_equal(nt_machine_detect(&m), NT_OK);
    assert_true(*m.vendor && *m.model && *m.uarch && *m.huge_pages);
    assert_int_equal(strspn(m.vendor, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"),
                     strlen(m.vendor));
    assert_null(strpbrk(m.model, "\"\\*"));
    assert_true(m.n_cpus >= 1 && m.n_cores >= 1 && m.n_cores <= m.n_cpus && m.smt >= 1 && m.n_numa >= 1);
    assert_true(m.cpus_affinity >= 1 && m.threads_allowed >= 1 && m.threads_allowed <= m.cpus_affinity);
    assert_int_equal(m.threads_allowed, nt_threads_allowed());
    assert_true(m.l1d_bytes >= 0 && m.l2_bytes >= 0 && m.l3_bytes >= 0);
    assert_true(m.cores_affinity >= 0 && m.cores_affinity <= m.cpus_affinity);
    assert_true(m.l2_affinity >= 0 && m.l2_affinity <= m.cpus_affinity);
    assert_true(m.memory_bytes > 0);
    assert_true(nt_memory_available() > 0 && nt_memory_available() <= m.memory_bytes);
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        assert_int_equal(m.isas >> isa & 1, nt_isa_available((nt_isa)isa));
    assert_true(m.isas & 1u << NT_ISA_SCALAR);
}

static void test_synthetic_topology(void **state)
{
    (void)state;
    nt_machine m = {0};
    nt_topology_at("pack:2 [numa] l3:1(size=33554432) core:4 l2:1(size=2097152) l1d:1(size=49152) pu:2",
                   "0-15", &m);
    assert_int_equal(m.n_packages, 2);
    assert_int_equal(m.n_numa, 2);
    assert_int_equal(m.n_cores, 8);
    assert_int_equal(m.n_cpus, 16);
    assert_int_equal(m.smt, 2);
    assert_int_equal(m.l1d_bytes, 49152);
    assert_int_equal(m.l2_bytes, 2097152);
    assert_int_equal(m.l2_shared_by, 2);
    assert_int_equal(m.l3_bytes, 33554432);
    assert_int_equal(m.l3_shared_by, 8);
    assert_int_equal(m.cores_affinity, 8);
    assert_int_equal(m.l2_affinity, 8);

    memset(&m, 0, sizeof m);
    nt_topology_at("pu:3", "0-2", &m);
    assert_int_equal(m.n_cpus, 3);
    assert_int_equal(m.cores_affinity, 0);
    assert_int_equal(m.l2_affinity, 0);
    assert_int_equal(m.l2_bytes, 0);
    nt_topology_at("no such thing", "0", &m);
    assert_int_equal(m.n_cpus, 3);
}

/* The same number of CPUs on fewer cores is another machine; CPUs 0 and 1 are threads of one core here. */
static void test_cores_behind_the_mask(void **state)
{
    (void)state;
    static const struct {
        const char *topology, *cpus;
        int threads, cores, l2;
        const char *id;
    } cases[] = {
        {"core:4 l2:1(size=1048576) pu:2", "0-1", 2, 1, 1, "made-1.2.3-2t-1c"},
        {"core:4 l2:1(size=1048576) pu:2", "0,2", 2, 2, 2, "made-1.2.3-2t"},
        {"core:4 l2:1(size=1048576) pu:2", "0-7", 8, 4, 4, "made-1.2.3-8t-4c"},
        {"core:4 l2:1(size=1048576) pu:2", "1,3,5,7", 4, 4, 4, "made-1.2.3-4t"},
        {"l2:2(size=4194304) core:4 pu:1", "0-3", 4, 4, 1, "made-1.2.3-4t"}, /* four cores share a cache */
        {"l2:2(size=4194304) core:4 pu:1", "3-4", 2, 2, 2, "made-1.2.3-2t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nt_machine m = {.uarch = "made", .family = 1, .model_id = 2, .stepping = 3};
        char id[64];
        m.cpus_affinity = m.threads_allowed = cases[i].threads;
        nt_topology_at(cases[i].topology, cases[i].cpus, &m);
        assert_int_equal(m.cores_affinity, cases[i].cores);
        assert_int_equal(m.l2_affinity, cases[i].l2);
        nt_machine_id(&m, id, sizeof id);
        assert_string_equal(id, cases[i].id);
        const int64_t half = m.l2_bytes * cases[i].l2 / 2;
        assert_int_equal(nt_class_on(&m, 0, half), NT_CLASS_L2);
        assert_int_equal(nt_class_on(&m, 0, half + 1), NT_CLASS_MEMORY); /* there is no third level */
    }
}

/* hwloc reads environment variables of its own, which may be left from something else. */
static void test_a_topology_of_another_system(void **state)
{
    (void)state;
    nt_machine m, other;
    nt_machine_detect(&m);
    setenv("HWLOC_SYNTHETIC", "pack:2 core:4 l2:1(size=12345344) l1d:1(size=12288) pu:1", 1);
    nt_machine_detect(&other);
    unsetenv("HWLOC_SYNTHETIC");
    assert_int_equal(other.cpus_affinity, m.cpus_affinity);
    assert_int_equal(other.threads_allowed, m.threads_allowed);
    assert_true(other.l1d_bytes != 12288 && other.l2_bytes != 12345344);
    assert_int_equal(other.n_packages, 1);
    if (access("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", R_OK) == 0)
        assert_int_equal(other.cores_affinity, m.cores_affinity);
    if (access("/sys/devices/system/cpu/cpu0/cache/index2/shared_cpu_list", R_OK) == 0)
        assert_int_equal(other.l2_affinity, m.l2_affinity);
    if (sysconf(_SC_LEVEL1_DCACHE_SIZE) > 0)
        assert_int_equal(other.l1d_bytes, sysconf(_SC_LEVEL1_DCACHE_SIZE));
    if (sysconf(_SC_LEVEL2_CACHE_SIZE) > 0)
        assert_int_equal(other.l2_bytes, sysconf(_SC_LEVEL2_CACHE_SIZE));
}

static void test_max_isa(void **state)
{
    (void)state;
    for (int limit = 0; limit < NT_N_ISAS; limit++) {
        environment_set("NESTUNE_MAX_ISA", nt_isa_name((nt_isa)limit));
        assert_int_equal(nt_environment_here()->max_isa, limit);
        assert_null(nt_environment_here()->bad_isa);
        for (int isa = limit + 1; isa < NT_N_ISAS; isa++)
            assert_false(nt_isa_available((nt_isa)isa));
        assert_true(nt_isa_available(NT_ISA_SCALAR));
    }
    environment_set("NESTUNE_MAX_ISA", "mmx");
    assert_int_equal(nt_environment_here()->max_isa, NT_N_ISAS - 1);
    assert_string_equal(nt_environment_here()->bad_isa, "mmx");
    environment_set("NESTUNE_MAX_ISA", "");
    assert_int_equal(nt_environment_here()->max_isa, NT_N_ISAS - 1);
    assert_null(nt_environment_here()->bad_isa);
    environment_set("NESTUNE_MAX_ISA", NULL);
    assert_false(nt_isa_available(NT_N_ISAS));
    assert_false(nt_isa_available((nt_isa)-1));
}

static void test_affinity(void **state)
{
    (void)state;
    cpu_set_t before, one;
    if (omp_get_proc_bind() != omp_proc_bind_false || sched_getaffinity(0, sizeof before, &before))
        skip();
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    if (sched_setaffinity(0, sizeof one, &one))
        skip();
    const int n = nt_threads_allowed();
    sched_setaffinity(0, sizeof before, &before);
    assert_int_equal(n, 1);
}

static void *pin_and_count(void *context)
{
    const cpu_set_t *one = context;
    const int bad = pthread_setaffinity_np(pthread_self(), sizeof *one, one);
    return (void *)(intptr_t)(bad ? -1 : nt_threads_allowed());
}

/* It is the calling thread's mask that counts: OpenMP's threads inherit it from the thread that starts them. */
static void test_affinity_of_a_thread(void **state)
{
    (void)state;
    cpu_set_t all, one;
    pthread_t thread;
    void *pinned;
    if (omp_get_proc_bind() != omp_proc_bind_false || sched_getaffinity(0, sizeof all, &all))
        skip();
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    const int before = nt_threads_allowed();
    assert_int_equal(pthread_create(&thread, NULL, pin_and_count, &one), 0);
    pthread_join(thread, &pinned);
    if ((intptr_t)pinned == -1)
        skip();
    assert_int_equal((intptr_t)pinned, 1);
    assert_int_equal(nt_threads_allowed(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uarch_names),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_same_cpu),
        cmocka_unit_test(test_detect),
        cmocka_unit_test(test_synthetic_topology),
        cmocka_unit_test(test_cores_behind_the_mask),
        cmocka_unit_test(test_a_topology_of_another_system),
        cmocka_unit_test(test_max_isa),
        cmocka_unit_test(test_affinity),
        cmocka_unit_test(test_affinity_of_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
