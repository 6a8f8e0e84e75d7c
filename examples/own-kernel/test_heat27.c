/*
 * test_heat27.c - is the kernel right, with every instruction set, and in any schedule?
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <nestune/author.h>
#include <nestune/nestune.h>
#include <stdio.h>
#include <stdlib.h>

#include "heat27.h"

enum { NX = 37, NY = 11, NZ = 7, STEPS = 5, N_GRIDS = 4 };
extern const nt_module nt_module_heat27;

static void must(nt_status status, const nt_error *why)
{
    if (status != NT_OK) {
        fprintf(stderr, "%s\n", why->text);
        exit(1);
    }
}

static double *at(nt_grid *g, int x, int y, int z)
{
    return nt_grid_cell(g, x, y, z);
}

/* What heat27.c should compute, as a person would write it.  u[1] becomes the newer level. */
static void plain_step(nt_grid *u[2], nt_grid *k, nt_grid *q, double dt)
{
    static const double weight[] = {-128, 14, 3, 1};
    for (int z = 0; z < NZ; z++)
        for (int y = 0; y < NY; y++)
            for (int x = 0; x < NX; x++) {
                double l = 0;
                for (int dz = -1; dz <= 1; dz++)
                    for (int dy = -1; dy <= 1; dy++)
                        for (int dx = -1; dx <= 1; dx++)
                            l += weight[dx * dx + dy * dy + dz * dz] / 30 * *at(u[0], x + dx, y + dy, z + dz);
                *at(u[1], x, y, z) = *at(u[0], x, y, z) + dt * (*at(k, x, y, z) * l + *at(q, x, y, z));
            }
    nt_grid *swap = u[0];
    u[0] = u[1];
    u[1] = swap;
}

static void make_grids(nt_grid *g[N_GRIDS])
{
    nt_error why;
    for (int i = 0; i < N_GRIDS; i++) {
        must(nt_grid_create(&g[i], NT_F64, (int64_t[3]){NX, NY, NZ}, i < 2, NULL, &why), &why);
        nt_kernel_fill(nt_kernel_find("heat27"), i, 1, g[i]);
    }
}

/* The largest error of STEPS steps with this config. */
static double error_of(const char *config)
{
    const heat27 params = {.dt = 0.15};
    const nt_plan_options options = {.bytes = sizeof options, .params = &params, .config = config};
    nt_grid *ours[N_GRIDS], *plain[N_GRIDS];
    nt_plan *plan;
    nt_error why;
    make_grids(ours);
    make_grids(plain);
    must(nt_plan_create(&plan, nt_kernel_find("heat27"), ours, N_GRIDS, &options, &why), &why);
    nt_plan_run(plan, STEPS);
    for (int i = 0; i < STEPS; i++)
        plain_step(plain, plain[2], plain[3], params.dt);
    double most = 0;
    for (int z = 0; z < NZ; z++)
        for (int y = 0; y < NY; y++)
            for (int x = 0; x < NX; x++)
                most = fmax(most, fabs(*at((nt_grid *)nt_plan_newest(plan), x, y, z) - *at(plain[0], x, y, z)));
    nt_plan_destroy(plan);
    for (int i = 0; i < N_GRIDS; i++) {
        nt_grid_destroy(ours[i]);
        nt_grid_destroy(plain[i]);
    }
    return most;
}

int main(void)
{
    static const char *const schedules[] = {"", ",parallel=outer", ",parallel=middle,depth=3,tile=0x4x0,threads=2"};
    nt_error why;
    int n_wrong = 0;
    must(nt_module_add(&nt_module_heat27, &why), &why);
    for (int isa = 0; isa < NT_N_ISAS; isa++)
        for (int s = 0; nt_isa_available((nt_isa)isa) && s < 3; s++) {
            char config[100];
            snprintf(config, sizeof config, "isa=%s%s", nt_isa_name((nt_isa)isa), schedules[s]);
            const double error = error_of(config);
            const int wrong = !(error < 1e-14);
            printf("%-60s largest error %.1e%s\n", config, error, wrong ? ": WRONG" : "");
            n_wrong += wrong;
        }
    return n_wrong > 0;
}
