/*
 * refusal.h - a status with its reason in one line
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_REFUSAL_H
#define AUTOTUNE_REFUSAL_H

#include <stdarg.h>
#include <stdio.h>

#include "nestune/status.h"

/* Writes the reason into *why, unless that is NULL, and gives the status. */
__attribute__((format(printf, 3, 4))) static inline nt_status refusal(nt_status status, nt_error *why,
                                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (why)
        vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return status;
}

#endif /* AUTOTUNE_REFUSAL_H */
