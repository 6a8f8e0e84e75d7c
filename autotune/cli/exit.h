/*
 * exit.h - how the programs end: exit codes, one line that says why, output that was really written
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_EXIT_H
#define AUTOTUNE_EXIT_H

#include <jansson.h>

#include "nestune/status.h"

/* Documented in docs/commands.md, `autotune --help` and `nestune --help`. */
typedef enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1, /* it ran and failed: nothing runs here, an accuracy bound exceeded, a file failed */
    EXIT_USAGE = 2,  /* unknown kernel, option, isa, key; malformed or impossible value */
    EXIT_IO = 3,     /* a file or folder cannot be read or written */
    EXIT_STALE = 4,  /* results or a journal of another machine, build or version, or damaged */
    EXIT_INTERRUPTED = 130 /* Ctrl-C, lost terminal, broken pipe: what was done is kept */
} exit_code;

/* refuse() - prints "<program>: <text>" on stderr and returns the code: return refuse(EXIT_USAGE, ...). */
__attribute__((format(printf, 2, 3))) int refuse(exit_code code, const char *format, ...);

/* finish_stdout() - flushes stdout after the last output.  Returns EXIT_OK, or an error's code if writing
 * failed. */
int finish_stdout(void);

/* code_of() - the exit code for a status. */
exit_code code_of(nt_status status);

/* print_json() - prints to stdout, numbers with six digits, and drops the reference; NULL reports that memory
 * was short.  print_json_digits(): with so many digits. */
int print_json(json_t *root);
int print_json_digits(json_t *root, int digits);

/* check_environment() - EXIT_OK, or EXIT_USAGE after a message: the library ignores an unknown name in
 * NESTUNE_MAX_ISA. */
int check_environment(void);

/* open_standard_files() - first in main(): a file opened later would get the number of a closed stdin, stdout
 * or stderr, and printed text would go there. */
void open_standard_files(void);

#endif /* AUTOTUNE_EXIT_H */
