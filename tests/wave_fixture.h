/*
 * wave_fixture.h - schemes of the wave equation, and numbers that are near
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_WAVE_FIXTURE_H
#define TESTS_WAVE_FIXTURE_H

#include <math.h>

#include "support.h"
#include "wave/wave_internal.h"

static const double unit[3] = {1, 1, 1};

/* A copy whose fields a test may change at any time. */
static inline nt_wave wave_of(int order, const double spacing[3])
{
    nt_wave *made;
    nt_error why;
    if (nt_wave_create(&made, order, spacing, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_wave w = *made;
    nt_wave_destroy(made);
    w.used = NULL;
    return w;
}

static inline nt_wave wave_printed(void)
{
    nt_wave *made;
    nt_error why;
    if (nt_wave_create_printed(&made, &why) != NT_OK)
        fail_msg("%s", why.text);
    nt_wave w = *made;
    nt_wave_destroy(made);
    w.used = NULL;
    return w;
}

static inline void assert_near(double got, double expected, double tolerance, const char *what, int order)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s, order %d: %.17g, not %.17g within %g", what, order, got, expected, tolerance);
}

#endif /* TESTS_WAVE_FIXTURE_H */
