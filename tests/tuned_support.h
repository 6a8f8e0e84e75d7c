/*
 * tuned_support.h - tuned headers for the tests, sealed as autotune seals them
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_TUNED_SUPPORT_H
#define TESTS_TUNED_SUPPORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nestune/config.h"
#include "nestune/crc32.h"
#include "nestune/tuned.h"

/* CRC and number of rows of the strings in `body`. */
static inline uint32_t tuned_crc(const char *body, int *n_rows)
{
    static const char open[] = "NT_TUNED_LINE(\"";
    uint32_t crc = 0;
    *n_rows = 0;
    for (const char *s = body; (s = strstr(s, open));) {
        s += strlen(open);
        crc = nt_crc32(nt_crc32(crc, s, strcspn(s, "\"")), "\n", 1);
        *n_rows += strncmp(s, "row ", 4) == 0;
    }
    return crc;
}

/* The body with its end line; to be freed. */
static inline char *tuned_sealed(const char *body)
{
    const size_t n = strlen(body) + 64;
    char *text = malloc(n);
    int n_rows;
    const uint32_t crc = tuned_crc(body, &n_rows);
    if (text)
        snprintf(text, n, "%sNT_TUNED_LINE(\"end rows=%d crc=0x%08x\")\n", body, n_rows, (unsigned)crc);
    return text;
}

/* A row's config as nt_config_parse() takes it: without isa=best and threads=all.  text holds NT_CONFIG_TEXT
 * bytes. */
static inline void tuned_plain(const char *config, char *text)
{
    static const char *const words[] = {"isa=best", "threads=all"};
    snprintf(text, NT_CONFIG_TEXT, "%s", config);
    for (int i = 0; i < 2; i++) {
        char *word = strstr(text, words[i]);
        if (!word)
            continue;
        char *end = word + strlen(words[i]);
        word -= word > text;
        end += word == text && *end == ',';
        memmove(word, end, strlen(end) + 1);
    }
}

static inline void tuned_write(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    if (!f || fwrite(text, 1, n, f) != n || fclose(f) != 0)
        abort();
}

/* Loads the rows of a body into this process; they stay. */
static inline void tuned_load_body(const char *body)
{
    char path[] = "/tmp/nestune-tuned-XXXXXX";
    nt_error why;
    char *text = tuned_sealed(body);
    const int fd = mkstemp(path);
    if (!text || fd < 0)
        abort();
    close(fd);
    tuned_write(path, text, strlen(text));
    free(text);
    if (nt_tuned_load(path, &why) != NT_OK) {
        fprintf(stderr, "%s\n", why.text);
        abort();
    }
    unlink(path);
}

#endif /* TESTS_TUNED_SUPPORT_H */
