/*
 * points.h - sources and receivers: values added to, or read from, any places of a field at every step
 * SPDX-License-Identifier: MIT
 *
 * Hooks of a plan (plan.h), for any kernel.  Places need not be cells: a place is a few cells with weights.
 *
 *     nt_points *shot, *line;
 *     nt_hook *fire, *listen;
 *     unsigned mirrors = nt_wave_mirror_faces(wave);
 *     nt_points_create(&shot, &(nt_points_spec){1, where, NT_INTERPOLATION_SINC, {nx, ny, nz}, mirrors}, &why);
 *     nt_points_create(&line, &(nt_points_spec){1000, receivers, NT_INTERPOLATION_SINC, {nx, ny, nz}, mirrors}, &why);
 *     nt_points_force(&fire, shot, wavelet, n_steps, &why);
 *     nt_points_receiver(&listen, line, traces, n_steps, &why);
 *     const nt_hook *hooks[] = {fire, listen};                     for nt_plan_options
 *
 * Hooks work in their order at each step: here the traces hold the field after the source has been added.
 * No schedule changes a bit of the field or of a trace.
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
 * What lies between the cells.  A place that is exactly a cell in an axis takes that cell alone in it, with
 * weight 1.
 *   trilinear   the two cells on either side in each axis: 8 in all
 *   sinc        eight in each axis, 512 in all: sinc(d) I0(b sqrt(1 - (d/4)^2)) / I0(b), b = 6.31
 * Source of sinc: Hicks, Geophysics 67 (2002) 156: radius 4 and the b for waves of four cells or more.
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
    const double (*position)[3]; /* of each: x, y, z in cells, from 0 to the last cell */
    nt_interpolation interpolation;
    int64_t cells[3];      /* of the grid, in x, y, z */
    unsigned mirror_faces; /* at which weights are folded: bit 1u << nt_face; see nt_wave_mirror_faces() */
} nt_points_spec;

typedef struct nt_points nt_points;
typedef struct nt_hook nt_hook;

/*
 * nt_points_create() - finds the cells and weights of n points.
 *
 * Shape:   a weight that falls outside the grid goes, with its sign turned, to the cell that a mirror face
 *          shows there; none to the wall itself; beyond other faces it is dropped.
 * Units:   cells.
 * Errors:  NT_EARG (a position outside the grid or NaN: *why names the point, the value and the range;
 *          interpolation or faces out of range), NT_ESHAPE (no cells), NT_ENOMEM.  On error *points is NULL.
 * Threads: safe.  The spec is not needed afterwards.  Points never change: any number of hooks may use them.
 */
NT_API nt_status nt_points_create(nt_points **points, const nt_points_spec *spec, nt_error *why);

/*
 * nt_points_source() - adds to each cell of a point after the step: u+ += w s.
 * nt_points_force()  - the same times the cell's coefficient: u+ += coef[0] w s.
 *
 * w is the weight of the cell, s = samples[point * n_samples + t] the amplitude of the point at step t.
 * With kernel `wave`, whose coef[0] is C = (v dt/dx)^2, a force is what stands beside the Laplacian,
 * u_tt = v^2 (laplace(u) + f) with s = dx^2 f; for f = F(t) delta(x) it is s = F dx / (dy dz).  Then source
 * and receiver may change places, in any medium.  A source of u_tt = v^2 laplace(u) + q has s = dt^2 q.
 *
 * Shape:   samples[points * n_samples].  t is nt_plan_time(); from n_samples on nothing is added.
 * Units:   of the field; w s is rounded to the grid's type once, then added.
 * Order:   points are added to a cell one after the other, in the order of the lowest cell they touch
 *          (z, then y, then x); those that touch the same, by their number.
 * Errors:  NT_EARG (NULL, n_samples below 0), NT_ENOMEM; then *hook is NULL.  nt_plan_create() refuses grids of other
 *          cells (NT_ESHAPE), and a force in a kernel without coefficients (NT_EARG).
 * Threads: safe.  Points and samples must outlive the hook, and the hook the plans that use it; several plans may
 *          use one hook at once.
 */
NT_API nt_status nt_points_source(nt_hook **hook, const nt_points *points, const double *samples,
                                  int64_t n_samples, nt_error *why);
NT_API nt_status nt_points_force(nt_hook **hook, const nt_points *points, const double *samples,
                                 int64_t n_samples, nt_error *why);

/*
 * nt_points_receiver() - traces[point * n_samples + t] = sum of w u+ over the cells, after step t.
 *
 * Shape:   traces[points * n_samples].  t is nt_plan_time(); from n_samples on nothing is written.
 * Units:   of the field; summed in double, each row in ascending x, then rows in y, then planes in z.
 * Errors:  as nt_points_source(); nt_plan_create() refuses other grids (NT_ESHAPE), and NT_ENOMEM.
 * Threads: as nt_points_source(), but of several plans that run at once each needs a receiver with traces of its own.
 *          A trace is complete when nt_plan_run() returns.
 */
NT_API nt_status nt_points_receiver(nt_hook **hook, const nt_points *points, double *traces,
                                    int64_t n_samples, nt_error *why);

/* nt_points_hook_destroy(), nt_points_destroy() - after what uses them.  NULL is allowed. */
NT_API void nt_points_hook_destroy(nt_hook *hook);
NT_API void nt_points_destroy(nt_points *points);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_POINTS_H */
