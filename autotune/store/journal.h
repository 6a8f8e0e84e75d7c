/*
 * journal.h - an append-only file of JSON records that survives what happens to it
 * SPDX-License-Identifier: MIT
 *
 * One record a line, each line one write(2) to a file opened for appending:
 *
 *     {"n":<bytes of the record>,"crc":"<CRC-32 of them, 8 hex digits>","r":<record>}
 *
 * so a kill costs at most the record in flight, and a damaged line costs itself alone.  The first
 * record, {"header":{...}}, is the key: what the others are true of.
 *
 * A journal belongs to one process at a time: it is locked, where the file system has locks
 * (journal_lock_error()), and a second one is refused with NT_EIO.
 */
#ifndef AUTOTUNE_JOURNAL_H
#define AUTOTUNE_JOURNAL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "nestune/status.h"

typedef struct journal journal;

/* Called for each line that cannot be used, with its number (from 1) and what is wrong. */
typedef void journal_damage_fn(void *context, int64_t line, const char *what);

/*
 * journal_open_new() - an empty journal.
 *
 * An existing file is renamed to <path>.old first, in place of an older one.
 * Errors:  NT_EIO (then it is back at its place, but an older .old is gone), NT_EARG (header is no
 *          object), NT_ENOMEM.
 */
nt_status journal_open_new(journal **j, const char *path, const json_t *header, nt_error *why);

/*
 * journal_open_resume() - reads what there is, and appends from then on.
 *
 * Every whole record is kept, in order; every other line is named to on_damage (NULL: to nobody).
 * A last line that was torn is ended before anything is appended.
 * Errors:  NT_EIO (none there, not readable and writable, in use), NT_ESTALE (its header is
 *          another: *why names the fields with both values; or it has no readable header),
 *          NT_EARG, NT_ENOMEM.  Then the file is as it was.
 */
nt_status journal_open_resume(journal **j, const char *path, const json_t *header,
                              journal_damage_fn *on_damage, void *context, nt_error *why);

/* journal_lock_error() - 0 if the journal is locked; else the errno of a file system without locks. */
int journal_lock_error(const journal *j);

/* The records found by journal_open_resume(), without the header: their number, each record (borrowed until
 * the journal is closed), and its line's number. */
size_t journal_n_records(const journal *j);
const json_t *journal_record(const journal *j, size_t i);
int64_t journal_line(const journal *j, size_t i);

/*
 * journal_append() - one record, in one write; synced to the disk when the last sync is a second
 * old.
 *
 * Errors:  NT_EIO (full, above RLIMIT_FSIZE): the records before it stand, and appending may be
 *          tried again; or the sync failed, and the record may not outlive a crash of the machine.
 *          NT_EARG: not an object.  NT_ENOMEM.
 */
nt_status journal_append(journal *j, const json_t *record, nt_error *why);

/* journal_close() - syncs and frees, also on error.  NULL is allowed.  Errors: NT_EIO. */
nt_status journal_close(journal *j, nt_error *why);

#endif /* AUTOTUNE_JOURNAL_H */
