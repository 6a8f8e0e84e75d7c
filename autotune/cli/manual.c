/*
 * manual.c - a program's manual page, from its tables
 * SPDX-License-Identifier: MIT
 */
#include "cli/manual.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/arguments.h"
#include "nestune/machine.h"

/* ---- Text in roff --------------------------------------------------------------------------- */

/* Prints up to n bytes as they are to be read: some characters mean something else to roff, and so does a full stop or
 * an apostrophe that begins a line. */
static void print_text(const char *text, size_t n)
{
    static const char special[] = "\\-~^`";
    static const char *const written[] = {"\\e", "\\-", "\\(ti", "\\(ha", "\\(ga"};
    bool begins = true;
    for (; n > 0 && *text; n--, text++) {
        const char *at = strchr(special, *text);
        if (begins && (*text == '.' || *text == '\''))
            printf("\\&");
        begins = *text == '\n';
        if (at)
            printf("%s", written[at - special]);
        else
            putchar(*text);
    }
}

static void print_all(const char *text)
{
    print_text(text, strlen(text));
}

/* Paragraphs: an empty line ends one, and lines that begin with two blanks are examples, printed as they are. */
static void print_paragraphs(const char *text)
{
    bool as_is = false, is_new = true;
    while (*text) {
        const size_t n = strcspn(text, "\n");
        const bool example = strncmp(text, "  ", 2) == 0;
        if (as_is && !example)
            printf(".EE\n");
        if (n == 0)
            is_new = true;
        else if (example && !as_is)
            printf(".PP\n.EX\n");
        else if (is_new || (as_is && !example))
            printf(".PP\n");
        if (n > 0) {
            print_text(text, n);
            printf("\n");
            is_new = false;
        }
        as_is = example;
        text += n + (text[n] == '\n');
    }
    if (as_is)
        printf(".EE\n");
}

static void print_upper(const char *text)
{
    for (; *text; text++)
        putchar(toupper((unsigned char)*text));
}

/* ---- The parts of the page ------------------------------------------------------------------ */

static const char *of_program; /* its name, for print_command() */

static void print_option(const argument *a)
{
    printf(".TP\n");
    if (a->letter > 0 && a->letter < 0x80 && isgraph(a->letter))
        printf("\\fB\\-%c\\fR, ", a->letter);
    printf("\\fB\\-\\-");
    print_all(a->name);
    printf("\\fR");
    if (a->value) {
        printf("=\\fI");
        print_all(a->value);
        printf("\\fR");
    }
    printf("\n");
    print_all(a->help);
    printf("\n");
}

/* An arguments_show_fn: the section of one command.  doc is argp's: what follows its \v stands below the options. */
static void print_command(const argument *table, const char *doc, int argc, char **argv)
{
    (void)argc;
    const size_t first = strcspn(doc, "\v");
    printf(".SS \"%s %s [OPTION...]", of_program, argv[0]);
    for (const argument *a = table; a->take; a++)
        if (!a->name) {
            putchar(' ');
            print_all(a->value);
        }
    printf("\"\n");
    print_text(doc, first);
    printf("%s", first > 0 && doc[first - 1] == '\n' ? "" : "\n");
    for (const argument *a = table; a->take; a++)
        if (a->name)
            print_option(a);
    if (doc[first])
        print_paragraphs(doc + first + 1);
}

static void print_date(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const time_t when = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm parts;
    char date[20] = "";
    if (gmtime_r(&when, &parts))
        strftime(date, sizeof date, "%Y-%m-%d", &parts);
    printf("%s", date);
}

void manual(const program *p)
{
    printf(".\\\" %s.1 - written by %s --man\n.TH ", p->name, p->name);
    print_upper(p->name);
    printf(" 1 ");
    print_date();
    printf(" \"nestune %s\"\n.SH NAME\n%s \\- %c", nt_build_info()->version, p->name,
           tolower((unsigned char)p->purpose[0]));
    print_all(p->purpose + 1);
    printf("\n.SH SYNOPSIS\n\\fB%s\\fR \\fI%s\\fR [\\fIOPTION\\fR...]\n.SH ", p->name, p->metavar);
    print_upper(p->word);
    printf("S\n");
    of_program = p->name;
    arguments_show(print_command);
    for (const command *c = p->commands; c->name; c++) {
        char name[40], *argv[] = {name, NULL};
        snprintf(name, sizeof name, "%s", c->name);
        c->main(1, argv);
    }
    arguments_show(NULL);
    for (const note *n = p->notes; n->label; n++) {
        printf(".SH ");
        print_upper(n->label);
        printf("\n");
        print_all(n->text);
        printf("\n");
    }
    printf(".SH \"SEE ALSO\"\n%s\n", p->see_also);
}
