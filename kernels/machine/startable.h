/*
 * startable.h - how many more threads this process can start
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_STARTABLE_H
#define NESTUNE_STARTABLE_H

#include <stddef.h>

/*
 * nt_threads_startable() - starts n threads, to find out how many of them can run beside the present ones.
 *
 * Shape:   stack_bytes of each; 0: as pthread_create() does by default.  All have ended when it returns.
 * Errors:  none; 0 if no thread can be started.
 * Threads: safe.  A call lasts about ten microseconds for each thread.
 */
int nt_threads_startable(int n, size_t stack_bytes);

#endif /* NESTUNE_STARTABLE_H */
