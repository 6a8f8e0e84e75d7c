/*
 * private_words.c - does a file that is to be sent name its user or this computer?
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* strcasestr */
#include "store/private_words.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST = 3 }; /* letters: shorter names stand in any text */

int private_words_find(const char *text, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = text; n >= LEAST && (at = strcasestr(at, word)); at++) {
        const bool begins_within =
            at > text && isalnum((unsigned char)*word) && isalnum((unsigned char)at[-1]);
        if (begins_within || isalnum((unsigned char)at[n]))
            continue;
        int line = 1;
        for (const char *c = text; c < at; c++)
            line += *c == '\n';
        return line;
    }
    return 0;
}

static bool says_what_it_is(const char *word, const nt_machine *m)
{
    bool is = strcasecmp(word, m->uarch) == 0 || strcasecmp(word, m->vendor) == 0;
    for (int i = 0; i < nt_kernel_count(); i++)
        is |= strcasecmp(word, nt_kernel_at(i)->name) == 0;
    for (int i = 0; i < NT_N_ISAS; i++)
        is |= strcasecmp(word, nt_isa_name((nt_isa)i)) == 0;
    return is;
}

typedef struct search_for {
    contribution *c;
    const nt_machine *machine;
    contribution_fault_fn *fault;
    void *context;
} search_for;

static void look_for(const search_for *s, const char *what, const char *word)
{
    if (!word || says_what_it_is(word, s->machine))
        return;
    for (int i = 0; i < s->c->n_files; i++) {
        const int line = private_words_find(s->c->file[i].text, word);
        if (line > 0)
            contribution_fault(s->c, s->fault, s->context, "%s:%d: has %s in it, %.60s: it is not sent",
                               s->c->file[i].name, line, what, word);
    }
}

/* A path may stand in flags, and name somebody.  A path is a "/" with a name right behind it: so neither the end of a
 * comment is one nor the "w/ " in "w/ graphics". */
static void look_for_paths(const search_for *s)
{
    for (int i = 0; i < s->c->n_files; i++) {
        int line = 1;
        for (const char *c = s->c->file[i].text; *c; c++) {
            line += *c == '\n';
            if (*c == '/' && (isalnum((unsigned char)c[1]) || (c[1] && strchr("._~", c[1])))) {
                contribution_fault(s->c, s->fault, s->context, "%s:%d: has a path in it: it is not sent",
                                   s->c->file[i].name, line);
                break;
            }
        }
    }
}

void private_words_check(contribution *c, const nt_machine *machine, contribution_fault_fn *fault,
                         void *context)
{
    const search_for s = {c, machine, fault, context};
    static const char *const users[] = {"USER", "LOGNAME", "SUDO_USER"};
    const struct passwd *user = getpwuid(geteuid());
    char host[256] = "", folder[4096];
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        if (!user || !getenv(users[i]) || strcmp(getenv(users[i]), user->pw_name) != 0)
            look_for(&s, "the user's name", getenv(users[i]));
    look_for(&s, "the user's name", user ? user->pw_name : NULL);
    look_for(&s, "the user's home", getenv("HOME"));
    if (gethostname(host, sizeof host - 1) == 0) {
        look_for(&s, "this computer's name", host);
        if (strchr(host, '.')) {
            host[strcspn(host, ".")] = '\0';
            look_for(&s, "this computer's name", host);
        }
    }
    if (getcwd(folder, sizeof folder))
        look_for(&s, "the working folder", folder);
    look_for_paths(&s);
}
