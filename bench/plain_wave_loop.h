/*
 * plain_wave_loop.h - the loops of plain_wave.c for one type and order
 * SPDX-License-Identifier: MIT
 *
 * Included once for each type T and radius M.
 */
#define NAME(f) JOIN(JOIN(f, T), M)

#include "plain_wave_row.h"

static void NAME(plain)(const problem *p, T *restrict next, const T *restrict u, const T *restrict c)
{
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = 0; z < p->nz; z++)
        for (long y = 0; y < p->ny; y++)
            NAME(row)(p->nx, p->sy, p->sz, next, u, c, y, z);
}

/* Each thread has the same planes as above.  It goes through all of them with one block of rows, then the
 * next. */
static void NAME(blocked)(const problem *p, T *restrict next, const T *restrict u, const T *restrict c)
{
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long part = 0; part < p->threads; part++) {
        const long z0 = p->nz * part / p->threads, z1 = p->nz * (part + 1) / p->threads;
        for (long y0 = 0; y0 < p->ny; y0 += p->block)
            for (long z = z0; z < z1; z++)
                for (long y = y0; y < y0 + p->block && y < p->ny; y++)
                    NAME(row)(p->nx, p->sy, p->sz, next, u, c, y, z);
    }
}

/* Values in [-1, 1), C below every order's limit, zeros in the halo.  Each thread touches its planes
 * first. */
static void NAME(fill)(const problem *p, T *restrict u, T *restrict older, T *restrict c)
{
    const long lines = p->ny + 2 * M;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = -M; z < p->nz + M; z++)
        for (long y = -M; y < p->ny + M; y++)
            for (long x = -M; x < p->nx + M; x++) {
                const long i = (z + M) * p->sz + (y + M) * p->sy + x + M;
                const int inside = z >= 0 && z < p->nz && y >= 0 && y < p->ny && x >= 0 && x < p->nx;
                u[i] = older[i] =
                    inside ? (T)(2 * nt_uniform((int64_t)((z * lines + y) * p->nx + x), 1) - 1) : 0;
                c[i] = (T)(0.02 + 0.1 * nt_uniform((int64_t)i, 1));
            }
}

static int NAME(time)(problem *p, double *seconds)
{
    p->sy = p->nx + 2 * M;
    p->sz = p->sy * (p->ny + 2 * M);
    const size_t bytes = (size_t)((p->nz + 2 * M) * p->sz) * sizeof(T);
    if (3.0 * (double)bytes > memory_available())
        return -1;
    T *u = malloc(bytes), *older = malloc(bytes), *c = malloc(bytes);
    const int ok = u && older && c;
    if (ok) {
        NAME(fill)(p, u, older, c);
        for (int r = -1; r < p->reps; r++) { /* the first run warms up and is not timed */
            const double start = now_s();
            for (int s = 0; s < p->steps; s++) {
                (p->form ? NAME(blocked) : NAME(plain))(p, older, u, c);
                T *newest = older;
                older = u;
                u = newest;
            }
            if (r >= 0)
                seconds[r] = now_s() - start;
        }
    }
    free(u);
    free(older);
    free(c);
    return ok ? 0 : -1;
}

#undef T
#undef M
#undef NAME
