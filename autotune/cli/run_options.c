/*
 * run_options.c - what `autotune run` was asked for
 * SPDX-License-Identifier: MIT
 */
#include "cli/run_options.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

static bool parse_number(const char *text, double least, double most, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *value >= least && *value <= most;
}

static bool parse_count(const char **text, int64_t most, int64_t *value)
{
    *value = 0;
    const char *p = *text;
    for (; isdigit((unsigned char)*p); p++) {
        *value = 10 * *value + (*p - '0');
        if (*value > most)
            return false;
    }
    const bool any = p != *text;
    *text = p;
    return any && *value >= 1;
}

static int parse_shape(run_options *o, const char *arg)
{
    const char *p = arg;
    int64_t cells = 1;
    for (int a = 0; a < 3; a++) {
        if (!parse_count(&p, INT64_C(1) << 40, &o->tune.shape[a]) || *p != (a < 2 ? 'x' : '\0'))
            return refuse(EXIT_USAGE, "--shape %.40s: allowed is NXxNYxNZ in cells, each from 1", arg);
        p += a < 2;
        if (__builtin_mul_overflow(cells, o->tune.shape[a], &cells) || cells > INT64_MAX / 64)
            return refuse(EXIT_USAGE, "--shape %.40s: beyond the address space", arg);
    }
    return EXIT_OK;
}

static int parse_threads(run_options *o, const char *arg)
{
    const int most = nt_threads_allowed();
    const char *p = arg;
    o->tune.n_threads = 0;
    do {
        int64_t n;
        if (!parse_count(&p, NT_MAX_THREADS, &n) || n > most || (*p && *p != ',') ||
            o->tune.n_threads == TUNE_MOST_THREADS)
            return refuse(EXIT_USAGE, "--threads %.40s: allowed are numbers from 1 to %d, with commas", arg,
                          most);
        int at = o->tune.n_threads++;
        for (; at > 0 && o->tune.threads[at - 1] > n; at--)
            o->tune.threads[at] = o->tune.threads[at - 1];
        o->tune.threads[at] = (int)n;
    } while (*p++ == ',');
    return EXIT_OK;
}

static int parse_orders(run_options *o, const char *arg)
{
    const char *p = arg;
    o->tune.n_orders = 0;
    do {
        int64_t n;
        if (!parse_count(&p, 1000, &n) || (*p && *p != ',') || o->tune.n_orders == TUNE_MOST_ORDERS)
            return refuse(EXIT_USAGE,
                          "--order %.40s: allowed are orders with commas; `autotune list` shows them", arg);
        o->tune.orders[o->tune.n_orders++] = (int)n;
    } while (*p++ == ',');
    return EXIT_OK;
}

/* Of each kernel that has orders, and there must be one. */
static int check_orders(const run_options *o)
{
    int n_with = 0;
    for (int i = 0; i < o->n_kernels && o->tune.n_orders > 0; i++) {
        const nt_kernel *k = o->kernel[i];
        char known[100] = "";
        const nt_case *c;
        for (int at = 0, used = 0; k->cases && (c = nt_kernel_case_at(k, at)) && used < (int)sizeof known;
             at++)
            used += snprintf(known + used, sizeof known - (size_t)used, "%s%d", at ? ", " : "",
                             nt_kernel_order(k, c->params));
        n_with += k->cases != NULL;
        for (int n = 0; k->cases && n < o->tune.n_orders; n++)
            if (!nt_kernel_case(k, o->tune.orders[n]))
                return refuse(EXIT_USAGE, "--order %d: allowed for %s are %s", o->tune.orders[n], k->name,
                              known);
    }
    if (o->tune.n_orders > 0 && n_with == 0)
        return refuse(EXIT_USAGE, "--order %d: %s has no orders; `autotune list` shows which kernels have",
                      o->tune.orders[0], o->n_kernels == 1 ? o->kernel[0]->name : "none of these kernels");
    return EXIT_OK;
}

static int take_option(run_options *o, int key, const char *arg)
{
    double number;
    switch (key) {
    case 'b':
        if (!parse_number(arg, 1, 86400, &o->tune.budget_s))
            return refuse(EXIT_USAGE, "--budget %.20s: allowed are 1 to 86400 seconds a kernel", arg);
        return EXIT_OK;
    case 'd': o->tune.dtypes = dtypes_named(arg); return o->tune.dtypes ? EXIT_OK : EXIT_USAGE;
    case 'O': return parse_orders(o, arg);
    case 's': return parse_shape(o, arg);
    case 't': return parse_threads(o, arg);
    case 'u':
        if (!parse_number(arg, 0, 1e6, &o->max_ulp) || o->max_ulp <= 0)
            return refuse(EXIT_USAGE, "--max-ulp %.20s: allowed are numbers above 0", arg);
        return EXIT_OK;
    case 'S':
        if (!parse_number(arg, 0, 9e15, &number) || number != floor(number))
            return refuse(EXIT_USAGE, "--seed %.20s: allowed are whole numbers from 0", arg);
        o->tune.seed = (uint64_t)number;
        return EXIT_OK;
    case 'o': o->out = arg; return EXIT_OK;
    case 'r': o->resume = true; return EXIT_OK;
    case 'f': o->fresh = true; return EXIT_OK;
    case 'j': o->json = true; return EXIT_OK;
    default:
        if (!(o->kernel[o->n_kernels] = kernel_named(arg)))
            return EXIT_USAGE;
        for (int i = 0; i < o->n_kernels; i++)
            if (o->kernel[i] == o->kernel[o->n_kernels])
                return refuse(EXIT_USAGE, "kernel %s is named twice", arg);
        o->n_kernels++;
        return EXIT_OK;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    run_options *o = state->input;
    if (key == ARGP_KEY_ERROR && o->failed == EXIT_OK)
        refuse_option(state);
    const bool ours = key == ARGP_KEY_ARG || (key > 0 && key < 256);
    if (!ours)
        return ARGP_ERR_UNKNOWN;
    if (o->failed == EXIT_OK && o->n_kernels < MOST_KERNELS)
        o->failed = take_option(o, key == ARGP_KEY_ARG ? 0 : key, arg);
    return 0;
}

static const struct argp_option options[] = {
    {"budget", 'b', "SECONDS", 0,
     "time for each kernel (60; for stencils 60 for each row of many steps out of cache, 15 for each other)",
     0},
    {"dtype", 'd', "LIST", 0, "f32, f64 or both (both)", 0},
    {"order", 'O', "LIST", 0, "spatial orders of stencils (those that `autotune list` marks)", 0},
    {"shape", 's', "NXxNYxNZ", 0, "one shape in place of the default ones in and out of cache", 0},
    {"threads", 't', "LIST", 0, "numbers of threads that may win (powers of two, and all)", 0},
    {"max-ulp", 'u', "N", 0, "variants less accurate than this may not win (f64 2.5, f32 2.7)", 0},
    {"seed", 'S', "N", 0, "of the random probes (1)", 0},
    {"resume", 'r', 0, 0, "go on where an interrupted run's journal ends", 0},
    {"fresh", 'f', 0, 0, "drop this machine's earlier results of other kernels", 0},
    {"out", 'o', "DIR", 0, "write to DIR/<machine>/ in place of results/<machine>/", 0},
    {"json", 'j', 0, 0, "the results as JSON on stdout", 0},
    {0},
};

int run_options_parse(run_options *o, int argc, char **argv, const volatile sig_atomic_t *stop)
{
    *o = (run_options){.tune = {.dtypes = 1u << NT_F32 | 1u << NT_F64, .seed = 1, .stop = stop}};
    const struct argp parser = {options,
                                parse,
                                "[KERNEL...]",
                                "Tunes kernels on this machine: all that are not roofs unless named.",
                                0,
                                0,
                                0};
    char name[] = "autotune run";
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, o) != 0)
        return EXIT_USAGE;
    if (o->failed != EXIT_OK)
        return o->failed;
    if (o->resume && o->fresh)
        return refuse(EXIT_USAGE, "--resume and --fresh exclude each other");
    const bool unnamed = o->n_kernels == 0;
    for (int i = 0; unnamed && i < nt_kernel_count(); i++)
        if (nt_kernel_at(i)->role == NT_FIELD)
            o->kernel[o->n_kernels++] = nt_kernel_at(i);
    const int code = check_orders(o);
    if (code != EXIT_OK)
        return code;
    if (o->tune.n_threads == 0) {
        const int most = nt_threads_allowed() < NT_MAX_THREADS ? nt_threads_allowed() : NT_MAX_THREADS;
        for (int n = 1; n < most; n *= 2)
            o->tune.threads[o->tune.n_threads++] = n;
        o->tune.threads[o->tune.n_threads++] = most;
    }
    const double default_ulp[NT_N_DTYPES] = {[NT_F32] = 2.7, [NT_F64] = 2.5};
    for (int d = 0; d < NT_N_DTYPES; d++)
        o->tune.max_ulp[d] = o->max_ulp > 0 ? o->max_ulp : default_ulp[d];
    return EXIT_OK;
}
