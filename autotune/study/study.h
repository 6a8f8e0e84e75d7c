/*
 * study.h - how the order and the sharing of loops act on speed: a kernel under all combinations of a few keys
 * SPDX-License-Identifier: MIT
 *
 * A study is a full factorial experiment: each factor is a key of the config with some values.  Each combination is
 * run as it is written; nothing is tuned.
 */
#ifndef AUTOTUNE_STUDY_H
#define AUTOTUNE_STUDY_H

#include <signal.h>

#include "measure/stats.h"
#include "measure/trial.h"

/* X(code, name, key): the factors */
#define STUDY_FACTOR_MAP(X)                             \
    X(LOOP, "loop", NT_KEY_PARALLEL)                    \
    X(ORDER, "order", NT_KEY_ORDER)                     \
    X(THREADS, "threads", NT_KEY_THREADS)               \
    X(ISA, "isa", NT_KEY_ISA)                           \
    X(TILE, "tile", NT_KEY_TILE_X) /* all three keys */ \
    X(SCHEDULE, "schedule", NT_KEY_SCHEDULE)
typedef enum study_factor {
#define X(code, name, key) STUDY_##code,
    STUDY_FACTOR_MAP(X)
#undef X
        STUDY_N_FACTORS
} study_factor;

enum { STUDY_MOST_LEVELS = 16, STUDY_MOST_CELLS = 4096, STUDY_MOST_ROUNDS = 32 };

/* One combination.  A combination that means serial has one thread and no schedule, so there are fewer of those. */
typedef struct study_cell {
    int level[STUDY_N_FACTORS];
    nt_config config;
    trial_outcome outcome;
    int n;                             /* rounds that were timed */
    double seconds[STUDY_MOST_ROUNDS]; /* of a run, corrected for the drift of the machine */
    stats_interval ns;                 /* a cell and step */
    double
        synchronisations; /* a step: how often all threads wait for each other; known once the study runs */
} study_cell;

typedef struct study {
    const nt_kernel *kernel;
    const nt_case *kernel_case;
    nt_dtype dtype;
    int64_t shape[3], steps;
    int64_t level[STUDY_N_FACTORS][STUDY_MOST_LEVELS];
    int64_t tile[STUDY_MOST_LEVELS][3]; /* the values of STUDY_TILE are places here */
    int n_levels[STUDY_N_FACTORS];
    nt_config standard;                /* values of all other keys */
    double roof_ns[STUDY_MOST_LEVELS]; /* of each isa, with all threads: no cell can be faster; 0: unknown */
    study_cell *cell;
    int n_cells, n_rounds; /* completed */
    double
        anchor_ns; /* of `standard`, timed every few cells: the drift is taken from it; 0: it does not run */
    char why[TRIAL_DETAIL]; /* of the last combination that failed */
} study;

/* study_make() - lists the cells of the factors' levels.  NT_EARG: more than STUDY_MOST_CELLS. */
nt_status study_make(study *s, nt_error *why);
void study_free(study *s);

/* study_level_name() - a level of a factor in words. */
typedef struct study_text {
    char text[64];
} study_text;
const char *study_factor_name(study_factor f);
study_text study_level_name(const study *s, study_factor f, int level);

/* study_time() - one trial on n cells: *seconds is the median of its repetitions; 0, with s->why, if it failed. */
trial_outcome study_time(study *s, trial_runner *runner, const int64_t n[3], const nt_config *config,
                         int reps, double *seconds);

/*
 * study_run() - times each cell once a round, in turn, until all rounds are done or somebody asks to stop.  Each time is
 * divided by that of the standard config shortly before, and multiplied by its median.
 */
typedef void study_progress_fn(void *context, int64_t done, int64_t all);
void study_run(study *s, trial_runner *runner, int rounds, const volatile _Atomic sig_atomic_t *stop,
               study_progress_fn *progress, void *context);

/* study_serial() - the cell that a cell's speed-up is measured against: serial, with the same isa, order and tile, or the
 * first serial one of this isa; NULL if there is none. */
const study_cell *study_serial(const study *s, const study_cell *c);

/*
 * What matters?  Of the logarithms of all times but the serial ones, the part of their variance that follows from one
 * factor, or from two together beyond what each does alone.  Nothing, if a combination was not timed.
 */
typedef struct study_effect {
    study_factor a, b; /* b == a: of one factor */
    double share;      /* 0 to 1 */
} study_effect;
enum { STUDY_MOST_EFFECTS = STUDY_N_FACTORS * (STUDY_N_FACTORS + 1) / 2 };
int study_effects(const study *s, study_effect effect[STUDY_MOST_EFFECTS]); /* the largest first */

/* study_level_ratio() - the geometric mean of the times with this level, over that of all; 0: none was timed. */
double study_level_ratio(const study *s, study_factor f, int level);

#endif /* AUTOTUNE_STUDY_H */
