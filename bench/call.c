/*
 * call.c - what a call of the library costs beyond the work, and what a config that the compiler knows would save
 * SPDX-License-Identifier: MIT
 *
 *   call [ROUNDS]        (41)
 *
 * One thread, one pass in place over cubes, small, in cache and in memory.  In ns: a call of the tile function itself; beyond it a
 * planned run, nt_plan_run(); an unplanned one, nt_run(); and a call that was compiled with function, size and strides as constants.
 * All four run in turn within a round; medians of the differences.
 *
 * Exit status: 0 done, 1 a plan could not be made, 2 bad arguments.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_compiled.h"
#include "nestune/nestune.h"
#include "timing.h"

enum { MOST_ROUNDS = 1001, WAYS = 4 };
static const char *const ways[WAYS] = {"tile", "planned", "unplanned", "compiled"};

/* What is timed. */
typedef struct call {
    const call_compiled *of;
    int side_at;
    nt_grid *grid;
    nt_plan *plan;
    nt_tile_fn *tile;
    nt_step step;
    nt_box box;
} call;

static void run(const call *c, int way)
{
    if (way == 0)
        c->tile(&c->step, &c->box);
    else if (way == 1)
        nt_plan_run(c->plan, 1);
    else if (way == 2)
        nt_run(c->of->kernel, c->grid, 1, NULL);
    else
        c->of->run[c->side_at](c->step.src.cells);
}

static double time_ns(const call *c, int way, int repeats)
{
    const double start = now_ns();
    for (int i = 0; i < repeats; i++)
        run(c, way);
    return (now_ns() - start) / repeats;
}

static void compare(const call *c, int rounds)
{
    static double ns[WAYS][MOST_ROUNDS];
    const double once = time_ns(c, 0, 1) + time_ns(c, 0, 1);
    const int repeats = once > 2e5 ? 1 : (int)(2e5 / (once + 20)) + 1; /* about 100 us a time */
    for (int r = -1; r < rounds; r++)
        for (int w = 0; w < WAYS; w++) {
            const double t = time_ns(c, w, repeats);
            if (r >= 0)
                ns[w][r] = t;
        }
    double beyond[WAYS]; /* the tile function, of each other way */
    for (int w = 1; w < WAYS; w++) {
        for (int r = 0; r < rounds; r++)
            ns[w][r] -= ns[0][r];
        beyond[w] = median(ns[w], rounds);
    }
    const double tile = median(ns[0], rounds);
    printf("%-7s %s %4d^3  %13.1f", c->of->kernel, nt_dtype_name(c->of->dtype), call_sides[c->side_at], tile);
    for (int w = 1; w < WAYS; w++)
        printf("  %+12.1f (%+.1f %%)", beyond[w], 100 * beyond[w] / tile);
    printf("\n");
}

/* The cells stay near 0, where both kernels keep them. */
static bool make(call *c)
{
    const int64_t n = call_sides[c->side_at];
    const nt_kernel *k = nt_kernel_find(c->of->kernel);
    nt_error why;
    nt_config config = nt_config_blank(k);
    char text[200];
    snprintf(text, sizeof text, "isa=%s,variant=%s,fn=%s,parallel=serial", nt_isa_name(call_isa), c->of->variant, c->of->fn);
    const nt_plan_options options = {.bytes = sizeof options, .config = text, .most_threads = 1, .steps = 1};
    if (nt_grid_create(&c->grid, c->of->dtype, (int64_t[3]){n, n, n}, 0, NULL, &why) != NT_OK ||
        nt_plan_create(&c->plan, k, &c->grid, 1, &options, &why) != NT_OK ||
        nt_config_parse(k, text, &config, &why) != NT_OK) {
        fprintf(stderr, "call: %s\n", why.text);
        return false;
    }
    static const nt_view none[NT_MAX_COEFS];
    const nt_view view = {.cells = nt_grid_cell(c->grid, 0, 0, 0), .sy = n, .sz = n * n, .end = n};
    c->tile = nt_kernel_function(k, c->of->dtype, &config)->tile;
    c->step = (nt_step){.src = view, .dst = view, .coef = none, .config = nt_plan_config(c->plan)};
    c->box = (nt_box){0, n * n * n, 0, 1, 0, 1};
    return true;
}

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 41;
    if (argc > 2 || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "call [ROUNDS]: from 1 to %d\n", MOST_ROUNDS), 2;
    if (!nt_isa_available(call_isa))
        return fprintf(stderr, "call: this CPU has no %s\n", nt_isa_name(call_isa)), 1;
    omp_set_num_threads(1); /* for nt_run() */
    printf("%s, one thread, ns; beyond the tile function:\n%-17s  %13s", nt_isa_name(call_isa), "", ways[0]);
    for (int w = 1; w < WAYS; w++)
        printf("  %21s", ways[w]);
    printf("\n");
    for (const call_compiled *of = call_compiled_kernels; of->kernel; of++)
        for (int s = 0; s < CALL_SIDES; s++) {
            call c = {.of = of, .side_at = s};
            if (!make(&c))
                return 1;
            compare(&c, rounds);
            nt_plan_destroy(c.plan);
            nt_grid_destroy(c.grid);
        }
    return 0;
}
