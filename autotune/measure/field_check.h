/*
 * field_check.h - a config's answer on shapes that fit no vector and no tile
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FIELD_CHECK_H
#define AUTOTUNE_FIELD_CHECK_H

#include "measure/trial.h"

/*
 * field_check() - runs the ask's config on small odd shapes, in padded, strided views of buffers
 * full of canaries, for a few steps (with neighbours, more than twice the config's depth), and compares with
 * the serial, untiled, one-step schedule of the same arithmetic on owned grids: cell by cell, ghosts too,
 * bit by bit, any NaN equal to any NaN.  Shapes that the kernel refuses are left out.
 *
 * Result:  TRIAL_OK; TRIAL_WRONG (another bit, or something outside the view was written),
 *          TRIAL_REFUSED or TRIAL_MEMORY, with *why.
 */
trial_outcome field_check(const trial_ask *ask, nt_error *why);

#endif /* AUTOTUNE_FIELD_CHECK_H */
