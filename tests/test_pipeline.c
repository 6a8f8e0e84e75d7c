/*
 * test_pipeline.c - kernels on files: the same bits with any slabs, rings and instances; what is refused
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "pipeline_support.h"

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

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_as_a_run_of_the_whole), cmocka_unit_test(config_and_threads_change_no_bit),
        cmocka_unit_test(options_and_kernels_are_checked), cmocka_unit_test(memory_is_asked_for_first),
        cmocka_unit_test(inputs_that_cannot_be_used),      cmocka_unit_test(no_output_replaces_an_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
