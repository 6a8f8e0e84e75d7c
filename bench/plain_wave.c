/*
 * plain_wave.c - the yardstick: the wave equation's update as a plain C loop, as people would build it
 * SPDX-License-Identifier: MIT
 *
 * gcc -Ofast -march=native -fopenmp, nothing of nestune in it, an executable of its own as plain.c is.  Variable
 * velocity, in place over two levels, orders 2, 4 and 8.  Two forms:
 *
 *   plain    three nested loops, the outer one shared: what people write first
 *   blocked  rows in blocks, so that the planes above and below are still in cache when they are read again
 *
 * Threads are bound and spin between the loops, unless the environment says otherwise.
 */
#include <errno.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yardstick.h"

enum { EXIT_USAGE = 2, MAX_REPS = 1000 };

typedef struct problem {
    long nx, ny, nz, sy, sz; /* cells; strides of rows and planes with their halo, in elements */
    int threads, reps, steps, form, block;
} problem;

/* c0 of three axes, then c1, c2, ...: Fornberg, Math. Comp. 51 (1988). */
#define ORDER_2 \
    {           \
        -6, 1   \
    }
#define ORDER_4                  \
    {                            \
        -7.5, 4.0 / 3, -1.0 / 12 \
    }
#define ORDER_8                                               \
    {                                                         \
        -205.0 / 24, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560 \
    }
static const float f32_2_weights[] = ORDER_2, f32_4_weights[] = ORDER_4, f32_8_weights[] = ORDER_8;
static const double f64_2_weights[] = ORDER_2, f64_4_weights[] = ORDER_4, f64_8_weights[] = ORDER_8;

#define T       float
#define M       1
#define NAME(f) f32_2_##f
#include "plain_wave_loop.h"
#define T       float
#define M       2
#define NAME(f) f32_4_##f
#include "plain_wave_loop.h"
#define T       float
#define M       4
#define NAME(f) f32_8_##f
#include "plain_wave_loop.h"
#define T       double
#define M       1
#define NAME(f) f64_2_##f
#include "plain_wave_loop.h"
#define T       double
#define M       2
#define NAME(f) f64_4_##f
#include "plain_wave_loop.h"
#define T       double
#define M       4
#define NAME(f) f64_8_##f
#include "plain_wave_loop.h"

static const struct {
    const char *dtype;
    int order, bytes;
    int (*time)(const problem *p, double *seconds);
} loops[] = {{"f32", 2, 4, f32_2_time}, {"f32", 4, 4, f32_4_time}, {"f32", 8, 4, f32_8_time},
             {"f64", 2, 8, f64_2_time}, {"f64", 4, 8, f64_4_time}, {"f64", 8, 8, f64_8_time}};
static const char *const forms[] = {"plain", "blocked"};
enum { N_LOOPS = sizeof loops / sizeof *loops, N_FORMS = sizeof forms / sizeof *forms };

static const char usage[] =
    "plain_wave [--shape NXxNYxNZ] [--order 2|4|8] [--dtype f32|f64] [--form plain|blocked] [--block N]\n"
    "           [--threads N] [--reps N] [--steps N] [--json]\n\n"
    "  --shape    cells, x fastest (default 512x512x512)\n"
    "  --order    one spatial order alone (default all three)\n"
    "  --dtype    one element type alone (default both)\n"
    "  --form     plain, three loops, or blocked, with rows in blocks (default both)\n"
    "  --block    rows of a block (default 32)\n"
    "  --threads  default all allowed\n"
    "  --reps     timed repetitions, at least 5 (default 7); the median counts\n"
    "  --steps    steps a repetition (default 4)\n"
    "  --json     one JSON object a line in place of the table\n\n"
    "Times are for one cell and one step.  Exit status: 0 done, 1 out of memory, 2 bad arguments.\n";

static int refuse(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "plain_wave: %s %s: must be %s\n", option, value, allowed);
    return EXIT_USAGE;
}

/* A whole number from least to most, followed by the character `after`; NULL if it is none. */
static const char *number(const char *text, char after, long least, long most, long *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *value = strtol(text, &end, 10);
    if (errno || *end != after || *value < least || *value > most)
        return NULL;
    return after ? end + 1 : end;
}

static int parse_shape(const char *value, problem *p)
{
    const char *rest = number(value, 'x', 1, 1 << 16, &p->nx);
    if (rest)
        rest = number(rest, 'x', 1, 1 << 16, &p->ny);
    if (rest)
        rest = number(rest, '\0', 1, 1 << 16, &p->nz);
    return rest ? 0 : refuse("--shape", value, "NXxNYxNZ, each from 1 to 65536");
}

/* What to time: NULL and 0 for all of them. */
typedef struct choice {
    const char *dtype, *form;
    int order, json;
} choice;

static int parse_name(const char *option, const char *value, const char *const allowed[2], const char **name)
{
    char text[64];
    for (int i = 0; i < 2; i++)
        if (!strcmp(value, allowed[i]))
            return *name = allowed[i], 0;
    snprintf(text, sizeof text, "%s or %s", allowed[0], allowed[1]);
    return refuse(option, value, text);
}

static int parse_count(const char *option, const char *value, int least, int most, int *count)
{
    long n;
    char allowed[64];
    if (number(value, '\0', least, most, &n))
        return *count = (int)n, 0;
    snprintf(allowed, sizeof allowed, "a whole number from %d to %d", least, most);
    return refuse(option, value, allowed);
}

static int parse_one(const char *option, const char *value, problem *p, choice *c)
{
    static const char *const dtypes[] = {"f32", "f64"};
    if (!strcmp(option, "--shape"))
        return parse_shape(value, p);
    if (!strcmp(option, "--dtype"))
        return parse_name(option, value, dtypes, &c->dtype);
    if (!strcmp(option, "--form"))
        return parse_name(option, value, forms, &c->form);
    if (!strcmp(option, "--order")) {
        const int status = parse_count(option, value, 2, 8, &c->order);
        return status || (c->order != 6 && c->order % 2 == 0) ? status : refuse(option, value, "2, 4 or 8");
    }
    if (!strcmp(option, "--threads"))
        return parse_count(option, value, 1, omp_get_num_procs(), &p->threads);
    if (!strcmp(option, "--reps"))
        return parse_count(option, value, 5, MAX_REPS, &p->reps);
    if (!strcmp(option, "--steps"))
        return parse_count(option, value, 1, 1000, &p->steps);
    if (!strcmp(option, "--block"))
        return parse_count(option, value, 1, 1 << 16, &p->block);
    fprintf(stderr, "plain_wave: %s: not an option; plain_wave --help lists them\n", option);
    return EXIT_USAGE;
}

/* Times one form, type and order; 0, or -1 with one line on stderr. */
static int measure(problem *p, int l, int json)
{
    double seconds[MAX_REPS];
    const int halo = loops[l].order; /* both sides */
    const double memory = memory_available(), cells = (double)p->nx * (double)p->ny * (double)p->nz;
    p->sy = p->nx + halo;
    p->sz = p->sy * (p->ny + halo);
    if (3.0 * (double)p->sz * (double)(p->nz + halo) * loops[l].bytes > memory ||
        loops[l].time(p, seconds) != 0) {
        fprintf(stderr,
                "plain_wave: three arrays of %ldx%ldx%ld %s take more than the memory available, %.0f MiB\n",
                p->nx, p->ny, p->nz, loops[l].dtype, memory / 0x1p20);
        return -1;
    }
    const double ns = 1e9 * median(seconds, p->reps) / (cells * p->steps);
    char shape[72];
    snprintf(shape, sizeof shape, "%ldx%ldx%ld", p->nx, p->ny, p->nz);
    if (json)
        printf("{\"kernel\":\"wave\",\"form\":\"%s\",\"dtype\":\"%s\",\"order\":%d,\"shape\":[%ld,%ld,%ld],"
               "\"steps\":%d,\"threads\":%d,\"reps\":%d,\"ns_per_cell\":%.4f,\"gpts_per_s\":%.4f}\n",
               forms[p->form], loops[l].dtype, loops[l].order, p->nx, p->ny, p->nz, p->steps, p->threads,
               p->reps, ns, 1 / ns);
    else
        printf("%-7s  %-5s  %5d  %-14s %5d  %7d  %4d  %11.3f  %6.2f\n", forms[p->form], loops[l].dtype,
               loops[l].order, shape, p->steps, p->threads, p->reps, ns, 1 / ns);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    bind_threads(argv);
    problem p = {.nx = 512,
                 .ny = 512,
                 .nz = 512,
                 .threads = omp_get_max_threads(),
                 .reps = 7,
                 .steps = 4,
                 .block = 32};
    choice c = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help"))
            return fputs(usage, stdout) < 0;
        if (!strcmp(argv[i], "--json")) {
            c.json = 1;
            continue;
        }
        const char *option = argv[i], *value = i + 1 < argc ? argv[++i] : "(nothing)";
        const int status = parse_one(option, value, &p, &c);
        if (status != 0)
            return status;
    }
    if (!c.json)
        printf("form     dtype  order  shape          steps  threads  reps  ns per cell  GPts/s\n");
    for (p.form = 0; p.form < N_FORMS; p.form++)
        for (int l = 0; l < N_LOOPS; l++)
            if ((!c.form || !strcmp(c.form, forms[p.form])) &&
                (!c.dtype || !strcmp(c.dtype, loops[l].dtype)) && (!c.order || c.order == loops[l].order) &&
                measure(&p, l, c.json) != 0)
                return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
