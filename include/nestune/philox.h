/*
 * philox.h - random numbers that are a function of a counter and a seed
 * SPDX-License-Identifier: MIT
 *
 * Philox4x32-10: ten rounds of multiplications scramble a counter of 128 bits under a key of 64 into four
 * words of 32 bits.  There is no state: any thread can compute any number of any stream directly.
 *
 * Errors:  none; each counter, key and seed is allowed.
 * Threads: all functions here are safe.
 * Source:  Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
 */
#ifndef NESTUNE_PHILOX_H
#define NESTUNE_PHILOX_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The multipliers of words 0 and 2, and what each round adds to the key's two words. */
#define NT_PHILOX_M0 UINT32_C(0xd2511f53)
#define NT_PHILOX_M1 UINT32_C(0xcd9e8d57)
#define NT_PHILOX_W0 UINT32_C(0x9e3779b9)
#define NT_PHILOX_W1 UINT32_C(0xbb67ae85)
enum { NT_PHILOX_ROUNDS = 10 };

/*
 * nt_philox() - the four random words of a counter under a key.
 *
 * Under one key no two counters give the same words.
 *
 * Shape:   words of 32 bits, the lowest first.  words may be counter.
 * Errors:  none.  No array may be NULL, here and in nt_philox_block().
 */
static inline void nt_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < NT_PHILOX_ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)NT_PHILOX_M0 * x0, p1 = (uint64_t)NT_PHILOX_M1 * x2;
        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p0;
        k0 += NT_PHILOX_W0;
        k1 += NT_PHILOX_W1;
    }
    words[0] = x0;
    words[1] = x1;
    words[2] = x2;
    words[3] = x3;
}

/* nt_philox_block() - the same for a counter below 2^64, with the seed as the key. */
static inline void nt_philox_block(uint64_t counter, uint64_t seed, uint32_t words[4])
{
    const uint32_t wide[4] = {(uint32_t)counter, (uint32_t)(counter >> 32), 0, 0};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    nt_philox(wide, key, words);
}

/* nt_philox_top53() - the top 53 of 64 bits, as a whole number. */
static inline uint64_t nt_philox_top53(uint32_t high, uint32_t low)
{
    return ((uint64_t)high << 32 | low) >> 11;
}

/*
 * nt_uniform() - a random number, uniform in [0, 1).
 *
 * Units:   a multiple of 2^-53: the top 53 bits of words 0 and 1, of which word 0 is the high one.
 * Errors:  none; a negative counter is converted to uint64_t.
 */
static inline double nt_uniform(int64_t counter, uint64_t seed)
{
    uint32_t words[4];
    nt_philox_block((uint64_t)counter, seed, words);
    return (double)nt_philox_top53(words[0], words[1]) * (1.0 / 9007199254740992.0); /* 2^-53 */
}

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PHILOX_H */
