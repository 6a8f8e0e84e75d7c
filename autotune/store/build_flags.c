/*
 * build_flags.c - were two builds made with the same flags, as far as they matter?
 * SPDX-License-Identifier: MIT
 */
#include "store/build_flags.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Words that begin so do not count. */
static const char *const idle[] = {"-g",
                                   "-W",
                                   "-w",
                                   "-pipe",
                                   "-DNDEBUG",
                                   "-fdiagnostics-",
                                   "-fmessage-length",
                                   "-ffile-prefix-map",
                                   "-fdebug-prefix-map",
                                   "-fmacro-prefix-map"};

typedef struct word {
    const char *at;
    size_t n;
} word;

/* The next word: up to a blank outside of parentheses.  n is 0 behind the last. */
static word next_word(const char **text)
{
    int depth = 0;
    *text += strspn(*text, " ");
    word w = {*text, 0};
    for (; **text && (depth > 0 || **text != ' '); ++*text, w.n++)
        depth += **text == '(' ? 1 : **text == ')' ? -1 : 0;
    return w;
}

static bool begins(word w, const char *with)
{
    return w.n >= strlen(with) && memcmp(w.at, with, strlen(with)) == 0;
}

static bool is_idle(word w)
{
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (begins(w, idle[i]))
            return true;
    return false;
}

/* The length of an isa's name in its group; 0: no group. */
static size_t isa_of(word w)
{
    const char *open = memchr(w.at, '(', w.n);
    return open && *w.at != '-' ? (size_t)(open - w.at) : 0;
}

static bool has(const char *flags, word wanted)
{
    for (word w; (w = next_word(&flags)).n > 0;)
        if (w.n == wanted.n && memcmp(w.at, wanted.at, w.n) == 0)
            return true;
    return false;
}

/* Has it a group of this isa?  n 0: of any. */
static bool has_isa(const char *flags, const char *isa, size_t n)
{
    for (word w; (w = next_word(&flags)).n > 0;)
        if (isa_of(w) > 0 && (n == 0 || (isa_of(w) == n && memcmp(w.at, isa, n) == 0)))
            return true;
    return false;
}

/* Do both have a group of the same isa?  Or one of them none at all? */
static bool same_processor(const char *a, const char *b)
{
    if (!has_isa(a, NULL, 0) || !has_isa(b, NULL, 0))
        return true;
    for (word w; (w = next_word(&a)).n > 0;)
        if (isa_of(w) > 0 && has_isa(b, w.at, isa_of(w)))
            return true;
    return false;
}

/* A word of one that the other lacks. */
static bool find_missing(const char *of, const char *in, bool isas, word *missing)
{
    while ((*missing = next_word(&of)).n > 0)
        if (!is_idle(*missing) && (isas || isa_of(*missing) == 0) && !has(in, *missing))
            return true;
    return false;
}

int build_flags_differ(const char *theirs, const char *here, char *what, size_t n)
{
    const bool isas = same_processor(theirs, here);
    word w;
    if (find_missing(theirs, here, isas, &w))
        return snprintf(what, n, "%.*s, which this build does not have", w.n < 80 ? (int)w.n : 80, w.at), 1;
    if (find_missing(here, theirs, isas, &w))
        return snprintf(what, n, "no %.*s, which this build has", w.n < 80 ? (int)w.n : 80, w.at), 1;
    return 0;
}

int build_flags_unfit(const char *flags, char *what, size_t n)
{
    word optimise = {"", 0};
    for (word w; (w = next_word(&flags)).n > 0;) {
        if (begins(w, "-fsanitize"))
            return snprintf(what, n, "a build with a sanitizer (%.*s)", w.n < 40 ? (int)w.n : 40, w.at), 1;
        if (begins(w, "-O"))
            optimise = w; /* the last one counts */
    }
    if (optimise.n == 0 || begins(optimise, "-O0") || begins(optimise, "-Og"))
        return snprintf(what, n, "a debug build: %s", optimise.n ? "-O0 or -Og" : "no -O2 or -O3"), 1;
    return 0;
}
