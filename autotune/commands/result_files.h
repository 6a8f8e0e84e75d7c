/*
 * result_files.h - what `autotune report` and `autotune export` share: the files they read, and the one they write
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_RESULT_FILES_H
#define AUTOTUNE_RESULT_FILES_H

#include "cli/arguments.h"
#include "store/findings.h"

enum { MOST_FILES = 256 };

typedef struct file_list {
    const char *at[MOST_FILES];
    int n;
} file_list;

int take_file(const argument *a, char *text);     /* file_list, appended to */
int take_out_file(const argument *a, char *text); /* const char *, a name that is not empty */
#define ARGUMENT_FILES(list)                                     \
    {                                                            \
        NULL, 0, "[FOLDER|FILE...]", NULL, take_file, list, 0, 0 \
    }

/* result_files_read() - the named folders and files; for none, this machine's folder.  An exit code, after a message
 * if it is not EXIT_OK; then the findings are empty. */
int result_files_read(findings *f, const file_list *files);

/* result_files_write() - a file, whole or not at all; "-" is stdout.  An exit code. */
int result_files_write(const char *path, const char *text, size_t n);

#endif /* AUTOTUNE_RESULT_FILES_H */
