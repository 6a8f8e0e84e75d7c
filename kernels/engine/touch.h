/*
 * touch.h - first touch: which thread's memory the pages of a new grid come from
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_TOUCH_H
#define NESTUNE_TOUCH_H

#include "nestune/config.h"
#include "nestune/grid.h"

/* nt_touch() - each thread writes zeros to the cells that the config's schedule gives it; config NULL: all
 * threads, shared in z.  The halo is not written.  If no nest can follow the config, nothing is written:
 * there is no kernel here to check it against. */
void nt_touch(nt_grid *g, const nt_config *config);

#endif /* NESTUNE_TOUCH_H */
