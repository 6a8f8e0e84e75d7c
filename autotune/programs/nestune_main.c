/*
 * nestune_main.c - the command line of nestune: one table of programs
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/interrupt.h"
#include "nestune/machine.h"
#include "os/text.h"
#include "programs/programs.h"

static const struct program {
    const char *name, *help;
    int (*main)(int argc, char **argv);
} programs[] = {
    {"apply", "apply a pointwise kernel to many files", program_apply},
    {"pi", "estimate pi from random points", program_pi},
    {"primes", "count or list the primes of a range", program_primes},
    {"count", "count with a lock, atomics, private counters: what sharing costs", program_count},
    {"new-kernel", "write the project of a kernel of your own", program_new_kernel},
};
enum { N_PROGRAMS = sizeof programs / sizeof *programs };

static void help(FILE *out)
{
    fprintf(out, "Usage: nestune PROGRAM [OPTION...]\n"
                 "Runs the programs of the course notebook, each as fast as this machine allows.\n\n");
    for (int i = 0; i < N_PROGRAMS; i++)
        fprintf(out, "  %-10s %s\n", programs[i].name, programs[i].help);
    fprintf(
        out,
        "\n`nestune PROGRAM --help` lists its options and shows examples.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 file trouble, 130 interrupted: what was done until\n"
        "then is printed or kept.\n"
        "Environment: NESTUNE_MAX_ISA=scalar|neon|avx2|avx512, NESTUNE_TUNED, NO_COLOR.\n");
}

int main(int argc, char **argv)
{
    open_standard_files();
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        help(stdout);
        return finish_stdout();
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("nestune %s\n", nt_build_info()->version);
        return finish_stdout();
    }
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (check_environment() != EXIT_OK)
        return EXIT_USAGE;
    char names[80] = "";
    for (int i = 0; i < N_PROGRAMS; i++) {
        if (strcmp(argv[1], programs[i].name) == 0) {
            hear_signals();
            return programs[i].main(argc - 1, argv + 1);
        }
        text_add_name(names, sizeof names, programs[i].name);
    }
    return refuse(EXIT_USAGE, "unknown program %.40s: there are %s", argv[1], names);
}
