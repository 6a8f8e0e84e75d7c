/*
 * noise_report.h - this machine's noise, for a person
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_NOISE_REPORT_H
#define AUTOTUNE_NOISE_REPORT_H

#include <stdio.h>

#include "measure/noise.h"

/* noise_here() - an A/A test of at most half a second: the first field among the kernels, in cache, with all threads, in a
 * worker of its own.  n is 0 if that cannot be started. */
noise_level noise_here(void);

/* noise_print() - as a line; nothing if nothing was timed. */
void noise_print(FILE *out, const noise_level *n);

/* noise_test() - n decisions without a difference, n with a planted one, on stdout. */
void noise_test(trial_runner *runner, int n, const volatile _Atomic sig_atomic_t *stop);

#endif /* AUTOTUNE_NOISE_REPORT_H */
