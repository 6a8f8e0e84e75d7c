/*
 * text.h - texts of unknown origin, made fit for a terminal
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_TEXT_H
#define AUTOTUNE_TEXT_H

/* Control characters, escape sequences among them, become '?'. */
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
