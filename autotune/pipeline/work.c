/*
 * work.c - an input on its way: opened, checked, closed
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "pipeline/npy.h"
#include "pipeline/pipeline_stages.h"

/* Two stages may end a file at the same time: the first one is heard. */
static void take_off(work *w, work_end end, const char *reason)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!atomic_load(&w->is_off)) {
        snprintf(w->why.text, sizeof w->why.text, "%s", reason);
        w->end = end;
        atomic_store(&w->is_off, true);
    }
    pthread_mutex_unlock(&lock);
}

void work_fail(work *w, const char *format, ...)
{
    nt_error why;
    va_list args;
    va_start(args, format);
    vsnprintf(why.text, sizeof why.text, format, args);
    va_end(args);
    take_off(w, WORK_FAILED, why.text);
}

void work_stop(work *w)
{
    take_off(w, WORK_STOPPED, "stopped");
}

static void read_form(const run *r, work *w)
{
    nt_error why;
    if (r->job->raw) {
        w->form = *r->job->raw;
    } else {
        /* Nearly all headers are short. */
        char start[4096], *bytes = start;
        ssize_t n = file_read_at(w->fd, start, sizeof start, 0);
        if (n == sizeof start && npy_parse(start, sizeof start, &w->form, NULL) != NT_OK) {
            bytes = malloc(NPY_LONGEST);
            n = bytes ? file_read_at(w->fd, bytes, NPY_LONGEST, 0) : (errno = ENOMEM, -1);
        }
        if (n < 0)
            work_fail(w, "cannot be read: %s", strerror(errno));
        else if (npy_parse(bytes, (size_t)n, &w->form, &why) != NT_OK)
            work_fail(w, "%s", why.text);
        if (bytes != start)
            free(bytes);
    }
    if (atomic_load(&w->is_off))
        return;
    if (array_form_fit(&w->form, w->as_opened.st_size, &why) != NT_OK) {
        work_fail(w, "%s", why.text);
        return;
    }
    char header[NPY_ROOM];
    array_form out = w->form;
    w->out_offset = r->job->raw ? 0 : (int64_t)npy_format(&out, header);
    w->out_bytes = w->out_offset + array_form_bytes(&out);
}

static void open_file(const run *r, work *w)
{
    /* Nonblocking: the file may have been replaced by a pipe. */
    w->fd = open(w->in->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (w->fd < 0 || fstat(w->fd, &w->as_opened) != 0)
        work_fail(w, "cannot be read: %s", strerror(errno));
    else if (w->as_opened.st_ino != w->in->ino || w->as_opened.st_dev != w->in->dev || !S_ISREG(w->as_opened.st_mode))
        work_fail(w, "was replaced by another file during this run");
    else
        read_form(r, w);
    if (atomic_load(&w->is_off))
        return;
    if (r->job->resume &&
        output_is_done(r->folder_fd, w->in->name, &w->form, r->job->raw != NULL, w->as_opened.st_mtim)) {
        take_off(w, WORK_KEPT, "kept");
        return;
    }
    const int64_t ahead = r->options.ring * r->buffer_bytes;
    posix_fadvise(w->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    posix_fadvise(w->fd, 0, w->as_opened.st_size < ahead ? w->as_opened.st_size : ahead, POSIX_FADV_WILLNEED);
}

work *work_open(run *r)
{
    while (!atomic_load(&r->is_halted)) {
        const int i = atomic_fetch_add(&r->next, 1);
        if (i >= r->list.n) {
            atomic_store(&r->next, r->list.n);
            return NULL;
        }
        if (r->list.at[i].fault != INPUT_FINE)
            continue;
        work *w = calloc(1, sizeof *w);
        if (!w) {
            pthread_mutex_lock(&r->lock);
            r->no_memory = true;
            pthread_mutex_unlock(&r->lock);
            atomic_store(&r->is_halted, true);
            return NULL;
        }
        w->in = &r->list.at[i];
        w->out.fd = -1;
        open_file(r, w);
        if (!atomic_load(&w->is_off))
            return w;
        work_close(r, w);
    }
    return NULL;
}

void work_check(work *w)
{
    struct stat now, named;
    if (fstat(w->fd, &now) != 0)
        work_fail(w, "cannot be read: %s", strerror(errno));
    else if (now.st_size != w->as_opened.st_size || now.st_mtim.tv_sec != w->as_opened.st_mtim.tv_sec ||
             now.st_mtim.tv_nsec != w->as_opened.st_mtim.tv_nsec)
        work_fail(w, "changed while it was read");
    else if (stat(w->in->path, &named) != 0 || named.st_ino != now.st_ino || named.st_dev != now.st_dev)
        work_fail(w, "was replaced by another file while it was read");
}

void work_close(run *r, work *w)
{
    output_discard(&w->out, r->folder_fd);
    if (w->fd >= 0)
        close(w->fd);
    atomic_fetch_add(&r->done_bytes, w->in->n_bytes - w->counted_bytes);
    pthread_mutex_lock(&r->lock);
    w->next = r->ended;
    r->ended = w;
    pthread_mutex_unlock(&r->lock);
}
