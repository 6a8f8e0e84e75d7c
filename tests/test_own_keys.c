/*
 * test_own_keys.c - a kernel's own keys: in texts, in the space, in a search, and down to its functions
 * SPDX-License-Identifier: MIT
 */
#include "made_kernel.h"
#include "tune_fixture.h"

#include "measure/subject.h"
#include "measure/trial_json.h"

static const int64_t shifts[] = {3, 5, 7}, blocks[] = {64, 16, 32, 128};

/* A field of two keys, a range of one, and a field of as many as there may be; registered. */
static made_kernel two, one, four;

static void add_kernels(void)
{
    static const char *const names[] = {"k0", "k1", "k2", "k3"};
    nt_error why = {""};
    make_kernel(&two, "own_two");
    two.keys[0] = (nt_key){"shift", "is added", 1, 100, shifts, 3, NULL};
    two.keys[1] = (nt_key){"block", "changes nothing", 16, INT64_C(999999999999999), blocks, 4, NULL};
    two.kernel.keys = two.keys;
    make_range_kernel(&one, "own_one");
    one.keys[0] = two.keys[0];
    one.kernel.keys = one.keys;
    make_kernel(&four, "own_four");
    for (int i = 0; i < NT_MAX_OWN_KEYS; i++)
        four.keys[i] = (nt_key){names[i], "", 0, 9, shifts, 3, NULL};
    static const char *const ways[] = {"pread", "mmap"};
    static const int64_t both[] = {1, 0};
    four.keys[3] = (nt_key){"k3", "", 0, 1, both, 2, ways};
    four.kernel.keys = four.keys;
    const nt_kernel *const kernels[] = {&two.kernel, &one.kernel, &four.kernel};
    for (int i = 0; i < 3; i++)
        if (nt_kernel_add(kernels[i], &why) != NT_OK) {
            fprintf(stderr, "%s\n", why.text);
            abort();
        }
}

static nt_config config_of(const nt_kernel *kernel, const char *text)
{
    nt_config c;
    nt_error why;
    assert_int_equal(nt_config_default(kernel, NT_F64, &c, &why), NT_OK);
    if (nt_config_parse(kernel, text, &c, &why) != NT_OK)
        fail_msg("%s: %s", text, why.text);
    return c;
}

/* ---- Texts ------------------------------------------------------------------------------------------ */

static void names_and_defaults(void **state)
{
    (void)state;
    assert_string_equal(nt_key_name(&two.kernel, NT_KEY_OWN), "shift");
    assert_string_equal(nt_key_name(&two.kernel, NT_KEY_OWN + 1), "block");
    assert_null(nt_key_name(&two.kernel, NT_KEY_OWN + 2));
    assert_string_equal(nt_key_name(&one.kernel, NT_KEY_OWN), "shift");
    assert_null(nt_key_name(&one.kernel, NT_KEY_OWN + 1));
    assert_string_equal(nt_key_name(&four.kernel, NT_KEY_OWN + 3), "k3");
    assert_null(nt_key_name(&four.kernel, NT_N_KEYS));
    assert_null(nt_key_name(mathop(), NT_KEY_OWN));
    const nt_config c = config_of(&two.kernel, ""), blank = nt_config_blank(&two.kernel);
    assert_true(c.own[0] == 3 && c.own[1] == 64 && c.own[2] == 0);
    assert_true(blank.own[0] == 3 && blank.own[1] == 64);
    char keys[2048];
    nt_config_keys(&two.kernel, keys, sizeof keys);
    assert_true(strstr(keys, "shift: 1 to 100\n") && strstr(keys, "block: 16 to 999999999999999\n"));
}

static void texts_are_read_back(void **state)
{
    (void)state;
    char text[NT_CONFIG_TEXT];
    nt_error why;
    const nt_config c = config_of(&two.kernel, "block=999999999999999,shift=100,threads=2");
    nt_config back = nt_config_blank(&two.kernel);
    assert_true(c.own[0] == 100 && c.own[1] == INT64_C(999999999999999));
    nt_config_format(&two.kernel, &c, text, sizeof text);
    assert_non_null(strstr(text, ",schedule=static,shift=100,block=999999999999999"));
    assert_int_equal(nt_config_parse(&two.kernel, text, &back, &why), NT_OK);
    assert_int_equal(nt_config_differences(&back, &c), 0);
    const struct {
        const char *text, *says;
    } wrong[] = {
        {"shift=0", "1 to 100"},      {"shift=101", "1 to 100"}, {"shift=", "1 to 100"},
        {"shift=-1", "1 to 100"},     {"shift=a", "1 to 100"},   {"block=15", "16 to 999999999999999"},
        {"shift=1,shift=2", "twice"}, {"k0=1", "block"},         {"shif=1", "shift"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(nt_config_parse(&two.kernel, wrong[i].text, &back, &why), NT_ECONFIG, &why,
                       wrong[i].says);
    back = c, back.own[0] = 0;
    assert_refused(nt_config_check(&two.kernel, &back, &why), NT_ECONFIG, &why,
                   "shift=0: allowed are 1 to 100");
    back = c, back.own[2] = -7; /* no key of this kernel */
    assert_int_equal(nt_config_runs(&two.kernel, NT_F64, &back, &why), NT_OK);
}

/* A key whose values have names is read and printed by them. */
static void values_have_names(void **state)
{
    (void)state;
    char text[NT_CONFIG_TEXT];
    nt_error why;
    nt_config c = config_of(&four.kernel, "");
    assert_int_equal(c.own[3], 1);
    nt_config_format(&four.kernel, &c, text, sizeof text);
    assert_non_null(strstr(text, ",k3=mmap"));
    c = config_of(&four.kernel, "k3=pread");
    assert_int_equal(c.own[3], 0);
    assert_refused(nt_config_parse(&four.kernel, "k3=1", &c, &why), NT_ECONFIG, &why, "pread, mmap");
    assert_refused(nt_config_parse(&four.kernel, "k3=read", &c, &why), NT_ECONFIG, &why, "pread, mmap");
}

static void records_hold_own_keys(void **state)
{
    (void)state;
    const nt_kernel *const kernels[] = {&two.kernel, &one.kernel, &four.kernel};
    for (int i = 0; i < 3; i++) {
        trial_ask ask = {.kernel = kernels[i], .dtype = NT_F64, .shape = {9, 5, 3}, .steps = 2, .reps = 1},
                  back;
        trial_answer answer = {.n = 1, .seconds = {0.5}}, again;
        nt_error why = {""};
        ask.config = config_of(kernels[i], "");
        ask.config.own[0] = 7;
        json_t *record = trial_to_json(&ask, &answer);
        if (trial_from_json(record, &back, &again, &why) != NT_OK)
            fail_msg("%s", why.text);
        assert_int_equal(nt_config_differences(&back.config, &ask.config), 0);
        json_decref(record);
    }
}

/* ---- Functions ---------------------------------------------------------------------------------------- */

static void tile_functions_get_own_keys(void **state)
{
    (void)state;
    static const char *const schedules[] = {"parallel=serial", "parallel=flat,threads=2,tile=4x0x0,depth=3",
                                            "parallel=outer,threads=2,fn=u2",
                                            "parallel=inner,threads=2,order=yzx"};
    static const int64_t n[3] = {9, 5, 4};
    for (int i = 0; i < 4; i++)
        for (int64_t shift = 1; shift <= 9; shift += 4)
            for (int l = 0; l < n_layouts; l++) {
                nt_config c = config_of(&two.kernel, schedules[i]);
                c.own[0] = shift;
                scene s;
                scene_make(&s, &two.kernel, NULL, NT_F64, n, &layouts[l], false);
                const double before = cell_get(s.level[0].grid, 3, 2, 1);
                const nt_grid *after = scene_run(&s, &c, 3, schedules[i]);
                double expected = before;
                for (int step = 0; step < 3; step++)
                    expected += (double)shift;
                assert_true(cell_get(after, 3, 2, 1) == expected);
                scene_free(&s);
            }
}

static void range_functions_get_own_keys(void **state)
{
    (void)state;
    for (int chunk = 0; chunk <= 100; chunk += 50) {
        uint64_t total = 0;
        nt_config c = config_of(&one.kernel, "parallel=flat,threads=2,schedule=dynamic,shift=5");
        c.chunk = chunk;
        const nt_plan_options options = {.bytes = sizeof options, .config = config_text(&one.kernel, &c)};
        nt_plan *plan;
        assert_int_equal(nt_plan_create_range(&plan, &one.kernel, NT_F64, 1000, &options, NULL), NT_OK);
        assert_int_equal(nt_plan_run_range(plan, 10, 1010, &total), NT_OK);
        nt_plan_destroy(plan);
        assert_int_equal(total, 5000);
    }
}

/* An own key may change no result: the check compares with the definition, which knows of no keys. */
static void the_check_accepts_own_keys(void **state)
{
    (void)state;
    nt_error why = {""};
    trial_ask ask = {.kernel = &two.kernel, .dtype = NT_F64, .shape = {64, 64, 64}, .steps = 3, .reps = 1};
    ask.config = config_of(&two.kernel, "shift=1,threads=2,tile=4x4x4");
    assert_int_equal(subject_check(&ask, &why), TRIAL_OK);
    ask.config = config_of(&two.kernel, "shift=9,threads=2,tile=4x4x4");
    assert_int_equal(subject_check(&ask, &why), TRIAL_WRONG);
    assert_non_null(strstr(why.text, "the reference gives"));
    ask.kernel = &one.kernel;
    ask.config = config_of(&one.kernel, "shift=1");
    assert_int_equal(subject_check(&ask, &why), TRIAL_OK);
    ask.config.own[0] = 2;
    assert_int_equal(subject_check(&ask, &why), TRIAL_WRONG);
    assert_non_null(strstr(why.text, "differs from the definition"));
}

/* ---- Space and search ------------------------------------------------------------------------------------
 * */

static void the_space_has_the_values_of_own_keys(void **state)
{
    (void)state;
    static const int threads[] = {1, 2};
    space_question q = {.kernel = &two.kernel,
                        .kernel_case = nt_kernel_case_at(&two.kernel, 0),
                        .dtype = NT_F64,
                        .shape = {64, 24, 42},
                        .steps = 5,
                        .arithmetic = config_of(&two.kernel, ""),
                        .threads = threads,
                        .n_threads = 2,
                        .speeds.l1_bytes = 49152,
                        .speeds.l2_bytes = 1 << 20};
    space s;
    space_make(&s, &q);
    assert_int_equal(s.n[NT_KEY_OWN], 3);
    assert_memory_equal(s.value[NT_KEY_OWN], shifts, sizeof shifts);
    assert_int_equal(s.n[NT_KEY_OWN + 1], 4);
    assert_memory_equal(s.value[NT_KEY_OWN + 1], blocks, sizeof blocks);
    assert_int_equal(s.n[NT_KEY_OWN + 2], 0);
    bool seen[3][4] = {{false}};
    uint64_t draws = 1;
    for (int i = 0; i < 1000; i++) {
        const nt_config c = space_random(&s, &draws);
        assert_int_equal(nt_config_runs(&two.kernel, NT_F64, &c, NULL), NT_OK);
        seen[space_place(&s, &c, NT_KEY_OWN)][space_place(&s, &c, NT_KEY_OWN + 1)] = true;
    }
    for (int i = 0; i < 12; i++)
        assert_true(seen[i / 4][i % 4]);
    const double size = space_size(&s) / s.n[NT_KEY_FN];
    q.kernel = mathop();
    q.kernel_case = nt_kernel_case_at(mathop(), 0);
    q.arithmetic = config_of(mathop(), "");
    space_make(&s, &q);
    assert_true(size == space_size(&s) / s.n[NT_KEY_FN] * 12); /* pairs of values */
}

/* The last values of both are the best. */
static double by_own(const fake_trials *f, const trial_ask *ask)
{
    const int64_t *own = ask->config.own;
    const bool ours = ask->kernel == &two.kernel || ask->kernel == &one.kernel;
    return by_loop(f, ask) * (ours && own[0] == 7 ? 0.5 : 1) *
           (ask->kernel == &two.kernel && own[1] == 128 ? 0.7 : 1);
}

static void a_tune_finds_the_best(void **state)
{
    (void)state;
    tune t = prepare(by_own, 0.02, 9100);
    t.o.dtypes = 1u << NT_F64;
    assert_int_equal(run(&t, &two.kernel), NT_OK);
    assert_int_equal(t.r->n_rows, ROWS_A_TYPE);
    for (int i = 0; i < ROWS_A_TYPE; i++) {
        assert_true(t.r->row[i].config.own[0] == 7 && t.r->row[i].config.own[1] == 128);
        assert_true(t.r->row[i].default_config.own[0] == 3 && t.r->row[i].verdict == STATS_FASTER);
    }
    finish(&t);
}

int main(void)
{
    add_kernels();
    tests_add(names_and_defaults, NULL, "names");
    tests_add(texts_are_read_back, NULL, "texts");
    tests_add(values_have_names, NULL, "values-have-names");
    tests_add(records_hold_own_keys, NULL, "records");
    tests_add(tile_functions_get_own_keys, NULL, "functions/tile");
    tests_add(range_functions_get_own_keys, NULL, "functions/range");
    tests_add(the_check_accepts_own_keys, NULL, "check");
    tests_add(the_space_has_the_values_of_own_keys, NULL, "space");
    tests_add(a_tune_finds_the_best, NULL, "tune");
    return tests_run("own_keys");
}
