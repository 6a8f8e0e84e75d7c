/*
 * nestune_main.c - the command line of nestune: one table of programs
 * SPDX-License-Identifier: MIT
 */
#include "cli/exit.h"
#include "cli/command.h"
#include "programs/programs.h"

static const command programs[] = {
    {"apply", "apply a pointwise kernel to many files", program_apply},
    {"pi", "estimate pi from random points", program_pi},
    {"primes", "count or list the primes of a range", program_primes},
    {"count", "count with a lock, atomics, private counters: what sharing costs", program_count},
    {"new-kernel", "write the project of a kernel of your own", program_new_kernel},
    {0},
};

static const note notes[] = {
    {"Exit codes", "0 done, 1 failed, 2 wrong usage, 3 file trouble, 130 interrupted: what was done until\n"
                   "then is printed or kept."},
    {"Environment", "NESTUNE_MAX_ISA=scalar|neon|avx2|avx512, NESTUNE_TUNED, NO_COLOR."},
    {0},
};

static const program nestune = {
    .name = "nestune",
    .word = "program",
    .metavar = "PROGRAM",
    .purpose = "Runs the programs of the course notebook, each as fast as this machine allows",
    .more = "lists its options and shows examples",
    .hears_signals = true,
    .commands = programs,
    .notes = notes,
    .see_also = "autotune(1), nestune(3)",
};

int main(int argc, char **argv)
{
    open_standard_files();
    return program_main(&nestune, argc, argv);
}
