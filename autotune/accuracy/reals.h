/*
 * reals.h - the arithmetics in which a kernel's reference gives exact results
 * SPDX-License-Identifier: MIT
 *
 * A reference calls nt_reals.  It is implemented with MPFR, or with the C library's double, which is exact
 * enough for f32: a unit in the last place (ULP) of f32 is 2^29 ULP of double.
 */
#ifndef AUTOTUNE_REALS_H
#define AUTOTUNE_REALS_H

#include "nestune/kernel.h"

/* A real number relative to the numbers of a dtype: value + rest * ulp. */
typedef struct exact {
    double value; /* the nearest number of dtype, as a double; Inf if dtype overflows */
    double rest;  /* what remains of the real number beyond value, in ULP */
    double ulp;   /* the distance between dtype's numbers in its binade, subnormals included */
} exact;

/*
 * One arithmetic.
 *
 * create()   makes the reals that a reference works on; 0 if memory is short.
 * read()     the value of r, relative to dtype's numbers; it destroys r's value.
 * Threads:   each thread needs its own reals, and must destroy() what it created.
 */
typedef struct reals {
    const char *name;
    nt_reals real;
    int (*create)(nt_real *r[NT_REFERENCE_REALS]);
    void (*destroy)(nt_real *r[NT_REFERENCE_REALS]);
    void (*read)(nt_real *r, nt_dtype dtype, exact *e);
} reals;

/* 160 bits.  MPFR rounds each function once, whatever its argument.  A handful of functions in a row errs by
 * about 2^-100 ULP, near multiples of pi/2 and at 1e308, too. */
extern const reals reals_mpfr;

/* Double errs by about 2^-27 ULP of f32 after a handful of functions in a row.  Not for f64. */
extern const reals reals_double;

/* The ULP of dtype in the binade 2^exponent. */
double reals_ulp(int exponent, nt_dtype dtype);

#endif /* AUTOTUNE_REALS_H */
