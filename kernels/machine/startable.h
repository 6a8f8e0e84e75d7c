/*
 * startable.h - how many more threads this process can start
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_STARTABLE_H
#define NESTUNE_STARTABLE_H

#include <stddef.h>

/*
 * nt_threads_startable() - how many of n threads can run beside those that there are, found out by starting them.
 *
 * Shape:   stack_bytes of each; 0: as pthread_create() does by default.  All have ended when it returns.
 * Errors:  none; where no thread can be started it is 0.
 * Threads: safe.  Takes about ten microseconds a thread.
 */
int nt_threads_startable(int n, size_t stack_bytes);

#endif /* NESTUNE_STARTABLE_H */
