/*
 * test_plan_options.c - the options of a plan: parts of a config, limits on threads and memory
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "made_kernel.h"
#include "nestune/machine.h"
#include "tuned_support.h"

static made_kernel toy;
static const int64_t shape[3] = {40, 24, 20};

/* A row for runs of many steps; one step stays with the default. */
static const char header[] =
    "NT_TUNED_LINE(\"nestune 3 machine=here vendor=- uarch=- family=0 model=0 l1d=0 l2=0 l3=0 threads=0\")\n"
    "NT_TUNED_LINE(\"row toy default 1 f64 in_cache many isa=scalar,variant=plain,fn=u2,tile=0x3x5,depth=2 - "
    "- -\")\n";

static int load_header(void **state)
{
    (void)state;
    make_kernel(&toy, "toy");
    tuned_load_body(header);
    return 0;
}

static nt_plan *plan_with(nt_grid *g, const nt_plan_options *options)
{
    nt_plan *plan;
    nt_error why;
    if (nt_plan_create(&plan, &toy.kernel, &g, 1, options, &why) != NT_OK)
        fail_msg("%s", why.text);
    return plan;
}

static nt_grid *grid(void)
{
    nt_grid *g;
    assert_int_equal(nt_grid_create(&g, NT_F64, shape, 0, NULL, NULL), NT_OK);
    return g;
}

/* ---- Configs --------------------------------------------------------------------------------------------- */

static void parts_of_a_config(void **state)
{
    (void)state;
    nt_grid *g = grid();
    nt_plan_options o = {.bytes = sizeof o};
    nt_plan *tuned = plan_with(g, &o), *plan;
    nt_config expected = *nt_plan_config(tuned);
    assert_true(expected.tile[1] == 3 && expected.tile[2] == 5 && expected.depth == 2 && expected.fn == 1);
    if (!strstr(nt_plan_why(tuned), "row toy f64 l2 many"))
        fail_msg("%s", nt_plan_why(tuned));

    /* What the text names is the caller's, the rest as tuned; the reason says both. */
    o.config = "depth=7,parallel=middle";
    plan = plan_with(g, &o);
    expected.depth = 7;
    expected.parallel = NT_PARALLEL_MIDDLE;
    assert_true(config_equal(nt_plan_config(plan), &expected));
    assert_non_null(strstr(nt_plan_why(plan), "the caller's depth=7,parallel=middle; else row toy"));
    nt_plan_destroy(plan);

    /* No key named: as tuned. */
    o.config = "";
    plan = plan_with(g, &o);
    assert_true(config_equal(nt_plan_config(plan), nt_plan_config(tuned)));
    assert_string_equal(nt_plan_why(plan), nt_plan_why(tuned));
    nt_plan_destroy(plan);

    /* All keys named: only the caller's values count. */
    char text[NT_CONFIG_TEXT];
    expected.tile[1] = 8;
    nt_config_format(&toy.kernel, &expected, text, sizeof text);
    o.config = text;
    plan = plan_with(g, &o);
    assert_true(config_equal(nt_plan_config(plan), &expected));
    assert_string_equal(nt_plan_why(plan), "the caller's config");
    nt_plan_destroy(plan);

    /* One step has no row of its own: the default, and the caller's part. */
    o = (nt_plan_options){.bytes = sizeof o, .config = "depth=3", .steps = 1};
    plan = plan_with(g, &o);
    assert_int_equal(nt_plan_config(plan)->depth, 3);
    assert_int_equal(nt_plan_config(plan)->tile[1], 0);
    assert_non_null(strstr(nt_plan_why(plan), "the caller's depth=3; else default"));
    nt_plan_destroy(plan);
    nt_plan_destroy(tuned);
    nt_grid_destroy(g);
}

static void wrong_configs(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } wrong[] = {{"depth", "depth"},  {"depth=0", "depth=0"}, {"depth=2,depth=3", "depth"},
                 {"fn=u3", "u1, u2"}, {"depth=2,", ""},       {"chunk=8", "chunk"}};
    nt_grid *g = grid();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const nt_plan_options o = {.bytes = sizeof o, .config = wrong[i].text};
        nt_plan *plan;
        nt_error why;
        assert_refused(nt_plan_create(&plan, &toy.kernel, &g, 1, &o, &why), NT_ECONFIG, &why, wrong[i].part);
        assert_null(plan);
    }
    nt_grid_destroy(g);
}

/* ---- Limits ------------------------------------------------------------------------------------------------ */

static void threads(void **state)
{
    (void)state;
    const int allowed = nt_threads_allowed();
    nt_grid *g = grid();
    char text[32];
    snprintf(text, sizeof text, "threads=%d", NT_MAX_THREADS);
    nt_plan_options o = {.bytes = sizeof o, .config = text};
    for (int most = 0; most <= allowed + 1; most++) {
        o.most_threads = most;
        nt_plan *plan = plan_with(g, &o);
        assert_int_equal(nt_plan_config(plan)->threads, most > 0 && most < allowed ? most : allowed);
        nt_plan_destroy(plan);
    }
    o.most_threads = -1;
    nt_plan *plan;
    nt_error why;
    assert_refused(nt_plan_create(&plan, &toy.kernel, &g, 1, &o, &why), NT_EARG, &why, "-1 threads");
    o = (nt_plan_options){.bytes = sizeof o, .most_threads = 1};
    assert_int_equal(nt_plan_create_range(&plan, nt_kernel_find("pi"), NT_F32, INT64_C(1) << 40, &o, &why),
                     NT_OK);
    assert_int_equal(nt_plan_config(plan)->threads, 1);
    nt_plan_destroy(plan);
    nt_grid_destroy(g);
}

/* The refusal names the bytes that are needed and the limit; with as many as it needs it works. */
static size_t bytes_needed(nt_status status, const nt_error *why)
{
    unsigned long long bytes = 0, most = 0;
    assert_refused(status, NT_ENOMEM, why, "allowed are at most 1");
    assert_int_equal(sscanf(why->text, "%llu bytes of %*[a-z ]: allowed are at most %llu", &bytes, &most), 2);
    assert_true(bytes > 1 && most == 1);
    return (size_t)bytes;
}

static void memory(void **state)
{
    (void)state;
    const nt_kernel *wave = nt_kernel_find("wave"), *pi = nt_kernel_find("pi");
    nt_grid *grids[3];
    nt_plan *plan;
    nt_error why;
    nt_plan_options o = {
        .bytes = sizeof o, .config = "parallel=outer,threads=1,depth=4,tile=0x8x4", .most_bytes = 1};
    for (int i = 0; i < 3; i++)
        assert_int_equal(nt_grid_create(&grids[i], NT_F32, shape, 8, NULL, NULL), NT_OK);
    const size_t field = bytes_needed(nt_plan_create(&plan, wave, grids, 3, &o, &why), &why);
    assert_null(plan);
    o.most_bytes = field - 1;
    assert_int_equal(nt_plan_create(&plan, wave, grids, 3, &o, &why), NT_ENOMEM);
    o.most_bytes = field;
    assert_int_equal(nt_plan_create(&plan, wave, grids, 3, &o, &why), NT_OK);
    assert_int_equal(nt_plan_run(plan, 9), NT_OK);
    nt_plan_destroy(plan);
    o.config = "parallel=outer,threads=1,depth=1"; /* takes none */
    o.most_bytes = 1;
    assert_int_equal(nt_plan_create(&plan, wave, grids, 3, &o, &why), NT_OK);
    nt_plan_destroy(plan);
    for (int i = 0; i < 3; i++)
        nt_grid_destroy(grids[i]);

    o = (nt_plan_options){.bytes = sizeof o, .most_bytes = 1};
    const size_t range = bytes_needed(nt_plan_create_range(&plan, pi, NT_F64, 1000, &o, &why), &why);
    assert_null(plan);
    o.most_bytes = range;
    assert_int_equal(nt_plan_create_range(&plan, pi, NT_F64, 1000, &o, &why), NT_OK);
    nt_plan_destroy(plan);
}

/* ---- The struct itself --------------------------------------------------------------------------------------- */

static void wrong_sizes(void **state)
{
    (void)state;
    static const size_t wrong[] = {0, sizeof(nt_plan_options) - 1, sizeof(nt_plan_options) + 1};
    nt_grid *g = grid();
    char part[64];
    for (int i = 0; i < 3; i++) {
        const nt_plan_options o = {.bytes = wrong[i]};
        nt_plan *plan = (nt_plan *)(void *)g;
        nt_error why;
        snprintf(part, sizeof part, "options of %zu bytes: allowed is sizeof(nt_plan_options)", wrong[i]);
        assert_refused(nt_plan_create(&plan, &toy.kernel, &g, 1, &o, &why), NT_EARG, &why, part);
        assert_null(plan);
        assert_refused(nt_plan_create_range(&plan, nt_kernel_find("pi"), NT_F32, 9, &o, &why), NT_EARG, &why,
                       part);
    }
    nt_grid_destroy(g);
}

static void wrong_ranges(void **state)
{
    (void)state;
    const nt_kernel *pi = nt_kernel_find("pi");
    nt_plan *plan;
    nt_error why;
    assert_refused(nt_plan_create_range(&plan, pi, NT_F64, -1, NULL, &why), NT_EARG, &why, "-1 indices");
    assert_refused(nt_plan_create_range(&plan, pi, NT_N_DTYPES, 1, NULL, &why), NT_EARG, &why, "type 2");
    assert_refused(nt_plan_create_range(&plan, NULL, NT_F64, 1, NULL, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_plan_create_range(NULL, pi, NT_F64, 1, NULL, &why), NT_EARG, &why, "NULL");
    assert_null(plan);
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_config), cmocka_unit_test(wrong_configs),
        cmocka_unit_test(threads),           cmocka_unit_test(memory),
        cmocka_unit_test(wrong_sizes),       cmocka_unit_test(wrong_ranges),
    };
    return cmocka_run_group_tests(tests, load_header, NULL);
}
