/*
 * points_internal.h - the cells and weights of points
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_POINTS_INTERNAL_H
#define NESTUNE_POINTS_INTERNAL_H

#include <stdint.h>

#include "nestune/hook.h"
#include "nestune/points.h"

enum { NT_SINC_RADIUS = 4, NT_AXIS_CELLS = 2 * NT_SINC_RADIUS };

/* The cells along one axis, from `low` on, and their weights. */
typedef struct nt_axis_weights {
    int64_t low;
    int n;
    double w[NT_AXIS_CELLS];
} nt_axis_weights;

/* A point.  The weight of a cell is the product of its weights along the three axes. */
typedef struct nt_stencil {
    nt_axis_weights axis[3];
    int64_t point;                 /* its number in the caller's array */
    int64_t first_row, first_cell; /* in the arrays of points_hooks.c */
} nt_stencil;

struct nt_points {
    int64_t n, cells[3];
    nt_stencil *stencil;     /* by low z, then y, x, then number */
    int64_t *first;          /* [z]: the first stencil whose low z is z or more, z from 0 to cells[2] */
    int most[3];             /* cells of the widest stencil */
    int64_t n_rows, n_cells; /* of all stencils */
};

#endif /* NESTUNE_POINTS_INTERNAL_H */
