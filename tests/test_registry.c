/*
 * test_registry.c - what the registry refuses, and kernels that a program adds
 * SPDX-License-Identifier: MIT
 */
#include "made_kernel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void built_in_kernels_pass(void **state)
{
    (void)state;
    for (int i = 0; i < nt_kernel_count(); i++) {
        nt_error why = {""};
        if (nt_kernel_check(nt_kernel_at(i), &why) != NT_OK)
            fail_msg("%s", why.text);
        assert_string_equal(why.text, "");
        /* Their names are taken. */
        assert_refused(nt_kernel_add(nt_kernel_at(i), &why), NT_EKERNEL, &why, nt_kernel_at(i)->name);
    }
}

/* ---- Refusals --------------------------------------------------------------------------------------- */

/* Refused by the check and by the registry, with and without *why, and nothing is added. */
static void check_refused(const made_kernel *m, const char *part)
{
    nt_error why;
    const int n = nt_kernel_count();
    assert_refused(nt_kernel_check(&m->kernel, &why), NT_EKERNEL, &why, part);
    assert_refused(nt_kernel_add(&m->kernel, &why), NT_EKERNEL, &why, part);
    assert_int_equal(nt_kernel_check(&m->kernel, NULL), NT_EKERNEL);
    assert_int_equal(nt_kernel_add(&m->kernel, NULL), NT_EKERNEL);
    assert_int_equal(nt_kernel_count(), n);
}

/* A valid kernel but for one change. */
#define REFUSED_OF(make, part, ...)                                \
    do {                                                           \
        made_kernel m;                                             \
        make(&m, "made");                                          \
        assert_int_equal(nt_kernel_check(&m.kernel, NULL), NT_OK); \
        __VA_ARGS__;                                               \
        check_refused(&m, part);                                   \
    } while (0)
#define REFUSED(part, ...)       REFUSED_OF(make_kernel, part, __VA_ARGS__)
#define RANGE_REFUSED(part, ...) REFUSED_OF(make_range_kernel, part, __VA_ARGS__)

static int radius_of_params(const void *params)
{
    return params ? *(const int *)params : 0;
}

static nt_status never_called(const char *text, void **params, nt_error *why)
{
    (void)text, (void)why;
    *params = NULL;
    return NT_EARG;
}

static void heads(void **state)
{
    (void)state;
    nt_error why;
    assert_refused(nt_kernel_check(NULL, &why), NT_EKERNEL, &why, "NULL");
    assert_refused(nt_kernel_add(NULL, &why), NT_EKERNEL, &why, "NULL");
    REFUSED("abi 6", m.kernel.abi = NT_KERNEL_ABI + 1);
    REFUSED("abi 0", m.kernel.abi = 0);
    REFUSED("bytes", m.kernel.bytes = sizeof(nt_kernel) - 8);
    REFUSED("bytes", m.kernel.bytes = 0);
    static const char *const names[] = {NULL,
                                        "",
                                        "Made",
                                        "two words",
                                        "a-b",
                                        "a.b",
                                        "a/b",
                                        "\x1b[2J",
                                        "\xc3\xa9",
                                        "a\n",
                                        "a_name_of_more_than_31_characters"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        REFUSED("a-z, 0-9 and _", m.kernel.name = names[i]);
    REFUSED("version 0", m.kernel.version = 0);
    REFUSED("version -1", m.kernel.version = -1);
    REFUSED("params_create and params_destroy need each other", m.kernel.params_create = never_called);
    REFUSED("params_create and params_destroy need each other", m.kernel.params_destroy = free);
    REFUSED("no title", m.kernel.title = NULL);
    REFUSED("no formula", m.kernel.formula = NULL);
    static const nt_program program = {.n = 1, .unit = "file"}, empty = {.n = 0, .unit = "file"};
    REFUSED("more than one of a field, a range and a program", m.kernel.range = &m.range);
    REFUSED("more than one of a field, a range and a program", m.kernel.program = &program);
    REFUSED("none of a field, a range and a program", m.kernel.field = NULL);
    RANGE_REFUSED("none of a field, a range and a program", m.kernel.range = NULL);
    REFUSED("not one of a program", (m.kernel.field = NULL, m.kernel.program = &program));
    REFUSED("a typical run of 0 file", (m.kernel.field = NULL, m.kernel.program = &empty));
}

static void fields(void **state)
{
    (void)state;
    static const int one = 1, far = NT_MAX_RADIUS + 1, negative = -1;
    REFUSED("0 levels", m.field.n_levels = 0);
    REFUSED("3 levels, allowed are 1 to 2", m.field.n_levels = NT_MAX_LEVELS + 1);
    REFUSED("-1 levels", m.field.n_levels = -1);
    REFUSED("3 coefficients, allowed are 0 to 2", m.field.n_coefs = NT_MAX_COEFS + 1);
    REFUSED("-1 coefficients", m.field.n_coefs = -1);
    REFUSED("no reference", m.field.reference = NULL);
    REFUSED("-1 reads", m.field.reads_per_cell = -1);
    REFUSED("0 writes", m.field.writes_per_cell = 0);
    REFUSED("unsteady variant odd is unknown", m.field.unsteady = "odd");
    REFUSED("radius 1 on one level", m.field.radius = radius_of_params, m.kernel.params = &one);
    REFUSED("radius 65", m.field.n_levels = 2, m.field.radius = radius_of_params, m.kernel.params = &far);
    REFUSED("radius -1", m.field.n_levels = 2, m.field.radius = radius_of_params,
            m.kernel.params = &negative);
    /* One of the cases is enough. */
    REFUSED("case wide: radius 1 on one level", m.field.radius = radius_of_params, m.kernel.cases = m.cases,
            m.cases[0].name = "own", m.cases[1].name = "wide", m.cases[1].params = &one);
}

static void ranges(void **state)
{
    (void)state;
    RANGE_REFUSED("partial result of 0 bytes", m.range.part_bytes = 0);
    RANGE_REFUSED("partial result", m.range.part_bytes = SIZE_MAX);
    RANGE_REFUSED("no merge", m.range.merge = NULL);
    RANGE_REFUSED("no reference", m.range.reference = NULL);
    RANGE_REFUSED("short range of -1 indices", m.range.usual_short = -1);
    RANGE_REFUSED("short range of 1048576 indices", m.range.usual_short = NT_LONG_FROM);
    RANGE_REFUSED("long range of 1048575 indices", m.range.usual_long = NT_LONG_FROM - 1);
}

static char list_names[80][16];

static void lists(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        snprintf(list_names[i], sizeof list_names[i], "n%d", i);
    REFUSED("no variants", m.kernel.variants = NULL);
    REFUSED("no variants", m.variants[0].name = NULL);
    REFUSED("no forms", m.kernel.forms = NULL);
    REFUSED("no forms", m.forms[0].name = NULL);
    REFUSED("cases without any", m.kernel.cases = m.cases);
    REFUSED("more than 16 variants",
            for (int i = 2; i <= NT_MAX_VARIANTS; i++) m.variants[i].name = list_names[i]);
    REFUSED("more than 16 forms", for (int i = 2; i <= NT_MAX_FORMS; i++) m.forms[i].name = list_names[i]);
    REFUSED("more than 64 cases", m.kernel.cases = m.cases;
            for (int i = 0; i <= 64; i++) m.cases[i].name = list_names[i]);
    REFUSED("variant 1 has a name", m.variants[1].name = "Other");
    REFUSED("variant 0 has a name", m.variants[0].name = "");
    REFUSED("form 1 has a name", m.forms[1].name = "u=2");
    REFUSED("case 0 has a name", m.kernel.cases = m.cases, m.cases[0].name = "o 2");
    REFUSED("two variants are named plain", m.variants[1].name = "plain");
    REFUSED("two forms are named u1", m.forms[1].name = "u1");
    REFUSED("two cases are named a", m.kernel.cases = m.cases, m.cases[0].name = m.cases[1].name = "a");
}

static void tables(void **state)
{
    (void)state;
    REFUSED("no functions", m.kernel.functions = NULL);
    REFUSED("for the isa scalar", m.parts[0] = NULL);
    REFUSED("for the isa scalar", m.functions[0].fn = NULL); /* an empty part */
    REFUSED("for the isa scalar", for (int i = 0; i < 3; i++) m.functions[i].isa = NT_ISA_AVX512);
    REFUSED("of variant plain for the isa scalar", m.functions[0].variant = m.functions[1].variant = "other");
    REFUSED("function 3 of an unknown variant", m.more[0].variant = "fast");
    REFUSED("function 0 of an unknown variant", m.functions[0].variant = NULL);
    REFUSED("function 1 of an unknown form", m.functions[1].fn = "u3");
    REFUSED("function 2 of isa 5", m.functions[2].isa = (nt_isa)5);
    REFUSED("function 2 of isa -1", m.functions[2].isa = (nt_isa)-1);
    REFUSED("function 2 of element type 9", m.functions[2].dtype = (nt_dtype)9);
    REFUSED("function 2 of layout 4", m.functions[2].layout = (nt_layout)4);
    REFUSED("function 2 works on bricks", m.functions[2].layout = NT_LAYOUT_BRICKS);
    REFUSED("function 2 is not one of a field", m.functions[2].tile = NULL);
    REFUSED("function 2 is not one of a field", m.functions[2].range = made_range);
    REFUSED("function 2 is not one of a field", m.functions[2].tile = NULL,
            m.functions[2].range = made_range);
    RANGE_REFUSED("function 2 is not one of a range", m.functions[2].range = NULL);
    RANGE_REFUSED("function 2 is not one of a range", m.functions[2].tile = made_tile);
}

static const int64_t values[] = {3, 5, 7};
#define KEY(name_, ...) \
    m.kernel.keys = m.keys, m.keys[0] = (nt_key){name_, "", 0, 100, values, 3, NULL}, __VA_ARGS__

static void own_keys(void **state)
{
    (void)state;
    static const char *const built_in[] = {"isa",   "variant", "fn",    "layout",  "parallel",
                                           "order", "tile",    "depth", "threads", "schedule"};
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        REFUSED("is one that every config has", KEY(built_in[i], (void)0));
    RANGE_REFUSED("is one that every config has", KEY("chunk", (void)0));
    REFUSED("key 0 has a name", KEY("a b", (void)0));
    REFUSED("key 0 has a name", KEY("tile x", (void)0));
    REFUSED("two keys are named a", KEY("a", m.keys[1] = m.keys[0]));
    static const char *const names[] = {"first", "no name"}, *const same[] = {"first", "first"};
    REFUSED("two values are named first", KEY("a", m.keys[0].names = same, m.keys[0].most = 1));
    REFUSED("the name of value 1", KEY("a", m.keys[0].names = names, m.keys[0].most = 1));
    REFUSED("has names, but its values begin at 1", KEY("a", m.keys[0].names = names, m.keys[0].least = 1));
    REFUSED("more than 4 keys", KEY("n0", (void)0);
            for (int i = 1; i <= NT_MAX_OWN_KEYS; i++) m.keys[i] = m.keys[0], m.keys[i].name = list_names[i]);
    REFUSED("key a has no values", KEY("a", m.keys[0].values = NULL));
    REFUSED("key a has no values", KEY("a", m.keys[0].n_values = 0));
    REFUSED("key a has 65 values, at most 64 are allowed", KEY("a", m.keys[0].n_values = 65));
    REFUSED("key a has the value 7, allowed are 0 to 6", KEY("a", m.keys[0].most = 6));
    REFUSED("key a has the value 3, allowed are 4 to 100", KEY("a", m.keys[0].least = 4));
    /* What has no text in a config. */
    REFUSED("key a is -1 to 100", KEY("a", m.keys[0].least = -1));
    REFUSED("allowed are 0 to 999999999999999", KEY("a", m.keys[0].most = INT64_C(1000000000000000)));
    REFUSED("key a is 9 to 8", KEY("a", m.keys[0].least = 9, m.keys[0].most = 8));
    REFUSED("names are too long",
            KEY("a_key_of_thirty_characters_and1", m.keys[0].most = INT64_C(999999999999999)),
            m.keys[1] = m.keys[0], m.keys[1].name = "another_key_of_thirty_and_one");
}

/* ---- Kernels that are added ------------------------------------------------------------------------- */

static void an_added_kernel_is_found_and_runs(void **state)
{
    (void)state;
    static made_kernel m;
    make_kernel(&m, "added_1");
    nt_error why = {""};
    const int n = nt_kernel_count();
    assert_null(nt_kernel_find("added_1"));
    assert_int_equal(nt_kernel_add(&m.kernel, &why), NT_OK);
    assert_string_equal(why.text, "");
    assert_int_equal(nt_kernel_count(), n + 1);
    assert_ptr_equal(nt_kernel_at(n), &m.kernel);
    assert_null(nt_kernel_at(n + 1));
    assert_ptr_equal(nt_kernel_find("added_1"), &m.kernel);
    /* Only once: not itself again, and no other of its name. */
    static made_kernel other;
    make_kernel(&other, "added_1");
    assert_refused(nt_kernel_add(&m.kernel, &why), NT_EKERNEL, &why, "added_1 is registered already");
    assert_refused(nt_kernel_add(&other.kernel, &why), NT_EKERNEL, &why, "added_1 is registered already");
    assert_int_equal(nt_kernel_check(&other.kernel, NULL), NT_OK);
    assert_int_equal(nt_kernel_count(), n + 1);

    nt_grid *g;
    const int64_t shape[3] = {13, 5, 3};
    assert_int_equal(nt_grid_create(&g, NT_F64, shape, 0, NULL, NULL), NT_OK);
    cell_set(g, 12, 4, 2, 0.5);
    assert_int_equal(nt_run("added_1", g, 4, &why), NT_OK);
    assert_true(cell_get(g, 12, 4, 2) == 4.5 && cell_get(g, 0, 0, 0) == 4);
    nt_grid_destroy(g);
    /* It has none of f32. */
    assert_int_equal(nt_grid_create(&g, NT_F32, shape, 0, NULL, NULL), NT_OK);
    assert_refused(nt_run("added_1", g, 4, &why), NT_EKERNEL, &why, "no f32 function");
    nt_grid_destroy(g);
}

static void an_added_range_is_found_and_runs(void **state)
{
    (void)state;
    static made_kernel m;
    make_range_kernel(&m, "added_2");
    nt_error why = {""};
    assert_int_equal(nt_kernel_add(&m.kernel, &why), NT_OK);
    uint64_t total = 99;
    assert_int_equal(nt_run_range("added_2", NULL, NT_F64, 100, 100100, &total, &why), NT_OK);
    assert_int_equal(total, 100000);
}

/* ---- From several threads ----------------------------------------------------------------------------- */

enum { N_THREADS = 8, A_THREAD = 12 };

static struct adding {
    made_kernel own[A_THREAD], contested;
    char names[A_THREAD][32];
    int thread, n_added;
    bool won;
} adding[N_THREADS];
static atomic_int n_faults;

static void *add_some(void *context)
{
    struct adding *a = context;
    for (int i = 0; i < A_THREAD; i++) {
        a->n_added += nt_kernel_add(&a->own[i].kernel, NULL) == NT_OK;
        if (i == A_THREAD / 2)
            a->won = nt_kernel_add(&a->contested.kernel, NULL) == NT_OK;
        /* Every kernel that is counted can be read, whichever thread added it. */
        for (int k = nt_kernel_count() - 1; k >= 0; k--)
            n_faults += !nt_kernel_at(k) || nt_kernel_find(nt_kernel_at(k)->name) != nt_kernel_at(k);
    }
    return NULL;
}

static void threads_may_add_at_the_same_time(void **state)
{
    (void)state;
    pthread_t threads[N_THREADS];
    const int before = nt_kernel_count();
    for (int t = 0; t < N_THREADS; t++) {
        make_kernel(&adding[t].contested, "contested");
        for (int i = 0; i < A_THREAD; i++) {
            snprintf(adding[t].names[i], sizeof adding[t].names[i], "of_%d_%d", t, i);
            make_kernel(&adding[t].own[i], adding[t].names[i]);
        }
    }
    for (int t = 0; t < N_THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, add_some, &adding[t]), 0);
    int won = 0;
    for (int t = 0; t < N_THREADS; t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_int_equal(adding[t].n_added, A_THREAD);
        won += adding[t].won;
    }
    assert_int_equal(won, 1);
    assert_int_equal(n_faults, 0);
    assert_int_equal(nt_kernel_count(), before + N_THREADS * A_THREAD + 1);
    for (int t = 0; t < N_THREADS; t++)
        for (int i = 0; i < A_THREAD; i++)
            assert_ptr_equal(nt_kernel_find(adding[t].names[i]), &adding[t].own[i].kernel);
}

/* The last of the tests: nothing can be added behind it. */
static void a_full_registry_refuses_more(void **state)
{
    (void)state;
    enum { MOST = 1000 };
    static made_kernel m[MOST];
    static char names[MOST][24];
    nt_error why;
    nt_status status = NT_OK;
    int n = 0;
    for (; n < MOST && status == NT_OK; n++) {
        snprintf(names[n], sizeof names[n], "last_%d", n);
        make_kernel(&m[n], names[n]);
        status = nt_kernel_add(&m[n].kernel, &why);
    }
    assert_refused(status, NT_EKERNEL, &why, "more are not allowed");
    assert_ptr_equal(nt_kernel_at(nt_kernel_count() - 1), &m[n - 2].kernel);
    assert_null(nt_kernel_find(names[n - 1]));
    assert_non_null(nt_kernel_find("mathop"));
}

int main(void)
{
    tests_add(built_in_kernels_pass, NULL, "built-in");
    tests_add(heads, NULL, "refuses/heads");
    tests_add(fields, NULL, "refuses/fields");
    tests_add(ranges, NULL, "refuses/ranges");
    tests_add(lists, NULL, "refuses/lists");
    tests_add(tables, NULL, "refuses/tables");
    tests_add(own_keys, NULL, "refuses/own-keys");
    tests_add(an_added_kernel_is_found_and_runs, NULL, "added/field");
    tests_add(an_added_range_is_found_and_runs, NULL, "added/range");
    tests_add(threads_may_add_at_the_same_time, NULL, "threads");
    tests_add(a_full_registry_refuses_more, NULL, "full");
    return tests_run("registry");
}
