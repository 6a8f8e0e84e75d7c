/*
 * tune.h - tunes one kernel: its arithmetic, then each of its rows
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNE_H
#define AUTOTUNE_TUNE_H

#include "tune/options.h"

/*
 * tune_kernel() - appends this kernel's rows to *r, as many as the budget and `stop` allow; what was left
 * out is named in r->not_searched.
 * Errors:  NT_EKERNEL (nothing of it runs here, or nothing within max_ulp), with the reason; NT_ENOMEM.
 */
nt_status tune_kernel(result *r, const nt_kernel *kernel, const tune_options *options, trial_runner *runner,
                      tune_event_fn *on_event, void *context, nt_error *why);

#endif /* AUTOTUNE_TUNE_H */
