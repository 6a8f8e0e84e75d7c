/*
 * cli_support.h - autotune run as a person would, a folder with its results, and what a refusal looks like
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_CLI_SUPPORT_H
#define TESTS_CLI_SUPPORT_H

#include <jansson.h>
#include <stdio.h>

#include "program.h"
#include "scratch.h"

enum { OK = 0, FAILED = 1, USAGE = 2, IO = 3, STALE = 4, INTERRUPTED = 130 };

/* A folder with the results of a short run, made once; tests that write copy it. */
static char home[64], machine_id[64], results[160], copy[64];

static inline char *in_results(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", results, name);
    return path;
}

static inline program run_with(const setting *s, const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_AUTOTUNE};
    for (int i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    program p = program_start(argv, s);
    program_end(&p, 100);
    return p;
}

#define RUN(s, ...) run_with(s, (const char *const[]){__VA_ARGS__, NULL})

/* A busy machine may not finish a row in time: then once more, with a larger budget. */
static inline program run_again(int tries, const setting *s, const char *const args[])
{
    const char *longer[PROGRAM_ARGS] = {NULL};
    for (int i = 0; args[i]; i++)
        longer[i] = tries > 0 && i > 0 && strcmp(args[i - 1], "--budget") == 0 ? "5" : args[i];
    return run_with(s, longer);
}

static inline program run_for_rows(const setting *s, const char *const args[])
{
    for (int tries = 0;; tries++) {
        program p = run_again(tries, s, args);
        const bool says_so = p.n[1] == 0 || strstr(p.text[1], "no row was finished");
        if (tries == 4 || p.code != FAILED || !says_so)
            return p;
        program_free(&p);
        if (s && s->denied)
            tree_remove(copy); /* the journal of this try: the next one could not rename it */
    }
}

#define RUN_FOR_ROWS(s, ...) run_for_rows(s, (const char *const[]){__VA_ARGS__, NULL})

static inline program run_to_the_end(const char *const args[])
{
    for (int tries = 0;; tries++) {
        program p = run_again(tries, NULL, args);
        if (p.code == OK)
            return p;
        if (tries == 4)
            fail_msg("code %d, signal %d: %s", p.code, p.signal, p.text[1]);
        program_free(&p);
    }
}

#define RUN_TO_THE_END(...) run_to_the_end((const char *const[]){__VA_ARGS__, NULL})
#define TUNE_ARGS           "--budget", "1", "--dtype", "f32", "--shape", "64x24x32", "--out", copy

/* One line that says what is wrong, the right code, nothing on stdout; else false, after saying why. */
static inline bool is_refusal(const program *p, int code, const char *const needs[3], const char *what)
{
    const char *said = p->text[1], *newline = strchr(said, '\n'), *flaw = NULL;
    if (p->signal || p->code != code)
        flaw = "another exit code";
    else if (strncmp(said, "autotune: ", 10) != 0 && strncmp(said, "autotune run: ", 14) != 0)
        flaw = "does not begin with its name";
    else if (!newline || newline[1])
        flaw = "not one line";
    else if (p->n[0])
        flaw = "something on stdout";
    for (const char *c = said; !flaw && c < newline; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            flaw = "not fit for a terminal";
    for (int i = 0; !flaw && i < 3 && needs[i]; i++)
        if (!strstr(said, needs[i]))
            flaw = needs[i];
    if (flaw)
        print_error("%s: %s: code %d, %d is due; signal %d; stderr: %s\n", what, flaw, p->code, code,
                    p->signal, said);
    return !flaw;
}

static inline void check_refusal(const program *p, int code, const char *const needs[3], const char *what)
{
    assert_true(is_refusal(p, code, needs, what));
}

static inline json_t *json_of(const program *p)
{
    json_error_t error;
    json_t *root = json_loadb(p->text[0], p->n[0], JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("stdout is not one JSON text: line %d: %s", error.line, error.text);
    return root;
}

static inline void fresh_copy(void)
{
    char command[400];
    tree_remove(copy);
    snprintf(command, sizeof command, "cp -a %s %s", home, copy);
    assert_int_equal(system(command), 0);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
}

static inline int make_home(void **state)
{
    (void)state;
    nt_machine m;
    nt_machine_detect(&m);
    nt_machine_id(&m, machine_id, sizeof machine_id);
    const scratch s = scratch_make();
    snprintf(home, sizeof home, "%s", s.folder);
    snprintf(copy, sizeof copy, "%.50s.copy", s.folder);
    spill(s.path, "x", 1);
    char file[100];
    snprintf(file, sizeof file, "%s/a-file", home);
    spill(file, "x", 1);
    program p = RUN_TO_THE_END("run", "mathop", "--budget", "1", "--dtype", "f32", "--shape", "64x24x32",
                               "--out", home);
    program_free(&p);
    snprintf(results, sizeof results, "%s/%s", home, machine_id);
    return 0;
}

static inline int drop_home(void **state)
{
    (void)state;
    tree_remove(home);
    tree_remove(copy);
    return 0;
}

#endif /* TESTS_CLI_SUPPORT_H */
