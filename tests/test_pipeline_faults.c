/*
 * test_pipeline_faults.c - files that change, disks that are full, runs that are stopped and resumed
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "pipeline/mapping.h"
#include "pipeline_support.h"

/* ---- Faults on the way ------------------------------------------------------------------------ */

static void grow(const char *path)
{
    const int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void cut(const char *path)
{
    assert_int_equal(truncate(path, 1000), 0);
}

static void touch(const char *path)
{
    set_age(path, 0);
}

static void replace(const char *path)
{
    char other[160];
    snprintf(other, sizeof other, "%s.new", path);
    save(other, "x", 1);
    assert_int_equal(rename(other, path), 0);
}

/* The first call of `progress` comes after a tenth of a second, in the middle of some seconds of work. */
static void files_that_change_meanwhile(void **state)
{
    (void)state;
    if (test_emulated())
        skip(); /* qemu does not come back from the signal of a file that was cut */
    static void (*const changes[])(const char *) = {grow, cut, touch, replace};
    static const char *const parts[] = {"changed while", "shorter", "changed while", "was replaced"};
    rng r = rng_make(25);
    for (int i = 0; i < 8; i++) {
        const folders f = folders_make();
        cells_file file = cells_row(f.in, "a.npy", 20000, &r);
        const char *const paths[] = {file.path};
        told t;
        set_age(file.path, -100);
        pipeline_job job = make_job("mathop", paths, 1, f.out, &t);
        job.steps = TEST_SANITIZED ? 2000 : 20000;
        t.change = file.path;
        t.how = changes[i / 2];
        const pipeline_options o = {1, 4096, 1, (pipeline_io)(i % 2)};
        assert_int_equal(run_job(&job, &o).n_failed, 1);
        assert_true(strstr(reason_of(&t, file.path), parts[i / 2]) ||
                    strstr(reason_of(&t, file.path), "changed while"));
        assert_int_equal(count_entries(f.out, false), 0);
        free(file.bytes);
        folders_remove(&f);
    }
}

static void a_cut_mapping_reads_zeros(void **state)
{
    (void)state;
    if (test_emulated())
        skip();
    const scratch s = scratch_make();
    const long page = sysconf(_SC_PAGESIZE);
    const int fd = open(s.path, O_RDWR | O_CREAT, 0600);
    mapping m;
    const void *data;
    assert_int_equal(ftruncate(fd, 3 * page), 0);
    assert_int_equal(pwrite(fd, "abc", 3, 8), 3);
    assert_int_equal(mapping_open(&m, fd, 8, (size_t)(2 * page), &data), 0);
    assert_memory_equal(data, "abc", 3);
    assert_true(mapping_close(&m));
    assert_int_equal(mapping_open(&m, fd, 8, (size_t)(2 * page), &data), 0);
    assert_int_equal(ftruncate(fd, page), 0);
    assert_memory_equal(data, "abc", 3);
    assert_int_equal(((const volatile char *)data)[page], 0);
    assert_int_equal(((const volatile char *)data)[2 * page - 1], 0);
    assert_false(mapping_close(&m));
    assert_true(mapping_close(&m)); /* there is none any more */
    /* Any other fault ends the process as before. */
    const pid_t pid = fork();
    if (pid == 0) {
        signal(SIGBUS, SIG_DFL); /* a sanitizer's handler would print */
        assert_int_equal(mapping_open(&m, fd, 0, 1, &data), 0);
        const volatile char *other = mmap(NULL, (size_t)(2 * page), PROT_READ, MAP_SHARED, fd, 0);
        _exit(other[page] ? 1 : 2);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) <= 2);
    close(fd);
    scratch_walk(&s, 1);
}

static void a_full_file_fails_alone(void **state)
{
    (void)state;
    const folders f = folders_make();
    rng r = rng_make(26);
    cells_file large = cells_row(f.in, "large.npy", 20000, &r), small = cells_row(f.in, "small.npy", 100, &r);
    const char *const paths[] = {large.path, small.path};
    told t;
    for (rlim_t limit = 64; limit < 160000; limit = limit * 9 + 1) {
        pipeline_job job = make_job("mathop", paths, 2, f.out, &t);
        const rlim_t old = scratch_limit(limit);
        const pipeline_counters c = run_job(&job, NULL);
        scratch_limit(old);
        assert_int_equal(c.n_done, limit > (rlim_t)small.n_bytes);
        assert_reason(&t, large.path, strerror(EFBIG));
        assert_int_equal(count_entries(f.out, false), c.n_done);
        if (c.n_done)
            assert_true(cells_are_done(&small, f.out, "mathop", 1, false));
    }
    free(large.bytes);
    free(small.bytes);
    folders_remove(&f);
}

/* In a mount namespace of its own; 2: the system does not allow one here. */
static int fill_a_small_disk(const folders *f, const char *path)
{
    told t;
    pipeline_counters c;
    const char *const paths[] = {path};
    pipeline_job job = make_job("mathop", paths, 1, f->out, &t);
    const pipeline_options o = {2, 8192, 1, PIPELINE_PREAD};
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", f->out, "tmpfs", 0, "size=64k") != 0)
        return 2;
    return pipeline_run(&job, &o, &c, NULL) == NT_OK && c.n_failed == 1 &&
                   strstr(reason_of(&t, path), strerror(ENOSPC)) && count_entries(f->out, true) == 0 &&
                   count_entries(f->out, false) == 0
               ? 0
               : 1;
}

static void a_full_disk_keeps_nothing(void **state)
{
    (void)state;
    const folders f = folders_make();
    rng r = rng_make(27);
    cells_file file = cells_row(f.in, "a.npy", 50000, &r);
    int status;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(fill_a_small_disk(&f, file.path));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        print_message("no mount allowed here: RLIMIT_FSIZE alone stands for a full disk\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    free(file.bytes);
    folders_remove(&f);
}

/* ---- Stop and resume -------------------------------------------------------------------------- */

static void a_stopped_run_keeps_what_is_done(void **state)
{
    (void)state;
    enum { N = 40 };
    const int steps = test_trials(10000);
    const folders f = folders_make();
    rng r = rng_make(28);
    cells_file files[N];
    const char *paths[N];
    volatile _Atomic sig_atomic_t stop = 0;
    told t;
    for (int i = 0; i < N; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d.npy", i);
        files[i] = cells_row(f.in, name, 3000, &r);
        set_age(files[i].path, -100);
        paths[i] = files[i].path;
    }
    pipeline_job job = make_job("mathop", paths, N, f.out, &t);
    job.steps = steps;
    job.stop = t.stop = &stop;
    pipeline_counters c = run_job(&job, NULL);
    assert_int_equal(t.n_failed, 0);
    assert_true(c.n_left > 0);
    assert_int_equal(count_entries(f.out, false), c.n_done);
    const int64_t done = c.n_done;
    stop = 0;
    job = make_job("mathop", paths, N, f.out, &t);
    job.steps = steps;
    job.resume = true;
    c = run_job(&job, NULL);
    assert_int_equal(c.n_kept, done);
    assert_int_equal(c.n_done, N - done);
    for (int i = 0; i < N; i++) {
        if (i % 8 == 0)
            assert_true(cells_are_done(&files[i], f.out, "mathop", steps, false));
        free(files[i].bytes);
    }
    folders_remove(&f);
}

static void resume_keeps_only_what_is_done(void **state)
{
    (void)state;
    static const char *const names[] = {"done", "older", "longer", "shape", "type", "none"};
    enum { N = 6 };
    const folders f = folders_make();
    rng r = rng_make(29);
    cells_file files[N];
    const char *paths[N];
    char out[N][128];
    told t;
    for (int i = 0; i < N; i++) {
        files[i] = cells_make(f.in, names[i], (array_form){NT_F64, 2, {20, 30}, 0}, false, 0, &r);
        paths[i] = files[i].path;
        set_age(paths[i], -100);
        snprintf(out[i], sizeof out[i], "%s/%s", f.out, names[i]);
    }
    pipeline_job job = make_job("mathop", paths, N, f.out, &t);
    assert_int_equal(run_job(&job, NULL).n_done, N);
    set_age(out[1], -101); /* older than its input */
    grow(out[2]);
    free(cells_make(f.out, names[3], (array_form){NT_F64, 2, {30, 20}, 0}, false, 0, &r).bytes);
    free(cells_make(f.out, names[4], (array_form){NT_F32, 2, {20, 60}, 0}, false, 0, &r).bytes);
    assert_int_equal(unlink(out[5]), 0);
    job.resume = true;
    pipeline_counters c = run_job(&job, NULL);
    assert_int_equal(c.n_kept, 1);
    assert_int_equal(c.n_done, N - 1);
    assert_int_equal(c.read_bytes, (N - 1) * 4800);
    c = run_job(&job, NULL);
    assert_int_equal(c.n_kept, N);
    job.resume = false; /* existing outputs are replaced, and keep their permissions */
    assert_int_equal(chmod(out[0], 0640), 0);
    assert_int_equal(run_job(&job, NULL).n_done, N);
    struct stat st;
    assert_int_equal(stat(out[0], &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    for (int i = 0; i < N; i++) {
        assert_true(cells_are_done(&files[i], f.out, "mathop", 1, false));
        free(files[i].bytes);
    }
    folders_remove(&f);
}

static void resume_removes_what_ended_runs_left(void **state)
{
    (void)state;
    const folders f = folders_make();
    told t;
    static const char *const names[] = {".a.npy.nestune-1234-0123abcd",  ".b.nestune-99999999-00000000",
                                        ".used.nestune-1234-0123abcd",   ".a.npy.nestune-1234-0123abc",
                                        ".a.npy.nestune-1234-0123abcde", "a.npy.nestune-1234-0123abcd",
                                        ".a.npy.nestune--0123abcd",      ".a.npy"};
    enum { N = sizeof names / sizeof *names, N_ENDED = 2 };
    char path[N][160];
    for (int i = 0; i < N; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", f.out, names[i]);
        save(path[i], "x", 1);
    }
    const int fd = open(path[N_ENDED], O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    pipeline_job job = make_job("mathop", NULL, 0, f.out, &t);
    pipeline_counters c;
    const pipeline_options o = {1, 4096, 1, PIPELINE_PREAD};
    assert_int_equal(pipeline_run(&job, &o, &c, NULL), NT_OK);
    for (int i = 0; i < N; i++)
        assert_int_equal(access(path[i], F_OK), 0);
    job.resume = true;
    assert_int_equal(pipeline_run(&job, &o, &c, NULL), NT_OK);
    for (int i = 0; i < N; i++)
        assert_int_equal(access(path[i], F_OK), i < N_ENDED ? -1 : 0);
    close(fd);
    folders_remove(&f);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_keeps_nothing), /* forks: while there are no threads */
        cmocka_unit_test(files_that_change_meanwhile),
        cmocka_unit_test(a_cut_mapping_reads_zeros),
        cmocka_unit_test(a_full_file_fails_alone),
        cmocka_unit_test(a_stopped_run_keeps_what_is_done),
        cmocka_unit_test(resume_keeps_only_what_is_done),
        cmocka_unit_test(resume_removes_what_ended_runs_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
