/*
 * journal.c - an append-only file of JSON records that survives what happens to it
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/file.h"
#include "store/journal_line.h"
#include "os/text.h"

struct journal {
    char *path;
    int fd;
    int torn;      /* the last line has no end: the next append ends it first */
    double sync_s; /* when it was synced last */
    int unsynced;
    json_t *header;
    struct entry {
        json_t *record;
        int64_t line;
    } * entries;
    size_t n_entries, room;
};

static nt_status fail(nt_error *why, nt_status status, const char *path, const char *text)
{
    const size_t n = strlen(path), shown = 120;
    if (why)
        snprintf(why->text, sizeof why->text, "journal %s%s: %s", n > shown ? "..." : "",
                 n > shown ? path + n - shown : path, text);
    return status;
}

static nt_status journal_alloc(journal **j, const char *path, const json_t *header, nt_error *why)
{
    *j = NULL;
    if (!json_is_object(header))
        return fail(why, NT_EARG, path, "its header must be a JSON object");
    journal *made = calloc(1, sizeof *made);
    if (made) {
        made->fd = -1;
        made->path = strdup(path);
    }
    if (!made || !made->path) {
        free(made);
        return fail(why, NT_ENOMEM, path, "out of memory");
    }
    *j = made;
    return NT_OK;
}

static void journal_free(journal *j)
{
    for (size_t i = 0; i < j->n_entries; i++)
        json_decref(j->entries[i].record);
    free(j->entries);
    json_decref(j->header);
    if (j->fd >= 0)
        close(j->fd);
    free(j->path);
    free(j);
}

static nt_status lock(int fd, const char *path, nt_error *why)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return NT_OK;
    if (errno == EWOULDBLOCK)
        return fail(why, NT_EIO, path, "in use by another process");
    return file_fail(why, "lock", path, errno);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static nt_status sync_now(journal *j, nt_error *why)
{
    j->sync_s = clock_s();
    if (j->unsynced && fdatasync(j->fd) != 0 && errno != EINVAL)
        return file_fail(why, "sync", j->path, errno);
    j->unsynced = 0;
    return NT_OK;
}

static nt_status append_bytes(journal *j, const char *data, size_t n, nt_error *why)
{
    struct stat st;
    if (fstat(j->fd, &st) != 0)
        return file_fail(why, "write", j->path, errno);
    const ssize_t done = file_write_once(j->fd, data, n);
    if (done == (ssize_t)n)
        return NT_OK;
    /* Cut short: the rest is tried once more, for the reason if for nothing else. */
    const ssize_t more = done < 0 ? done : file_write_once(j->fd, data + done, n - (size_t)done);
    const int error = more < 0 ? errno : ENOSPC;
    if (more > 0 && done + more == (ssize_t)n)
        return NT_OK;
    if (done > 0 && ftruncate(j->fd, st.st_size) != 0)
        j->torn = 1;
    return file_fail(why, "write", j->path, error);
}

nt_status journal_append(journal *j, const json_t *record, nt_error *why)
{
    if (!json_is_object(record))
        return fail(why, NT_EARG, j->path, "a record must be a JSON object");
    if (j->torn) {
        const nt_status status = append_bytes(j, "\n", 1, why);
        if (status != NT_OK)
            return status;
        j->torn = 0;
    }
    size_t n;
    char *line = journal_line_format(record, &n);
    if (!line)
        return fail(why, NT_ENOMEM, j->path, "out of memory");
    const nt_status status = append_bytes(j, line, n, why);
    free(line);
    if (status != NT_OK)
        return status;
    j->unsynced = 1;
    return clock_s() - j->sync_s >= 1 ? sync_now(j, why) : NT_OK;
}

nt_status journal_close(journal *j, nt_error *why)
{
    if (!j)
        return NT_OK;
    const nt_status status = j->fd >= 0 ? sync_now(j, why) : NT_OK;
    journal_free(j);
    return status;
}

/* ---- A new one ------------------------------------------------------------------------------ */

/* Takes the lock of a journal that is about to be put aside, so that nobody is still writing to it.
 */
static nt_status claim_existing(const char *path, int *fd, nt_error *why)
{
    struct stat st;
    *fd = -1;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? NT_OK : file_fail(why, "write", path, errno);
    if (!S_ISREG(st.st_mode))
        return file_fail(why, "write", path, S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *fd < 0 ? NT_OK : lock(*fd, path, why); /* unreadable: only renamed */
}

/* The new file is made whole under another name first: a full disk leaves the old journal in place.
 */
static nt_status write_and_swap(journal *j, const json_t *record, const char *temp, const char *old,
                                nt_error *why)
{
    /* It may be there already, left by a process that was killed here: its lock is then free. */
    j->fd = open(temp, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (j->fd < 0)
        return file_fail(why, "write", j->path, errno);
    nt_status status = lock(j->fd, j->path, why);
    if (status != NT_OK)
        return status;

    status =
        ftruncate(j->fd, 0) == 0 ? journal_append(j, record, why) : file_fail(why, "write", j->path, errno);
    if (status == NT_OK)
        status = sync_now(j, why);
    int moved = 0;
    if (status == NT_OK) {
        moved = rename(j->path, old) == 0;
        if (!moved && errno != ENOENT)
            status = file_fail(why, "rename", j->path, errno);
    }
    if (status == NT_OK && rename(temp, j->path) != 0) {
        status = file_fail(why, "write", j->path, errno);
        if (moved)
            rename(old, j->path);
    }
    if (status != NT_OK)
        unlink(temp);
    else if (file_sync_folder(j->path) != 0)
        status = file_fail(why, "sync the folder of", j->path, errno);
    return status;
}

nt_status journal_open_new(journal **j, const char *path, const json_t *header, nt_error *why)
{
    nt_status status = journal_alloc(j, path, header, why);
    if (status != NT_OK)
        return status;

    int claimed = -1;
    char *temp = NULL, *old = NULL;
    json_t *record = json_pack("{s:O}", "header", (json_t *)header);
    if (!record || asprintf(&temp, "%s.new", path) < 0 || asprintf(&old, "%s.old", path) < 0)
        status = fail(why, NT_ENOMEM, path, "out of memory");
    if (status == NT_OK)
        status = claim_existing(path, &claimed, why);
    if (status == NT_OK)
        status = write_and_swap(*j, record, temp, old, why);

    if (claimed >= 0)
        close(claimed);
    json_decref(record);
    free(temp);
    free(old);
    if (status != NT_OK) {
        journal_free(*j);
        *j = NULL;
    }
    return status;
}

/* ---- An old one ----------------------------------------------------------------------------- */

typedef struct reader {
    journal *j;
    journal_damage_fn *on_damage;
    void *context;
} reader;

static void damage(const reader *r, int64_t line, const char *what)
{
    if (r->on_damage)
        r->on_damage(r->context, line, what);
}

/* Keeps a record, and takes it over. */
static nt_status keep(const reader *r, json_t *record, int64_t line)
{
    journal *j = r->j;
    const json_t *header = json_object_get(record, "header");
    if (header) {
        if (j->header || !json_is_object(header))
            damage(r, line, j->header ? "a second header" : "its header is no object");
        else
            j->header = json_incref((json_t *)header);
        json_decref(record);
        return NT_OK;
    }
    if (j->n_entries == j->room) {
        const size_t room = j->room ? 2 * j->room : 64;
        struct entry *grown = reallocarray(j->entries, room, sizeof *grown);
        if (!grown) {
            json_decref(record);
            return NT_ENOMEM;
        }
        j->entries = grown;
        j->room = room;
    }
    j->entries[j->n_entries++] = (struct entry){record, line};
    return NT_OK;
}

/* Most lines hold one record.  Where a newline was lost, or stands behind a torn record, more whole
 * ones may follow in the same line; they are looked for, a few times only: the file may be hostile.
 */
static nt_status read_line(const reader *r, const char *text, size_t n, int64_t line, int ended)
{
    enum { MAX_PARTS = 16 };
    char what[JOURNAL_LINE_WHAT];
    int named = 0;
    size_t at = 0;
    for (int part = 0; part < MAX_PARTS && (at < n || part == 0); part++) {
        size_t used;
        json_t *record = journal_line_parse(text + at, n - at, &used, what);
        if (record) {
            const nt_status status = keep(r, record, line);
            if (status != NT_OK)
                return status;
            at += used;
            if (at == n)
                break;
            snprintf(what, sizeof what, "more follows its first record");
        } else {
            at += journal_line_find(text + at, n - at);
        }
        if (!named++)
            damage(r, line, what);
    }
    if (!ended && !named)
        damage(r, line, "the last line has no end; its record is whole");
    return NT_OK;
}

static nt_status read_records(const reader *r, const char *text, size_t n)
{
    int64_t line = 1;
    for (size_t at = 0; at < n; line++) {
        const char *newline = memchr(text + at, '\n', n - at);
        const size_t end = newline ? (size_t)(newline - text) : n;
        const nt_status status = read_line(r, text + at, end - at, line, newline != NULL);
        if (status != NT_OK)
            return status;
        at = end + 1;
    }
    r->j->torn = n > 0 && text[n - 1] != '\n';
    return NT_OK;
}

/* Appends "; field was old, now new" to text. */
static void name_difference(char *text, size_t n, const char *field, const json_t *was, const json_t *now)
{
    char *a = was ? json_dumps(was, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    char *b = now ? json_dumps(now, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    const size_t at = strlen(text);
    snprintf(text + at, n - at, "%s%.24s was %.40s, now %.40s", at ? "; " : "", field, a ? a : "absent",
             b ? b : "absent");
    text_make_printable(text);
    free(a);
    free(b);
}

static nt_status same_key(const journal *j, const json_t *header, nt_error *why)
{
    if (!j->header)
        return fail(why, NT_ESTALE, j->path, "it has no readable header");
    char text[200] = "";
    const char *field;
    json_t *value;
    json_object_foreach(j->header, field, value)
    {
        const json_t *now = json_object_get(header, field);
        if (!now || !json_equal(value, (json_t *)now))
            name_difference(text, sizeof text, field, value, now);
    }
    json_object_foreach((json_t *)header, field, value)
    {
        if (!json_object_get(j->header, field))
            name_difference(text, sizeof text, field, NULL, value);
    }
    return *text ? fail(why, NT_ESTALE, j->path, text) : NT_OK;
}

nt_status journal_open_resume(journal **j, const char *path, const json_t *header,
                              journal_damage_fn *on_damage, void *context, nt_error *why)
{
    enum { MAX_BYTES = 1 << 30 };
    nt_status status = journal_alloc(j, path, header, why);
    if (status != NT_OK)
        return status;

    char *text = NULL;
    size_t n = 0;
    const reader r = {*j, on_damage, context};
    (*j)->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if ((*j)->fd < 0)
        status = file_fail(why, "resume", path, errno);
    if (status == NT_OK)
        status = lock((*j)->fd, path, why);
    if (status == NT_OK)
        status = file_read(path, MAX_BYTES, &text, &n, why);
    if (status == NT_OK && (status = read_records(&r, text, n)) != NT_OK)
        fail(why, status, path, "out of memory");
    free(text);
    if (status == NT_OK)
        status = same_key(*j, header, why);
    if (status == NT_OK && (*j)->torn) {
        status = append_bytes(*j, "\n", 1, why);
        (*j)->torn = 0;
    }
    if (status != NT_OK) {
        journal_free(*j);
        *j = NULL;
    }
    return status;
}

size_t journal_n_records(const journal *j)
{
    return j->n_entries;
}

const json_t *journal_record(const journal *j, size_t i)
{
    return i < j->n_entries ? j->entries[i].record : NULL;
}

int64_t journal_line(const journal *j, size_t i)
{
    return i < j->n_entries ? j->entries[i].line : 0;
}
