/*
 * signal_name.h - the name of a signal that ended a process
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_SIGNAL_NAME_H
#define AUTOTUNE_SIGNAL_NAME_H

#include <stddef.h>

/* signal_name() - "SIGSEGV"; "signal 40" if it has no name.  Writes at most n bytes, as snprintf() does. */
void signal_name(int number, char *text, size_t n);

#endif /* AUTOTUNE_SIGNAL_NAME_H */
