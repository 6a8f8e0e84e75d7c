/*
 * primes_schedules.h - one range of numbers by several ways of sharing it, as a table
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PRIMES_SCHEDULES_H
#define AUTOTUNE_PRIMES_SCHEDULES_H

#include "programs/primes_count.h"

/* primes_schedules() - prints the table, or JSON.  Returns an exit code. */
int primes_schedules(const primes_ask *ask, bool json);

#endif /* AUTOTUNE_PRIMES_SCHEDULES_H */
