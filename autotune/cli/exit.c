/*
 * exit.c - how the programs end: exit codes, one line that says why, output that was really written
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "cli/exit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nestune/isa.h"
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
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, text ? text : "no memory for the reason");
    free(text);
    return code;
}

int finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    /* A reader that closed the pipe, such as `head -1`, has all it wanted: no message. */
    return errno == EPIPE ? EXIT_INTERRUPTED : refuse(EXIT_IO, "cannot write to stdout: %s", strerror(errno));
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
    return print_json_digits(root, 6);
}

int print_json_digits(json_t *root, int digits)
{
    if (!root)
        return refuse(EXIT_FAILED, "no memory for the output");
    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(digits));
    printf("\n");
    json_decref(root);
    return finish_stdout();
}

int check_environment(void)
{
    const char *isa = getenv("NESTUNE_MAX_ISA");
    if (!isa || !*isa)
        return EXIT_OK;
    for (int i = 0; i < NT_N_ISAS; i++)
        if (strcmp(isa, nt_isa_name((nt_isa)i)) == 0)
            return EXIT_OK;
    return refuse(EXIT_USAGE, "NESTUNE_MAX_ISA=%.20s: allowed are scalar, neon, avx2, avx512", isa);
}

void open_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != fd)
            _exit(EXIT_IO); /* there is nowhere to print the reason */
}
