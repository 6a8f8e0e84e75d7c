/*
 * test_tuned_rank.c - which of several tuned headers serves
 * SPDX-License-Identifier: MIT
 */
#include "tuned_fixture.h"

/* Headers that differ in depth: 2 for the first, 3 for the second, ... */
enum { MOST = 12 };
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

/* The machine first, then the place; a header that somebody named comes before all. */
static void test_ranks(void **state)
{
    (void)state;
    enum { HAND, FAR, NEAR, HOME_NEAR, UARCH, ETC_UARCH, HOME_UARCH, CPU, ETC_CPU, HOME_CPU, NAMED, LOADED };
    static const struct {
        nt_tuned_origin origin;
        const char *says;
    } is[MOST] = {[HAND] = {NT_TUNED_BUILT_IN, "(built in, for any machine)"},
                  [FAR] = {NT_TUNED_BUILT_IN, "(built in, nearest caches)"},
                  [NEAR] = {NT_TUNED_BUILT_IN, "(built in, nearest caches)"},
                  [HOME_NEAR] = {NT_TUNED_USER, "(user profile, nearest caches)"},
                  [UARCH] = {NT_TUNED_BUILT_IN, "(built in, same microarchitecture)"},
                  [ETC_UARCH] = {NT_TUNED_SYSTEM, "(system profile, same microarchitecture)"},
                  [HOME_UARCH] = {NT_TUNED_USER, "(user profile, same microarchitecture)"},
                  [CPU] = {NT_TUNED_BUILT_IN, "(built in, same CPU)"},
                  [ETC_CPU] = {NT_TUNED_SYSTEM, "(system profile, same CPU)"},
                  [HOME_CPU] = {NT_TUNED_USER, "(user profile, same CPU)"},
                  [NAMED] = {NT_TUNED_ENVIRONMENT, "(named by NESTUNE_TUNED)"},
                  [LOADED] = {NT_TUNED_LOADED, "(loaded)"}};
    make_known(MOST);
    for (int i = 0; i < MOST; i++)
        known[i].origin = is[i].origin;
    known[HAND].tuned.vendor = "-";
    known[FAR].tuned.vendor = known[NEAR].tuned.vendor = known[HOME_NEAR].tuned.vendor = "GenuineIntel";
    known[FAR].tuned.l2_bytes = 1 << 18;
    known[HOME_NEAR].tuned.l2_bytes = 1 << 14; /* farther than both, but the user's */
    known[UARCH].tuned.model_id = known[ETC_UARCH].tuned.model_id = known[HOME_UARCH].tuned.model_id = 3;
    known[UARCH].tuned.l2_bytes = 1 << 14;
    known[LOADED].tuned.vendor = known[NAMED].tuned.vendor = "GenuineIntel"; /* chosen, whatever they are of */
    /* When the best one is removed, the next one serves. */
    static const int order[MOST] = {LOADED, NAMED, HOME_CPU, ETC_CPU, CPU, HOME_UARCH, ETC_UARCH, UARCH, HOME_NEAR, NEAR, FAR, HAND};
    for (int i = 0; i < MOST; i++) {
        assert_int_equal(serves(&zen), order[i]);
        assert_says(is[order[i]].says);
        depth_row[order[i]].kernel = "other";
    }
    assert_default(find_in(known, &zen, NT_TUNED_ON, NT_CLASS_L2, NT_REPEAT_MANY),
                   "default: no tuned header has a row of toy one f64 l2 many");
}

/* Of several loaded ones the first in the list; of one place that of the nearest machine. */
static void test_equal_ranks(void **state)
{
    (void)state;
    make_known(3);
    for (int i = 0; i < 3; i++)
        known[i].origin = NT_TUNED_LOADED;
    known[0].tuned.threads = 64;
    assert_int_equal(serves(&zen), 0);
    for (int i = 0; i < 3; i++)
        known[i].origin = NT_TUNED_USER;
    assert_int_equal(serves(&zen), 1);
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

/* What is said of each header agrees with what is used. */
static void test_explanations(void **state)
{
    (void)state;
    enum { ELSEWHERE, DAMAGED, OLD, FOREIGN_ISA, TAKEN, GENERIC, N };
    char other_isa[64];
    static const char *const says[N] = {
        [ELSEWHERE] = "no row of toy f64",
        [DAMAGED] = "/home/x/tuned.h:3: damaged",
        [OLD] = "its rows are for version 2 of toy, here 3",
        [FOREIGN_ISA] = "not on this CPU",
        [TAKEN] = "row toy one f64 l2 many of zen5-26.2.1-2t (built in, same CPU)",
        [GENERIC] = "not needed: zen5-26.2.1-2t comes first",
    };
    static const nt_tuned_use use = {&toy, "one", NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, INT64_MAX};
    nt_tuned_offer offers[N];
    int n;
    make_known(N);
    for (int i = 0; i < TAKEN; i++) /* by their numbers of threads the headers rank in this order */
        known[i].origin = NT_TUNED_SYSTEM, known[i].tuned.threads = 2 << i;
    depth_row[ELSEWHERE].kernel = "other";
    known[DAMAGED].origin = NT_TUNED_USER;
    known[DAMAGED].tuned = (nt_tuned){0};
    snprintf(known[DAMAGED].refused.text, sizeof known[DAMAGED].refused.text, "/home/x/tuned.h:3: damaged");
    depth_row[OLD].version = 2;
    snprintf(other_isa, sizeof other_isa, "isa=%s,variant=exact,fn=u2", MISSING_ISA);
    depth_row[FOREIGN_ISA].config = other_isa;
    known[GENERIC].tuned.vendor = "-";
    static const int order[N] = {DAMAGED, ELSEWHERE, OLD, FOREIGN_ISA, TAKEN, GENERIC};
    assert_int_equal(nt_tuned_explain_in(known, &zen, NT_TUNED_ON, &use, offers, N, &n, &why), NT_OK);
    assert_int_equal(n, N);
    for (int i = 0; i < N; i++) {
        const nt_tuned_offer *o = &offers[i];
        if (!strstr(o->why.text, says[order[i]]))
            fail_msg("%d: \"%s\" does not say \"%s\"", i, o->why.text, says[order[i]]);
        assert_int_equal(o->taken, order[i] == TAKEN);
        assert_int_equal(o->usable, order[i] == TAKEN || order[i] == GENERIC);
        assert_int_equal(o->tuned != NULL, order[i] != DAMAGED);
        assert_int_equal(o->origin, known[order[i]].origin);
        assert_int_equal(o->row != NULL, o->usable);
        if (o->usable)
            assert_int_equal(o->config.depth, order[i] + 2);
    }
    assert_string_equal(offers[0].rank, "user profile, same CPU");
    assert_int_equal(serves(&zen), TAKEN);
    assert_says(says[TAKEN]);
    /* Less room: as many as fit, and how many there are. */
    memset(offers, 0, sizeof offers);
    assert_int_equal(nt_tuned_explain_in(known, &zen, NT_TUNED_ON, &use, offers, 2, &n, NULL), NT_OK);
    assert_true(n == N && offers[1].rank && !offers[2].rank);
    assert_int_equal(nt_tuned_explain_in(known, &zen, NT_TUNED_OFF, &use, offers, N, &n, &why), NT_ESTALE);
    assert_says("NESTUNE_TUNED=off");
    for (int i = 0; i < N; i++)
        assert_int_equal(offers[i].taken, 0);
    assert_string_equal(offers[4].why.text, "NESTUNE_TUNED=off");
    assert_int_equal(nt_tuned_explain(&toy, NULL, NT_F32, NT_CLASS_L2, NT_REPEAT_MANY, 0, 0, offers, N, &n, &why), NT_EKERNEL);
    assert_int_equal(nt_tuned_explain(NULL, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, 0, 0, offers, N, &n, &why), NT_EARG);
    assert_int_equal(nt_tuned_explain(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, 0, 0, NULL, N, &n, &why), NT_EARG);
    assert_int_equal(nt_tuned_explain(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, 0, 0, NULL, 0, &n, &why), NT_OK);
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
        cmocka_unit_test_setup(test_equal_ranks, make_source),
        cmocka_unit_test_setup(test_explanations, make_source),
        cmocka_unit_test_setup(test_nearest_threads, make_source),
        cmocka_unit_test_setup(test_levels_are_no_microarchitecture, make_source),
        cmocka_unit_test_setup(test_headers_are_not_mixed, make_source),
        cmocka_unit_test_setup(test_reports_a_damaged_header, make_source),
        cmocka_unit_test_setup(test_modes, make_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
