/*
 * complete.c - what the last word of a command line may become
 * SPDX-License-Identifier: MIT
 */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/exit.h"
#include "nestune/tools.h"

static void offer(const char *begin, const char *before, const char *word, size_t n)
{
    const size_t used = strlen(before), typed = strlen(begin);
    if (typed <= used ? strncmp(begin, before, typed) == 0
                      : strncmp(begin, before, used) == 0 && typed - used <= n &&
                            strncmp(begin + used, word, typed - used) == 0)
        printf("%s%.*s\n", before, (int)n, word);
}

static void offer_word(const char *begin, const char *word)
{
    offer(begin, "", word, strlen(word));
}

static void offer_kernels(const char *begin)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        offer_word(begin, nt_kernel_at(i)->name);
}

/* A value of which `a` tells what is allowed: by its name in --help, as in "csv|json" and "KERNEL", or by its reader. */
static void offer_values(const argument *a, const char *begin)
{
    if (a->take == take_kernel || strncmp(a->value + (*a->value == '['), "KERNEL", 6) == 0)
        offer_kernels(begin);
    else if (a->take == take_dtype || a->take == take_dtypes)
        for (int d = 0; d < NT_N_DTYPES; d++)
            offer_word(begin, nt_dtype_name((nt_dtype)d));
    else if (a->name && strchr(a->value, '|'))
        for (const char *word = a->value; *word;) {
            const size_t n = strcspn(word, "|");
            offer(begin, "", word, n);
            word += n + (word[n] == '|');
        }
}

static void offer_options(const argument *table, const char *begin)
{
    for (const argument *a = table; a->take; a++)
        if (a->name)
            offer(begin, "--", a->name, strlen(a->name));
    offer_word(begin, "--help");
}

/* The option that this word names, as --name or -n; NULL if it names none. */
static const argument *option_of(const argument *table, const char *word)
{
    for (const argument *a = table; a->take; a++)
        if (a->name && ((strncmp(word, "--", 2) == 0 && strcmp(word + 2, a->name) == 0) ||
                        (word[0] == '-' && word[1] == a->letter && !word[2])))
            return a;
    return NULL;
}

/* An arguments_show_fn: argv are the command and the words behind it.  A shell may give "--name=value" as three words. */
static void complete_words(const argument *table, const char *doc, int argc, char **argv)
{
    (void)doc;
    const char *begin = argv[argc - 1], *before = argc > 2 ? argv[argc - 2] : "";
    if (strcmp(begin, "=") == 0)
        begin = "";
    else if (strcmp(before, "=") == 0 && argc > 3)
        before = argv[argc - 3];
    const argument *option = option_of(table, before);
    if (option && option->value)
        offer_values(option, begin);
    else if (*begin == '-')
        offer_options(table, begin);
    else
        for (const argument *a = table; a->take; a++)
            if (!a->name && (*a->value == '[' || argc == 2)) /* "KERNEL FILE...": the first word alone is a kernel */
                offer_values(a, begin);
}

void complete(const program *p, int n_words, char **words)
{
    if (n_words <= 1) {
        const char *begin = n_words == 1 ? words[0] : "";
        for (const command *c = p->commands; c->name; c++)
            offer_word(begin, c->name);
        offer_word(begin, "--help");
        offer_word(begin, "--version");
        return;
    }
    const command *c = program_command(p, words[0]);
    if (!c)
        return;
    arguments_show(complete_words);
    c->main(n_words, words);
    arguments_show(NULL);
}
