/*
 * bind_threads.h - OpenMP threads that stay on their cores
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_BIND_THREADS_H
#define BENCH_BIND_THREADS_H

/* To be called first in main().  Threads are then bound to cores and spin between parallel regions, unless
 * the environment says otherwise. */
void bind_threads(char **argv);

#endif /* BENCH_BIND_THREADS_H */
