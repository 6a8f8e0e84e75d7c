/*
 * wave.h - the 3-D acoustic wave equation u_tt = v^2 laplace(u): scheme, medium, boundaries, limits
 * SPDX-License-Identifier: MIT
 *
 * Kernel `wave` advances two time levels in place:
 *
 *     u+ = G fma(C, L, 2u - G u-),   L = c0 u + sum over k of c_k (x_k + wy y_k + wz z_k),
 *
 * where x_k is the sum of the two neighbours k cells away in x, and so on; C = (v dt / dx)^2 is a grid; G is
 * 1 except in absorbing layers.  An nt_wave holds everything that is not a grid; it is the plan's `params`.
 *
 *     nt_wave *wave;
 *     nt_wave_create(&wave, 8, (double[3]){10, 10, 10}, &why);
 *     double dt = 0.9 * nt_wave_max_dt(wave, v_max);
 *     nt_wave_absorb(wave, NT_F32, n, faces, 30, v_max * dt, &why);
 *     nt_wave_medium(wave, c, dt, &why);                         turns velocities into C
 *     ... plans ...
 *     nt_wave_destroy(wave);
 *
 * Threads: all functions here are safe, but while one changes a wave or a grid no other thread may use it.
 */
#ifndef NESTUNE_WAVE_H
#define NESTUNE_WAVE_H

#include "nestune/grid.h"
#include "nestune/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NT_WAVE_MAX_RADIUS = 8 };

/*
 * What lies beyond a face of the grid.
 *   mirror      odd ghosts about a wall one cell outside: u = 0 there, the free surface
 *   zero        zeros; at order 2 the same as mirror
 *   absorbing   as zero, behind a layer that damps what enters it: see nt_wave_absorb()
 *
 * Each run sets the halo as its faces demand, whatever it held before (ghosts of a plan with other faces, or
 * values of a wrapped array).  Do not write to the halo of a grid from nt_grid_create() between the runs of a
 * plan: the library may not set it again.
 */
#define NT_BOUNDARY_MAP(X) X(MIRROR, "mirror") X(ZERO, "zero") X(ABSORBING, "absorbing")
typedef enum nt_boundary {
#define X(code, text) NT_BOUNDARY_##code,
    NT_BOUNDARY_MAP(X)
#undef X
        NT_N_BOUNDARIES
} nt_boundary;

typedef struct nt_wave nt_wave;

/*
 * nt_wave_weights() - the weights of the centred second difference of an even order: c_0, c_1, ... c_M,
 * M = order / 2.
 *
 * Shape:   weights[order / 2 + 1].  u'' dx^2 = c_0 u + sum over k of c_k (u_+k + u_-k); they sum to zero.
 * Errors:  NT_EARG: order not even or not in 2 .. 64; weights NULL.  On error the array is unchanged.
 * Source:  c_k = 2 (-1)^(k+1) (M!)^2 / (k^2 (M-k)! (M+k)!), Fornberg, Math. Comp. 51 (1988).
 */
enum { NT_WAVE_MAX_WEIGHTS_ORDER = 64 };
NT_API nt_status nt_wave_weights(int order, double weights[]);

/*
 * nt_wave_create() - creates the standard scheme: exact weights, six mirror faces, no damping.
 *
 * Shape:   order 2, 4, 6, 8, 12 or 16.
 * Units:   spacing dx, dy, dz in any unit of length, which velocities share.
 * Errors:  NT_EARG: another order; a spacing, or a ratio of two, that is not positive and finite; NULL.
 *          NT_ENOMEM.  On error *wave is NULL.
 * Threads: several plans may use one wave at the same time, since plans only read it.
 * Source:  as nt_wave_weights().
 */
NT_API nt_status nt_wave_create(nt_wave **wave, int order, const double spacing[3], nt_error *why);

/*
 * nt_wave_create_printed() - creates the scheme that is printed in the notebook:
 * u+ = 2u - u- + C (8u - sum of the six neighbours).
 *
 * It does not solve the wave equation: the weights do not sum to zero, their sign is wrong, and every mode
 * grows at any time step.  The library keeps it to show this.  Since no dt is stable, nt_wave_medium()
 * refuses it, and the caller sets C.
 *
 * Errors:  NT_EARG: NULL; NT_ENOMEM.  On error *wave is NULL.
 * Source:  docs/wave.md, "What is wrong with the printed equation".
 */
NT_API nt_status nt_wave_create_printed(nt_wave **wave, nt_error *why);

/*
 * nt_wave_set_weights() - replaces the standard weights by your own, in all three axes.
 *
 * Shape:   weights[order / 2 + 1]: c_0 of one axis, c_1, ...
 * Errors:  NT_EARG: NULL; a weight that is not finite; a plan has been made with the wave.  On error *wave is unchanged.
 */
NT_API nt_status nt_wave_set_weights(nt_wave *wave, const double weights[], nt_error *why);

/* nt_wave_order() - twice the radius.  Errors: none; 0 for NULL.
 * nt_wave_mirror_faces() - the faces that mirror, for nt_points_spec: bit 1u << nt_face for each; 0
 * for NULL. */
NT_API int nt_wave_order(const nt_wave *wave);
NT_API unsigned nt_wave_mirror_faces(const nt_wave *wave);

/*
 * nt_wave_max_dt() - the largest stable time step, 2 / (v_max sqrt(S sum 1/dx_i^2)), S = |c_0| + 2 sum |c_k|.
 *
 * It is exact if the signs of the weights alternate, as those of the standard ones do: then the fastest mode
 * has a wavelength of two cells along all axes.  For other weights it is a safe bound.
 * Units:   the unit of spacing over that of v_max.
 * Errors:  0 where no dt is stable (some mode grows whatever the step, v_max is negative or NaN, or wave is
 *          NULL); infinity for v_max 0.
 * Source:  von Neumann's condition, -4 <= C L^ <= 0 with L^ the symbol of the Laplacian.
 */
NT_API double nt_wave_max_dt(const nt_wave *wave, double v_max);

/*
 * nt_wave_dispersion() - the numerical velocity of a plane wave over the true one, for equal spacings and a
 * constant medium.
 *
 * Shape:   any even order from 2 to 64.
 * Units:   courant_fraction: dt over the largest stable dt, in (0, 1].  points_per_wavelength: cells along
 *          the direction of travel, at least 2.  direction: a vector of any length but 0; NULL: along an
 *          axis.
 * Errors:  NaN for arguments out of range.
 * Source:  sin^2(w dt/2) = (lambda^2/4) sum over axes of 4 c_k sin^2(k k_a dx/2), lambda = v dt/dx.
 */
NT_API double nt_wave_dispersion(int order, double courant_fraction, double points_per_wavelength,
                                 const double direction[3]);

/*
 * nt_wave_points_per_wavelength() - how many cells a wavelength needs: with these or more,
 * |v_numerical / v - 1| <= error along an axis, a face's diagonal and the body's diagonal.
 *
 * Shape:   any even order from 2 to 64.
 * Units:   courant_fraction as above; error: relative, in [1e-9, 1).  The result is in cells and at least 2,
 *          since a grid cannot hold shorter waves.
 * Errors:  NaN for arguments out of range.
 * Source:  nt_wave_dispersion().
 */
NT_API double nt_wave_points_per_wavelength(int order, double courant_fraction, double error);

/*
 * nt_wave_medium() - turns velocities into C = (v dt / dx)^2, in place.
 *
 * Shape:   any grid; the halo is unchanged.
 * Units:   dt in the unit of spacing over that of velocity.
 * Errors:  NT_EARG: dt not positive and finite, or above nt_wave_max_dt() of the largest velocity (which
 *          *why names); a velocity that is negative or not finite (*why names the first such cell); a scheme
 *          without a stable dt; NULL.  On error no cell has been touched.
 */
NT_API nt_status nt_wave_medium(const nt_wave *wave, nt_grid *c, double dt, nt_error *why);

/*
 * nt_wave_absorb() - sets the six faces, and puts a damping layer of `cells` cells at each absorbing face.
 *
 * A layer of 30 cells reflects at most 2 % of the amplitude at normal incidence, if the wavelet's peak
 * frequency has 10 cells a wavelength (tests/test_wave_absorb.c measures it at orders 2, 4 and 8).  Thinner
 * layers and longer waves reflect more.
 *
 * Shape:   n: cells in x, y, z of the grids that the plan will use, of this dtype.  New layers replace old
 *          ones.
 * Units:   v_dt: velocity times dt, which is how far a wave travels in one step, in the unit of spacing.
 *          Give the largest velocity at the absorbing faces; slower waves are damped more.
 * Errors:  NT_EARG (face, dtype or v_dt out of range; NULL; a plan has been made with the wave, so that
 *          its faces are fixed), NT_ESHAPE (cells below 1, or more than fit: two layers of one axis may not overlap; *why
 *          names the most; n beyond the address space), NT_ENOMEM.  On error *wave is unchanged.
 * Source:  damping factors after Cerjan et al., Geophysics 50 (1985); how they were fitted:
 *          kernels/wave/absorb.c.
 */
NT_API nt_status nt_wave_absorb(nt_wave *wave, nt_dtype dtype, const int64_t n[3],
                                const nt_boundary face[NT_N_FACES], int cells, double v_dt, nt_error *why);

/*
 * nt_wave_damp() - replaces the layers' damping factors by your own: G = gx gy gz.
 *
 * Shape:   factor[axis]: n[axis] factors of this dtype, which the function copies; NULL: all are 1.
 * Errors:  as nt_wave_absorb().
 */
NT_API nt_status nt_wave_damp(nt_wave *wave, nt_dtype dtype, const int64_t n[3], const void *const factor[3],
                              nt_error *why);

/* nt_wave_destroy() - frees a wave.  Destroy the plans that use it first.  NULL is allowed. */
NT_API void nt_wave_destroy(nt_wave *wave);

/*
 * nt_wave_ricker() - writes a Ricker wavelet: samples[i] = (1 - 2a) exp(-a), a = (pi f (i dt - delay))^2,
 * with f = peak_frequency.  Its peak is 1, at t = delay.
 *
 * Shape:   samples[n]; nothing is written for n <= 0 or samples NULL.
 * Units:   dt and delay in one unit of time, peak_frequency in cycles of this unit.  With a delay of 1.5 / f
 *          or more the wavelet starts below 1e-8.
 * Errors:  none.
 * Source:  Ricker, Geophysics 18 (1953).
 */
NT_API void nt_wave_ricker(double peak_frequency, double delay, double dt, int64_t n, double *samples);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_WAVE_H */
