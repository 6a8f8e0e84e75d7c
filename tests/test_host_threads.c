/*
 * test_host_threads.c - many threads of the host at the same time, each with a plan of its own
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>
#include <time.h>

#include "wave_support.h"

enum { N_HOSTS = 4, RUNS = TEST_SANITIZED ? 3 : 20, STEPS = 7 };

/* The steps of all runs of one plan, and no check: cmocka's would have to be on the first thread. */
static void *run_often(void *context)
{
    nt_plan *plan = context;
    for (int i = 0; i < RUNS; i++)
        nt_plan_run(plan, STEPS);
    return NULL;
}

/* Time blocks, whose threads wait for each other, in four teams of two at the same time. */
static void time_blocks(void **state)
{
    const scheme *s = *state;
    static const int64_t n[3] = {40, 37, 33};
    wave_box box[N_HOSTS], alone;
    pthread_t host[N_HOSTS];
    for (int i = 0; i <= N_HOSTS; i++) {
        wave_box *b = i < N_HOSTS ? &box[i] : &alone;
        const uint64_t seed = 5;
        box_make(b, s->order, s->dtype, n, equal);
        box_medium(b, 0.03);
        for (int l = 0; l < 2; l++)
            grid_fill(b->level[l], noise, &seed);
        b->config.tile[2] = i == N_HOSTS ? 0 : 2 + i % 3;
        if (i == N_HOSTS) {
            b->config.parallel = NT_PARALLEL_SERIAL;
            b->config.depth = 1;
        }
        box_plan(b, STEPS, NULL, 0);
    }
    run_often(alone.plan);
    for (int i = 0; i < N_HOSTS; i++)
        assert_int_equal(pthread_create(&host[i], NULL, run_often, box[i].plan), 0);
    for (int i = 0; i < N_HOSTS; i++)
        pthread_join(host[i], NULL);
    for (int i = 0; i < N_HOSTS; i++) {
        for (int l = 0; l < 2; l++)
            assert_same_bits(box[i].level[l], alone.level[l], "while other threads of the host run");
        box_free(&box[i]);
    }
    box_free(&alone);
}

/* Of the thread that waits: a hook holds the lowest row of tiles back. */
static void hold_back(const nt_hook *hook, void *state, const nt_step *step, const nt_box *box, int64_t time)
{
    (void)hook, (void)state, (void)step;
    if (time == 0 && box->y0 == 0 && box->z0 == 0 && box->x0 == 0)
        nanosleep(&(struct timespec){.tv_nsec = 600000000}, NULL);
}

/* A thread that waits for 0.6 s takes little of a CPU: it neither spins nor yields all the time. */
static void waiting_sleeps(void **state)
{
    const scheme *s = *state;
    static const int64_t n[3] = {40, 37, 33};
    static const nt_hook hook = {.apply = hold_back};
    const nt_hook *hooks[] = {&hook};
    wave_box box;
    box_make(&box, s->order, s->dtype, n, equal);
    box_medium(&box, 0.03);
    box.config.tile[1] = 8;
    box_plan(&box, STEPS, hooks, 1);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    nt_plan_run(box.plan, STEPS);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    const double cpu_s = (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
    if (cpu_s > 0.3 && !TEST_SANITIZED)
        fail_msg("%.2f s of CPU time", cpu_s);
    box_free(&box);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    add_scheme(waiting_sleeps, &schemes[0], "waiting-sleeps");
    for (int i = 0; i < N_SCHEMES; i++)
        if (schemes[i].order <= 8)
            add_scheme(time_blocks, &schemes[i], "time-blocks");
    return tests_run("host_threads");
}
