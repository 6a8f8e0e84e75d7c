/*
 * output.c - a file that is written under a temporary name and appears whole
 * SPDX-License-Identifier: MIT
 *
 * All bytes must be on the disk before the file gets its name, so the page cache would only copy them once
 * more, and push out what others keep there.  Where the file system allows it they are written past it: 2 GiB
 * took a processor 0.1 s in place of 2 to 5 s (zen5-26.2.1-2t, ext4).
 */
#define _GNU_SOURCE /* O_DIRECT */
#include "pipeline/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "pipeline/npy.h"

static const char mark[] = ".nestune-";
enum { NAME_SHOWN = 200 }; /* of the output's name: the rest of a temporary name always fits */

int output_create(output *o, int folder_fd, const char *name, int64_t n_bytes)
{
    enum { TRIES = 100, LEAST_DIRECT = 1 << 16 }; /* small files go to the disk in one piece */
    int error = EEXIST;
    for (int i = 0; i < TRIES && error == EEXIST; i++) {
        unsigned random = (unsigned)i;
        struct stat st;
        if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
            random += (unsigned)(uintptr_t)o;
        snprintf(o->temp, sizeof o->temp, ".%.*s%s%ld-%08x", NAME_SHOWN, name, mark, (long)getpid(), random);
        o->fd = openat(folder_fd, o->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        error = o->fd < 0 ? errno : 0;
        /* Some file systems have no locks: then nobody else removes the file either.  Before the lock was
         * taken, output_clean() of another process may have removed the file: then once more. */
        if (o->fd >= 0) {
            flock(o->fd, LOCK_EX);
            if (fstat(o->fd, &st) == 0 && st.st_nlink == 0) {
                close(o->fd);
                o->fd = -1;
                error = EEXIST;
            }
        }
    }
    o->is_direct = !error && n_bytes >= LEAST_DIRECT && fcntl(o->fd, F_SETFL, O_DIRECT) == 0;
    return error;
}

static void use_page_cache(output *o)
{
    fcntl(o->fd, F_SETFL, 0);
    o->is_direct = false;
}

static int write_all(output *o, const char *from, int64_t n, int64_t at)
{
    while (n > 0) {
        const ssize_t done = pwrite(o->fd, from, (size_t)n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0 && errno == EINVAL && o->is_direct) { /* larger blocks, or the rest of a short write */
            use_page_cache(o);
            continue;
        }
        if (done <= 0)
            return done < 0 ? errno : EIO;
        from += done;
        at += done;
        n -= done;
    }
    return 0;
}

int output_write(output *o, const void *data, int64_t n, int64_t at)
{
    const int64_t pages = o->is_direct ? n - n % OUTPUT_PAGE : 0;
    const int error = write_all(o, data, pages, at);
    if (error || pages == n)
        return error;
    if (o->is_direct)
        use_page_cache(o);
    const int rest = write_all(o, (const char *)data + pages, n - pages, at + pages);
    if (!rest) /* now, so that little is left when the file is synced */
        sync_file_range(o->fd, at + pages, n - pages, SYNC_FILE_RANGE_WRITE);
    return rest;
}

int output_finish(output *o, int folder_fd, const char *name)
{
    struct stat old;
    int error = 0;
    if (fstatat(folder_fd, name, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode) &&
        fchmod(o->fd, old.st_mode & 07777) != 0)
        error = errno;
    if (!error && fsync(o->fd) != 0)
        error = errno;
    if (!error && renameat(folder_fd, o->temp, folder_fd, name) != 0)
        error = errno;
    if (error) {
        output_discard(o, folder_fd);
        return error;
    }
    close(o->fd); /* it is synced: an error cannot come any more */
    o->fd = -1;
    return 0;
}

void output_discard(output *o, int folder_fd)
{
    if (o->fd < 0)
        return;
    unlinkat(folder_fd, o->temp, 0);
    close(o->fd);
    o->fd = -1;
}

/* ".NAME.nestune-PID-RANDOM" */
static bool is_temporary(const char *name)
{
    const char *last = NULL;
    for (const char *s = name; (s = strstr(s, mark)) != NULL; s++)
        last = s;
    if (name[0] != '.' || !last)
        return false;
    const char *pid = last + sizeof mark - 1;
    const size_t n = strspn(pid, "0123456789");
    return n > 0 && pid[n] == '-' && strspn(pid + n + 1, "0123456789abcdef") == 8 && !pid[n + 9];
}

static void remove_if_ended(int folder_fd, const char *name)
{
    struct stat st;
    const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder_fd, name, 0);
    close(fd);
}

int output_clean(int folder_fd)
{
    const int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        const int error = errno;
        if (fd >= 0)
            close(fd);
        return error;
    }
    for (struct dirent *e; (e = readdir(folder)) != NULL;)
        if (is_temporary(e->d_name))
            remove_if_ended(folder_fd, e->d_name);
    closedir(folder);
    return 0;
}

static bool has_form(int fd, int64_t bytes, const array_form *form, bool is_raw)
{
    char text[NPY_ROOM];
    array_form due = *form, is = *form;
    due.offset = is.offset = 0;
    if (!is_raw) {
        const ssize_t got = pread(fd, text, sizeof text, 0);
        if (got < 0 || npy_parse(text, (size_t)got, &is, NULL) != NT_OK)
            return false; /* a header of this program always fits */
    }
    return is.dtype == due.dtype && is.n_dims == due.n_dims &&
           memcmp(is.shape, due.shape, (size_t)due.n_dims * sizeof *due.shape) == 0 &&
           array_form_fit(&is, bytes, NULL) == NT_OK;
}

bool output_is_done(int folder_fd, const char *name, const array_form *form, bool is_raw,
                    struct timespec since)
{
    struct stat st;
    const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    const bool done = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                      (st.st_mtim.tv_sec > since.tv_sec ||
                       (st.st_mtim.tv_sec == since.tv_sec && st.st_mtim.tv_nsec > since.tv_nsec)) &&
                      has_form(fd, st.st_size, form, is_raw);
    close(fd);
    return done;
}
