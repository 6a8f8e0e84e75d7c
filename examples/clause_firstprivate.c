/*
 * clause_firstprivate.c - example: firstprivate(last), private copies that begin with the caller's value
 * SPDX-License-Identifier: MIT
 *
 * The notebook passes last = 5 to the thread that runs lastPrime: the thread gets a copy with that value, and whatever
 * it does with it, last in the main program stays 5.  With private(last) the copies would have no value at first.
 */
#include <stdio.h>

#include "clause_prime.h"

int main(void)
{
    int last = 5, least = 1000, most = 0; /* of what the threads begin with */
#pragma omp parallel num_threads(4) firstprivate(last) reduction(min : least) reduction(max : most)
    {
        least = most = last;
#pragma omp for
        for (int num = 1000; num <= 2000; num++)
            if (is_prime(num))
                last = num; /* the thread's own copy */
    }
    printf("firstprivate: the least last that a thread begins with is %d, the greatest %d; in the main "
           "program it is "
           "still %d\n",
           least, most, last);
}
