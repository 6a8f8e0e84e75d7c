/*
 * output.h - a file that is written under a temporary name and appears whole
 * SPDX-License-Identifier: MIT
 *
 * The writer holds a lock (flock) on the temporary file as long as it is open, so another process can tell
 * the temporary files of ended runs.  All functions return 0 or an errno.
 */
#ifndef AUTOTUNE_OUTPUT_H
#define AUTOTUNE_OUTPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "pipeline/array_form.h"

enum { OUTPUT_PAGE = 4096 };

typedef struct output {
    int fd;         /* -1: there is none */
    bool is_direct; /* written past the page cache */
    char temp[NAME_MAX + 1];
} output;

/* output_create() - a temporary file for the output `name` of the folder, which will have n_bytes. */
int output_create(output *o, int folder_fd, const char *name, int64_t n_bytes);

/*
 * output_write() - all n bytes at a place of the file.  The disk begins to write them.
 *
 * Shape:   data and `at` are multiples of OUTPUT_PAGE; so is n, but for the last bytes of the file.
 */
int output_write(output *o, const void *data, int64_t n, int64_t at);

/* output_finish() - syncs the file, and gives it its name and the permissions of the file that it replaces.
 * The folder must then be synced, too.  On error nothing remains. */
int output_finish(output *o, int folder_fd, const char *name);

/* output_discard() - removes the temporary file, if there is one. */
void output_discard(output *o, int folder_fd);

/* output_clean() - removes this user's temporary files in the folder that no process writes. */
int output_clean(int folder_fd);

/* output_is_done() - is there a regular file of this name, newer than `since`, that holds such cells? */
bool output_is_done(int folder_fd, const char *name, const array_form *form, bool is_raw,
                    struct timespec since);

#endif /* AUTOTUNE_OUTPUT_H */
