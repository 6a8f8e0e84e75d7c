/*
 * test_scripts.c - how scripts/tune and scripts/test show that a build goes on
 * SPDX-License-Identifier: MIT
 *
 * The stage of scripts/common.sh runs a build that is made up: a function that prints what make or ninja print.  Of scripts/matrix
 * what it refuses.
 */
#define _GNU_SOURCE /* posix_openpt */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "scratch.h"

#define MAKE  "for i in $(seq 1 2 100); do printf '[%3d%%] Building C object a%d.o\\n' $i $i; done"
#define NINJA "for i in $(seq 1 253); do echo \"[$i/253] Building C object a$i.o\"; done"

/* Runs a stage "building" in bash, its stderr into a pipe, or into a terminal whose other end is `terminal`. */
static program run_stage(const char *log, const char *settings, const char *build, const char *redirect)
{
    char command[2048];
    snprintf(
        command, sizeof command,
        "set -euo pipefail; %s script=test; . '%s/scripts/common.sh'; start_log '%s'; made_up() { %s; }; "
        "{ stage building made_up; say done; } %s",
        settings, NT_SOURCE_DIR, log, build, redirect);
    const char *const argv[] = {"/bin/bash", "-c", command, NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    return p;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

static void assert_log(const char *path, const char *last, int n_lines)
{
    char *log = slurp(path, NULL);
    assert_non_null(log);
    assert_non_null(strstr(log, "==== building: made_up\n"));
    assert_non_null(strstr(log, last));
    assert_int_equal(count(log, "Building C object"), n_lines);
    free(log);
}

/* Lines, as in a file: one each tenth, no more. */
static void a_line_each_tenth(void **state)
{
    (void)state;
    static const struct {
        const char *build, *last;
        int n;
    } cases[] = {{MAKE, "[ 99%] Building C object a99.o", 50}, {NINJA, "[253/253] Building", 253}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch s = scratch_make();
        program p = run_stage(s.path, "", cases[i].build, "");
        assert_int_equal(p.code, 0);
        assert_non_null(strstr(p.text[1], "test: building\n"));
        assert_in_range(count(p.text[1], "test: building: "), 9, 10);
        assert_non_null(strstr(p.text[1], "test: done\n"));
        assert_null(strchr(p.text[1], '\r'));
        assert_null(strchr(p.text[1], '\033'));
        assert_log(s.path, cases[i].last, cases[i].n);
        program_free(&p);
        scratch_walk(&s, 1);
    }
}

/* All that the stage wrote into a terminal. */
static char *shown_on_terminal(const char *log, const char *settings)
{
    char redirect[128];
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        skip(); /* no terminals here */
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    snprintf(redirect, sizeof redirect, "2>'%s'", ptsname(terminal));
    const int held = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC); /* keeps what was written */
    assert_true(held >= 0);
    program p = run_stage(log, settings, MAKE, redirect);
    assert_int_equal(p.code, 0);
    program_free(&p);
    char *text = calloc(1, PROGRAM_TEXT);
    assert_non_null(text);
    size_t n = 0;
    struct pollfd polled = {terminal, POLLIN, 0};
    while (poll(&polled, 1, 0) > 0 && polled.revents & POLLIN) {
        const ssize_t got = read(terminal, text + n, PROGRAM_TEXT - 1 - n);
        assert_true(got > 0);
        n += (size_t)got;
    }
    close(held);
    close(terminal);
    return text;
}

static void one_line_on_a_terminal(void **state)
{
    (void)state;
    scratch s = scratch_make();
    char *text = shown_on_terminal(s.path, "export TERM=xterm; unset NO_COLOR;");
    assert_non_null(strstr(text, "\rtest: building: 1 %"));
    assert_non_null(strstr(text, "\rtest: building: 99 %\r\ntest: done"));
    assert_int_equal(count(text, "\n"), 3); /* building, its share, done */
    free(text);
    scratch_walk(&s, 1);
}

/* As autotune: NO_COLOR and TERM=dumb want lines. */
static void lines_on_a_plain_terminal(void **state)
{
    (void)state;
    static const char *const settings[] = {"export TERM=xterm NO_COLOR=1;",
                                           "export TERM=dumb; unset NO_COLOR;"};
    for (int i = 0; i < 2; i++) {
        scratch s = scratch_make();
        char *text = shown_on_terminal(s.path, settings[i]);
        assert_null(strchr(text, '\033'));
        assert_null(strstr(text, "\rtest"));
        assert_in_range(count(text, "test: building: "), 9, 10);
        free(text);
        scratch_walk(&s, 1);
    }
}

/* A build that fails: its status, the end of the log, and where the log is. */
static void a_failed_build(void **state)
{
    (void)state;
    scratch s = scratch_make();
    program p =
        run_stage(s.path, "", "echo '[ 50%] Building'; echo 'error: no such thing' >&2; return 7", "");
    assert_int_equal(p.code, 1);
    assert_non_null(strstr(p.text[1], "error: no such thing"));
    assert_non_null(strstr(p.text[1], "building: failed (status 7); the whole log is "));
    assert_null(strstr(p.text[1], "done"));
    program_free(&p);
    scratch_walk(&s, 1);
}

/* scripts/test --all: what it refuses, before it builds anything; and, in a copy of the scripts, how legs end. */
static void legs(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int code;
        const char *text[2]; /* of stdout, of stderr */
    } cases[] = {
        {"--list", 0, {"\ndev\n", ""}},
        {"nix", 2, {"", "matrix: nix: no leg: scripts/matrix --list names them\n"}},
        {"--minutes", 2, {"", "matrix: --minutes : allowed are 1 to 9999\n"}},
        {"--minutes 0 dev", 2, {"", "matrix: --minutes 0: allowed are 1 to 9999\n"}},
        {"good", 0, {"good             passed", "matrix: good: after 0 of 60 minutes\n"}},
        {"left good", 0, {"1 passed, 0 failed, 1 skipped\n", "matrix: skipped: it is late\n"}},
        {"bad good", 1, {"1 passed, 1 failed, 0 skipped\n", "matrix: bad: failed; the whole log is "}},
    };
    char place[] = "/tmp/nestune-legs-XXXXXX";
    assert_non_null(mkdtemp(place));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[1024];
        snprintf(command, sizeof command,
                 "cp -r '%s/scripts' %s && export NT_MATRIX_LEGS='dev - true\ngood - true\nbad - false\n"
                 "left - skip it is late' && echo && exec %s/scripts/test --all %s",
                 NT_SOURCE_DIR, place, place, cases[i].arguments);
        const char *const argv[] = {"/bin/bash", "-c", command, NULL};
        program p = program_start(argv, NULL);
        program_end(&p, 60);
        assert_int_equal(p.code, cases[i].code);
        for (int k = 0; k < 2; k++)
            assert_non_null(strstr(p.text[k], cases[i].text[k]));
        program_free(&p);
    }
    tree_remove(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_each_tenth),
        cmocka_unit_test(one_line_on_a_terminal),
        cmocka_unit_test(lines_on_a_plain_terminal),
        cmocka_unit_test(a_failed_build),
        cmocka_unit_test(legs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
