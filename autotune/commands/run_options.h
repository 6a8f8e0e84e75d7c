/*
 * run_options.h - the options of `autotune run`
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RUN_OPTIONS_H
#define AUTOTUNE_RUN_OPTIONS_H

#include "cli/arguments.h"
#include "tune/tune.h"

typedef struct run_options {
    tune_options tune;
    kernel_list kernels;
    bool resume, fresh, json;
    const char *out;
} run_options;

/* run_options_parse() - returns EXIT_OK, or an error's exit code after a message on stderr.  The caller sets
 * o->tune.stop. */
int run_options_parse(run_options *o, int argc, char **argv);

#endif /* AUTOTUNE_RUN_OPTIONS_H */
