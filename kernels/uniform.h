/*
 * uniform.h - random inputs that depend on the cell alone
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_UNIFORM_H
#define NESTUNE_UNIFORM_H

#include <stdint.h>

/* In [0, 1), from SplitMix64's finaliser on the counter (Steele, Lea and Flood, OOPSLA 2014). */
static inline double nt_uniform(int64_t counter, uint64_t seed)
{
    uint64_t s = seed + ((uint64_t)counter + 1) * UINT64_C(0x9e3779b97f4a7c15);
    s = (s ^ (s >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    s = (s ^ (s >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((s ^ (s >> 31)) >> 11) * 0x1p-53;
}

#endif /* NESTUNE_UNIFORM_H */
