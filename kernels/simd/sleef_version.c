/*
 * sleef_version.c - which SLEEF the kernels were compiled against
 * SPDX-License-Identifier: MIT
 */
#include "simd/sleef_version.h"

#include <sleef.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *nt_sleef_version(void)
{
    return TEXT(SLEEF_VERSION_MAJOR) "." TEXT(SLEEF_VERSION_MINOR) "." TEXT(SLEEF_VERSION_PATCHLEVEL);
}
