/*
 * field_check.h - checks a config's answer on shapes that are no multiple of a vector or tile
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FIELD_CHECK_H
#define AUTOTUNE_FIELD_CHECK_H

#include "measure/trial.h"

/*
 * field_check() - runs the ask's config on small odd shapes for a few steps (a stencil: more than twice the
 * config's depth), in padded, strided views of buffers filled with canaries.  The reference is the same
 * arithmetic with the serial, untiled, one-step schedule on owned grids.  All cells and ghosts must have the
 * same bits; all NaNs count as equal.  Shapes that the kernel refuses are left out.
 *
 * Result:  TRIAL_OK; TRIAL_WRONG (another bit, or something outside the view was written),
 *          TRIAL_REFUSED or TRIAL_MEMORY, with *why.
 */
trial_outcome field_check(const trial_ask *ask, nt_error *why);

#endif /* AUTOTUNE_FIELD_CHECK_H */
