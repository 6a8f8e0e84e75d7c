/*
 * journal.c - an append-only file of JSON records that survives crashes and damage
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/file.h"
#include "os/text.h"
#include "store/journal_line.h"

struct journal {
    char *path;
    int fd, lock_error;
    bool torn; /* the last line has no newline: the next append writes it first */
    bool unsynced;
    double sync_s; /* time of the last sync */
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

static nt_status in_use(nt_error *why, const char *path)
{
    return fail(why, NT_EIO, path, "in use by another process");
}

static bool means_no_locks(int error)
{
    return error == ENOLCK || error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP;
}

/* Some file systems have no locks.  Then the journal works without one, and *no_locks is the reason. */
static nt_status lock(int fd, const char *path, int *no_locks, nt_error *why)
{
    struct stat locked, there;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        *no_locks = means_no_locks(error) ? error : 0;
        return *no_locks              ? NT_OK
               : error == EWOULDBLOCK ? in_use(why, path)
                                      : file_fail(why, "lock", path, error);
    }
    /* Another process may have renamed the file after it was opened here. */
    const bool same = fstat(fd, &locked) == 0 && stat(path, &there) == 0 && locked.st_ino == there.st_ino;
    return same ? NT_OK : in_use(why, path);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static nt_status sync_now(journal *j, nt_error *why)
{
    j->sync_s = clock_s();
    if (j->unsynced && fdatasync(j->fd) != 0 && errno != EINVAL)
        return file_fail(why, "sync", j->path, errno);
    j->unsynced = false;
    return NT_OK;
}

static nt_status append_bytes(journal *j, const char *data, size_t n, nt_error *why)
{
    const ssize_t done = file_write_once(j->fd, data, n);
    if (done < 0)
        return file_fail(why, "write", j->path, errno);
    if (done > 0)
        j->torn = data[done - 1] != '\n';
    j->unsynced = true;
    if (done == (ssize_t)n)
        return NT_OK;
    return fail(why, NT_EIO, j->path, "cut short: the disk is full, or the file too large");
}

nt_status journal_append(journal *j, const json_t *record, nt_error *why)
{
    if (!json_is_object(record))
        return fail(why, NT_EARG, j->path, "a record must be a JSON object");
    size_t n;
    char *line = journal_line_format(record, &n);
    if (!line)
        return fail(why, NT_ENOMEM, j->path, "out of memory");
    nt_status status = j->torn ? append_bytes(j, "\n", 1, why) : NT_OK;
    if (status == NT_OK)
        status = append_bytes(j, line, n, why);
    free(line);
    if (status != NT_OK)
        return status;
    return clock_s() - j->sync_s >= 1 ? sync_now(j, why) : NT_OK;
}

nt_status journal_close(journal *j, nt_error *why)
{
    if (!j)
        return NT_OK;
    const nt_status status = sync_now(j, why);
    journal_free(j);
    return status;
}

/* ---- A new one ------------------------------------------------------------------------------ */

/* Renames an existing journal.  *fd keeps its lock, so that no other process still writes to it; -1: there
 * was none. */
static nt_status put_aside(const char *path, const char *old, int *fd, nt_error *why)
{
    struct stat st;
    *fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW); /* O_RDWR: NFS needs it to lock */
    if (*fd < 0)
        return errno == ENOENT ? NT_OK : file_fail(why, "write", path, errno);
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
        return file_fail(why, "write", path, EINVAL);
    int no_locks;
    const nt_status status = lock(*fd, path, &no_locks, why);
    if (status != NT_OK)
        return status;
    return rename(path, old) == 0 ? NT_OK : file_fail(why, "rename", path, errno);
}

static nt_status begin(journal *j, const json_t *record, nt_error *why)
{
    j->fd = open(j->path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (j->fd < 0)
        return errno == EEXIST ? in_use(why, j->path) : file_fail(why, "write", j->path, errno);
    nt_status status = lock(j->fd, j->path, &j->lock_error, why);
    if (status != NT_OK)
        return status; /* the path names another file by now */
    status = journal_append(j, record, why);
    if (status == NT_OK)
        status = sync_now(j, why);
    if (status == NT_OK && file_sync_folder(j->path) != 0)
        status = file_fail(why, "sync the folder of", j->path, errno);
    if (status != NT_OK)
        unlink(j->path);
    return status;
}

nt_status journal_open_new(journal **j, const char *path, const json_t *header, nt_error *why)
{
    nt_status status = journal_alloc(j, path, header, why);
    if (status != NT_OK)
        return status;

    int old_fd = -1;
    char *old = NULL;
    json_t *record = json_pack("{s:O}", "header", (json_t *)header);
    if (!record || asprintf(&old, "%s.old", path) < 0) {
        old = NULL;
        status = fail(why, NT_ENOMEM, path, "out of memory");
    }
    if (status == NT_OK)
        status = put_aside(path, old, &old_fd, why);
    if (status == NT_OK) {
        status = begin(*j, record, why);
        if (status != NT_OK && old_fd >= 0 && access(path, F_OK) != 0)
            rename(old, path); /* restore the old journal; the caller reports the first failure */
    }

    if (old_fd >= 0)
        close(old_fd);
    json_decref(record);
    free(old);
    if (status != NT_OK) {
        journal_free(*j);
        *j = NULL;
    }
    return status;
}

/* ---- An old one ----------------------------------------------------------------------------- */

enum { MAX_BYTES = 1 << 30 };

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

/* Keeps a record, and takes over its reference. */
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

static nt_status read_records(const reader *r, const char *text, size_t n)
{
    int64_t line = 1;
    nt_status status = NT_OK;
    for (size_t at = 0; at < n && status == NT_OK; line++) {
        const char *newline = memchr(text + at, '\n', n - at);
        const size_t line_n = newline ? (size_t)(newline - text) - at : n - at;
        char what[JOURNAL_LINE_WHAT];
        json_t *record = journal_line_parse(text + at, line_n, what);
        if (record)
            status = keep(r, record, line);
        else
            damage(r, line, what);
        at += line_n + 1;
    }
    r->j->torn = n > 0 && text[n - 1] != '\n';
    return status;
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
        status = lock((*j)->fd, path, &(*j)->lock_error, why);
    if (status == NT_OK)
        status = file_read(path, MAX_BYTES, &text, &n, why);
    if (status == NT_OK && (status = read_records(&r, text, n)) != NT_OK)
        fail(why, status, path, "out of memory");
    free(text);
    if (status == NT_OK)
        status = same_key(*j, header, why);
    if (status != NT_OK) {
        journal_free(*j);
        *j = NULL;
    }
    return status;
}

nt_status journal_open_read(journal **j, const char *path, journal_damage_fn *on_damage, void *context,
                            nt_error *why)
{
    json_t *none = json_object();
    nt_status status = journal_alloc(j, path, none, why);
    json_decref(none);
    if (status != NT_OK)
        return status;
    char *text = NULL;
    size_t n = 0;
    const reader r = {*j, on_damage, context};
    status = file_read(path, MAX_BYTES, &text, &n, why);
    if (status == NT_OK && (status = read_records(&r, text, n)) != NT_OK)
        fail(why, status, path, "out of memory");
    free(text);
    if (status == NT_OK && !(*j)->header)
        status = fail(why, NT_ESTALE, path, "it has no readable header");
    if (status != NT_OK) {
        journal_free(*j);
        *j = NULL;
    }
    return status;
}

const json_t *journal_key(const journal *j)
{
    return j->header;
}

int journal_lock_error(const journal *j)
{
    return j->lock_error;
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
