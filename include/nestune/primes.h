/*
 * primes.h - the notebook's findPrimes: counts the primes among whole numbers in a row, by trial division
 * SPDX-License-Identifier: MIT
 *
 * Kernel `primes` is a range of type f64, the arithmetic of its divisions.  Index i is the number from + i,
 * and the result is the number of primes.
 *
 *     const nt_primes primes = {.from = 1000};                   `params` of the plan; as text "from=1000"
 *     uint64_t count;                                            its result
 *     nt_run_range("primes", &primes, NT_F64, 0, 1001, &count, &why);
 *
 * Shape:   part_bytes is sizeof(uint64_t); partial results are added.  0 <= first <= end.
 * Units:   numbers from 0 to 2^64 - 1.  A plan for n indices is refused if from + n - 1 is larger.  If a run
 *          itself goes further, its numbers continue at 0.
 * Threads: whether a number is prime depends on nothing else, so counts and marks are the same with every
 *          config and on every machine.  Each index has a mark of its own.
 */
#ifndef NESTUNE_PRIMES_H
#define NESTUNE_PRIMES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Default: from 0, without marks. */
typedef struct nt_primes {
    uint64_t from;
    uint8_t *marks; /* NULL, or a byte for each index from 0 on: a run sets those of its range, 1 for a prime
                       and 0 for another number */
} nt_primes;

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_PRIMES_H */
