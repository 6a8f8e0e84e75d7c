/*
 * test_file.c - files are replaced whole or left as they were
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <time.h>

#include <cmocka.h>

#include "os/file.h"
#include "scratch.h"

static void assert_holds(const char *path, const char *text)
{
    char *data;
    size_t n;
    assert_int_equal(file_read(path, 1 << 20, &data, &n, NULL), NT_OK);
    assert_int_equal(n, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static void replaces_and_reads(void **state)
{
    (void)state;
    scratch s = scratch_make();
    nt_error why;
    struct stat st;

    assert_int_equal(file_replace(s.path, "one\n", 4, &why), NT_OK);
    assert_holds(s.path, "one\n");
    assert_int_equal(chmod(s.path, 0640), 0);
    assert_int_equal(file_replace(s.path, "", 0, &why), NT_OK);
    assert_holds(s.path, "");
    assert_int_equal(stat(s.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(scratch_walk(&s, 0), 1);
    scratch_walk(&s, 1);
}

static void equal_contents_are_not_written_again(void **state)
{
    (void)state;
    scratch s = scratch_make();
    struct stat before, after;

    assert_int_equal(file_replace(s.path, "same", 4, NULL), NT_OK);
    assert_int_equal(stat(s.path, &before), 0);
    assert_int_equal(file_replace(s.path, "same", 4, NULL), NT_OK);
    assert_int_equal(stat(s.path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(file_replace(s.path, "sane", 4, NULL), NT_OK);
    assert_int_equal(stat(s.path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    scratch_walk(&s, 1);
}

/* The kernel sends SIGXFSZ, deadly by default, with every failing write here. */
static void a_full_file_leaves_the_old_one(void **state)
{
    (void)state;
    enum { SIZE = 64 };
    scratch s = scratch_make();
    nt_error why;
    char data[SIZE];

    memset(data, 'x', sizeof data);
    assert_int_equal(file_replace(s.path, "old", 3, NULL), NT_OK);
    for (size_t limit = 0; limit < SIZE; limit += 7) {
        const rlim_t old = scratch_limit(limit);
        const nt_status status = file_replace(s.path, data, sizeof data, &why);
        scratch_limit(old);
        assert_int_equal(status, NT_EIO);
        assert_non_null(strstr(why.text, strerror(EFBIG)));
        assert_non_null(strstr(why.text, s.path));
        assert_holds(s.path, "old");
        assert_int_equal(scratch_walk(&s, 0), 1);
    }
    scratch_walk(&s, 1);
}

/* In a mount namespace of its own; 2: the system does not allow one here. */
static int fill_a_small_disk(void *context)
{
    const scratch *s = context;
    enum { SIZE = 1 << 20 };
    nt_error why;
    char *data = calloc(1, SIZE), small[4] = "";

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", s->folder, "tmpfs", 0, "size=64k") != 0)
        return 2;
    const int fine = file_replace(s->path, "old", 3, &why) == NT_OK &&
                     file_replace(s->path, data, SIZE, &why) == NT_EIO &&
                     strstr(why.text, strerror(ENOSPC)) != NULL;
    const int fd = open(s->path, O_RDONLY);
    free(data);
    return fine && read(fd, small, sizeof small) == 3 && strncmp(small, "old", 3) == 0 &&
                   scratch_walk(s, 0) == 1
               ? 0
               : 1;
}

static void a_full_disk_leaves_the_old_one(void **state)
{
    (void)state;
    scratch s = scratch_make();
    int status;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(fill_a_small_disk(&s));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        print_message("no mount allowed here: only RLIMIT_FSIZE simulates a full disk\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    scratch_walk(&s, 1);
}

static int replace_refused(void *context)
{
    nt_error why;
    return file_replace(context, "new", 3, &why) == NT_EIO && strstr(why.text, strerror(EACCES)) ? 0 : 1;
}

static void a_read_only_folder_is_not_changed(void **state)
{
    (void)state;
    scratch s = scratch_make();
    assert_int_equal(file_replace(s.path, "old", 3, NULL), NT_OK);
    assert_int_equal(chmod(s.folder, 0555), 0);
    assert_int_equal(scratch_as_nobody(replace_refused, s.path), 0);
    assert_int_equal(chmod(s.folder, 0755), 0);
    assert_holds(s.path, "old");
    assert_int_equal(scratch_walk(&s, 0), 1);
    scratch_walk(&s, 1);
}

static void wrong_paths_are_named(void **state)
{
    (void)state;
    scratch s = scratch_make();
    nt_error why;
    char *data, path[512];
    size_t n;

    snprintf(path, sizeof path, "%s/none/file", s.folder);
    assert_int_equal(file_replace(path, "x", 1, &why), NT_EIO);
    assert_non_null(strstr(why.text, path));
    assert_non_null(strstr(why.text, strerror(ENOENT)));
    assert_int_equal(file_replace(s.folder, "x", 1, &why), NT_EIO);
    assert_int_equal(file_read(path, 10, &data, &n, &why), NT_EIO);
    assert_null(data);
    assert_int_equal(file_read(s.folder, 10, &data, &n, &why), NT_EIO);
    assert_non_null(strstr(why.text, strerror(EISDIR)));

    assert_int_equal(file_replace(s.path, "12345", 5, &why), NT_OK);
    assert_int_equal(file_read(s.path, 5, &data, &n, &why), NT_OK);
    free(data);
    assert_int_equal(file_read(s.path, 4, &data, &n, &why), NT_EIO);
    assert_int_equal(unlink(s.path), 0);
    assert_int_equal(mkfifo(s.path, 0666), 0);
    assert_int_equal(file_read(s.path, 10, &data, &n, &why), NT_EIO); /* without waiting for a writer */

    memset(path, 'y', sizeof path - 1); /* the reason is given even if the path is too long for the text */
    path[sizeof path - 1] = '\0';
    assert_int_equal(file_replace(path, "x", 1, &why), NT_EIO);
    assert_non_null(strstr(why.text, strerror(ENAMETOOLONG)));
    scratch_walk(&s, 1);
}

static void folders_are_made(void **state)
{
    (void)state;
    scratch s = scratch_make();
    nt_error why;
    char path[160];
    struct stat st;

    snprintf(path, sizeof path, "%s/a//b/c/", s.folder);
    assert_int_equal(file_make_dirs(path, &why), NT_OK);
    assert_int_equal(file_make_dirs(path, &why), NT_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(file_replace(s.path, "x", 1, NULL), NT_OK);
    snprintf(path, sizeof path, "%s/d", s.path);
    assert_int_equal(file_make_dirs(path, &why), NT_EIO);
    assert_non_null(strstr(why.text, s.path));
    assert_int_equal(file_make_dirs("", &why), NT_EIO);
    assert_int_equal(file_make_dirs("/", &why), NT_OK);

    snprintf(path, sizeof path, "%s/a/b/c", s.folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/a/b", s.folder);
    rmdir(path);
    scratch_walk(&s, 1);
}

/* A writer killed at any moment leaves one of the two contents, whole. */
static void a_killed_writer_leaves_a_whole_file(void **state)
{
    (void)state;
    enum { SIZE = 100000, ROUNDS = 12 };
    scratch s = scratch_make();
    static char a[SIZE], b[SIZE];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    assert_int_equal(file_replace(s.path, a, sizeof a, NULL), NT_OK);
    for (int i = 0; i < ROUNDS; i++) {
        const pid_t pid = fork();
        if (pid == 0)
            for (int k = 0;; k++)
                file_replace(s.path, k % 2 ? a : b, sizeof a, NULL);
        const struct timespec pause = {0, 1000000 + 777777L * i};
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        char *data;
        size_t n;
        assert_int_equal(file_read(s.path, SIZE, &data, &n, NULL), NT_OK);
        assert_int_equal(n, SIZE);
        assert_true(memcmp(data, a, SIZE) == 0 || memcmp(data, b, SIZE) == 0);
        free(data);
    }
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_and_reads),
        cmocka_unit_test(equal_contents_are_not_written_again),
        cmocka_unit_test(a_full_file_leaves_the_old_one),
        cmocka_unit_test(a_full_disk_leaves_the_old_one),
        cmocka_unit_test(a_read_only_folder_is_not_changed),
        cmocka_unit_test(wrong_paths_are_named),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(a_killed_writer_leaves_a_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
