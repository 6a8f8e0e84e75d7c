/*
 * folder.h - several files of a folder that are replaced together, or not at all
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_FOLDER_H
#define AUTOTUNE_FOLDER_H

#include <stddef.h>

#include "nestune/status.h"

typedef struct folder_file {
    char name[80]; /* "mathop.json" */
    char *text;
    size_t n;
} folder_file;

/*
 * folder_put() - makes the folder at path hold these files, beside whatever else it holds.
 *
 * It writes them into a new folder beside it, which then takes the place of the old one by rename, and moves the rest of
 * the old one there.  If the folder already holds these bytes, it writes nothing.  It makes the folders above path.
 *
 * Errors:  NT_EIO, NT_ENOMEM: the folder is as it was, and nothing new lies beside it.  Exception: if the rest cannot be
 *          moved, the new files are in place, and *why names the folder with the rest.
 */
nt_status folder_put(const char *path, const folder_file file[], int n, nt_error *why);

#endif /* AUTOTUNE_FOLDER_H */
