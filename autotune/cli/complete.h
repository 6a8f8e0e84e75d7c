/*
 * complete.h - what the last word of a command line may become
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_COMPLETE_H
#define AUTOTUNE_COMPLETE_H

#include "cli/command.h"

/*
 * complete() - prints, one a line, what the last of the words behind the program's name may become: a command, an option,
 * one of an option's values, or a kernel.  It prints nothing where the name of a file may stand, or a number.
 */
void complete(const program *p, int n_words, char **words);

#endif /* AUTOTUNE_COMPLETE_H */
