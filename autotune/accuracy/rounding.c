/*
 * rounding.c - what an exact result rounds to
 * SPDX-License-Identifier: MIT
 */
#include "accuracy/rounding.h"

#include <math.h>
#include <stdint.h>

double rounding_nearest(const exact *e, nt_dtype dtype)
{
    if (dtype == NT_F64)
        return e->value;
    /* The value is the nearest double, so it rounds as the real number does, unless it is just the middle between two
     * floats and something is left over: then that decides. */
    const float nearest = (float)e->value;
    const double past = e->value - (double)nearest;
    if (e->rest == 0 || fabs(past) != e->ulp / 2)
        return (double)nearest;
    return e->value + copysign(e->ulp / 2, e->rest);
}

bool rounding_is_close(const exact *e)
{
    const double places = fabs(e->value) / e->ulp; /* below 2^24 */
    return isfinite(places) && fabs(places - (double)(int64_t)places - 0.5) < 0x1p-20;
}
