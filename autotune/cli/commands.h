/*
 * commands.h - the subcommands of autotune, and what they share
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_COMMANDS_H
#define AUTOTUNE_COMMANDS_H

#include <jansson.h>

#include "nestune/tools.h"

/* Documented in README.md and `autotune --help`. */
typedef enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,       /* it ran and failed: nothing runs here, an accuracy bound exceeded */
    EXIT_USAGE = 2,        /* unknown kernel, option, isa, key; malformed or impossible value */
    EXIT_IO = 3,           /* a file or folder cannot be read or written */
    EXIT_STALE = 4,        /* results or a journal of another machine, build or version, or damaged */
    EXIT_INTERRUPTED = 130 /* Ctrl-C, lost terminal, broken pipe: the best so far is written */
} exit_code;

/* Each gets its own argv[0] and arguments, and returns an exit_code. */
int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_machine(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_verify(int argc, char **argv);

/* refuse() - prints "autotune: <text>" on stderr and returns the code: return refuse(EXIT_USAGE, ...). */
__attribute__((format(printf, 2, 3))) int refuse(exit_code code, const char *format, ...);

/* finish_stdout() - flushes stdout after the last output.  Returns EXIT_OK, or an error's code if writing
 * failed. */
int finish_stdout(void);

/* code_of() - the exit code for a status. */
exit_code code_of(nt_status status);

/* print_json() - prints to stdout and drops the reference; NULL reports that memory was short. */
int print_json(json_t *root);

/* results_dir() - the folder of this machine's results below `out`, or below results_root() for NULL; to be
 * freed.  NULL without memory, after a message. */
char *results_dir(const nt_machine *machine, const char *out);

/* results_root() - the default folder for results, to be freed.  It is `tree`, the source tree's folder, if
 * that exists and can be written; otherwise $XDG_DATA_HOME/nestune or $HOME/.local/share/nestune; `tree` if
 * neither variable is set.  NULL without memory. */
char *results_root(const char *tree);

#endif /* AUTOTUNE_COMMANDS_H */
