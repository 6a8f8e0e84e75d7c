/*
 * plain_wave.c - the yardstick: the wave equation's update as a plain C loop, with the compiler's fast
 * options SPDX-License-Identifier: MIT
 *
 * Compiled by gcc -Ofast -march=native -fopenmp into a program of its own, as plain.c is; of nestune it uses
 * only the random input.  Variable velocity, in place over two levels, orders 2, 4 and 8.  Two forms:
 *
 *   plain    three nested loops, the outer one shared: what people write first
 *   blocked  rows in blocks, so that the planes above and below are still in cache when they are read again
 *
 * Threads are bound and spin between the loops, unless the environment says otherwise.
 */
#include <stdio.h>
#include <stdlib.h>

#include "nestune/philox.h"
#include "yardstick.h"

/* c0 of three axes, then c1, c2, ...: Fornberg, Math. Comp. 51 (1988). */
/* A radius M for each order 2M. */
#define T float
#define M 1
#include "plain_wave_loop.h"
#define T float
#define M 2
#include "plain_wave_loop.h"
#define T float
#define M 4
#include "plain_wave_loop.h"
#define T double
#define M 1
#include "plain_wave_loop.h"
#define T double
#define M 2
#include "plain_wave_loop.h"
#define T double
#define M 4
#include "plain_wave_loop.h"

static const loop loops[] = {{"f32", "2", time_float_1},
                             {"f32", "4", time_float_2},
                             {"f32", "8", time_float_4},
                             {"f64", "2", time_double_1},
                             {"f64", "4", time_double_2},
                             {"f64", "8", time_double_4},
                             {0}};
static const char *const forms[] = {"plain", "blocked", NULL};

static const struct argp_option options[] = {
    {"shape", OPTION_SHAPE, "NXxNYxNZ", 0, "cells, x fastest (default 512x512x512)", 0},
    {"order", OPTION_ORDER, "2|4|8", 0, "one spatial order alone (default all three)", 0},
    {"dtype", OPTION_DTYPE, "f32|f64", 0, "one element type alone (default both)", 0},
    {"form", OPTION_FORM, "plain|blocked", 0,
     "plain, three loops, or blocked, with rows in blocks (default both)", 0},
    {"block", OPTION_BLOCK, "N", 0, "rows of a block (default 32)", 0},
    {"threads", OPTION_THREADS, "N", 0, "default all allowed", 0},
    {"reps", OPTION_REPS, "N", 0, "timed repetitions, at least 5 (default 7); the median counts", 0},
    {"steps", OPTION_STEPS, "N", 0, "steps a repetition (default 4)", 0},
    {"json", OPTION_JSON, 0, 0, "one JSON object a line in place of the table", 0},
    {"help", OPTION_HELP, 0, 0, "this list", 0},
    {0},
};

static void print_row(const problem *p, const loop *l, double ns, int json)
{
    char shape[72];
    snprintf(shape, sizeof shape, "%ldx%ldx%ld", p->nx, p->ny, p->nz);
    if (json)
        printf("{\"kernel\":\"wave\",\"form\":\"%s\",\"dtype\":\"%s\",\"order\":%s,\"shape\":[%ld,%ld,%ld],"
               "\"steps\":%d,\"threads\":%d,\"reps\":%d,\"ns_per_cell\":%.4f,\"gpts_per_s\":%.4f}\n",
               forms[p->form], l->dtype, l->order, p->nx, p->ny, p->nz, p->steps, p->threads, p->reps, ns,
               1 / ns);
    else
        printf("%-7s  %-5s  %5s  %-14s %5d  %7d  %4d  %11.3f  %6.2f\n", forms[p->form], l->dtype, l->order,
               shape, p->steps, p->threads, p->reps, ns, 1 / ns);
}

int main(int argc, char **argv)
{
    static const yardstick y = {
        .name = "plain_wave",
        .doc = "Times the wave equation's update as a plain C loop, for one cell and one step.\v"
               "Exit status: 0 done, 1 out of memory, 2 bad arguments.",
        .head = "form     dtype  order  shape          steps  threads  reps  ns per cell  GPts/s",
        .arrays = "three arrays",
        .most_cells = 1 << 16,
        .options = options,
        .forms = forms,
        .loops = loops,
        .print = print_row,
    };
    const problem p = {.nx = 512, .ny = 512, .nz = 512, .reps = 7, .steps = 4, .block = 32};
    return yardstick_main(&y, p, argc, argv);
}
