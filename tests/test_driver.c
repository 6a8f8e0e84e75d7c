/*
 * test_driver.c - a worker's life: it starts within its limits, is replaced when dead, and ends with the tuner
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "planted_worker.h"
#include "program.h"

/* What it was started with, as a text. */
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

enum { BE_RIGHT, TELL_SETTING }; /* as the ask's `steps` */

static void act(heard *h)
{
    if (h->ask.steps == TELL_SETTING)
        tell_setting(h);
    else
        be_right(h);
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

static void a_dead_worker_is_replaced_without_blame(void **state)
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

/* The real one, in the middle of a trial. */
static void the_worker_dies_with_the_tuner(void **state)
{
    (void)state;
    static char *const argv[] = {"autotune", "worker", NULL};
    const driver_options real = {0, NT_AUTOTUNE, argv};
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
        return planted_main(argv[2], act);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_set),
        cmocka_unit_test(a_dead_worker_is_replaced_without_blame),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(a_worker_that_does_not_start_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
