/*
 * made_tests.c - tests made at run time, and samples of them
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TESTS = 8192, MOST_NAME = 96 };

bool test_emulated(void)
{
    return NT_EMULATED || getenv("NT_TEST_EMULATED");
}

bool test_sampled(void)
{
    return getenv("NT_TEST_THIN");
}

int test_trials(int n)
{
    return !test_sampled() || n <= 2 ? n : n <= 40 ? 2 : n / 20;
}

static struct CMUnitTest tests[MOST_TESTS];
static char names[MOST_TESTS][MOST_NAME];
static size_t n_tests;

void tests_begin(char **argv)
{
    if (!getenv("OMP_WAIT_POLICY") && setenv("OMP_WAIT_POLICY", "passive", 1) == 0)
        execv("/proc/self/exe", argv); /* where that fails the tests are only slower */
}

void tests_add(CMUnitTestFunction run, const void *state, const char *name, ...)
{
    if (n_tests == MOST_TESTS) {
        fprintf(stderr, "more than %d tests\n", MOST_TESTS);
        abort();
    }
    va_list args;
    va_start(args, name);
    vsnprintf(names[n_tests], MOST_NAME, name, args);
    va_end(args);
    for (char *c = names[n_tests]; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_./:=-", *c))
            *c = '_';
    tests[n_tests] = (struct CMUnitTest){names[n_tests], run, NULL, NULL, (void *)(uintptr_t)state};
    n_tests++;
}

static bool coprime(size_t a, size_t b)
{
    while (b > 0) {
        const size_t rest = a % b;
        a = b, b = rest;
    }
    return a == 1;
}

int tests_run(const char *group)
{
    static struct CMUnitTest sample[MOST_TESTS];
    static bool taken[MOST_TESTS];
    const char *most = getenv("NT_TEST_THIN");
    const size_t n = most ? strtoul(most, NULL, 10) : n_tests;
    if (n > 0 && n < n_tests) {
        size_t step = n_tests * 5 / 13; /* scatters them over all kinds, */
        while (!coprime(step, n_tests)) /* each once, */
            step++;
        for (size_t i = 0; i < n; i++)
            taken[i * step % n_tests] = true;
        for (size_t i = 0, k = 0; i < n_tests; i++) /* in their order: some tests fork before there are threads */
            if (taken[i])
                sample[k++] = tests[i];
        return _cmocka_run_group_tests(group, sample, n, NULL, NULL);
    }
    return _cmocka_run_group_tests(group, tests, n_tests, NULL, NULL);
}
