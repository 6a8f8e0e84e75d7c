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
    bool resume, fresh, json, contribute;
    const char *out;
} run_options;

/* run_options_parse() - returns EXIT_OK, or an error's exit code after a message on stderr.  The caller sets
 * o->tune.stop. */
int run_options_parse(run_options *o, int argc, char **argv);

/* run_options_settings() - the options and variables that make the results of a kernel differ from those of a usual run,
 * in the form of the command line: "--budget 2 --threads 1"; "": none. */
void run_options_settings(const run_options *o, const nt_kernel *kernel, char text[RESULT_SETTINGS]);

#endif /* AUTOTUNE_RUN_OPTIONS_H */
