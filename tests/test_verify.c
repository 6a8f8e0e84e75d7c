/*
 * test_verify.c - autotune verify, as a person would run it
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <string.h>

#include "accuracy/accuracy.h"
#include "program.h"
#include "support.h"

static program verify(const char *a, const char *b, const char *c)
{
    const char *const argv[] = {NT_AUTOTUNE, "verify", a, b, c, NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 120);
    return p;
}

static void the_command_confirms_every_kernel(void **state)
{
    (void)state;
    if (!program_runs(NT_AUTOTUNE))
        skip();
    program p = verify("--samples", "2000", "--json");
    assert_int_equal(p.code, 0);
    json_error_t error;
    json_t *root = json_loads(p.text[0], 0, &error), *row;
    assert_non_null(root);
    size_t i;
    int kernels = 0;
    const char *last = "";
    json_array_foreach(json_object_get(root, "verify"), i, row)
    {
        assert_true(json_is_true(json_object_get(row, "confirmed")));
        assert_true(json_real_value(json_object_get(row, "max_ulp")) <=
                    json_real_value(json_object_get(row, "committed_ulp")));
        const char *name = json_string_value(json_object_get(row, "kernel"));
        assert_non_null(name);
        kernels += strcmp(name, last) != 0;
        last = name;
    }
    nt_error why;
    int expected = 0;
    for (int k = 0; k < nt_kernel_count(); k++)
        expected += accuracy_can(nt_kernel_at(k), NT_F64, 0, &why);
    assert_int_equal(kernels, expected);
    json_decref(root);
    program_free(&p);
}

static void the_command_refuses_in_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *argument[3], *says;
    } cases[] = {
        {{"nosuch"}, "unknown kernel nosuch: there are "},
        {{"--samples", "0"}, "--samples 0: allowed are "},
        {{"--samples", "1e9"}, "--samples 1e9: allowed are "},
        {{"--samples", "99999999999999999999"}, "allowed are "},
        {{"--seed", "-1"}, "--seed -1: allowed are "},
        {{"--dtype", "f16"}, "allowed are f32, f64"},
        {{"--exhaustive", "--dtype", "f64"}, "allowed is f32"},
        {{"mathop", "--variant", "quick"}, "--variant quick: kernel mathop has no such functions"},
        {{"--variant", "quick"}, "--variant quick: no kernel"},
        {{"--isa", "sse9"}, "--isa sse9: `autotune machine` lists"},
        {{"mathop", "--from", "5"}, "--from 5: allowed with --exhaustive"},
        {{"--exhaustive", "--from", "5"}, "the name of one kernel"},
    };
    if (!program_runs(NT_AUTOTUNE))
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = verify(cases[i].argument[0], cases[i].argument[1], cases[i].argument[2]);
        assert_int_equal(p.code, 2);
        assert_int_equal(p.n[0], 0);
        if (!strstr(p.text[1], cases[i].says) || strchr(p.text[1], '\n') != p.text[1] + p.n[1] - 1)
            fail_msg("case %zu says: %s", i, p.text[1]);
        program_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_confirms_every_kernel),
        cmocka_unit_test(the_command_refuses_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
