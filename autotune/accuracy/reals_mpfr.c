/*
 * reals_mpfr.c - nt_reals in MPFR
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <mpfr.h>
#include <stdlib.h>

#include "accuracy/reals.h"

enum { BITS = 160 };

struct nt_real {
    mpfr_t value;
};

static void set(nt_real *r, double a)
{
    mpfr_set_d(r->value, a, MPFR_RNDN);
}

static void add(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_add(r->value, a->value, b->value, MPFR_RNDN);
}

static void sub(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_sub(r->value, a->value, b->value, MPFR_RNDN);
}

static void mul(nt_real *r, const nt_real *a, const nt_real *b)
{
    mpfr_mul(r->value, a->value, b->value, MPFR_RNDN);
}

static void sine(nt_real *r, const nt_real *a)
{
    mpfr_sin(r->value, a->value, MPFR_RNDN);
}

static void cosine(nt_real *r, const nt_real *a)
{
    mpfr_cos(r->value, a->value, MPFR_RNDN);
}

/* Precision and exponents of the formats, as MPFR counts them: 0.1b is 2^-1, with exponent 0. */
static const struct format {
    mpfr_prec_t bits;
    mpfr_exp_t least, most;
} formats[NT_N_DTYPES] = {[NT_F32] = {24, -148, 128}, [NT_F64] = {53, -1073, 1024}};

/* Rounds once, to subnormals and to infinity as well: the recipe for IEEE formats in MPFR's manual. */
static void round_fma(nt_real *r, const nt_real *a, const nt_real *b, const nt_real *c, nt_dtype dtype)
{
    const struct format *f = &formats[dtype];
    const mpfr_exp_t least = mpfr_get_emin(), most = mpfr_get_emax();
    mpfr_t rounded;
    mpfr_init2(rounded, f->bits);
    int direction = mpfr_fma(rounded, a->value, b->value, c->value, MPFR_RNDN);
    mpfr_set_emin(f->least);
    mpfr_set_emax(f->most);
    direction = mpfr_check_range(rounded, direction, MPFR_RNDN);
    mpfr_subnormalize(rounded, direction, MPFR_RNDN);
    mpfr_set_emin(least);
    mpfr_set_emax(most);
    mpfr_set(r->value, rounded, MPFR_RNDN);
    mpfr_clear(rounded);
}

static int create(nt_real *r[NT_REFERENCE_REALS])
{
    nt_real *all = malloc(NT_REFERENCE_REALS * sizeof *all);
    for (int i = 0; all && i < NT_REFERENCE_REALS; i++) {
        r[i] = &all[i];
        mpfr_init2(all[i].value, BITS);
    }
    return all != NULL;
}

static void destroy(nt_real *r[NT_REFERENCE_REALS])
{
    for (int i = 0; i < NT_REFERENCE_REALS; i++)
        mpfr_clear(r[i]->value);
    free(r[0]);
    mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); /* this thread's cached pi */
}

static void read(nt_real *r, nt_dtype dtype, exact *e)
{
    e->value = mpfr_get_d(r->value, MPFR_RNDN);
    if (dtype == NT_F32 && isinf((float)e->value))
        e->value = copysign(INFINITY, e->value);
    e->rest = 0;
    e->ulp = reals_ulp(0, dtype);
    if (!mpfr_regular_p(r->value) || isinf(e->value))
        return;
    e->ulp = reals_ulp((int)mpfr_get_exp(r->value) - 1, dtype);
    mpfr_sub_d(r->value, r->value, e->value, MPFR_RNDN);
    mpfr_div_d(r->value, r->value, e->ulp, MPFR_RNDN);
    e->rest = mpfr_get_d(r->value, MPFR_RNDN);
}

const reals reals_mpfr = {"MPFR", {set, add, sub, mul, sine, cosine, round_fma}, create, destroy, read};
