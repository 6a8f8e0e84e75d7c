/*
 * medium.c - turns velocities into the coefficients of the wave kernel, and computes the source wavelet
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "view.h"
#include "wave/wave_internal.h"
#include "why.h"

static double get(nt_dtype dtype, const void *cell)
{
    return dtype == NT_F64 ? *(const double *)cell : (double)*(const float *)cell;
}

/* The largest velocity, 0 without cells.  An error at the first value that is not a velocity. */
static nt_status check_velocities(const nt_grid *c, double *largest, nt_error *why)
{
    *largest = 0;
    if (nt_is_empty(c))
        return NT_OK;
    for (int64_t z = 0; z < c->nz; z++)
        for (int64_t y = 0; y < c->ny; y++)
            for (int64_t x = 0; x < c->nx; x++) {
                const double v = get(c->dtype, nt_cell_at(c, x, y, z));
                if (!(v >= 0 && isfinite(v)))
                    return nt_refuse(
                        NT_EARG, why,
                        "velocity %g in cell (%lld, %lld, %lld): allowed are finite values from 0 on", v,
                        (long long)x, (long long)y, (long long)z);
                *largest = v > *largest ? v : *largest;
            }
    return NT_OK;
}

nt_status nt_wave_medium(const nt_wave *wave, nt_grid *c, double dt, nt_error *why)
{
    if (!wave || !c)
        return nt_refuse(NT_EARG, why, "the %s is NULL", wave ? "grid" : "wave");
    if ((unsigned)c->dtype >= NT_N_DTYPES)
        return nt_refuse(NT_EARG, why, "grid of unknown type %d", (int)c->dtype);
    if (!(dt > 0 && isfinite(dt)))
        return nt_refuse(NT_EARG, why, "dt %g: allowed are positive, finite values", dt);
    nt_grid_make_rows(c);
    double fastest;
    const nt_status status = check_velocities(c, &fastest, why);
    if (status != NT_OK)
        return status;
    const double most = nt_wave_max_dt(wave, fastest);
    if (most == 0)
        return nt_refuse(NT_EARG, why, "dt %.17g: no dt is stable with these weights", dt);
    if (dt > most)
        return nt_refuse(NT_EARG, why,
                         "dt %.17g is unstable at velocity %.9g: the largest stable one is %.17g", dt,
                         fastest, most);
    if (nt_is_empty(c))
        return NT_OK;
    for (int64_t z = 0; z < c->nz; z++)
        for (int64_t y = 0; y < c->ny; y++)
            for (int64_t x = 0; x < c->nx; x++) {
                void *cell = nt_cell_at(c, x, y, z);
                const double courant = get(c->dtype, cell) * dt / wave->spacing[0];
                if (c->dtype == NT_F64)
                    *(double *)cell = courant * courant;
                else
                    *(float *)cell = (float)(courant * courant);
            }
    return NT_OK;
}

/* Minus the second derivative of a Gaussian: Ricker, Geophysics 18 (1953) 10. */
void nt_wave_ricker(double peak_frequency, double delay, double dt, int64_t n, double *samples)
{
    for (int64_t i = 0; samples && i < n; i++) {
        const double b = M_PI * peak_frequency * ((double)i * dt - delay), a = b * b;
        samples[i] = (1 - 2 * a) * exp(-a);
    }
}
