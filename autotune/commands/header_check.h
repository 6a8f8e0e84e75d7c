/*
 * header_check.h - does a tuned header still hold on this machine?
 * SPDX-License-Identifier: MIT
 *
 * First by what it says: kernels, versions, cases, forms, keys and isas must be known and able to run here.  Then by
 * measuring: each row's config against the default, in turn, until one is surely faster or the time is over
 * (decision.h).  A row holds if it is no slower than the default.
 */
#ifndef AUTOTUNE_HEADER_CHECK_H
#define AUTOTUNE_HEADER_CHECK_H

#include <signal.h>

#include "measure/stats.h"
#include "measure/trial.h"
#include "tune/result.h"

typedef enum check_state {
    CHECK_HOLDS,
    CHECK_DEFAULT, /* its config is the default: there is nothing to lose */
    CHECK_SLOWER,  /* surely slower than the default */
    CHECK_FAILS,   /* it, or the default, did not run */
    CHECK_UNKNOWN, /* noise, or too little time */
    CHECK_STALE,   /* it cannot be used here: why says so */
    CHECK_N_STATES
} check_state;

/* check_state_name() - "holds", "default", "slower", "fails", "unknown", "stale". */
const char *check_state_name(check_state state);

typedef struct check_row {
    const nt_tuned *header;
    const nt_tuned_row *row;
    const nt_kernel *kernel; /* NULL: there is none */
    const nt_case *kernel_case;
    nt_dtype dtype;
    nt_class shape_class;
    nt_repeat repeat;
    int64_t shape[3], steps;
    nt_config config, standard; /* as it runs here, and the default */
    double then;                /* tuned over default when it was tuned; 0: not measured */
    stats_interval now;         /* tuned over default; n 0: not measured */
    check_state state;
    nt_error why;
} check_row;

typedef struct header_check {
    check_row *row; /* to be freed */
    int n_rows, n[CHECK_N_STATES];
} header_check;

/*
 * header_check_list() - the rows of a header; NULL: those of the headers that the library uses here, kernel by kernel
 * and type by type.
 *
 * A row that cannot be used is CHECK_STALE at once, one that is the default CHECK_DEFAULT, and all others
 * CHECK_UNKNOWN.  Shapes are those on which the rows were tuned, if the result files lie beside the header or in
 * `results`/<machine>/, else the usual ones.
 * Errors:  NT_ENOMEM.
 */
nt_status header_check_list(header_check *check, const nt_tuned *header, const char *results, nt_error *why);

/* header_check_measure() - times the rows that are unknown, in `seconds` or less; told after each row, which may be
 * NULL. Its clock and trials are the runner's. */
typedef void header_check_fn(void *context, const header_check *check, int row);
void header_check_measure(header_check *check, trial_runner *runner, double seconds,
                          const volatile _Atomic sig_atomic_t *stop, header_check_fn *told, void *context);

#endif /* AUTOTUNE_HEADER_CHECK_H */
