/*
 * interrupt.h - Ctrl-C, SIGTERM, a lost terminal, a pipe without a reader: what asks a program to end in order
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_INTERRUPT_H
#define AUTOTUNE_INTERRUPT_H

#include <signal.h>

/* Not 0 once a signal has asked to stop and to keep what is done.  Atomic, since threads read it that the signal does not
 * interrupt. */
extern volatile _Atomic sig_atomic_t stop_asked;

/* What the first Ctrl-C prints, for work that ends only after a while; NULL: nothing. */
extern const char *volatile interrupt_notice;

/* hear_signals() - from now on these signals set stop_asked; a second Ctrl-C ends the program immediately. */
void hear_signals(void);

#endif /* AUTOTUNE_INTERRUPT_H */
