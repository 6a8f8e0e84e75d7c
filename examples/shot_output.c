/*
 * shot_output.c - what example shot writes: the traces as CSV, two pictures; and how it gives up
 * SPDX-License-Identifier: MIT
 */
#include "shot_output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

/* Amplitudes that are drawn in full colour. */
static const float full_slice = 0.0012f;
static const double full_section = 0.0005;

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

FILE *open_traces(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: shot TRACES.csv SLICE.png SECTION.png\n", stderr);
        exit(2);
    }
    FILE *file = fopen(argv[1], "w");
    if (!file)
        fail(argv[1], strerror(errno));
    return file;
}

void write_traces(FILE *file, const char *path, const double *traces, int n_traces, int steps, double dt)
{
    for (int t = 0; t < steps; t++) {
        fprintf(file, "%.6f", (t + 1) * dt); /* a trace's first value is the field after the first step */
        for (int r = 0; r < n_traces; r++)
            fprintf(file, ",%.6e", traces[r * steps + t]);
        fputc('\n', file);
    }
    const int failed = ferror(file);
    if (fclose(file) || failed)
        fail(path, strerror(errno));
}

static float *picture_values(const char *path, int64_t n)
{
    float *value = malloc((size_t)n * sizeof *value);
    if (!value)
        fail(path, "out of memory");
    return value;
}

/* The medium, faster rock darker, without a field. */
static float background(const nt_grid *medium, int x, int y, int z, int layer, const double source[3],
                        const double receiver[3])
{
    const int right = (int)nt_grid_size(medium, 0) - 1 - layer,
              bottom = (int)nt_grid_size(medium, 2) - 1 - layer;
    const float above = *(float *)nt_grid_cell(medium, x, y, 0);
    float grey = *(float *)nt_grid_cell(medium, x, y, z) > above ? 0.86f : 0.96f;
    if (((x == layer || x == right) && z <= bottom) || (z == bottom && x >= layer && x <= right))
        grey -= 0.12f;
    if (z == receiver[2] && x > layer && x < right && x % 4 == 0)
        grey = 0.2f;
    return fabs(z - source[2]) + fabs(x - source[0]) <= 1 ? 0 : grey;
}

void draw_slice(const char *path, const nt_grid *u, const nt_grid *medium, int layer, const double source[3],
                const double receiver[3])
{
    const int nx = (int)nt_grid_size(u, 0), nz = (int)nt_grid_size(u, 2), y = (int)source[1];
    float *value = picture_values(path, (int64_t)nx * nz), *grey = picture_values(path, (int64_t)nx * nz);
    for (int z = 0; z < nz; z++)
        for (int x = 0; x < nx; x++) {
            value[z * nx + x] = *(float *)nt_grid_cell(u, x, y, z) / full_slice;
            grey[z * nx + x] = background(medium, x, y, z, layer, source, receiver);
        }
    const char *why = picture_write(path, nx, nz, value, grey, 4, 4);
    free(value);
    free(grey);
    if (why)
        fail(path, why);
}

/* A trace a column, times its time, since waves get weaker as they go. */
void draw_section(const char *path, const double *traces, int n_traces, int steps)
{
    float *value = picture_values(path, (int64_t)steps * n_traces);
    for (int t = 0; t < steps; t++)
        for (int r = 0; r < n_traces; r++)
            value[t * n_traces + r] = (float)(traces[r * steps + t] * t / steps / full_section);
    const char *why = picture_write(path, n_traces, steps, value, NULL, 6, 1);
    free(value);
    if (why)
        fail(path, why);
}
