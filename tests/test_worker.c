/*
 * test_worker.c - the real worker times, checks and restores
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ask_support.h"
#include "measure/trial_json.h"
#include "os/clock.h"
#include "os/process.h"
#include "worker/wire.h"

static driver *start_real(int64_t memory_limit_bytes)
{
    static char *const argv[] = {"autotune", "worker", NULL};
    const driver_options options = {.memory_limit_bytes = memory_limit_bytes, .exe = NT_AUTOTUNE, .argv = argv};
    nt_error why = {""};
    driver *d = NULL;
    driver_create(&d, &options, &why);
    assert_string_equal(why.text, "");
    return d;
}

/* Runs an ask that must be timed; the hash of its result. */
static uint64_t run_timed(driver *d, const trial_ask *ask)
{
    const trial_answer answer = run_ask(d, ask);
    assert_string_equal(answer.detail, "");
    assert_int_equal(answer.outcome, TRIAL_OK);
    assert_int_equal(answer.n, ask->reps);
    for (int i = 0; i < ask->reps; i++)
        assert_true(answer.seconds[i] > 0 && answer.seconds[i] < 10);
    return answer.hash;
}

/* The input is restored before each repetition, in place or not: their number changes no bit. */
static void inputs_are_restored(void **state)
{
    (void)state;
    driver *d = start_real(0);
    for (int t = 0; t < NT_N_DTYPES; t++) {
        trial_ask ask = make_ask(3);
        ask.dtype = (nt_dtype)t;
        ask.check = 1;
        const uint64_t first = run_timed(d, &ask);
        ask.reps = 1;
        ask.check = 0;
        assert_true(run_timed(d, &ask) == first);
        ask.in_place = 0;
        ask.reps = 2;
        assert_true(run_timed(d, &ask) == first);
        ask.steps = 4;
        assert_true(run_ask(d, &ask).hash != first);
    }
    assert_int_equal(driver_n_spawned(d), 1);
    driver_destroy(d);
}

static void schedules_give_one_hash(void **state)
{
    (void)state;
    driver *d = start_real(0);
    trial_ask ask = make_ask(5);
    ask.check = 1;
    uint64_t hash = 0;
    for (int p = 0; p < NT_N_PARALLELS; p++)
        for (int depth = 1; depth <= 5; depth += 4) {
            ask.config.parallel = (nt_parallel)p;
            ask.config.depth = depth;
            ask.config.tile[1] = 7;
            const uint64_t now = run_timed(d, &ask);
            if (hash)
                assert_true(now == hash);
            hash = now;
        }
    driver_destroy(d);
}

/* A type that it has functions of. */
static nt_dtype default_dtype(const nt_kernel *kernel)
{
    nt_config c;
    for (int d = NT_N_DTYPES - 1; d > 0; d--)
        if (nt_config_default(kernel, (nt_dtype)d, &c, NULL) == NT_OK)
            return (nt_dtype)d;
    return (nt_dtype)0;
}

/* Kernels take turns, as in a final, and come back to their own inputs; more of them than are kept.
 */
static void kernels_take_turns(void **state)
{
    (void)state;
    driver *d = start_real(0);
    static trial_ask asks[32];
    uint64_t first[32] = {0};
    int n = 0;
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int i = 0; nt_kernel_case_at(nt_kernel_at(k), i) && n < 32; i++) {
            asks[n] = make_ask(3);
            asks[n].kernel = nt_kernel_at(k);
            asks[n].shape[2] = 9;
            asks[n].dtype = default_dtype(asks[n].kernel);
            asks[n++].kernel_case = nt_kernel_case_at(nt_kernel_at(k), i);
        }
    for (int round = 0; round < 3; round++)
        for (int k = 0; k < n; k++) {
            trial_ask ask = asks[k];
            assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
            const uint64_t hash = run_timed(d, &ask);
            if (round)
                assert_true(hash == first[k]);
            for (int i = 0; round && i < k; i++) /* a case is a problem of its own */
                assert_true(asks[i].kernel != asks[k].kernel || first[i] != first[k]);
            first[k] = hash;
        }
    assert_int_equal(driver_n_spawned(d), 1);
    driver_destroy(d);
}

/* Two levels are run on and on in a short trial, yet hashed after one run: neither the window nor the number
 * of repetitions changes a bit, and depths give one hash. */
static void two_levels_run_on(void **state)
{
    (void)state;
    driver *d = start_real(0);
    int n_checked = 0;
    for (int k = 0; k < nt_kernel_count(); k++) {
        const nt_kernel *kernel = nt_kernel_at(k);
        const nt_case *c;
        for (int i = 0; kernel->field && kernel->field->n_levels == 2 && (c = nt_kernel_case_at(kernel, i));
             i++)
            for (int64_t steps = 4; steps <= 7; steps += 3) {
                trial_ask ask = make_ask(steps);
                ask.kernel = kernel;
                ask.kernel_case = c;
                ask.shape[2] = 12;
                assert_int_equal(nt_config_default(kernel, ask.dtype, &ask.config, NULL), NT_OK);
                ask.window_s = 0;
                const uint64_t once = run_timed(d, &ask);
                ask.window_s = 0.002;
                ask.reps = 2;
                assert_true(run_timed(d, &ask) == once);
                ask.config.depth = 3;
                ask.config.tile[1] = 5;
                ask.check = 1;
                assert_true(run_timed(d, &ask) == once);
                n_checked++;
            }
    }
    assert_true(n_checked > 0);
    assert_int_equal(driver_n_spawned(d), 1);
    driver_destroy(d);
}

/* If only times are asked for, there is no hash, and the grids are left as they are: the next trial restores them.
 * A trial is cut once it is clear that it takes too long. */
static void only_times_are_asked_for(void **state)
{
    (void)state;
    driver *d = start_real(0);
    const char *const kernels[] = {"wave", "mathop", "square"};
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        trial_ask ask = make_ask(8);
        ask.kernel = nt_kernel_find(kernels[k]);
        ask.window_s = 0;
        assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
        ask.config.depth = 2;
        const uint64_t hash = run_timed(d, &ask);
        ask.only_time = 1;
        for (int i = 0; i < 3; i++)
            assert_true(run_timed(d, &ask) == 0);
        ask.cut_s = 1e-9;
        const trial_answer cut = run_ask(d, &ask);
        assert_int_equal(cut.outcome, TRIAL_OK);
        assert_int_equal(cut.n, 1);
        assert_true(cut.seconds[0] > ask.cut_s);
        ask.cut_s = 1e6;
        run_timed(d, &ask);
        ask.only_time = 0;
        ask.cut_s = 0;
        const trial_answer again = run_ask(d, &ask);
        assert_true(again.hash == hash && again.timed_s > 0 && again.timed_s <= again.wall_s);
    }
    assert_int_equal(driver_n_spawned(d), 1);
    driver_destroy(d);
}

/* A person who starts a worker by hand may send anything. */
static void malformed_asks_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *says;
    } changes[] = {
        {"case", "\"o2\"", "case o2"},
        {"case", "3", "string"},
        {"kernel", "\"none\"", "kernel none"},
        {"dtype", "\"f16\"", "f16"},
        {"steps", "-1", "-1"},
        {"config", "\"threads=0\"", "threads=0"},
        {"reps", "65", "65"},
        {"class", "\"correct\"", "keys"},
        {"type", "\"note\"", "note"},
    };
    static char *const argv[] = {"autotune", "worker", NULL};
    process p;
    nt_error why;
    char line[4096];
    double paused_s = 0;
    assert_int_equal(process_start(&p, NT_AUTOTUNE, argv, environ, 0, &why), NT_OK);
    ssize_t n = process_receive(&p, line, sizeof line, clock_s() + 60, &paused_s);
    assert_int_equal(n, strlen(WIRE_HELLO));
    const trial_ask ask = make_ask(1);
    for (size_t i = 0; i <= sizeof changes / sizeof *changes; i++) {
        const bool good = i == sizeof changes / sizeof *changes; /* it still works */
        char *text = trial_ask_text(&ask);
        assert_non_null(text);
        json_t *record = json_loads(text, 0, NULL);
        free(text);
        if (!good)
            json_object_set_new(record, changes[i].name, json_loads(changes[i].value, JSON_DECODE_ANY, NULL));
        text = json_dumps(record, JSON_COMPACT);
        json_decref(record);
        snprintf(line, sizeof line, "%s\n", text);
        free(text);
        assert_int_equal(process_send(&p, line, strlen(line)), 0);
        n = process_receive(&p, line, sizeof line, clock_s() + 60, &paused_s);
        assert_in_range(n, 1, sizeof line);
        json_t *reply = json_loadb(line, (size_t)n, 0, NULL);
        const char *type = json_string_value(json_object_get(reply, "type")),
                   *detail = json_string_value(json_object_get(reply, "detail"));
        assert_true(type && detail);
        assert_string_equal(type, good ? "trial" : "refused");
        if (!good && !strstr(detail, changes[i].says))
            fail_msg("%s=%s: %s", changes[i].name, changes[i].value, detail);
        json_decref(reply);
    }
    /* A line that is no JSON ends the worker. */
    assert_int_equal(process_send(&p, "{\n", 2), 0);
    assert_int_equal(process_receive(&p, line, sizeof line, clock_s() + 60, &paused_s), 0);
    int killed;
    const int status = process_reap(&p, 10, &killed);
    assert_true(!killed && WIFEXITED(status) && WEXITSTATUS(status) == 2);
    process_close(&p);
}

static void all_threads_run(void **state)
{
    (void)state;
    driver *d = start_real(0);
    trial_ask ask = make_ask(1);
    ask.config.threads = nt_threads_allowed(); /* as the bound worker must see them too */
    run_timed(d, &ask);
    driver_destroy(d);
}

static void refusals_and_lack_of_memory(void **state)
{
    (void)state;
    driver *d = start_real((int64_t)4 << 30);
    trial_ask ask = make_ask(1);
    ask.config.depth = 0;
    trial_answer answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_REFUSED);
    assert_true(answer.detail[0] != '\0');

    ask = make_ask(1);
    ask.shape[0] = ask.shape[1] = 1 << 20;
    answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_MEMORY);
    assert_true(answer.detail[0] != '\0');
    ask.shape[2] = (int64_t)1 << 40;
    answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_MEMORY);
    ask.shape[2] = -1;
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_REFUSED);

    ask = make_ask(1);
    ask.shape[0] = 0; /* nothing to do is no failure */
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 1);

    ask = make_ask((int64_t)1 << 39); /* too long for its limit */
    ask.limit_s = 0.2;
    answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_HANG);
    assert_true(answer.wall_s < 0.7);
    ask = make_ask(1);
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK);
    assert_int_equal(driver_n_spawned(d), 2);
    driver_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_restored),         cmocka_unit_test(schedules_give_one_hash),
        cmocka_unit_test(kernels_take_turns),          cmocka_unit_test(all_threads_run),
        cmocka_unit_test(refusals_and_lack_of_memory), cmocka_unit_test(two_levels_run_on),
        cmocka_unit_test(malformed_asks_are_refused),  cmocka_unit_test(only_times_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
