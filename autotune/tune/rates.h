/*
 * rates.h - how fast one thread executes each kind of vector instruction
 * SPDX-License-Identifier: MIT
 *
 * A kernel's arithmetic roof follows from these rates and the counts of its instructions (nt_work): no kind of
 * instruction can be executed faster than a loop of independent instructions of this kind.  Additions and FMAs
 * have pipes of their own on many CPUs and share them on others, so they are measured alone and mixed.
 */
#ifndef AUTOTUNE_RATES_H
#define AUTOTUNE_RATES_H

#include "measure/trial.h"
#include "nestune/model.h"

/* X(code, key, name, role, case): what a rate counts, by its name in JSON and in words, and the kernel and case
 * that measure it */
#define RATE_MAP(X)                                                           \
    X(ADD, "add", "additions", NT_ROLE_FP_ROOF, "add")                        \
    X(FMA, "fma", "multiplications and FMAs", NT_ROLE_FP_ROOF, "fma")         \
    X(FP, "fp", "floating-point instructions", NT_ROLE_FP_ROOF, "both")       \
    X(INT_MUL, "int_mul", "integer multiplications", NT_ROLE_INT_ROOF, "mul") \
    X(ANY, "any", "vector instructions", NT_ROLE_INT_ROOF,                    \
      "logic") /* all but loads and stores, see rates_count() */              \
    X(LOAD, "load", "loads", NT_ROLE_LOAD_ROOF, NULL)

typedef enum rate_kind {
#define X(code, key, text, role, case) RATE_##code,
    RATE_MAP(X)
#undef X
        N_RATES
} rate_kind;

/* The rates of an isa and type.  ns: of one instruction, divided by the lanes of a vector; 0: not measured.
 * ask: the trial that measured it, to be repeated beside other trials. */
typedef struct rates {
    nt_isa isa;
    nt_dtype dtype;
    double ns[N_RATES], loop_ns[N_RATES]; /* the second: of its own loop; another kind's may have been faster */
    trial_ask ask[N_RATES];
} rates;

/* rates_name() - in words; rates_key() - in JSON. */
const char *rates_name(rate_kind r);
const char *rates_key(rate_kind r);

/* rates_measure() - times short loops in the first-level cache, about ten trials. */
void rates_measure(trial_runner *runner, const nt_machine *machine, nt_isa isa, nt_dtype dtype, rates *r);

/* rates_count() - how many instructions of this kind the work has.  The isa scalar executes integers and
 * floating point in different pipes, so there RATE_ANY counts integers alone; and its loads are not counted, because a
 * compiler may unite them. */
int rates_count(const nt_work *work, rate_kind which, nt_isa isa);

/*
 * rates_least_ns() - the least time for these instructions, in ns a cell, on one thread: the largest of all
 * counts times their rates.  *bound: the rate that it follows from; N_RATES, with the result 0, if the counts are
 * unknown or no rate was measured.
 */
double rates_least_ns(const rates *r, const nt_work *work, rate_kind *bound);

/* rates_speeds() - puts the measured rates into the speeds of a model; keeps those that were not measured. */
void rates_speeds(const rates *r, nt_speeds *speeds);

/* rates_ns() - the rate that a repeated trial of r->ask[which] gives. */
double rates_ns(const rates *r, rate_kind which, double seconds);

/*
 * rates_check() - does the rule of rates_least_ns() hold for mixes?  Times a loop of each mix of additions and
 * FMAs that the kernel peak has.  Returns how many there are.
 */
typedef struct rates_mix {
    const char *name;
    int adds, fmas;                  /* of the loop */
    double expected_ns, measured_ns; /* an instruction, divided by the lanes; 0: not measured */
} rates_mix;
enum { RATES_MOST_MIXES = 8 };
int rates_check(trial_runner *runner, const nt_machine *machine, const rates *r,
                rates_mix mix[RATES_MOST_MIXES]);

#endif /* AUTOTUNE_RATES_H */
