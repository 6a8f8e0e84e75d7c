/*
 * report.h - results as tables for a person
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_REPORT_H
#define AUTOTUNE_REPORT_H

#include <stdio.h>

#include "tune/result.h"

/* report_machine() - one line: CPU, microarchitecture, threads, caches. */
void report_machine(FILE *out, const nt_machine *machine);

/* report_results() - default, tuned and roof side by side; the ways of sharing the loops; the configs. */
void report_results(FILE *out, const result *r);

/* report_model() - what the model of nestune/model.h expects, beside what was measured. */
void report_model(FILE *out, const result *r);

/* report_row_name() - kernel, type, shape and steps of a row, in columns. */
void report_row_name(FILE *out, const result_row *row);

#endif /* AUTOTUNE_REPORT_H */
