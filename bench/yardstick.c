/*
 * yardstick.c - what the plain C loops share: options, clock, report
 * SPDX-License-Identifier: MIT
 */
#include "yardstick.h"

#include <errno.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bind_threads.h"

enum { EXIT_USAGE = 2, MAX_REPS = 1000 };

/* What to time; a name is NULL for all of them. */
typedef struct choice {
    const yardstick *y;
    problem p;
    const char *dtype, *order, *form;
    int json;
} choice;

double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double memory_available(void)
{
    char line[128];
    double kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && kib == 0 && fgets(line, sizeof line, f))
        if (!strncmp(line, "MemAvailable:", 13))
            kib = strtod(line + 13, NULL);
    if (f)
        fclose(f);
    return kib > 0 ? 1024 * kib : (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, ascending);
    return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

/* ---- Options ------------------------------------------------------------------------------- */

static _Noreturn void refuse(const choice *c, const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "%s: %s %s: must be %s\n", c->y->name, option, value, allowed);
    exit(EXIT_USAGE);
}

/* Replaces argp's own errors, which are two lines long. */
static _Noreturn void refuse_word(const choice *c, const char *word)
{
    fprintf(stderr,
            "%s: %s: not an option, or its value is missing or too much: `%s --help` lists the options\n",
            c->y->name, word, c->y->name);
    exit(EXIT_USAGE);
}

/* Reads a whole number from 1 and the character behind it; NULL if they are not there. */
static const char *number(const char *text, char after, long most, long *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *value = strtol(text, &end, 10);
    return errno || *end != after || *value < 1 || *value > most ? NULL : end + 1;
}

static void take_shape(choice *c, const char *value)
{
    const long most = c->y->most_cells;
    char allowed[64];
    const char *rest = number(value, 'x', most, &c->p.nx);
    if (rest)
        rest = number(rest, 'x', most, &c->p.ny);
    if (rest && number(rest, '\0', most, &c->p.nz))
        return;
    snprintf(allowed, sizeof allowed, "NXxNYxNZ, each from 1 to %ld", most);
    refuse(c, "--shape", value, allowed);
}

static int take_count(const choice *c, const char *option, const char *value, int least, int most)
{
    long n;
    char allowed[64];
    if (number(value, '\0', most, &n) && n >= least)
        return (int)n;
    snprintf(allowed, sizeof allowed, "a whole number from %d to %d", least, most);
    refuse(c, option, value, allowed);
}

static const char *take_name(const choice *c, const char *option, const char *value, const char *const *names)
{
    char allowed[64] = "";
    for (int i = 0, n = 0; names[i]; i++) {
        if (!strcmp(value, names[i]))
            return names[i];
        const char *between = i == 0 ? "" : names[i + 1] ? ", " : " or ";
        n += snprintf(allowed + n, sizeof allowed - (size_t)n, "%s%s", between, names[i]);
    }
    refuse(c, option, value, allowed);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const dtypes[] = {"f32", "f64", NULL}, *const orders[] = {"2", "4", "8", NULL};
    choice *c = state->input;
    problem *p = &c->p;
    switch (key) {
    case OPTION_SHAPE: take_shape(c, arg); break;
    case OPTION_DTYPE: c->dtype = take_name(c, "--dtype", arg, dtypes); break;
    case OPTION_ORDER: c->order = take_name(c, "--order", arg, orders); break;
    case OPTION_FORM: c->form = take_name(c, "--form", arg, c->y->forms); break;
    case OPTION_BLOCK: p->block = take_count(c, "--block", arg, 1, 1 << 16); break;
    case OPTION_THREADS: p->threads = take_count(c, "--threads", arg, 1, omp_get_num_procs()); break;
    case OPTION_REPS: p->reps = take_count(c, "--reps", arg, 5, MAX_REPS); break;
    case OPTION_STEPS: p->steps = take_count(c, "--steps", arg, 1, 1000); break;
    case OPTION_JSON: c->json = 1; break;
    case OPTION_HELP:
        state->flags &= ~(unsigned)ARGP_NO_ERRS; /* with it argp would print no help */
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
        break;
    case ARGP_KEY_ARG: refuse_word(c, arg);
    case ARGP_KEY_ERROR: refuse_word(c, state->argv[state->next > 1 ? state->next - 1 : 1]);
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- Report -------------------------------------------------------------------------------- */

/* The threads that will really run: OMP_THREAD_LIMIT may allow fewer than are wanted. */
static int threads_granted(int wanted)
{
    int n = 1;
#pragma omp parallel num_threads(wanted)
#pragma omp single
    n = omp_get_num_threads();
    return n;
}

/* Times one form of a loop; 0, or -1 with one line on stderr. */
static int measure(choice *c, const loop *l)
{
    problem *p = &c->p;
    double seconds[MAX_REPS];
    if (l->time(p, seconds) != 0) {
        fprintf(stderr, "%s: %s of %ldx%ldx%ld %s take more than the memory available, %.0f MiB\n",
                c->y->name, c->y->arrays, p->nx, p->ny, p->nz, l->dtype, memory_available() / 0x1p20);
        return -1;
    }
    const double cells = (double)p->nx * (double)p->ny * (double)p->nz;
    c->y->print(p, l, 1e9 * median(seconds, p->reps) / (cells * p->steps), c->json);
    fflush(stdout);
    return 0;
}

static int is_wanted(const char *wanted, const char *name)
{
    return !wanted || !strcmp(wanted, name);
}

int yardstick_main(const yardstick *y, problem p, int argc, char **argv)
{
    bind_threads(argv);
    const struct argp parser = {y->options, parse, NULL, y->doc, NULL, NULL, NULL};
    choice c = {.y = y, .p = p};
    c.p.threads = omp_get_max_threads();
    if (argp_parse(&parser, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &c) != 0)
        return EXIT_FAILURE;
    c.p.threads = threads_granted(c.p.threads);
    if (!c.json)
        puts(y->head);
    for (c.p.form = 0; y->forms[c.p.form]; c.p.form++)
        for (const loop *l = y->loops; l->dtype; l++)
            if (is_wanted(c.form, y->forms[c.p.form]) && is_wanted(c.dtype, l->dtype) &&
                is_wanted(c.order, l->order) && measure(&c, l) != 0)
                return EXIT_FAILURE;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write to stdout: %s\n", y->name, strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
