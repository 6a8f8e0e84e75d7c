/*
 * file.h - files that are whole or untouched
 * SPDX-License-Identifier: MIT
 *
 * All functions may fail with NT_EIO, *why naming the path and the system's reason, or with NT_ENOMEM.
 */
#ifndef AUTOTUNE_FILE_H
#define AUTOTUNE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "nestune/status.h"

/*
 * file_replace() - makes the file at path hold exactly these bytes.
 *
 * At any time, even after a power failure, a reader finds either the whole old file or the whole new one.  It
 * writes a temporary file in the same folder, syncs it, renames it, and syncs the folder.  If the file
 * already holds these bytes, it writes nothing.  It keeps an existing file's permissions.
 *
 * Errors:  NT_EIO (no such folder, read-only, full, above RLIMIT_FSIZE): the old file is unchanged and no
 *          temporary file remains.  Exception: if syncing the folder fails, the new file is in place, but a
 *          crash of the machine may undo that.
 * Threads: safe; the last one to rename wins.
 */
nt_status file_replace(const char *path, const void *data, size_t n, nt_error *why);

/*
 * file_read() - a regular file, whole.
 *
 * Shape:   *data is the caller's to free(), and has a 0 after its n bytes.
 * Errors:  NT_EIO, also for a folder, a pipe or more than max_bytes; *data is then NULL.
 */
nt_status file_read(const char *path, size_t max_bytes, char **data, size_t *n, nt_error *why);

/* file_make_dirs() - the folder at path and all above it.  Errors: NT_EIO names the one that
 * failed. */
nt_status file_make_dirs(const char *path, nt_error *why);

/*
 * file_write_once() - one write(2), repeated only if a signal interrupted it.
 *
 * Errors:  as write(2): -1 and errno, or fewer bytes than n.  At RLIMIT_FSIZE it fails with EFBIG; the
 *          SIGXFSZ that comes with it, which by default ends the process, is suppressed.
 * Threads: safe.
 */
ssize_t file_write_once(int fd, const void *data, size_t n);

/* file_read_at() - pread(2) until n bytes are there or the file ends: how many they are, or -1 and errno. */
ssize_t file_read_at(int fd, void *to, size_t n, off_t at);

/* file_sync_folder() - fsync of the folder that path lies in; 0, or -1 and errno. */
int file_sync_folder(const char *path);

/* file_fail() - "cannot <what> <path>: <reason>" into *why, a long path shortened; gives NT_EIO. */
nt_status file_fail(nt_error *why, const char *what, const char *path, int error);

#endif /* AUTOTUNE_FILE_H */
