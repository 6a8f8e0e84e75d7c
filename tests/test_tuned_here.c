/*
 * test_tuned_here.c - the tuned headers that a process knows: built in, of the environment, loaded
 * SPDX-License-Identifier: MIT
 */
#include "tuned_fixture.h"

/* Half of the caches; on machines with and without a third level. */
static void test_classes(void **state)
{
    (void)state;
    const int64_t kib = 1 << 10, mib = 1 << 20, all = INT64_MAX;
    static const int here_threads = 0; /* those that are allowed */
    const struct {
        int64_t l2, l3;
        int l2_caches, l3_sharers, allowed, threads;
        int64_t l2_class, l3_class;
    } known[] = {
        {mib, 32 * mib, 2, 2, 2, here_threads, mib, 16 * mib},
        {mib, 32 * mib, 2, 0, 2, 2, mib, 16 * mib},                  /* unknown sharers: all */
        {mib, 32 * mib, 2, 2, 2, 1, mib / 2, 16 * mib},              /* a run of one thread */
        {mib, 32 * mib, 1, 2, 2, here_threads, mib / 2, 16 * mib},   /* two threads of one core */
        {mib, 32 * mib, 16, 8, 16, here_threads, 8 * mib, 32 * mib}, /* two third-level caches */
        {mib, 0, 2, 0, 2, here_threads, mib, 0},                     /* none */
        {2 * mib, 4 * mib, 4, 4, 4, here_threads, 4 * mib, 0},       /* no larger than the second level */
        {2 * mib, 4 * mib, 4, 4, 4, 1, mib, 2 * mib},                /* but for one thread */
        {0, 0, 0, 0, 3, here_threads, 3 * mib / 2, 0},               /* unknown: 1 MiB a thread */
        {512 * kib, 32 * mib, 0, 4, 0, here_threads, 256 * kib,
         16 * mib}, /* an empty machine has one thread */
        {mib, mib << 20, 4096, 1, 4096, here_threads, 2048 * mib, (mib << 20) * 2048},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const nt_machine m = {.l2_bytes = known[i].l2,
                              .l3_bytes = known[i].l3,
                              .l2_affinity = known[i].l2_caches,
                              .l3_shared_by = known[i].l3_sharers,
                              .threads_allowed = known[i].allowed};
        const int threads = known[i].threads;
        const int64_t l2 = known[i].l2_class, l3 = known[i].l3_class;
        assert_true(nt_class_bytes(&m, threads, NT_CLASS_L2) == l2);
        assert_true(nt_class_bytes(&m, threads, NT_CLASS_L3) == l3);
        assert_true(nt_class_bytes(&m, threads, NT_CLASS_MEMORY) == all);
        assert_true(nt_class_bytes(&m, threads, NT_CLASS_LONG) == 0 &&
                    nt_class_bytes(&m, threads, (nt_class)-1) == 0);
        assert_int_equal(nt_class_on(&m, threads, 0), NT_CLASS_L2);
        assert_int_equal(nt_class_on(&m, threads, l2), NT_CLASS_L2);
        assert_int_equal(nt_class_on(&m, threads, l2 + 1), l3 > 0 ? NT_CLASS_L3 : NT_CLASS_MEMORY);
        if (l3 > 0)
            assert_int_equal(nt_class_on(&m, threads, l3), NT_CLASS_L3);
        assert_int_equal(nt_class_on(&m, threads, (l3 > 0 ? l3 : l2) + 1), NT_CLASS_MEMORY);
        assert_int_equal(nt_class_on(&m, threads, all), NT_CLASS_MEMORY);
    }
    assert_int_equal(nt_class_of(64, 0), NT_CLASS_L2);
    assert_int_equal(nt_class_of(all, 1), NT_CLASS_MEMORY);
    assert_int_equal(nt_class_of_range(0), NT_CLASS_SHORT);
    assert_int_equal(nt_class_of_range(NT_LONG_FROM - 1), NT_CLASS_SHORT);
    assert_int_equal(nt_class_of_range(NT_LONG_FROM), NT_CLASS_LONG);
    assert_string_equal(nt_class_name(NT_CLASS_L2), "l2");
    assert_string_equal(nt_class_name(NT_CLASS_MEMORY), "memory");
    assert_string_equal(nt_class_name(NT_CLASS_LONG), "long");
    assert_string_equal(nt_repeat_name(NT_REPEAT_MANY), "many");
    assert_null(nt_class_name(NT_N_CLASSES));
    assert_null(nt_repeat_name((nt_repeat)-1));
}

/* Levels with the halos that are read, coefficients without. */
static void test_working_sets(void **state)
{
    (void)state;
    const nt_kernel *wave = nt_kernel_find("wave"), *mathop = nt_kernel_find("mathop");
    const void *o8 = nt_kernel_case(wave, "o8")->params;
    static const int64_t n[3] = {100, 20, 10}, none[3] = {100, 0, 10}, huge[3] = {1 << 30, 1 << 30, 1 << 30};
    assert_true(nt_working_set(mathop, NULL, NT_F32, n) == 100 * 20 * 10 * 4);
    assert_true(nt_working_set(wave, o8, NT_F64, n) == (2 * 108 * 28 * 18 + 100 * 20 * 10) * 8);
    assert_true(nt_working_set(wave, o8, NT_F64, none) == 0 && nt_working_set(wave, o8, NT_F64, NULL) == 0);
    assert_true(nt_working_set(wave, o8, NT_F64, huge) == INT64_MAX);
    assert_true(nt_working_set(nt_kernel_find("pi"), NULL, NT_F64, n) == 0);
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
                const nt_status status = nt_tuned_find(kernel, NULL, (nt_dtype)d, (nt_class)(k / 2),
                                                       (nt_repeat)(k % 2), 0, &c, &why);
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
            nt_tuned_find(&toy, params[i - 1], NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why),
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
    assert_int_equal(nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why), NT_OK);
    assert_string_equal(why.text, "row toy one f64 l2 one of here (loaded)");
    assert_true(config.tile[1] == 3 && config.tile[2] == 5);
    scratch_walk(&s, 1);
}

/* Answers are kept, each for the lengths of rows that it is for. */
static void test_answers_for_lengths(void **state)
{
    (void)state;
    static const struct {
        int64_t nx;
        int depth;
    } lengths[] = {{100, 3}, {286, 3}, {287, 2}, {5000, 2}, {0, 2}, {1, 3}, {286, 3}};
    const nt_kernel *mathop = nt_kernel_find("mathop");
    tuned_load_body("NT_TUNED_LINE(\"nestune 4 machine=lengths vendor=- uarch=- family=0 model=0 l1d=0 l2=0 "
                    "l3=0 threads=0 "
                    "l2_class=0 l3_class=0\")\n"
                    "NT_TUNED_LINE(\"row mathop default 1 f64 memory many isa=best,variant=fused,depth=2 - - "
                    "- upto=0\")\n"
                    "NT_TUNED_LINE(\"row mathop default 1 f64 memory many isa=best,variant=fused,depth=3 - - "
                    "- upto=286\")\n");
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            assert_int_equal(nt_tuned_find(mathop, NULL, NT_F64, NT_CLASS_MEMORY, NT_REPEAT_MANY,
                                           lengths[i].nx, &config, &why),
                             NT_OK);
            assert_int_equal(config.depth, lengths[i].depth);
            assert_int_equal(strstr(why.text, "many upto=286 of lengths") != NULL, lengths[i].depth == 3);
        }
}

/* NESTUNE_TUNED is read once, so each value is for a child of its own, begun before this process asks. */
static int find_with(const char *value, const char *says)
{
    const pid_t pid = fork();
    if (pid == 0) {
        setenv("NESTUNE_TUNED", value, 1);
        nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why);
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
    assert_int_equal(find_with(s.path, "row toy one f64 l2 one of there (named by NESTUNE_TUNED)"), 0);
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
        cmocka_unit_test(test_working_sets),
        cmocka_unit_test(test_headers_of_this_build),
        cmocka_unit_test(test_every_kernel_gets_a_config),
        cmocka_unit_test(test_parameters_of_another_case),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_answers_for_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
