/*
 * clause_prime.h - is a number prime?  As the notebook asks it, by trying all divisors
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

static bool is_prime(int num)
{
    int i = 2;
    while (i < num && num % i != 0)
        i++;
    return i == num;
}
