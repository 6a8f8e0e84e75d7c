/*
 * pi.c - nestune pi
 * SPDX-License-Identifier: MIT
 */
#include "programs/programs.h"
int program_pi(int argc, char **argv) { (void)argc; (void)argv; return 0; }
