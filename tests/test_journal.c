/*
 * test_journal.c - records survive cuts, flipped bits, hostile lines and full disks
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "journal_support.h"
#include "nestune/crc32.h"
#include "os/file.h"
#include "scratch.h"
#include "store/journal.h"
#include "support.h"

/* Replaces libc's, to simulate what a file system or another process may do. */
static int flock_error;
static const char *flock_renames[2];

int flock(int fd, int operation)
{
    if (flock_renames[0])
        rename(flock_renames[0], flock_renames[1]);
    errno = flock_error;
    return flock_error ? -1 : (int)syscall(SYS_flock, fd, operation);
}

static nt_status append_number(journal *j, int number, nt_error *why)
{
    json_t *record = json_pack("{s:i}", "number", number);
    const nt_status status = journal_append(j, record, why);
    json_decref(record);
    return status;
}

static int number_of(const journal *j, size_t i)
{
    return (int)json_integer_value(json_object_get(journal_record(j, i), "number"));
}

static void close_good(journal *j)
{
    nt_error why;
    if (journal_close(j, &why) != NT_OK)
        fail_msg("%s", why.text);
}

static journal *reopen(const char *path, size_t n_records, damages *d)
{
    journal *j;
    nt_error why;
    if (resume(&j, path, d, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(journal_n_records(j), n_records);
    return j;
}

/* It must hold so many records.  Returns the damage that was reported. */
static damages assert_holds(const char *path, size_t n_records)
{
    damages d;
    close_good(reopen(path, n_records, &d));
    return d;
}

static void assert_stays_shut(const char *path, const char *part)
{
    journal *j;
    damages d;
    nt_error why;
    assert_refused(resume(&j, path, &d, &why), NT_EIO, &why, part);
    assert_null(j);
}

/* A journal of the numbers 1 to n in a folder of its own. */
typedef struct numbers {
    scratch s;
    char old[128]; /* where a journal that is replaced goes */
    char *text;
    size_t size;
} numbers;

static numbers numbers_make(int n)
{
    numbers v = {.s = scratch_make()};
    journal *j;
    snprintf(v.old, sizeof v.old, "%s.old", v.s.path);
    make_new(&j, v.s.path);
    for (int i = 1; i <= n; i++)
        assert_int_equal(append_number(j, i, NULL), NT_OK);
    close_good(j);
    assert_int_equal(file_read(v.s.path, 1 << 20, &v.text, &v.size, NULL), NT_OK);
    return v;
}

static void numbers_free(numbers *v)
{
    free(v->text);
    scratch_walk(&v->s, 1);
}

static void put(const char *path, const char *text, size_t n)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void round_trip(void **state)
{
    (void)state;
    scratch s = scratch_make();
    journal *j, *second;
    damages d;
    nt_error why;
    char old[128];

    assert_stays_shut(s.path, strerror(ENOENT));
    assert_int_equal(scratch_walk(&s, 0), 0);

    make_new(&j, s.path);
    assert_int_equal(append_number(j, 7, &why), NT_OK);
    assert_stays_shut(s.path, "in use"); /* locked */
    json_t *key = header();
    assert_int_equal(journal_open_new(&second, s.path, key, &why), NT_EIO);
    assert_null(second);
    close_good(j);

    j = reopen(s.path, 1, &d);
    assert_int_equal(d.n, 0);
    assert_int_equal(number_of(j, 0), 7);
    assert_int_equal(journal_line(j, 0), 2);
    assert_int_equal(append_number(j, 8, &why), NT_OK);
    assert_int_equal(journal_append(j, NULL, &why), NT_EARG);
    close_good(j);

    assert_int_equal(journal_open_new(&j, s.path, key, &why), NT_OK);
    close_good(j);
    json_decref(key);
    assert_holds(s.path, 0);
    snprintf(old, sizeof old, "%s.old", s.path);
    j = reopen(old, 2, &d);
    assert_int_equal(number_of(j, 1), 8);
    close_good(j);
    assert_int_equal(scratch_walk(&s, 0), 2);
    scratch_walk(&s, 1);
}

static size_t count_lines(const char *text, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

static void every_cut_keeps_the_whole_records(void **state)
{
    (void)state;
    numbers v = numbers_make(3);

    for (size_t cut = 0; cut <= v.size; cut++) {
        journal *j;
        damages d;
        nt_error why;
        put(v.s.path, v.text, cut);
        /* A record is whole without its newline too. */
        const size_t whole = count_lines(v.text, cut + 1 < v.size ? cut + 1 : v.size);
        const nt_status status = resume(&j, v.s.path, &d, &why);
        if (whole == 0) {
            assert_int_equal(status, NT_ESTALE);
            continue;
        }
        assert_int_equal(status, NT_OK);
        assert_int_equal(journal_n_records(j), whole - 1);
        const int torn = cut > 0 && v.text[cut - 1] != '\n' && v.text[cut] != '\n';
        assert_int_equal(d.n, torn);
        assert_int_equal(append_number(j, 99, &why), NT_OK);
        close_good(j);

        j = reopen(v.s.path, whole, &d);
        assert_int_equal(d.n, torn);
        for (size_t i = 0; i + 1 < whole; i++)
            assert_int_equal(number_of(j, i), (int)i + 1);
        assert_int_equal(number_of(j, whole - 1), 99);
        close_good(j);
    }
    numbers_free(&v);
}

static void every_flipped_bit_is_named(void **state)
{
    (void)state;
    numbers v = numbers_make(3);

    for (size_t bit = 0; bit < 8 * v.size; bit++) {
        journal *j;
        damages d;
        nt_error why;
        const size_t line = count_lines(v.text, bit / 8) + 1;
        v.text[bit / 8] ^= (char)(1 << bit % 8);
        put(v.s.path, v.text, v.size);
        v.text[bit / 8] ^= (char)(1 << bit % 8);
        const nt_status status = resume(&j, v.s.path, &d, &why);
        assert_true(d.n > 0);
        if (status != NT_OK) {
            assert_int_equal(status, NT_ESTALE);
            assert_int_equal(line, 1);
            continue;
        }
        assert_in_range(d.line, line, line + 1); /* a bit may make a newline */
        /* Without its newline a line is one with the next. */
        assert_int_equal(journal_n_records(j), v.text[bit / 8] == '\n' && bit / 8 != v.size - 1 ? 1 : 2);
        for (size_t i = 0, last = 0; i < journal_n_records(j); i++) {
            assert_in_range(number_of(j, i), last + 1, 3);
            last = (size_t)number_of(j, i);
        }
        close_good(j);
    }
    numbers_free(&v);
}

static void names_each_header_field_that_differs(void **state)
{
    (void)state;
    numbers v = numbers_make(1);
    size_t after_size;
    char *after;
    journal *j;
    nt_error why;

    put(v.s.path, v.text, v.size - 5); /* torn too: a refused journal is left as it is */
    json_t *key = json_pack("{s:s, s:s, s:s, s:i}", "machine", "zen5", "compiler", "gcc 13", "sleef", "3.6",
                            "format", 1);
    assert_int_equal(journal_open_resume(&j, v.s.path, key, NULL, NULL, &why), NT_ESTALE);
    json_decref(key);
    assert_null(j);
    assert_non_null(strstr(why.text, "compiler was \"gcc 12\", now \"gcc 13\""));
    assert_non_null(strstr(why.text, "sleef was absent, now \"3.6\""));
    assert_null(strstr(why.text, "machine"));
    assert_int_equal(file_read(v.s.path, v.size, &after, &after_size, NULL), NT_OK);
    assert_int_equal(after_size, v.size - 5);
    assert_memory_equal(after, v.text, after_size);
    free(after);
    numbers_free(&v);
}

/* After what there is: the frame around any payload, with the right CRC. */
static void put_framed(const numbers *v, const char *payload, size_t n)
{
    FILE *file = fopen(v->s.path, "w");
    assert_non_null(file);
    fwrite(v->text, 1, v->size, file);
    fprintf(file, "{\"n\":%zu,\"crc\":\"%08x\",\"r\":", n, nt_crc32(0, payload, n));
    fwrite(payload, 1, n, file);
    fputs("}\n", file);
    assert_int_equal(fclose(file), 0);
}

static void skips_hostile_records_alone(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "",
        "[]",
        "1",
        "null",
        "{",
        "{}}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1e999}",
        "{\"a\":99999999999999999999}",
        "{\"a\":NaN}",
        "{\"a\":\"\xff\xfe\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\x1b[2J\"}",
        "{\"header\":1}",
        "{\"header\":{}}",
        "{\"\x1b\":tru}",
    };
    numbers v = numbers_make(2);
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        put_framed(&v, payloads[i], strlen(payloads[i]));
        const damages d = assert_holds(v.s.path, 2);
        assert_int_equal(d.n, 1);
        assert_int_equal(d.line, 4);
    }
    char deep[20000];
    memset(deep, '[', sizeof deep);
    put_framed(&v, deep, sizeof deep);
    assert_int_equal(assert_holds(v.s.path, 2).n, 1);
    numbers_free(&v);
}

static void skips_hostile_lines_alone(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\n",
        "\n\n\n",
        "{\"n\":0",
        "{\"n\":999999999,\"crc\":\"00000000\",\"r\":{}}\n",
        "{\"n\":-1,\"crc\":\"00000000\",\"r\":{}}\n",
        "{\"n\":2,\"crc\":\"A0000000\",\"r\":{}}\n",
        "{\"n\":{\"n\":{\"n\":",
    };
    numbers v = numbers_make(2);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char both[1024];
        memcpy(both, v.text, v.size);
        memcpy(both + v.size, lines[i], strlen(lines[i]));
        put(v.s.path, both, v.size + strlen(lines[i]));
        assert_true(assert_holds(v.s.path, 2).n >= 1);
    }
    numbers_free(&v);
}

static void a_full_file_keeps_whole_records(void **state)
{
    (void)state;
    numbers v = numbers_make(2);
    damages d;
    nt_error why;
    journal *j = reopen(v.s.path, 2, &d);
    for (size_t room = 0; room < 40; room += 3) {
        const rlim_t old = scratch_limit(v.size + room);
        const nt_status status = append_number(j, 3, &why);
        scratch_limit(old);
        assert_int_equal(status, NT_EIO);
        assert_non_null(strstr(why.text, v.s.path));
        assert_non_null(strstr(why.text, "too large"));
    }
    assert_int_equal(append_number(j, 3, &why), NT_OK);
    close_good(j);

    const rlim_t old = scratch_limit(10); /* a new one that does not fit leaves this one in its place */
    json_t *key = header();
    assert_int_equal(journal_open_new(&j, v.s.path, key, &why), NT_EIO);
    scratch_limit(old);
    json_decref(key);
    assert_int_equal(scratch_walk(&v.s, 0), 1);
    j = reopen(v.s.path, 3, &d);
    assert_true(d.n > 0); /* the beginnings that fitted */
    for (int i = 0; i < 3; i++)
        assert_int_equal(number_of(j, (size_t)i), i + 1);
    close_good(j);
    numbers_free(&v);
}

/* As a kill may leave them while a new journal takes an old one's place. */
static void a_kill_leaves_the_old_journal(void **state)
{
    (void)state;
    numbers v = numbers_make(2);
    journal *j;
    damages d;
    assert_int_equal(rename(v.s.path, v.old), 0);
    assert_stays_shut(v.s.path, strerror(ENOENT));
    make_new(&j, v.s.path);
    close_good(j);
    assert_holds(v.old, 2);

    put(v.s.path, "", 0);
    assert_int_equal(resume(&j, v.s.path, &d, NULL), NT_ESTALE);
    make_new(&j, v.s.path);
    close_good(j);
    assert_int_equal(scratch_walk(&v.s, 0), 2);
    numbers_free(&v);
}

static void runs_without_locks_but_refuses_a_failed_one(void **state)
{
    (void)state;
    static const int missing[] = {ENOLCK, ENOSYS, EOPNOTSUPP};
    numbers v = numbers_make(1);
    journal *j;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        flock_error = missing[i];
        make_new(&j, v.s.path);
        assert_int_equal(append_number(j, 7, NULL), NT_OK);
        close_good(j);
        assert_holds(v.s.path, 1);
    }
    flock_error = EIO;
    assert_stays_shut(v.s.path, strerror(EIO));
    flock_error = 0;

    /* Another process puts it aside between its opening and its locking. */
    flock_renames[0] = v.s.path;
    flock_renames[1] = v.old;
    assert_stays_shut(v.s.path, "in use");
    flock_renames[0] = NULL;
    assert_holds(v.old, 1);
    numbers_free(&v);
}

static int resume_refused(void *context)
{
    journal *j;
    nt_error why;
    json_t *key = header();
    return journal_open_resume(&j, context, key, NULL, NULL, &why) == NT_EIO &&
                   strstr(why.text, strerror(EACCES)) && journal_open_new(&j, context, key, &why) == NT_EIO &&
                   strstr(why.text, strerror(EACCES))
               ? 0
               : 1;
}

static void a_read_only_journal_is_not_changed(void **state)
{
    (void)state;
    numbers v = numbers_make(2);
    size_t after_size;
    char *after;
    assert_int_equal(chmod(v.s.path, 0444), 0);
    assert_int_equal(chmod(v.s.folder, 0555), 0);
    assert_int_equal(scratch_as_nobody(resume_refused, v.s.path), 0);
    assert_int_equal(chmod(v.s.folder, 0755), 0);
    assert_int_equal(file_read(v.s.path, v.size, &after, &after_size, NULL), NT_OK);
    assert_memory_equal(after, v.text, v.size);
    assert_int_equal(scratch_walk(&v.s, 0), 1);
    free(after);
    numbers_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(every_cut_keeps_the_whole_records),
        cmocka_unit_test(every_flipped_bit_is_named),
        cmocka_unit_test(names_each_header_field_that_differs),
        cmocka_unit_test(skips_hostile_records_alone),
        cmocka_unit_test(skips_hostile_lines_alone),
        cmocka_unit_test(a_full_file_keeps_whole_records),
        cmocka_unit_test(a_kill_leaves_the_old_journal),
        cmocka_unit_test(runs_without_locks_but_refuses_a_failed_one),
        cmocka_unit_test(a_read_only_journal_is_not_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
