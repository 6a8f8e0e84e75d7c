/*
 * build_info.c - how this library was built
 * SPDX-License-Identifier: MIT
 */
#include <pthread.h>

#include "build_info.h"
#include "nestune/nestune.h"
#include "simd/sleef_version.h"

static nt_build build = {NESTUNE_VERSION, NT_BUILD_COMPILER, NT_BUILD_FLAGS, "unknown"};

/* Only the file that sees SLEEF's header knows its version. */
static void ask_sleef(void)
{
    build.sleef = nt_sleef_version();
}

const nt_build *nt_build_info(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ask_sleef);
    return &build;
}
