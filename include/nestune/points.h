/*
 * points.h - sources and receivers: add values to, or read them from, points of a field at every step
 * SPDX-License-Identifier: MIT
 *
 * They are hooks of a plan (plan.h), for any field kernel.  A point may lie between cells: its value is the
 * weighted sum of a few cells around it.
 *
 *     nt_points *shot, *line;
 *     nt_hook *fire, *listen;
 *     unsigned mirrors = nt_wave_mirror_faces(wave);
 *     nt_points_spec s = {1, where, NT_INTERPOLATION_SINC, {nx, ny, nz}, mirrors};
 *     nt_points_spec r = {1000, receivers, NT_INTERPOLATION_SINC, {nx, ny, nz}, mirrors};
 *     nt_points_create(&shot, &s, &why);
 *     nt_points_create(&line, &r, &why);
 *     nt_points_force(&fire, shot, wavelet, n_steps, &why);
 *     nt_points_receiver(&listen, line, traces, n_steps, &why);
 *     const nt_hook *hooks[] = {fire, listen};                     for nt_plan_options
 *
 * At each step the hooks work in the order of the array: here the traces hold the field after the source has
 * been added.  No schedule changes a bit of the field or of a trace.
 */
#ifndef NESTUNE_POINTS_H
#define NESTUNE_POINTS_H

#include <stdint.h>

#include "nestune/grid.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How to interpolate between cells.  If a point lies exactly on a cell along an axis, only this cell counts
 * along that axis, with weight 1.
 *   trilinear   2 cells along each axis, one on either side of the point: 8 in all
 *   sinc        8 cells along each axis, 512 in all: weight sinc(d) I0(b sqrt(1 - (d/4)^2)) / I0(b), b = 6.31
 *               at distance d
 * Source of sinc: Hicks, Geophysics 67 (2002) 156: radius 4, and its b for waves of four cells or more.
 */
#define NT_INTERPOLATION_MAP(X) X(TRILINEAR, "trilinear") X(SINC, "sinc")
typedef enum nt_interpolation {
#define X(code, text) NT_INTERPOLATION_##code,
    NT_INTERPOLATION_MAP(X)
#undef X
        NT_N_INTERPOLATIONS
} nt_interpolation;

typedef struct nt_points_spec {
    int64_t n;                   /* points */
    const double (*position)[3]; /* of each point: x, y, z in cells, from 0 to the last cell */
    nt_interpolation interpolation;
    int64_t cells[3];      /* of the grid, in x, y, z */
    unsigned mirror_faces; /* faces that mirror the field, as bits 1u << nt_face: nt_wave_mirror_faces() */
} nt_points_spec;

typedef struct nt_points nt_points;
typedef struct nt_hook nt_hook;

/*
 * nt_points_create() - finds the cells and weights of n points.
 *
 * Shape:   weights may fall outside the grid.  Beyond a mirror face such a weight goes, with the opposite
 *          sign, to the cell whose mirror image is there; a weight on the wall itself is dropped.  Beyond any
 *          other face weights are dropped.
 * Units:   cells.
 * Errors:  NT_EARG (NULL; a position outside the grid or NaN: *why names the point, the value and the range;
 *          interpolation or faces out of range), NT_ESHAPE (no cells), NT_ENOMEM.  On error *points is NULL.
 * Threads: safe.  The spec is not needed afterwards.  Points never change: any number of hooks may use them.
 */
NT_API nt_status nt_points_create(nt_points **points, const nt_points_spec *spec, nt_error *why);

/*
 * nt_points_source() - creates a hook that adds to each cell of a point, after each step: u+ += w s.
 * nt_points_force()  - the same, times the cell's coefficient: u+ += coef[0] w s.
 *
 * w is the weight of the cell; s = samples[point * n_samples + t] is the amplitude of the point at step t.
 * Kernel `wave` has coef[0] = C = (v dt/dx)^2.  With it
 *     a force   f in u_tt = v^2 (laplace(u) + f) has s = dx^2 f; for f = F(t) delta(x), s = F dx / (dy dz);
 *     a source  q in u_tt = v^2 laplace(u) + q has s = dt^2 q.
 * A force and a receiver may change places in any medium: the trace is the same (reciprocity).
 *
 * Shape:   samples[points * n_samples].  t is nt_plan_time(); from n_samples on nothing is added.
 * Units:   those of the field.  w s is rounded once to the grid's type and then added.
 * Order:   points that share a cell are added to it one after the other, in the order of the lowest cell that
 *          each touches (by z, then y, then x), and those with the same lowest cell by their number.
 * Errors:  NT_EARG (NULL, but samples may be NULL if n_samples is 0; n_samples below 0), NT_ENOMEM; then *hook
 *          is NULL.  nt_plan_create() returns NT_ESHAPE for grids with other numbers of cells,
 *          NT_EARG for a force in a kernel without coefficients, and NT_ENOMEM.
 * Threads: safe.  Points and samples must outlive the hook, and the hook the plans that use it; several plans
 *          may use one hook at the same time.
 */
NT_API nt_status nt_points_source(nt_hook **hook, const nt_points *points, const double *samples,
                                  int64_t n_samples, nt_error *why);
NT_API nt_status nt_points_force(nt_hook **hook, const nt_points *points, const double *samples,
                                 int64_t n_samples, nt_error *why);

/*
 * nt_points_receiver() - creates a hook that sets traces[point * n_samples + t] to the sum of w u+ over the
 * cells of a point, after step t.
 *
 * Shape:   traces[points * n_samples].  t is nt_plan_time(); from n_samples on nothing is written.
 * Units:   those of the field.  Sums are in double: each row in ascending x, then rows in y, then planes in
 *          z.
 * Errors:  as nt_points_source().
 * Threads: as nt_points_source(), but plans that run at the same time need a receiver and traces each.
 *          A trace is complete when nt_plan_run() returns.
 */
NT_API nt_status nt_points_receiver(nt_hook **hook, const nt_points *points, double *traces,
                                    int64_t n_samples, nt_error *why);

/* nt_points_hook_destroy(), nt_points_destroy() - free a hook after its plans, and points after their hooks.
 * NULL is allowed.  Errors: none. */
NT_API void nt_points_hook_destroy(nt_hook *hook);
NT_API void nt_points_destroy(nt_points *points);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_POINTS_H */
