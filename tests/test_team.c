/*
 * test_team.c - the library where threads cannot be started: in a forked child, and at a limit
 * SPDX-License-Identifier: MIT
 *
 * The program starts itself with the argument `limited`, since the OpenMP runtime reads the stack size of its threads
 * when it is loaded.
 */
#include "support.h"

#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/run.h"
#include "engine/team.h"
#include "machine/startable.h"

enum { NX = 64, NY = 16, NZ = 16, TEAM = 4, SECONDS = 60 };

/* ---- A run that needs no plan, so that its team may be larger than the machine ----------------------------- */

static int threads_seen[TEAM];

static void double_cells(const nt_step *step, const nt_box *b)
{
    threads_seen[omp_get_thread_num()] = 1;
    for (int64_t z = b->z0; z < b->z1; z++)
        for (int64_t y = b->y0; y < b->y1; y++)
            for (int64_t x = b->x0; x < b->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] *= 2;
}

/* How many threads worked; 0: a cell is wrong. */
static int run_team(int team)
{
    static double cells[NX * NY * NZ];
    const nt_config config = {.parallel = NT_PARALLEL_OUTER, .threads = team, .depth = 1};
    nt_nest nest = {.fn = double_cells, .steps = 1, .cells = {NX, NY, NZ}, .element_bytes = 8};
    nest.step[0] = (nt_step){.src = {.cells = cells, .sy = NX, .sz = NX * NY}};
    nest.step[0].dst = nest.step[0].src;
    int n = 0;
    for (int i = 0; i < NX * NY * NZ; i++)
        cells[i] = i;
    memset(threads_seen, 0, sizeof threads_seen);
    omp_set_num_threads(team);
    nt_nest_set_config(&nest, &config);
    nt_nest_run(&nest);
    for (int i = 0; i < NX * NY * NZ; i++)
        if (cells[i] != 2.0 * i)
            return 0;
    for (int i = 0; i < TEAM; i++)
        n += threads_seen[i];
    return n;
}

/* ---- Forks ------------------------------------------------------------------------------------------ */

static int wait_for_child(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A child that does not come back is ended by its alarm. */
static void fork_after_a_run(void **state)
{
    (void)state;
    assert_int_equal(run_team(TEAM), TEAM);
    fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(SECONDS);
        if (run_team(TEAM) != 1)
            _exit(1);
        /* By plans, ranges and first touch, too. */
        nt_grid *g;
        nt_config hint;
        uint64_t hits[2];
        const nt_kernel *mathop = nt_kernel_find("mathop");
        if (nt_config_default(mathop, NT_F64, &hint, NULL) != NT_OK ||
            nt_grid_create(&g, NT_F64, (int64_t[3]){256, 64, 64}, 0,
                           &(nt_grid_options){sizeof(nt_grid_options), &hint, false}, NULL) != NT_OK ||
            nt_run("mathop", g, 1, NULL) != NT_OK ||
            nt_run_range("pi", NULL, NT_F64, 0, 1 << 20, hits, NULL) != NT_OK)
            _exit(2);
        _exit(0);
    }
    assert_int_equal(wait_for_child(pid), 0);
    assert_int_equal(run_team(TEAM), TEAM); /* the parent goes on with all */
}

/* The host's own regions leave the same records as a run. */
static void fork_after_a_region_of_the_host(void **state)
{
    (void)state;
    int n = 0;
    fflush(NULL);
    const pid_t pid = fork(); /* of a process without threads, whose child is the host */
    assert_true(pid >= 0);
    if (pid == 0) {
#pragma omp parallel num_threads(2) reduction(+ : n)
        n++;
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            alarm(SECONDS);
            _exit(run_team(TEAM));
        }
        _exit(n == 2 ? wait_for_child(grandchild) : 100);
    }
    assert_int_equal(wait_for_child(pid), 1);
}

/* The child of a process with one thread has its threads. */
static void fork_before_a_run(void **state)
{
    (void)state;
    if (TEST_SANITIZED || test_emulated())
        skip(); /* a sanitizer, or an emulator, may have a thread of its own */
    fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(SECONDS);
        _exit(run_team(TEAM));
    }
    assert_int_equal(wait_for_child(pid), TEAM);
}

/* ---- Limits ------------------------------------------------------------------------------------------ */

static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Room for so many stacks of 1 GiB and half of another; prints how many threads worked. */
static int limited(int n_stacks)
{
    const size_t space = address_space(), stack = (size_t)1 << 30;
    const struct rlimit limit = {space + stack / 2 + (size_t)n_stacks * stack, RLIM_INFINITY};
    if (space == 0 || setrlimit(RLIMIT_AS, &limit) != 0)
        return 77;
    printf("%d", run_team(TEAM));
    printf(" %d\n", run_team(TEAM));
    return 0;
}

static int n_threads(void)
{
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? (int)tasks.st_nlink - 2 : 0;
}

/* The runtime ends the threads that a smaller team does not need; then no others may be started.  (Address space would be
 * no limit, since stacks are kept for the next thread; and root may have any number of threads.) */
static int grown_again(void)
{
    if (geteuid() == 0 && setuid(65534) != 0)
        return 77;
    const int first = run_team(TEAM), second = run_team(2);
    for (int i = 0; i < 1000 && n_threads() > 2; i++)
        usleep(10000);
    if (n_threads() != 2)
        return 77;
    const struct rlimit limit = {2, 2};
    if (setrlimit(RLIMIT_NPROC, &limit) != 0 || nt_threads_startable(1, 0) > 0)
        return 77; /* not enforced here */
    printf("%d %d", first, second);
    printf(" %d %d\n", run_team(TEAM), run_team(2));
    return 0;
}

static void check_limited(const char *how, const char *expected)
{
    char command[640], self[512], line[64] = "";
    if (TEST_SANITIZED)
        skip(); /* a sanitizer's own memory is beyond any such limit */
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_in_range(n, 1, (ssize_t)sizeof self - 2);
    self[n] = '\0';
    snprintf(command, sizeof command, "OMP_STACKSIZE=1G '%s' limited %s", self, how);
    fflush(NULL);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    (void)!fgets(line, sizeof line, out);
    const int status = pclose(out);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    if (status != 0 || strcmp(line, expected) != 0)
        fail_msg("status 0x%x, '%s', not '%s'", status, line, expected);
}

static void at_a_limit(void **state)
{
    const int n_stacks = (int)(intptr_t)*state;
    char how[16], expected[32];
    snprintf(how, sizeof how, "%d", n_stacks);
    snprintf(expected, sizeof expected, "%d %d\n", n_stacks + 1, n_stacks + 1);
    check_limited(how, expected);
}

static void after_a_smaller_team(void **state)
{
    (void)state;
    check_limited("again", "4 2 2 2\n");
}

static void startable(void **state)
{
    (void)state;
    assert_int_equal(nt_threads_startable(0, 0), 0);
    assert_int_equal(nt_threads_startable(-3, 0), 0);
    assert_int_equal(nt_threads_startable(5, 0), 5);
    assert_int_equal(nt_threads_startable(2, (size_t)1 << 20), 2);
    assert_int_equal(nt_threads_startable(2, 1), 2); /* too small a stack: the default */
    assert_int_equal(nt_threads_startable(2, SIZE_MAX / 2), 0);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "limited") == 0)
        return strcmp(argv[2], "again") == 0 ? grown_again() : limited(atoi(argv[2]));
    tests_begin(argv);
    /* first: later this process has threads */
    tests_add(fork_before_a_run, NULL, "fork/before-a-run");
    tests_add(fork_after_a_region_of_the_host, NULL, "fork/after-a-region-of-the-host");
    tests_add(fork_after_a_run, NULL, "fork/after-a-run");
    tests_add(startable, NULL, "startable");
    for (intptr_t n = 0; n < TEAM; n++)
        tests_add(at_a_limit, (const void *)n, "limit/%d-stacks", (int)n);
    tests_add(after_a_smaller_team, NULL, "limit/after-a-smaller-team");
    return tests_run("team");
}
