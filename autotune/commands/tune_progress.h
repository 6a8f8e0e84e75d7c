/*
 * tune_progress.h - what a tune is doing, as lines and a bar
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TUNE_PROGRESS_H
#define AUTOTUNE_TUNE_PROGRESS_H

#include "cli/progress.h"
#include "tune/options.h"

/* progress_event() - prints a line for each row and each failed trial, and updates the bar; `context` is a
 * progress. */
void progress_event(void *context, const tune_event *event);

#endif /* AUTOTUNE_TUNE_PROGRESS_H */
