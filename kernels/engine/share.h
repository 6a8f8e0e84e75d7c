/*
 * share.h - which schedule keeps all threads at work
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_SHARE_H
#define NESTUNE_SHARE_H

#include <stdbool.h>

#include "engine/nest.h"

/* nt_share_parts() - how many threads can be at work at once under the schedule of a nest: nest->threads at most. */
int nt_share_parts(const nt_nest *nest);

/*
 * nt_share_set() - nt_nest_set_config(), and keeps all threads at work.
 *
 * Shape:   named: the caller asked for this schedule, which is left as it is.  Else, where it would leave threads
 *          idle, the sharing goes to another loop, or all tiles are shared (flat); *config becomes what the nest got.
 *          *why gets what was changed, or how many threads have work, added to it.
 */
void nt_share_set(nt_nest *nest, nt_config *config, bool named, nt_error *why);

#endif /* NESTUNE_SHARE_H */
