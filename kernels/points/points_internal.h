/*
 * points_internal.h - the cells and weights of points, and what their hooks keep
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_POINTS_INTERNAL_H
#define NESTUNE_POINTS_INTERNAL_H

#include <stdatomic.h>
#include <stdint.h>

#include "nestune/points.h"

enum { NT_SINC_RADIUS = 4, NT_AXIS_CELLS = 2 * NT_SINC_RADIUS };

/* The cells of an axis from `low` on, and their weights. */
typedef struct nt_axis_weights {
    int64_t low;
    int n;
    double w[NT_AXIS_CELLS];
} nt_axis_weights;

/* A point: the weight of a cell is the product of its three. */
typedef struct nt_stencil {
    nt_axis_weights axis[3];
    int64_t point;                 /* its number with the caller */
    int64_t first_row, first_cell; /* in the arrays of an nt_gather */
} nt_stencil;

/*
 * What receivers that several boxes share have read so far, for each step of a ring of time steps: as many as
 * may be in work at once.  Each row and cell has its own place, so that the order of boxes does not show in a
 * sum.
 */
typedef struct nt_gather {
    int64_t steps;         /* of the ring */
    _Atomic int64_t *left; /* [steps][points]: cells still to come */
    double *row;           /* [steps][rows]: sums of rows that one box read */
    double *cell;      /* [steps][cells]: of the other rows; without such rows its pages are never touched */
    _Atomic char *cut; /* [steps][rows]: which of the two */
} nt_gather;

struct nt_points {
    int64_t n, cells[3];
    nt_stencil *stencil;     /* by low z, then y, x, then number */
    int64_t *first;          /* [z]: the first stencil whose low z is z or more, z from 0 to cells[2] */
    int most[3];             /* cells of the widest stencil */
    int64_t n_rows, n_cells; /* of all stencils */
    nt_dtype dtype;          /* of the plan's grids */
    const double *samples;
    double *traces;
    int64_t n_samples, n_traced; /* of each point's samples and trace */
    nt_gather gather;
};

/* nt_gather_free() - and all zero. */
void nt_gather_free(nt_gather *gather);

#endif /* NESTUNE_POINTS_INTERNAL_H */
