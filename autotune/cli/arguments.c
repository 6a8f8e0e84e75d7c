/*
 * arguments.c - the options and other arguments of a subcommand, as a table
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* program_invocation_short_name */
#include "cli/arguments.h"

#include <argp.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "os/text.h"

/* ---- values ----------------------------------------------------------------------------------- */

int arguments_wholes(const char *text, char between, int64_t least, int64_t most, int64_t *list, int room)
{
    for (int n = 0; n < room && isdigit((unsigned char)*text); text++) {
        char *end;
        list[n] = strtoll(text, &end, 10); /* overflow gives INT64_MAX, above `most` */
        if (list[n] < least || list[n] > most)
            return 0;
        n++;
        if (*end == '\0')
            return n;
        if (*end != between)
            return 0;
        text = end;
    }
    return 0;
}

/* 12, 12e3 or 2^12, up to the end or a comma; -1 for anything else, and from 2^62 on. */
static int64_t count_at(const char *text, const char **end)
{
    char *behind;
    if (!isdigit((unsigned char)*text))
        return -1;
    int64_t value = strtoll(text, &behind, 10);
    const char how = *behind;
    if (how == 'e' || how == '^') {
        if (!isdigit((unsigned char)behind[1]))
            return -1;
        const int64_t factor = how == 'e' ? 10 : value;
        int64_t times = strtoll(behind + 1, &behind, 10);
        value = how == 'e' ? value : times > 0 && factor == 0 ? 0 : 1;
        for (; times > 0 && value > 0 && value < INT64_C(1) << 62 && factor > 1; times--)
            if (__builtin_mul_overflow(value, factor, &value))
                return -1;
    }
    *end = behind;
    return (*behind == '\0' || *behind == ',') && value < INT64_C(1) << 62 ? value : -1;
}

int arguments_counts(const char *text, double least, double most, int64_t *list, int room)
{
    for (int n = 0; n < room;) {
        list[n] = count_at(text, &text);
        if (list[n] < 0 || (double)list[n] < least || (double)list[n] > most)
            return 0;
        n++;
        if (*text == '\0')
            return n;
        text++;
    }
    return 0;
}

static int refuse_number(const argument *a, const char *text, const char *kind)
{
    return refuse(EXIT_USAGE, "--%s %.40s: allowed are %s from %.*f to %.*f", a->name, text, kind,
                  a->least == floor(a->least) ? 0 : 6, a->least, a->most == floor(a->most) ? 0 : 6, a->most);
}

int take_whole(const argument *a, char *text)
{
    return arguments_wholes(text, '\0', (int64_t)a->least, (int64_t)a->most, a->to, 1)
               ? EXIT_OK
               : refuse_number(a, text, "whole numbers");
}

int take_bytes(const argument *a, char *text)
{
    static const char units[] = "KMG";
    char *end;
    const int64_t n = isdigit((unsigned char)*text) ? strtoll(text, &end, 10) : -1; /* overflow: INT64_MAX */
    const char *unit = n >= 0 && *end ? strchr(units, *end) : NULL;
    const int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    if (n < 0 || end[unit != NULL] || n > INT64_MAX >> shift || (double)(n << shift) < a->least ||
        (double)(n << shift) > a->most)
        return refuse(EXIT_USAGE,
                      "--%s %.40s: allowed are whole numbers from %.0f to %.0f, and with K, M or G", a->name,
                      text, a->least, a->most);
    *(int64_t *)a->to = n << shift;
    return EXIT_OK;
}

int take_count(const argument *a, char *text)
{
    if (arguments_counts(text, a->least, a->most, a->to, 1))
        return EXIT_OK;
    return refuse(EXIT_USAGE, "%s%s%s%.40s: allowed are whole numbers from %.0f to %.0f, also as 1e9 or 2^30",
                  a->name ? "--" : "", a->name ? a->name : "", a->name ? " " : "", text, a->least, a->most);
}

int take_number(const argument *a, char *text)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end || !(value >= a->least && value <= a->most))
        return refuse_number(a, text, "numbers");
    *(double *)a->to = value;
    return EXIT_OK;
}

int take_flag(const argument *a, char *text)
{
    (void)text;
    *(bool *)a->to = true;
    return EXIT_OK;
}

int take_text(const argument *a, char *text)
{
    *(const char **)a->to = text;
    return EXIT_OK;
}

int take_folder(const argument *a, char *text)
{
    *(const char **)a->to = text;
    return *text ? EXIT_OK : refuse(EXIT_USAGE, "--%s: the name of a folder is missing", a->name);
}

int take_dtype(const argument *a, char *text)
{
    for (int d = 0; d < NT_N_DTYPES; d++)
        if (strcmp(text, nt_dtype_name((nt_dtype)d)) == 0) {
            *(nt_dtype *)a->to = (nt_dtype)d;
            return EXIT_OK;
        }
    return refuse(EXIT_USAGE, "--%s %.20s: allowed are f32 and f64", a->name, text);
}

int take_dtypes(const argument *a, char *text)
{
    unsigned set = 0;
    const char *name = text;
    for (size_t n = 0; name; name = name[n] ? name + n + 1 : NULL) {
        unsigned one = 0;
        n = strcspn(name, ",");
        for (int d = 0; d < NT_N_DTYPES; d++)
            if (strlen(nt_dtype_name((nt_dtype)d)) == n && memcmp(nt_dtype_name((nt_dtype)d), name, n) == 0)
                one = 1u << d;
        if (!one)
            return refuse(EXIT_USAGE, "--dtype %.20s: allowed are f32, f64, or both with a comma", text);
        set |= one;
    }
    *(unsigned *)a->to = set;
    return EXIT_OK;
}

bool kernel_list_has(const kernel_list *list, const nt_kernel *kernel)
{
    for (int i = 0; i < list->n; i++)
        if (list->at[i] == kernel)
            return true;
    return false;
}

int kernel_list_add(kernel_list *list, const nt_kernel *kernel)
{
    if (list->n == MOST_KERNELS)
        return refuse(EXIT_USAGE, "too many kernels: at most %d are allowed", MOST_KERNELS);
    list->at[list->n++] = kernel;
    return EXIT_OK;
}

int take_kernel(const argument *a, char *text)
{
    kernel_list *list = a->to;
    const nt_kernel *kernel = nt_kernel_find(text);
    if (!kernel) {
        char names[200] = "";
        for (int i = 0; i < nt_kernel_count(); i++)
            text_add_name(names, sizeof names, nt_kernel_at(i)->name);
        return refuse(EXIT_USAGE, "unknown kernel %.40s: there are %s", text, names);
    }
    if (kernel_list_has(list, kernel))
        return refuse(EXIT_USAGE, "kernel %s is named twice", kernel->name);
    return kernel_list_add(list, kernel);
}

/* ---- argp ------------------------------------------------------------------------------------- */

enum { MOST_OPTIONS = 24 };

typedef struct parsing {
    const argument *table;
    int code; /* argp's own result cannot hold our exit codes */
} parsing;

static error_t parse(int key, char *arg, struct argp_state *state)
{
    parsing *p = state->input;
    const argument *a = p->table;
    if (p->code != EXIT_OK)
        return 0; /* one line is enough */
    while (a->take && a->letter != key)
        a++;
    if (a->take)
        p->code = a->take(a, arg);
    else if (key == ARGP_KEY_ARG)
        p->code = refuse(EXIT_USAGE, "%.40s: no arguments are allowed here", arg);
    else if (key == ARGP_KEY_ERROR)
        p->code =
            refuse(EXIT_USAGE,
                   "%.60s: not an option, or its value is missing or too much: `%s --help` lists the options",
                   state->argv[state->next > 1 ? state->next - 1 : 1], state->name);
    else
        return ARGP_ERR_UNKNOWN;
    return p->code == EXIT_OK ? 0 : EINVAL;
}
_Static_assert(ARGP_KEY_ARG == 0, "the letter of what is no option");

/* argp prints its own errors in two lines, so parse() prints them instead.  But with its errors switched off,
 * argp does not print --help either. */
static bool asks_for_help(int argc, char **argv)
{
    bool asks = false;
    for (int i = 1; i < argc; i++)
        asks |=
            strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--usage") == 0 || strcmp(argv[i], "-?") == 0;
    return asks;
}

static arguments_show_fn *show_only;

void arguments_show(arguments_show_fn *show)
{
    show_only = show;
}

bool arguments_are_shown(void)
{
    return show_only != NULL;
}

int arguments_parse(const argument *table, const char *doc, int argc, char **argv)
{
    struct argp_option options[MOST_OPTIONS + 1] = {0};
    struct argp argp = {.options = options, .parser = parse, .doc = doc};
    parsing p = {table, EXIT_OK};
    char name[40];
    int n = 0;
    if (show_only) {
        show_only(table, doc, argc, argv);
        return EXIT_SHOWN;
    }
    for (const argument *a = table; a->take; a++)
        if (!a->name)
            argp.args_doc = a->value;
        else if (n < MOST_OPTIONS)
            options[n++] = (struct argp_option){a->name, a->letter, a->value, 0, a->help, 0};
        else
            assert(!"MOST_OPTIONS is too small");
    snprintf(name, sizeof name, "%.16s %s", program_invocation_short_name, argv[0]);
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    const error_t error = argp_parse(&argp, argc, argv, asks_for_help(argc, argv) ? 0 : ARGP_NO_ERRS, 0, &p);
    return p.code != EXIT_OK || error == 0 ? p.code : EXIT_USAGE;
}

int take_shape(const argument *a, char *text)
{
    int64_t *shape = a->to, cells;
    if (arguments_wholes(text, 'x', 1, INT64_C(1) << 40, shape, 3) != 3)
        return refuse(EXIT_USAGE, "--shape %.40s: allowed is NXxNYxNZ in cells, each from 1", text);
    if (__builtin_mul_overflow(shape[0], shape[1], &cells) ||
        __builtin_mul_overflow(cells, shape[2], &cells) || cells > INT64_MAX / 64)
        return refuse(EXIT_USAGE, "--shape %.40s: beyond the address space", text);
    return EXIT_OK;
}
