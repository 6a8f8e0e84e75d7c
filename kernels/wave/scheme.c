/*
 * scheme.c - the weights of the wave equation's scheme, its stability limit and its numerical dispersion
 * SPDX-License-Identifier: MIT
 *
 * A plane wave exp(i (k x - w t)) turns the scheme into
 *
 *     sin^2(w dt / 2) = (C / 4) Q(k),   Q = - (c0 + sum over k of 2 c_k (cos k a + wy cos k b + wz cos k c)),
 *
 * with a, b, c the phases from cell to cell.  The scheme is stable if 0 <= C Q <= 4 for all phases.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wave/wave_internal.h"
#include "why.h"

/* long double, so that the rounded weights are those of the exact fractions. */
static bool exact_weights(int order, long double c[])
{
    if (order < 2 || order > NT_WAVE_MAX_WEIGHTS_ORDER || order % 2 != 0)
        return false;
    const int m = order / 2;
    long double ratio = 1, sum = 0; /* (M!)^2 / ((M-k)! (M+k)!), factor by factor: each is below 1 */
    for (int k = 1; k <= m; k++) {
        ratio *= (long double)(m - k + 1) / (m + k);
        c[k] = (k % 2 != 0 ? 2 : -2) * ratio / ((long double)k * k);
    }
    for (int k = m; k > 0; k--)
        sum += c[k];
    c[0] = -2 * sum;
    return true;
}

nt_status nt_wave_weights(int order, double weights[])
{
    long double c[NT_WAVE_MAX_WEIGHTS_ORDER / 2 + 1];
    if (!weights || !exact_weights(order, c))
        return NT_EARG;
    for (int k = 0; k <= order / 2; k++)
        weights[k] = (double)c[k];
    return NT_OK;
}

static bool positive(double a)
{
    return a > 0 && isfinite(a);
}

/* dx, dy, dz, and (dx/dx)^2, (dx/dy)^2, (dx/dz)^2. */
static nt_status check_spacing(const double spacing[3], double across[3], nt_error *why)
{
    if (!spacing)
        return nt_refuse(NT_EARG, why, "the spacings are NULL");
    for (int a = 0; a < 3; a++) {
        if (!positive(spacing[a]))
            return nt_refuse(NT_EARG, why, "spacing %g in %c: allowed are positive, finite values",
                             spacing[a], 'x' + a);
        const double ratio = spacing[0] / spacing[a];
        across[a] = ratio * ratio;
        if (!positive(across[a]))
            return nt_refuse(NT_EARG, why,
                             "spacings %g in x and %g in %c: the square of their ratio must be "
                             "positive and finite",
                             spacing[0], spacing[a], 'x' + a);
    }
    return NT_OK;
}

static void set_weights(nt_wave *wave, const double c[])
{
    wave->c0 = c[0] * (1 + wave->wy + wave->wz);
    memcpy(wave->weight, c + 1, (size_t)(wave->order / 2) * sizeof *c);
}

static nt_status allocate(nt_wave **wave, nt_error *why)
{
    *wave = calloc(1, sizeof **wave);
    if (*wave)
        (*wave)->used = calloc(1, sizeof *(*wave)->used);
    if (*wave && (*wave)->used)
        return NT_OK;
    free(*wave);
    *wave = NULL;
    return nt_refuse(NT_ENOMEM, why, "no memory for a wave");
}

nt_status nt_wave_create(nt_wave **wave, int order, const double spacing[3], nt_error *why)
{
    static const int orders[] = {2, 4, 6, 8, 12, 16}; /* those that kernel `wave` is built for */
    if (!wave)
        return nt_refuse(NT_EARG, why, "the wave to create is NULL");
    *wave = NULL;
    bool known = false;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        known |= orders[i] == order;
    if (!known)
        return nt_refuse(NT_EARG, why, "order %d: allowed are 2, 4, 6, 8, 12 and 16", order);
    double across[3], c[NT_WAVE_MAX_RADIUS + 1];
    nt_status status = check_spacing(spacing, across, why);
    if (status == NT_OK)
        status = allocate(wave, why);
    if (status != NT_OK)
        return status;
    (*wave)->order = order;
    (*wave)->wy = across[1];
    (*wave)->wz = across[2];
    memcpy((*wave)->spacing, spacing, sizeof(*wave)->spacing);
    nt_wave_weights(order, c);
    set_weights(*wave, c);
    return NT_OK;
}

nt_status nt_wave_create_printed(nt_wave **wave, nt_error *why)
{
    const nt_status status = nt_wave_create(wave, 2, (const double[3]){1, 1, 1}, why);
    if (status == NT_OK) {
        (*wave)->c0 = 8;
        (*wave)->weight[0] = -1;
    }
    return status;
}

nt_status nt_wave_may_change(const nt_wave *wave, nt_error *why)
{
    if (!wave)
        return nt_refuse(NT_EARG, why, "the wave is NULL");
    if (wave->used && atomic_load(wave->used))
        return nt_refuse(NT_EARG, why, "a plan has been made with this wave: create another one");
    return NT_OK;
}

nt_status nt_wave_set_weights(nt_wave *wave, const double weights[], nt_error *why)
{
    const nt_status status = nt_wave_may_change(wave, why);
    if (status != NT_OK)
        return status;
    if (!weights)
        return nt_refuse(NT_EARG, why, "the weights are NULL");
    for (int k = 0; k <= wave->order / 2; k++)
        if (!isfinite(weights[k]))
            return nt_refuse(NT_EARG, why, "weight %d is %g: allowed are finite values", k, weights[k]);
    set_weights(wave, weights);
    return NT_OK;
}

int nt_wave_order(const nt_wave *wave)
{
    return wave ? wave->order : 0;
}

unsigned nt_wave_mirror_faces(const nt_wave *wave)
{
    unsigned faces = 0;
    for (int f = 0; wave && f < NT_N_FACES; f++)
        faces |= wave->face[f] == NT_BOUNDARY_MIRROR ? 1u << f : 0;
    return faces;
}

void nt_wave_destroy(nt_wave *wave)
{
    if (wave) {
        nt_wave_let_go(wave);
        free(wave->used);
    }
    free(wave);
}

double nt_wave_max_dt(const nt_wave *wave, double v_max)
{
    if (!wave || !(v_max >= 0))
        return 0;
    const double axes = 1 + wave->wy + wave->wz; /* dx^2 sum of 1 / dx_i^2 */
    double all = 0, even = 0;
    for (int k = wave->order / 2; k > 0; k--) {
        all += fabs(wave->weight[k - 1]);
        even += wave->weight[k - 1];
    }
    const double s = fabs(wave->c0) / axes + 2 * all;
    /* A constant field must not grow: c0 + 2 sum c_k must be negative, or 0 apart from rounding. */
    if (wave->c0 / axes + 2 * even > 1e-12 * s)
        return 0;
    return 2 * wave->spacing[0] / (v_max * sqrt(s * axes));
}

/* ---- Dispersion ------------------------------------------------------------------------------------- */

typedef struct dispersion {
    long double c[NT_WAVE_MAX_WEIGHTS_ORDER / 2 + 1];
    int radius;
    double courant; /* v dt / dx */
} dispersion;

static bool dispersion_of(int order, double fraction, dispersion *d)
{
    if (!(fraction > 0 && fraction <= 1) || !exact_weights(order, d->c))
        return false;
    d->radius = order / 2;
    long double s = -d->c[0];
    for (int k = 1; k <= d->radius; k++)
        s += 2 * fabsl(d->c[k]);
    d->courant = fraction * 2 / sqrt(3 * (double)s);
    return true;
}

/* v_numerical / v of a wave along a unit vector, whose phase changes by `phase` for each cell of travel. */
static double velocity_ratio(const dispersion *d, double phase, const double unit[3])
{
    double q = 0; /* by 1 - cos a = 2 sin^2(a/2) and c0 = -2 sum c_k: nothing cancels in long waves */
    for (int a = 0; a < 3; a++)
        for (int k = d->radius; k > 0; k--) {
            const double half = sin(k * phase * unit[a] / 2);
            q += 4 * (double)d->c[k] * half * half;
        }
    const double sine = d->courant / 2 * sqrt(q);
    return 2 * asin(sine < 1 ? sine : 1) / (d->courant * phase);
}

double nt_wave_dispersion(int order, double courant_fraction, double points_per_wavelength,
                          const double direction[3])
{
    dispersion d;
    if (!dispersion_of(order, courant_fraction, &d) || !(points_per_wavelength >= 2) ||
        !isfinite(points_per_wavelength))
        return NAN;
    double unit[3] = {1, 0, 0};
    if (direction) {
        const double length = hypot(hypot(direction[0], direction[1]), direction[2]);
        if (!positive(length))
            return NAN;
        for (int a = 0; a < 3; a++)
            unit[a] = direction[a] / length;
    }
    return velocity_ratio(&d, 2 * M_PI / points_per_wavelength, unit);
}

static double worst_error(const dispersion *d, double phase)
{
    static const double unit[][3] = {{1, 0, 0},
                                     {M_SQRT1_2, M_SQRT1_2, 0}, /* 1/sqrt(3): */
                                     {0.57735026918962576, 0.57735026918962576, 0.57735026918962576}};
    double worst = 0;
    for (size_t i = 0; i < sizeof unit / sizeof *unit; i++)
        worst = fmax(worst, fabs(velocity_ratio(d, phase, unit[i]) - 1));
    return worst;
}

/* The error goes to 0 with the phase, but may be 0 at other phases too.  So go from long waves to shorter
 * ones until it is first too large, and then bisect. */
double nt_wave_points_per_wavelength(int order, double courant_fraction, double error)
{
    enum { SCAN = 2048, HALVINGS = 60 };
    dispersion d;
    if (!(error >= 1e-9 && error < 1) || !dispersion_of(order, courant_fraction, &d))
        return NAN;
    int i = 1;
    while (i <= SCAN && worst_error(&d, i * M_PI / SCAN) <= error)
        i++;
    if (i > SCAN)
        return 2;
    double good = (i - 1) * M_PI / SCAN, bad = i * M_PI / SCAN;
    for (int k = 0; k < HALVINGS; k++) {
        const double middle = (good + bad) / 2;
        *(worst_error(&d, middle) <= error ? &good : &bad) = middle;
    }
    return 2 * M_PI / good;
}
