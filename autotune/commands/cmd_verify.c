/*
 * cmd_verify.c - autotune verify: are the committed error bounds true?
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "accuracy/accuracy.h"
#include "cli/arguments.h"
#include "cli/interrupt.h"
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

static json_t *entry_json(const accuracy *a, const accuracy_entry *e, bool is_part)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:I, s:I, s:o}", "kernel",
        a->kernel->name, "dtype", nt_dtype_name(a->dtype), "isa", nt_isa_name(e->config.isa), "variant",
        a->kernel->variants[e->config.variant].name, "truth", a->arithmetic, "asked_mpfr",
        (json_int_t)a->n_asked, "samples", (json_int_t)a->n_inside, "samples_beyond", (json_int_t)a->n_beyond,
        "samples_special", (json_int_t)a->n_special, "committed_ulp", bound_of(a, e), "max_ulp",
        ulp_json(e->inside.ulp), "at", input_json(e->inside.x), "max_ulp_beyond", ulp_json(e->beyond.ulp),
        "at_beyond", input_json(e->beyond.x), "special_wrong", (json_int_t)e->n_wrong, "misrounded",
        (json_int_t)e->n_misrounded, "confirmed",
        accuracy_confirmed(a, e) && is_part ? json_null() : json_boolean(accuracy_confirmed(a, e)));
}

static void print_entry(const accuracy *a, const accuracy_entry *e, bool is_part)
{
    printf("  %-7s %-12s %6.4g  %8.4f at %-24a", nt_isa_name(e->config.isa),
           a->kernel->variants[e->config.variant].name, bound_of(a, e), e->inside.ulp, e->inside.x);
    if (a->n_beyond > 0)
        printf("  %9.4g at %-24a", e->beyond.ulp, e->beyond.x);
    printf("  %11lld", (long long)e->n_misrounded);
    if (e->n_wrong > 0)
        printf("  SPECIAL VALUES WRONG: %lld, the first at %a\n", (long long)e->n_wrong, e->wrong.x);
    else
        printf("  %s\n", !accuracy_confirmed(a, e) ? "EXCEEDED" : is_part ? "so far" : "confirmed");
}

static void print_accuracy(const accuracy *a, bool is_part)
{
    printf("%s %s: %lld inputs up to %g, %lld beyond; of them %lld of special value; truth in %s",
           a->kernel->name, nt_dtype_name(a->dtype), (long long)a->n_inside, a->kernel->ulp_range,
           (long long)a->n_beyond, (long long)a->n_special, a->arithmetic);
    if (a->n_asked > 0)
        printf(", for %lld of them in MPFR", (long long)a->n_asked);
    printf("\n  %-7s %-12s %6s  %-36s", "isa", "variant", "bound", "largest error, ULP");
    if (a->n_beyond > 0)
        printf("  %-37s", "beyond that range");
    printf("  %11s\n", "misrounded");
    for (int i = 0; i < a->n; i++)
        print_entry(a, &a->entry[i], is_part);
    fflush(stdout);
}

static int say_how_far(const accuracy_options *o, int64_t done, int64_t all)
{
    if (o->exhaustive)
        return refuse(EXIT_INTERRUPTED, "stopped after %lld of %lld inputs: --from %lld continues",
                      (long long)done, (long long)all, (long long)done);
    return refuse(EXIT_INTERRUPTED, "stopped after %lld of %lld inputs", (long long)done, (long long)all);
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
    options.stop = &stop_asked;
    fprintf(stderr, "autotune: verifying %s %s\n", kernel->name, nt_dtype_name(dtype));
    const nt_status status = accuracy_measure(&a, kernel, dtype, &options, &why);
    progress_end(&p);
    if (status != NT_OK)
        return refuse(code_of(status), "%s", why.text);
    const int64_t all = o->exhaustive ? ACCURACY_ALL : o->samples;
    const bool is_part = o->from > 0 || a.n_done < all;
    int code = EXIT_OK;
    for (int i = 0; i < a.n; i++) {
        if (!accuracy_confirmed(&a, &a.entry[i]))
            code = EXIT_FAILED;
        if (list)
            json_array_append_new(list, entry_json(&a, &a.entry[i], is_part));
    }
    if (!list)
        print_accuracy(&a, is_part);
    if (o->from + a.n_done < all)
        return say_how_far(o, o->from + a.n_done, all);
    return code;
}

/* ---- which ------------------------------------------------------------------------------------ */

/* variant: NULL stands for any. */
static bool has_functions(const nt_kernel *kernel, nt_dtype dtype, const char *variant)
{
    return variant ? rows_has_variant(kernel, dtype, variant) : rows_has_types(kernel, 1u << dtype);
}

static bool has_any(const nt_kernel *kernel, unsigned dtypes, const char *variant)
{
    bool any = false;
    for (int d = 0; d < NT_N_DTYPES; d++)
        any |= dtypes & 1u << d && has_functions(kernel, (nt_dtype)d, variant);
    return any;
}

static bool runs_here(const char *isa)
{
    for (int i = 0; i < NT_N_ISAS; i++)
        if (nt_isa_available((nt_isa)i) && strcmp(nt_isa_name((nt_isa)i), isa) == 0)
            return true;
    return false;
}

/* Leaves out kernels that cannot be measured.  If such a kernel was named, refuses before anything runs. */
static int choose(kernel_list *kernels, unsigned dtypes, bool exhaustive, const char *variant)
{
    nt_error why;
    const bool unnamed = kernels->n == 0;
    for (int i = 0; i < kernels->n; i++)
        if (!accuracy_can(kernels->at[i], NT_F32, exhaustive, &why))
            return refuse(EXIT_USAGE, "%s", why.text);
    for (int i = 0; i < kernels->n; i++) {
        const nt_kernel *k = kernels->at[i];
        if (!rows_has_types(k, dtypes))
            return refuse(EXIT_USAGE, "kernel %s has no functions of the type of --dtype", k->name);
        if (!has_any(k, dtypes, variant))
            return refuse(EXIT_USAGE,
                          "--variant %.32s: kernel %s has no such functions of the type of --dtype; "
                          "`autotune list` shows its variants",
                          variant, k->name);
    }
    int code = EXIT_OK;
    for (int i = 0; unnamed && i < nt_kernel_count() && code == EXIT_OK; i++) {
        const nt_kernel *k = nt_kernel_at(i);
        if (accuracy_can(k, NT_F32, exhaustive, &why) && (!exhaustive || k->role == NT_ROLE_WORK) &&
            has_any(k, dtypes, variant))
            code = kernel_list_add(kernels, k);
    }
    if (code == EXIT_OK && variant && kernels->n == 0)
        return refuse(EXIT_USAGE,
                      "--variant %.32s: no kernel that can be measured has it; `autotune list` shows all",
                      variant);
    return code;
}

int cmd_verify(int argc, char **argv)
{
    static const char doc[] =
        "Measures the largest error of every isa and variant, in units of the last place (ULP), and compares "
        "it with "
        "the committed bound.  Misrounded: results that are not the number nearest to the exact one.\v"
        "Exit code 1 if a bound is exceeded within the range it is promised for, or a special value (zero, "
        "infinity, "
        "NaN) is wrong.  Errors beyond that range are shown beside.  A bound of 0.5 promises that no input "
        "at all is "
        "misrounded.\n\nThe truth is MPFR's.  With --exhaustive it is that of double, and MPFR's for the "
        "inputs whose result "
        "double leaves too near to the middle between two floats.  Ctrl-C says how far it came.\n\n"
        "  autotune verify mathop --exhaustive --variant exact";
    accuracy_options o = {.samples = 200000, .seed = 1, .threads = nt_threads_allowed()};
    unsigned dtypes = 1u << NT_F32 | 1u << NT_F64;
    kernel_list kernels = {.n = 0};
    bool json = false;
    const argument table[] = {
        ARGUMENT_KERNELS(&kernels),
        ARGUMENT_DTYPES(&dtypes),
        {"samples", 'n', "N", "inputs for each kernel and dtype (200000)", take_whole, &o.samples, 1, 1e12},
        {"exhaustive", 'e', NULL,
         "all 2^32 inputs of each f32 kernel of one input; 3 minutes on two cores for one --variant and "
         "--isa",
         take_flag, &o.exhaustive, 0, 0},
        {"from", 'f', "N",
         "with --exhaustive and one kernel: begin at input N, where an earlier run was stopped (0)",
         take_whole, &o.from, 0, 4294967295.0},
        {"variant", 'v', "NAME", "this variant alone (all)", take_text, &o.variant, 0, 0},
        {"isa", 'i', "scalar|neon|avx2|avx512", "this instruction set alone (all that run here)", take_text, &o.isa, 0, 0},
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
    if ((code = choose(&kernels, dtypes, o.exhaustive, o.variant)) != EXIT_OK)
        return code;
    if (o.isa && !runs_here(o.isa))
        return refuse(EXIT_USAGE, "--isa %.32s: `autotune machine` lists those that run here", o.isa);
    if (o.from > 0 && (!o.exhaustive || kernels.n != 1))
        return refuse(EXIT_USAGE, "--from %lld: allowed with --exhaustive and the name of one kernel",
                      (long long)o.from);
    hear_signals();
    json_t *list = json ? json_array() : NULL;
    for (int i = 0; i < kernels.n; i++)
        for (int d = 0; d < NT_N_DTYPES && !stop_asked; d++)
            if (has_functions(kernels.at[i], (nt_dtype)d, o.variant) && dtypes & 1u << d) {
                const int one = verify_one(&o, kernels.at[i], (nt_dtype)d, list);
                code = one != EXIT_OK ? one : code;
            }
    const int printed = json ? print_json(json_pack("{s:o}", "verify", list)) : EXIT_OK;
    return printed != EXIT_OK ? printed : code;
}
