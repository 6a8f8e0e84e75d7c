/*
 * clause_lastprivate.c - example: lastprivate(last), a private variable whose last value comes back
 * SPDX-License-Identifier: MIT
 *
 * The notebook's lastPrime wants to hand the last prime back to the main program.  With lastprivate(last) each thread
 * has a `last` of its own, without a value at first.  After the loop the main program's last has the value from the
 * iteration that comes last in the loop's order, num = 2000, whichever thread ran it, and whenever.  So each
 * iteration must set it: here to the largest prime up to num.
 */
#include <stdio.h>

#include "clause_prime.h"

int main(void)
{
    int last = 5;
#pragma omp parallel for lastprivate(last)
    for (int num = 1000; num <= 2000; num++) {
        last = num;
        while (!is_prime(last))
            last--;
    }
    printf("lastprivate: last in the main program is %d\n", last);
}
