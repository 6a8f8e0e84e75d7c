/*
 * test_yardstick.c - the plain C loops use all threads that they may have, whatever OpenMP's settings are
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <sched.h>

#include "program.h"

static const char *const yardsticks[] = {NT_BINARY_DIR "/bin/plain", NT_BINARY_DIR "/bin/plain_wave"};

/* The number of threads that it printed. */
static int threads_of(const char *yardstick, const char *const settings[4])
{
    const char *argv[PROGRAM_ARGS] = {"/usr/bin/env"};
    int n = 1;
    for (int i = 0; i < 4 && settings[i]; i++)
        argv[n++] = settings[i];
    argv[n++] = yardstick;
    static const char *const args[] = {"--shape=16x16x16", "--reps=5", "--dtype=f64", "--json"};
    for (int i = 0; i < 4; i++)
        argv[n++] = args[i];
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    if (p.code != 0)
        fail_msg("%s: %d: %s", yardstick, p.code, p.text[1]);
    json_t *row = json_loads(p.text[0], JSON_DISABLE_EOF_CHECK, NULL);
    const int threads = (int)json_integer_value(json_object_get(row, "threads"));
    json_decref(row);
    program_free(&p);
    return threads;
}

static void openmp_settings_do_not_reduce_the_threads(void **state)
{
    (void)state;
    static const char *const settings[][4] = {
        {NULL},
        {"OMP_PROC_BIND=true"},
        {"OMP_PROC_BIND=close"},
        {"OMP_PROC_BIND=spread"},
        {"OMP_PROC_BIND=master"},
        {"OMP_PROC_BIND=false"},
        {"OMP_PLACES=cores"},
        {"OMP_PLACES=threads"},
        {"OMP_PROC_BIND=true", "OMP_PLACES=threads"},
        {"OMP_PROC_BIND=true", "OMP_WAIT_POLICY=passive"},
        {"OMP_PROC_BIND=true", "OMP_PLACES=threads", "OMP_WAIT_POLICY=passive"},
        {"OMP_PROC_BIND=close", "OMP_PLACES=sockets", "OMP_WAIT_POLICY=active"},
    };
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0)
        skip();
    for (int y = 0; y < 2; y++) {
        if (access(yardsticks[y], X_OK) != 0 || !program_runs(yardsticks[y]))
            skip();
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            const int threads = threads_of(yardsticks[y], settings[i]);
            if (threads != CPU_COUNT(&cpus))
                fail_msg("%s with %s %s: %d threads, %d are allowed", yardsticks[y],
                         settings[i][0] ? settings[i][0] : "nothing", settings[i][1] ? settings[i][1] : "",
                         threads, CPU_COUNT(&cpus));
        }
    }
}

/* As many as were asked for are allowed, too. */
static void all_threads_can_be_asked_for(void **state)
{
    (void)state;
    cpu_set_t cpus;
    char count[32];
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0 || access(yardsticks[0], X_OK) != 0 ||
        !program_runs(yardsticks[0]))
        skip();
    snprintf(count, sizeof count, "--threads=%d", CPU_COUNT(&cpus));
    const char *const argv[] = {"/usr/bin/env",     "OMP_PROC_BIND=true", yardsticks[0], count,
                                "--shape=16x16x16", "--reps=5",           NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    if (p.code != 0)
        fail_msg("%d: %s", p.code, p.text[1]);
    program_free(&p);
}

/* A table of 8 lines, of 7 sides each; and what is wrong with an argument. */
static void small_grids(void **state)
{
    (void)state;
    static const char *const small = NT_BINARY_DIR "/bin/small";
    if (access(small, X_OK) != 0 || !program_runs(yardsticks[0]))
        skip();
    const char *const argv[] = {small, "1", "1", "1", NULL}, *const wrong[] = {small, "1", "0", NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    if (p.code != 0)
        fail_msg("%d: %s", p.code, p.text[1]);
    int lines = 0, sides = 0;
    for (const char *c = p.text[0]; *c; c++)
        lines += *c == '\n', sides += *c == '/';
    assert_int_equal(lines, 9);
    assert_true(sides >= 8 * 7);
    program_free(&p);
    p = program_start(wrong, NULL);
    program_end(&p, 60);
    assert_int_equal(p.code, 2);
    assert_non_null(strstr(p.text[1], "0: allowed are 1 to 100000"));
    program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openmp_settings_do_not_reduce_the_threads),
        cmocka_unit_test(all_threads_can_be_asked_for),
        cmocka_unit_test(small_grids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
