/*
 * test_cli_dispatch.c - autotune show --dispatch: what it says is what the library does
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "cli_support.h"
#include "tuned_support.h"

static char data[64]; /* in place of ~/.local/share */

static int make_data(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    snprintf(data, sizeof data, "%s", s.folder);
    setenv("XDG_DATA_HOME", data, 1);
    unsetenv("NESTUNE_TUNED");
    return 0;
}

static int drop_data(void **state)
{
    (void)state;
    tree_remove(data);
    return 0;
}

/* A profile of this machine with one row of mathop, f64. */
static void put_profile(const char *name, const char *config, size_t cut)
{
    nt_machine m;
    char body[900], path[160];
    nt_machine_detect(&m);
    nt_machine_id(&m, machine_id, sizeof machine_id);
    snprintf(body, sizeof body,
             "NT_TUNED_LINE(\"nestune 4 machine=%s vendor=%s uarch=%s family=%d model=%d l1d=%lld l2=%lld "
             "l3=%lld threads=2 "
             "l2_class=0 l3_class=0\")\n"
             "NT_TUNED_LINE(\"row mathop default 1 f64 memory one %s - - - upto=0\")\n",
             machine_id, *m.vendor ? m.vendor : "-", m.uarch, m.family, m.model_id, (long long)m.l1d_bytes,
             (long long)m.l2_bytes, (long long)m.l3_bytes, config);
    snprintf(path, sizeof path, "%s/nestune", data);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/nestune/%s", data, name);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/nestune/%s/tuned.h", data, name);
    char *text = tuned_sealed(body);
    tuned_write(path, text, strlen(text) - cut);
    free(text);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The header that is taken is the first one that is usable, for every kernel and shape. */
static void the_first_usable_header_is_taken(void **state)
{
    (void)state;
    program p = RUN(NULL, "show", "--dispatch", "--json");
    assert_int_equal(p.code, OK);
    json_t *root = json_of(&p);
    const json_t *uses = json_object_get(root, "dispatch");
    size_t n_mathop = 0;
    for (size_t i = 0; i < json_array_size(uses); i++) {
        const json_t *use = json_array_get(uses, i), *headers = json_object_get(use, "headers");
        bool usable = false;
        n_mathop += strcmp(text_of(use, "kernel"), "mathop") == 0;
        assert_true(json_array_size(headers) > 0);
        for (size_t h = 0; h < json_array_size(headers); h++) {
            const json_t *header = json_array_get(headers, h);
            const bool taken = json_is_true(json_object_get(header, "taken")),
                       can = json_is_true(json_object_get(header, "usable"));
            assert_int_equal(taken, can && !usable);
            usable |= can;
            assert_true(*text_of(header, "why"));
            if (taken) {
                assert_string_equal(text_of(header, "why"), text_of(use, "why"));
                assert_int_equal(json_object_get(header, "row") != NULL,
                                 json_is_string(json_object_get(use, "config")));
            }
        }
    }
    assert_true(n_mathop >= 8);
    json_decref(root);
    program_free(&p);
}

/* What a run says with NESTUNE_VERBOSE is what the command said before. */
static void a_profile_is_used_and_shown(void **state)
{
    (void)state;
    put_profile("mine", "isa=scalar,variant=fused,fn=u1,parallel=middle", 0);
    put_profile("z_damaged", "isa=scalar,variant=fused,fn=u1", 10);
    program p = RUN(NULL, "show", "--dispatch", "mathop", "--dtype", "f64", "--shape", "100x10000x40",
                    "--steps", "1");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "-> user profile, same CPU"));
    assert_non_null(strstr(p.text[0], "/nestune/mine/tuned.h]"));
    assert_non_null(strstr(p.text[0], "row mathop f64 memory one of "));
    assert_non_null(strstr(p.text[0], "parallel=middle"));
    const char *damaged = strstr(p.text[0], "/nestune/z_damaged/tuned.h:3: cut short");
    assert_true(damaged && strstr(p.text[0], "comes first"));
    program_free(&p);
    const setting off = {.name = "NESTUNE_TUNED", .value = "off"};
    p = RUN(&off, "show", "--dispatch", "mathop");
    assert_true(p.code == OK && strstr(p.text[0], "NESTUNE_TUNED=off") && !strstr(p.text[0], "-> "));
    assert_null(strstr(p.text[0], "user profile"));
    program_free(&p);
    p = RUN(NULL, "show", "--dispatch", "mathop", "--threads", "1", "--json");
    assert_int_equal(p.code, OK);
    assert_non_null(strstr(p.text[0], "threads=1,"));
    assert_null(strstr(p.text[0], "threads=2,"));
    program_free(&p);
}

static void refuses_bad_questions(void **state)
{
    (void)state;
    static const struct {
        const char *args[6], *needs[3];
        int code;
    } cases[] = {
        {{"show", "--dispatch", "--pairs", "8"}, {"--pairs", "--dispatch"}, USAGE},
        {{"show", "--dispatch", "--model"}, {"--model", "--dispatch"}, USAGE},
        {{"show", "--case", "o8"}, {"--case", "--dispatch"}, USAGE},
        {{"show", "--dtype", "f32"}, {"--dtype", "--dispatch"}, USAGE},
        {{"show", "--threads", "1"}, {"--threads", "--dispatch"}, USAGE},
        {{"show", "--dispatch", "--case", "o3"}, {"--case o3", "autotune list"}, USAGE},
        {{"show", "--dispatch", "--case", "o8", "mathop"}, {"--case o8"}, USAGE},
        {{"show", "--dispatch", "--steps", "0"}, {"--steps 0"}, USAGE},
        {{"show", "--dispatch", "--threads", "0"}, {"--threads 0"}, USAGE},
        {{"show", "--dispatch", "--shape", "10"}, {"--shape 10", "NXxNYxNZ"}, USAGE},
        {{"show", "--dispatch", "primes", "--dtype", "f32"}, {"no kernel", "type"}, FAILED},
    };
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = run_with(NULL, cases[i].args);
        n_bad += !is_refusal(&p, cases[i].code, cases[i].needs,
                             cases[i].args[2] ? cases[i].args[2] : cases[i].args[1]);
        program_free(&p);
    }
    assert_int_equal(n_bad, 0);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_usable_header_is_taken),
        cmocka_unit_test(a_profile_is_used_and_shown),
        cmocka_unit_test(refuses_bad_questions),
    };
    return cmocka_run_group_tests(tests, make_data, drop_data);
}
