/*
 * plain_loop.h - the loops of plain.c for one type
 * SPDX-License-Identifier: MIT
 *
 * Included once for each type T; tgmath.h chooses sin or sinf.
 * All loops are shared over z in the same way, so each thread works on the pages that it touched first.
 */
#define NAME(f) JOIN(f, T)

static void NAME(fill)(const problem *p, T *a)
{
    const long plane = p->nx * p->ny;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = 0; z < p->nz; z++)
        for (long i = z * plane; i < (z + 1) * plane; i++)
            a[i] = (T)(8 * nt_uniform((int64_t)i, 1) - 4);
}

static void NAME(restore)(const problem *p, T *restrict a, const T *restrict input)
{
    const long plane = p->nx * p->ny;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = 0; z < p->nz; z++)
        memcpy(a + z * plane, input + z * plane, plane * sizeof *a);
}

static void NAME(plain)(const problem *p, T *a)
{
    const long nx = p->nx, ny = p->ny;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = 0; z < p->nz; z++)
        for (long y = 0; y < ny; y++)
            for (long x = 0; x < nx; x++) {
                T *c = &a[x + nx * (y + ny * z)];
                *c = sin(cos(*c) * sin(*c));
            }
}

static void NAME(split)(const problem *p, T *a)
{
    const long nx = p->nx, ny = p->ny;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (long z = 0; z < p->nz; z++)
        for (long y = 0; y < ny; y++)
            for (long x0 = 0; x0 < nx; x0 += STRETCH) {
                T cosine[STRETCH], *row = &a[x0 + nx * (y + ny * z)];
                const long n = nx - x0 < STRETCH ? nx - x0 : STRETCH;
                for (long x = 0; x < n; x++)
                    cosine[x] = cos(row[x]);
                for (long x = 0; x < n; x++)
                    row[x] = sin(cosine[x] * sin(row[x]));
            }
}

static int NAME(time)(problem *p, double *seconds)
{
    const size_t bytes = (size_t)(p->nx * p->ny * p->nz) * sizeof(T);
    if (2.0 * (double)bytes > memory_available())
        return -1;
    T *a = malloc(bytes), *input = malloc(bytes);
    const int ok = a && input;
    if (ok) {
        NAME(fill)(p, input);
        for (int r = -1; r < p->reps; r++) { /* the first run warms up and is not timed */
            NAME(restore)(p, a, input);
            const double start = now_s();
            for (int s = 0; s < p->steps; s++)
                (p->form ? NAME(split) : NAME(plain))(p, a);
            if (r >= 0)
                seconds[r] = now_s() - start;
        }
    }
    free(a);
    free(input);
    return ok ? 0 : -1;
}

#undef T
#undef NAME
