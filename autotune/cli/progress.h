/*
 * progress.h - what a tune is doing, as a line
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PROGRESS_H
#define AUTOTUNE_PROGRESS_H

#include <stdio.h>

#include "tune/options.h"

/* A progress line: a bar that rewrites itself on a terminal, a line a row elsewhere. */
typedef struct progress {
    FILE *out;
    int is_terminal;
    size_t shown; /* columns to wipe */
} progress;

void progress_begin(progress *p, FILE *out);
void progress_event(void *progress, const tune_event *event);
void progress_end(progress *p);

#endif /* AUTOTUNE_PROGRESS_H */
