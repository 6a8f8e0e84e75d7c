/*
 * yardstick.h - what the plain C loops share: clock, input, median, memory, threads
 * SPDX-License-Identifier: MIT
 *
 * Each yardstick is one file and an executable of its own, built with -Ofast: so this is all static.
 */
#ifndef BENCH_YARDSTICK_H
#define BENCH_YARDSTICK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In [0, 1), SplitMix64's finaliser on the cell's index (Steele, Lea and Flood, OOPSLA 2014). */
static double uniform(size_t cell)
{
    uint64_t s = 1 + ((uint64_t)cell + 1) * UINT64_C(0x9e3779b97f4a7c15);
    s = (s ^ (s >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    s = (s ^ (s >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((s ^ (s >> 31)) >> 11) * 0x1p-53;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, ascending);
    return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

/* Bytes that can be taken without swapping; the physical memory where Linux does not tell. */
static double memory_available(void)
{
    char line[128];
    double kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && kib == 0 && fgets(line, sizeof line, f))
        if (!strncmp(line, "MemAvailable:", 13))
            kib = strtod(line + 13, NULL);
    if (f)
        fclose(f);
    return kib > 0 ? 1024 * kib : (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

/* OpenMP reads its variables before main(), so the program starts itself once more with them. */
static void bind_threads(char **argv)
{
    static const char *const settings[][2] = {
        {"OMP_PROC_BIND", "spread"}, {"OMP_PLACES", "cores"}, {"OMP_WAIT_POLICY", "active"}};
    int n_set = 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!getenv(settings[i][0]))
            n_set += setenv(settings[i][0], settings[i][1], 0) == 0;
    if (n_set > 0)
        execv("/proc/self/exe", argv);
}

#endif /* BENCH_YARDSTICK_H */
