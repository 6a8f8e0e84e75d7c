/*
 * touch.h - first touch: which thread's memory the pages of a new grid come from
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TOUCH_H
#define NESTUNE_TOUCH_H

#include "nestune/config.h"
#include "nestune/grid.h"

/* nt_touch() - writes zeros to all cells, by the threads of the config in its own partition; config NULL: by all
 * threads, shared in z.  The halo is not reached.  A config that no nest could follow is left alone: no kernel is
 * known here that could check it. */
void nt_touch(nt_grid *g, const nt_config *config);

#endif /* NESTUNE_TOUCH_H */
