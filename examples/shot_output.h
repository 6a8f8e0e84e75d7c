/*
 * shot_output.h - what example shot writes: the traces as CSV, two pictures; and how it gives up
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

/* open_traces() - checks the arguments and opens the first, before any time is spent. */
FILE *open_traces(int argc, char **argv);

/* write_traces() - a line for each step: its time, then each trace's value; closes the file.
 * Shape:   traces[trace * steps + step], as nt_points_receiver() writes them. */
void write_traces(FILE *file, const char *path, const double *traces, int n_traces, int steps, double dt);

/* draw_slice() - the field in the plane y of the source, over the medium in two greys.
 * Lines mark where the layers begin, dots the source and the line of receivers.
 * Units:   cells. */
void draw_slice(const char *path, const nt_grid *u, const nt_grid *medium, int layer, const double source[3],
                const double receiver[3]);

/* draw_section() - the traces side by side, time downwards. */
void draw_section(const char *path, const double *traces, int n_traces, int steps);

#endif /* EXAMPLES_SHOT_OUTPUT_H */
