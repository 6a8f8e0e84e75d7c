/*
 * plain.c - the yardstick: a = sin(cos(a) sin(a)) as a plain C loop, with the compiler's fast options
 * SPDX-License-Identifier: MIT
 *
 * Compiled by gcc -Ofast -march=native -fopenmp; of nestune it uses only the random input.  -Ofast lets gcc
 * use the vector functions of glibc (libmvec) and sets flush-to-zero, so this must be a program of its own.
 * Two forms:
 *
 *   plain   the loop as the notebook writes it.  gcc 12 joins sin(a) and cos(a) into one sincos, for which
 *           it knows no vector function: the loop stays scalar.
 *   split   computes the cosines of part of a row first, in a separate loop: gcc vectorises both loops.  A
 *           programmer who reads the vectoriser's report would write this.  libmvec errs by up to 4 ULP a
 *           call.
 *
 * Threads are bound and spin between the loops, unless the environment says otherwise.
 * The input is uniform in [-4, 4) and restored before each repetition, because after one pass |a| < 0.48, and
 * sines of small arguments are faster.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

#include "nestune/philox.h"
#include "yardstick.h"

enum { STRETCH = 256 };

#define T double
#include "plain_loop.h"
#define T float
#include "plain_loop.h"

static const loop loops[] = {{"f64", NULL, time_double}, {"f32", NULL, time_float}, {0}};
static const char *const forms[] = {"plain", "split", NULL};

static const struct argp_option options[] = {
    {"shape", OPTION_SHAPE, "NXxNYxNZ", 0, "cells, x fastest (default 100x10000x16)", 0},
    {"dtype", OPTION_DTYPE, "f64|f32", 0, "one element type alone (default both)", 0},
    {"form", OPTION_FORM, "plain|split", 0,
     "plain, as written, or split, which gcc vectorises (default both)", 0},
    {"threads", OPTION_THREADS, "N", 0, "default all allowed", 0},
    {"reps", OPTION_REPS, "N", 0, "timed repetitions, at least 5 (default 7); the median counts", 0},
    {"steps", OPTION_STEPS, "N", 0, "passes a repetition (default 1)", 0},
    {"json", OPTION_JSON, 0, 0, "one JSON object a line in place of the table", 0},
    {"help", OPTION_HELP, 0, 0, "this list", 0},
    {0},
};

static void print_row(const problem *p, const loop *l, double ns, int json)
{
    char shape[72];
    snprintf(shape, sizeof shape, "%ldx%ldx%ld", p->nx, p->ny, p->nz);
    if (json)
        printf("{\"kernel\":\"mathop\",\"form\":\"%s\",\"dtype\":\"%s\",\"shape\":[%ld,%ld,%ld],"
               "\"steps\":%d,\"threads\":%d,\"reps\":%d,\"ns_per_cell\":%.4f}\n",
               forms[p->form], l->dtype, p->nx, p->ny, p->nz, p->steps, p->threads, p->reps, ns);
    else
        printf("%-5s  %-5s  %-14s %5d  %7d  %4d  %11.3f\n", forms[p->form], l->dtype, shape, p->steps,
               p->threads, p->reps, ns);
}

int main(int argc, char **argv)
{
    static const yardstick y = {
        .name = "plain",
        .doc = "Times a = sin(cos(a) sin(a)) as a plain C loop, for one cell and one pass.\v"
               "Exit status: 0 done, 1 out of memory, 2 bad arguments.",
        .head = "form   dtype  shape          steps  threads  reps  ns per cell",
        .arrays = "two arrays",
        .most_cells = 1 << 20,
        .options = options,
        .forms = forms,
        .loops = loops,
        .print = print_row,
    };
    return yardstick_main(&y, (problem){.nx = 100, .ny = 10000, .nz = 16, .reps = 7, .steps = 1}, argc, argv);
}
