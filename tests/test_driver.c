/*
 * test_driver.c - whatever a candidate does costs one trial
 * SPDX-License-Identifier: MIT
 *
 * For the planted candidates this program is its own worker: exec'd with the argument "planted", it
 * speaks the worker's language and does what the ask's `steps` say.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/clock.h"
#include "os/process.h"
#include "worker/driver.h"
#include "worker/wire.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- The planted candidates ------------------------------------------------------------------ */

static void answer_with(wire_answer *answer, size_t n)
{
    if (write(PROCESS_OUT_FD, answer, n) < 0)
        _exit(9);
}

static void be_right(wire_answer *answer)
{
    answer_with(answer, sizeof *answer);
}

static void be_wrong(wire_answer *answer)
{
    answer->class = TRIAL_WRONG;
    answer->n = 0;
    strcpy(answer->detail, "7x5x3: \x1b[2Jcell (0, 0, 0)");
    answer_with(answer, sizeof *answer);
}

static void die_of(wire_answer *answer, int signal_number)
{
    (void)answer;
    signal(signal_number, SIG_DFL); /* a sanitizer may have a handler */
    raise(signal_number);
}

static void die_of_segv(wire_answer *answer)
{
    die_of(answer, SIGSEGV);
}

static void die_of_ill(wire_answer *answer)
{
    die_of(answer, SIGILL);
}

static void die_of_fpe(wire_answer *answer)
{
    die_of(answer, SIGFPE);
}

static void die_of_abort(wire_answer *answer)
{
    fputs("first line\nassertion x > 0 failed\n", stderr);
    die_of(answer, SIGABRT);
}

static void die_of_kill(wire_answer *answer) /* as by the system when memory is short */
{
    die_of(answer, SIGKILL);
}

static void exit_7(wire_answer *answer)
{
    (void)answer;
    _exit(7);
}

static void hang(wire_answer *answer)
{
    (void)answer;
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void spin_in_two(wire_answer *answer)
{
    if (fork() >= 0)
        hang(answer);
}

static void take_all_memory(wire_answer *answer)
{
    (void)answer;
    enum { PIECE = 1 << 24 };
    /* Under a sanitizer there is no limit to run into. */
    for (volatile char *p; !SANITIZED && (p = malloc(PIECE)) != NULL;)
        for (size_t i = 0; i < PIECE; i += 4096)
            p[i] = 1;
    errno = ENOMEM;
    perror("malloc");
    _exit(1);
}

static void close_and_stay(wire_answer *answer)
{
    close(PROCESS_IN_FD);
    close(PROCESS_OUT_FD);
    hang(answer);
}

static void send_garbage(wire_answer *answer)
{
    memset(answer, 0x5a, sizeof *answer);
    answer_with(answer, sizeof *answer);
}

static void send_less(wire_answer *answer)
{
    answer_with(answer, sizeof *answer - 1);
}

static void send_old_id(wire_answer *answer)
{
    answer->head.id--;
    answer_with(answer, sizeof *answer);
}

static void send_nan(wire_answer *answer)
{
    answer->seconds[answer->n - 1] = NAN;
    answer_with(answer, sizeof *answer);
}

static void send_negative(wire_answer *answer)
{
    answer->seconds[0] = -1e-9;
    answer_with(answer, sizeof *answer);
}

static void send_many(wire_answer *answer)
{
    answer->n = TRIAL_MAX_REPS + 1;
    answer_with(answer, sizeof *answer);
}

static void send_class(wire_answer *answer)
{
    answer->class = TRIAL_CRASH; /* it cannot know */
    answer_with(answer, sizeof *answer);
}

static void send_open_text(wire_answer *answer)
{
    memset(answer->detail, 'x', sizeof answer->detail);
    answer_with(answer, sizeof *answer);
}

static void send_twice(wire_answer *answer)
{
    answer_with(answer, sizeof *answer);
    answer_with(answer, sizeof *answer);
}

static void print_a_lot(wire_answer *answer)
{
    for (int i = 0; i < 200000; i++)
        puts("a line that nobody reads");
    fflush(stdout);
    answer_with(answer, sizeof *answer);
}

/* What it was started with, as a text. */
static void tell_setting(wire_answer *answer)
{
    struct rlimit core, space;
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_AS, &space);
    const char *bind = getenv("OMP_PROC_BIND"), *threads = getenv("OMP_NUM_THREADS"), *path = getenv("PATH");
    answer->class = TRIAL_WRONG;
    answer->n = 0;
    snprintf(answer->detail, sizeof answer->detail, "%s %s %s core %d space %lld group %d",
             bind ? bind : "none", threads ? threads : "none", path ? "path" : "none", (int)core.rlim_cur,
             (long long)space.rlim_cur, getpgrp() == getpid());
    answer_with(answer, sizeof *answer);
}

static const struct planted {
    void (*act)(wire_answer *answer);
    trial_class class;
    const char *detail;
} planted[] = {
    {be_right, TRIAL_OK, ""},
    {be_wrong, TRIAL_WRONG, "7x5x3: ?[2Jcell (0, 0, 0)"},
    {die_of_segv, TRIAL_CRASH, "SIGSEGV"},
    {die_of_ill, TRIAL_CRASH, "SIGILL"},
    {die_of_fpe, TRIAL_CRASH, "SIGFPE"},
    {die_of_abort, TRIAL_CRASH, "SIGABRT: assertion x > 0 failed"},
    {die_of_kill, TRIAL_MEMORY, "out of memory"},
    {exit_7, TRIAL_CRASH, "exited with code 7"},
    {hang, TRIAL_HANG, "killed after its limit"},
    {spin_in_two, TRIAL_HANG, "killed after its limit"},
    {take_all_memory, TRIAL_MEMORY, "annot allocate memory"},
    {close_and_stay, TRIAL_CRASH, "closed its socket"},
    {send_garbage, TRIAL_CRASH, "garbled answer"},
    {send_less, TRIAL_CRASH, "garbled answer"},
    {send_old_id, TRIAL_CRASH, "garbled answer"},
    {send_nan, TRIAL_CRASH, "garbled answer"},
    {send_negative, TRIAL_CRASH, "garbled answer"},
    {send_many, TRIAL_CRASH, "garbled answer"},
    {send_class, TRIAL_CRASH, "garbled answer"},
    {send_open_text, TRIAL_CRASH, "garbled answer"},
    {print_a_lot, TRIAL_OK, ""},
    {tell_setting, TRIAL_WRONG, "spread none path core 0"},
    {send_twice, TRIAL_OK, ""}, /* last: the second is taken for the next trial's, and refused */
};
enum { N_PLANTED = sizeof planted / sizeof *planted };

static int planted_main(const char *mode)
{
    wire_ask ask;
    wire_head hello = wire_head_of(WIRE_HELLO, sizeof hello, 0);
    if (strcmp(mode, "mute") == 0)
        return 3;
    if (strcmp(mode, "rude") == 0)
        hello.magic++;
    if (write(PROCESS_OUT_FD, &hello, sizeof hello) != sizeof hello)
        return 9;
    while (read(PROCESS_IN_FD, &ask, sizeof ask) == sizeof ask) {
        wire_answer answer;
        memset(&answer, 0, sizeof answer);
        answer.head = wire_head_of(WIRE_ANSWER, sizeof answer, ask.head.id);
        answer.n = ask.reps;
        for (int i = 0; i < ask.reps; i++)
            answer.seconds[i] = 0.5 + i;
        answer.hash = 42;
        if (ask.steps >= 0 && ask.steps < N_PLANTED)
            planted[ask.steps].act(&answer);
    }
    return 0;
}

/* ---- The parent's side ----------------------------------------------------------------------- */

static const int64_t planted_limit_bytes = (int64_t)1 << 30;

/* The driver keeps argv, so it must last. */
static driver *start_planted(const char *mode, nt_error *why)
{
    static char *argv[] = {"test_driver", "planted", NULL, NULL};
    argv[2] = (char *)mode;
    const driver_options options = {planted_limit_bytes, NULL, argv};
    driver *d;
    return driver_create(&d, &options, why) == NT_OK ? d : NULL;
}

static trial_ask make_ask(int64_t steps)
{
    trial_ask ask = {.kernel = nt_kernel_find("mathop"),
                     .dtype = NT_F64,
                     .shape = {100, 20, 3},
                     .steps = steps,
                     .in_place = 1,
                     .reps = 3,
                     .window_s = 0.001,
                     .limit_s = 60};
    assert_non_null(ask.kernel);
    assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
    return ask;
}

static trial_answer run(driver *d, const trial_ask *ask)
{
    trial_answer answer;
    trial_runner *runner = driver_runner(d);
    const double before_s = runner->now_s(runner);
    runner->run(runner, ask, &answer);
    const double passed_s = runner->now_s(runner) - before_s;
    assert_true(answer.wall_s > 0 && answer.wall_s <= passed_s);
    return answer;
}

static void planted_candidates_cost_one_trial(void **state)
{
    (void)state;
    nt_error why;
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    for (int i = 0; i < N_PLANTED; i++) {
        trial_ask ask = make_ask(i);
        ask.limit_s = planted[i].class == TRIAL_HANG ? 0.2 : 60;
        const trial_answer answer = run(d, &ask);
        if (answer.class != planted[i].class || !strstr(answer.detail, planted[i].detail))
            fail_msg("planted %d: class %s, detail \"%s\"", i, trial_class_name(answer.class), answer.detail);
        if (answer.class == TRIAL_HANG)
            assert_true(answer.wall_s < 0.2 + 0.5);
        if (answer.class == TRIAL_OK) {
            assert_int_equal(answer.n, 3);
            assert_true(answer.seconds[2] == 2.5);
            assert_true(answer.hash == 42);
        } else {
            assert_int_equal(answer.n, 0);
        }
        if (planted[i].act == send_twice)
            break;
        ask = make_ask(0); /* the search goes on */
        assert_int_equal(run(d, &ask).class, TRIAL_OK);
    }
    trial_ask ask = make_ask(0);
    assert_int_equal(run(d, &ask).class, TRIAL_CRASH);
    assert_int_equal(run(d, &ask).class, TRIAL_OK);
    driver_destroy(d);
}

static void limits_are_set(void **state)
{
    (void)state;
    nt_error why;
    int at = 0;
    while (planted[at].act != tell_setting)
        at++;
    setenv("OMP_NUM_THREADS", "1", 1);
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    unsetenv("OMP_NUM_THREADS");
    const trial_ask ask = make_ask(at);
    const trial_answer answer = run(d, &ask);
    assert_non_null(strstr(answer.detail, "spread none path core 0"));
    assert_non_null(strstr(answer.detail, "group 1"));
    if (!SANITIZED)
        assert_non_null(strstr(answer.detail, "space 1073741824"));
    driver_destroy(d);
}

static int is_gone(int64_t pid)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 1;
    const size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    const char *name_end = strrchr(text, ')');
    return n == 0 || (name_end && name_end[2] == 'Z');
}

static int is_gone_soon(int64_t pid)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < 400 && !is_gone(pid); i++)
        nanosleep(&pause, NULL);
    return is_gone(pid);
}

static void a_dead_worker_is_replaced_without_blame(void **state)
{
    (void)state;
    nt_error why;
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    const trial_ask ask = make_ask(0);
    assert_int_equal(run(d, &ask).class, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 1); /* reused */
    kill((pid_t)driver_pid(d), SIGKILL);
    assert_true(is_gone_soon(driver_pid(d)));
    assert_int_equal(run(d, &ask).class, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 2);
    const int64_t pid = driver_pid(d);
    driver_destroy(d);
    assert_true(is_gone_soon(pid));
}

/* The real one, in the middle of a trial. */
static void the_worker_dies_with_the_tuner(void **state)
{
    (void)state;
    static char *const argv[] = {"autotune", "worker", NULL};
    const driver_options real = {0, NT_AUTOTUNE, argv};
    const struct timespec pause = {0, 100000000};
    int fds[2];
    int64_t pid = 0;
    assert_int_equal(pipe(fds), 0);
    const pid_t tuner = fork();
    if (tuner == 0) {
        nt_error why;
        driver *d;
        pid = driver_create(&d, &real, &why) == NT_OK ? driver_pid(d) : -1;
        if (write(fds[1], &pid, sizeof pid) != sizeof pid || pid < 0)
            _exit(1);
        const trial_ask ask = make_ask((int64_t)1 << 39);
        run(d, &ask);
        _exit(1);
    }
    assert_int_equal(read(fds[0], &pid, sizeof pid), sizeof pid);
    assert_true(pid > 0);
    nanosleep(&pause, NULL);
    assert_false(is_gone(pid));
    kill(tuner, SIGKILL);
    assert_int_equal(waitpid(tuner, NULL, 0), tuner);
    assert_true(is_gone_soon(pid));
    close(fds[0]);
    close(fds[1]);
}

static void a_worker_that_does_not_start_is_told(void **state)
{
    (void)state;
    nt_error why;
    driver *d;
    const driver_options none = {0, "/none/such", NULL}, data = {0, NT_SOURCE_DIR "/CMakeLists.txt", NULL};
    assert_int_equal(driver_create(&d, &none, &why), NT_EIO);
    assert_null(d);
    assert_string_equal(why.text, "cannot start the worker /none/such: No such file or directory");
    assert_int_equal(driver_create(&d, &data, &why), NT_EIO);
    assert_non_null(strstr(why.text, strerror(EACCES)));
    assert_null(start_planted("mute", &why));
    assert_non_null(strstr(why.text, "ended at once"));
    assert_null(start_planted("rude", &why));
    assert_non_null(strstr(why.text, "garbled hello"));
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "planted") == 0)
        return planted_main(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_candidates_cost_one_trial),
        cmocka_unit_test(limits_are_set),
        cmocka_unit_test(a_dead_worker_is_replaced_without_blame),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(a_worker_that_does_not_start_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
