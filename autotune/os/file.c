/*
 * file.c - files that are whole or untouched
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

nt_status file_fail(nt_error *why, const char *what, const char *path, int error)
{
    enum { PATH_SHOWN = 150 }; /* short enough that the reason always fits */
    const size_t n = strlen(path);
    const int cut = n > PATH_SHOWN;

    if (why)
        snprintf(why->text, sizeof why->text, "cannot %s %s%s: %s", what, cut ? "..." : "",
                 cut ? path + n - PATH_SHOWN : path, strerror(error));
    return NT_EIO;
}

static nt_status no_memory(nt_error *why, const char *path)
{
    file_fail(why, "take memory for", path, ENOMEM);
    return NT_ENOMEM;
}

ssize_t file_write_once(int fd, const void *data, size_t n)
{
    sigset_t over, before, pending;
    sigemptyset(&over);
    sigaddset(&over, SIGXFSZ);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &over, &before);

    ssize_t done;
    do
        done = write(fd, data, n);
    while (done < 0 && errno == EINTR);

    const int error = errno;
    if (done < 0 && error == EFBIG && !sigismember(&pending, SIGXFSZ)) {
        const struct timespec now = {0, 0};
        while (sigtimedwait(&over, NULL, &now) < 0 && errno == EINTR)
            continue;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return done;
}

static int write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        const ssize_t done = file_write_once(fd, data, n);
        if (done < 0)
            return -1;
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

int file_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = !slash ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!folder)
        return -1;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return -1;
    /* Some file systems sync folders by themselves and fail with EINVAL. */
    const int result = fsync(fd) != 0 && errno != EINVAL ? -1 : 0;
    const int error = errno;
    close(fd);
    errno = error;
    return result;
}

/* Creates a file with a new name beside path; *temp must then be freed. -1 and errno on failure. */
static int create_temp(const char *path, mode_t mode, char **temp)
{
    static atomic_uint counter;
    for (int tries = 0; tries < 1000; tries++) {
        if (asprintf(temp, "%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&counter, 1)) < 0) {
            *temp = NULL;
            errno = ENOMEM;
            return -1;
        }
        const int fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0)
            return fd;
        const int error = errno;
        free(*temp);
        *temp = NULL;
        errno = error;
        if (error != EEXIST)
            return -1;
    }
    return -1;
}

static int holds_already(const char *path, const struct stat *st, const void *data, size_t n)
{
    char *old;
    size_t old_n;
    if (!S_ISREG(st->st_mode) || (uintmax_t)st->st_size != n ||
        file_read(path, n, &old, &old_n, NULL) != NT_OK)
        return 0;
    const int same = old_n == n && memcmp(old, data, n) == 0;
    free(old);
    return same;
}

nt_status file_replace(const char *path, const void *data, size_t n, nt_error *why)
{
    struct stat st;
    const int exists = lstat(path, &st) == 0;
    if (exists && holds_already(path, &st, data, n))
        return NT_OK;

    char *temp = NULL;
    int fd = create_temp(path, 0666, &temp);
    if (fd < 0)
        return file_fail(why, "write", path, errno);

    int failed = write_all(fd, data, n) != 0 || fsync(fd) != 0;
    if (!failed && exists && S_ISREG(st.st_mode))
        failed = fchmod(fd, st.st_mode & 07777) != 0;
    int error = errno;
    if (close(fd) != 0 && !failed) {
        failed = 1;
        error = errno;
    }
    if (!failed && rename(temp, path) != 0) {
        failed = 1;
        error = errno;
    }
    if (failed)
        unlink(temp);
    free(temp);
    if (failed)
        return file_fail(why, "write", path, error);
    return file_sync_folder(path) == 0 ? NT_OK : file_fail(why, "sync the folder of", path, errno);
}

ssize_t file_read_at(int fd, void *to, size_t n, off_t at)
{
    size_t got = 0;
    while (got < n) {
        const ssize_t more = pread(fd, (char *)to + got, n - got, at + (off_t)got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        got += (size_t)more;
    }
    return (ssize_t)got;
}

nt_status file_read(const char *path, size_t max_bytes, char **data, size_t *n, nt_error *why)
{
    *data = NULL;
    *n = 0;
    /* Nonblocking: otherwise opening a pipe would wait for a writer. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_fail(why, "read", path, errno);

    struct stat st;
    int error = fstat(fd, &st) != 0                 ? errno
                : S_ISDIR(st.st_mode)               ? EISDIR
                : !S_ISREG(st.st_mode)              ? EINVAL
                : (uintmax_t)st.st_size > max_bytes ? EFBIG
                                                    : 0;
    if (error) {
        close(fd);
        return file_fail(why, "read", path, error);
    }
    const size_t size = (size_t)st.st_size;
    char *text = malloc(size + 1);
    if (!text) {
        close(fd);
        return no_memory(why, path);
    }
    const ssize_t got = file_read_at(fd, text, size, 0); /* less than size: it has become shorter since fstat() */
    error = errno;
    close(fd);
    if (got < 0) {
        free(text);
        return file_fail(why, "read", path, error);
    }
    text[got] = '\0';
    *data = text;
    *n = (size_t)got;
    return NT_OK;
}

nt_status file_make_dirs(const char *path, nt_error *why)
{
    if (strlen(path) >= PATH_MAX) /* checked before its first folders are made */
        return file_fail(why, "make the folder", path, ENAMETOOLONG);
    char *part = strdup(path);
    if (!part)
        return no_memory(why, path);

    nt_status status = NT_OK;
    for (char *end = part + (*part == '/'); status == NT_OK; end++) {
        end += strcspn(end, "/");
        const char kept = *end;
        *end = '\0';
        struct stat st;
        if (mkdir(part, 0777) != 0) {
            const int error = errno == EEXIST ? ENOTDIR : errno;
            if (stat(part, &st) != 0 || !S_ISDIR(st.st_mode))
                status = file_fail(why, "make the folder", part, error);
        }
        *end = kept;
        if (!kept)
            break;
    }
    free(part);
    return status;
}
