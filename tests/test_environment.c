/*
 * test_environment.c - the environment is read once, and what it says
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "environment_support.h"

/* What was said first stays, whoever changes the environment later. */
static void read_once(void **state)
{
    (void)state;
    environment_set("NESTUNE_MAX_ISA", "scalar");
    environment_set("NESTUNE_VERBOSE", "1");
    environment_set("NESTUNE_TUNED", "some/file");
    setenv("NESTUNE_MAX_ISA", "mmx", 1);
    unsetenv("NESTUNE_VERBOSE");
    setenv("NESTUNE_TUNED", "off", 1);
    const nt_environment *e = nt_environment_here();
    assert_true(e->max_isa == NT_ISA_SCALAR && !e->bad_isa && e->verbose);
    assert_string_equal(e->tuned, "some/file");
    for (int isa = NT_ISA_SCALAR + 1; isa < NT_N_ISAS; isa++)
        assert_false(nt_isa_available((nt_isa)isa));
    nt_environment_reread();
    assert_true(e->max_isa == (nt_isa)(NT_N_ISAS - 1) && !e->verbose);
    assert_string_equal(e->bad_isa, "mmx");
    assert_string_equal(e->tuned, "off");
    environment_set("NESTUNE_MAX_ISA", NULL);
    environment_set("NESTUNE_TUNED", NULL);
    assert_true(!e->bad_isa && !*e->tuned);
}

/* A host that changes its environment while plans are made: nothing for ThreadSanitizer to find. */
static void *change(void *context)
{
    (void)context;
    for (int i = 0; i < 2000; i++) {
        setenv("NESTUNE_MAX_ISA", i % 2 ? "scalar" : "avx2", 1);
        setenv("NESTUNE_VERBOSE", "0", 1);
        setenv("HOST", i % 2 ? "a value" : "another, longer value", 1);
    }
    return NULL;
}

static void beside_a_setenv(void **state)
{
    (void)state;
    nt_grid *g;
    pthread_t host;
    assert_int_equal(nt_grid_create(&g, NT_F64, (int64_t[3]){8, 8, 8}, 0, NULL, NULL), NT_OK);
    assert_int_equal(nt_run("square", g, 1, NULL), NT_OK);
    assert_int_equal(pthread_create(&host, NULL, change, NULL), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(nt_run("square", g, 1, NULL), NT_OK);
    pthread_join(host, NULL);
    nt_grid_destroy(g);
    environment_set("NESTUNE_MAX_ISA", NULL);
    environment_set("NESTUNE_VERBOSE", NULL);
}

static void stack_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
    } cases[] = {{"64", 65536}, {"100B", 100}, {"3 k", 3072}, {"2M", 2 << 20},      {"1g", 1 << 30},
                 {"", 0},       {"M", 0},      {"5T", 0},     {"1000000000000G", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        environment_set("OMP_STACKSIZE", cases[i].text);
        if (nt_environment_here()->omp_stack_bytes != cases[i].bytes)
            fail_msg("OMP_STACKSIZE=%s: %zu bytes", cases[i].text, nt_environment_here()->omp_stack_bytes);
    }
    environment_set("GOMP_STACKSIZE", "7");
    environment_set("OMP_STACKSIZE", NULL);
    assert_int_equal(nt_environment_here()->omp_stack_bytes, 7 << 10);
    environment_set("OMP_STACKSIZE", "1M");
    assert_int_equal(nt_environment_here()->omp_stack_bytes, 1 << 20);
    environment_set("OMP_STACKSIZE", NULL);
    environment_set("GOMP_STACKSIZE", NULL);
}

/* What names no instruction set is no limit, and is told, first. */
static void bad_isa_is_told(void **state)
{
    (void)state;
    static const char text[] = "NESTUNE_MAX_ISA=AVX2: allowed are scalar, neon, avx2, avx512; ";
    const nt_kernel *kernel = nt_kernel_find("square");
    nt_grid *g;
    nt_config named;
    assert_int_equal(nt_grid_create(&g, NT_F64, (int64_t[3]){8, 8, 8}, 0, NULL, NULL), NT_OK);
    environment_set("NESTUNE_MAX_ISA", "AVX2");
    assert_int_equal(nt_config_default(kernel, NT_F64, &named, NULL), NT_OK);
    const test_problem field = {.kernel = kernel, .level = {g}, .steps = 1};
    for (int k = 0; k < 3; k++) {
        nt_plan *plan;
        if (k == 2)
            assert_int_equal(nt_plan_create_range(&plan, nt_kernel_find("pi"), NT_F64, 10, NULL, NULL),
                             NT_OK);
        else
            assert_int_equal(problem_plan(&plan, &field, k == 1 ? &named : NULL, NULL), NT_OK);
        if (strncmp(nt_plan_why(plan), text, strlen(text)) != 0 || strlen(nt_plan_why(plan)) <= strlen(text))
            fail_msg("%s", nt_plan_why(plan));
        nt_plan_destroy(plan);
    }
    environment_set("NESTUNE_MAX_ISA", "a value of more than forty characters, \n and a new line in it");
    nt_plan *plan;
    assert_int_equal(problem_plan(&plan, &field, NULL, NULL), NT_OK);
    assert_true(!strchr(nt_plan_why(plan), '\n') && strstr(nt_plan_why(plan), "allowed are scalar"));
    nt_plan_destroy(plan);
    environment_set("NESTUNE_MAX_ISA", "avx2");
    assert_int_equal(problem_plan(&plan, &field, NULL, NULL), NT_OK);
    assert_null(strstr(nt_plan_why(plan), "allowed are"));
    nt_plan_destroy(plan);
    environment_set("NESTUNE_MAX_ISA", NULL);
    nt_grid_destroy(g);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(read_once, NULL, "read-once");
    tests_add(beside_a_setenv, NULL, "beside-a-setenv");
    tests_add(stack_sizes, NULL, "stack-sizes");
    tests_add(bad_isa_is_told, NULL, "bad-isa-is-told");
    return tests_run("environment");
}
