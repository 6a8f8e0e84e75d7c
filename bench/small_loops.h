/*
 * small_loops.h - the plain C loops beside which bench/small.c times small grids
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_SMALL_LOOPS_H
#define BENCH_SMALL_LOOPS_H

/* Cubes of n cells without padding, and for the wave equation with a halo of `radius` zeros.  older and c: of the wave equation alone.
 * After an odd number of steps `older` holds the newest level. */
typedef struct small_cube {
    void *u, *older;
    const void *c;
    long n;
    int threads;
} small_cube;

typedef struct small_loop {
    const char *kernel, *name; /* name: of the case */
    int radius;
    void (*run_f64)(const small_cube *cube, long steps);
    void (*run_f32)(const small_cube *cube, long steps);
} small_loop;

/* Ends with a NULL kernel. */
extern const small_loop small_loops[];

#endif /* BENCH_SMALL_LOOPS_H */
