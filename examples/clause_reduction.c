/*
 * clause_reduction.c - example: reduction(+ : inside), a sum to which all threads add
 * SPDX-License-Identifier: MIT
 *
 * The notebook's calcPi keeps one sum for each thread and adds them up at the end.  reduction(+ : inside) does both:
 * each thread gets a private `inside` that begins at 0, and at the end OpenMP adds them to the main program's.  Here the
 * points are not random but the centres of N x N squares: (2 x + 1) / (2 N), (2 y + 1) / (2 N).
 */
#include <stdio.h>

enum { N = 1000 };

int main(void)
{
    int inside = 0;
#pragma omp parallel for reduction(+ : inside)
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++)
            if ((2 * x + 1) * (2 * x + 1) + (2 * y + 1) * (2 * y + 1) <= 4 * N * N)
                inside++;
    printf("reduction: %d of %d points lie inside, so pi is about %.5f\n", inside, N * N,
           4.0 * inside / (N * N));
}
