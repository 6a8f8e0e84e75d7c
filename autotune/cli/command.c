/*
 * command.c - a program with several commands: which one runs, and what it says about itself
 * SPDX-License-Identifier: MIT
 */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/complete.h"
#include "cli/exit.h"
#include "cli/interrupt.h"
#include "cli/manual.h"
#include "nestune/machine.h"
#include "os/text.h"

const command *program_command(const program *p, const char *name)
{
    for (const command *c = p->commands; c->name; c++)
        if (strcmp(name, c->name) == 0)
            return c;
    return NULL;
}

static int widest(const program *p)
{
    int width = 0;
    for (const command *c = p->commands; c->name; c++)
        width = (int)strlen(c->name) > width ? (int)strlen(c->name) : width;
    return width;
}

static void help(const program *p, FILE *out)
{
    fprintf(out, "Usage: %s %s [OPTION...]\n%s.\n\n", p->name, p->metavar, p->purpose);
    for (const command *c = p->commands; c->name; c++)
        fprintf(out, "  %-*s %s\n", widest(p), c->name, c->help);
    fprintf(out, "\n`%s %s --help` %s.\n", p->name, p->metavar, p->more);
    for (const note *n = p->notes; n->label; n++)
        fprintf(out, "%s: %s\n", n->label, n->text);
}

static int refuse_command(const program *p, const char *name)
{
    char names[200] = "";
    for (const command *c = p->commands; c->name; c++)
        text_add_name(names, sizeof names, c->name);
    return refuse(EXIT_USAGE, "unknown %s %.40s: there are %s", p->word, name, names);
}

int program_main(const program *p, int argc, char **argv)
{
    const char *first = argc >= 2 ? argv[1] : NULL;
    if (!first) {
        help(p, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "help") == 0)
        help(p, stdout);
    else if (strcmp(first, "--version") == 0)
        printf("%s %s\n", p->name, nt_build_info()->version);
    else if (strcmp(first, "--man") == 0)
        manual(p);
    else if (strcmp(first, "--complete") == 0)
        complete(p, argc - 2, argv + 2);
    else {
        const command *c = program_command(p, first);
        if (check_environment() != EXIT_OK)
            return EXIT_USAGE;
        if (!c)
            return refuse_command(p, first);
        if (p->hears_signals)
            hear_signals();
        return c->main(argc - 1, argv + 1);
    }
    return finish_stdout();
}
