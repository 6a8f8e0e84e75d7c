/*
 * commands.c - what the subcommands share
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "cli/commands.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/text.h"

int refuse(exit_code code, const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text)
        text_make_printable(text);
    fprintf(stderr, "autotune: %s\n", text ? text : "no memory for the reason");
    free(text);
    return code;
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

int print_json(json_t *root)
{
    if (!root)
        return refuse(EXIT_FAILED, "no memory for the output");
    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
    return finish_stdout();
}

char *results_dir(const nt_machine *machine, const char *out)
{
    char id[64], *dir;
    nt_machine_id(machine, id, sizeof id);
    if (asprintf(&dir, "%s/%s", out ? out : NT_RESULTS_DIR, id) >= 0)
        return dir;
    refuse(EXIT_FAILED, "no memory for the name of a folder");
    return NULL;
}
