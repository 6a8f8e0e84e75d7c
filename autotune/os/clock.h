/*
 * clock.h - seconds on a clock that only goes forward
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_CLOCK_H
#define AUTOTUNE_CLOCK_H

#include <time.h>

static inline double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif /* AUTOTUNE_CLOCK_H */
