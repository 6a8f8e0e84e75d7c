/*
 * test_driver.c - a worker's life: it starts within its limits, is replaced when dead, and ends with the tuner
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "planted_worker.h"
#include "program.h"
#include "scratch.h"

/* The limits that it was started with, as a text. */
static void tell_setting(heard *h)
{
    struct rlimit core, space;
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_AS, &space);
    const char *bind = getenv("OMP_PROC_BIND"), *threads = getenv("OMP_NUM_THREADS"), *path = getenv("PATH");
    h->answer.outcome = TRIAL_WRONG;
    h->answer.n = 0;
    snprintf(h->answer.detail, sizeof h->answer.detail, "%s %s %s core %d space %lld group %d",
             bind ? bind : "none", threads ? threads : "none", path ? "path" : "none", (int)core.rlim_cur,
             (long long)space.rlim_cur, getpgrp() == getpid());
    be_right(h);
}

/* ---- Trials again ------------------------------------------------------------------------------ */

/* Where a worker leaves a byte for each ask, and what it then waits for. */
static const char asked_name[] = "NT_TEST_ASKED", go_name[] = "NT_TEST_GO";

static int64_t asked_before(void)
{
    struct stat st;
    return stat(getenv(asked_name), &st) == 0 ? st.st_size : 0;
}

static int64_t note_ask(void)
{
    const int64_t before = asked_before();
    FILE *f = fopen(getenv(asked_name), "a");
    if (!f || fputc('x', f) < 0 || fclose(f) != 0)
        _exit(9);
    return before;
}

static void wait_first(heard *h)
{
    const bool first = note_ask() == 0;
    while (first && access(getenv(go_name), F_OK) != 0)
        sleep_s(0.01);
    be_right(h);
}

static void end_by(heard *h, int signal_number, int64_t times)
{
    if (note_ask() < times) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    be_right(h);
}

enum { BE_RIGHT, TELL_SETTING, WAIT_FIRST, END_ONCE, END_ALWAYS, HANG_UP_ONCE }; /* as the ask's `steps` */

static void act(heard *h)
{
    switch (h->ask.steps) {
    case TELL_SETTING: tell_setting(h); break;
    case WAIT_FIRST: wait_first(h); break;
    case END_ONCE: end_by(h, SIGTERM, 1); break;
    case END_ALWAYS: end_by(h, SIGTERM, INT64_MAX); break;
    case HANG_UP_ONCE: end_by(h, SIGHUP, 1); break;
    default: be_right(h);
    }
}

static void limits_are_set(void **state)
{
    (void)state;
    nt_error why;
    setenv("OMP_NUM_THREADS", "1", 1);
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    unsetenv("OMP_NUM_THREADS");
    const trial_ask ask = make_ask(TELL_SETTING);
    const trial_answer answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_WRONG);
    assert_int_equal(answer.n, 0);
    assert_non_null(strstr(answer.detail, "spread none path core 0"));
    assert_non_null(strstr(answer.detail, "group 1"));
    if (!TEST_SANITIZED)
        assert_non_null(strstr(answer.detail, "space 1073741824"));
    driver_destroy(d);
}

static void replaces_a_worker_that_died_between_trials(void **state)
{
    (void)state;
    nt_error why;
    driver *d = start_planted("plain", &why);
    assert_non_null(d);
    const trial_ask ask = make_ask(BE_RIGHT);
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 1); /* reused */
    kill((pid_t)driver_pid(d), SIGKILL);
    assert_true(is_gone_within((pid_t)driver_pid(d), 2));
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 2);
    const int64_t pid = driver_pid(d);
    driver_destroy(d);
    assert_true(is_gone_within((pid_t)pid, 2));
}

/* What a tuner in a process of its own measured. */
typedef struct found {
    trial_answer answer;
    double passed_s; /* on the runner's clock */
} found;

static void tune_in_child(int fd, double limit_s)
{
    nt_error why;
    found f = {.passed_s = 0};
    driver *d = start_planted("plain", &why);
    trial_ask ask = make_ask(WAIT_FIRST);
    ask.limit_s = limit_s;
    if (!d)
        _exit(1);
    trial_runner *runner = driver_runner(d);
    const double begin_s = runner->now_s(runner);
    runner->run(runner, &ask, &f.answer);
    f.passed_s = runner->now_s(runner) - begin_s;
    driver_destroy(d);
    _exit(write(fd, &f, sizeof f) == sizeof f ? 0 : 1);
}

/* Tuner, worker or both are stopped for longer than the limit: no timeout, another try, and no time lost. */
static void a_pause_is_not_counted_as_a_timeout(void **state)
{
    (void)state;
    static const double limit_s = 2, pause_s = 3;
    for (int who = 1; who <= 3; who++) {
        const scratch s = scratch_make();
        char go[100];
        int fds[2];
        snprintf(go, sizeof go, "%s/go", s.folder);
        setenv(asked_name, s.path, 1);
        setenv(go_name, go, 1);
        assert_int_equal(pipe(fds), 0);
        const pid_t tuner = fork();
        if (tuner == 0)
            tune_in_child(fds[1], limit_s);
        close(fds[1]);
        const double begin_s = program_now_s();
        while (asked_before() == 0 && program_now_s() < begin_s + 60)
            sleep_s(0.002);
        const pid_t worker = child_of(tuner), stopped[] = {who & 1 ? tuner : 0, who & 2 ? worker : 0};
        assert_true(worker > 0);
        for (int i = 0; i < 2; i++)
            if (stopped[i])
                assert_int_equal(kill(stopped[i], SIGSTOP), 0);
        sleep_s(pause_s);
        spill(go, "", 0);
        for (int i = 0; i < 2; i++)
            if (stopped[i])
                assert_int_equal(kill(stopped[i], SIGCONT), 0);
        found f;
        assert_int_equal(read(fds[0], &f, sizeof f), sizeof f);
        const double took_s = program_now_s() - begin_s;
        assert_int_equal(waitpid(tuner, NULL, 0), tuner);
        close(fds[0]);
        if (f.answer.outcome != TRIAL_OK)
            fail_msg("%d: %s: %s", who, trial_outcome_name(f.answer.outcome), f.answer.detail);
        assert_int_equal(asked_before(), 2);
        assert_true(f.passed_s < took_s - pause_s + 0.5 && f.answer.wall_s <= f.passed_s);
        scratch_walk(&s, 1);
    }
}

/* A signal that asks a worker to end comes from outside; if it comes twice, the config may be the cause. */
static void repeats_a_trial_once_after_a_signal_to_end(void **state)
{
    (void)state;
    nt_error why;
    static const int64_t acts[] = {END_ONCE, HANG_UP_ONCE, END_ALWAYS};
    for (int i = 0; i < 3; i++) {
        const scratch s = scratch_make();
        setenv(asked_name, s.path, 1);
        driver *d = start_planted("plain", &why);
        assert_non_null(d);
        const trial_ask ask = make_ask(acts[i]);
        const trial_answer answer = run_ask(d, &ask);
        assert_int_equal(answer.outcome, acts[i] == END_ALWAYS ? TRIAL_CRASH : TRIAL_OK);
        assert_string_equal(answer.detail, acts[i] == END_ALWAYS ? "SIGTERM" : "");
        assert_int_equal(asked_before(), 2);
        driver_destroy(d);
        scratch_walk(&s, 1);
    }
}

/* The real one, in the middle of a trial. */
static void the_worker_dies_with_the_tuner(void **state)
{
    (void)state;
    static char *const argv[] = {"autotune", "worker", NULL};
    const driver_options real = {.exe = NT_AUTOTUNE, .argv = argv};
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
        run_ask(d, &ask);
        _exit(1);
    }
    assert_int_equal(read(fds[0], &pid, sizeof pid), sizeof pid);
    assert_true(pid > 0);
    sleep_s(0.1);
    assert_false(is_gone((pid_t)pid));
    kill(tuner, SIGKILL);
    assert_int_equal(waitpid(tuner, NULL, 0), tuner);
    assert_true(is_gone_within((pid_t)pid, 2));
    close(fds[0]);
    close(fds[1]);
}

static void reports_a_worker_that_does_not_start(void **state)
{
    (void)state;
    nt_error why;
    driver *d;
    const driver_options none = {.exe = "/none/such"}, data = {.exe = NT_SOURCE_DIR "/CMakeLists.txt"};
    assert_int_equal(driver_create(&d, &none, &why), NT_EIO);
    assert_null(d);
    assert_string_equal(why.text, "cannot start the worker /none/such: No such file or directory");
    assert_int_equal(driver_create(&d, &data, &why), NT_EIO);
    assert_non_null(strstr(why.text, strerror(EACCES)));
    assert_null(start_planted("mute", &why));
    assert_non_null(strstr(why.text, "ended immediately"));
    assert_null(start_planted("rude", &why));
    assert_non_null(strstr(why.text, "garbled hello"));
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "planted") == 0)
        return planted_main(argv[2], act);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_set),
        cmocka_unit_test(replaces_a_worker_that_died_between_trials),
        cmocka_unit_test(a_pause_is_not_counted_as_a_timeout),
        cmocka_unit_test(repeats_a_trial_once_after_a_signal_to_end),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(reports_a_worker_that_does_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
