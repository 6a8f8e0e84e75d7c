/*
 * shot_output.c - what example shot writes: the traces and a slice of the field, as CSV; and how it gives up
 * SPDX-License-Identifier: MIT
 */
#include "shot_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "shot: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

void must(nt_status status, const nt_error *why)
{
    if (status != NT_OK)
        fail("refused", why->text);
}

FILE *open_output(int argc, char **argv, int which)
{
    if (argc != 3) {
        fputs("usage: shot TRACES.csv SLICE.csv\n", stderr);
        exit(2);
    }
    FILE *file = fopen(argv[which], "w");
    if (!file)
        fail(argv[which], strerror(errno));
    return file;
}

static void finish(FILE *file, const char *path)
{
    const int failed = ferror(file);
    if (fclose(file) || failed)
        fail(path, strerror(errno));
}

void write_traces(FILE *file, const char *path, const double *traces, int n_traces, int steps, double dt)
{
    for (int t = 0; t < steps; t++) {
        fprintf(file, "%.6f", (t + 1) * dt); /* a trace's first value is the field after the first step */
        for (int r = 0; r < n_traces; r++)
            fprintf(file, ",%.6e", traces[r * steps + t]);
        fputc('\n', file);
    }
    finish(file, path);
}

void write_slice(FILE *file, const char *path, const nt_grid *u, const nt_grid *medium, int y, double dx)
{
    for (int64_t z = 0; z < nt_grid_size(u, 2); z++) {
        for (int64_t x = 0; x < nt_grid_size(u, 0); x++)
            fprintf(file, "%g,%g,%.6e,%.6e\n", (double)x * dx, (double)(z + 1) * dx,
                    (double)*(float *)nt_grid_cell(u, x, y, z), (double)*(float *)nt_grid_cell(medium, x, y, z));
        fputc('\n', file); /* ends a row of the picture */
    }
    finish(file, path);
}
