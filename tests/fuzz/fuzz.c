/*
 * fuzz.c - what the fuzzed readers share
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/text.h"

char *fuzz_text(const void *data, size_t n)
{
    char *text = malloc(n + 1);
    if (!text)
        abort();
    if (n > 0)
        memcpy(text, data, n);
    text[n] = '\0';
    return text;
}

void fuzz_require_reason(const char *text)
{
    fuzz_require(*text, "refused without a reason");
    fuzz_require(text_is_printable(text), "a reason with control characters");
}

void fuzz_take_text(fuzz_take_fn *take, void *context, uint8_t flags, const char *text)
{
    const size_t n = strlen(text);
    char *seed = malloc(n + 1);
    if (!seed)
        abort();
    seed[0] = (char)flags;
    memcpy(seed + 1, text, n);
    take(context, seed, n + 1);
    free(seed);
}

void fuzz_take_words(fuzz_take_fn *take, void *context, const char *const *words)
{
    for (; *words; words++)
        take(context, *words, strlen(*words));
}

const char *fuzz_file(const void *data, size_t n)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || pwrite(fd, data, n, 0) != (ssize_t)n || ftruncate(fd, (off_t)n) != 0)
        abort();
    return path;
}
