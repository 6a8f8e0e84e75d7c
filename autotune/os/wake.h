/*
 * wake.h - how long a sleeping thread takes to wake
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_WAKE_H
#define AUTOTUNE_WAKE_H

/*
 * wake_s() - the median time from a thread's post of a semaphore until the thread that sleeps on it runs, of a
 * hundred times, each after two milliseconds of rest.  A parallel region whose threads have gone to sleep costs at
 * least this much.  0: no thread could be started.
 */
double wake_s(void);

#endif /* AUTOTUNE_WAKE_H */
