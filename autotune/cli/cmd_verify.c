/*
 * cmd_verify.c - autotune verify: are the committed error bounds true?
 * SPDX-License-Identifier: MIT
 */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accuracy/accuracy.h"
#include "os/clock.h"
#include "cli/commands.h"

enum { MOST_KERNELS = 32 };
static const int64_t most_samples = INT64_C(1000000000000);

/* ---- arguments -------------------------------------------------------------------------------- */

typedef struct verify_options {
    accuracy_options accuracy;
    unsigned dtypes;
    bool json;
    const nt_kernel *kernel[MOST_KERNELS]; /* none: all that can be measured so */
    int n_kernels;
    int failed; /* an exit code; argp's own parser cannot return ours */
} verify_options;

static bool parse_whole(const char *text, int64_t least, int64_t most, int64_t *value)
{
    char *end;
    errno = 0;
    const long long parsed = strtoll(text, &end, 10);
    *value = parsed;
    return end != text && *end == '\0' && errno == 0 && parsed >= least && parsed <= most;
}

static int take_samples(verify_options *o, const char *arg)
{
    if (!parse_whole(arg, 1, most_samples, &o->accuracy.samples))
        return refuse(EXIT_USAGE, "--samples %.40s: allowed are whole numbers from 1 to %lld", arg,
                      (long long)most_samples);
    return EXIT_OK;
}

static int take_seed(verify_options *o, const char *arg)
{
    int64_t seed;
    if (!parse_whole(arg, 0, INT64_MAX, &seed))
        return refuse(EXIT_USAGE, "--seed %.40s: allowed are whole numbers from 0 to %lld", arg,
                      (long long)INT64_MAX);
    o->accuracy.seed = (uint64_t)seed;
    return EXIT_OK;
}

static int take_dtypes(verify_options *o, const char *arg)
{
    o->dtypes = dtypes_named(arg);
    return o->dtypes ? EXIT_OK : EXIT_USAGE;
}

static int take_kernel(verify_options *o, const char *arg)
{
    const nt_kernel *kernel = kernel_named(arg);
    if (!kernel)
        return EXIT_USAGE;
    for (int i = 0; i < o->n_kernels; i++)
        if (o->kernel[i] == kernel)
            return EXIT_OK;
    if (o->n_kernels == MOST_KERNELS)
        return refuse(EXIT_USAGE, "too many kernels: at most %d are allowed", MOST_KERNELS);
    o->kernel[o->n_kernels++] = kernel;
    return EXIT_OK;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    verify_options *o = state->input;
    int code = EXIT_OK;
    switch (key) {
    case 'd': code = take_dtypes(o, arg); break;
    case 'n': code = take_samples(o, arg); break;
    case 'S': code = take_seed(o, arg); break;
    case 'e': o->accuracy.exhaustive = 1; break;
    case 'j': o->json = true; break;
    case ARGP_KEY_ARG: code = take_kernel(o, arg); break;
    case ARGP_KEY_ERROR:
        if (o->failed == EXIT_OK)
            refuse_option(state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
    if (o->failed == EXIT_OK)
        o->failed = code;
    return o->failed != EXIT_OK ? EINVAL : 0;
}

static const struct argp_option options[] = {
    {"dtype", 'd', "LIST", 0, "f32, f64 or both (both)", 0},
    {"samples", 'n', "N", 0, "inputs for each kernel and dtype (200000)", 0},
    {"exhaustive", 'e', 0, 0, "all 2^32 inputs of each f32 kernel of one input; minutes", 0},
    {"seed", 'S', "N", 0, "of the samples (1)", 0},
    {"json", 'j', 0, 0, "as JSON on stdout", 0},
    {0},
};

static const char doc[] = "Measures the largest error of every isa and variant, in units of the last place "
                          "(ULP), and compares it with the "
                          "committed bound.\vExit code 1 if a bound is exceeded within the range it is "
                          "promised for, or a special value (zero, "
                          "infinity, NaN) is wrong.  Errors beyond that range are shown beside.";

/* ---- progress --------------------------------------------------------------------------------- */

enum { BAR = 24 };

/* A bar on a terminal, else a line for each tenth of what takes long. */
typedef struct meter {
    double start_s, shown_s;
    int is_terminal, tenths;
} meter;

static meter meter_begin(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    const int is_terminal =
        isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !(no_color && *no_color);
    return (meter){clock_s(), 0, is_terminal, 0};
}

static void meter_show(void *context, int64_t done, int64_t all)
{
    meter *m = context;
    const double now_s = clock_s(), spent_s = now_s - m->start_s, share = (double)done / (double)all;
    const double left_s = spent_s / share - spent_s;
    const int tenths = (int)(10 * share);
    if (m->is_terminal && now_s - m->shown_s > 0.2) {
        char bar[BAR + 1];
        for (int i = 0; i < BAR; i++)
            bar[i] = i < (int)(share * BAR) ? '#' : '.';
        bar[BAR] = '\0';
        m->shown_s = now_s;
        fprintf(stderr, "\r[%s] %3.0f%%, ETA %.0f s\033[K", bar, 100 * share, left_s);
    } else if (!m->is_terminal && tenths > m->tenths && spent_s > 2) {
        fprintf(stderr, "  %3d%%, ETA %.0f s\n", 10 * tenths, left_s);
    }
    m->tenths = tenths;
}

static void meter_end(const meter *m)
{
    if (m->is_terminal)
        fprintf(stderr, "\r\033[K");
}

/* ---- results ---------------------------------------------------------------------------------- */

static double bound_of(const accuracy *a, const accuracy_entry *e)
{
    return a->kernel->variants[e->config.variant].max_ulp[a->dtype];
}

/* JSON knows no infinity: an error without measure is null. */
static json_t *ulp_json(double ulp)
{
    return isfinite(ulp) ? json_real(ulp) : json_null();
}

static json_t *input_json(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%a", x);
    return json_string(text);
}

static json_t *entry_json(const accuracy *a, const accuracy_entry *e)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:I, s:b}", "kernel",
                     a->kernel->name, "dtype", nt_dtype_name(a->dtype), "isa", nt_isa_name(e->config.isa),
                     "variant", a->kernel->variants[e->config.variant].name, "truth", a->arithmetic,
                     "samples", (json_int_t)a->n_inside, "samples_beyond", (json_int_t)a->n_beyond,
                     "samples_special", (json_int_t)a->n_special, "committed_ulp", bound_of(a, e), "max_ulp",
                     ulp_json(e->inside.ulp), "at", input_json(e->inside.x), "max_ulp_beyond",
                     ulp_json(e->beyond.ulp), "at_beyond", input_json(e->beyond.x), "special_wrong",
                     (json_int_t)e->n_wrong, "confirmed", accuracy_confirmed(a, e));
}

static void print_entry(const accuracy *a, const accuracy_entry *e)
{
    printf("  %-7s %-8s %6.4g  %8.4f at %-24a", nt_isa_name(e->config.isa),
           a->kernel->variants[e->config.variant].name, bound_of(a, e), e->inside.ulp, e->inside.x);
    if (a->n_beyond > 0)
        printf("  %9.4g at %-24a", e->beyond.ulp, e->beyond.x);
    if (e->n_wrong > 0)
        printf("  SPECIAL VALUES WRONG: %lld, the first at %a\n", (long long)e->n_wrong, e->wrong.x);
    else
        printf("  %s\n", accuracy_confirmed(a, e) ? "confirmed" : "EXCEEDED");
}

static void print_accuracy(const accuracy *a)
{
    printf("%s %s: %lld inputs up to %g, %lld beyond; of them %lld of special value; truth in %s\n",
           a->kernel->name, nt_dtype_name(a->dtype), (long long)a->n_inside, a->kernel->ulp_range,
           (long long)a->n_beyond, (long long)a->n_special, a->arithmetic);
    printf("  %-7s %-8s %6s  %-36s", "isa", "variant", "bound", "largest error, ULP");
    printf(a->n_beyond > 0 ? "  beyond that range\n" : "\n");
    for (int i = 0; i < a->n; i++)
        print_entry(a, &a->entry[i]);
    fflush(stdout);
}

static int verify_one(const verify_options *o, const nt_kernel *kernel, nt_dtype dtype, json_t *list)
{
    accuracy a;
    nt_error why = {""};
    meter m = meter_begin();
    accuracy_options with_meter = o->accuracy;
    with_meter.on_progress = meter_show;
    with_meter.context = &m;
    fprintf(stderr, "autotune: verifying %s %s\n", kernel->name, nt_dtype_name(dtype));
    const nt_status status = accuracy_measure(&a, kernel, dtype, &with_meter, &why);
    meter_end(&m);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    int code = EXIT_OK;
    for (int i = 0; i < a.n; i++) {
        if (!accuracy_confirmed(&a, &a.entry[i]))
            code = EXIT_FAILED;
        if (o->json)
            json_array_append_new(list, entry_json(&a, &a.entry[i]));
    }
    if (!o->json)
        print_accuracy(&a);
    return code;
}

/* ---- which ------------------------------------------------------------------------------------ */

static bool wanted(const verify_options *o, const nt_kernel *kernel, nt_dtype dtype)
{
    nt_error why;
    if (!(o->dtypes & 1u << dtype) || (o->accuracy.exhaustive && dtype != NT_F32))
        return false;
    if (o->n_kernels == 0)
        return accuracy_can(kernel, dtype, o->accuracy.exhaustive, &why) &&
               (!o->accuracy.exhaustive || kernel->role == NT_FIELD);
    for (int i = 0; i < o->n_kernels; i++)
        if (o->kernel[i] == kernel)
            return true;
    return false;
}

int cmd_verify(int argc, char **argv)
{
    verify_options o = {.accuracy = {.samples = 200000, .seed = 1, .threads = nt_threads_allowed()},
                        .dtypes = 1u << NT_F32 | 1u << NT_F64};
    const struct argp parser = {options, parse, "[KERNEL...]", doc, 0, 0, 0};
    char name[] = "autotune verify";
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    const error_t error = argp_parse(&parser, argc, argv, argp_flags(argc, argv), 0, &o);
    if (o.failed != EXIT_OK || error != 0)
        return o.failed != EXIT_OK ? o.failed : EXIT_USAGE;
    if (o.accuracy.exhaustive && !(o.dtypes & 1u << NT_F32))
        return refuse(EXIT_USAGE, "--exhaustive with --dtype f64: allowed is f32, f64 has 2^64 inputs");
    /* Before anything runs: what cannot be measured so is no failure of a bound. */
    for (int k = 0; k < o.n_kernels; k++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            nt_error why;
            if (wanted(&o, o.kernel[k], (nt_dtype)d) &&
                !accuracy_can(o.kernel[k], (nt_dtype)d, o.accuracy.exhaustive, &why))
                return refuse(EXIT_USAGE, "%s", why.text);
        }
    json_t *list = o.json ? json_array() : NULL;
    int code = EXIT_OK;
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            if (wanted(&o, nt_kernel_at(i), (nt_dtype)d)) {
                const int one = verify_one(&o, nt_kernel_at(i), (nt_dtype)d, list);
                code = one != EXIT_OK ? one : code;
            }
    const int printed = o.json ? print_json(json_pack("{s:o}", "verify", list)) : EXIT_OK;
    return printed != EXIT_OK ? printed : code;
}
