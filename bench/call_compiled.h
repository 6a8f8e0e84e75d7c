/*
 * call_compiled.h - tile functions whose form and box the compiler knows
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_CALL_COMPILED_H
#define BENCH_CALL_COMPILED_H

#include "nestune/kernel.h"

enum { CALL_SIDES = 5 };
extern const int call_sides[CALL_SIDES]; /* of cubes, in cells */
extern const nt_isa call_isa;            /* of all these functions */

/* One pass in place over a cube of each side.  The table ends with kernel NULL. */
typedef struct call_compiled {
    const char *kernel;
    nt_dtype dtype;
    const char *variant, *fn;
    void (*run[CALL_SIDES])(void *cells);
} call_compiled;
extern const call_compiled call_compiled_kernels[];

#endif /* BENCH_CALL_COMPILED_H */
