/*
 * subject.h - what a trial runs: one interface for all kinds of kernel
 * SPDX-License-Identifier: MIT
 *
 * A subject is a kernel with its inputs and a plan, ready to be run and timed.  Fields, ranges and programs each
 * fill in a subject_kind; the worker, the benchmarks and the tests use only this interface.  All functions but
 * subject_check() must be called from one thread.  They enter OpenMP regions, so the tuner's process may not
 * call them.
 */
#ifndef AUTOTUNE_SUBJECT_H
#define AUTOTUNE_SUBJECT_H

#include "measure/fields.h"
#include "measure/trial.h"

typedef struct subject subject;

typedef struct subject_kind {
    nt_status (*open)(subject *s, nt_error *why);
    void (*restore)(subject *s);            /* the input as it was when the subject was opened */
    void (*run)(subject *s, int64_t steps); /* ranges and programs have one step */
    uint64_t (*hash)(const subject *s);     /* of the output; NaNs are made one */
    trial_outcome (*check)(const trial_ask *ask, nt_error *why);
} subject_kind;

struct subject {
    const subject_kind *kind;
    trial_ask ask;
    nt_plan *plan;
    nt_error failure;   /* of a run, which has no other answer; "": none */
    bool changes_input; /* a run needs restore() before the next one can give the same output */
    bool steady;        /* but not to take the same time, see nt_field */
    fields_cache *cache;
    fields *grids;   /* of a field; kept in the cache */
    uint64_t *total; /* of a range, as whole words */
};

/*
 * subject_open() - finds or makes the inputs, and makes a plan for the ask's config.
 *
 * Errors:  as nt_plan_create(); NT_ENOMEM if the grids do not fit; *why names the value.
 */
nt_status subject_open(subject *s, const trial_ask *ask, fields_cache *cache, nt_error *why);

/* subject_restore() brings back the original input; subject_run() makes one run of ask.steps, subject_run_steps()
 * one of other steps of a field; subject_hash() is the output's hash. */
void subject_restore(subject *s);
void subject_run(subject *s);
void subject_run_steps(subject *s, int64_t steps);
uint64_t subject_hash(const subject *s);

/* subject_close() - frees the plan; the grids stay in the cache. */
void subject_close(subject *s);

/*
 * subject_check() - is the config's answer right, bit by bit, on small awkward inputs?
 *
 * Result:  TRIAL_OK; TRIAL_WRONG, TRIAL_REFUSED or TRIAL_MEMORY, with *why.
 */
trial_outcome subject_check(const trial_ask *ask, nt_error *why);

/* subject_remove_files() - removes the files that programs under trial have left; for the end of a worker. */
void subject_remove_files(void);

extern const subject_kind subject_of_field, subject_of_range, subject_of_program;

#endif /* AUTOTUNE_SUBJECT_H */
