/*
 * test_run_once.c - nt_run() keeps plans between calls, and nobody can tell
 * SPDX-License-Identifier: MIT
 *
 * Every call must do what a plan of its own does: on other grids of the same form, on a grid that lies where another one was, with
 * other steps, types and kernels, on several threads.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum { SIDE = 9, CELLS = SIDE * SIDE * SIDE };

static double cells[4][2 * CELLS];

static void fill(double *to, int seed)
{
    for (int i = 0; i < 2 * CELLS; i++)
        to[i] = 0.001 * ((i * 7 + seed * 13) % 1999) - 1;
}

static nt_grid *wrap(nt_dtype dtype, void *at, const int64_t n[3], int64_t sx)
{
    nt_grid *g;
    nt_error why;
    if (nt_grid_wrap(&g, dtype, n, (int64_t[3]){sx, sx * n[0], sx * n[0] * n[1]}, 0, at, &why) != NT_OK)
        fail_msg("%s", why.text);
    return g;
}

/* Runs by name on one array and by a plan on another; both must hold the same bytes afterwards. */
static void same_as_a_plan(const char *kernel, nt_dtype dtype, double *array, const int64_t n[3], int64_t sx, int64_t steps)
{
    static double expected[2 * CELLS];
    nt_error why;
    nt_plan *plan;
    memcpy(expected, array, sizeof expected);
    nt_grid *a = wrap(dtype, array, n, sx), *b = wrap(dtype, expected, n, sx);
    const nt_plan_options o = {.bytes = sizeof o, .steps = steps};
    assert_int_equal(nt_plan_create(&plan, nt_kernel_find(kernel), &b, 1, &o, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, steps), NT_OK);
    nt_plan_destroy(plan);
    if (nt_run(kernel, a, steps, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_memory_equal(array, expected, sizeof expected);
    nt_grid_destroy(a);
    nt_grid_destroy(b);
}

/* More forms than plans are kept, each several times, on arrays in turn. */
static void forms_in_turn(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{SIDE, SIDE, SIDE}, {SIDE * SIDE, SIDE, 1}, {3, 4, 5}};
    for (int i = 0; i < 4; i++)
        fill(cells[i], i);
    for (int round = 0; round < 60; round++) {
        const int r = round * 5 + round / 7;
        same_as_a_plan(r % 2 ? "mathop" : "square", r % 3 ? NT_F64 : NT_F32, cells[r % 4], shapes[r / 3 % 3], 1 + r / 5 % 2, 1 + r % 3);
        same_as_a_plan("mathop", NT_F64, cells[r % 4], shapes[0], 1, 1);
    }
}

/* A grid may get the address of one that was destroyed, with other cells. */
static void a_grid_where_another_was(void **state)
{
    (void)state;
    static const int64_t n[3] = {SIDE, SIDE, SIDE};
    nt_error why;
    for (int i = 0; i < 20; i++) {
        double *array = cells[i % 4];
        for (int c = 0; c < CELLS; c++)
            array[c] = i + 2;
        nt_grid *g = wrap(NT_F64, array, n, 1);
        assert_int_equal(nt_run("square", g, 1, &why), NT_OK);
        for (int c = 0; c < CELLS; c++)
            assert_true(array[c] == (double)(i + 2) * (i + 2));
        nt_grid_destroy(g);
    }
}

/* Lines that plans print: one for each that is made.  The program is run with NESTUNE_VERBOSE=1. */
static int n_made(void (*calls)(nt_grid *g), nt_grid *g)
{
    static char text[65536];
    int ends[2], n = 0;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    const int own = dup(2);
    dup2(ends[1], 2);
    calls(g);
    dup2(own, 2);
    close(own);
    close(ends[1]);
    const ssize_t size = read(ends[0], text, sizeof text);
    close(ends[0]);
    for (ssize_t i = 0; i < size; i++)
        n += text[i] == '\n';
    return n;
}

static void often(nt_grid *g)
{
    for (int i = 0; i < 5; i++)
        nt_run("square", g, 3, NULL);
}

static void with_another_header(nt_grid *g)
{
    nt_error why;
    if (nt_tuned_load(NT_SOURCE_DIR "/results/generic/tuned.h", &why) != NT_OK)
        fail_msg("%s", why.text);
    often(g);
}

static void with_another_cpu_mask(nt_grid *g)
{
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    often(g);
    sched_setaffinity(0, sizeof all, &all);
}

/* A plan is made once for a form; and again after what it depends on has changed. */
static void plans_are_kept(void **state)
{
    (void)state;
    nt_grid *g = wrap(NT_F64, cells[0], (const int64_t[3]){SIDE, SIDE, 2}, 1);
    memset(cells[0], 0, sizeof cells[0]);
    assert_int_equal(n_made(often, g), 1);
    assert_int_equal(n_made(often, g), 0);
    assert_int_equal(n_made(with_another_header, g), 1);
    if (nt_threads_allowed() > 1)
        assert_int_equal(n_made(with_another_cpu_mask, g), 1);
    assert_int_equal(n_made(often, g), 0); /* that of before is still there */
    nt_grid_destroy(g);
}

/* What is kept does not take its threads into a child, and works there. */
static void a_fork_in_between(void **state)
{
    (void)state;
    static double array[64 * 64 * 64];
    nt_grid *g = wrap(NT_F64, array, (const int64_t[3]){64, 64, 64}, 1);
    for (size_t i = 0; i < sizeof array / sizeof *array; i++)
        array[i] = 2;
    assert_int_equal(nt_run("square", g, 1, NULL), NT_OK);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(nt_run("square", g, 1, NULL) == NT_OK && array[64 * 64 * 64 - 1] == 16 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(nt_run("square", g, 1, NULL), NT_OK);
    assert_true(array[0] == 16);
    nt_grid_destroy(g);
}

/* A refusal is as always, and what was kept still works. */
static void refusals_in_between(void **state)
{
    (void)state;
    static const int64_t n[3] = {SIDE, SIDE, SIDE};
    nt_error why;
    nt_grid *g = wrap(NT_F64, cells[0], n, 1), *mapped;
    fill(cells[0], 1);
    assert_int_equal(nt_run("square", g, 1, &why), NT_OK);
    assert_refused(nt_run("square", g, -1, &why), NT_EARG, &why, "-1");
    assert_refused(nt_run("square", NULL, 1, &why), NT_EARG, &why, "NULL");
    assert_refused(nt_run("none", g, 1, &why), NT_EKERNEL, &why, "none");
    const nt_grid_options any = {.bytes = sizeof any, .any_layout = true};
    nt_cells at;
    assert_int_equal(nt_grid_create(&mapped, NT_F64, n, 0, &any, &why), NT_OK);
    assert_int_equal(nt_run("square", mapped, 1, &why), NT_OK);
    assert_int_equal(nt_grid_map(mapped, &at, &why), NT_OK);
    assert_int_equal(nt_run("square", mapped, 1, &why), NT_EARG);
    nt_grid_unmap(mapped);
    nt_grid_destroy(mapped);
    nt_grid_destroy(g);
    same_as_a_plan("square", NT_F64, cells[0], n, 1, 1);
}

/* Each thread has plans of its own, which end with it: a sanitizer sees those that do not. */
static void *on_a_thread(void *context)
{
    double *array = context;
    static const int64_t n[3] = {SIDE, SIDE, SIDE};
    nt_error why;
    for (int i = 0; i < 50; i++) {
        nt_grid *g;
        if (nt_grid_wrap(&g, NT_F64, n, (const int64_t[3]){1, SIDE, SIDE * SIDE}, 0, array, &why) != NT_OK ||
            nt_run("mathop", g, 1, &why) != NT_OK)
            return NULL;
        nt_grid_destroy(g);
    }
    return context;
}

static void threads_do_not_share(void **state)
{
    (void)state;
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        fill(cells[i], 5);
        assert_int_equal(pthread_create(&thread[i], NULL, on_a_thread, cells[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *done;
        pthread_join(thread[i], &done);
        assert_ptr_equal(done, cells[i]);
        assert_memory_equal(cells[i], cells[0], sizeof cells[0]);
    }
}

/* Another destructor of a thread's data may come after the one that frees plans, and call. */
static pthread_key_t late;
static void run_late(void *array)
{
    static _Thread_local int n_calls;
    on_a_thread(array);
    if (++n_calls < 3)
        pthread_setspecific(late, array);
}

static void *leaves_late_work(void *array)
{
    pthread_setspecific(late, array);
    return on_a_thread(array);
}

static void calls_while_a_thread_ends(void **state)
{
    (void)state;
#ifdef __clang__
    skip(); /* libomp faults in any call from a thread whose destructors run: nt_run() says so */
#endif
    pthread_t thread;
    void *done;
    fill(cells[0], 5);
    assert_int_equal(pthread_key_create(&late, run_late), 0);
    assert_int_equal(pthread_create(&thread, NULL, leaves_late_work, cells[0]), 0);
    pthread_join(thread, &done);
    pthread_key_delete(late);
    assert_ptr_equal(done, cells[0]);
}

int main(void)
{
    setenv("NESTUNE_VERBOSE", "1", 1); /* read at the first use */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_are_kept),
        cmocka_unit_test(a_fork_in_between),
        cmocka_unit_test(calls_while_a_thread_ends),
        cmocka_unit_test(forms_in_turn),
        cmocka_unit_test(a_grid_where_another_was),
        cmocka_unit_test(refusals_in_between),
        cmocka_unit_test(threads_do_not_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
