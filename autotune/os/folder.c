/*
 * folder.c - several files of a folder that are replaced together, or not at all
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "os/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"

static int name_in(char to[PATH_MAX], const char *folder, const char *name)
{
    if (snprintf(to, PATH_MAX, "%s/%s", folder, name) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static bool holds_all(const char *folder, const folder_file file[], int n)
{
    bool same = true;
    for (int i = 0; i < n && same; i++) {
        char path[PATH_MAX], *text;
        size_t length;
        same = name_in(path, folder, file[i].name) == 0 &&
               file_read(path, file[i].n, &text, &length, NULL) == NT_OK;
        if (same) {
            same = length == file[i].n && memcmp(text, file[i].text, length) == 0;
            free(text);
        }
    }
    return same;
}

/* A new folder beside path, with its permissions, or those of any new folder.  0, or -1 and errno. */
static int make_beside(const char *path, char to[PATH_MAX])
{
    struct stat st;
    const mode_t mask = umask(0);
    umask(mask);
    const mode_t mode = stat(path, &st) == 0 ? st.st_mode & 07777 : 0777 & ~mask;
    if (snprintf(to, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        to[0] = '\0';
        return -1;
    }
    if (!mkdtemp(to)) {
        to[0] = '\0';
        return -1;
    }
    return chmod(to, mode);
}

static void remove_all(const char *folder, const folder_file file[], int n)
{
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];
        if (name_in(path, folder, file[i].name) == 0)
            unlink(path);
    }
    rmdir(folder);
}

/* Moves what the new folder does not have from the old one, and removes that.  0, or -1 and errno. */
static int move_rest(const char *old, const char *to, const folder_file file[], int n)
{
    int failed = 0;
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];
        if (name_in(path, old, file[i].name) != 0 || (unlink(path) != 0 && errno != ENOENT))
            return -1;
    }
    DIR *dir = opendir(old);
    for (struct dirent *e; dir && !failed && (e = readdir(dir));) {
        char from[PATH_MAX], path[PATH_MAX];
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            failed = name_in(from, old, e->d_name) != 0 || name_in(path, to, e->d_name) != 0 || rename(from, path) != 0;
    }
    const int error = errno;
    if (dir)
        closedir(dir);
    errno = error;
    return !dir || failed ? -1 : rmdir(old);
}

/* Puts the finished folder `made` in the place of path. */
static nt_status swap(const char *path, const char *made, const folder_file file[], int n, nt_error *why)
{
    char old[PATH_MAX];
    if (make_beside(path, old) != 0 || rename(path, old) != 0) { /* a new, empty folder may be replaced */
        const nt_status status = file_fail(why, "replace the folder", path, errno);
        if (*old)
            rmdir(old);
        return status;
    }
    if (rename(made, path) != 0) {
        const nt_status status = file_fail(why, "replace the folder", path, errno);
        return rename(old, path) == 0 ? status : file_fail(why, "rename back", old, errno);
    }
    if (move_rest(old, path, file, n) != 0)
        return file_fail(why, "move the other files back from", old, errno);
    return file_sync_folder(path) == 0 ? NT_OK : file_fail(why, "sync the folder of", path, errno);
}

static nt_status put(const char *path, const folder_file file[], int n, nt_error *why)
{
    char made[PATH_MAX], to[PATH_MAX];
    nt_status status = make_beside(path, made) == 0 ? NT_OK : file_fail(why, "make a folder beside", path, errno);
    for (int i = 0; i < n && status == NT_OK; i++)
        status = name_in(to, made, file[i].name) == 0 ? file_replace(to, file[i].text, file[i].n, why)
                                                      : file_fail(why, "write", file[i].name, errno);
    if (status == NT_OK)
        status = swap(path, made, file, n, why);
    if (status != NT_OK && *made)
        remove_all(made, file, n); /* after the swap it is not there any more */
    return status;
}

nt_status folder_put(const char *path, const folder_file file[], int n, nt_error *why)
{
    if (holds_all(path, file, n))
        return NT_OK;
    const bool is_new = access(path, F_OK) != 0;
    nt_status status = file_make_dirs(path, why);
    /* A link to a folder stays a link. */
    char *real = status == NT_OK ? realpath(path, NULL) : NULL;
    if (status == NT_OK)
        status = real ? put(real, file, n, why) : file_fail(why, "find the folder", path, errno);
    if (status != NT_OK && real && is_new)
        rmdir(real);
    free(real);
    return status;
}
