/*
 * rounding.h - what an exact result rounds to
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ROUNDING_H
#define AUTOTUNE_ROUNDING_H

#include <stdbool.h>

#include "accuracy/reals.h"

/* The number of dtype nearest to an exact result; of two that are as near, the even one. */
double rounding_nearest(const exact *e, nt_dtype dtype);

/*
 * rounding_is_close() - is a result known in double alone (its rest is 0) so near to the middle between two floats that
 * its error might decide to which one it rounds?
 *
 * Units: closer than 2^-20 ULP of f32.  A handful of functions in double errs by 2^-25 at most (tests/test_accuracy.c),
 *        and the C library promises 1 ULP for each of them, 2^-29 here.
 */
bool rounding_is_close(const exact *e);

#endif /* AUTOTUNE_ROUNDING_H */
