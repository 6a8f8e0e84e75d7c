/*
 * programs_support.h - nestune run as a person would, and what a refusal of it looks like
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_PROGRAMS_SUPPORT_H
#define TESTS_PROGRAMS_SUPPORT_H

#include <jansson.h>

#include "program.h"

enum { OK = 0, FAILED = 1, USAGE = 2, IO = 3, INTERRUPTED = 130 };

static inline program nestune_with(const setting *s, const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_NESTUNE};
    for (int i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    program p = program_start(argv, s);
    program_end(&p, 100);
    return p;
}

#define NESTUNE(...) nestune_with(NULL, (const char *const[]){__VA_ARGS__, NULL})

/* Runs it, and fails the test if it does not end with this code. */
static inline program nestune_ends(int code, const char *const args[])
{
    program p = nestune_with(NULL, args);
    if (p.code != code)
        fail_msg("nestune %s: code %d, %d is due, signal %d: %s", args[0], p.code, code, p.signal, p.text[1]);
    return p;
}

#define NESTUNE_OK(...) nestune_ends(OK, (const char *const[]){__VA_ARGS__, NULL})

/* One line that says what is wrong, the right code, nothing on stdout. */
static inline void check_refused(const char *const args[], int code, const char *const needs[], int n_needs)
{
    program p = nestune_with(NULL, args);
    const char *said = p.text[1], *newline = strchr(said, '\n'), *flaw = NULL;
    if (p.signal || p.code != code)
        flaw = "another exit code";
    else if (strncmp(said, "nestune: ", 9) != 0)
        flaw = "does not begin with its name";
    else if (!newline || newline[1])
        flaw = "not one line";
    else if (p.n[0])
        flaw = "something on stdout";
    for (const char *c = said; !flaw && c < newline; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            flaw = "not fit for a terminal";
    for (int i = 0; !flaw && i < n_needs && needs[i]; i++)
        if (!strstr(said, needs[i]))
            flaw = needs[i];
    if (flaw)
        fail_msg("nestune %s %s: %s: code %d, %d is due; signal %d; stderr: %s", args[0] ? args[0] : "",
                 args[0] && args[1] ? args[1] : "", flaw, p.code, code, p.signal, said);
    program_free(&p);
}

static inline json_t *json_of(const program *p)
{
    json_error_t error;
    json_t *root = json_loadb(p->text[0], p->n[0], JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("stdout is not JSON alone: line %d: %s", error.line, error.text);
    return root;
}

static inline double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("%s is missing or no number", key);
    return json_number_value(value);
}

#endif /* TESTS_PROGRAMS_SUPPORT_H */
