/*
 * test_quota.c - what a process may use: cgroup limits on made-up trees and real ones, affinity,
 * memory SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine_internal.h"
#include "nestune/tools.h"
#include "machine/quota.h"

/* ---- A made-up root file system ------------------------------------------------------------ */

static char root[64];

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/nestune-machine-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *s = full + strlen(root) + 1; (s = strchr(s, '/')); s++) {
        *s = '\0';
        mkdir(full, 0755);
        *s = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* ---- cgroups ------------------------------------------------------------------------------- */

#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_CPU   "33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
#define V1_SET   "32 31 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
#define V1_MEM   "34 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

typedef struct tree {
    const char *name, *cgroup, *mountinfo;
    struct {
        const char *path, *text;
    } files[8];
    nt_quota want;
} tree;

#define V2 "/sys/fs/cgroup"
#define C1 "/sys/fs/cgroup/cpu,cpuacct"
#define M1 "/sys/fs/cgroup/memory"

static const tree trees[] = {
    {"nothing at all", "", "", {{0}}, {0, 0, INT64_MAX}},
    {"v2 without limits",
     "0::/a\n",
     V2_MOUNT,
     {{V2 "/a/cpu.max", "max 100000\n"}, {V2 "/a/memory.max", "max\n"}},
     {0, 0, INT64_MAX}},
    {"v2, one CPU and a half",
     "0::/a\n",
     V2_MOUNT,
     {{V2 "/a/cpu.max", "150000 100000\n"}},
     {1.5, 0, INT64_MAX}},
    {"v2, a parent's limit is the least",
     "0::/a/b/c\n",
     V2_MOUNT,
     {{V2 "/a/cpu.max", "50000 100000\n"},
      {V2 "/a/b/cpu.max", "max 100000\n"},
      {V2 "/a/b/c/cpu.max", "400000 100000\n"},
      {V2 "/a/memory.max", "8000\n"},
      {V2 "/a/b/c/memory.max", "9000\n"}},
     {0.5, 8000, 8000}},
    {"v2, the child's limit is the least",
     "0::/a/b\n",
     V2_MOUNT,
     {{V2 "/a/cpu.max", "400000 100000\n"}, {V2 "/a/b/cpu.max", "300000 100000\n"}},
     {3, 0, INT64_MAX}},
    {"v2 memory in use, file cache counts as free",
     "0::/a\n",
     V2_MOUNT,
     {{V2 "/a/memory.max", "1000\n"},
      {V2 "/a/memory.current", "700\n"},
      {V2 "/a/memory.stat", "anon 500\nfile 200\nactive_file 50\ninactive_file 150\n"}},
     {0, 1000, 450}},
    {"v2 use above the limit",
     "0::/a\n",
     V2_MOUNT,
     {{V2 "/a/memory.max", "1000\n"}, {V2 "/a/memory.current", "1200\n"}},
     {0, 1000, 0}},
    {"a container sees its folder as the mount point",
     "0::/\n",
     V2_MOUNT,
     {{V2 "/cpu.max", "200000 100000\n"}},
     {2, 0, INT64_MAX}},
    {"our path is not below what is mounted",
     "0::/docker/x\n",
     "30 23 0:26 /other /sys/fs/cgroup rw - cgroup2 c rw\n",
     {{V2 "/cpu.max", "200000 100000\n"}},
     {2, 0, INT64_MAX}},
    {"a path outside the namespace",
     "0::/../x\n",
     V2_MOUNT,
     {{V2 "/cpu.max", "200000 100000\n"}, {"/sys/fs/x/cpu.max", "100000 100000\n"}},
     {2, 0, INT64_MAX}},
    {"part of the tree mounted",
     "0::/docker/x/y\n",
     "29 23 0:26 /docker/xx /elsewhere rw - cgroup2 c rw\n30 23 0:26 /docker/x /sys/fs/cgroup rw - "
     "cgroup2 c rw\n",
     {{V2 "/y/cpu.max", "100000 100000\n"}, {V2 "/docker/x/y/cpu.max", "9 100000\n"}},
     {1, 0, INT64_MAX}},
    {"a blank in the mount point",
     "0::/a\n",
     "30 23 0:26 / /my\\040cgroups rw - cgroup2 c rw\n",
     {{"/my cgroups/a/cpu.max", "100000 100000\n"}},
     {1, 0, INT64_MAX}},
    {"v1",
     "5:cpuset:/s\n4:cpu,cpuacct:/a/b\n3:memory:/m\n",
     V1_SET V1_CPU V1_MEM,
     {{C1 "/a/b/cpu.cfs_quota_us", "-1\n"},
      {C1 "/a/b/cpu.cfs_period_us", "100000\n"},
      {C1 "/a/cpu.cfs_quota_us", "25000\n"},
      {C1 "/a/cpu.cfs_period_us", "10000\n"},
      {M1 "/m/memory.limit_in_bytes", "5000\n"},
      {M1 "/m/memory.usage_in_bytes", "1000\n"},
      {M1 "/m/memory.stat", "inactive_file 1\ntotal_inactive_file 300\n"}},
     {2.5, 5000, 4300}},
    {"v1 without limits",
     "4:cpu,cpuacct:/\n3:memory:/\n",
     V1_CPU V1_MEM,
     {{C1 "/cpu.cfs_quota_us", "-1\n"},
      {C1 "/cpu.cfs_period_us", "100000\n"},
      {M1 "/memory.limit_in_bytes", "9223372036854771712\n"}},
     {0, 0, INT64_MAX}},
    {"v1 and v2 side by side",
     "4:cpu,cpuacct:/a\n0::/u\n",
     V1_CPU "35 31 0:30 / /sys/fs/cgroup/unified rw - cgroup2 c rw\n",
     {{C1 "/a/cpu.cfs_quota_us", "300000\n"},
      {C1 "/a/cpu.cfs_period_us", "100000\n"},
      {"/sys/fs/cgroup/unified/u/memory.max", "77\n"}},
     {3, 77, 77}},
    {"garbage in the limits",
     "0::/a\n",
     V2_MOUNT,
     {{V2 "/a/cpu.max", "12x 100000\n"},
      {V2 "/a/memory.max", "99999999999999999999999\n"},
      {V2 "/cpu.max", "100 0\n"}},
     {0, 0, INT64_MAX}},
    {"garbage in the lists",
     "\n:\n::\n0\n0::\n0::x\n0::/a",
     "\n- - -\n1 2 3 4 5\n1 2 3 4 5 6 -\n1 2 3 / /sys 6 7 8\n",
     {{V2 "/a/cpu.max", "100000 100000\n"}},
     {0, 0, INT64_MAX}},
};

static void test_cgroups(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        const tree *const t = &trees[i];
        nt_quota got;
        assert_int_equal(make_root(NULL), 0);
        put("/proc/self/cgroup", t->cgroup);
        put("/proc/self/mountinfo", t->mountinfo);
        for (int k = 0; k < 8 && t->files[k].path; k++)
            put(t->files[k].path, t->files[k].text);
        nt_quota_read(root, &got);
        remove_root(NULL);
        if (got.cpus != t->want.cpus || got.memory_bytes != t->want.memory_bytes ||
            got.memory_free != t->want.memory_free)
            fail_msg("%s: got %g CPUs, %" PRId64 " bytes, %" PRId64 " free", t->name, got.cpus,
                     got.memory_bytes, got.memory_free);
    }
}

static void test_cgroup_lists_missing(void **state)
{
    (void)state;
    nt_quota got;
    nt_quota_read("/nonexistent", &got);
    assert_true(got.cpus == 0 && got.memory_bytes == 0 && got.memory_free == INT64_MAX);
}

static void test_quota_is_rounded_down(void **state)
{
    (void)state;
    static const struct {
        int affinity;
        double quota;
        int want;
    } cases[] = {{8, 0, 8}, {8, 1.5, 1}, {8, 0.1, 1}, {8, 2, 2}, {8, 7.99, 7}, {2, 64, 2}, {0, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(nt_threads_from(cases[i].affinity, cases[i].quota), cases[i].want);
}

static void test_memory_and_huge_pages(void **state)
{
    (void)state;
    char text[16];
    put("/proc/meminfo", "MemTotal:  4000 kB\nMemFree: 100 kB\nMemAvailable:    2000 kB\n");
    assert_int_equal(nt_memory_available_at(root), 2000 * 1024);
    put("/proc/self/cgroup", "0::/a\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    put(V2 "/a/memory.max", "1000000\n");
    put(V2 "/a/memory.current", "400000\n");
    assert_int_equal(nt_memory_available_at(root), 600000);
    put("/proc/meminfo", "MemTotal:  4000 kB\nMemFree: 100 kB\n");
    assert_int_equal(nt_memory_available_at(root), 100 * 1024);

    nt_huge_pages_at(root, text);
    assert_string_equal(text, "unknown");
    put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    nt_huge_pages_at(root, text);
    assert_string_equal(text, "madvise");
    put("/sys/kernel/mm/transparent_hugepage/enabled", "always [a_word_that_is_too_long] never\n");
    nt_huge_pages_at(root, text);
    assert_string_equal(text, "unknown");
}

/* ---- Real limits --------------------------------------------------------------------------- */

/* What this program, run again as the command says, finds allowed; 0 if it could not be run. */
static int threads_of_child(const char *before)
{
    char self[256], command[1024];
    int n = 0;
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return 0;
    self[length] = '\0';
    snprintf(command, sizeof command, "{ %s exec '%s' --threads; } 2>/dev/null", before, self);
    FILE *f = popen(command, "r");
    if (f && fscanf(f, "%d", &n) != 1)
        n = 0;
    if (f)
        pclose(f);
    return n;
}

/* An OpenMP runtime that binds the first thread leaves it a mask of one CPU. */
static void test_bound_threads(void **state)
{
    (void)state;
    const int plain = threads_of_child("unset OMP_PROC_BIND OMP_PLACES;");
    if (!plain)
        skip();
    assert_int_equal(threads_of_child("export OMP_PROC_BIND=true OMP_PLACES=cores;"), plain);
}

/* A real quota, where this process may make a cgroup. */
static void test_real_quota(void **state)
{
    (void)state;
    static const struct {
        const char *dir, *file, *text;
    } kinds[] = {{"/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "100000"},
                 {"/sys/fs/cgroup", "cpu.max", "100000 100000"}};
    for (int i = 0; i < 2; i++) {
        char dir[128], path[192], before[256];
        snprintf(dir, sizeof dir, "%s/nestune-test-%d", kinds[i].dir, (int)getpid());
        snprintf(path, sizeof path, "%s/%s", dir, kinds[i].file);
        if (mkdir(dir, 0755))
            continue;
        FILE *f = fopen(path, "r+");
        const int limited = f && fputs(kinds[i].text, f) >= 0 && !fflush(f);
        if (f)
            fclose(f);
        snprintf(before, sizeof before, "echo $$ >%s/cgroup.procs &&", dir);
        const int n = limited ? threads_of_child(before) : 0;
        rmdir(dir);
        if (n) {
            assert_int_equal(n, 1);
            return;
        }
    }
    skip();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--threads"))
        return printf("%d\n", nt_threads_allowed()) < 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cgroups),
        cmocka_unit_test(test_cgroup_lists_missing),
        cmocka_unit_test(test_quota_is_rounded_down),
        cmocka_unit_test_setup_teardown(test_memory_and_huge_pages, make_root, remove_root),
        cmocka_unit_test(test_bound_threads),
        cmocka_unit_test(test_real_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
