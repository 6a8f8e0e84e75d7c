/*
 * test_embedding.c - the library inside other programs' threads: pools, regions, limits
 * SPDX-License-Identifier: MIT
 *
 * What plan.h says of threads.  Forks and limits of the system: test_team.c.  Many teams at the same time: test_host_threads.c.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_kernel.h"
#include "program.h"

enum { NX = 64, NY = 48, NZ = 40, STEPS = 3, MOST = 4 };

/* Threads of a run that may have all: no more than the planes that they share, nor than this test can count. */
static int all_threads(void)
{
    return nt_threads_allowed() < NZ ? nt_threads_allowed() : NZ;
}

static int n_tasks(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

enum { MOST_SEEN = 64 };
typedef struct crowd {
    atomic_int id[MOST_SEEN]; /* the system's numbers of threads; 0: none */
} crowd;

/* Who computed a box of the run. */
static void note_thread(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box, int64_t time)
{
    (void)state, (void)step, (void)box, (void)time;
    crowd *c = hook->context;
    const int mine = gettid();
    for (int i = 0, seen = 0; i < MOST_SEEN; i++, seen = 0)
        if (atomic_compare_exchange_strong(&c->id[i], &seen, mine) || seen == mine)
            return;
}

static int n_seen(crowd *c)
{
    int n = 0;
    while (n < MOST_SEEN && atomic_load(&c->id[n]))
        n++;
    return n;
}

typedef struct job {
    nt_grid *grid;
    nt_plan *plan;
    crowd crowd;
    int n_tasks; /* of the process, while the plan was there */
    nt_hook hook;
} job;

/* 0 on success: also called where cmocka's checks may not be, on other threads. */
static int begin(job *j, int most_threads)
{
    nt_error why;
    const nt_hook *hooks[] = {&j->hook};
    *j = (job){.hook = {.apply = note_thread}};
    j->hook.context = &j->crowd;
    const nt_plan_options options = {.bytes = sizeof options, .config = "parallel=outer", .most_threads = most_threads, .hooks = hooks, .n_hooks = 1};
    if (nt_grid_create(&j->grid, NT_F64, (int64_t[3]){NX, NY, NZ}, 0, NULL, &why) != NT_OK)
        return 1;
    nt_kernel_fill(nt_kernel_find("mathop"), 0, 3, j->grid);
    return nt_plan_create(&j->plan, nt_kernel_find("mathop"), &j->grid, 1, &options, &why) != NT_OK;
}

static void end(job *j)
{
    nt_plan_destroy(j->plan);
    nt_grid_destroy(j->grid);
}

static void check(job *j, const job *expected, int threads)
{
    assert_int_equal(n_seen(&j->crowd), threads);
    for (int z = 0; z < NZ; z++)
        for (int y = 0; y < NY; y++)
            assert_memory_equal(nt_grid_cell(j->grid, 0, y, z), nt_grid_cell(expected->grid, 0, y, z), NX * sizeof(double));
}

static job alone; /* the same on this thread, by itself */

static int make_alone(void **state)
{
    (void)state;
    return begin(&alone, 1) != 0 || nt_plan_run(alone.plan, STEPS) != NT_OK;
}

static int free_alone(void **state)
{
    (void)state;
    end(&alone);
    return 0;
}

/* ---- A pool of the caller's -------------------------------------------------------------------------------- */

static void *work(void *context)
{
    job *j = context;
    const bool done = begin(j, 1) == 0 && nt_plan_run(j->plan, STEPS) == NT_OK;
    j->n_tasks = n_tasks();
    return done ? j : NULL;
}

/* Plans of one thread run on the thread that calls, and start no others. */
static void a_pool_of_the_callers(void **state)
{
    (void)state;
    static job jobs[MOST];
    pthread_t pool[MOST];
    const int before = n_tasks();
    for (int i = 0; i < MOST; i++)
        assert_int_equal(pthread_create(&pool[i], NULL, work, &jobs[i]), 0);
    for (int i = 0; i < MOST; i++) {
        void *done;
        pthread_join(pool[i], &done);
        assert_ptr_equal(done, &jobs[i]);
        check(&jobs[i], &alone, 1);
        assert_in_range(jobs[i].n_tasks, before + 1, before + MOST + TEST_SANITIZED); /* those of the pool, and TSan has one */
        end(&jobs[i]);
    }
}

/* ---- Regions of the caller's --------------------------------------------------------------------------------- */

static void inside_a_region(void **state)
{
    (void)state;
    static job jobs[MOST];
    int n_failed = 0;
#pragma omp parallel for num_threads(MOST) reduction(+ : n_failed)
    for (int i = 0; i < MOST; i++)
        n_failed += begin(&jobs[i], 0) != 0 || nt_plan_run(jobs[i].plan, STEPS) != NT_OK;
    assert_int_equal(n_failed, 0);
    for (int i = 0; i < MOST; i++) {
        check(&jobs[i], &alone, 1);
        end(&jobs[i]);
    }
}

/* A region of one thread is none: the run may have a team.  And a task of a region is inside it. */
static void odd_regions(void **state)
{
    (void)state;
    static job one, task;
    int n_failed = 0;
#pragma omp parallel num_threads(1)
    n_failed += begin(&one, 0) != 0 || nt_plan_run(one.plan, STEPS) != NT_OK;
#pragma omp parallel num_threads(2)
#pragma omp single
#pragma omp task shared(n_failed)
    n_failed += begin(&task, 0) != 0 || nt_plan_run(task.plan, STEPS) != NT_OK;
    assert_int_equal(n_failed, 0);
    check(&one, &alone, all_threads());
    check(&task, &alone, 1);
    end(&one);
    end(&task);
}

/* ---- Limits of the caller's ------------------------------------------------------------------------------------- */

static void the_callers_number_of_threads(void **state)
{
    (void)state;
    static job j;
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_int_equal(begin(&j, 0), 0);
    assert_int_equal(nt_plan_run(j.plan, STEPS), NT_OK);
    check(&j, &alone, 1);
    omp_set_num_threads(before); /* is asked at each run, not when the plan was made */
    memset(&j.crowd, 0, sizeof j.crowd);
    assert_int_equal(nt_plan_run(j.plan, 1), NT_OK);
    assert_int_equal(n_seen(&j.crowd), before < all_threads() ? before : all_threads());
    end(&j);
}

/* OMP_NUM_THREADS is read by the runtime when it starts: in a program of its own. */
static int threads_main(void)
{
    static job j;
    if (begin(&j, 0) != 0 || nt_plan_run(j.plan, STEPS) != NT_OK)
        return 9;
    printf("%d\n", n_seen(&j.crowd));
    return 0;
}

static void omp_num_threads(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int threads;
    } values[] = {{"1", 1}, {"1,4", 1}, {"64", 0}};
    if (test_emulated())
        skip(); /* an emulator starts no other program */
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *const argv[] = {"/proc/self/exe", "threads", NULL};
        program p = program_start(argv, &(setting){.name = "OMP_NUM_THREADS", .value = values[i].value});
        program_end(&p, 60);
        const int expected = values[i].threads > 0 ? values[i].threads : all_threads();
        assert_int_equal(atoi(p.text[0]), expected);
        program_free(&p);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "threads") == 0)
        return threads_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_of_the_callers),         cmocka_unit_test(inside_a_region),
        cmocka_unit_test(odd_regions),                   cmocka_unit_test(the_callers_number_of_threads),
        cmocka_unit_test(omp_num_threads),
    };
    return cmocka_run_group_tests(tests, make_alone, free_alone);
}
