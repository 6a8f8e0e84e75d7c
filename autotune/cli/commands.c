/*
 * commands.c - what the subcommands share
 * SPDX-License-Identifier: MIT
 */
#include "cli/commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "os/text.h"

int refuse(exit_code code, const char *format, ...)
{
    char text[5000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_make_printable(text);
    fprintf(stderr, "autotune: %s\n", text);
    return code;
}

unsigned argp_flags(int argc, char **argv)
{
    static const char *const helps[] = {"--help", "--usage", "-?"};
    for (int i = 1; i < argc; i++)
        for (size_t k = 0; k < sizeof helps / sizeof *helps; k++)
            if (strcmp(argv[i], helps[k]) == 0)
                return 0;
    return ARGP_NO_ERRS;
}

void refuse_option(const struct argp_state *state)
{
    const int at = state->next > 1 ? state->next - 1 : 1;
    refuse(EXIT_USAGE,
           "%.60s: not an option, or its value is missing or too much: `%s --help` lists the options",
           at < state->argc ? state->argv[at] : "", state->name);
}

int finish_stdout(void)
{
    return fflush(stdout) == 0 && !ferror(stdout)
               ? EXIT_OK
               : refuse(EXIT_IO, "cannot write to stdout: %s", strerror(errno));
}

exit_code code_of(nt_status status)
{
    switch (status) {
    case NT_OK: return EXIT_OK;
    case NT_EIO: return EXIT_IO;
    case NT_ESTALE: return EXIT_STALE;
    case NT_ENOMEM:
    case NT_EKERNEL: return EXIT_FAILED;
    default: return EXIT_USAGE;
    }
}

const nt_kernel *kernel_named(const char *name)
{
    const nt_kernel *kernel = nt_kernel_find(name);
    if (kernel)
        return kernel;
    char names[200] = "";
    for (int i = 0, used = 0; i < nt_kernel_count() && used < (int)sizeof names; i++)
        used +=
            snprintf(names + used, sizeof names - (size_t)used, "%s%s", i ? ", " : "", nt_kernel_at(i)->name);
    refuse(EXIT_USAGE, "unknown kernel %.40s: there are %s", name, names);
    return NULL;
}

unsigned dtypes_named(const char *text)
{
    unsigned set = 0;
    for (const char *p = text; *p;) {
        const size_t n = strcspn(p, ",");
        int found = 0;
        for (int d = 0; d < NT_N_DTYPES; d++)
            if (strlen(nt_dtype_name((nt_dtype)d)) == n && memcmp(nt_dtype_name((nt_dtype)d), p, n) == 0)
                set |= 1u << d, found = 1;
        if (!found) {
            set = 0;
            break;
        }
        p += n;
        if (*p == ',' && *++p == '\0')
            set = 0;
    }
    if (set == 0)
        refuse(EXIT_USAGE, "--dtype %.20s: allowed are f32, f64, or both with a comma", text);
    return set;
}

int print_json(json_t *root)
{
    if (!root)
        return refuse(EXIT_FAILED, "no memory for the output");
    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
    return finish_stdout();
}

int results_dir(const nt_machine *machine, const char *out, char *dir, size_t n)
{
    char id[64];
    nt_machine_id(machine, id);
    if (out && !*out)
        return refuse(EXIT_USAGE, "--out: the name of a folder is missing");
    if (snprintf(dir, n, "%s/%s", out ? out : NT_RESULTS_DIR, id) >= (int)n)
        return refuse(EXIT_IO, "--out %.40s...: the name is too long, allowed are %zu bytes", out,
                      n - 1 - strlen(id) - 1);
    return EXIT_OK;
}
