/*
 * arguments.h - the options and other arguments of a subcommand, as a table
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_ARGUMENTS_H
#define AUTOTUNE_ARGUMENTS_H

#include <stdbool.h>

#include "nestune/tools.h"

enum { MOST_KERNELS = 512 }; /* more than the registry holds */

typedef struct kernel_list {
    const nt_kernel *at[MOST_KERNELS];
    int n;
} kernel_list;

bool kernel_list_has(const kernel_list *list, const nt_kernel *kernel);

/* kernel_list_add() - returns EXIT_OK, or the exit code of an error if the list is full. */
int kernel_list_add(kernel_list *list, const nt_kernel *kernel);

/* One row of the table; in the last one `take` is NULL. */
typedef struct argument argument;
struct argument {
    const char *name;  /* of the option; NULL: the row is for arguments that are not options */
    int letter;        /* of the option; otherwise 0 */
    const char *value; /* the name of its value in --help; NULL: it has no value */
    const char *help;
    int (*take)(const argument *a, char *text); /* reads text into *to; an exit code */
    void *to;
    double least, most; /* of numbers */
};

/* arguments_parse() - reads argv with argp; argv[0] is the command's name.  Returns an exit code. `doc` is
 * argp's. */
int arguments_parse(const argument *table, const char *doc, int argc, char **argv);

/*
 * arguments_show() - from now on arguments_parse() does not read argv: it calls show() and returns EXIT_SHOWN, with which
 * a command ends at once.  So its table and doc are read where they stand, in the command.  NULL: it parses again.
 * arguments_are_shown() - is that so?  Then a command does nothing before it.
 */
enum { EXIT_SHOWN = -1 };
typedef void arguments_show_fn(const argument *table, const char *doc, int argc, char **argv);
void arguments_show(arguments_show_fn *show);
bool arguments_are_shown(void);

/* Readers of one value.  The comment after each is the type of *to. */
int take_flag(const argument *a, char *text);   /* bool */
int take_text(const argument *a, char *text);   /* const char * */
int take_folder(const argument *a, char *text); /* const char *, a name that is not empty */
int take_number(const argument *a, char *text); /* double */
int take_whole(const argument *a, char *text);  /* int64_t or uint64_t; from 0 or more */
int take_bytes(const argument *a, char *text);  /* int64_t; a whole number, alone or with K, M or G (1024) */
int take_count(const argument *a, char *text);  /* int64_t; also as 1e9, 2^30 */
int take_shape(const argument *a, char *text);  /* int64_t[3], NXxNYxNZ in cells */
int take_dtype(const argument *a, char *text);  /* nt_dtype */
int take_dtypes(const argument *a, char *text); /* unsigned, bit 1u << nt_dtype for each */
int take_kernel(const argument *a, char *text); /* kernel_list, appended to */

/* Rows that several commands share. */
#define RESULTS_HELP                                                                                     \
    "DIR/<machine>/ in place of $XDG_DATA_HOME/nestune/<machine>/, by default "                          \
    "~/.local/share/nestune/<machine>/; of a program in its build folder, in place of results/<machine>/ of the " \
    "source tree, if that can be written"
/* clang-format off */
#define ARGUMENT_KERNELS(list) {NULL, 0, "[KERNEL...]", NULL, take_kernel, list, 0, 0}
#define ARGUMENT_DTYPES(set) {"dtype", 'd', "LIST", "f32, f64 or both (both)", take_dtypes, set, 0, 0}
#define ARGUMENT_JSON(flag) {"json", 'j', NULL, "as JSON on stdout", take_flag, flag, 0, 0}
#define ARGUMENT_OUT(dir) {"out", 'o', "DIR", RESULTS_HELP, take_folder, dir, 0, 0}
#define ARGUMENT_SEED(seed) {"seed", 'S', "N", "of what is drawn at random (1)", take_whole, seed, 0, 9e15}
/* clang-format on */

/* arguments_wholes() - reads whole numbers separated by one character; returns how many.  Returns 0 if the
 * text holds none, more than `room`, or one outside `least` (0 or more) to `most` (less than INT64_MAX). */
int arguments_wholes(const char *text, char between, int64_t least, int64_t most, int64_t *list, int room);

/* arguments_counts() - the same with commas, for numbers that may be large: 1000, 1e3 or 2^10. */
int arguments_counts(const char *text, double least, double most, int64_t *list, int room);

#endif /* AUTOTUNE_ARGUMENTS_H */
