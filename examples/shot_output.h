/*
 * shot_output.h - what example shot writes: the traces and a slice of the field, as CSV; and how it gives up
 * SPDX-License-Identifier: MIT
 *
 * Nothing here is needed to use the library.  What cannot be done ends the program, with a line on stderr.
 */
#ifndef EXAMPLES_SHOT_OUTPUT_H
#define EXAMPLES_SHOT_OUTPUT_H

#include <nestune/nestune.h>
#include <stdio.h>

/* must() - ends the program unless the status is NT_OK. */
void must(nt_status status, const nt_error *why);

/* open_output() - checks the arguments and opens one of them, before any time is spent. */
FILE *open_output(int argc, char **argv, int which);

/* write_traces() - a line for each step: its time, then each trace's value; closes the file.
 * Shape:   traces[trace * steps + step], as nt_points_receiver() writes them. */
void write_traces(FILE *file, const char *path, const double *traces, int n_traces, int steps, double dt);

/* write_slice() - plane y of the field, a line a cell: x and depth in the unit of dx, the field, the medium; a blank line
 * behind each row. */
void write_slice(FILE *file, const char *path, const nt_grid *u, const nt_grid *medium, int y, double dx);

#endif /* EXAMPLES_SHOT_OUTPUT_H */
