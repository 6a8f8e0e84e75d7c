/*
 * build_info.c - how this library was built
 * SPDX-License-Identifier: MIT
 */
#include "build_info.h"
#include "nestune/machine.h"
#include "nestune/nestune.h"
#include "nestune/simd/simd.h" /* the version of SLEEF's header */

const nt_build *nt_build_info(void)
{
    static const nt_build build = {NESTUNE_VERSION, NT_BUILD_COMPILER, NT_BUILD_FLAGS, SIMD_SLEEF_VERSION};
    return &build;
}

int nt_version(void)
{
    return NESTUNE_VERSION_NUMBER;
}
