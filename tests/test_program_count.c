/*
 * test_program_count.c - nestune count: every form counts right, the race is marked and found, refusals, Ctrl-C
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>

#include "programs_support.h"

enum { LIMIT_S = 200 };
enum { SANITIZED = sizeof NT_SANITIZERS > 1 }; /* where the race is run by one test alone */

static program run_with(const setting *s, const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_NESTUNE, "count"};
    for (int i = 0; args[i]; i++)
        argv[i + 2] = args[i];
    program p = program_start(argv, s);
    program_end(&p, LIMIT_S);
    return p;
}

#define RUN(s, ...) run_with(s, (const char *const[]){__VA_ARGS__, NULL})

static int64_t whole(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value))
        fail_msg("%s is not a whole number", name);
    return json_integer_value(value);
}

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_number(value))
        fail_msg("%s is not a number", name);
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (!value)
        fail_msg("%s is not a text", name);
    return value;
}

/* ---- What is counted ------------------------------------------------------------------------------ */

/* 10007 increments: no number of threads here divides them.  With 3 increments some threads have none. */
static void every_form_counts_right(void **state)
{
    static const char *const forms[] = {"serial", "lock", "atomic", "padded", "reduction"};
    static const char *const increments[] = {"1", "3", "10007"};
    static const int threads[] = {1, 2, 3, 16};
    (void)state;
    for (int i = 0; i < 3; i++) {
        program p = RUN(NULL, increments[i], "--threads", "16,3,2,1,3", "--repeats", "2", "--json");
        assert_int_equal(p.code, OK);
        json_t *root = json_of(&p);
        const json_t *rows = json_object_get(root, "rows");
        size_t at = 0;
        assert_int_equal(whole(root, "increments"), atoi(increments[i]));
        assert_int_equal(whole(root, "repeats"), 2);
        assert_int_equal(whole(root, "cpus_allowed"), nt_threads_allowed());
        assert_true(json_is_false(json_object_get(root, "interrupted")));
        for (int f = 0; f < 5; f++)
            for (int t = 0; t < (f == 0 ? 1 : 4); t++) {
                const json_t *row = json_array_get(rows, at++);
                assert_string_equal(text(row, "form"), forms[f]);
                assert_int_equal(whole(row, "threads"), threads[t]);
                assert_int_equal(whole(row, "count"), atoi(increments[i]));
                assert_int_equal(whole(row, "expected"), atoi(increments[i]));
                assert_int_equal(whole(row, "repeats"), 2);
                assert_true(json_is_true(json_object_get(row, "right")));
                assert_true(json_is_false(json_object_get(row, "wrong_on_purpose")));
            }
        assert_int_equal(json_array_size(rows), at);
        json_decref(root);
        program_free(&p);
    }
}

/* The figures of a row belong together; JSON has six digits. */
static void figures_agree(void **state)
{
    (void)state;
    program p = RUN(NULL, "20000", "--form", "lock,serial", "--threads", "1", "--repeats", "3", "--json");
    assert_int_equal(p.code, OK);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "rows"), *serial = json_array_get(rows, 0);
    assert_int_equal(json_array_size(rows), 2);
    for (int i = 0; i < 2; i++) {
        const json_t *row = json_array_get(rows, (size_t)i);
        const double s = number(row, "seconds");
        assert_true(s > 0 && s < LIMIT_S);
        assert_true(fabs(number(row, "ns_per_increment") / (s * 1e9 / 20000) - 1) < 1e-4);
        assert_true(fabs(number(row, "against_serial") / (s / number(serial, "seconds")) - 1) < 1e-4);
    }
    json_decref(root);
    program_free(&p);
}

/* No compiler has replaced a loop by one addition, which takes less than a millionth of a second: 0.05 ns an increment
 * are a quarter of a cycle of a fast CPU. */
static void loops_are_there(void **state)
{
    (void)state;
    program p = RUN(NULL, "1000000", "--threads", "1", "--repeats", "1", "--json");
    assert_int_equal(p.code, OK);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "rows");
    assert_int_equal(json_array_size(rows), 5);
    for (size_t i = 0; i < 5; i++) {
        const double ns = number(json_array_get(rows, i), "ns_per_increment");
        if (!(ns > 0.05))
            fail_msg("%s: %g ns an increment", text(json_array_get(rows, i), "form"), ns);
    }
    json_decref(root);
    program_free(&p);
}

/* By default 1 thread and as many as are allowed; without serial nothing is compared with it. */
static void default_threads(void **state)
{
    (void)state;
    program p = RUN(NULL, "1000", "--form=atomic", "--json");
    assert_int_equal(p.code, OK);
    assert_int_equal(p.n[1], 0);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "rows");
    const size_t n = json_array_size(rows);
    assert_int_equal(whole(json_array_get(rows, 0), "threads"), 1);
    assert_int_equal(whole(json_array_get(rows, n - 1), "threads"), nt_threads_allowed());
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "against_serial")));
    json_decref(root);
    program_free(&p);
}

static void more_threads_than_cpus(void **state)
{
    (void)state;
    char threads[16], note[80];
    snprintf(threads, sizeof threads, "%d", nt_threads_allowed() + 5);
    snprintf(note, sizeof note, "%s threads take turns on the %d CPU", threads, nt_threads_allowed());
    program p = RUN(NULL, "1000", "--form", "lock", "--threads", threads, "--repeats", "1");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[1], note));
    assert_ptr_equal(strchr(p.text[1], '\n'), p.text[1] + p.n[1] - 1);
    program_free(&p);
}

static void table_and_csv(void **state)
{
    static const char head[] =
        "form,threads,count,expected,verdict,repeats,seconds,ns_per_increment,against_serial\n";
    (void)state;
    program p = RUN(NULL, "1000", "--form=serial,padded", "--threads=2", "--repeats=1");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "\nserial           1           1000           1000"));
    assert_non_null(strstr(p.text[0], "\npadded           2           1000           1000"));
    assert_non_null(strstr(p.text[0], "  right\n"));
    assert_null(strstr(p.text[0], "WRONG"));
    program_free(&p);
    p = RUN(NULL, "1000", "--form=padded", "--threads=1", "--repeats=1", "--csv");
    double time_s, ns;
    int used = 0;
    assert_int_equal(p.code, OK);
    assert_memory_equal(p.text[0], head, sizeof head - 1);
    assert_int_equal(
        sscanf(p.text[0] + sizeof head - 1, "padded,1,1000,1000,right,1,%lf,%lf,%n", &time_s, &ns, &used), 2);
    assert_string_equal(p.text[0] + sizeof head - 1 + used, "\n");
    assert_true(fabs(ns / (time_s * 1e6) - 1) < 1e-4);
    program_free(&p);
}

/* ---- The race ------------------------------------------------------------------------------------- */

/* Whatever it counts, it is called wrong, and the exit code is not a failure. */
static void race_is_marked(void **state)
{
    (void)state;
    if (SANITIZED)
        skip();
    program p = RUN(NULL, "100000", "--form=race", "--threads=1,2", "--repeats=1");
    assert_int_equal(p.code, OK);
    int marks = 0;
    for (const char *s = p.text[0]; (s = strstr(s, "WRONG ON PURPOSE\n")); s++)
        marks++;
    assert_int_equal(marks, 2);
    program_free(&p);
    p = RUN(NULL, "100000", "--form=race", "--threads=2", "--repeats=1", "--json");
    assert_int_equal(p.code, OK);
    json_t *root = json_of(&p);
    const json_t *row = json_array_get(json_object_get(root, "rows"), 0);
    assert_true(json_is_true(json_object_get(row, "wrong_on_purpose")));
    assert_int_equal(json_is_true(json_object_get(row, "right")), whole(row, "count") == 100000);
    assert_true(whole(row, "count") > 0 && whole(row, "count") <= 100000);
    json_decref(root);
    program_free(&p);
    p = RUN(NULL, "--help");
    assert_non_null(strstr(p.text[0], "WRONG ON PURPOSE"));
    program_free(&p);
}

/* ThreadSanitizer sees that race, in that file, and nothing else: its own summary of each report says so. */
static void race_is_found(void **state)
{
    (void)state;
#ifdef __clang__
    if (!strstr(NT_SANITIZERS, "thread"))
        skip();
    const setting s = {.name = "TSAN_OPTIONS",
                       .value = "ignore_noninstrumented_modules=1:halt_on_error=0:exitcode=66"};
    program p = RUN(&s, "20000", "--form=race", "--threads=2", "--repeats=1");
    if (p.code != 66)
        fail_msg("status %d; stderr: %s", p.code, p.text[1]);
    int reports = 0;
    for (char *line = strtok(p.text[1], "\n"); line; line = strtok(NULL, "\n")) {
        const char *summary = strstr(line, "SUMMARY: ThreadSanitizer: ");
        if (strstr(line, "WARNING: ThreadSanitizer: ") && !strstr(line, "ThreadSanitizer: data race "))
            fail_msg("%s", line);
        if (summary && (!strstr(summary, ": data race ") || !strstr(summary, "count_race.c:")))
            fail_msg("%s", line);
        reports += summary != NULL;
    }
    assert_true(reports > 0);
    program_free(&p);
#else
    skip(); /* with gcc's libgomp there are false reports */
#endif
}

/* ---- Wrong arguments ------------------------------------------------------------------------------ */

static bool is_refusal(const program *p, int code, const char *need, const char *what)
{
    const char *said = p->text[1], *newline = strchr(said, '\n');
    const bool good = !p->signal && p->code == code && p->n[0] == 0 && strncmp(said, "nestune", 7) == 0 &&
                      newline && newline[1] == '\0' && strstr(said, need);
    if (!good)
        print_error("%s: code %d, %d is due; stderr without \"%s\": %s\n", what, p->code, code, need, said);
    return good;
}

static void refusals(void **state)
{
    static const struct {
        const char *args[3], *need;
    } cases[] = {
        {{"0"}, "0 increments: allowed are whole numbers from 1 to 1000000000000"},
        {{"-1"}, "-1"},
        {{"1e7x"}, "1e7x increments"},
        {{""}, "increments"},
        {{"1000000000001"}, "1000000000001 increments"},
        {{"99999999999999999999"}, "99999999999999999999 increments"},
        {{"10", "20"}, "20: the number of increments is given twice"},
        {{"--form", "mutex"}, "--form mutex: allowed are serial, lock, atomic, padded, reduction, race"},
        {{"--form", ""}, "serial"},
        {{"--form", "lock,"}, "--form lock,:"},
        {{"--form", "lock,,race"}, "--form lock,,race:"},
        {{"--form", "Race"}, "Race"},
        {{"--form", "rac"}, "rac:"},
        {{"--threads", "0"}, "--threads 0: allowed are at most 32 numbers from 1 to 1024"},
        {{"--threads", "1025"}, "1025:"},
        {{"--threads", "2,"}, "2,:"},
        {{"--threads", "all"}, "all"},
        {{"--threads", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"}, "at most 32"},
        {{"--repeats", "0"}, "--repeats 0: allowed are whole numbers from 1 to 256"},
        {{"--repeats", "257"}, "257"},
        {{"--repeats", "1.5"}, "1.5"},
        {{"--json", "--csv"}, "--json and --csv exclude each other"},
        {{"--verbose"}, "--verbose"},
    };
    (void)state;
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = RUN(NULL, cases[i].args[0], cases[i].args[1], cases[i].args[2]);
        n_bad += !is_refusal(&p, USAGE, cases[i].need, cases[i].args[0]);
        program_free(&p);
    }
    assert_int_equal(n_bad, 0);
}

static void an_environment_that_limits_threads(void **state)
{
    (void)state;
    const setting two = {.name = "OMP_THREAD_LIMIT", .value = "2"};
    program p = RUN(&two, "1000", "--threads", "1,3");
    assert_true(is_refusal(&p, USAGE, "3 threads: OMP_THREAD_LIMIT allows 2", "limit"));
    program_free(&p);
    const setting fewer = {.name = "OMP_DYNAMIC", .value = "true"};
    p = RUN(&fewer, "1000", "--form=padded", "--threads=3", "--repeats=1", "--csv");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "\npadded,3,1000,1000,right,"));
    program_free(&p);
}

static void a_stdout_that_is_full(void **state)
{
    static const char *const as[] = {"--json", "--csv", "--repeats=1"};
    (void)state;
    const setting full = {.out = "/dev/full"};
    for (int i = 0; i < 3; i++) {
        program p = RUN(&full, "1000", "--threads=1", as[i]);
        assert_true(is_refusal(&p, IO, "stdout", as[i]));
        program_free(&p);
    }
}

/* ---- Ctrl-C --------------------------------------------------------------------------------------- */

/* After the first line of progress, which comes after 2 s, much is done and nine tenths are not. */
static void ctrl_c(void **state)
{
    const char *const increments = SANITIZED ? "50000" : "1000000"; /* a lock is 40 times as slow */
    const char *const argv[] = {NT_NESTUNE,        "count",  increments,      "--form=lock,atomic",
                                "--threads=1,2,8", "--json", "--repeats=256", NULL};
    (void)state;
    program p = program_start(argv, NULL);
    const double until_s = program_now_s() + LIMIT_S;
    while (!strstr(p.text[1], "ETA") && program_now_s() < until_s)
        if (program_listen(&p, program_now_s() + 0.05))
            break;
    assert_non_null(strstr(p.text[1], "ETA"));
    kill(p.pid, SIGINT);
    program_end(&p, LIMIT_S);
    assert_int_equal(p.signal, 0);
    assert_int_equal(p.code, INTERRUPTED);
    assert_non_null(strstr(p.text[1], "interrupted"));
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "rows");
    assert_true(json_is_true(json_object_get(root, "interrupted")));
    assert_true(json_array_size(rows) > 1);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        assert_true(whole(row, "repeats") > 0 && whole(row, "repeats") < 256);
        assert_int_equal(whole(row, "count"), atoi(increments));
    }
    json_decref(root);
    program_free(&p);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_counts_right),
        cmocka_unit_test(figures_agree),
        cmocka_unit_test(loops_are_there),
        cmocka_unit_test(default_threads),
        cmocka_unit_test(more_threads_than_cpus),
        cmocka_unit_test(table_and_csv),
        cmocka_unit_test(race_is_marked),
        cmocka_unit_test(race_is_found),
        cmocka_unit_test(refusals),
        cmocka_unit_test(an_environment_that_limits_threads),
        cmocka_unit_test(a_stdout_that_is_full),
        cmocka_unit_test(ctrl_c),
    };
    return cmocka_run_group_tests_name("program_count", tests, NULL, NULL);
}
