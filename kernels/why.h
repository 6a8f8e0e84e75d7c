/*
 * why.h - return an error with its reason
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_WHY_H
#define NESTUNE_WHY_H

#include <stdarg.h>
#include <stdio.h>

#include "nestune/status.h"

/* Writes the reason unless why is NULL, and returns the status: return nt_refuse(NT_EARG, why, ...). */
__attribute__((format(printf, 3, 4))) static inline nt_status nt_refuse(nt_status status, nt_error *why,
                                                                        const char *format, ...)
{
    if (why) {
        va_list args;
        va_start(args, format);
        vsnprintf(why->text, sizeof why->text, format, args);
        va_end(args);
        for (char *c = why->text; *c; c++) /* values come from anywhere: keep it one line */
            if ((unsigned char)*c < 0x20 || *c == 0x7f)
                *c = '?';
    }
    return status;
}

#endif /* NESTUNE_WHY_H */
