/*
 * settings.h - what the environment says: the NESTUNE_* variables and the folders of profiles, read once
 * SPDX-License-Identifier: MIT
 *
 * In a setuid program the NESTUNE_* variables and the folders of profiles count as unset.
 * getenv() is not safe while another thread calls setenv().  So the library calls it once for each of its
 * variables, at the first use of any, and later changes have no effect.
 */
#ifndef NESTUNE_SETTINGS_H
#define NESTUNE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "nestune/isa.h"

typedef struct nt_environment {
    nt_isa max_isa;         /* NESTUNE_MAX_ISA; unset, empty or unknown is no limit: the last nt_isa */
    const char *bad_isa;    /* its value where that names no instruction set, else NULL */
    const char *tuned;      /* NESTUNE_TUNED; "" where it is unset */
    /* Folders whose subfolders hold tuned headers; "": none, as in a setuid program. */
    const char *user_profiles;   /* $XDG_DATA_HOME/nestune, else $HOME/.local/share/nestune */
    const char *system_profiles; /* $NESTUNE_SYSTEM_DIR, else /etc/nestune */
    bool verbose;           /* NESTUNE_VERBOSE, unless it is empty or 0 */
    size_t omp_stack_bytes; /* OMP_STACKSIZE, else GOMP_STACKSIZE: of OpenMP's threads; 0: the default */
} nt_environment;

/* nt_environment_here() - this process's.  Threads: safe; it never moves or changes. */
const nt_environment *nt_environment_here(void);

/* nt_environment_explain() - if NESTUNE_MAX_ISA names no instruction set, puts this remark at the start of
 * *why. */
void nt_environment_explain(nt_error *why);

/* nt_environment_reread() - reads the variables again, for tests that change them.  No other thread may use
 * them meanwhile. */
void nt_environment_reread(void);

#endif /* NESTUNE_SETTINGS_H */
