/*
 * fuzz.h - the readers of texts of unknown origin, each with seeds, words, and a function that reads anything
 * SPDX-License-Identifier: MIT
 *
 * Two programs use the targets: tests/test_fuzz.c replays thousands of changed seeds with any compiler, and
 * libfuzzer.c is the driver for clang's libFuzzer, which looks for inputs that reach new code.  scripts/fuzz builds
 * and runs that one.
 *
 * A CRC stops nearly every changed text.  So the first byte of an input is a set of flags, and one of them asks the
 * target to put the right CRC in: what lies behind it is reached in half of the executions.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes one seed, or one word of the dictionary. */
typedef void fuzz_take_fn(void *context, const void *data, size_t n);

typedef struct fuzz_target {
    const char *name;
    /* Gives good inputs, made by the project's own printers. */
    void (*seeds)(fuzz_take_fn *take, void *context);
    /* Gives words that the reader knows. */
    void (*words)(fuzz_take_fn *take, void *context);
    /* Reads any bytes, and requires what must hold whatever they are. */
    void (*run)(const uint8_t *data, size_t n);
} fuzz_target;

extern const fuzz_target fuzz_config, fuzz_header, fuzz_journal, fuzz_result, fuzz_npy;

/* fuzz_require() - ends the program, or fails the test, unless this holds. */
void fuzz_require(bool holds, const char *what);

/* fuzz_text() - these bytes with a 0 behind them, to be freed, in memory of this size, so that a sanitizer sees each
 * byte beyond. */
char *fuzz_text(const void *data, size_t n);

/* fuzz_require_reason() - one line, not empty, fit for a terminal. */
void fuzz_require_reason(const char *text);

/* fuzz_take_text() - a seed of one byte of flags and a text. */
void fuzz_take_text(fuzz_take_fn *take, void *context, uint8_t flags, const char *text);

/* fuzz_take_words() - the words of a list that ends with NULL. */
void fuzz_take_words(fuzz_take_fn *take, void *context, const char *const *words);

/* fuzz_change_number() - puts another number, a large one or one near a limit, in the place of a number in a text; which
 * ones `choice` decides.  Returns the new size, at most `room`.  Changes of single bytes seldom leave a text that a reader
 * accepts; this one does. */
size_t fuzz_change_number(uint8_t *data, size_t n, size_t room, uint32_t choice);

/* fuzz_file() - the path of a file that holds these bytes now; the same one each time, in memory. */
const char *fuzz_file(const void *data, size_t n);

#endif /* TESTS_FUZZ_H */
