/*
 * contribution.h - a machine's results as they are sent to others and taken into results/
 * SPDX-License-Identifier: MIT
 *
 * A contribution is tuned.h and the result files of its kernels.  Both sides read it with the same rules: who tuned
 * the machine, before anything is sent, and who keeps results/.  results/README.md says what is checked.
 */
#ifndef AUTOTUNE_CONTRIBUTION_H
#define AUTOTUNE_CONTRIBUTION_H

#include "os/folder.h"
#include "store/result_json.h"

enum { CONTRIBUTION_MOST_FILES = 64 };

typedef struct contribution {
    nt_machine machine;
    nt_build build;
    json_t *key; /* of the first file: it holds the texts of `build` */
    folder_file file[CONTRIBUTION_MOST_FILES]; /* as they would be written; tuned.h is the last */
    int n_files, n_faults;
    result all; /* the rows of all files */
} contribution;

/* One reason why a contribution cannot be taken, one line: "wave.json: tuned with --budget 20: ...". */
typedef void contribution_fault_fn(void *context, const char *text);

/* contribution_fault() - counts a reason and reports it. */
__attribute__((format(printf, 4, 5))) void contribution_fault(contribution *c, contribution_fault_fn *fault,
                                                              void *context, const char *format, ...);

/*
 * contribution_read() - reads tuned.h and all <kernel>.json of a folder, and checks them.
 *
 * Refused are: damaged files, other formats and versions of kernels; builds with other flags than `flags`, those of
 * this build, as far as they matter; a sanitizer or no optimisation; fewer threads than the machine has cores; rows
 * that were tuned with other settings than the usual ones, or less time; rows that were not searched; a tuned.h that
 * does not say what the result files say; files of different machines or builds.
 *
 * No text is taken over: c->file[] is printed from the figures and names that were read, as autotune prints its own
 * results.
 * Result:  c->n_faults is how many reasons were reported; 0: it can be written.  To be freed in both cases.
 */
void contribution_read(contribution *c, const char *folder, const char *flags, contribution_fault_fn *fault,
                       void *context);

/* contribution_folder() - the name of the folder that is made to be sent: "nestune-zen3-25.1.1-2t". */
enum { CONTRIBUTION_FOLDER = NT_MACHINE_ID + 16 };
void contribution_folder(const nt_machine *machine, char name[CONTRIBUTION_FOLDER]);

/* contribution_write() - puts these files into the folder, all or none; other files there stay: folder_put(). */
nt_status contribution_write(const contribution *c, const char *folder, nt_error *why);

/* contribution_free() - its texts. */
void contribution_free(contribution *c);

#endif /* AUTOTUNE_CONTRIBUTION_H */
