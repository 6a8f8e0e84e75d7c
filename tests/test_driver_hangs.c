/*
 * test_driver_hangs.c - a candidate that hangs is killed soon after its limit, in whatever way it hangs
 * SPDX-License-Identifier: MIT
 *
 * It prints how long after the limit each answer came.  A loaded machine may be slow, so the best of a few tries counts.
 */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "planted_worker.h"
#include "program.h"
#include "support.h"

static const double limit_s = 0.2, late_s = 0.5;

/* ---- The planted candidates ------------------------------------------------------------------ */

static void sleep_on(heard *h)
{
    (void)h;
    for (;;)
        pause();
}

static void *spin(void *nothing)
{
    for (volatile unsigned n = 0;; n++)
        continue;
    return nothing;
}

static void spin_on(heard *h)
{
    (void)h;
    spin(NULL);
}

static void spin_in_threads(heard *h)
{
    pthread_t thread;
    for (int i = 0; i < 8; i++)
        pthread_create(&thread, NULL, spin, NULL);
    sleep_on(h);
}

static void ignore_signals(heard *h)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    signal(SIGTERM, SIG_IGN);
    sleep_on(h);
}

static void hang_in_two(heard *h)
{
    if (fork() >= 0)
        ignore_signals(h);
}

static void leave_a_child(heard *h)
{
    leave_child();
    sleep_on(h);
}

static void hang_in_many(heard *h)
{
    for (int i = 0; i < 100; i++)
        if (fork() == 0)
            sleep_on(h);
    sleep_on(h);
}

/* The parent of a vfork() waits for its child in the kernel. */
static void wait_for_a_child(heard *h)
{
    (void)h;
    if (vfork() == 0)
        for (;;)
            pause();
}

/* The system must free it all before the worker is gone. */
static void hold_memory(heard *h)
{
    enum { BYTES = 512 << 20 };
    char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    (void)p;
    sleep_on(h);
}

static void print_on(heard *h)
{
    (void)h;
    for (;;) {
        puts("a line that nobody reads");
        sleep_s(1e-3);
    }
}

/* Stops itself and is continued: while it was stopped, its limit did not pass. */
static void stop_for_a_while(heard *h)
{
    const pid_t worker = getpid();
    if (fork() == 0) {
        sleep_s(0.4);
        kill(worker, SIGCONT);
        _exit(0);
    }
    raise(SIGSTOP);
    sleep_on(h);
}

/* Each is asked for by its place here, as the ask's `steps`. */
static const struct planted {
    const char *name;
    void (*act)(heard *h);
    double stopped_s; /* at most, of each time it is asked */
} planted[] = {
    {"right", be_right, 0},
    {"sleeps", sleep_on, 0},
    {"spins", spin_on, 0},
    {"spins in eight threads", spin_in_threads, 0},
    {"ignores signals", ignore_signals, 0},
    {"hangs in two processes", hang_in_two, 0},
    {"leaves a child that holds the socket", leave_a_child, 0},
    {"hangs in a hundred processes", hang_in_many, 0},
    {"waits for a child of vfork", wait_for_a_child, 0},
    {"holds 512 MiB", hold_memory, 0},
    {"prints without end", print_on, 0},
    {"was stopped", stop_for_a_while, 0.4},
};
enum { N_PLANTED = sizeof planted / sizeof *planted };

static void act(heard *h)
{
    if (h->ask.steps >= 0 && h->ask.steps < N_PLANTED)
        planted[h->ask.steps].act(h);
}

/* ---- The parent's side ----------------------------------------------------------------------- */

/* Seconds of a whole trial beyond its limit, pauses included.  The worker must be gone then. */
static double lateness_s(driver *d, int i)
{
    trial_ask ask = make_ask(0);
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK); /* a worker is there */
    const pid_t worker = (pid_t)driver_pid(d);
    ask = make_ask(i);
    ask.limit_s = limit_s;
    const double begin_s = program_now_s();
    const trial_answer answer = run_ask(d, &ask);
    const double took_s = program_now_s() - begin_s;
    if (answer.outcome != TRIAL_HANG)
        fail_msg("%s: %s, %s", planted[i].name, trial_outcome_name(answer.outcome), answer.detail);
    assert_true(took_s >= limit_s);
    assert_int_equal(driver_pid(d), 0);
    assert_true(is_gone(worker));
    return took_s - limit_s;
}

static void hangs_are_killed_soon_after_their_limit(void **state)
{
    (void)state;
    enum { MOST_TRIES = 5 };
    nt_error why;
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    for (int i = 1; i < N_PLANTED; i++) {
        /* A trial that was paused is asked again, at most six times in all. */
        const double stopped_s = planted[i].stopped_s, allowed_s = stopped_s > 0 ? 6 * (stopped_s + limit_s + late_s) : late_s;
        double least_s = HUGE_VAL;
        for (int k = 0; k < MOST_TRIES && least_s > allowed_s; k++) {
            least_s = fmin(least_s, lateness_s(d, i));
            printf("%-40s %.3f s late\n", planted[i].name, least_s);
        }
        if (least_s > allowed_s)
            fail_msg("%s: killed %.3f s after its limit", planted[i].name, least_s);
    }
    driver_destroy(d);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "planted") == 0)
        return planted_main(argv[2], act);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hangs_are_killed_soon_after_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
