/*
 * report.h - results as tables for a person
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_REPORT_H
#define AUTOTUNE_REPORT_H

#include <stdio.h>

#include "tune/result.h"
#include "tune/tune.h"

/* report_machine() - one line: CPU, microarchitecture, threads, caches. */
void report_machine(FILE *out, const nt_machine *machine);

/* report_results() - default, tuned and roof side by side; the five loops; the configs. */
void report_results(FILE *out, const result *r);

/* A progress line: a bar that rewrites itself on a terminal, a line a row elsewhere. */
typedef struct progress {
    FILE *out;
    int is_terminal;
    size_t shown; /* columns to wipe */
} progress;

void progress_begin(progress *p, FILE *out);
void progress_event(void *progress, const tune_event *event);
void progress_end(progress *p);

#endif /* AUTOTUNE_REPORT_H */
