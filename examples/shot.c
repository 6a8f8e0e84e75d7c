/*
 * shot.c - example: a shot over two layers of rock, its traces and two pictures of its waves
 * SPDX-License-Identifier: MIT
 *
 *     shot TRACES.csv SLICE.png SECTION.png
 *
 * A source of 20 Hz fires 100 m below a free surface.  100 receivers in a line, 50 m deep, hear the direct wave,
 * the surface's echo of it (the ghost, of the other sign) and what the boundary of the layers, 395 m deep, sends back.
 *
 *   TRACES.csv   a line for each step: its time in s, then what each receiver hears
 *   SLICE.png    the vertical plane through the source, half way in time, over the velocities in grey
 *   SECTION.png  the traces side by side, time downwards
 *
 * The other five faces absorb.  Lengths in m, times in s.
 */
#include <errno.h>
#include <math.h>
#include <nestune/nestune.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

enum {
    NX = 200,
    NY = 140,
    NZ = 120,
    LAYER = 30,
    RECEIVERS = 100,
    SOURCE_Z = 9,
    RECEIVER_Z = 4,
    BOUNDARY_Z = 39
};
static const double dx = 10, v_above = 2000, v_below = 3000, frequency = 20, delay = 1.5 / 20, duration = 0.8;
static const nt_boundary faces[NT_N_FACES] = {NT_ABSORBING, NT_ABSORBING, NT_ABSORBING,
                                              NT_ABSORBING, NT_MIRROR,    NT_ABSORBING};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "shot: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void must(nt_status status, const nt_error *why)
{
    if (status != NT_OK)
        fail("refused", why->text);
}

/* Plane z lies (z + 1) dx deep: the mirror, where the field is 0, is one cell above plane 0. */
static double velocity(int64_t z)
{
    return z < BOUNDARY_Z ? v_above : v_below;
}

static void write_traces(FILE *file, const char *path, const double *traces, int64_t steps, double dt)
{
    for (int64_t t = 0; t < steps; t++) {
        fprintf(file, "%.6f",
                (double)(t + 1) * dt); /* a trace's first value is the field after the first step */
        for (int r = 0; r < RECEIVERS; r++)
            fprintf(file, ",%.6e", traces[r * steps + t]);
        fputc('\n', file);
    }
    if (ferror(file) | fclose(file))
        fail(path, strerror(errno));
}

/* The plane y = NY / 2.  Lines mark where the layers begin, dots the source and the receivers. */
static void draw_slice(const char *path, const nt_grid *u, float full)
{
    static float value[NZ][NX], grey[NZ][NX];
    for (int z = 0; z < NZ; z++)
        for (int x = 0; x < NX; x++) {
            value[z][x] = *(float *)nt_grid_cell(u, x, NY / 2, z) / full;
            grey[z][x] = velocity(z) > v_above ? 0.86f : 0.96f;
            if (((x == LAYER || x == NX - 1 - LAYER) && z <= NZ - 1 - LAYER) ||
                (z == NZ - 1 - LAYER && x >= LAYER && x <= NX - 1 - LAYER))
                grey[z][x] -= 0.12f;
            if (z == RECEIVER_Z && x > LAYER && x < NX - 1 - LAYER && x % 4 == 0)
                grey[z][x] = 0.2f;
            if (abs(z - SOURCE_Z) + abs(x - NX / 2) <= 1)
                grey[z][x] = 0;
        }
    const char *why = picture_write(path, NX, NZ, value[0], grey[0], 4, 4);
    if (why)
        fail(path, why);
}

/* A trace a column, times its time, since waves get weaker as they go. */
static void draw_section(const char *path, const double *traces, int64_t steps, double full)
{
    float *value = malloc((size_t)steps * RECEIVERS * sizeof *value);
    if (!value)
        fail(path, "out of memory");
    for (int64_t t = 0; t < steps; t++)
        for (int r = 0; r < RECEIVERS; r++)
            value[t * RECEIVERS + r] = (float)(traces[r * steps + t] * (double)t / (double)steps / full);
    const char *why = picture_write(path, RECEIVERS, (int)steps, value, NULL, 6, 1);
    free(value);
    if (why)
        fail(path, why);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fputs("usage: shot TRACES.csv SLICE.png SECTION.png\n", stderr), 2;
    FILE *file = fopen(argv[1], "w");
    if (!file)
        fail(argv[1], strerror(errno));

    /* The scheme, its time step and its boundaries. */
    const int64_t n[3] = {NX, NY, NZ};
    nt_error why;
    nt_wave wave;
    must(nt_wave_init(&wave, 8, (double[3]){dx, dx, dx}, &why), &why);
    const double dt = 0.9 * nt_wave_max_dt(&wave, v_below);
    const int64_t half = (int64_t)ceil(duration / dt / 2), steps = 2 * half;
    must(nt_wave_absorb(&wave, NT_F32, n, faces, LAYER, v_below * dt, &why), &why);

    /* The field at two times, all zero, and the medium. */
    nt_grid u[2], medium;
    for (int i = 0; i < 2; i++)
        must(nt_grid_create(&u[i], NT_F32, NX, NY, NZ, wave.order / 2, NULL, &why), &why);
    must(nt_grid_create(&medium, NT_F32, NX, NY, NZ, 0, NULL, &why), &why);
    for (int64_t z = 0; z < NZ; z++)
        for (int64_t y = 0; y < NY; y++)
            for (int64_t x = 0; x < NX; x++)
                *(float *)nt_grid_cell(&medium, x, y, z) = (float)velocity(z);
    must(nt_wave_medium(&wave, &medium, dt, &why), &why);

    /* One source, and receivers that need not lie on cells. */
    const double at[1][3] = {{NX / 2, NY / 2, SOURCE_Z}};
    double line[RECEIVERS][3], *wavelet = malloc((size_t)steps * sizeof *wavelet);
    double *traces = malloc((size_t)steps * sizeof *traces * RECEIVERS);
    if (!wavelet || !traces)
        fail("traces", "out of memory");
    for (int r = 0; r < RECEIVERS; r++)
        memcpy(line[r], (double[3]){30.7 + 1.4 * r, NY / 2, RECEIVER_Z}, sizeof line[r]);
    nt_wave_ricker(frequency, delay, dt, steps, wavelet);
    nt_points *source, *receivers;
    must(nt_points_create(&source, &(nt_points_spec){1, at, NT_SINC, {NX, NY, NZ}, &wave}, &why), &why);
    must(nt_points_create(&receivers, &(nt_points_spec){RECEIVERS, line, NT_SINC, {NX, NY, NZ}, &wave}, &why),
         &why);
    const nt_hook hooks[] = {nt_points_force(source, wavelet, steps),
                             nt_points_receiver(receivers, traces, steps)};

    /* Half of the steps, a look at the field, the other half: configured as this machine was tuned. */
    const nt_problem problem = {.kernel = nt_kernel_find("wave"),
                                .level = {&u[0], &u[1]},
                                .coef = {&medium},
                                .params = &wave,
                                .steps = half,
                                .hooks = hooks,
                                .n_hooks = 2};
    nt_plan *plan;
    must(nt_plan_create(&plan, &problem, NULL, &why), &why);
    nt_plan_run(plan);
    draw_slice(argv[2], nt_plan_newest(plan), 0.0012f);
    nt_plan_run(plan);
    write_traces(file, argv[1], traces, steps, dt);
    draw_section(argv[3], traces, steps, 0.0005);

    nt_plan_destroy(plan);
    nt_points_destroy(source);
    nt_points_destroy(receivers);
    for (int i = 0; i < 2; i++)
        nt_grid_free(&u[i]);
    nt_grid_free(&medium);
    nt_wave_free(&wave);
    free(wavelet);
    free(traces);
    return EXIT_SUCCESS;
}
