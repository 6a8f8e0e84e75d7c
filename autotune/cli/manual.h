/*
 * manual.h - a program's manual page, from its tables
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_MANUAL_H
#define AUTOTUNE_MANUAL_H

#include "cli/command.h"

/* manual() - prints the page, in roff with the macros of man(7), on stdout.  Its date is that of SOURCE_DATE_EPOCH, where
 * the environment has it, else today's. */
void manual(const program *p);

#endif /* AUTOTUNE_MANUAL_H */
