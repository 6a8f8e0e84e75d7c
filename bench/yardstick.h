/*
 * yardstick.h - what the plain C loops share: options, clock, input, report
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_YARDSTICK_H
#define BENCH_YARDSTICK_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

/* Names in the loops' headers: JOIN(time, T) is time_double where T is double. */
#define JOIN_AS_IS(a, b) a##_##b
#define JOIN(a, b)       JOIN_AS_IS(a, b)

typedef struct problem {
    long nx, ny, nz;
    long sy, sz; /* strides of rows and planes with a halo, in elements: set by the loop that has one */
    int threads, reps, steps;
    int form;  /* index of the yardstick's forms */
    int block; /* rows per block, in a form with blocks */
} problem;

/* The loops of one type; time() fills seconds[reps], or returns -1 where memory is short. */
typedef struct loop {
    const char *dtype, *order; /* order: NULL where there is none */
    int (*time)(problem *p, double *seconds);
} loop;

/* The keys of options; each yardstick lists those that it has. */
enum {
    OPTION_SHAPE = 256, /* beyond the characters: no short options */
    OPTION_DTYPE,
    OPTION_ORDER,
    OPTION_FORM,
    OPTION_BLOCK,
    OPTION_THREADS,
    OPTION_REPS,
    OPTION_STEPS,
    OPTION_JSON,
    OPTION_HELP
};

typedef struct yardstick {
    const char *name, *doc, *head;     /* head: of the table */
    const char *arrays;                /* how many: "two arrays" */
    long most_cells;                   /* along an axis */
    const struct argp_option *options; /* ends as argp requires */
    const char *const *forms;          /* ends with NULL */
    const loop *loops;                 /* ends with a NULL dtype */
    void (*print)(const problem *p, const loop *l, double ns, int json);
} yardstick;

/* Does all of main()'s work; p holds the defaults.  Exit status: 0 done, 1 out of memory, 2 bad arguments. */
int yardstick_main(const yardstick *y, problem p, int argc, char **argv);

double now_s(void);

/* Bytes that can be allocated without swapping; if Linux does not report them, the physical memory. */
double memory_available(void);

#endif /* BENCH_YARDSTICK_H */
