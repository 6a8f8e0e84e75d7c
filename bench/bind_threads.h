/*
 * bind_threads.h - OpenMP threads that stay on their cores
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_BIND_THREADS_H
#define BENCH_BIND_THREADS_H

/* First in main(): threads are bound and spin between regions, unless the environment says otherwise. */
void bind_threads(char **argv);

#endif /* BENCH_BIND_THREADS_H */
