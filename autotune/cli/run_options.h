/*
 * run_options.h - what `autotune run` was asked for
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RUN_OPTIONS_H
#define AUTOTUNE_RUN_OPTIONS_H

#include <signal.h>
#include <stdbool.h>

#include "tune/tune.h"

enum { MOST_KERNELS = 32 };

typedef struct run_options {
    tune_options tune;
    const nt_kernel *kernel[MOST_KERNELS];
    int n_kernels;
    bool resume, fresh, json;
    const char *out;
    double max_ulp; /* 0: the defaults */
    int failed;     /* an exit code; argp's own parser cannot return ours */
} run_options;

/* run_options_parse() - an exit code: EXIT_OK, or that of a refusal, told on stderr. */
int run_options_parse(run_options *o, int argc, char **argv, const volatile sig_atomic_t *stop);

#endif /* AUTOTUNE_RUN_OPTIONS_H */
