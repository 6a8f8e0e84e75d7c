/*
 * programs.h - the commands of `nestune`: the programs of the course notebook, and new-kernel
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PROGRAMS_H
#define AUTOTUNE_PROGRAMS_H

/* Each gets its own argv[0] and arguments, and returns an exit_code. */
int program_apply(int argc, char **argv);
int program_pi(int argc, char **argv);
int program_primes(int argc, char **argv);
int program_count(int argc, char **argv);
int program_new_kernel(int argc, char **argv);

#endif /* AUTOTUNE_PROGRAMS_H */
