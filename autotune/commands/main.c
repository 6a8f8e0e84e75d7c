/*
 * main.c - the command line: one table of subcommands
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "cli/command.h"
#include "commands/commands.h"
#include "os/process.h"
#include "worker/worker.h"

static const command commands[] = {
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
    {0},
};

static const note notes[] = {
    {"Exit codes", "0 done, 1 failed, 2 wrong usage, 3 file trouble, 4 stale or damaged results,\n"
                   "130 interrupted, or the terminal or the reader of a pipe is gone (the best so far is written)."},
    {"Results", "$XDG_DATA_HOME/nestune, by default ~/.local/share/nestune; of a program in its build folder,\n"
                "results/ of the source tree, if that can be written; --out DIR names another folder."},
    {"Environment", "NESTUNE_MAX_ISA=scalar|neon|avx2|avx512, NO_COLOR."},
    {0},
};

static const program autotune = {
    .name = "autotune",
    .word = "command",
    .metavar = "COMMAND",
    .purpose = "Finds out how a loop nest over a 3-D grid runs fastest here, and writes it to a C header",
    .more = "lists its options",
    .commands = commands,
    .notes = notes,
    .see_also = "nestune(1), nestune(3)",
};

int main(int argc, char **argv)
{
    open_standard_files();
    if (argc >= 2 && strcmp(argv[1], "worker") == 0)
        return worker_main(PROCESS_IN_FD, PROCESS_OUT_FD, argv + 2);
    return program_main(&autotune, argc, argv);
}
