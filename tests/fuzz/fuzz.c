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

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of the number that begins at data[at]; 0: none does. */
static size_t number_at(const uint8_t *data, size_t n, size_t at)
{
    size_t length = 0;
    while (at + length < n && is_digit(data[at + length]) && (at == 0 || !is_digit(data[at - 1])))
        length++;
    return length;
}

size_t fuzz_change_number(uint8_t *data, size_t n, size_t room, uint32_t choice)
{
    static const char *const others[] = {"0",     "1",     "2",      "3",          "7",          "16",
                                         "99",    "512",   "4095",   "4096",       "4097",       "65535",
                                         "65536", "1e308", "0.5",    "2147483647", "2147483648", "4294967296",
                                         "-1",    "1e-9",  "999999", "999999999999999", "1099511627776", "9223372036854775807"};
    uint32_t n_numbers = 0;
    for (size_t at = 0; at < n; at++)
        n_numbers += number_at(data, n, at) > 0;
    if (n_numbers == 0)
        return n;
    uint32_t left = choice % n_numbers;
    const char *other = others[choice / n_numbers % (sizeof others / sizeof *others)];
    size_t at = 0;
    for (; number_at(data, n, at) == 0 || left-- > 0; at++)
        continue;
    const size_t old = number_at(data, n, at), length = strlen(other);
    if (n - old + length > room)
        return n;
    memmove(data + at + length, data + at + old, n - at - old);
    memcpy(data + at, other, length);
    return n - old + length;
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
