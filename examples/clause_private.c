/*
 * clause_private.c - example: private(i), a variable of its own for each thread
 * SPDX-License-Identifier: MIT
 *
 * The notebook's findPrimes, with its loop shared out over threads.  i is declared outside the parallel loop, so the
 * threads would share it, and each would change the i with which another one looks for divisors.  private(i) gives each
 * thread an i of its own.  A private i has no value at first, and what it holds at the end is lost: the main program's
 * i is as it was.
 */
#include <stdio.h>

int main(void)
{
    int i = -1, primes = 0;
#pragma omp parallel for private(i) reduction(+ : primes)
    for (int num = 1000; num <= 2000; num++) {
        for (i = 2; i < num && num % i != 0; i++)
            ;
        if (i == num)
            primes++;
    }
    printf("private: %d primes from 1000 to 2000; i in the main program is still %d\n", primes, i);
}
