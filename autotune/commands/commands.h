/*
 * commands.h - the subcommands of autotune, and what they share
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_COMMANDS_H
#define AUTOTUNE_COMMANDS_H

#include "cli/exit.h"
#include "nestune/tools.h"

/* Each gets its own argv[0] and arguments, and returns an exit_code. */
int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_machine(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_study(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_export(int argc, char **argv);

/* results_of_build() - results/ of the source tree, to be freed, where this program lies in a build folder: CMake writes
 * the path into the file results_folder beside the programs.  NULL for an installed program, which has no such file, and
 * so knows no source tree. */
char *results_of_build(void);

/* print_fault() - one reason why a folder of results cannot be taken, as a line on stderr. */
void print_fault(void *unused, const char *text);

/* results_root() - the default folder for results, to be freed.  It is `tree`, the source tree's folder or NULL, if
 * that exists and can be written; otherwise $XDG_DATA_HOME/nestune or $HOME/.local/share/nestune; `tree` if
 * neither variable has an absolute path.  NULL, after a message, where there is none, and without memory. */
char *results_root(const char *tree);

/* results_dir() - the folder of this machine's results below `out`, or for NULL below
 * results_root(results_of_build()); to be freed.  NULL after a message. */
char *results_dir(const nt_machine *machine, const char *out);

#endif /* AUTOTUNE_COMMANDS_H */
