/*
 * clause_shared.c - example: shared(primes, last), the same variables for all threads
 * SPDX-License-Identifier: MIT
 *
 * The notebook's `last = [0]`: all threads see one list, and what they write there stays.  Two threads that write at
 * the same time are a race, as in its incrementMe.  So each change is protected: atomic, for one simple operation on
 * one variable; critical, a lock, for any number of statements.
 */
#include <stdio.h>

#include "clause_prime.h"

int main(void)
{
    int primes = 0, last = 0;
#pragma omp parallel for shared(primes, last)
    for (int num = 1000; num <= 2000; num++) {
        if (!is_prime(num))
            continue;
#pragma omp atomic
        primes++;
#pragma omp critical
        if (num > last) /* threads do not come here in the order of num */
            last = num;
    }
    printf("shared: %d primes from 1000 to 2000; last in the main program is %d\n", primes, last);
}
