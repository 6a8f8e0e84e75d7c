/*
 * command.h - a program with several commands: which one runs, and what it says about itself
 * SPDX-License-Identifier: MIT
 *
 * Beside --help and --version a program has two options for the files that are made from its tables: `--man` prints its
 * manual page, and `--complete WORD...` what the last of these words may become, for a shell.
 */
#ifndef AUTOTUNE_COMMAND_H
#define AUTOTUNE_COMMAND_H

#include <stdbool.h>

/* A command; in the last row of a table `name` is NULL. */
typedef struct command {
    const char *name, *help;
    int (*main)(int argc, char **argv); /* gets its own argv[0] and arguments; returns an exit_code */
} command;

/* What is said below the commands: "label: text" in --help, a section of its own in the manual page.  Both may have more
 * lines than one; the last row is NULL. */
typedef struct note {
    const char *label, *text;
} note;

typedef struct program {
    const char *name;
    const char *word, *metavar; /* what its commands are called: "command", "COMMAND" */
    const char *purpose;        /* a sentence without a full stop */
    const char *more;           /* "lists its options": what COMMAND --help does */
    bool hears_signals;         /* hear_signals() before each command; else commands call it themselves */
    const command *commands;
    const note *notes;
    const char *see_also; /* other manual pages, as in "nestune(1), nestune(3)" */
} program;

/* program_main() - does what the arguments of main() say; returns an exit_code. */
int program_main(const program *p, int argc, char **argv);

/* program_command() - the command of this name; NULL if there is none. */
const command *program_command(const program *p, const char *name);

#endif /* AUTOTUNE_COMMAND_H */
