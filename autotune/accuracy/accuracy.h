/*
 * accuracy.h - the largest error of each isa and variant, in units of the last place (ULP)
 * SPDX-License-Identifier: MIT
 *
 * The exact result of a sample is computed once for all isas and variants: with MPFR, or in double for the
 * exhaustive run over all f32 inputs.
 */
#ifndef AUTOTUNE_ACCURACY_H
#define AUTOTUNE_ACCURACY_H

#include <signal.h>
#include <stdbool.h>

#include "accuracy/reals.h"
#include "nestune/plan.h"
#include "nestune/tools.h"

/* The largest error found, and where. */
typedef struct accuracy_max {
    double ulp, x; /* x: the input, or the first operand's if there are several; ulp 0: no error found */
    int64_t index; /* number of the sample; among equal errors the first one counts */
} accuracy_max;

/*
 * One isa and variant.  Inside: inputs up to kernel->ulp_range, for which max_ulp is promised.  Special: the
 * exact result is zero, infinite or NaN.  A special result is either right, with the sign of a zero or
 * infinity, or wrong.  Misrounded: the result is not the number of dtype nearest to the exact one.
 */
typedef struct accuracy_entry {
    nt_config config;
    accuracy_max inside, beyond;
    int64_t n_wrong; /* wrong special results, and the first of them */
    accuracy_max wrong;
    int64_t n_misrounded; /* of all samples but the special ones */
} accuracy_entry;

enum { ACCURACY_ENTRIES = NT_N_ISAS * NT_MAX_VARIANTS }; /* enough for every isa with every variant */

typedef struct accuracy {
    const nt_kernel *kernel;
    nt_dtype dtype;
    const char *arithmetic;                /* of the exact results */
    int64_t n_inside, n_beyond, n_special; /* samples */
    int64_t n_done;                        /* all samples; fewer than were asked for after a stop */
    int64_t n_asked;                       /* exhaustive: how many double could not decide, so MPFR did */
    int n;
    accuracy_entry entry[ACCURACY_ENTRIES];
} accuracy;

#define ACCURACY_ALL (INT64_C(1) << 32) /* inputs of f32 */

typedef struct accuracy_options {
    int64_t samples;
    bool exhaustive;     /* all 2^32 inputs; f32 kernels of one input */
    int64_t from;        /* number of the first sample, where an earlier run was stopped */
    const char *variant; /* this one alone; NULL: all */
    const char *isa;     /* likewise */
    uint64_t seed;
    int threads;
    const volatile _Atomic sig_atomic_t
        *stop; /* once it is not 0, batches that have begun are finished; may be NULL */
    /* Called now and then, by one thread at a time; may be NULL. */
    void (*on_progress)(void *context, int64_t done, int64_t all);
    void *context;
} accuracy_options;

/*
 * accuracy_ulps() - the distance of `got` from the exact result.
 *
 * Units:   ULP of the dtype for which the exact result was read, in the result's binade.
 * Errors:  HUGE_VAL if only one of both is NaN, or one is infinite and the other differs.
 */
double accuracy_ulps(double got, const exact *e);

/* accuracy_confirmed() - is the error within the committed max_ulp, and no special value wrong?  A max_ulp of at most 1/2
 * promises correct rounding, and that of all inputs. */
int accuracy_confirmed(const accuracy *a, const accuracy_entry *e);

/* accuracy_can() - can this kernel be measured?  It must be pointwise; *why names what prevents it. */
int accuracy_can(const nt_kernel *kernel, nt_dtype dtype, bool exhaustive, nt_error *why);

/*
 * accuracy_measure() - all isas and variants that run here, at the inputs of samples.h.
 *
 * Threads: an OpenMP region of options->threads, in which plans run serially.  Results do not depend on their
 *          number.
 * Errors:  NT_EKERNEL (nothing runs here), NT_EARG (see accuracy_can()), NT_ENOMEM, and those of plans.
 */
nt_status accuracy_measure(accuracy *a, const nt_kernel *kernel, nt_dtype dtype,
                           const accuracy_options *options, nt_error *why);

#endif /* AUTOTUNE_ACCURACY_H */
