/*
 * definition_check.h - does an arithmetic compute what the kernel's definition says?
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_DEFINITION_CHECK_H
#define AUTOTUNE_DEFINITION_CHECK_H

#include "measure/trial.h"

/*
 * definition_check() - one step on a small grid, each cell of it against the kernel's reference in long double: the error may be
 * max_ulp of the variant.  Where the kernel sets a halo itself, cells that read it are left out.  An arithmetic that has passed
 * once is not checked again in this process.
 *
 * Schedules are no matter of this check: field_check() compares them with the serial one, bit by bit.
 * Result:  TRIAL_OK; TRIAL_WRONG, TRIAL_REFUSED or TRIAL_MEMORY, with *why.
 */
trial_outcome definition_check(const trial_ask *ask, nt_error *why);

#endif /* AUTOTUNE_DEFINITION_CHECK_H */
