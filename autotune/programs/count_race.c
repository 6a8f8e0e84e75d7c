/*
 * count_race.c - the notebook's race condition, WRONG ON PURPOSE: the project's one deliberate fault
 * SPDX-License-Identifier: MIT
 *
 * An increment is a load, an addition and a store.  If another thread stores between the load and the store, its
 * increments are lost.  By the rules of C a data race has no meaning at all; volatile only makes the compiler keep each
 * load and store.  `nestune count` runs this if `--form race` is given, and tests/test_program_count.c checks that
 * ThreadSanitizer finds it.
 */
#include "programs/count_forms.h"

int64_t count_race(int64_t n, int threads)
{
    volatile int64_t counter = 0;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t i = 0; i < n; i++)
        counter = counter + 1;
    return counter;
}
