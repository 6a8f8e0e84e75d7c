/*
 * test_program_primes.c - nestune primes as a person runs it: lists, counts, tables, refusals, Ctrl-C
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "programs_support.h"

static program run(const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_NESTUNE, "primes"};
    for (int i = 0; args[i]; i++)
        argv[i + 2] = args[i];
    program p = program_start(argv, NULL);
    program_end(&p, 100);
    return p;
}
#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* Its output; the program's texts are freed. */
static json_t *take_json(program *p)
{
    json_t *root = json_of(p);
    program_free(p);
    return root;
}

static const char *string_of(const json_t *root, const char *name)
{
    return json_string_value(json_object_get(root, name));
}

/* ---- Refusals ----------------------------------------------------------------------------------- */

static void bad_arguments(void **state)
{
    (void)state;
    char too_many[16];
    snprintf(too_many, sizeof too_many, "%d", nt_threads_allowed() + 1);
    const struct {
        const char *args[5], *needs[2];
    } cases[] = {
        {{NULL}, {"[FIRST] END"}},
        {{"--list"}, {"[FIRST] END"}},
        {{"ten"}, {"ten", "18446744073709551615"}},
        {{""}, {"18446744073709551615"}},
        {{"--", "-5"}, {"-5", "from 0"}},
        {{"1e"}, {"1e:"}},
        {{"1.5e6"}, {"1.5e6"}},
        {{"1e20"}, {"1e20"}},
        {{"18446744073709551616"}, {"18446744073709551616:", "18446744073709551615"}},
        {{"1", "2", "3"}, {"3", "FIRST and END"}},
        {{"2000", "1000"}, {"FIRST 2000 is above END 1000"}},
        {{"10", "--threads", "0"}, {"--threads 0", "from 1"}},
        {{"10", "--threads", too_many}, {too_many}},
        {{"10", "--config", "chunk=x"}, {"chunk"}},
        {{"10", "--config", "tile=3"}, {"tile"}},
        {{"10", "--config", "fn=u3"}, {"u3"}},
        {{"10", "--list", "--json"}, {"--list", "--json"}},
        {{"10", "--schedules", "--list"}, {"--schedules", "--list"}},
        {{"18446744073709551615", "--schedules"}, {"9223372036854775807"}},
        {{"10", "--sieve", "--config", "chunk=1"}, {"--sieve", "--config"}},
        {{"10", "--sieves"}, {"--sieves", "--help"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = run(cases[i].args);
        if (p.code != USAGE || p.n[0] != 0 || strncmp(p.text[1], "nestune: ", 9) != 0 ||
            strchr(p.text[1], '\n') != p.text[1] + p.n[1] - 1)
            fail_msg("case %zu: code %d, %s%s", i, p.code, p.text[0], p.text[1]);
        for (int k = 0; k < 2 && cases[i].needs[k]; k++)
            if (!strstr(p.text[1], cases[i].needs[k]))
                fail_msg("%s: does not name %s", p.text[1], cases[i].needs[k]);
        program_free(&p);
    }
#ifndef NT_HAS_PRIMESIEVE
    program p = RUN("10", "--sieve");
    assert_int_equal(p.code, USAGE);
    assert_non_null(strstr(p.text[1], "libprimesieve-dev"));
    program_free(&p);
#endif
}

/* ---- Lists and counts --------------------------------------------------------------------------- */

static const char notebooks_last[] = "1951\n1973\n1979\n1987\n1993\n1997\n1999\n";

static void lists_are_right(void **state)
{
    (void)state;
    static const struct {
        const char *first, *end, *list;
    } lists[] = {
        {"0", "30", "2\n3\n5\n7\n11\n13\n17\n19\n23\n29\n"},
        {"2", "2", "2\n"},
        {"24", "28", ""},
        {"1950", "2000", notebooks_last},
        {"4294967290", "4294967310", "4294967291\n"},
        {"4294967290", "4294967320", "4294967291\n4294967311\n"},
        {"18446744073709551600", "18446744073709551615", ""},
        {"18446744073709551533", "18446744073709551560", "18446744073709551533\n18446744073709551557\n"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        program p = RUN(lists[i].first, lists[i].end, "--list");
        assert_int_equal(p.code, OK);
        assert_string_equal(p.text[0], lists[i].list);
        program_free(&p);
#ifdef NT_HAS_PRIMESIEVE
        if (strlen(lists[i].first) > 19)
            continue; /* the sieve needs seconds there */
        p = RUN(lists[i].first, lists[i].end, "--list", "--sieve");
        assert_int_equal(p.code, OK);
        assert_string_equal(p.text[0], lists[i].list);
        program_free(&p);
#endif
    }
}

/* Over several pieces, in ascending order, as many as there are. */
static void a_long_list_ascends(void **state)
{
    (void)state;
    program p = RUN("1000000", "--list", "--config", "chunk=100,schedule=dynamic");
    assert_int_equal(p.code, OK);
    unsigned long before = 1, n = 0;
    for (char *at = p.text[0]; *at; n++) {
        const unsigned long prime = strtoul(at, &at, 10);
        assert_true(prime > before && *at == '\n');
        before = prime;
        at++;
    }
    assert_true(n == 78498 && before == 999983);
    program_free(&p);
}

static void counts_are_right(void **state)
{
    (void)state;
    program p = RUN("1000", "2000");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "135 primes from 1000 to 2000\n"));
    assert_non_null(strstr(p.text[0], " ns a number, "));
    program_free(&p);
    p = RUN("1e6", "--json", "--threads", "1", "--config", "schedule=guided,chunk=500");
    json_t *root = take_json(&p);
    assert_int_equal(json_integer_value(json_object_get(root, "count")), 78498);
    assert_true(json_is_true(json_object_get(root, "finished")));
    assert_string_equal(string_of(root, "first"), "0");
    assert_string_equal(string_of(root, "counted_to"), "1000000");
    assert_int_equal(json_integer_value(json_object_get(root, "threads")), 1);
    assert_non_null(strstr(string_of(root, "config"), "guided"));
    assert_true(json_real_value(json_object_get(root, "seconds")) > 0);
    json_decref(root);
    p = RUN("18446744073709551611", "18446744073709551615", "--json"); /* all have small divisors */
    root = take_json(&p);
    assert_int_equal(json_integer_value(json_object_get(root, "count")), 0);
    assert_string_equal(string_of(root, "end"), "18446744073709551615");
    assert_string_equal(string_of(root, "counted_to"), "18446744073709551615");
    json_decref(root);
#ifdef NT_HAS_PRIMESIEVE
    p = RUN("1000000000", "--sieve", "--json");
    root = take_json(&p);
    assert_int_equal(json_integer_value(json_object_get(root, "count")), 50847534);
    assert_string_equal(string_of(root, "method"), "sieve");
    json_decref(root);
#else
    fprintf(stderr, "--sieve not tried: libprimesieve is not here\n");
#endif
}

static void the_table_has_every_way(void **state)
{
    (void)state;
    static const char *const ways[] = {"serial", "static, equal shares", "static, in chunks", "dynamic",
                                       "guided", "as tuned here"};
    program p = RUN("100000", "--schedules"), q = RUN("100000", "--schedules", "--json");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "9592 primes from 0 to 100000\n"));
    json_t *root = take_json(&q);
    const json_t *list = json_object_get(root, "schedules");
    assert_int_equal(json_array_size(list), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *one = json_array_get(list, i);
        const double seconds = json_real_value(json_object_get(one, "seconds"));
        const double serial_s = json_real_value(json_object_get(json_array_get(list, 0), "seconds"));
        assert_non_null(strstr(p.text[0], ways[i]));
        assert_string_equal(string_of(one, "shared"), ways[i]);
        assert_true(seconds > 0);
        const double ratio = json_real_value(json_object_get(one, "speed_up")) * seconds / serial_s;
        assert_true(ratio > 0.999 && ratio < 1.001); /* of rounded numbers */
        const double idle = json_real_value(json_object_get(one, "idle"));
        assert_true(idle >= 0 && idle < 1);
    }
    json_decref(root);
    program_free(&p);
}

/* ---- Ctrl-C ------------------------------------------------------------------------------------- */

/* What was counted is shown, and the estimate has been told before. */
static void an_interrupted_count_is_shown(void **state)
{
    (void)state;
    const char *const argv[] = {NT_NESTUNE, "primes", "1000000000000000000", NULL};
    program p = program_start(argv, NULL);
    const double limit_s = program_now_s() + 100;
    while (!strchr(p.text[1], '\n') && program_now_s() < limit_s)
        program_listen(&p, program_now_s() + 0.1);
    assert_non_null(strstr(p.text[1], "numbers will take about"));
    assert_non_null(strstr(p.text[1], "years"));
    assert_int_equal(kill(p.pid, SIGINT), 0);
    program_end(&p, 100);
    assert_int_equal(p.code, INTERRUPTED);
    assert_non_null(strstr(p.text[0], ", where it was interrupted\n"));
    assert_true(strtoul(p.text[0], NULL, 10) > 100);
    program_free(&p);
}

/* The list says where it ends. */
static void an_interrupted_list_says_so(void **state)
{
    (void)state;
    const char *const argv[] = {NT_NESTUNE, "primes", "1000000000000000", "1000001000000000", "--list", NULL};
    program p = program_start(argv, NULL);
    const double limit_s = program_now_s() + 100;
    while (!strchr(p.text[0], '\n') && program_now_s() < limit_s)
        program_listen(&p, program_now_s() + 0.1);
    assert_int_equal(kill(p.pid, SIGINT), 0);
    program_end(&p, 100);
    assert_int_equal(p.code, INTERRUPTED);
    const char *said = strstr(p.text[1], "stopped: the list ends at 1000000");
    assert_non_null(said);
    assert_non_null(strchr(said, '\n'));
    program_free(&p);
}

/* Ctrl-C during the first row of a table, the longest: nothing is printed.  A long table is told of. */
static void an_interrupted_table_ends_soon(void **state)
{
    (void)state;
    const char *const argv[] = {NT_NESTUNE, "primes", "1000000000000", "--schedules", NULL};
    program p = program_start(argv, NULL);
    const double limit_s = program_now_s() + 100;
    while (!strstr(p.text[1], "will take about") && program_now_s() < limit_s)
        program_listen(&p, program_now_s() + 0.1);
    assert_non_null(strstr(p.text[1], "numbers will take about"));
    assert_int_equal(kill(p.pid, SIGINT), 0);
    program_end(&p, 100);
    assert_int_equal(p.code, INTERRUPTED);
    assert_int_equal(p.n[0], 0);
    program_free(&p);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    if (!program_runs(NT_NESTUNE))
        return 77;
    tests_add(bad_arguments, NULL, "bad arguments");
    tests_add(lists_are_right, NULL, "lists");
    tests_add(a_long_list_ascends, NULL, "a long list");
    tests_add(counts_are_right, NULL, "counts");
    tests_add(the_table_has_every_way, NULL, "schedules");
    tests_add(an_interrupted_count_is_shown, NULL, "Ctrl-C");
    tests_add(an_interrupted_list_says_so, NULL, "Ctrl-C/list");
    tests_add(an_interrupted_table_ends_soon, NULL, "Ctrl-C/schedules");
    return tests_run("program_primes");
}
