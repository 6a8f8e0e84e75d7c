/*
 * shot.c - example: a shot over two layers of rock, its traces, and a slice through its waves
 * SPDX-License-Identifier: MIT
 *
 *     shot TRACES.csv SLICE.csv
 *     gnuplot -e "traces='TRACES.csv'; slice='SLICE.csv'" examples/shot.gp      draws section.png and slice.png
 *
 * A source of 20 Hz fires 100 m below a free surface.  100 receivers in a line, 50 m deep, hear the direct wave,
 * the surface's echo of it (the ghost, of the other sign) and what the boundary of the layers, 395 m deep, sends back.
 * The other five faces absorb.  590 steps are 0.8 s.  Lengths in m, times in s.
 *
 *   TRACES.csv   a line for each step: its time in s, then what each receiver hears
 *   SLICE.csv    the vertical plane through the source, half way in time, a line a cell: x, depth, field, (v dt/dx)^2
 */
#include <nestune/nestune.h>

#include "shot_output.h" /* must() and files */

/* Plane z lies (z + 1) dx deep: the mirror, where the field is 0, is one cell above plane 0. */
enum { NX = 200, NY = 140, NZ = 120, LAYER = 30, BOUNDARY_Z = 39, RECEIVERS = 100, STEPS = 590 };
static const int64_t n[3] = {NX, NY, NZ};
static const double dx = 10, v_above = 2000, v_below = 3000, frequency = 20, delay = 1.5 / 20;
static const double from[1][3] = {{NX / 2, NY / 2, 9}}; /* the source, in cells */
static const nt_boundary faces[NT_N_FACES] = {NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ABSORBING,
                                              NT_BOUNDARY_ABSORBING, NT_BOUNDARY_ABSORBING,
                                              NT_BOUNDARY_MIRROR,    NT_BOUNDARY_ABSORBING};

static void two_layers(nt_grid *velocity)
{
    for (int z = 0; z < NZ; z++)
        for (int y = 0; y < NY; y++)
            for (int x = 0; x < NX; x++)
                *(float *)nt_grid_cell(velocity, x, y, z) = (float)(z < BOUNDARY_Z ? v_above : v_below);
}

int main(int argc, char **argv)
{
    FILE *traces_file = open_output(argc, argv, 1), *slice_file = open_output(argc, argv, 2);
    nt_error why;

    /* The scheme, of order 8, its time step and its boundaries. */
    nt_wave *wave;
    must(nt_wave_create(&wave, 8, (double[3]){dx, dx, dx}, &why), &why);
    const double dt = 0.9 * nt_wave_max_dt(wave, v_below);
    must(nt_wave_absorb(wave, NT_F32, n, faces, LAYER, v_below * dt, &why), &why);
    const unsigned mirrors = nt_wave_mirror_faces(wave);

    /* The field at two times, all zero, and the medium. */
    nt_grid *grids[3], *medium; /* u twice, and the medium */
    for (int i = 0; i < 3; i++)
        must(nt_grid_create(&grids[i], NT_F32, n, i < 2 ? nt_wave_order(wave) / 2 : 0, NULL, &why), &why);
    two_layers(medium = grids[2]);
    must(nt_wave_medium(wave, medium, dt, &why), &why);

    /* One source, with its wavelet, and receivers, which need not lie on cells. */
    static double wavelet[STEPS], at[RECEIVERS][3], traces[RECEIVERS * STEPS];
    nt_wave_ricker(frequency, delay, dt, STEPS, wavelet);
    for (int r = 0; r < RECEIVERS; r++)
        at[r][0] = 30.7 + 1.4 * r, at[r][1] = NY / 2, at[r][2] = 4;
    nt_points *source, *line;
    must(nt_points_create(&source, &(nt_points_spec){1, from, NT_INTERPOLATION_SINC, {NX, NY, NZ}, mirrors},
                          &why),
         &why);
    must(nt_points_create(
             &line, &(nt_points_spec){RECEIVERS, at, NT_INTERPOLATION_SINC, {NX, NY, NZ}, mirrors}, &why),
         &why);
    nt_hook *fire, *listen;
    must(nt_points_force(&fire, source, wavelet, STEPS, &why), &why);
    must(nt_points_receiver(&listen, line, traces, STEPS, &why), &why);

    /* Half of the steps, a look at the field, the other half: configured as this machine was tuned. */
    const nt_hook *hooks[] = {fire, listen};
    const nt_plan_options options = {sizeof options, .params = wave, .hooks = hooks, .n_hooks = 2};
    nt_plan *plan;
    must(nt_plan_create(&plan, nt_kernel_find("wave"), grids, 3, &options, &why), &why);
    nt_plan_run(plan, STEPS / 2);
    write_slice(slice_file, argv[2], nt_plan_newest(plan), medium, NY / 2, dx);
    nt_plan_run(plan, STEPS - STEPS / 2);
    write_traces(traces_file, argv[1], traces, RECEIVERS, STEPS, dt);

    nt_plan_destroy(plan);
    nt_points_hook_destroy(fire);
    nt_points_hook_destroy(listen);
    nt_points_destroy(source);
    nt_points_destroy(line);
    for (int i = 0; i < 3; i++)
        nt_grid_destroy(grids[i]);
    nt_wave_destroy(wave);
}
