/*
 * operands.h - the grids that a field's kernel works on, checked
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_OPERANDS_H
#define NESTUNE_OPERANDS_H

#include <stdbool.h>

#include "nestune/kernel.h"

typedef struct nt_operands {
    int n_levels, n_coefs, n; /* n: all grids, each once */
    nt_grid *level[NT_MAX_LEVELS];
    const nt_grid *coef[NT_MAX_COEFS];
    nt_grid *result; /* NULL: in place */
} nt_operands;

/*
 * nt_operands_set() - from a list: levels, coefficients, and perhaps a result.
 *
 * Shape:   unit_x: stride 1 in x is needed, as it is for stencils in any case.
 * Errors:  as nt_plan_create(); *on is then of no use.
 */
nt_status nt_operands_set(nt_operands *on, const nt_kernel *kernel, const void *params,
                          nt_grid *const grids[], int n_grids, bool unit_x, nt_error *why);

/* nt_operands_busy() - is one of them mapped that may be kept in any layout? */
bool nt_operands_busy(const nt_operands *on);

#endif /* NESTUNE_OPERANDS_H */
