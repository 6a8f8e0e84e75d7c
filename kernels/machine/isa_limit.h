/*
 * isa_limit.h - the instruction set that NESTUNE_MAX_ISA allows
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_ISA_LIMIT_H
#define NESTUNE_ISA_LIMIT_H

#include "nestune/isa.h"

/*
 * nt_max_isa_env() - the limit that NESTUNE_MAX_ISA sets.
 *
 * Errors:  unset, empty or unknown is no limit, the last nt_isa.  *bad (which may not be NULL) is
 *          the unknown value, else NULL: the library goes on, a program may refuse it.
 * Threads: safe as long as nobody changes the environment.
 */
nt_isa nt_max_isa_env(const char **bad);

#endif /* NESTUNE_ISA_LIMIT_H */
