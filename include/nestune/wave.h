/*
 * wave.h - the 3-D acoustic wave equation u_tt = v^2 laplace(u): scheme, medium, boundaries, limits
 * SPDX-License-Identifier: MIT
 *
 * Kernel `wave` advances two time levels in place:
 *
 *     u+ = G fma(C, L, 2u - G u-),   L = c0 u + sum over k of c_k (x_k + wy y_k + wz z_k),
 *
 * where x_k is the sum of the two neighbours k cells away in x, and so on; C = (v dt / dx)^2 is a grid;
 * G is 1 but in absorbing layers.  An nt_wave holds all that is not a grid: it is `params` of the plan.
 *
 *     nt_wave wave;
 *     nt_wave_init(&wave, 8, (double[3]){10, 10, 10}, &why);
 *     double dt = 0.9 * nt_wave_max_dt(&wave, v_max);
 *     nt_wave_absorb(&wave, NT_F32, n, faces, 30, v_max * dt, &why);
 *     nt_wave_medium(&wave, &c, dt, &why);                       turns velocities into C
 *     ... plans ...
 *     nt_wave_free(&wave);
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
 *   zero        the halo holds zeros; at order 2 the same as mirror
 *   absorbing   as zero, behind a layer that damps what enters it: see nt_wave_absorb()
 */
#define NT_BOUNDARY_MAP(X) X(MIRROR, "mirror") X(ZERO, "zero") X(ABSORBING, "absorbing")
typedef enum nt_boundary {
#define X(code, text) NT_##code,
    NT_BOUNDARY_MAP(X)
#undef X
        NT_N_BOUNDARIES
} nt_boundary;

typedef enum nt_face { NT_X_LOW, NT_X_HIGH, NT_Y_LOW, NT_Y_HIGH, NT_Z_LOW, NT_Z_HIGH, NT_N_FACES } nt_face;

/* Treat the fields as read-only, but for weights and factors of one's own. */
typedef struct nt_wave {
    int order;                         /* 2, 4, 6, 8, 12 or 16: twice the radius */
    double c0;                         /* of the cell itself, all three axes */
    double weight[NT_WAVE_MAX_RADIUS]; /* c_1, c_2, ... of the neighbours */
    double wy, wz;                     /* (dx/dy)^2, (dx/dz)^2 */
    double spacing[3];                 /* dx, dy, dz in the caller's unit of length */
    nt_boundary face[NT_N_FACES];
    const void *damping[3]; /* G is their product: nx, ny, nz factors of the grids' type; NULL: 1 */
    int64_t damped_n[3];    /* how many; a plan on other grids is refused.  0: the caller's own memory */
    nt_dtype damped_dtype;
} nt_wave;

/*
 * nt_wave_weights() - the centred second difference of an even order: c_0, c_1, ... c_M, M = order / 2.
 *
 * Shape:   weights[order / 2 + 1].  u'' dx^2 = c_0 u + sum over k of c_k (u_+k + u_-k); they sum to zero.
 * Errors:  NT_EARG: order not even or not in 2 .. 64; weights are left alone.
 * Threads: safe.
 * Source:  c_k = 2 (-1)^(k+1) (M!)^2 / (k^2 (M-k)! (M+k)!), Fornberg, Math. Comp. 51 (1988).
 */
enum { NT_WAVE_MAX_WEIGHTS_ORDER = 64 };
NT_API nt_status nt_wave_weights(int order, double weights[]);

/*
 * nt_wave_init() - the standard scheme: exact weights, six mirror faces, no damping.
 *
 * Shape:   order 2, 4, 6, 8, 12 or 16.
 * Units:   spacing dx, dy, dz in any unit of length, which velocities share.
 * Errors:  NT_EARG: another order; a spacing, or a ratio of two, that is not positive and finite.
 *          On error *wave is all zero.
 * Source:  as nt_wave_weights().
 */
NT_API nt_status nt_wave_init(nt_wave *wave, int order, const double spacing[3], nt_error *why);

/*
 * nt_wave_printed() - u+ = 2u - u- + C (8u - sum of the six neighbours), as it is printed in the notebook.
 *
 * It is not the wave equation: the weights do not sum to zero, their sign is wrong, and every mode grows at
 * any time step.  Kept runnable to show this; its C is the caller's to fill, since no dt is stable.
 *
 * Errors:  none; NULL is ignored.
 * Source:  docs/wave.md, "What is wrong with the printed equation".
 */
NT_API void nt_wave_printed(nt_wave *wave);

/*
 * nt_wave_max_dt() - the largest stable time step, 2 / (v_max sqrt(S sum 1/dx_i^2)), S = |c_0| + 2 sum |c_k|.
 *
 * Exact where the signs of the weights alternate, as the standard ones do: the fastest mode is the one of
 * two cells a wavelength in all axes.  Else it is a safe bound.
 * Units:   of spacing / of v_max.
 * Errors:  0 where no dt is stable (some mode grows whatever the step, v_max is negative or NaN, or wave is
 *          NULL); infinity for v_max 0.
 * Source:  von Neumann's condition, -4 <= C L^ <= 0 with L^ the symbol of the Laplacian.
 */
NT_API double nt_wave_max_dt(const nt_wave *wave, double v_max);

/*
 * nt_wave_dispersion() - numerical over true velocity of a plane wave, equal spacings, constant medium.
 *
 * Shape:   any even order from 2 to 64.
 * Units:   courant_fraction: dt over the largest stable one, in (0, 1].  points_per_wavelength: cells, along
 *          the direction of travel, at least 2.  direction: any length but 0; NULL: along an axis.
 * Errors:  NaN for arguments out of range.
 * Source:  sin^2(w dt/2) = (lambda^2/4) sum over axes of 4 c_k sin^2(k k_a dx/2), lambda = v dt/dx.
 */
NT_API double nt_wave_dispersion(int order, double courant_fraction, double points_per_wavelength,
                                 const double direction[3]);

/*
 * nt_wave_points_per_wavelength() - the fewest cells a wavelength from which on |v_numerical / v - 1| <=
 * error, along an axis, a face's diagonal and the body's diagonal alike.
 *
 * Shape:   any even order from 2 to 64.
 * Units:   courant_fraction as above; error: relative, in [1e-9, 1).  The result is in cells, at least 2: a grid holds
 *          nothing shorter.
 * Errors:  NaN for arguments out of range.
 * Source:  nt_wave_dispersion().
 */
NT_API double nt_wave_points_per_wavelength(int order, double courant_fraction, double error);

/*
 * nt_wave_medium() - turns velocities into C = (v dt / dx)^2, in place.
 *
 * Shape:   any grid; the halo is left alone.
 * Units:   dt in units of spacing / of velocity.
 * Errors:  NT_EARG: dt not positive and finite, or beyond nt_wave_max_dt() of the largest velocity (which
 *          *why names); a velocity that is negative or not finite (*why names the first such cell); a scheme of
 *          which no dt is stable; NULL.  On error no cell has been touched.
 */
NT_API nt_status nt_wave_medium(const nt_wave *wave, nt_grid *c, double dt, nt_error *why);

/*
 * nt_wave_absorb() - sets the faces, and damps the `cells` cells next to each absorbing one.
 *
 * Reflects at most 2 % of the amplitude at normal incidence from 30 cells, at 10 cells a wavelength at the
 * wavelet's peak (tests/test_wave_absorb.c measures it at orders 2, 4 and 8); thinner layers and longer waves
 * reflect more.
 *
 * Shape:   n: cells in x, y, z of the grids that the plan will use, of this dtype.
 * Units:   v_dt: velocity times dt, in the unit of spacing: how far a wave goes in one step.  Give the
 *          largest velocity at the absorbing faces; slower waves are damped more.
 * Errors:  NT_EARG (face, dtype or v_dt out of range, NULL), NT_ESHAPE (cells below 1, or more than fit: two layers
 *          of one axis may not overlap; *why names the most), NT_ENOMEM.  On error *wave is unchanged.
 *          A wave that has layers already loses them; nt_wave_free() gives the last ones back.
 * Source:  damping factors after Cerjan et al., Geophysics 50 (1985); how they were fitted: kernels/wave/absorb.c.
 */
NT_API nt_status nt_wave_absorb(nt_wave *wave, nt_dtype dtype, const int64_t n[3],
                                const nt_boundary face[NT_N_FACES], int cells, double v_dt, nt_error *why);

/*
 * nt_wave_free() - gives back what nt_wave_absorb() allocated; the absorbing faces become zero ones.
 *
 * Factors of the caller's own (damped_n 0) are let go and not freed.  NULL is allowed.
 */
NT_API void nt_wave_free(nt_wave *wave);

/*
 * nt_wave_ricker() - samples[i] = (1 - 2a) exp(-a), a = (pi f (i dt - delay))^2: 1 at its peak, at t = delay.
 *
 * Shape:   samples[n]; nothing is written for n <= 0.
 * Units:   dt and delay in one unit of time, peak_frequency in cycles of it.  With a delay of 1.5 / f or more
 *          it starts below 1e-8.
 * Source:  Ricker, Geophysics 18 (1953).
 */
NT_API void nt_wave_ricker(double peak_frequency, double delay, double dt, int64_t n, double *samples);

#ifdef __cplusplus
}
#endif
#endif /* NESTUNE_WAVE_H */
