/*
 * test_clauses.c - the examples of OpenMP's data clauses: the line that each prints, with any number of threads
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>

#include "program.h"

enum { LOWER = 1000, UPPER = 2000, POINTS = 1000 };

/* By the sieve, which the examples do not use. */
static int primes, last_prime;

static int sieve(void **state)
{
    bool composite[UPPER + 1] = {false};
    (void)state;
    for (int i = 2; i <= UPPER; i++) {
        for (int k = 2 * i; k <= UPPER; k += i)
            composite[k] = true;
        if (i >= LOWER && !composite[i]) {
            primes++;
            last_prime = i;
        }
    }
    return 0;
}

/* In a row of squares, those whose centre is not further right than the circle. */
static int points_inside(void)
{
    int inside = 0;
    for (int y = 0; y < POINTS; y++)
        inside += (int)floor((sqrt(4.0 * POINTS * POINTS - (2.0 * y + 1) * (2.0 * y + 1)) + 1) / 2);
    return inside;
}

static void check(const char *name, const char *line)
{
    static const char *const threads[] = {"1", "2", "7"};
    const char *const argv[] = {name, NULL};
    for (int i = 0; i < 3; i++) {
        program p = program_start(argv, &(setting){.name = "OMP_NUM_THREADS", .value = threads[i]});
        program_end(&p, 100);
        if (p.code != 0 || p.n[1] != 0 || strcmp(p.text[0], line) != 0)
            fail_msg("%s threads: status %d, stdout \"%s\" in place of \"%s\", stderr \"%s\"", threads[i],
                     p.code, p.text[0], line, p.text[1]);
        program_free(&p);
    }
}

#define CLAUSE(name) NT_BINARY_DIR "/bin/clause_" name

static void private_copies(void **state)
{
    (void)state;
    char line[200];
    snprintf(line, sizeof line, "private: %d primes from 1000 to 2000; i in the main program is still -1\n",
             primes);
    check(CLAUSE("private"), line);
}

static void shared_and_protected(void **state)
{
    (void)state;
    char line[200];
    snprintf(line, sizeof line, "shared: %d primes from 1000 to 2000; last in the main program is %d\n",
             primes, last_prime);
    check(CLAUSE("shared"), line);
}

static void reduction(void **state)
{
    (void)state;
    char line[200];
    const int inside = points_inside();
    snprintf(line, sizeof line, "reduction: %d of 1000000 points lie inside, so pi is about %.5f\n", inside,
             inside / 250000.0);
    check(CLAUSE("reduction"), line);
}

static void firstprivate(void **state)
{
    (void)state;
    check(CLAUSE("firstprivate"),
          "firstprivate: the least last that a thread begins with is 5, the greatest 5; "
          "in the main program it is still 5\n");
}

static void lastprivate(void **state)
{
    (void)state;
    char line[200];
    snprintf(line, sizeof line, "lastprivate: last in the main program is %d\n", last_prime);
    check(CLAUSE("lastprivate"), line);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_copies), cmocka_unit_test(shared_and_protected), cmocka_unit_test(reduction),
        cmocka_unit_test(firstprivate),   cmocka_unit_test(lastprivate),
    };
    return cmocka_run_group_tests_name("clauses", tests, sieve, NULL);
}
