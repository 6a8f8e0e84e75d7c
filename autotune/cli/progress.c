/*
 * progress.c - what a command is doing, as a line
 * SPDX-License-Identifier: MIT
 */
#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"

progress progress_begin(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    const bool can = term && strcmp(term, "dumb") != 0 && !(no_color && *no_color);
    return (progress){.is_terminal = can && isatty(STDERR_FILENO), .start_s = clock_s()};
}

void progress_wipe(const progress *p)
{
    if (p->is_terminal)
        fputs("\r\033[K", stderr);
}

void progress_bar(progress *p, double share, const char *format, ...)
{
    static const char full[] = "########################", empty[] = "........................";
    const int n = (int)(fmin(1, share) * (sizeof full - 1));
    va_list args;
    progress_wipe(p);
    fprintf(stderr, "[%.*s%s] ", n, full, empty + n);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    p->shown_s = clock_s();
}

void progress_share(void *context, int64_t done, int64_t all)
{
    progress *p = context;
    const double spent_s = clock_s() - p->start_s, share = (double)done / (double)all;
    const double left_s = spent_s / share - spent_s;
    const int tenths = (int)(10 * share);
    if (p->is_terminal && clock_s() - p->shown_s > 0.2)
        progress_bar(p, share, "%3.0f%%, ETA %.0f s", 100 * share, left_s);
    else if (!p->is_terminal && tenths > p->tenths && spent_s > 2)
        fprintf(stderr, "  %3d%%, ETA %.0f s\n", 10 * tenths, left_s);
    p->tenths = tenths;
}

void progress_end(progress *p)
{
    progress_wipe(p);
}
