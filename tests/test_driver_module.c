/*
 * test_driver_module.c - whatever a module does costs a candidate, and never the tuner
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "ask_support.h"
#include "module/description.h"
#include "scratch.h"
#include "worker/driver.h"

/* The real worker, which opens these files. */
static driver *start_within(double hello_s, const char *const *files, nt_error *why)
{
    const driver_options options = {.exe = NT_AUTOTUNE, .modules = files, .hello_s = hello_s};
    driver *d = NULL;
    const nt_status status = driver_create(&d, &options, why);
    assert_int_equal(status == NT_OK, d != NULL);
    return d;
}

static driver *start(const char *const *files, nt_error *why)
{
    return start_within(0, files, why);
}

static const char *const planted[] = {NT_PLANTED, NULL};

/* The shadow, registered once: this process never opens the module. */
static const nt_kernel *shadow_of(const driver *d)
{
    static const nt_module *shadow;
    nt_error why;
    if (!shadow) {
        if (description_shadow(json_array_get(driver_modules(d), 0), &shadow, &why) != NT_OK ||
            nt_module_add(shadow, &why) != NT_OK)
            fail_msg("%s", why.text);
    }
    return shadow->kernel;
}

static trial_ask ask_of(const nt_kernel *k, const char *config)
{
    nt_error why;
    trial_ask ask = {.kernel = k, .dtype = NT_F64, .shape = {40, 3, 2}, .steps = 1, .in_place = 1, .reps = 2, .check = 1, .limit_s = 20};
    assert_int_equal(nt_config_default(k, NT_F64, &ask.config, &why), NT_OK);
    if (nt_config_parse(k, config, &ask.config, &why) != NT_OK)
        fail_msg("%s", why.text);
    return ask;
}

static void each_form_has_its_outcome(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        trial_outcome outcome;
        const char *says;
    } forms[] = {
        {"isa=scalar,fn=right", TRIAL_OK, ""},
        {"isa=scalar,fn=wrong", TRIAL_WRONG, "the reference gives"},
        {"isa=scalar,fn=crash", TRIAL_CRASH, "SIG"},
        {"isa=scalar,fn=right", TRIAL_OK, ""},
        {"isa=scalar,fn=hang", TRIAL_HANG, "limit"},
        {"isa=scalar,variant=off,fn=right", TRIAL_WRONG, "the reference gives"}, /* alike in all schedules */
        {"isa=scalar,fn=right,parallel=flat,threads=2", TRIAL_OK, ""},
    };
    nt_error why;
    driver *d = start(planted, &why);
    if (!d)
        fail_msg("%s", why.text);
    const nt_kernel *k = shadow_of(d);
    assert_string_equal(k->name, "planted");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        trial_ask ask = ask_of(k, forms[i].config);
        ask.limit_s = forms[i].outcome == TRIAL_HANG ? 0.5 : 20;
        const trial_answer answer = run_ask(d, &ask);
        if (answer.outcome != forms[i].outcome || !strstr(answer.detail, forms[i].says))
            fail_msg("%s: %s, %s", forms[i].config, trial_outcome_name(answer.outcome), answer.detail);
    }
    assert_int_equal(driver_n_spawned(d), 3); /* after the crash and the hang */
    driver_destroy(d);
}

static void loading_may_do_anything(void **state)
{
    (void)state;
    nt_error why;
    setenv("PLANTED_LOAD", "crash", 1);
    assert_null(start(planted, &why));
    assert_non_null(strstr(why.text, "ended immediately"));
    setenv("PLANTED_LOAD", "hang", 1);
    assert_null(start_within(1, planted, &why));
    assert_non_null(strstr(why.text, "no hello"));
    setenv("PLANTED_LOAD", "print", 1); /* goes to the worker's log */
    driver *d = start(planted, &why);
    assert_non_null(d);
    driver_destroy(d);
    unsetenv("PLANTED_LOAD");
}

static void files_that_are_no_modules(void **state)
{
    (void)state;
    static const char *const says[] = {"a module of abi 2", "a kernel of abi 5", "without a kernel", "exports no nestune_module"};
    nt_error why;
    char path[400];
    const char *const foreign[] = {path, NULL}, *const twice[] = {NT_PLANTED, NT_PLANTED, NULL}, *const none[] = {"/none/libmine.so", NULL};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/libnestune_foreign_%d.so", NT_FOREIGN, i);
        assert_null(start(foreign, &why));
        assert_non_null(strstr(why.text, says[i]));
    }
    assert_null(start(none, &why));
    assert_non_null(strstr(why.text, "/none/libmine.so"));
    assert_null(start(twice, &why));
    assert_non_null(strstr(why.text, "registered already"));
}

static void copy(const char *from, const char *to)
{
    char command[2000];
    snprintf(command, sizeof command, "cp '%s' '%s.new' && mv '%s.new' '%s'", from, to, to, to);
    assert_int_equal(system(command), 0);
}

/* A build that replaces the module while it is tuned. */
static void a_module_that_changes(void **state)
{
    (void)state;
    scratch s = scratch_make();
    nt_error why;
    char foreign[400];
    const char *const files[] = {s.path, NULL};
    snprintf(foreign, sizeof foreign, "%s/libnestune_foreign_3.so", NT_FOREIGN);
    copy(NT_PLANTED, s.path);
    driver *d = start(files, &why);
    assert_non_null(d);
    const nt_kernel *k = shadow_of(d);
    copy(foreign, s.path);
    trial_ask ask = ask_of(k, "isa=scalar,fn=right");
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_OK); /* the worker has the old one open */
    ask = ask_of(k, "isa=scalar,fn=crash");
    assert_int_equal(run_ask(d, &ask).outcome, TRIAL_CRASH);
    ask = ask_of(k, "isa=scalar,fn=right");
    const trial_answer answer = run_ask(d, &ask);
    assert_int_equal(answer.outcome, TRIAL_CRASH);
    assert_non_null(strstr(answer.detail, "exports no nestune_module"));
    driver_destroy(d);
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_has_its_outcome),
        cmocka_unit_test(loading_may_do_anything),
        cmocka_unit_test(files_that_are_no_modules),
        cmocka_unit_test(a_module_that_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
