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
 * The library never prints, exits or aborts, with one exception that the user asks for:
 * NESTUNE_VERBOSE=1 writes one line a plan to stderr, which config it took and why.
 * NESTUNE_MAX_ISA=scalar|neon|avx2|avx512 lowers the instruction set.
 */
#ifndef NESTUNE_H
#define NESTUNE_H

#define NESTUNE_VERSION "0.1.0"

#include "nestune/apply.h"
#include "nestune/dtype.h"
#include "nestune/grid.h"
#include "nestune/pi.h"
#include "nestune/plan.h"
#include "nestune/points.h"
#include "nestune/registry.h"
#include "nestune/status.h"
#include "nestune/wave.h"

#endif /* NESTUNE_H */
