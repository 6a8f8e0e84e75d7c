/*
 * main.c - the command line: one table of subcommands
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "os/process.h"
#include "worker/worker.h"

static const struct command {
    const char *name, *help;
    int (*main)(int argc, char **argv);
} commands[] = {
    {"run", "tune, and write the results and the header", cmd_run},
    {"study", "which loop to share, in which order: all combinations, as written", cmd_study},
    {"simulate", "how fast the search strategies find the best config, replayed from a table", cmd_simulate},
    {"list", "the kernels, their parameters and variants", cmd_list},
    {"machine", "what was detected, and the roofs", cmd_machine},
    {"show", "the best configs, the loop table, and how sure", cmd_show},
    {"check", "whether a tuned header still holds here; takes over results that were sent", cmd_check},
    {"report", "results as one HTML page that needs no network", cmd_report},
    {"export", "results as CSV, Markdown, JSON, or Google Benchmark's JSON", cmd_export},
    {"verify", "accuracy against MPFR", cmd_verify},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *out)
{
    fprintf(out,
            "Usage: autotune COMMAND [OPTION...]\n"
            "Finds out how a loop nest over a 3-D grid runs fastest here, and writes it to a C header.\n\n");
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
    fprintf(out,
            "\n`autotune COMMAND --help` lists its options.\n"
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 file trouble, 4 stale or damaged results,\n"
            "130 interrupted, or the terminal or the reader of a pipe is gone (the best so far is written).\n"
            "Results: $XDG_DATA_HOME/nestune, by default ~/.local/share/nestune; of a program in its build folder,\n"
            "results/ of the source tree, if that can be written; --out DIR names another folder.\n"
            "Environment: NESTUNE_MAX_ISA=scalar|neon|avx2|avx512, NO_COLOR.\n");
}

int main(int argc, char **argv)
{
    open_standard_files();
    if (argc >= 2 && strcmp(argv[1], "worker") == 0)
        return worker_main(PROCESS_IN_FD, PROCESS_OUT_FD, argv + 2);
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        help(stdout);
        return EXIT_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("autotune %s\n", nt_build_info()->version);
        return EXIT_OK;
    }
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (check_environment() != EXIT_OK)
        return EXIT_USAGE;
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    return refuse(EXIT_USAGE,
                  "unknown command %.40s: there are run, study, simulate, list, machine, show, check, report, export, verify",
                  argv[1]);
}
