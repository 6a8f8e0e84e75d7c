/*
 * test_pipeline.c - kernels on files: the same bits with any slabs, rings and instances; faults; what is kept
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "apply_support.h"
#include "pipeline/mapping.h"

/* What a run told. */
typedef struct told {
    int n_failed;
    char path[16][128], reason[16][256];
    int n_calls;
    const char *change; /* what is done to this file at the first call of `progress` */
    void (*how)(const char *path);
    volatile sig_atomic_t *stop;
} told;

static void on_failure(void *context, const char *input, const char *reason)
{
    told *t = context;
    if (t->n_failed < 16) {
        snprintf(t->path[t->n_failed], sizeof t->path[0], "%s", input);
        snprintf(t->reason[t->n_failed], sizeof t->reason[0], "%s", reason);
    }
    t->n_failed++;
}

static void on_progress(void *context, int64_t done, int64_t all)
{
    told *t = context;
    assert_true(done >= 0 && done <= all);
    if (t->n_calls++ > 0)
        return;
    if (t->how)
        t->how(t->change);
    if (t->stop)
        *t->stop = 1;
}

static pipeline_job make_job(const char *kernel, const char *const *inputs, int n, const char *out, told *t)
{
    *t = (told){0};
    return (pipeline_job){.kernel = nt_kernel_find(kernel),
                          .steps = 1,
                          .inputs = inputs,
                          .n_inputs = n,
                          .out = out,
                          .threads = 2,
                          .failed = on_failure,
                          .progress = on_progress,
                          .context = t};
}

static pipeline_counters run_job(const pipeline_job *job, const pipeline_options *o)
{
    static const pipeline_options plain = {2, 8192, 2, PIPELINE_PREAD};
    pipeline_counters c;
    nt_error why = {""};
    if (pipeline_run(job, o ? o : &plain, &c, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(c.n_done + c.n_kept + c.n_failed + c.n_left, job->n_inputs);
    assert_int_equal(count_entries(job->out, true), 0);
    return c;
}

/* The reason given for a file. */
static const char *reason_of(const told *t, const char *path)
{
    for (int i = 0; i < t->n_failed && i < 16; i++)
        if (strcmp(t->path[i], path) == 0)
            return t->reason[i];
    return "none";
}

static void assert_reason(const told *t, const char *path, const char *part)
{
    if (!strstr(reason_of(t, path), part))
        fail_msg("%s: reason \"%s\", due is \"%s\"", path, reason_of(t, path), part);
}

/* ---- Bits ------------------------------------------------------------------------------------- */

static const array_form forms[] = {
    {NT_F64, 1, {0}, 0},          {NT_F32, 1, {1}, 0},       {NT_F64, 1, {511}, 0},
    {NT_F64, 1, {512}, 0},        {NT_F64, 1, {513}, 0},     {NT_F32, 2, {31, 33}, 0},
    {NT_F64, 3, {7, 11, 13}, 0},  {NT_F32, 1, {1024}, 0},    {NT_F32, 1, {20001}, 0},
    {NT_F64, 3, {20, 30, 41}, 0}, {NT_F32, 3, {0, 5, 6}, 0}, {NT_F64, 1, {513}, 0},
};
enum { N_FORMS = sizeof forms / sizeof *forms };

static void check_bits(bool is_raw, const char *kernel, int64_t steps, const pipeline_options *o)
{
    const folders f = folders_make();
    const char *paths[N_FORMS];
    cells_file files[N_FORMS];
    rng r = rng_make(21);
    told t;
    int n = 0;
    int64_t bytes = 0;
    for (int i = 0; i < N_FORMS; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        if (is_raw && forms[i].dtype != NT_F32)
            continue;
        /* The last one's cells lie at no multiple of their size. */
        files[n] = cells_make(f.in, name, forms[i], is_raw, i == N_FORMS - 1 ? 3 : 0, &r);
        paths[n] = files[n].path;
        bytes += array_form_bytes(&forms[i]);
        n++;
    }
    pipeline_job job = make_job(kernel, paths, n, f.out, &t);
    const array_form raw = {.dtype = NT_F32};
    job.raw = is_raw ? &raw : NULL;
    job.steps = steps;
    const pipeline_counters c = run_job(&job, o);
    assert_int_equal(c.n_done, n);
    assert_int_equal(c.read_bytes, bytes);
    assert_true(c.written_bytes >= bytes && c.wall_s > 0 && c.cpu_s > 0);
    for (int i = 0; i < n; i++) {
        if (!cells_are_done(&files[i], f.out, kernel, steps, is_raw))
            fail_msg("%s of %s, ring %d, slab %lld, %d instances, %s: other bytes", files[i].path, kernel,
                     o->ring, (long long)o->slab_bytes, o->instances, pipeline_io_name(o->io));
        free(files[i].bytes);
    }
    folders_remove(&f);
}

static void same_bits_as_a_run_of_the_whole(void **state)
{
    (void)state;
    static const int64_t slabs[] = {4096, 5000, 12288, 1 << 20};
    for (int i = 0; i < 16; i++) {
        const pipeline_options o = {1 + i % 4, slabs[i / 4], 1 + i % 3, (pipeline_io)(i / 2 % 2)};
        check_bits(i % 5 == 4, i % 3 ? "mathop" : "square", 1 + i % 2, &o);
    }
}

static void config_and_threads_change_no_bit(void **state)
{
    (void)state;
    const folders f = folders_make();
    rng r = rng_make(22);
    cells_file file = cells_row(f.in, "a.npy", 30011, &r);
    const char *const paths[] = {file.path};
    told t;
    static const char *const configs[] = {"parallel=flat,tile=100x1x1", "parallel=outer,threads=3", NULL};
    for (int i = 0; i < 3; i++) {
        pipeline_job job = make_job("mathop", paths, 1, f.out, &t);
        job.config = configs[i];
        job.threads = 4 * i;
        assert_int_equal(run_job(&job, &(pipeline_options){3, 65536, 1, PIPELINE_PREAD}).n_done, 1);
        assert_true(cells_are_done(&file, f.out, "mathop", 1, false));
    }
    free(file.bytes);
    folders_remove(&f);
}

/* ---- Refusals --------------------------------------------------------------------------------- */

static void options_and_kernels_are_checked(void **state)
{
    (void)state;
    const folders f = folders_make();
    told t;
    pipeline_counters c;
    nt_error why;
    pipeline_job job = make_job("mathop", NULL, 0, f.out, &t);
    static const pipeline_options good = {1, 4096, 1, PIPELINE_PREAD},
                                  bad[] = {{0, 4096, 1, PIPELINE_PREAD}, {65, 4096, 1, PIPELINE_PREAD},
                                           {1, 4095, 1, PIPELINE_PREAD}, {1, INT64_MAX, 1, PIPELINE_PREAD},
                                           {1, 4096, 0, PIPELINE_PREAD}, {1, 4096, 65, PIPELINE_PREAD},
                                           {1, 4096, 1, PIPELINE_N_IOS}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(pipeline_run(&job, &bad[i], &c, &why), NT_EARG);
    assert_int_equal(pipeline_run(&job, &good, &c, &why), NT_OK);
    job.steps = 0;
    assert_refused(pipeline_run(&job, &good, &c, &why), NT_EARG, &why, "0 steps");
    job.steps = 1;
    static const struct {
        const char *kernel, *part;
    } kernels[] = {{"pi", "over indices"}, {"wave", "several time levels"}, {"read2update1", "several"}};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        job.kernel = nt_kernel_find(kernels[i].kernel);
        if (pipeline_accepts(job.kernel, &why) == NT_OK)
            fail_msg("%s is accepted", kernels[i].kernel);
        assert_int_equal(pipeline_run(&job, &good, &c, &why), NT_EKERNEL);
    }
    job.kernel = nt_kernel_find("square");
    job.out = "/proc/none";
    assert_refused(pipeline_run(&job, &good, &c, &why), NT_EIO, &why, "/proc/none");
    job.out = f.in;
    folders_remove(&f);
}

static void memory_is_asked_for_first(void **state)
{
    (void)state;
    const folders f = folders_make();
    char path[128];
    snprintf(path, sizeof path, "%s/huge", f.in);
    save(path, "", 0);
    assert_int_equal(truncate(path, INT64_C(1) << 42), 0); /* no block of it is on the disk */
    const char *const paths[] = {path};
    told t;
    pipeline_counters c;
    nt_error why;
    pipeline_job job = make_job("square", paths, 1, f.out, &t);
    job.raw = &(array_form){.dtype = NT_F64};
    const pipeline_options o = {64, INT64_C(1) << 40, 1, PIPELINE_PREAD};
    assert_refused(pipeline_run(&job, &o, &c, &why), NT_ENOMEM, &why, "bytes of memory are available");
    folders_remove(&f);
}

static void inputs_that_cannot_be_used(void **state)
{
    (void)state;
    const folders f = folders_make();
    rng r = rng_make(23);
    char path[12][128];
    const char *paths[12];
    told t;
    static const char *const names[] = {"good.npy",  "missing.npy",  "pipe",      "short.npy",
                                        "text.npy",  "empty.npy",    "out",       "link.npy",
                                        "again.npy", "sub/good.npy", "taken.npy", "dir.npy"};
    for (int i = 0; i < 12; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", f.in, names[i]);
        paths[i] = path[i];
    }
    cells_file good = cells_row(f.in, names[0], 3000, &r);
    assert_int_equal(mkfifo(path[2], 0666), 0);
    save(path[3], good.bytes, good.n_bytes - 1);
    save(path[4], "hello\n", 6);
    save(path[5], "", 0);
    assert_int_equal(symlink("nowhere", path[7]), 0);
    assert_int_equal(link(path[0], path[8]), 0);
    char sub[128], taken[128];
    snprintf(sub, sizeof sub, "%s/sub", f.in);
    assert_int_equal(mkdir(sub, 0755), 0);
    save(path[9], good.bytes, good.n_bytes);
    save(path[10], good.bytes, good.n_bytes);
    snprintf(taken, sizeof taken, "%s/taken.npy", f.out);
    assert_int_equal(symlink("elsewhere", taken), 0);
    save(path[11], good.bytes, good.n_bytes);
    snprintf(taken, sizeof taken, "%s/dir.npy", f.out);
    assert_int_equal(mkdir(taken, 0755), 0);

    pipeline_job job = make_job("mathop", paths, 12, f.out, &t);
    const pipeline_counters c = run_job(&job, NULL);
    assert_int_equal(c.n_done, 1);
    assert_int_equal(c.n_failed, 11);
    assert_int_equal(t.n_failed, 11);
    static const char *const parts[] = {NULL,
                                        "No such file",
                                        "not a regular file",
                                        "shorter than its shape",
                                        "not a .npy file",
                                        "not a .npy file",
                                        "is a folder",
                                        "No such file",
                                        "the same file as",
                                        "the same output as",
                                        "symbolic link",
                                        "folder"};
    for (int i = 1; i < 12; i++)
        assert_reason(&t, path[i], parts[i]);
    assert_true(cells_are_done(&good, f.out, "mathop", 1, false));
    free(good.bytes);
    folders_remove(&f);
}

static void no_output_replaces_an_input(void **state)
{
    (void)state;
    const folders f = folders_make();
    rng r = rng_make(24);
    cells_file a = cells_row(f.in, "a.npy", 100, &r), b = cells_row(f.out, "a.npy", 200, &r);
    char link_path[128];
    snprintf(link_path, sizeof link_path, "%s/l.npy", f.in);
    assert_int_equal(symlink("a.npy", link_path), 0);
    const char *const own[] = {a.path}, *const others[] = {a.path, b.path}, *const links[] = {link_path};
    told t;
    pipeline_job job = make_job("mathop", own, 1, f.in, &t);
    assert_int_equal(run_job(&job, NULL).n_failed, 1);
    assert_reason(&t, a.path, "this file itself");
    job = make_job("mathop", others, 2, f.out, &t);
    assert_int_equal(run_job(&job, NULL).n_failed, 2);
    assert_reason(&t, a.path, "would replace the input");
    size_t n;
    char *text = slurp(b.path, &n);
    assert_int_equal(n, b.n_bytes);
    assert_memory_equal(text, b.bytes, n);
    free(text);
    job = make_job("mathop", links, 1, f.out, &t); /* an input that is a link is followed */
    assert_int_equal(run_job(&job, NULL).n_done, 1);
    free(a.bytes);
    free(b.bytes);
    folders_remove(&f);
}

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
        job.steps = 20000;
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
    const folders f = folders_make();
    rng r = rng_make(28);
    cells_file files[N];
    const char *paths[N];
    volatile sig_atomic_t stop = 0;
    told t;
    for (int i = 0; i < N; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d.npy", i);
        files[i] = cells_row(f.in, name, 3000, &r);
        set_age(files[i].path, -100);
        paths[i] = files[i].path;
    }
    pipeline_job job = make_job("mathop", paths, N, f.out, &t);
    job.steps = 10000;
    job.stop = t.stop = &stop;
    pipeline_counters c = run_job(&job, NULL);
    assert_int_equal(t.n_failed, 0);
    assert_true(c.n_left > 0);
    assert_int_equal(count_entries(f.out, false), c.n_done);
    const int64_t done = c.n_done;
    stop = 0;
    job = make_job("mathop", paths, N, f.out, &t);
    job.steps = 10000;
    job.resume = true;
    c = run_job(&job, NULL);
    assert_int_equal(c.n_kept, done);
    assert_int_equal(c.n_done, N - done);
    for (int i = 0; i < N; i++) {
        if (i % 8 == 0)
            assert_true(cells_are_done(&files[i], f.out, "mathop", 10000, false));
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
        cmocka_unit_test(same_bits_as_a_run_of_the_whole),
        cmocka_unit_test(config_and_threads_change_no_bit),
        cmocka_unit_test(options_and_kernels_are_checked),
        cmocka_unit_test(memory_is_asked_for_first),
        cmocka_unit_test(inputs_that_cannot_be_used),
        cmocka_unit_test(no_output_replaces_an_input),
        cmocka_unit_test(files_that_change_meanwhile),
        cmocka_unit_test(a_cut_mapping_reads_zeros),
        cmocka_unit_test(a_full_file_fails_alone),
        cmocka_unit_test(a_stopped_run_keeps_what_is_done),
        cmocka_unit_test(resume_keeps_only_what_is_done),
        cmocka_unit_test(resume_removes_what_ended_runs_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
