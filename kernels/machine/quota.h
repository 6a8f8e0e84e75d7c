/*
 * quota.h - the limits that cgroups set to this process
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_QUOTA_H
#define NESTUNE_QUOTA_H

#include <stdint.h>

typedef struct nt_quota {
    double cpus;          /* the least CPU quota on the way up; 0: none */
    int64_t memory_bytes; /* the least memory limit on the way up; 0: none */
    int64_t memory_free;  /* the least rest of a limit, file cache free; INT64_MAX: none */
} nt_quota;

/*
 * nt_quota_read() - the limits of this process's cgroups, version 1, version 2 or both.
 *
 * Shape:   root is put before every path, so that tests can have files of their own; "" means this machine.
 * Errors:  none; a file that is missing or malformed sets no limit.
 * Threads: safe.
 * Source:  Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/; proc_pid_mountinfo(5).
 */
void nt_quota_read(const char *root, nt_quota *quota);

/*
 * nt_file_read() - the start of a small file, for the texts in /proc and /sys.
 *
 * Shape:   root, dir and name are put together; text holds size bytes and is ended by a 0.
 * Errors:  0 if it cannot be read or the path is too long; then text is "".
 */
int nt_file_read(const char *root, const char *dir, const char *name, char *text, int size);

#endif /* NESTUNE_QUOTA_H */
