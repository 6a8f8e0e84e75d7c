/*
 * cmd_verify.c - autotune verify: are the committed error bounds true?
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>

#include "accuracy/accuracy.h"
#include "cli/arguments.h"
#include "cli/progress.h"
#include "commands/commands.h"
#include "tune/rows.h"

/* ---- results ---------------------------------------------------------------------------------- */

static double bound_of(const accuracy *a, const accuracy_entry *e)
{
    return a->kernel->variants[e->config.variant].max_ulp[a->dtype];
}

/* JSON has no infinity: an infinite error becomes null. */
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

/* Adds the result to the list; without a list, prints it on stdout. */
static int verify_one(const accuracy_options *o, const nt_kernel *kernel, nt_dtype dtype, json_t *list)
{
    accuracy a;
    nt_error why = {""};
    progress p = progress_begin();
    accuracy_options options = *o;
    options.on_progress = progress_share;
    options.context = &p;
    fprintf(stderr, "autotune: verifying %s %s\n", kernel->name, nt_dtype_name(dtype));
    const nt_status status = accuracy_measure(&a, kernel, dtype, &options, &why);
    progress_end(&p);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    int code = EXIT_OK;
    for (int i = 0; i < a.n; i++) {
        if (!accuracy_confirmed(&a, &a.entry[i]))
            code = EXIT_FAILED;
        if (list)
            json_array_append_new(list, entry_json(&a, &a.entry[i]));
    }
    if (!list)
        print_accuracy(&a);
    return code;
}

/* ---- which ------------------------------------------------------------------------------------ */

/* Leaves out kernels that cannot be measured.  If such a kernel was named, refuses before anything runs. */
static int choose(kernel_list *kernels, unsigned dtypes, bool exhaustive)
{
    nt_error why;
    const bool unnamed = kernels->n == 0;
    for (int i = 0; i < kernels->n; i++)
        if (!accuracy_can(kernels->at[i], NT_F32, exhaustive, &why))
            return refuse(EXIT_USAGE, "%s", why.text);
    for (int i = 0; i < kernels->n; i++)
        if (!rows_has_types(kernels->at[i], dtypes))
            return refuse(EXIT_USAGE, "kernel %s has no functions of the type of --dtype",
                          kernels->at[i]->name);
    int code = EXIT_OK;
    for (int i = 0; unnamed && i < nt_kernel_count() && code == EXIT_OK; i++) {
        const nt_kernel *k = nt_kernel_at(i);
        if (accuracy_can(k, NT_F32, exhaustive, &why) && (!exhaustive || k->role == NT_ROLE_WORK))
            code = kernel_list_add(kernels, k);
    }
    return code;
}

int cmd_verify(int argc, char **argv)
{
    static const char doc[] =
        "Measures the largest error of every isa and variant, in units of the last place (ULP), and compares "
        "it with "
        "the committed bound.\vExit code 1 if a bound is exceeded within the range it is promised for, or a "
        "special "
        "value (zero, infinity, NaN) is wrong.  Errors beyond that range are shown beside.";
    accuracy_options o = {.samples = 200000, .seed = 1, .threads = nt_threads_allowed()};
    unsigned dtypes = 1u << NT_F32 | 1u << NT_F64;
    kernel_list kernels = {.n = 0};
    bool json = false;
    const argument table[] = {
        ARGUMENT_KERNELS(&kernels),
        ARGUMENT_DTYPES(&dtypes),
        {"samples", 'n', "N", "inputs for each kernel and dtype (200000)", take_whole, &o.samples, 1, 1e12},
        {"exhaustive", 'e', NULL, "all 2^32 inputs of each f32 kernel of one input; minutes", take_flag,
         &o.exhaustive, 0, 0},
        ARGUMENT_SEED(&o.seed),
        ARGUMENT_JSON(&json),
        {0},
    };
    int code = arguments_parse(table, doc, argc, argv);
    if (code != EXIT_OK)
        return code;
    if (o.exhaustive && !(dtypes & 1u << NT_F32))
        return refuse(EXIT_USAGE, "--exhaustive with --dtype f64: allowed is f32, f64 has 2^64 inputs");
    if (o.exhaustive)
        dtypes = 1u << NT_F32;
    if ((code = choose(&kernels, dtypes, o.exhaustive)) != EXIT_OK)
        return code;
    json_t *list = json ? json_array() : NULL;
    for (int i = 0; i < kernels.n; i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            if (rows_has_types(kernels.at[i], dtypes & 1u << d)) {
                const int one = verify_one(&o, kernels.at[i], (nt_dtype)d, list);
                code = one != EXIT_OK ? one : code;
            }
    const int printed = json ? print_json(json_pack("{s:o}", "verify", list)) : EXIT_OK;
    return printed != EXIT_OK ? printed : code;
}
