/*
 * libfuzzer.c - libFuzzer's driver of one target, FUZZ_TARGET
 * SPDX-License-Identifier: MIT
 *
 *     fuzz_config --seeds=FOLDER                                         # writes seeds and FOLDER.dict, and ends
 *     fuzz_config -runs=10000000 -dict=FOLDER.dict FOLDER                # libFuzzer's own options
 *
 * scripts/fuzz does both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t room); /* libFuzzer's own */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned int seed);

void fuzz_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", FUZZ_TARGET.name, what);
    abort();
}

typedef struct folder {
    const char *path;
    int n;
} folder;

static void write_seed(void *context, const void *data, size_t n)
{
    folder *to = context;
    char path[4096];
    snprintf(path, sizeof path, "%s/seed-%d", to->path, to->n++);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static void write_word(void *context, const void *data, size_t n)
{
    FILE *f = context;
    const unsigned char *bytes = data;
    putc('"', f);
    for (size_t i = 0; i < n; i++)
        fprintf(f, "\\x%02x", bytes[i]);
    fputs("\"\n", f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char option[] = "--seeds=";
    for (int i = 1; i < *argc; i++) {
        char path[4096];
        folder to = {.path = (*argv)[i] + strlen(option)};
        if (strncmp((*argv)[i], option, strlen(option)) != 0)
            continue;
        FUZZ_TARGET.seeds(write_seed, &to);
        snprintf(path, sizeof path, "%s.dict", to.path);
        FILE *f = fopen(path, "w");
        if (f)
            FUZZ_TARGET.words(write_word, f);
        exit(f && fclose(f) == 0 ? 0 : 1);
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned int seed)
{
    return seed % 4 == 0 ? fuzz_change_number(data, n, room, seed / 4) : LLVMFuzzerMutate(data, n, room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    FUZZ_TARGET.run(data, n);
    return 0;
}
