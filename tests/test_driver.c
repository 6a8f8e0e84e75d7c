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

#include "measure/trial_json.h"
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

/* An ask as it was heard, and the answer that is due. */
typedef struct heard {
    trial_ask ask;
    trial_answer answer;
} heard;

static void answer_text(const char *text, size_t n)
{
    if (write(PROCESS_OUT_FD, text, n) < 0)
        _exit(9);
}

/* The line of a record, which is freed; the text is the caller's. */
static char *line_of(json_t *record)
{
    char *text = trial_record_text(record);
    const size_t n = text ? strlen(text) : 0;
    char *line = malloc(n + 2);
    if (!text || !line)
        _exit(9);
    memcpy(line, text, n);
    strcpy(line + n, "\n");
    free(text);
    json_decref(record);
    return line;
}

static void answer_record(json_t *record)
{
    char *line = line_of(record);
    answer_text(line, strlen(line));
    free(line);
}

static void be_right(heard *h)
{
    answer_record(trial_to_json(&h->ask, &h->answer));
}

static void be_wrong(heard *h)
{
    h->answer.outcome = TRIAL_WRONG;
    h->answer.n = 0;
    strcpy(h->answer.detail, "7x5x3: cell (0, 0, 0)");
    be_right(h);
}

static void die_of(heard *h, int signal_number)
{
    (void)h;
    signal(signal_number, SIG_DFL); /* a sanitizer may have a handler */
    raise(signal_number);
}

static void die_of_segv(heard *h)
{
    die_of(h, SIGSEGV);
}

static void die_of_ill(heard *h)
{
    die_of(h, SIGILL);
}

static void die_of_fpe(heard *h)
{
    die_of(h, SIGFPE);
}

static void die_of_abort(heard *h)
{
    fputs("first line\nassertion x > 0 failed\n", stderr);
    die_of(h, SIGABRT);
}

static void die_of_kill(heard *h) /* as by the system when memory is short */
{
    die_of(h, SIGKILL);
}

static void exit_7(heard *h)
{
    (void)h;
    _exit(7);
}

static void hang(heard *h)
{
    (void)h;
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void spin_in_two(heard *h)
{
    if (fork() >= 0)
        hang(h);
}

static void take_all_memory(heard *h)
{
    (void)h;
    enum { PIECE = 1 << 24 };
    /* Under a sanitizer there is no limit to run into. */
    for (volatile char *p; !SANITIZED && (p = malloc(PIECE)) != NULL;)
        for (size_t i = 0; i < PIECE; i += 4096)
            p[i] = 1;
    errno = ENOMEM;
    perror("malloc");
    _exit(1);
}

static void close_and_stay(heard *h)
{
    close(PROCESS_IN_FD);
    close(PROCESS_OUT_FD);
    hang(h);
}

static void send_garbage(heard *h)
{
    memset(h, 0x5a, sizeof *h);
    answer_text((const char *)h, sizeof *h);
}

/* The record cut off in its last number, and without its end. */
static void send_less(heard *h)
{
    char *line = line_of(trial_to_json(&h->ask, &h->answer));
    answer_text(line, strlen(line) - 3);
    free(line);
}

static void send_too_much(heard *h)
{
    (void)h;
    static char line[WIRE_MOST + 1000];
    memset(line, ' ', sizeof line);
    answer_text(line, sizeof line);
}

/* Of another ask than was sent. */
static void send_other_ask(heard *h)
{
    h->ask.shape[1]++;
    be_right(h);
}

/* The record with one of its members changed. */
static void send_changed(heard *h, const char *name, json_t *value)
{
    json_t *record = trial_to_json(&h->ask, &h->answer);
    json_object_set_new(record, name, value);
    answer_record(record);
}

static void send_nan(heard *h)
{
    char *line = line_of(trial_to_json(&h->ask, &h->answer)), *at = strstr(line, "2.5");
    memcpy(at, "NaN", 3);
    answer_text(line, strlen(line));
    free(line);
}

static void send_negative(heard *h)
{
    h->answer.seconds[0] = -1e-9;
    be_right(h);
}

static void send_many(heard *h)
{
    json_t *seconds = json_array();
    for (int i = 0; i <= TRIAL_MAX_REPS; i++)
        json_array_append_new(seconds, json_real(1));
    send_changed(h, "seconds", seconds);
}

static void send_few(heard *h)
{
    h->answer.n--;
    be_right(h);
}

static void send_class(heard *h)
{
    h->answer.outcome = TRIAL_CRASH; /* it cannot know */
    h->answer.n = 0;
    be_right(h);
}

static void send_times_of_a_failure(heard *h)
{
    h->answer.outcome = TRIAL_WRONG;
    be_right(h);
}

static void send_long_text(heard *h)
{
    char text[TRIAL_DETAIL + 1];
    memset(text, 'x', TRIAL_DETAIL);
    text[TRIAL_DETAIL] = '\0';
    send_changed(h, "detail", json_string(text));
}

static void send_control_character(heard *h)
{
    send_changed(h, "detail", json_string("\x1b[2J"));
}

static void send_another_key(heard *h)
{
    send_changed(h, "another", json_integer(1));
}

static void send_refusal(heard *h)
{
    (void)h;
    answer_record(json_pack("{s:s, s:s}", "type", "refused", "detail", "steps are out of range"));
}

static void send_bare_refusal(heard *h)
{
    (void)h;
    answer_record(json_pack("{s:s}", "type", "refused"));
}

static void send_twice(heard *h)
{
    be_right(h);
    be_right(h);
}

static void print_a_lot(heard *h)
{
    for (int i = 0; i < 200000; i++)
        puts("a line that nobody reads");
    fflush(stdout);
    be_right(h);
}

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

static const struct planted {
    void (*act)(heard *h);
    trial_outcome outcome;
    const char *detail;
} planted[] = {
    {be_right, TRIAL_OK, ""},
    {be_wrong, TRIAL_WRONG, "7x5x3: cell (0, 0, 0)"},
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
    {send_too_much, TRIAL_CRASH, "garbled answer"},
    {send_other_ask, TRIAL_CRASH, "garbled answer"},
    {send_nan, TRIAL_CRASH, "garbled answer"},
    {send_negative, TRIAL_CRASH, "garbled answer"},
    {send_many, TRIAL_CRASH, "garbled answer"},
    {send_few, TRIAL_CRASH, "garbled answer"},
    {send_class, TRIAL_CRASH, "garbled answer"},
    {send_times_of_a_failure, TRIAL_CRASH, "garbled answer"},
    {send_long_text, TRIAL_CRASH, "garbled answer"},
    {send_control_character, TRIAL_CRASH, "garbled answer"},
    {send_another_key, TRIAL_CRASH, "garbled answer"},
    {send_refusal, TRIAL_REFUSED, "steps are out of range"},
    {send_bare_refusal, TRIAL_CRASH, "garbled answer"},
    {print_a_lot, TRIAL_OK, ""},
    {tell_setting, TRIAL_WRONG, "spread none path core 0"},
    {send_twice, TRIAL_OK, ""}, /* last: the second is taken for the next trial's, and refused */
};
enum { N_PLANTED = sizeof planted / sizeof *planted };

static int planted_main(const char *mode)
{
    static char line[WIRE_MOST];
    const char *hello = strcmp(mode, "rude") == 0 ? "{\"type\":\"hullo\"}\n" : WIRE_HELLO;
    ssize_t n;
    if (strcmp(mode, "mute") == 0)
        return 3;
    answer_text(hello, strlen(hello));
    while ((n = read(PROCESS_IN_FD, line, sizeof line)) > 0) {
        heard h;
        nt_error why;
        json_t *record = json_loadb(line, (size_t)n, 0, NULL);
        if (!record || trial_from_json(record, &h.ask, NULL, &why) != NT_OK)
            return 8;
        json_decref(record);
        h.answer = (trial_answer){.outcome = TRIAL_OK, .hash = 42, .n = h.ask.reps};
        for (int i = 0; i < h.ask.reps; i++)
            h.answer.seconds[i] = 0.5 + i;
        if (h.ask.steps >= 0 && h.ask.steps < N_PLANTED)
            planted[h.ask.steps].act(&h);
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
        ask.limit_s = planted[i].outcome == TRIAL_HANG ? 0.2 : 60;
        const trial_answer answer = run(d, &ask);
        if (answer.outcome != planted[i].outcome || !strstr(answer.detail, planted[i].detail))
            fail_msg("planted %d: class %s, detail \"%s\"", i, trial_outcome_name(answer.outcome),
                     answer.detail);
        if (answer.outcome == TRIAL_HANG)
            assert_true(answer.wall_s < 0.2 + 0.5);
        if (answer.outcome == TRIAL_OK) {
            assert_int_equal(answer.n, 3);
            assert_true(answer.seconds[2] == 2.5);
            assert_true(answer.hash == 42);
        } else {
            assert_int_equal(answer.n, 0);
        }
        if (planted[i].act == send_twice)
            break;
        ask = make_ask(0); /* the search goes on */
        assert_int_equal(run(d, &ask).outcome, TRIAL_OK);
    }
    trial_ask ask = make_ask(0);
    assert_int_equal(run(d, &ask).outcome, TRIAL_CRASH);
    assert_int_equal(run(d, &ask).outcome, TRIAL_OK);
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
    assert_int_equal(run(d, &ask).outcome, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 1); /* reused */
    kill((pid_t)driver_pid(d), SIGKILL);
    assert_true(is_gone_soon(driver_pid(d)));
    assert_int_equal(run(d, &ask).outcome, TRIAL_OK);
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
