/*
 * trial.h - one question to a machine: how long does this config take, and is its answer right?
 * SPDX-License-Identifier: MIT
 *
 * The search knows only trials.  A trial_runner answers them: the worker process (driver.c), the journal in
 * front of it (journal_runner.c), or a synthetic cost in a test.
 */
#ifndef AUTOTUNE_TRIAL_H
#define AUTOTUNE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "nestune/plan.h"
#include "nestune/tools.h"

enum { TRIAL_MAX_REPS = 64, TRIAL_DETAIL = 160 };

/* The outcome of a trial, named as in the T4 format for auto-tuning results (Kernel Tuner's).  Its class
 * `runtime` is split by cause. */
#define TRIAL_OUTCOME_MAP(X)                                                                   \
    X(OK, "correct")                                                                           \
    X(WRONG, "correctness")   /* another hash, or a canary was overwritten */                  \
    X(CRASH, "runtime")       /* killed by a signal, or exited */                              \
    X(HANG, "timeout")        /* took longer than its limit and was killed */                  \
    X(MEMORY, "memory")       /* could not allocate its grids, or exceeded the memory limit */ \
    X(REFUSED, "constraints") /* the library refused the config or shape */

typedef enum trial_outcome {
#define X(code, text) TRIAL_##code,
    TRIAL_OUTCOME_MAP(X)
#undef X
        TRIAL_N_OUTCOMES
} trial_outcome;

typedef struct trial_ask {
    const nt_kernel *kernel;
    const nt_case *kernel_case; /* one of the kernel's; NULL: its first */
    nt_dtype dtype;
    int64_t shape[3]; /* nx, ny, nz in cells */
    int64_t steps;    /* time steps of a run */
    int in_place;     /* 1: on level[0]; 0: level[0] to a separate result, so that the input stays as it is.
                         Kernels of two levels have no such result */
    nt_config config;
    int reps;        /* timed repetitions, 1..TRIAL_MAX_REPS.  If a run changes its input, it is restored before
                        each, outside the clock; a kernel that is steady (kernel.h) runs on from its output */
    double window_s; /* a repetition runs again and again for this long, if the input need not be restored */
    int only_time;   /* 1: only times are asked for: there is no hash, and a kernel that is steady begins with its
                        last output */
    double cut_s;   /* a run that takes longer is not checked.  With only_time it gets one repetition, and may be
                        estimated from its first steps.  0: no limit */
    int check;      /* also run the config on awkward shapes with canaries around them, and compare
                        with the serial schedule of the same arithmetic, bit by bit */
    double limit_s; /* the worker is killed when the whole trial takes longer, see trial_patience_s() */
} trial_ask;

typedef struct trial_answer {
    trial_outcome outcome;
    char detail[TRIAL_DETAIL]; /* one line; "" when OK */
    uint64_t hash;             /* of the output after one run from the original input; NaNs count as equal */
    int n;                     /* repetitions: as asked, or 1 if the trial was cut */
    double seconds[TRIAL_MAX_REPS]; /* per run of `steps` steps, the mean of each repetition */
    double timed_s;                 /* how much of wall_s went into what was timed */
    double wall_s;                  /* the whole cost of the trial, as the asker measured it */
} trial_answer;

typedef struct trial_runner trial_runner;
struct trial_runner {
    void (*run)(trial_runner *self, const trial_ask *ask, trial_answer *answer);
    double (*now_s)(trial_runner *self); /* a clock that only goes forward */
};

const char *trial_outcome_name(trial_outcome outcome);

/* trial_case() - the ask's case.  trial_params() - its parameters; NULL for the kernel's own. */
const nt_case *trial_case(const trial_ask *ask);
const void *trial_params(const trial_ask *ask);

/* trial_cells() - cells of the ask's shape times its steps: the divisor of times. */
double trial_cells(const trial_ask *ask);

/* trial_is_steady() - does each step take as long as any other, with this variant? */
bool trial_is_steady(const trial_ask *ask);

/*
 * trial_shorten() - turns an ask into one for the time alone, of as few steps as tell it: whole time blocks, of four steps at
 * least.  All steps are needed where one depends on what others have made (a kernel that is not steady), where the last
 * block is a smaller one, in caches, which the first steps fill, and where each run copies its grids into another layout.
 *
 * Result:  how many times as long the whole run takes.
 */
double trial_shorten(trial_ask *ask);

/* trial_patience_s() - a time limit for an ask if one run is expected to take run_s: far more than a working
 * config needs, with its checks and restoring, on a busy machine, too. */
double trial_patience_s(const trial_ask *ask, double run_s);

/* trial_name() - kernel and case of a row in words: "mathop", "wave o8". */
typedef struct trial_text {
    char text[80];
} trial_text;
trial_text trial_name(const nt_kernel *kernel, const nt_case *c);

#endif /* AUTOTUNE_TRIAL_H */
