/*
 * points.c - finds the cells of a point, and their weights
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "points/points_internal.h"
#include "why.h"

/* ---- Weights ---------------------------------------------------------------------------------------- */

/* Modified Bessel function of order 0: sum of ((a/2)^k / k!)^2. */
static double bessel_i0(double a)
{
    double term = 1, sum = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= (a / 2 / k) * (a / 2 / k);
        sum += term;
    }
    return sum;
}

/* Hicks, Geophysics 67 (2002) 156: the b for radius 4 and waves of four cells or more. */
static double windowed_sinc(double d)
{
    static const double b = 6.31;
    const double s = d / NT_SINC_RADIUS;
    if (fabs(s) >= 1)
        return 0;
    return sin(M_PI * d) / (M_PI * d) * bessel_i0(b * sqrt(1 - s * s)) / bessel_i0(b);
}

/* The cell along an axis that mirrors show in place of `cell`, -1 for none; each mirror flips *sign. */
static int64_t fold(int64_t cell, int64_t n, const bool mirror[2], double *sign)
{
    while (cell < 0 || cell >= n) {
        const bool above = cell >= n;
        if (!mirror[above] || cell == (above ? n : -1)) /* nothing there, or the wall itself */
            return -1;
        cell = above ? 2 * n - cell : -2 - cell;
        *sign = -*sign;
    }
    return cell;
}

static void set_axis(nt_axis_weights *a, nt_interpolation interpolation, double position, int64_t n,
                     const bool mirror[2])
{
    const int64_t base = (int64_t)position;
    const double part = position - (double)base;
    *a = (nt_axis_weights){.low = base, .n = 1, .w = {1}};
    if (part == 0)
        return;
    if (interpolation == NT_INTERPOLATION_TRILINEAR) {
        a->n = 2, a->w[0] = 1 - part, a->w[1] = part;
        return;
    }
    /* A ghost shows a cell nearer to the point, which is thus among the others. */
    const int64_t from = base - NT_SINC_RADIUS + 1, end = base + NT_SINC_RADIUS + 1;
    a->low = from > 0 ? from : 0;
    a->n = (int)((end < n ? end : n) - a->low);
    a->w[0] = 0;
    for (int64_t i = from; i < end; i++) {
        double sign = 1;
        const int64_t cell = fold(i, n, mirror, &sign);
        if (cell >= 0)
            a->w[cell - a->low] += sign * windowed_sinc(part - (double)(i - base));
    }
}

/* ---- Points ----------------------------------------------------------------------------------------- */

static nt_status check(const nt_points_spec *spec, nt_error *why)
{
    if (!spec)
        return nt_refuse(NT_EARG, why, "the spec of the points is NULL");
    if (spec->n < 0 || (spec->n > 0 && !spec->position))
        return nt_refuse(NT_EARG, why, "%lld points%s", (long long)spec->n,
                         spec->n < 0 ? ": allowed are 0 and more" : " at a NULL address");
    if ((unsigned)spec->interpolation >= NT_N_INTERPOLATIONS)
        return nt_refuse(NT_EARG, why, "interpolation %d: allowed are 0 to %d", (int)spec->interpolation,
                         NT_N_INTERPOLATIONS - 1);
    if (spec->mirror_faces >> NT_N_FACES)
        return nt_refuse(NT_EARG, why, "mirror faces 0x%x: allowed are bits 0 to %d", spec->mirror_faces,
                         NT_N_FACES - 1);
    for (int a = 0; a < 3; a++)
        if (spec->cells[a] < 1)
            return nt_refuse(NT_ESHAPE, why, "a grid of %lld cells in %c has no places",
                             (long long)spec->cells[a], 'x' + a);
    for (int64_t p = 0; p < spec->n; p++)
        for (int a = 0; a < 3; a++)
            if (!(spec->position[p][a] >= 0 && spec->position[p][a] <= (double)(spec->cells[a] - 1)))
                return nt_refuse(NT_EARG, why, "point %lld lies at %.9g in %c: allowed are 0 to %lld",
                                 (long long)p, spec->position[p][a], 'x' + a, (long long)spec->cells[a] - 1);
    return NT_OK;
}

static int by_place(const void *left, const void *right)
{
    const nt_stencil *a = left, *b = right;
    for (int i = 2; i >= 0; i--)
        if (a->axis[i].low != b->axis[i].low)
            return a->axis[i].low < b->axis[i].low ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static void set_stencils(nt_points *points, const nt_points_spec *spec)
{
    for (int64_t p = 0; p < spec->n; p++) {
        nt_stencil *s = &points->stencil[p];
        s->point = p;
        for (int a = 0; a < 3; a++) {
            const bool mirror[2] = {spec->mirror_faces >> (2 * a) & 1, spec->mirror_faces >> (2 * a + 1) & 1};
            set_axis(&s->axis[a], spec->interpolation, spec->position[p][a], spec->cells[a], mirror);
            if (points->most[a] < s->axis[a].n)
                points->most[a] = s->axis[a].n;
        }
    }
    if (spec->n > 0)
        qsort(points->stencil, (size_t)spec->n, sizeof *points->stencil, by_place);
    int64_t z = 0;
    for (int64_t i = 0; i < spec->n; i++) {
        nt_stencil *s = &points->stencil[i];
        while (z <= s->axis[2].low)
            points->first[z++] = i;
        s->first_row = points->n_rows;
        s->first_cell = points->n_cells;
        points->n_rows += s->axis[1].n * s->axis[2].n;
        points->n_cells += s->axis[0].n * s->axis[1].n * s->axis[2].n;
    }
    while (z <= spec->cells[2])
        points->first[z++] = spec->n;
}

nt_status nt_points_create(nt_points **out, const nt_points_spec *spec, nt_error *why)
{
    if (!out)
        return nt_refuse(NT_EARG, why, "the points to create are NULL");
    *out = NULL;
    const nt_status status = check(spec, why);
    if (status != NT_OK)
        return status;
    nt_points *points = calloc(1, sizeof *points);
    if (points) {
        points->n = spec->n;
        memcpy(points->cells, spec->cells, sizeof points->cells);
        points->stencil = calloc((size_t)spec->n + 1, sizeof *points->stencil);
        points->first = calloc((size_t)spec->cells[2] + 1, sizeof *points->first);
    }
    if (!points || !points->stencil || !points->first) {
        nt_points_destroy(points);
        return nt_refuse(NT_ENOMEM, why, "no memory for %lld points", (long long)spec->n);
    }
    set_stencils(points, spec);
    *out = points;
    return NT_OK;
}

void nt_points_destroy(nt_points *points)
{
    if (points) {
        free(points->stencil);
        free(points->first);
    }
    free(points);
}
