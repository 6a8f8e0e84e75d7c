/*
 * share.h - which schedule keeps all threads at work
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_SHARE_H
#define NESTUNE_SHARE_H

#include <stdbool.h>

#include "engine/nest.h"

/* nt_share_parts() - how many threads can work at the same time with the nest's schedule; at most
 * nest->threads. */
int nt_share_parts(const nt_nest *nest);

/*
 * nt_share_set() - as nt_nest_set_config(), with a schedule that gives all threads work.
 *
 * Shape:   named: the caller asked for this schedule, so it does not change.  Otherwise, if it leaves threads
 *          idle, the threads share another loop or all tiles (flat), and *config becomes the new schedule.
 *          The function adds to *why what it changed, or how many threads have work.
 */
void nt_share_set(nt_nest *nest, nt_config *config, bool named, nt_error *why);

#endif /* NESTUNE_SHARE_H */
