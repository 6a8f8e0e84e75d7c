/*
 * test_tuned_here.c - the tuned headers that a process knows: built in, of the environment, loaded
 * SPDX-License-Identifier: MIT
 */
#include "tuned_fixture.h"

static void test_classes(void **state)
{
    (void)state;
    const int64_t mib = 1 << 20;
    assert_int_equal(nt_class_at(0, mib, 2, 2), NT_CLASS_IN_CACHE);
    assert_int_equal(nt_class_at(2 * mib, mib, 2, 2), NT_CLASS_IN_CACHE); /* two cores of several threads each */
    assert_int_equal(nt_class_at(2 * mib + 1, mib, 2, 2), NT_CLASS_OUT_OF_CACHE);
    assert_int_equal(nt_class_at(mib, mib, 1, 2), NT_CLASS_IN_CACHE);
    assert_int_equal(nt_class_at(2 * mib, mib, 1, 2), NT_CLASS_OUT_OF_CACHE); /* two threads of one core */
    assert_int_equal(nt_class_at(2 * mib, mib, 2, 3), NT_CLASS_IN_CACHE);
    assert_int_equal(nt_class_at(2 * mib, mib, 8, 1), NT_CLASS_OUT_OF_CACHE); /* one thread of many cores */
    assert_int_equal(nt_class_at(3 * mib, 0, 0, 3), NT_CLASS_IN_CACHE);       /* unknown: 1 MiB a thread */
    assert_int_equal(nt_class_at(INT64_MAX, mib, 4096, 4096), NT_CLASS_OUT_OF_CACHE);
    assert_int_equal(nt_class_of(64), NT_CLASS_IN_CACHE);
    assert_int_equal(nt_class_of(INT64_MAX), NT_CLASS_OUT_OF_CACHE);
    assert_int_equal(nt_class_of_range(0), NT_CLASS_SHORT);
    assert_int_equal(nt_class_of_range(NT_LONG_FROM - 1), NT_CLASS_SHORT);
    assert_int_equal(nt_class_of_range(NT_LONG_FROM), NT_CLASS_LONG);
    assert_string_equal(nt_class_name(NT_CLASS_IN_CACHE), "in_cache");
    assert_string_equal(nt_class_name(NT_CLASS_LONG), "long");
    assert_string_equal(nt_repeat_name(NT_REPEAT_MANY), "many");
    assert_null(nt_class_name(NT_N_CLASSES));
    assert_null(nt_repeat_name((nt_repeat)-1));
}

/* Rows of kernels that are as they were when tuned must be configs of theirs, whether or not they run here.
 * */
static void test_headers_of_this_build(void **state)
{
    (void)state;
    const nt_tuned *t;
    assert_non_null(nt_tuned_at(0));
    assert_null(nt_tuned_at(-1));
    for (int i = 0; (t = nt_tuned_at(i)); i++)
        for (int r = 0; r < t->n_rows; r++) {
            const nt_tuned_row *row = &t->rows[r];
            const nt_kernel *kernel = nt_kernel_find(row->kernel);
            if (!kernel || row->version != kernel->version)
                continue;
            char text[NT_CONFIG_TEXT];
            tuned_plain(row->config, text);
            nt_config parsed = nt_config_blank(kernel);
            if (nt_config_parse(kernel, text, &parsed, &why) != NT_OK)
                fail_msg("%s, row %d: %s", t->machine, r, why.text);
            if (!nt_kernel_case(kernel, row->case_name))
                fail_msg("%s, row %d: kernel %s has no case %s", t->machine, r, row->kernel, row->case_name);
        }
}

static void test_every_kernel_gets_a_config(void **state)
{
    (void)state;
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++) {
                nt_config c;
                const nt_kernel *kernel = nt_kernel_at(i);
                const nt_status status =
                    nt_tuned_find(kernel, NULL, (nt_dtype)d, (nt_class)(k / 2), (nt_repeat)(k % 2), &c, &why);
                assert_true(status == NT_OK || status == NT_ESTALE || status == NT_EKERNEL ||
                            status == NT_EARG);
                if (status == NT_OK || status == NT_ESTALE)
                    assert_int_equal(nt_config_runs(kernel, (nt_dtype)d, &c, NULL), NT_OK);
                assert_true(*why.text && !strchr(why.text, '\n'));
            }
}

/* Parameters choose the case. */
static void test_parameters_of_another_case(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        static const int *const params[] = {&one, &two, &three};
        assert_int_equal(
            nt_tuned_find(&toy, params[i - 1], NT_F64, NT_CLASS_IN_CACHE, NT_REPEAT_ONE, &config, &why),
            NT_ESTALE);
        assert_int_equal(strstr(why.text, "toy two f64") != NULL, i == 2);
        assert_int_equal(strstr(why.text, "toy f64") != NULL, i == 3);
    }
}

static void test_load(void **state)
{
    (void)state;
    scratch s = scratch_make();
    int n = 0;
    while (nt_tuned_at(n))
        n++;
    assert_int_equal(nt_tuned_load(NULL, &why), NT_EARG);
    assert_int_equal(nt_tuned_load(s.path, &why), NT_EIO);
    assert_says(s.path);
    char *text = tuned_sealed("NT_TUNED_LINE(\"nestune 3 machine=here vendor=- uarch=- family=0 model=0 "
                              "l1d=0 l2=0 l3=0 threads=0\")\n"
                              "NT_TUNED_LINE(\"row toy one 3 f64 in_cache one "
                              "isa=scalar,variant=exact,fn=u2,tile=0x3x5 - - -\")\n");
    tuned_write(s.path, text, strlen(text) - 30);
    assert_int_equal(nt_tuned_load(s.path, &why), NT_EIO);
    assert_says(":3: cut short");
    assert_null(nt_tuned_at(n));
    tuned_write(s.path, text, strlen(text));
    free(text);
    assert_int_equal(nt_tuned_load(s.path, &why), NT_OK);
    assert_non_null(nt_tuned_at(n));
    assert_int_equal(nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_IN_CACHE, NT_REPEAT_ONE, &config, &why),
                     NT_OK);
    assert_string_equal(why.text, "row toy one f64 in_cache one of here (loaded)");
    assert_true(config.tile[1] == 3 && config.tile[2] == 5);
    scratch_walk(&s, 1);
}

/* NESTUNE_TUNED is read once, so each value is for a child of its own, begun before this process asks. */
static int find_with(const char *value, const char *says)
{
    const pid_t pid = fork();
    if (pid == 0) {
        setenv("NESTUNE_TUNED", value, 1);
        nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_IN_CACHE, NT_REPEAT_ONE, &config, &why);
        if (!strstr(why.text, says))
            fprintf(stderr, "NESTUNE_TUNED=%s: %s\n", value, why.text);
        _exit(strstr(why.text, says) ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_environment(void **state)
{
    (void)state;
    scratch s = scratch_make();
    char missing[160];
    char *text = tuned_sealed(
        "NT_TUNED_LINE(\"nestune 3 machine=there vendor=x uarch=y family=1 model=2 l1d=3 l2=4 l3=5 "
        "threads=6\")\n"
        "NT_TUNED_LINE(\"row toy one 3 f64 in_cache one isa=scalar,variant=exact,fn=u2 - - -\")\n");
    snprintf(missing, sizeof missing, "default: NESTUNE_TUNED: %s: No such file or directory", s.path);
    assert_int_equal(find_with("", "default: no tuned header has a row of toy one f64"), 0);
    assert_int_equal(find_with("off", "default: NESTUNE_TUNED=off"), 0);
    assert_int_equal(find_with("force", "default: no tuned header has a row"), 0);
    assert_int_equal(find_with(s.path, missing), 0);
    tuned_write(s.path, text, strlen(text));
    assert_int_equal(find_with(s.path, "row toy one f64 in_cache one of there (named by NESTUNE_TUNED)"), 0);
    tuned_write(s.path, text, strlen(text) - 1);
    assert_int_equal(find_with(s.path, "default: NESTUNE_TUNED: "), 0);
    free(text);
    scratch_walk(&s, 1);
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment), /* first */
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_headers_of_this_build),
        cmocka_unit_test(test_every_kernel_gets_a_config),
        cmocka_unit_test(test_parameters_of_another_case),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
