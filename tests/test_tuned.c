/*
 * test_tuned.c - which config a row of a tuned header gives here
 * SPDX-License-Identifier: MIT
 */
#include "environment_support.h"
#include "tuned_fixture.h"

static void test_row_is_taken(void **state)
{
    (void)state;
    assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    assert_string_equal(why.text, "row toy one f64 l2 one of zen5-26.2.1-2t (built in, same CPU)");
    assert_true(config.isa == NT_ISA_SCALAR && config.variant == 1 && config.fn == 1 &&
                config.parallel == NT_PARALLEL_FLAT);
    assert_true(config.tile[1] == 8 && config.threads == 1);
    assert_int_equal(find(NT_CLASS_MEMORY, NT_REPEAT_MANY), NT_OK);
    assert_int_equal(config.depth, 5);
    const nt_tuned_use use = {&toy, "one", NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, INT64_MAX};
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, NULL), NT_OK);
}

static void test_threads(void **state)
{
    (void)state;
    nt_machine here = zen;
    for (here.threads_allowed = 1; here.threads_allowed <= 16; here.threads_allowed *= 4) {
        assert_int_equal(find_in(&source, &here, NT_TUNED_ON, NT_CLASS_MEMORY, NT_REPEAT_MANY), NT_OK);
        assert_int_equal(config.threads, here.threads_allowed); /* all */
        assert_null(strstr(why.text, "threads"));
        assert_int_equal(find_in(&source, &here, NT_TUNED_ON, NT_CLASS_MEMORY, NT_REPEAT_ONE), NT_OK);
        assert_int_equal(config.threads, here.threads_allowed); /* 4096 */
        assert_says("threads lowered from 4096 to ");
        /* Tuned with two allowed: serial was best. */
        assert_int_equal(find_in(&source, &here, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
        assert_int_equal(config.threads, 1);
    }
}

/* Of a header tuned with one thread allowed, where more are now: sharing is the default's, the rest the
 * row's. */
static void test_tuned_with_one_thread(void **state)
{
    (void)state;
    nt_machine here = zen;
    source.tuned.threads = 1;
    rows[0].config =
        "isa=scalar,variant=exact,parallel=serial,order=yzx,tile=0x8x8,threads=1,schedule=static,fn=u2";
    assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    assert_true(config.parallel == fallback.parallel && config.threads == 2 &&
                config.schedule == fallback.schedule);
    assert_true(config.order == NT_ORDER_YZX && config.tile[1] == 8 && config.variant == 1 && config.fn == 1);
    assert_says("row toy one f64 l2 one of zen5-26.2.1-2t");
    assert_says("parallel, threads and schedule of the default: it was tuned with one thread allowed");
    here.threads_allowed = 1;
    assert_int_equal(find_in(&source, &here, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    assert_true(config.parallel == NT_PARALLEL_SERIAL && config.threads == 1);
    assert_null(strstr(why.text, "one thread"));
    assert_int_equal(find_in(&source, &zen, NT_TUNED_FORCE, NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    assert_true(config.parallel == NT_PARALLEL_SERIAL && config.threads == 1);
}

static void test_best_isa(void **state)
{
    (void)state;
    rows[0].config = "isa=best,variant=exact";
    rows[1].config = "variant=exact,fn=u2,isa=best";
    rows[2].config = "variant=exact,isa=best,fn=u2";
    for (int i = 0; i < 2; i++) {
        nt_config_default(&toy, NT_F64, &fallback, NULL);
        const nt_status status = find(NT_CLASS_MEMORY, NT_REPEAT_ONE);
        assert_int_equal(status, NT_OK);
        assert_int_equal(config.isa, fallback.isa);
        assert_int_equal(find(NT_CLASS_MEMORY, NT_REPEAT_MANY), NT_OK);
        assert_true(config.isa == fallback.isa && config.variant == 1);
        environment_set("NESTUNE_MAX_ISA", "scalar");
    }
    environment_set("NESTUNE_MAX_ISA", NULL);
    /* A variant that only some isas have. */
    static const nt_function few[] = {
        ON(NT_ISA_SCALAR),
        {.isa = NT_ISA_AVX2, .variant = "fused", .dtype = NT_F64, .fn = "u1", .tile = no_tile},
        {0}};
    static const nt_function *const few_parts[] = {few, NULL};
    nt_kernel other = toy;
    other.functions = few_parts;
    const nt_tuned_use use = {&other, "one", NT_F64, NT_CLASS_MEMORY, NT_REPEAT_ONE, INT64_MAX};
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_OK);
    assert_true(config.isa == NT_ISA_SCALAR && config.variant == 1);
}

/* A row that cannot be used is skipped; the header serves as long as another of the kernel and type can. */
static void test_unusable_rows(void **state)
{
    (void)state;
    char other_isa[64];
    snprintf(other_isa, sizeof other_isa, "isa=%s,variant=exact,fn=u2", MISSING_ISA);
    const struct {
        int version;
        const char *config, *reason;
    } bad[] = {
        {2, "isa=scalar,variant=exact,fn=u2", "for version 2 of toy, here 3"},
        {3, other_isa, "not on this CPU"},
        {3, "isa=scalar,variant=gone", "variant=gone"},
        {3, "isa=scalar,variant=exact,fn=u7", "fn=u7"},
        {3, "isa=scalar,variant=exact,fn=u4", "no function for f64"},
        {3, "nonsense", "nonsense"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        make_source(NULL);
        rows[0].version = bad[i].version;
        rows[0].config = bad[i].config;
        assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_ONE), NT_ESTALE);
        assert_says("which has no row toy one f64 l2 one");
        assert_true(config.isa == NT_ISA_SCALAR && config.variant == 1 && config.fn == 1); /* of rows[1] */
        assert_true(config.parallel == fallback.parallel && config.depth == 1 && config.threads == 2);
        assert_int_equal(find(NT_CLASS_MEMORY, NT_REPEAT_MANY), NT_OK);
        rows[1] = rows[2] = rows[0];
        assert_default(find(NT_CLASS_L2, NT_REPEAT_ONE), bad[i].reason);
        assert_default(find(NT_CLASS_MEMORY, NT_REPEAT_MANY), bad[i].reason);
    }
}

static void test_max_isa_makes_rows_unusable(void **state)
{
    (void)state;
    if (fallback.isa == NT_ISA_SCALAR)
        skip();
    char text[64];
    snprintf(text, sizeof text, "isa=%s,variant=fused,fn=u4", nt_isa_name(fallback.isa));
    rows[0].config = rows[1].config = rows[2].config = text;
    assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    environment_set("NESTUNE_MAX_ISA", "scalar");
    nt_config_default(&toy, NT_F64, &fallback, NULL);
    fallback.threads = 2;
    const nt_status status = find(NT_CLASS_L2, NT_REPEAT_ONE);
    environment_set("NESTUNE_MAX_ISA", NULL);
    assert_default(status, "NESTUNE_MAX_ISA");
    assert_int_equal(config.isa, NT_ISA_SCALAR);
}

/* A row serves its own case; what has no row has the arithmetic of its case, else of the kernel. */
static void test_cases(void **state)
{
    (void)state;
    rows[1] = (nt_tuned_row)ROW("two", "l2", "many", "isa=scalar,variant=fused,fn=u4,depth=3");
    nt_tuned_use use = {&toy, "two", NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, INT64_MAX};
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_OK);
    assert_string_equal(why.text, "row toy two f64 l2 many of zen5-26.2.1-2t (built in, same CPU)");
    assert_true(config.depth == 3 && config.variant == 0 && config.fn == 2);
    use.repeat = NT_REPEAT_ONE;
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_ESTALE);
    assert_says("default, with isa, variant and fn of zen5-26.2.1-2t");
    assert_true(config.variant == 0 && config.fn == 2 && config.depth == 1);
    use.case_name = NULL; /* parameters of no case */
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_ESTALE);
    assert_true(config.variant == 1 && config.fn == 1 && config.depth == 1);
}

/* Where a class has no row, the next one serves; not that on the other side of the third level. */
static void test_the_nearest_class(void **state)
{
    (void)state;
    assert_int_equal(find(NT_CLASS_L3, NT_REPEAT_ONE), NT_OK);
    assert_string_equal(
        why.text, "row toy one f64 memory one of zen5-26.2.1-2t (built in, same CPU), the nearest to l3, "
                  "of which it has none, threads lowered from 4096 to 2");
    assert_int_equal(config.parallel, NT_PARALLEL_MIDDLE);
    assert_int_equal(find(NT_CLASS_L3, NT_REPEAT_MANY), NT_OK);
    assert_int_equal(config.depth, 5);
    assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_MANY), NT_ESTALE);
    assert_says("which has no row toy one f64 l2 many");
    rows[1].shape_class = "l2"; /* now there are only rows of l2 for one step */
    rows[1].case_name = "two";
    assert_int_equal(find(NT_CLASS_L3, NT_REPEAT_ONE), NT_OK);
    assert_says("row toy one f64 l2 one of zen5-26.2.1-2t (built in, same CPU), the nearest to l3");
    assert_int_equal(find(NT_CLASS_MEMORY, NT_REPEAT_ONE), NT_ESTALE);
    rows[0].shape_class = "l3";
    assert_int_equal(find(NT_CLASS_MEMORY, NT_REPEAT_ONE), NT_OK);
    assert_says("row toy one f64 l3 one of zen5-26.2.1-2t (built in, same CPU), the nearest to memory");
    assert_int_equal(find(NT_CLASS_L2, NT_REPEAT_ONE), NT_OK);
    assert_says("the nearest to l2");
    assert_int_equal(find(NT_CLASS_L3, NT_REPEAT_ONE), NT_OK);
    assert_string_equal(why.text, "row toy one f64 l3 one of zen5-26.2.1-2t (built in, same CPU)");
}

/* Of several rows of a class that with the least threshold that is large enough; else that with the largest. */
static void test_rows_for_lengths(void **state)
{
    (void)state;
    static const struct {
        int64_t upto[3]; /* of rows of depth 2, 3, 4; -1: no such row */
        int64_t nx;
        int depth;
    } lengths[] = {
        {{0, -1, -1}, 1, 2},           {{0, -1, -1}, INT64_MAX, 2}, {{0, 286, -1}, 1, 3},
        {{0, 286, -1}, 286, 3},        {{0, 286, -1}, 287, 2},      {{286, 0, -1}, 286, 2},
        {{286, 0, -1}, 287, 3},        {{0, 500, 100}, 100, 4},     {{0, 500, 100}, 101, 3},
        {{100, 0, 500}, 501, 3},       {{100, 500, -1}, 501, 3},    {{500, 100, -1}, INT64_MAX, 2},
        {{100, 500, 0}, INT64_MAX, 4},
    };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        static const char *const depths[] = {"isa=scalar,variant=exact,fn=u2,depth=2",
                                             "isa=scalar,variant=exact,fn=u2,depth=3",
                                             "isa=scalar,variant=exact,fn=u2,depth=4"};
        const nt_tuned_use use = {&toy, "one", NT_F64, NT_CLASS_MEMORY, NT_REPEAT_MANY, lengths[i].nx};
        int64_t from = 1, upto = INT64_MAX;
        for (int r = 0; r < 3; r++) {
            rows[r] = (nt_tuned_row)ROW(lengths[i].upto[r] < 0 ? "two" : "one", "memory", "many", depths[r]);
            rows[r].upto = lengths[i].upto[r] > 0 ? lengths[i].upto[r] : 0;
        }
        assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_OK);
        assert_int_equal(config.depth, lengths[i].depth);
        assert_int_equal(strstr(why.text, "upto=") != NULL, rows[lengths[i].depth - 2].upto > 0);
        /* The answer holds as far as no threshold is passed. */
        nt_tuned_narrow(&source, &use, &from, &upto);
        assert_true(from <= use.nx && use.nx <= upto);
        for (int r = 0; r < 3; r++)
            assert_true(rows[r].upto == 0 || rows[r].upto < from || upto <= rows[r].upto);
    }
}

static void test_range(void **state)
{
    (void)state;
    nt_tuned_use use = {&sum, "default", NT_F64, NT_CLASS_LONG, NT_REPEAT_ONE, INT64_MAX};
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_OK);
    assert_true(config.chunk == 4096 && config.schedule == NT_SCHEDULE_GUIDED && config.threads == 2);
    assert_says("row sum f64 long one of ");
    use.shape_class = NT_CLASS_SHORT;
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_ESTALE);
    assert_true(config.chunk == 0 && config.parallel == NT_PARALLEL_FLAT);
    use.shape_class = NT_CLASS_L2;
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_EARG);
    use = (nt_tuned_use){&sum, "default", NT_F64, NT_CLASS_LONG, NT_REPEAT_MANY, INT64_MAX};
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_EARG);
}

static void test_kernel_that_cannot_run(void **state)
{
    (void)state;
    nt_tuned_use use = {&toy, "one", NT_F32, NT_CLASS_L2, NT_REPEAT_ONE, INT64_MAX}; /* no f32 function */
    const nt_config before = config;
    assert_int_equal(nt_tuned_find_in(&source, &zen, NT_TUNED_ON, &use, &config, &why), NT_EKERNEL);
    assert_int_equal(find(NT_N_CLASSES, NT_REPEAT_ONE), NT_EARG);
    assert_int_equal(find(NT_CLASS_LONG, NT_REPEAT_ONE), NT_EARG);
    assert_int_equal(find(NT_CLASS_L2, NT_N_REPEATS), NT_EARG);
    assert_memory_equal(&config, &before, sizeof config);
    assert_int_equal(nt_tuned_find(NULL, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &config, &why),
                     NT_EARG);
    assert_int_equal(nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, NULL, &why), NT_EARG);
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_row_is_taken, make_source),
        cmocka_unit_test_setup(test_threads, make_source),
        cmocka_unit_test_setup(test_tuned_with_one_thread, make_source),
        cmocka_unit_test_setup(test_best_isa, make_source),
        cmocka_unit_test_setup(test_unusable_rows, make_source),
        cmocka_unit_test_setup(test_max_isa_makes_rows_unusable, make_source),
        cmocka_unit_test_setup(test_cases, make_source),
        cmocka_unit_test_setup(test_the_nearest_class, make_source),
        cmocka_unit_test_setup(test_rows_for_lengths, make_source),
        cmocka_unit_test_setup(test_range, make_source),
        cmocka_unit_test_setup(test_kernel_that_cannot_run, make_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
