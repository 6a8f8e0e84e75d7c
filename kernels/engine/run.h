/*
 * run.h - all steps of a run
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_RUN_H
#define NESTUNE_RUN_H

#include "engine/nest.h"

/* nt_nest_run() - advances by nest->steps time steps.  It allocates nothing. */
void nt_nest_run(nt_nest *nest);

#endif /* NESTUNE_RUN_H */
