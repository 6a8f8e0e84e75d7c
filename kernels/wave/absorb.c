/*
 * absorb.c - layers at the faces that damp waves
 * SPDX-License-Identifier: MIT
 *
 * A layer multiplies both levels of a step by g: u+ = g (C L + 2u - g u-).  With constant g this is the bare
 * scheme for u / g^n: a wave of any length and direction keeps its velocity and is multiplied by g in each
 * step.  So a layer reflects only where g changes, and at its end.  Cerjan et al., Geophysics 50 (1985) 705,
 * multiply in the same way; our profile is another one:
 *
 *     g = exp(-r (p + 1) (B / N) ((d - 1/2) / N)^p),   d = 1 .. N from the inside, r = v dt / dx,
 *
 * It damps a wave that crosses N cells, in N / r steps, by exp(-B), and there and back by exp(-2B).  Because
 * of r in it, the loss on a way does not depend on dt.
 *
 * p and B come from a scan of p = 1, 1.5, .. 4 and B = 1, 1.25, .. 4 for a pulse of Ricker's shape, 10 cells
 * a wavelength, at normal incidence.  It counts the worst of orders 2, 4, 8 and r = 0.25, 0.45.  The
 * reflected amplitude at the best B:
 *
 *     N    10 at B 1.5    20 at 2.25   30 at 2.75   40 at 3.25
 *     p=1      3.79 %        1.31 %       0.67 %       0.42 %
 *     p=2      3.78 %        0.79 %       0.31 %       0.15 %
 *     p=3      5.62 %        1.26 %       0.46 %       0.30 %
 *
 * With a larger B the layer is too steep, with a smaller one its end reflects.  B = 1.5 ln(1 + N/6) is close
 * to the best.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wave/wave_internal.h"
#include "why.h"

static const double power = 2;
static const int64_t most_factors = PTRDIFF_MAX / 16; /* so many fit into the address space */

static double loss(int cells)
{
    return 1.5 * log1p(cells / 6.0);
}

/* The factor at depth d of 1 .. cells, for waves that advance by r cells a step. */
static double factor(int64_t d, int cells, double r)
{
    return exp(-r * (power + 1) * loss(cells) / cells * pow(((double)d - 0.5) / cells, power));
}

/* Sets n factors: 1 outside the layers. */
static void *profile(nt_dtype dtype, int64_t n, bool low, bool high, int cells, double r)
{
    const size_t bytes = ((size_t)n * nt_dtype_bytes(dtype) + 63) / 64 * 64;
    void *g = aligned_alloc(64, bytes);
    for (int64_t i = 0; g && i < n; i++) {
        const int64_t from_low = cells - i, from_high = cells - (n - 1 - i); /* depths, if above 0 */
        const int64_t d = low && from_low > 0 ? from_low : high ? from_high : 0;
        const double value = d > 0 ? factor(d, cells, r) : 1;
        if (dtype == NT_F64)
            ((double *)g)[i] = value;
        else
            ((float *)g)[i] = (float)value;
    }
    return g;
}

static nt_status check(const nt_wave *wave, nt_dtype dtype, const int64_t n[3],
                       const nt_boundary face[NT_N_FACES], int cells, double v_dt, nt_error *why)
{
    if (nt_wave_may_change(wave, why) != NT_OK)
        return NT_EARG;
    if (!n || !face)
        return nt_refuse(NT_EARG, why, "the %s are NULL", !n ? "cells" : "faces");
    if ((unsigned)dtype >= NT_N_DTYPES)
        return nt_refuse(NT_EARG, why, "unknown type %d", (int)dtype);
    if (!(v_dt > 0 && isfinite(v_dt)))
        return nt_refuse(NT_EARG, why, "v dt %g: allowed are positive, finite values", v_dt);
    for (int f = 0; f < NT_N_FACES; f++)
        if ((unsigned)face[f] >= NT_N_BOUNDARIES)
            return nt_refuse(NT_EARG, why, "boundary %d of face %d: allowed are 0 to %d", (int)face[f], f,
                             NT_N_BOUNDARIES - 1);
    for (int a = 0; a < 3; a++) {
        if (n[a] > most_factors)
            return nt_refuse(NT_ESHAPE, why, "%lld cells in %c: beyond the address space", (long long)n[a],
                             'x' + a);
        const int layers =
            (face[2 * a] == NT_BOUNDARY_ABSORBING) + (face[2 * a + 1] == NT_BOUNDARY_ABSORBING);
        if (layers > 0 && (cells < 1 || cells > n[a] / layers))
            return nt_refuse(NT_ESHAPE, why,
                             "layers of %d cells at %s of %lld cells in %c: allowed are 1 to %lld", cells,
                             layers == 2 ? "both faces" : "one face", (long long)n[a], 'x' + a,
                             (long long)(n[a] / layers));
    }
    return NT_OK;
}

static void free_all(void *g[3])
{
    for (int a = 0; a < 3; a++)
        free(g[a]);
}

static nt_status no_memory(int64_t n, int axis, nt_error *why)
{
    return nt_refuse(NT_ENOMEM, why, "no memory for the %lld factors in %c", (long long)n, 'x' + axis);
}

static void take(nt_wave *wave, nt_dtype dtype, const int64_t n[3], void *const g[3])
{
    nt_wave_let_go(wave);
    for (int a = 0; a < 3; a++) {
        wave->damping[a] = g[a];
        wave->damped_n[a] = g[a] ? n[a] : 0;
    }
    wave->damped_dtype = dtype;
}

nt_status nt_wave_absorb(nt_wave *wave, nt_dtype dtype, const int64_t n[3],
                         const nt_boundary face[NT_N_FACES], int cells, double v_dt, nt_error *why)
{
    const nt_status status = check(wave, dtype, n, face, cells, v_dt, why);
    if (status != NT_OK)
        return status;
    void *g[3] = {0};
    for (int a = 0; a < 3; a++) {
        const bool low = face[2 * a] == NT_BOUNDARY_ABSORBING,
                   high = face[2 * a + 1] == NT_BOUNDARY_ABSORBING;
        if (!low && !high)
            continue;
        g[a] = profile(dtype, n[a], low, high, cells, v_dt / wave->spacing[a]);
        if (!g[a])
            return free_all(g), no_memory(n[a], a, why);
    }
    take(wave, dtype, n, g);
    memcpy(wave->face, face, sizeof wave->face);
    return NT_OK;
}

/* A copy of the caller's factors. */
static void *copied(const void *factor, nt_dtype dtype, int64_t n)
{
    void *g = aligned_alloc(64, ((size_t)n * nt_dtype_bytes(dtype) + 63) / 64 * 64);
    return g ? memcpy(g, factor, (size_t)n * nt_dtype_bytes(dtype)) : NULL;
}

nt_status nt_wave_damp(nt_wave *wave, nt_dtype dtype, const int64_t n[3], const void *const factor[3],
                       nt_error *why)
{
    if (nt_wave_may_change(wave, why) != NT_OK)
        return NT_EARG;
    if (!n || !factor)
        return nt_refuse(NT_EARG, why, "the %s are NULL", !n ? "cells" : "factors");
    if ((unsigned)dtype >= NT_N_DTYPES)
        return nt_refuse(NT_EARG, why, "unknown type %d", (int)dtype);
    void *g[3] = {0};
    for (int a = 0; a < 3; a++) {
        if (!factor[a])
            continue;
        if (n[a] < 1 || n[a] > most_factors)
            return free_all(g), nt_refuse(NT_ESHAPE, why, "%lld factors in %c: allowed are 1 to %lld",
                                          (long long)n[a], 'x' + a, (long long)most_factors);
        g[a] = copied(factor[a], dtype, n[a]);
        if (!g[a])
            return free_all(g), no_memory(n[a], a, why);
    }
    take(wave, dtype, n, g);
    return NT_OK;
}

void nt_wave_let_go(nt_wave *wave)
{
    for (int a = 0; a < 3; a++) {
        free(wave->damping[a]);
        wave->damping[a] = NULL;
        wave->damped_n[a] = 0;
    }
    for (int f = 0; f < NT_N_FACES; f++)
        if (wave->face[f] == NT_BOUNDARY_ABSORBING)
            wave->face[f] = NT_BOUNDARY_ZERO;
}
