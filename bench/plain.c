/*
 * plain.c - the yardstick: a = sin(cos(a) sin(a)) as a plain C loop, as people would build it
 * SPDX-License-Identifier: MIT
 *
 * gcc -Ofast -march=native -fopenmp, nothing of nestune in it.  -Ofast lets gcc take the vector functions
 * of glibc (libmvec) and sets flush-to-zero, so this is an executable of its own.  Two forms:
 *
 *   plain   the loop as the notebook writes it.  gcc 12 joins sin(a) and cos(a) into one sincos, for which
 *           it knows no vector function: the loop stays scalar.
 *   split   the cosines of a stretch of the row first, in a loop of their own: gcc vectorises both loops.
 *           What someone gets who reads the vectoriser's report; libmvec errs by up to 4 ULP a call.
 *
 * Threads are bound and spin between the loops, unless the environment says otherwise.
 * The input is uniform in [-4, 4) and restored before each repetition: after one pass |a| < 0.48, and
 * sines of small arguments are quicker.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yardstick.h"

enum { EXIT_USAGE = 2, MAX_REPS = 1000, STRETCH = 256 };

typedef struct problem {
    size_t nx, ny, nz;
    int threads, reps, steps, form;
} problem;

/* Every loop is shared over z alike, so each thread works on the pages that it touched first. */
#define DEFINE(T, NAME, SIN, COS)                                                                            \
    static void fill_##NAME(const problem *p, T *a)                                                          \
    {                                                                                                        \
        const size_t plane = p->nx * p->ny;                                                                  \
        _Pragma("omp parallel for schedule(static) num_threads(p->threads)") for (size_t z = 0; z < p->nz;   \
                                                                                  z++) for (size_t i =       \
                                                                                                z * plane;   \
                                                                                            i <              \
                                                                                            (z + 1) * plane; \
                                                                                            i++) a[i] =      \
            (T)(8 * uniform(i) - 4);                                                                         \
    }                                                                                                        \
    static void restore_##NAME(const problem *p, T *restrict a, const T *restrict input)                     \
    {                                                                                                        \
        const size_t plane = p->nx * p->ny;                                                                  \
        _Pragma("omp parallel for schedule(static) num_threads(p->threads)") for (size_t z = 0; z < p->nz;   \
                                                                                  z++)                       \
            memcpy(a + z * plane, input + z * plane, plane * sizeof *a);                                     \
    }                                                                                                        \
    static void plain_##NAME(const problem *p, T *a)                                                         \
    {                                                                                                        \
        const size_t nx = p->nx, ny = p->ny;                                                                 \
        _Pragma(                                                                                             \
            "omp parallel for schedule(static) num_threads(p->threads)") for (size_t z = 0; z < p->nz;       \
                                                                              z++) for (size_t y = 0;        \
                                                                                        y < ny;              \
                                                                                        y++) for (size_t x = \
                                                                                                      0;     \
                                                                                                  x < nx;    \
                                                                                                  x++)       \
        {                                                                                                    \
            T *c = &a[x + nx * (y + ny * z)];                                                                \
            *c = SIN(COS(*c) * SIN(*c));                                                                     \
        }                                                                                                    \
    }                                                                                                        \
    static void split_##NAME(const problem *p, T *a)                                                         \
    {                                                                                                        \
        const size_t nx = p->nx, ny = p->ny;                                                                 \
        _Pragma(                                                                                             \
            "omp parallel for schedule(static) num_threads(p->threads)") for (size_t z = 0; z < p->nz;       \
                                                                              z++) for (size_t y = 0;        \
                                                                                        y < ny;              \
                                                                                        y++) for (size_t     \
                                                                                                      x0 =   \
                                                                                                          0; \
                                                                                                  x0 < nx;   \
                                                                                                  x0 +=      \
                                                                                                  STRETCH)   \
        {                                                                                                    \
            T cosine[STRETCH], *row = &a[x0 + nx * (y + ny * z)];                                            \
            const size_t n = nx - x0 < STRETCH ? nx - x0 : STRETCH;                                          \
            for (size_t x = 0; x < n; x++)                                                                   \
                cosine[x] = COS(row[x]);                                                                     \
            for (size_t x = 0; x < n; x++)                                                                   \
                row[x] = SIN(cosine[x] * SIN(row[x]));                                                       \
        }                                                                                                    \
    }                                                                                                        \
    static int time_##NAME(const problem *p, double *seconds)                                                \
    {                                                                                                        \
        const size_t n = p->nx * p->ny * p->nz;                                                              \
        T *a = malloc(n * sizeof *a), *input = malloc(n * sizeof *input);                                    \
        if (a && input) {                                                                                    \
            fill_##NAME(p, input);                                                                           \
            for (int r = -1; r < p->reps; r++) { /* the first one warms up, untimed */                       \
                restore_##NAME(p, a, input);                                                                 \
                const double start = now_s();                                                                \
                for (int s = 0; s < p->steps; s++)                                                           \
                    (p->form ? split_##NAME : plain_##NAME)(p, a);                                           \
                if (r >= 0)                                                                                  \
                    seconds[r] = now_s() - start;                                                            \
            }                                                                                                \
        }                                                                                                    \
        const int ok = a && input;                                                                           \
        free(a);                                                                                             \
        free(input);                                                                                         \
        return ok ? 0 : -1;                                                                                  \
    }
DEFINE(double, f64, sin, cos)
DEFINE(float, f32, sinf, cosf)

static const struct {
    const char *name;
    size_t bytes;
    int (*time)(const problem *p, double *seconds);
} dtypes[] = {{"f64", sizeof(double), time_f64}, {"f32", sizeof(float), time_f32}};
static const char *const forms[] = {"plain", "split"};
enum { N_DTYPES = sizeof dtypes / sizeof *dtypes, N_FORMS = sizeof forms / sizeof *forms };

static const char usage[] =
    "plain [--shape NXxNYxNZ] [--dtype f64|f32] [--form plain|split] [--threads N] [--reps N] [--steps N]\n"
    "      [--json]\n\n"
    "  --shape    cells, x fastest (default 100x10000x16)\n"
    "  --dtype    one element type alone (default both)\n"
    "  --form     plain, as written, or split, which gcc vectorises (default both)\n"
    "  --threads  default all allowed\n"
    "  --reps     timed repetitions, at least 5 (default 7); the median counts\n"
    "  --steps    passes a repetition (default 1)\n"
    "  --json     one JSON object a line in place of the table\n\n"
    "Times are for one cell and one pass.  Exit status: 0 done, 1 out of memory, 2 bad arguments.\n";

static int refuse(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "plain: %s %s: must be %s\n", option, value, allowed);
    return EXIT_USAGE;
}

/* A whole number from least to most, followed by the character `after`; NULL if it is none. */
static const char *number(const char *text, char after, unsigned long long least, unsigned long long most,
                          unsigned long long *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (errno || *end != after || *value < least || *value > most)
        return NULL;
    return after ? end + 1 : end;
}

static int parse_shape(const char *value, problem *p)
{
    unsigned long long nx, ny, nz;
    const char *rest = number(value, 'x', 1, 1 << 20, &nx);
    if (rest)
        rest = number(rest, 'x', 1, 1 << 20, &ny);
    if (rest)
        rest = number(rest, '\0', 1, 1 << 20, &nz);
    if (!rest)
        return refuse("--shape", value, "NXxNYxNZ, each from 1 to 1048576");
    p->nx = nx;
    p->ny = ny;
    p->nz = nz;
    return 0;
}

static int parse_count(const char *option, const char *value, int least, int most, int *count)
{
    unsigned long long n;
    char allowed[64];
    if (number(value, '\0', (unsigned)least, (unsigned)most, &n)) {
        *count = (int)n;
        return 0;
    }
    snprintf(allowed, sizeof allowed, "a whole number from %d to %d", least, most);
    return refuse(option, value, allowed);
}

/* What to time; -1 for all of them. */
typedef struct choice {
    int dtype, form, json;
} choice;

static int parse_name(const char *option, const char *value, choice *c)
{
    if (!strcmp(option, "--dtype")) {
        for (int d = 0; d < N_DTYPES; d++)
            if (!strcmp(value, dtypes[d].name))
                return c->dtype = d, 0;
        return refuse(option, value, "f64 or f32");
    }
    for (int f = 0; f < N_FORMS; f++)
        if (!strcmp(value, forms[f]))
            return c->form = f, 0;
    return refuse(option, value, "plain or split");
}

static int parse(int argc, char **argv, problem *p, choice *c)
{
    const struct {
        const char *name;
        int least, most, *count;
    } counts[] = {{"--threads", 1, omp_get_num_procs(), &p->threads},
                  {"--reps", 5, MAX_REPS, &p->reps},
                  {"--steps", 1, 1000, &p->steps}};
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        int status = -1;
        if (!strcmp(option, "--json")) {
            c->json = 1;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : "(nothing)";
        if (!strcmp(option, "--shape"))
            status = parse_shape(value, p);
        if (!strcmp(option, "--dtype") || !strcmp(option, "--form"))
            status = parse_name(option, value, c);
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            if (!strcmp(option, counts[k].name))
                status = parse_count(option, value, counts[k].least, counts[k].most, counts[k].count);
        if (status < 0) {
            fprintf(stderr,
                    "plain: %s: not an option; allowed are --shape, --dtype, --form, --threads, "
                    "--reps, --steps, --json and --help\n",
                    option);
            status = EXIT_USAGE;
        }
        if (status != 0)
            return status;
    }
    return 0;
}

static void print_row(const problem *p, int d, double ns, int json)
{
    if (json)
        printf("{\"kernel\":\"mathop\",\"form\":\"%s\",\"dtype\":\"%s\",\"shape\":[%zu,%zu,%zu],"
               "\"steps\":%d,\"threads\":%d,\"reps\":%d,\"ns_per_cell\":%.4f}\n",
               forms[p->form], dtypes[d].name, p->nx, p->ny, p->nz, p->steps, p->threads, p->reps, ns);
    else {
        char shape[72];
        snprintf(shape, sizeof shape, "%zux%zux%zu", p->nx, p->ny, p->nz);
        printf("%-5s  %-5s  %-14s %5d  %7d  %4d  %11.3f\n", forms[p->form], dtypes[d].name, shape, p->steps,
               p->threads, p->reps, ns);
    }
    fflush(stdout);
}

/* Times one form and type; 0, or -1 with one line on stderr. */
static int measure(const problem *p, int d, int json)
{
    double seconds[MAX_REPS];
    const double memory = memory_available();
    const double cells = (double)p->nx * (double)p->ny * (double)p->nz;
    if (2 * cells * (double)dtypes[d].bytes > memory || dtypes[d].time(p, seconds) != 0) {
        fprintf(stderr, "plain: two arrays of %zux%zux%zu %s take more than the memory available, %.0f MiB\n",
                p->nx, p->ny, p->nz, dtypes[d].name, memory / 0x1p20);
        return -1;
    }
    print_row(p, d, 1e9 * median(seconds, p->reps) / (cells * p->steps), json);
    return 0;
}

int main(int argc, char **argv)
{
    bind_threads(argv);
    problem p = {.nx = 100, .ny = 10000, .nz = 16, .threads = omp_get_max_threads(), .reps = 7, .steps = 1};
    choice c = {.dtype = -1, .form = -1};
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help"))
            return fputs(usage, stdout) < 0;
    const int status = parse(argc, argv, &p, &c);
    if (status != 0)
        return status;
    if (!c.json)
        printf("form   dtype  shape          steps  threads  reps  ns per cell\n");
    for (p.form = 0; p.form < N_FORMS; p.form++)
        for (int d = 0; d < N_DTYPES; d++)
            if ((c.form < 0 || p.form == c.form) && (c.dtype < 0 || d == c.dtype) &&
                measure(&p, d, c.json) != 0)
                return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
