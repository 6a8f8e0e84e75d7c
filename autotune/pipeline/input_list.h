/*
 * input_list.h - the inputs of a run: each file once, each output once, no output that is an input
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_INPUT_LIST_H
#define AUTOTUNE_INPUT_LIST_H

#include <stdint.h>
#include <sys/types.h>

#include "nestune/status.h"

/* Why an input is left out from the start. */
typedef enum input_fault {
    INPUT_FINE,
    INPUT_UNREADABLE,     /* `error` says why */
    INPUT_NO_FILE,        /* a folder, a pipe, ... */
    INPUT_SAME_FILE,      /* as the input `other` */
    INPUT_SAME_OUTPUT,    /* as the input `other` */
    INPUT_OUTPUT_IS_LINK, /* the name of its output is taken by one */
    INPUT_OUTPUT_NO_FILE, /* ... by a folder, a pipe, ... */
    INPUT_OUTPUT_IS_INPUT /* ... by the input `other` */
} input_fault;

typedef struct input {
    const char *path, *name; /* name: the last part of the path, which the output gets */
    dev_t dev;               /* of the file itself, if the path is a link */
    ino_t ino;
    int64_t n_bytes;
    input_fault fault;
    int error, other;
} input;

typedef struct input_list {
    input *at; /* in the order in which they were given */
    int n, n_fine;
    int64_t all_bytes, largest_bytes; /* of the fine ones */
} input_list;

/*
 * input_list_make() - looks at all inputs, and at the files that already have the names of their outputs.
 *
 * Errors:  NT_ENOMEM.  An input that cannot be used has a fault.
 * Memory:  free with input_list_free().  The paths must outlive the list.
 */
nt_status input_list_make(input_list *list, const char *const *paths, int n, int folder_fd, nt_error *why);
void input_list_free(input_list *list);

/* input_list_reason() - why the input i is left out, in words. */
void input_list_reason(const input_list *list, int i, nt_error *why);

#endif /* AUTOTUNE_INPUT_LIST_H */
