/*
 * test_program_pi.c - nestune pi: its estimate, its tables, and what it refuses
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "programs_support.h"

#include <math.h>

static int64_t hits(const char *samples, const char *dtype, const char *seed)
{
    uint64_t total;
    const nt_pi pi = {strtoull(seed, NULL, 10)};
    assert_int_equal(nt_run_range("pi", &pi, *dtype == 'f' && dtype[1] == '3' ? NT_F32 : NT_F64, 0,
                                  strtoll(samples, NULL, 10), &total, NULL),
                     NT_OK);
    return (int64_t)total;
}

static void estimates(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"1000000", "f64", "0"}, {"1000000", "f32", "7"}, {"12345", "f64", "3"}, {"1", "f32", "0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const *c = cases[i];
        program p = NESTUNE_OK("pi", c[0], "--dtype", c[1], "--seed", c[2], "--json");
        json_t *root = json_of(&p);
        const double n = strtod(c[0], NULL), h = number_of(root, "hits"), share = h / n;
        assert_int_equal((int64_t)h, hits(c[0], c[1], c[2]));
        assert_true(fabs(number_of(root, "pi") - 4 * share) < 1e-9);
        assert_true(fabs(number_of(root, "standard_error") - 4 * sqrt(share * (1 - share) / n)) < 1e-9);
        assert_true(number_of(root, "seconds") > 0);
        json_decref(root);
        program_free(&p);
    }
    program p = NESTUNE_OK("pi", "1e6");
    assert_non_null(strstr(p.text[0], "pi is about 3.14"));
    assert_non_null(strstr(p.text[0], "standard error 1.6e-03"));
    assert_non_null(strstr(p.text[0], "1000000 samples, f64, seed 0"));
    program_free(&p);
}

/* Every form and every size of blocks counts the same hits. */
static void tables_agree(void **state)
{
    (void)state;
    static const struct {
        const char *args[6], *list;
        size_t n;
    } cases[] = {
        {{"pi", "3000001", "--forms", "--json"}, "forms", 4},
        {{"pi", "3000001", "--blk", "1e4,2^17,5000000", "--json"}, "blocks", 3},
    };
    const int64_t expected = hits("3000001", "f64", "0");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = nestune_ends(OK, cases[i].args);
        json_t *root = json_of(&p), *row;
        const json_t *list = json_object_get(root, cases[i].list);
        size_t k;
        assert_int_equal(json_array_size(list), cases[i].n);
        json_array_foreach(list, k, row)
        {
            assert_int_equal((int64_t)number_of(row, "hits"), expected);
        }
        json_decref(root);
        program_free(&p);
    }
    program p = NESTUNE_OK("pi", "1e6", "--forms");
    for (const char *const *form = (const char *const[]){"serial", "threads", "reduction", "tuned", NULL};
         *form; form++)
        assert_non_null(strstr(p.text[0], *form));
    program_free(&p);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *args[6], *needs[3];
    } cases[] = {
        {{"pie"}, {"unknown program pie", "pi"}},
        {{""}, {"unknown program"}},
        {{"p\ni"}, {"unknown program"}},
        {{"pi", "0"}, {"0", "from 1 to"}},
        {{"pi", "-1"}, {"-"}},
        {{"pi", "1.5"}, {"1.5", "whole"}},
        {{"pi", "2^49"}, {"2^49", "281474976710656"}},
        {{"pi", "0^3"}, {"0^3"}},
        {{"pi", "1e99"}, {"1e99"}},
        {{"pi", "1e"}, {"1e"}},
        {{"pi", "2^"}, {"2^"}},
        {{"pi", "99999999999999999999"}, {"99999999999999999999"}},
        {{"pi", "many"}, {"many"}},
        {{"pi", "--dtype", "f16"}, {"f16", "f32"}},
        {{"pi", "--dtype", "f32,f64"}, {"--dtype f32,f64", "f32 and f64"}},
        {{"pi", "10", "20"}, {"20", "twice"}},
        {{"pi", "--seed", "-1"}, {"-1"}},
        {{"pi", "--threads", "0"}, {"--threads 0"}},
        {{"pi", "--threads", "100000"}, {"100000"}},
        {{"pi", "--blk", ""}, {"--blk"}},
        {{"pi", "--blk", "0"}, {"--blk 0"}},
        {{"pi", "--blk", "1e3,"}, {"1e3,"}},
        {{"pi", "--blk", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"}, {"16"}},
        {{"pi", "--forms", "--blk", "10"}, {"--forms", "--blk"}},
        {{"pi", "--frobnicate"}, {"--frobnicate"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].args, USAGE, cases[i].needs, 3);
}

/* Ctrl-C: the estimate from the samples until then. */
static void interrupted(void **state)
{
    (void)state;
    program p = program_start((const char *[PROGRAM_ARGS]){NT_NESTUNE, "pi", "2^48", "--json"}, NULL);
    program_listen(&p, program_now_s() + 0.7);
    kill(p.pid, SIGINT);
    program_end(&p, 100);
    assert_int_equal(p.code, INTERRUPTED);
    assert_non_null(strstr(p.text[1], "interrupted after"));
    if (p.n[0] > 0) {
        json_t *root = json_of(&p);
        assert_true(json_is_true(json_object_get(root, "interrupted")));
        assert_true(number_of(root, "samples") < 0x1p48);
        assert_true(fabs(number_of(root, "pi") - 3.14159265) < 6 * number_of(root, "standard_error"));
        json_decref(root);
    }
    program_free(&p);
}

static void helps(void **state)
{
    (void)state;
    program p = NESTUNE_OK("--help");
    assert_non_null(strstr(p.text[0], "Exit codes"));
    program_free(&p);
    p = NESTUNE_OK("pi", "--help");
    assert_non_null(strstr(p.text[0], "Examples"));
    program_free(&p);
    p = NESTUNE_OK("--version");
    assert_non_null(strstr(p.text[0], NT_PROJECT_VERSION));
    program_free(&p);
    p = nestune_with(NULL, (const char *const[]){NULL});
    assert_int_equal(p.code, USAGE);
    program_free(&p);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(estimates, NULL, "estimates");
    tests_add(tables_agree, NULL, "tables-agree");
    tests_add(refusals, NULL, "refusals");
    tests_add(interrupted, NULL, "interrupted");
    tests_add(helps, NULL, "helps");
    return tests_run("program_pi");
}
