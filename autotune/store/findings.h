/*
 * findings.h - result files of any machine and build, with the journals beside them, to be shown
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FINDINGS_H
#define AUTOTUNE_FINDINGS_H

#include <jansson.h>

#include "measure/trial.h"
#include "tune/result.h"

/* One trial of a journal.  Times are in ns a cell and step, and 0 where it failed. */
typedef struct finding_trial {
    const nt_kernel *kernel; /* a roof's kernel, too */
    const nt_case *kernel_case;
    nt_dtype dtype;
    int64_t shape[3], steps;
    nt_config config;
    int config_id; /* equal for equal configs; below the finding's n_configs */
    trial_outcome outcome;
    char detail[TRIAL_DETAIL];
    int n;                        /* its repetitions */
    double ns, low, high;         /* their median, least and most */
    double at_s, timed_s, wall_s; /* when it ended, since the kernel's tune began; of it timed; what it cost */
    int row;                      /* the row of the result that it belongs to; -1: none, as for roofs */
} finding_trial;

/* A result file, and the journal of the run that wrote it. */
typedef struct finding {
    char *path;
    const nt_kernel *kernel;
    json_t *key; /* what the figures are valid for */
    result r;
    char journal_why[sizeof(nt_error)]; /* why there are no trials; "": there are */
    const json_t *asked;                /* what the journal's run was asked for: "seed", "threads", ... */
    struct journal *journal;
    int n_damaged; /* its lines that cannot be used */
    finding_trial *trial;
    int n_trials, n_configs;
} finding;

typedef struct findings {
    finding **at;
    int n;
} findings;

/*
 * findings_add() - a result file with the journal beside it, <kernel>.json and <kernel>.jsonl; or, for a folder, the result
 * files of all kernels in it.
 *
 * Nothing in the files is trusted.  A journal that is missing or damaged is no error.
 * Errors:  NT_EIO: no file, or no result in the folder; NT_ESTALE: see result_read(); NT_ENOMEM.
 */
nt_status findings_add(findings *f, const char *path, nt_error *why);
void findings_free(findings *f);

/* findings_n_rows() - of all files. */
int findings_n_rows(const findings *f);

/* finding_row_name() - a row in words: "wave o8 f32 512x128x128, 16 steps". */
typedef struct finding_text {
    char text[240];
} finding_text;
finding_text finding_row_name(const result_row *row);
finding_text finding_shape(const result_row *row); /* "512x128x128"; of a range "65536" */

/* finding_value() - a key's value as in the text of a config: "avx2", "32". */
finding_text finding_value(const nt_kernel *kernel, nt_key_id key, int64_t value);

/* finding_command() - the command that tunes a row again.  A journal says more of how it was tuned. */
finding_text finding_command(const finding *f, const result_row *row);

#endif /* AUTOTUNE_FINDINGS_H */
