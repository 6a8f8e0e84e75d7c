/*
 * test_program_apply.c - nestune apply as a person uses it: what it says, what it leaves, kills and resume
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "apply_support.h"
#include "programs_support.h"
#include "tuned_support.h"

enum { N_FILES = 12 };

/* Files that all tests read; each test has an output folder of its own. */
static folders all;
static cells_file files[N_FILES];

static int make_files(void **state)
{
    rng r = rng_make(41);
    (void)state;
    all = folders_make();
    for (int i = 0; i < N_FILES; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%02d.npy", i);
        files[i] = cells_row(all.in, name, 20000 + i, &r);
        set_age(files[i].path, -100);
    }
    return 0;
}

static int drop_files(void **state)
{
    (void)state;
    for (int i = 0; i < N_FILES; i++)
        free(files[i].bytes);
    folders_remove(&all);
    return 0;
}

static int fresh_out(void **state)
{
    (void)state;
    tree_remove(all.out);
    return 0;
}

static char *in_folder(const char *folder, const char *name)
{
    static char path[4][256];
    static int next;
    char *to = path[next++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void check_all_done(const char *kernel, int64_t steps)
{
    for (int i = 0; i < N_FILES; i++)
        if (!cells_are_done(&files[i], all.out, kernel, steps, false))
            fail_msg("the output of %s is not there or wrong", files[i].path);
    assert_int_equal(count_entries(all.out, false), N_FILES);
    assert_int_equal(count_entries(all.out, true), 0);
}

/* All files in a list. */
static const char *make_list(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/list", all.in);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < N_FILES; i++)
        fprintf(f, "%s\n%s", files[i].path, i % 3 ? "" : "\n");
    assert_int_equal(fclose(f), 0);
    return path;
}

/* ---- As tuned ------------------------------------------------------------------------------------- */

/* The row of a header decides ring, slab, instances, io and threads; what is asked for goes first. */
static void a_tuned_row_is_used(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    char *text = tuned_sealed(
        "NT_TUNED_LINE(\"nestune 3 machine=here vendor=- uarch=- family=0 model=0 l1d=0 l2=0 l3=0 threads=0\")\n"
        "NT_TUNED_LINE(\"row apply default 2 f64 long one "
        "isa=best,variant=pipeline,ring=3,slab=65536,instances=4,io=mmap,threads=1 - - -\")\n");
    assert_non_null(text);
    tuned_write(s.path, text, strlen(text));
    free(text);
    const setting with_header = {.name = "NESTUNE_TUNED", .value = s.path};
    for (int asked = 0; asked < 2; asked++) {
        tree_remove(all.out);
        const char *const args[] = {"apply", "square", "--list", make_list(), "--out", all.out, "--json",
                                    asked ? "--ring=5" : NULL, "--instances=2", NULL};
        program p = nestune_with(&with_header, args);
        assert_int_equal(p.code, OK);
        json_t *root = json_of(&p);
        const json_t *options = json_object_get(root, "options");
        assert_int_equal(json_integer_value(json_object_get(options, "ring")), asked ? 5 : 3);
        assert_int_equal(json_integer_value(json_object_get(options, "slab_bytes")), 65536);
        assert_string_equal(json_string_value(json_object_get(options, "io")), "mmap");
        assert_int_equal(json_integer_value(json_object_get(options, "instances")), asked ? 2 : 4);
        assert_int_equal(json_integer_value(json_object_get(options, "threads_each")), 1);
        json_decref(root);
        program_free(&p);
        check_all_done("square", 1);
    }
    scratch_walk(&s, 1);
}

/* ---- What is asked and told ------------------------------------------------------------------- */

static void applies_and_tells(void **state)
{
    (void)state;
    program p =
        NESTUNE_OK("apply", "mathop", files[0].path, files[1].path, "--out", in_folder(all.out, "a/b"));
    assert_non_null(strstr(p.text[0], "2 files; 0.000 GB in"));
    assert_non_null(strstr(p.text[0], "the longest was"));
    assert_int_equal(p.n[1], 0);
    program_free(&p);
    assert_true(cells_are_done(&files[1], in_folder(all.out, "a/b"), "mathop", 1, false));
    assert_int_equal(count_entries(in_folder(all.out, "a/b"), false), 2);
}

static void lists_and_json(void **state)
{
    (void)state;
    program p =
        NESTUNE_OK("apply", "square", "--list", make_list(), "--out", all.out, "--steps", "2", "--json",
                   "--ring", "2", "--slab", "8K", "--instances", "2", "--io", "mmap", "--threads", "2");
    json_t *root = json_of(&p), *options = json_object_get(root, "options");
    assert_int_equal(number_of(root, "done"), N_FILES);
    assert_int_equal(number_of(root, "failed"), 0);
    assert_int_equal(number_of(root, "read_bytes"), 8 * (20000 * N_FILES + N_FILES * (N_FILES - 1) / 2));
    assert_int_equal(number_of(options, "slab_bytes"), 8192);
    assert_int_equal(number_of(options, "threads_each"), 1);
    assert_string_equal(json_string_value(json_object_get(options, "io")), "mmap");
    assert_true(number_of(json_object_get(root, "busy_s"), "compute") > 0);
    json_decref(root);
    program_free(&p);
    check_all_done("square", 2);
}

static void raw_files(void **state)
{
    (void)state;
    rng r = rng_make(42);
    const array_form form = {.dtype = NT_F32, .n_dims = 2, .shape = {30, 40}};
    cells_file f = cells_make(all.in, "raw", form, true, 0, &r);
    program p = NESTUNE_OK("apply", "mathop", f.path, "--raw", "f32", "--shape", "30x40", "--out", all.out);
    program_free(&p);
    assert_true(cells_are_done(&f, all.out, "mathop", 1, true));
    p = NESTUNE("apply", "mathop", f.path, "--raw", "f32", "--shape", "30x41", "--out", all.out);
    assert_int_equal(p.code, FAILED);
    assert_non_null(strstr(p.text[1], "shorter than its shape: it has 4800 bytes, 4920 are due"));
    program_free(&p);
    free(f.bytes);
}

static void wrong_usage_gets_one_line(void **state)
{
    (void)state;
    const char *f = files[0].path, *o = all.out;
    const struct {
        const char *args[10];
        int code;
        const char *needs[2];
    } cases[] = {
        {{"apply"}, USAGE, {"which kernel"}},
        {{"apply", "nix", f, "--out", o}, USAGE, {"unknown kernel nix"}},
        {{"apply", "mathop", "--out", o}, USAGE, {"no files"}},
        {{"apply", "mathop", f}, USAGE, {"--out"}},
        {{"apply", "wave", f, "--out", o}, USAGE, {"wave cannot be applied", "time levels"}},
        {{"apply", "pi", f, "--out", o}, USAGE, {"over indices"}},
        {{"apply", "mathop", f, "--out", ""}, USAGE, {"--out"}},
        {{"apply", "mathop", f, "--out", o, "--steps", "0"}, USAGE, {"--steps 0"}},
        {{"apply", "mathop", f, "--out", o, "--ring", "65"}, USAGE, {"--ring 65", "1 to 64"}},
        {{"apply", "mathop", f, "--out", o, "--slab", "1K"}, USAGE, {"--slab 1K", "4096"}},
        {{"apply", "mathop", f, "--out", o, "--slab", "4MB"}, USAGE, {"--slab 4MB"}},
        {{"apply", "mathop", f, "--out", o, "--slab", "9999999999G"}, USAGE, {"--slab 9999999999G"}},
        {{"apply", "mathop", f, "--out", o, "--slab", "-4M"}, USAGE, {"--slab -4M"}},
        {{"apply", "mathop", f, "--out", o, "--instances", "0"}, USAGE, {"--instances 0"}},
        {{"apply", "mathop", f, "--out", o, "--io", "tape"}, USAGE, {"pread and mmap"}},
        {{"apply", "mathop", f, "--out", o, "--raw", "f16"}, USAGE, {"--raw f16"}},
        {{"apply", "mathop", f, "--out", o, "--shape", "3x4"}, USAGE, {"--shape", "--raw"}},
        {{"apply", "mathop", f, "--out", o, "--raw", "f32", "--shape", "3y4"}, USAGE, {"--shape 3y4"}},
        {{"apply", "mathop", f, "--out", o, "--config", "isa=z80"}, USAGE, {"--config", "z80"}},
        {{"apply", "mathop", "--list", "/none", "--out", o}, IO, {"/none"}},
        {{"apply", "mathop", "--list", all.in, "--out", o}, IO, {all.in}},
        {{"apply", "mathop", "--list", "/dev/null", "--out", o}, USAGE, {"names no files"}},
        {{"apply", "mathop", f, "--out", "/proc/none"}, IO, {"/proc/none"}},
        {{"apply", "mathop", f, "--out", f}, IO, {f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].args, cases[i].code, cases[i].needs, 2);
    assert_int_equal(access(o, F_OK), -1);
}

static void failing_files_are_named_and_others_go_on(void **state)
{
    (void)state;
    char esc[160];
    snprintf(esc, sizeof esc, "%s/\x1b[31m\xff", all.in);
    save(esc, "x", 1);
    program p = NESTUNE("apply", "mathop", files[0].path, "/none", esc, files[1].path, files[0].path, all.in,
                        "--out", all.out, "--json");
    assert_int_equal(p.code, FAILED);
    assert_non_null(strstr(p.text[1], "nestune: /none: cannot be read: No such file or directory\n"));
    assert_non_null(strstr(p.text[1], "the same file as"));
    assert_non_null(strstr(p.text[1], "is a folder"));
    assert_non_null(strstr(p.text[1], "not a .npy file"));
    assert_non_null(strstr(p.text[1], "nestune: 4 of 6 files failed\n"));
    assert_null(strchr(p.text[1], 0x1b));
    int n_lines = 0;
    for (const char *c = p.text[1]; *c; c++)
        n_lines += *c == '\n';
    assert_int_equal(n_lines, 5);
    json_t *root = json_of(&p);
    assert_int_equal(json_array_size(json_object_get(root, "failures")), 4);
    json_decref(root);
    program_free(&p);
    assert_int_equal(unlink(esc), 0);
    assert_true(cells_are_done(&files[0], all.out, "mathop", 1, false));
    assert_true(cells_are_done(&files[1], all.out, "mathop", 1, false));
    assert_int_equal(count_entries(all.out, false), 2);
}

/* ---- Limits ----------------------------------------------------------------------------------- */

static void a_read_only_folder_stays_empty(void **state)
{
    (void)state;
    assert_int_equal(mkdir(all.out, 0555), 0);
    program p = nestune_with(&(setting){.nobody = true},
                             (const char *const[]){"apply", "mathop", files[0].path, "--out", all.out, NULL});
    assert_int_equal(p.code, IO);
    assert_non_null(strstr(p.text[1], "cannot write to the folder"));
    program_free(&p);
    assert_int_equal(count_entries(all.out, false) + count_entries(all.out, true), 0);
}

static void an_unreadable_file_is_named(void **state)
{
    (void)state;
    assert_int_equal(mkdir(all.out, 0777), 0);
    assert_int_equal(chmod(all.out, 0777), 0);
    assert_int_equal(chmod(files[0].path, 0), 0);
    program p = nestune_with(
        &(setting){.nobody = true},
        (const char *const[]){"apply", "mathop", files[0].path, files[1].path, "--out", all.out, NULL});
    assert_int_equal(chmod(files[0].path, 0644), 0);
    assert_int_equal(p.code, FAILED);
    assert_non_null(strstr(p.text[1], strerror(EACCES)));
    program_free(&p);
    assert_int_equal(count_entries(all.out, false), 1);
}

/* ThreadSanitizer's own startup needs files and system calls that these tests take away. */
static void needs_all_calls(void)
{
    if (strstr(NT_SANITIZERS, "thread"))
        skip();
}

static void a_file_size_limit_keeps_nothing_half(void **state)
{
    (void)state;
    needs_all_calls();
    program p = nestune_with(&(setting){.file_bytes = 100000},
                             (const char *const[]){"apply", "mathop", files[0].path, "--out", all.out, NULL});
    assert_int_equal(p.code, FAILED);
    assert_non_null(strstr(p.text[1], strerror(EFBIG)));
    program_free(&p);
    assert_int_equal(count_entries(all.out, false) + count_entries(all.out, true), 0);
}

/* On a disk that fails when it is synced, nothing counts as done.  What only helps may be missing. */
static void system_calls_that_fail(void **state)
{
    (void)state;
    needs_all_calls();
    static const struct {
        long call;
        int error, code;
        const char *io;
    } cases[] = {
        {SYS_fsync, EIO, FAILED, "pread"},      {SYS_flock, ENOLCK, OK, "pread"},
        {SYS_fadvise64, ENOSYS, OK, "pread"},   {SYS_madvise, EINVAL, OK, "mmap"},
        {SYS_fcntl, EINVAL, OK, "pread"},       {SYS_getrandom, ENOSYS, OK, "pread"},
        {SYS_pwrite64, ENOSPC, FAILED, "mmap"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const setting s = {.denied = cases[i].call, .denied_errno = cases[i].error};
        program p =
            nestune_with(&s, (const char *const[]){"apply", "mathop", files[0].path, files[1].path, "--out",
                                                   all.out, "--io", cases[i].io, "--instances", "2", NULL});
        if (p.code != cases[i].code)
            fail_msg("case %zu: code %d, signal %d: %s", i, p.code, p.signal, p.text[1]);
        if (cases[i].code == FAILED)
            assert_non_null(strstr(p.text[1], strerror(cases[i].error)));
        program_free(&p);
        assert_int_equal(count_entries(all.out, true), 0);
        assert_int_equal(count_entries(all.out, false), cases[i].code == OK ? 2 : 0);
        if (cases[i].code == OK)
            assert_true(cells_are_done(&files[1], all.out, "mathop", 1, false));
        fresh_out(NULL);
    }
}

/* The largest resident memory of a program that this process has waited for. */
static int64_t largest_child_bytes(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (int64_t)used.ru_maxrss * 1024;
}

static void memory_is_bounded_by_the_rings(void **state)
{
    (void)state;
    enum { MIB = 1 << 20, FILE_MIB = 96, RING_MIB = 8, SMALL_MIB = 24 };
    if (TEST_SANITIZED)
        skip();
    const char *path = in_folder(all.in, "large");
    save(path, "", 0);
    assert_int_equal(truncate(path, (off_t)FILE_MIB * MIB), 0);
    for (int io = 0; io < PIPELINE_N_IOS; io++) {
        program p = NESTUNE_OK("apply", "square", path, "--raw", "f64", "--ring", "4", "--slab", "2M",
                               "--out", all.out, "--io", pipeline_io_name((pipeline_io)io));
        program_free(&p);
        assert_true(largest_child_bytes() < (int64_t)(SMALL_MIB + RING_MIB * (1 + io)) * MIB);
    }
    assert_int_equal(unlink(path), 0);
}

/* ---- Interruptions ---------------------------------------------------------------------------- */

static program start_on_all(const char *steps, bool resume)
{
    const char *argv[PROGRAM_ARGS] = {
        NT_NESTUNE, "apply", "mathop", "--list", make_list(), "--out", all.out,
        "--steps",  steps,   "--slab", "16K",    "--ring",    "2",     resume ? "--resume" : NULL};
    return program_start(argv, NULL);
}

static void waits_for_an_output(void)
{
    const double until_s = program_now_s() + 60;
    while (count_entries(all.out, false) == 0 && program_now_s() < until_s)
        sleep_s(0.005);
    assert_true(count_entries(all.out, false) > 0);
}

static void ctrl_c_ends_in_order(void **state)
{
    (void)state;
    program p = start_on_all("3000", false);
    waits_for_an_output();
    assert_int_equal(kill(p.pid, SIGINT), 0);
    program_end(&p, 100);
    if (p.code != INTERRUPTED)
        fail_msg("code %d: %s", p.code, p.text[1]);
    const int n = count_entries(all.out, false);
    char said[80];
    snprintf(said, sizeof said, "stopped: %d of %d files are done", n, N_FILES);
    if (!strstr(p.text[1], said))
        fail_msg("\"%s\" is not in: %s", said, p.text[1]);
    program_free(&p);
    assert_int_equal(count_entries(all.out, true), 0);
    assert_true(n < N_FILES);
    p = start_on_all("3000", true);
    program_end(&p, 100);
    assert_int_equal(p.code, OK);
    snprintf(said, sizeof said, "%d files, %d were done before;", N_FILES - n, n);
    assert_non_null(strstr(p.text[0], said));
    program_free(&p);
    check_all_done("mathop", 3000);
}

/* Every file with a final name is whole, whenever the program dies.  NESTUNE_TEST_KILLS sets how often. */
static void killed_at_any_moment(void **state)
{
    (void)state;
    const char *wish = getenv("NESTUNE_TEST_KILLS");
    const int n_kills = wish ? atoi(wish) : 10;
    static const char steps[] = "300";
    rng r = rng_make(43);
    double start_s = program_now_s();
    program p = start_on_all(steps, false);
    program_end(&p, 100);
    assert_int_equal(p.code, OK);
    program_free(&p);
    const double whole_s = program_now_s() - start_s;
    int n_midway = 0, n_temporary = 0;
    for (int i = 0; i < n_kills; i++) {
        if (i % 4 == 0) /* else the run goes on where the killed ones ended */
            tree_remove(all.out);
        p = start_on_all(steps, i % 4 != 0);
        sleep_s(rng_unit(&r) * whole_s);
        kill(p.pid, SIGKILL);
        program_end(&p, 100);
        program_free(&p);
        int n_whole = 0;
        for (int k = 0; k < N_FILES; k++)
            n_whole += cells_are_done(&files[k], all.out, "mathop", 300, false);
        assert_int_equal(count_entries(all.out, false), n_whole);
        n_midway += n_whole > 0 && n_whole < N_FILES;
        n_temporary += count_entries(all.out, true) > 0;
    }
    p = start_on_all(steps, true);
    program_end(&p, 100);
    assert_int_equal(p.code, OK);
    program_free(&p);
    check_all_done("mathop", 300);
    print_message("%d kills, %d with some files done, %d that left temporary files\n", n_kills, n_midway,
                  n_temporary);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_tuned_row_is_used, fresh_out),
        cmocka_unit_test_setup(applies_and_tells, fresh_out),
        cmocka_unit_test_setup(lists_and_json, fresh_out),
        cmocka_unit_test_setup(raw_files, fresh_out),
        cmocka_unit_test_setup(wrong_usage_gets_one_line, fresh_out),
        cmocka_unit_test_setup(failing_files_are_named_and_others_go_on, fresh_out),
        cmocka_unit_test_setup(a_read_only_folder_stays_empty, fresh_out),
        cmocka_unit_test_setup(an_unreadable_file_is_named, fresh_out),
        cmocka_unit_test_setup(a_file_size_limit_keeps_nothing_half, fresh_out),
        cmocka_unit_test_setup(system_calls_that_fail, fresh_out),
        cmocka_unit_test_setup(memory_is_bounded_by_the_rings, fresh_out),
        cmocka_unit_test_setup(ctrl_c_ends_in_order, fresh_out),
        cmocka_unit_test_setup(killed_at_any_moment, fresh_out),
    };
    return cmocka_run_group_tests(tests, make_files, drop_files);
}
