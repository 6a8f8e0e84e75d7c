/*
 * test_signal_name.c - the names of signals
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "os/signal_name.h"
#include "support.h"

/* Every signal that can end a process, and some that cannot. */
static void names(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *name;
    } cases[] = {
        {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
        {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"},
        {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"},
        {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {40, "signal 40"},    {0, "signal 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        signal_name(cases[i].number, text, sizeof text);
        assert_string_equal(text, cases[i].name);
    }
}

static void a_short_text_is_cut(void **state)
{
    (void)state;
    char text[8] = "=======";
    signal_name(SIGSEGV, text, 4);
    assert_string_equal(text, "SIG");
    assert_string_equal(text + 4, "===");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(a_short_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
