/*
 * operands.h - checks the grids that a field kernel works on
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_OPERANDS_H
#define NESTUNE_OPERANDS_H

#include <stdbool.h>

#include "nestune/kernel.h"

typedef struct nt_operands {
    int n_levels, n_coefs, n; /* n: the number of different grids */
    nt_grid *level[NT_MAX_LEVELS];
    const nt_grid *coef[NT_MAX_COEFS];
    nt_grid *result; /* NULL: in place */
} nt_operands;

/*
 * nt_operands_set() - sets *on from a list: levels, coefficients and, if there is one, the result.
 *
 * Shape:   unit_x: demand stride 1 in x; stencils need it in any case.
 * Errors:  as nt_plan_create(); do not use *on then.
 */
nt_status nt_operands_set(nt_operands *on, const nt_kernel *kernel, const void *params,
                          nt_grid *const grids[], int n_grids, bool unit_x, nt_error *why);

/* nt_operands_busy() - is a grid that was created with any_layout mapped now? */
bool nt_operands_busy(const nt_operands *on);

#endif /* NESTUNE_OPERANDS_H */
