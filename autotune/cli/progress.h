/*
 * progress.h - what a command is doing, as a line
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PROGRESS_H
#define AUTOTUNE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A line on stderr: on a terminal a bar that rewrites itself, elsewhere lines that stay. */
typedef struct progress {
    bool is_terminal;
    double start_s, shown_s;
    int tenths;
} progress;

progress progress_begin(void);
void progress_end(progress *p);

/* progress_bar() - on a terminal: shows the bar and the text.  progress_wipe() removes it, before a line that
 * stays. */
__attribute__((format(printf, 3, 4))) void progress_bar(progress *p, double share, const char *format, ...);
void progress_wipe(const progress *p);

/* progress_share() - of evenly paced work: updates the bar; without a terminal, long work prints a line for
 * each tenth. */
void progress_share(void *progress, int64_t done, int64_t all);

#endif /* AUTOTUNE_PROGRESS_H */
