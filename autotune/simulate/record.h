/*
 * record.h - measures a complete table
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RECORD_H
#define AUTOTUNE_RECORD_H

#include <signal.h>

#include "simulate/table.h"

typedef void record_progress_fn(void *context, int64_t done, int64_t all);

/*
 * record_speeds() - the rates of this hour, for the model: instructions, caches, memory, sharing.
 */
void record_speeds(table *t, trial_runner *runner, const nt_machine *machine);

/*
 * record_run() - times every config once a round, each round in another random order.  A time counts as its ratio to the
 * mean of the anchor's times before and after its group of four.  A config that is several times as slow as the anchor is
 * timed by its first steps.  At last the fastest 32 are timed afresh, 24 times: of thousands of medians the least ones
 * are also the luckiest.
 *
 * Errors:  NT_EARG: it was stopped before all rounds were done, or the anchor failed; *why says so.  NT_ENOMEM.
 */
nt_status record_run(table *t, trial_runner *runner, int rounds, uint64_t seed,
                     const volatile _Atomic sig_atomic_t *stop, record_progress_fn *progress, void *context,
                     nt_error *why);

#endif /* AUTOTUNE_RECORD_H */
