/*
 * truth.h - what a kernel's reference says of a cell of a scene, in high precision and in plain double
 * SPDX-License-Identifier: MIT
 *
 * Apart from the tuner's own, so that one does not repeat the other's mistakes.
 */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include <math.h>
#include <mpfr.h>

#include "support.h"

/* high is rounded to double, low what that left over. */
typedef struct truth {
    double high, low;
    double unit;  /* whose last place errors are counted in: the value, or the sum of its absolute terms */
    double plain; /* the same formula in plain C double: knows the sign of a zero */
} truth;

typedef struct scene_cell {
    nt_cell cell;
    const scene *scene;
    int64_t x, y, z;
} scene_cell;

static inline double scene_read(const nt_cell *cell, int which, int dx, int dy, int dz)
{
    const scene_cell *c = (const scene_cell *)cell;
    const scene *s = c->scene;
    const operand *f =
        which >= 2 ? &s->coef[which - 2] : &s->level[which < s->kernel->field->n_levels ? which : 0];
    return cell_get(f->grid, c->x + dx, c->y + dy, c->z + dz);
}

/* nt_reals in plain double. */
typedef struct plain_real {
    double value;
} plain_real;

#define PLAIN(r)     (((const plain_real *)(const void *)(r))->value)
#define PLAIN_OUT(r) (((plain_real *)(void *)(r))->value)

static inline void plain_set(nt_real *r, double a)
{
    PLAIN_OUT(r) = a;
}
static inline void plain_add(nt_real *r, const nt_real *a, const nt_real *b)
{
    PLAIN_OUT(r) = PLAIN(a) + PLAIN(b);
}
static inline void plain_sub(nt_real *r, const nt_real *a, const nt_real *b)
{
    PLAIN_OUT(r) = PLAIN(a) - PLAIN(b);
}
static inline void plain_mul(nt_real *r, const nt_real *a, const nt_real *b)
{
    PLAIN_OUT(r) = PLAIN(a) * PLAIN(b);
}
static inline void plain_sin(nt_real *r, const nt_real *a)
{
    PLAIN_OUT(r) = sin(PLAIN(a));
}
static inline void plain_cos(nt_real *r, const nt_real *a)
{
    PLAIN_OUT(r) = cos(PLAIN(a));
}
static inline void plain_round_fma(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c,
                                   nt_dtype dtype)
{
    PLAIN_OUT(r) = dtype == NT_F64 ? fma(PLAIN(a), PLAIN(b), PLAIN(c))
                                   : (double)fmaf((float)PLAIN(a), (float)PLAIN(b), (float)PLAIN(c));
}

static inline double plain_truth(const nt_kernel *kernel, const nt_cell *cell)
{
    static const nt_reals reals = {plain_set, plain_add, plain_sub,      plain_mul,
                                   plain_sin, plain_cos, plain_round_fma};
    plain_real values[NT_REFERENCE_REALS];
    nt_real *r[NT_REFERENCE_REALS];
    for (int i = 0; i < NT_REFERENCE_REALS; i++)
        r[i] = (nt_real *)(void *)&values[i];
    kernel->field->reference(&reals, r, cell);
    return values[0].value;
}

/* nt_reals in MPFR, whose functions round once, after a reduction of any length. */
enum { TRUTH_BITS = 240 };

typedef struct mpfr_real {
    mpfr_t value;
} mpfr_real;

#define EXACT(r)     (((const mpfr_real *)(const void *)(r))->value)
#define EXACT_OUT(r) (((mpfr_real *)(void *)(r))->value)

static inline void mpfr_real_set(nt_real *r, double a)
{
    mpfr_set_d(EXACT_OUT(r), a, MPFR_RNDN);
}
static inline void mpfr_real_add(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_add(EXACT_OUT(r), EXACT(a), EXACT(b), MPFR_RNDN);
}
static inline void mpfr_real_sub(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_sub(EXACT_OUT(r), EXACT(a), EXACT(b), MPFR_RNDN);
}
static inline void mpfr_real_mul(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_mul(EXACT_OUT(r), EXACT(a), EXACT(b), MPFR_RNDN);
}
static inline void mpfr_real_sin(nt_real *r, const nt_real *a)
{
    mpfr_sin(EXACT_OUT(r), EXACT(a), MPFR_RNDN);
}
static inline void mpfr_real_cos(nt_real *r, const nt_real *a)
{
    mpfr_cos(EXACT_OUT(r), EXACT(a), MPFR_RNDN);
}
static inline void mpfr_real_round_fma(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c,
                                       nt_dtype dtype)
{
    mpfr_fma(EXACT_OUT(r), EXACT(a), EXACT(b), EXACT(c), MPFR_RNDN);
    const double rounded =
        dtype == NT_F64 ? mpfr_get_d(EXACT(r), MPFR_RNDN) : (double)mpfr_get_flt(EXACT(r), MPFR_RNDN);
    mpfr_set_d(EXACT_OUT(r), rounded, MPFR_RNDN);
}

static inline void exact_truth(const nt_kernel *kernel, const nt_cell *cell, truth *t)
{
    static const nt_reals reals = {mpfr_real_set, mpfr_real_add, mpfr_real_sub,      mpfr_real_mul,
                                   mpfr_real_sin, mpfr_real_cos, mpfr_real_round_fma};
    mpfr_real values[NT_REFERENCE_REALS];
    nt_real *r[NT_REFERENCE_REALS];
    for (int i = 0; i < NT_REFERENCE_REALS; i++) {
        mpfr_init2(values[i].value, TRUTH_BITS);
        r[i] = (nt_real *)(void *)&values[i];
    }
    kernel->field->reference(&reals, r, cell);
    t->high = mpfr_get_d(values[0].value, MPFR_RNDN);
    t->unit = kernel->ulp_of_terms ? mpfr_get_d(values[1].value, MPFR_RNDN) : fabs(t->high);
    mpfr_sub_d(values[1].value, values[0].value, t->high, MPFR_RNDN);
    t->low = isfinite(t->high) ? mpfr_get_d(values[1].value, MPFR_RNDN) : 0;
    for (int i = 0; i < NT_REFERENCE_REALS; i++)
        mpfr_clear(values[i].value);
}

/* Of the step from the scene's inputs: call it before a run that overwrites them, and after scene_ghosts().
 * */
static inline truth scene_truth(const scene *s, int64_t x, int64_t y, int64_t z)
{
    const scene_cell c = {{scene_read, s->dtype, s->params}, s, x, y, z};
    truth t;
    t.plain = plain_truth(s->kernel, &c.cell);
    exact_truth(s->kernel, &c.cell, &t);
    return t;
}

/* |got - truth| in units of the last place that the type has at t->unit. */
static inline double ulps_off(double got, const truth *t, nt_dtype dtype)
{
    const int digits = dtype == NT_F64 ? 53 : 24, least = dtype == NT_F64 ? -1022 : -126;
    int e = 0;
    frexp(t->unit, &e);
    e = t->unit == 0 || e - 1 < least ? least : e - 1;
    return fabs(ldexp(got - t->high, digits - 1 - e) - ldexp(t->low, digits - 1 - e));
}

#endif /* TESTS_TRUTH_H */
