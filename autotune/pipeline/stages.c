/*
 * stages.c - the four threads of an instance: read, compute, write, finish
 * SPDX-License-Identifier: MIT
 *
 * Every file goes through all stages, also one that fails on its way: its slabs are then handed on without
 * work, and the last one closes it.  So nothing has to be taken back out of a queue.
 */
#include "pipeline/pipeline_stages.h"

#include <errno.h>
#include <string.h>

#include "os/clock.h"
#include "os/file.h"
#include "pipeline/npy.h"

/* ---- Read ------------------------------------------------------------------------------------- */

/* 0 or an errno; -1: the file ends early. */
static int read_all(int fd, char *to, int64_t n, int64_t at)
{
    const ssize_t got = file_read_at(fd, to, (size_t)n, (off_t)at);
    return got == n ? 0 : got < 0 ? errno : -1;
}

static void read_slab(instance *in, slab *s)
{
    work *w = s->of;
    const int64_t size = (int64_t)nt_dtype_bytes(w->form.dtype), n = s->n * size,
                  at = w->form.offset + s->first * size;
    const double start_s = clock_s();
    /* Cells that lie askew in the file would lie so in memory. */
    const bool maps = in->of->options.io == PIPELINE_MMAP && w->form.offset % size == 0 && n > 0;
    const int error =
        maps ? mapping_open(&s->map, w->fd, at, (size_t)n, &s->source) : read_all(w->fd, s->cells, n, at);
    if (!maps)
        s->source = s->cells;
    if (error > 0)
        work_fail(w, "cannot be read: %s", strerror(error));
    else if (error < 0)
        work_fail(w, "became shorter while it was read");
    else
        in->read_bytes += n;
    in->busy_s[PIPELINE_READ] += clock_s() - start_s;
}

static void read_file(instance *in, work *w)
{
    run *r = in->of;
    const int64_t cells = array_form_cells(&w->form), size = (int64_t)nt_dtype_bytes(w->form.dtype);
    int64_t first = 0;
    do {
        slab *s = queue_pop(&in->free);
        const int64_t lead = first == 0 ? w->out_offset : 0, most = (r->buffer_bytes - lead) / size;
        s->of = w;
        s->cells = s->buffer + lead;
        s->first = first;
        s->n = cells - first < most ? cells - first : most;
        s->is_last = first + s->n == cells;
        first += s->n;
        if (atomic_load(&r->is_halted))
            work_stop(w);
        if (s->is_last) /* not earlier: another instance may have nothing to do */
            in->ahead = work_open(r);
        if (!atomic_load(&w->is_off))
            read_slab(in, s);
        if (atomic_load(&w->is_off))
            s->is_last = true;
        const bool is_last = s->is_last; /* when it is handed on it is another thread's */
        queue_push(&in->full, s);
        if (is_last)
            return;
    } while (true);
}

void *stage_read(void *context)
{
    instance *in = context;
    for (work *w = work_open(in->of); w; w = in->ahead ? in->ahead : work_open(in->of)) {
        in->ahead = NULL;
        read_file(in, w);
    }
    queue_close(&in->full);
    return NULL;
}

/* ---- Compute ---------------------------------------------------------------------------------- */

void *stage_compute(void *context)
{
    instance *in = context;
    for (slab *s; (s = queue_pop(&in->full)) != NULL; queue_push(&in->computed, s)) {
        const double start_s = clock_s();
        nt_error why = {"cannot be computed"};
        if (!atomic_load(&s->of->is_off) && s->n > 0 && compute_slab(in, s, &why) != NT_OK)
            work_fail(s->of, "%s", why.text);
        if (!mapping_close(&s->map))
            work_fail(s->of, "became shorter while it was read, or the disk failed");
        in->busy_s[PIPELINE_COMPUTE] += clock_s() - start_s;
    }
    compute_free(in);
    queue_close(&in->computed);
    return NULL;
}

/* ---- Write ------------------------------------------------------------------------------------ */

/* Makes the file, and the header in front of the first cells. */
static int start_output(const instance *in, const slab *s)
{
    char header[NPY_ROOM];
    work *w = s->of;
    array_form form = w->form;
    if (w->out_offset)
        memcpy(s->buffer, header, npy_format(&form, header));
    return output_create(&w->out, in->of->folder_fd, w->in->name, w->out_bytes);
}

static void write_slab(instance *in, slab *s)
{
    work *w = s->of;
    const int64_t size = (int64_t)nt_dtype_bytes(w->form.dtype), n = s->n * size, lead = s->cells - s->buffer,
                  at = w->out_offset + s->first * size - lead;
    const double start_s = clock_s();
    int error = s->first == 0 ? start_output(in, s) : 0;
    if (!error)
        error = output_write(&w->out, s->buffer, lead + n, at);
    if (error) {
        work_fail(w, "cannot write its output: %s", strerror(error));
    } else {
        in->written_bytes += lead + n;
        w->counted_bytes += n;
        atomic_fetch_add(&in->of->done_bytes, n);
    }
    in->busy_s[PIPELINE_WRITE] += clock_s() - start_s;
}

void *stage_write(void *context)
{
    instance *in = context;
    for (slab *s; (s = queue_pop(&in->computed)) != NULL;) {
        work *w = s->of;
        if (!atomic_load(&w->is_off))
            write_slab(in, s);
        const bool is_last = s->is_last;
        queue_push(&in->free, s);
        if (is_last)
            queue_push(&in->finishing, w);
    }
    queue_close(&in->finishing);
    return NULL;
}

/* ---- Finish ----------------------------------------------------------------------------------- */

void *stage_finish(void *context)
{
    instance *in = context;
    run *r = in->of;
    for (work *w; (w = queue_pop(&in->finishing)) != NULL; work_close(r, w)) {
        const double start_s = clock_s();
        if (!atomic_load(&w->is_off))
            work_check(w);
        const int error = atomic_load(&w->is_off) ? 0 : output_finish(&w->out, r->folder_fd, w->in->name);
        if (error)
            work_fail(w, "cannot write its output: %s", strerror(error));
        in->busy_s[PIPELINE_SYNC] += clock_s() - start_s;
    }
    pthread_mutex_lock(&r->lock);
    r->n_running--;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}
