/*
 * test_tuned_rank.c - which of several tuned headers serves
 * SPDX-License-Identifier: MIT
 */
#include "tuned_fixture.h"

/* Headers that differ in depth: 2 for the first, 3 for the second, ... */
enum { MOST = 8 };
static nt_tuned_row depth_row[MOST];
static char depth_text[MOST][64];
static nt_tuned_source known[MOST];

static void make_known(int n)
{
    for (int i = 0; i < n; i++) {
        snprintf(depth_text[i], sizeof depth_text[i], "isa=scalar,variant=fused,fn=u1,depth=%d", i + 2);
        depth_row[i] = (nt_tuned_row)ROW("one", "l2", "many", depth_text[i]);
        known[i] = of_zen(&depth_row[i], 1);
        known[i].next = i + 1 < n ? &known[i + 1] : NULL;
    }
}

static int serves(const nt_machine *here)
{
    return find_in(known, here, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_MANY) == NT_OK ? config.depth - 2 : -1;
}

static void test_ranks(void **state)
{
    (void)state;
    enum { HAND, FAR, NEAR, UARCH, CPU, LOADED, LATER, NAMED };
    static const char *const says[] = {[HAND] = "(built in, for any machine)",
                                       [FAR] = "(built in, nearest caches)",
                                       [NEAR] = "(built in, nearest caches)",
                                       [UARCH] = "(built in, same microarchitecture)",
                                       [CPU] = "(built in, same CPU)",
                                       [LOADED] = "(loaded)",
                                       [LATER] = "(loaded)",
                                       [NAMED] = "(named by NESTUNE_TUNED)"};
    make_known(MOST);
    known[HAND].tuned.vendor = "-";
    known[FAR].tuned.vendor = known[NEAR].tuned.vendor = "GenuineIntel";
    known[FAR].tuned.l2_bytes = 1 << 18;
    known[UARCH].tuned.model_id = 3;
    known[UARCH].tuned.l2_bytes = 1 << 14;
    known[LOADED].origin = known[LATER].origin = NT_TUNED_USER;
    known[LOADED].tuned.vendor = known[NAMED].tuned.vendor = "GenuineIntel"; /* the user chose them */
    known[NAMED].origin = NT_TUNED_ENVIRONMENT;
    /* When the best one is removed, the next one serves.  Of two loaded the first in the list. */
    static const int order[] = {NAMED, LOADED, LATER, CPU, UARCH, NEAR, FAR, HAND};
    for (int i = 0; i < MOST; i++) {
        assert_int_equal(serves(&zen), order[i]);
        assert_says(says[order[i]]);
        depth_row[order[i]].kernel = "other";
    }
    assert_default(find_in(known, &zen, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_MANY),
                   "default: no tuned header has a row of toy one f64 l2 many");
}

static void test_nearest_threads(void **state)
{
    (void)state;
    nt_machine here = zen;
    make_known(3);
    known[0].tuned.threads = 64;
    known[1].tuned.threads = 8;
    known[2].tuned.threads = 1;
    here.threads_allowed = 4;
    assert_int_equal(serves(&here), 1);
    here.threads_allowed = 1;
    assert_int_equal(serves(&here), 2);
    here.threads_allowed = 48;
    assert_int_equal(serves(&here), 0);
}

/* CPUs whose uarch is only the name of a level are not of one microarchitecture. */
static void test_levels_are_no_microarchitecture(void **state)
{
    (void)state;
    nt_machine here = zen;
    make_known(2);
    known[0].tuned.uarch = known[1].tuned.uarch = "x86_64_v3";
    known[0].tuned.model_id = 7;
    known[1].tuned.vendor = "GenuineIntel";
    known[0].tuned.l2_bytes = 1 << 14;
    snprintf(here.uarch, sizeof here.uarch, "x86_64_v3");
    assert_int_equal(serves(&here), 1);
    assert_says("nearest caches");
}

/* Never mixed: the header that serves one case and class of a kernel and type serves all. */
static void test_headers_are_not_mixed(void **state)
{
    (void)state;
    make_known(2);
    known[1].tuned.vendor = "-";
    depth_row[0] = (nt_tuned_row)ROW("two", "memory", "one", "isa=scalar,variant=exact,fn=u2");
    assert_int_equal(serves(&zen), -1);
    assert_says("default, with isa, variant and fn of zen5-26.2.1-2t");
    assert_int_equal(config.variant, 1);
    depth_row[0].version = 2; /* no longer usable */
    assert_int_equal(serves(&zen), 1);
    assert_says("; not zen5-26.2.1-2t: its rows are for version 2 of toy, here 3");
}

static void test_reports_a_damaged_header(void **state)
{
    (void)state;
    static const nt_tuned_origin origins[] = {NT_TUNED_ENVIRONMENT, NT_TUNED_BUILT_IN};
    for (int i = 0; i < 2; i++) {
        make_known(2);
        known[0].tuned = (nt_tuned){0};
        known[0].origin = origins[i];
        snprintf(known[0].refused.text, sizeof known[0].refused.text, "x.h:3: damaged");
        known[1].tuned.vendor = "-";
        assert_int_equal(serves(&zen), 1);
        assert_says("; not x.h:3: damaged");
        depth_row[1].kernel = "other";
        assert_int_equal(serves(&zen), -1);
        assert_string_equal(why.text, "default: x.h:3: damaged");
    }
}

static void test_modes(void **state)
{
    (void)state;
    assert_default(find_in(&source, &zen, NT_TUNED_OFF, NT_CLASS_L2, NT_REPEAT_ONE),
                   "default: NESTUNE_TUNED=off");
    assert_default(find_in(NULL, &zen, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_ONE), "no tuned header has a row");
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ranks, make_source),
        cmocka_unit_test_setup(test_nearest_threads, make_source),
        cmocka_unit_test_setup(test_levels_are_no_microarchitecture, make_source),
        cmocka_unit_test_setup(test_headers_are_not_mixed, make_source),
        cmocka_unit_test_setup(test_reports_a_damaged_header, make_source),
        cmocka_unit_test_setup(test_modes, make_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
