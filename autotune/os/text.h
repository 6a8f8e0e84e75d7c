/*
 * text.h - texts of unknown origin, made fit for a terminal
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TEXT_H
#define AUTOTUNE_TEXT_H

#include <stdio.h>
#include <string.h>

/* Appends a name to a list with commas; a name that does not fit becomes three dots. */
static inline void text_add_name(char *list, size_t size, const char *name)
{
    static const char more[] = ", ...";
    const size_t used = strlen(list), n = used + 2 + strlen(name);
    if (used >= 5 && strcmp(list + used - 5, more) == 0)
        return;
    if (n + sizeof more <= size)
        snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
    else if (used + sizeof more <= size)
        strcpy(list + used, more);
}

/* Replaces control characters, including escape sequences, by '?'. */
static inline void text_make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

static inline int text_is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return 0;
    return 1;
}

#endif /* AUTOTUNE_TEXT_H */
