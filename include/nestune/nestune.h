/*
 * nestune.h - loop nests over 3-D grids, as fast as the machine allows
 * SPDX-License-Identifier: MIT
 *
 * Four nouns: a kernel (what is computed for one cell), a grid (a 3-D array), a config (how the
 * loops run) and the tuned table (the best configs known for this machine).
 *
 *     nt_grid *a;
 *     nt_error why;
 *     if (nt_grid_create(&a, NT_F64, (int64_t[3]){100, 10000, 16}, 0, NULL, &why) != NT_OK) ...
 *     nt_run("mathop", a, 5, &why);
 *     nt_grid_destroy(a);
 *
 * The library never exits or aborts, and prints nothing by default.  What it stands on may: OpenMP's runtime ends the
 * program if a thread cannot be started, which the library tries before (see nt_plan_run()); and hwloc prints a warning
 * where a machine describes itself in contradictions, unless HWLOC_HIDE_ERRORS=2 is set.  Environment variables, each read once at
 * its first use, change what it does:
 *     NESTUNE_VERBOSE=1                           prints one line a plan to stderr: its config and the reason
 *     NESTUNE_MAX_ISA=scalar|neon|avx2|avx512     the best instruction set that may be used
 *     NESTUNE_TUNED=off|force|FILE                which tuned headers are used: see tuned.h
 *     XDG_DATA_HOME, HOME, NESTUNE_SYSTEM_DIR     where profiles of the user and the system are: see tuned.h
 */
#ifndef NESTUNE_H
#define NESTUNE_H

/* CMake reads the version from these three lines.  Before 1.0 each new minor version breaks the ABI. */
#define NESTUNE_VERSION_MAJOR                      0
#define NESTUNE_VERSION_MINOR                      2
#define NESTUNE_VERSION_PATCH                      0

#define NESTUNE_VERSION_TEXT_(major, minor, patch) #major "." #minor "." #patch
#define NESTUNE_VERSION_TEXT(major, minor, patch)  NESTUNE_VERSION_TEXT_(major, minor, patch)

/* "0.2.0", and 200: 10000 * major + 100 * minor + patch, for #if. */
#define NESTUNE_VERSION \
    NESTUNE_VERSION_TEXT(NESTUNE_VERSION_MAJOR, NESTUNE_VERSION_MINOR, NESTUNE_VERSION_PATCH)
#define NESTUNE_VERSION_NUMBER \
    (10000 * NESTUNE_VERSION_MAJOR + 100 * NESTUNE_VERSION_MINOR + NESTUNE_VERSION_PATCH)

#include "nestune/apply.h"
#include "nestune/dtype.h"
#include "nestune/grid.h"
#include "nestune/module.h"
#include "nestune/pi.h"
#include "nestune/plan.h"
#include "nestune/points.h"
#include "nestune/primes.h"
#include "nestune/registry.h"
#include "nestune/status.h"
#include "nestune/wave.h"

#ifdef __cplusplus
extern "C" {
#endif

/* nt_version() - NESTUNE_VERSION_NUMBER of the library that runs; it may differ from that of the headers.
 * Errors: none.  Threads: safe. */
NT_API int nt_version(void);

#ifdef __cplusplus
}
#endif

#endif /* NESTUNE_H */
