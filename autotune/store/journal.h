/*
 * journal.h - an append-only file of JSON records that survives crashes and damage
 * SPDX-License-Identifier: MIT
 *
 * One record a line, each line one write(2) to a file opened for appending:
 *
 *     {"n":<bytes of the record>,"crc":"<CRC-32 of them, 8 hex digits>","r":<record>}
 *
 * So a killed process loses at most the record that it was writing, and a damaged line makes no other line
 * unreadable.  The first record, {"header":{...}}, is the key: what the other records are valid for.
 *
 * One process at a time may use a journal.  It locks the file, if the file system has locks
 * (journal_lock_error()); a second process gets NT_EIO.
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
 * An existing file is first renamed to <path>.old, which replaces an older <path>.old.
 * Errors:  NT_EIO (the existing file then has its name again, but an older <path>.old is lost), NT_EARG
 *          (header is no object), NT_ENOMEM.
 */
nt_status journal_open_new(journal **j, const char *path, const json_t *header, nt_error *why);

/*
 * journal_open_resume() - reads what there is, and appends from then on.
 *
 * It keeps every valid record, in order, and calls on_damage (which may be NULL) for every other line.  If
 * the last line has no newline, the next append writes one first.
 * Errors:  NT_EIO (no journal, not readable and writable, or in use), NT_ESTALE (the header differs, *why
 *          naming the fields with both values; or it cannot be read), NT_EARG, NT_ENOMEM.  The file is then
 *          unchanged.
 */
nt_status journal_open_resume(journal **j, const char *path, const json_t *header,
                              journal_damage_fn *on_damage, void *context, nt_error *why);

/*
 * journal_open_read() - reads a journal of any key, which another process may be writing.  Nothing may be appended.
 *
 * Errors:  NT_EIO, NT_ESTALE (no readable header), NT_ENOMEM.
 */
nt_status journal_open_read(journal **j, const char *path, journal_damage_fn *on_damage, void *context,
                            nt_error *why);

/* journal_key() - the key of a journal that was read; borrowed until it is closed. */
const json_t *journal_key(const journal *j);

/* journal_lock_error() - 0 if the journal is locked; else the errno of a file system without locks. */
int journal_lock_error(const journal *j);

/* The records found by journal_open_resume() or journal_open_read(), without the header: their number, each record (borrowed until
 * the journal is closed), and its line's number. */
size_t journal_n_records(const journal *j);
const json_t *journal_record(const journal *j, size_t i);
int64_t journal_line(const journal *j, size_t i);

/*
 * journal_append() - writes one record in one write, and syncs the file at most once a second.
 *
 * Errors:  NT_EIO (full, above RLIMIT_FSIZE): earlier records are safe, and the caller may try again; or the
 *          sync failed, and a crash of the machine may lose the record.  NT_EARG: not an object.  NT_ENOMEM.
 */
nt_status journal_append(journal *j, const json_t *record, nt_error *why);

/* journal_close() - syncs and frees, also on error.  NULL is allowed.  Errors: NT_EIO. */
nt_status journal_close(journal *j, nt_error *why);

#endif /* AUTOTUNE_JOURNAL_H */
