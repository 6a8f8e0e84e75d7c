/*
 * test_subject_program.c - a program under trial: its check, its runs, its hash, and what it leaves
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "program.h"
#include "scratch.h"

#include "measure/subject.h"

static scratch room;

static int make_room(void **state)
{
    (void)state;
    room = scratch_make();
    return setenv("TMPDIR", room.folder, 1);
}

static int drop_room(void **state)
{
    (void)state;
    tree_remove(room.folder);
    return 0;
}

static trial_ask ask_with(const char *config)
{
    trial_ask ask = {
        .kernel = nt_kernel_find("apply"), .dtype = NT_F64, .shape = {10001, 1, 1}, .steps = 1, .reps = 1};
    nt_error why;
    assert_non_null(ask.kernel);
    assert_int_equal(nt_config_default(ask.kernel, NT_F64, &ask.config, &why), NT_OK);
    if (nt_config_parse(ask.kernel, config, &ask.config, &why) != NT_OK)
        fail_msg("%s: %s", config, why.text);
    return ask;
}

/* Every config writes the same bytes, those of a run in memory. */
static void configs_agree(void **state)
{
    (void)state;
    static const char *const configs[] = {"threads=1", "ring=1,slab=4096,instances=2,io=mmap,threads=2",
                                          "ring=8,slab=65536,instances=4,io=pread", "io=mmap,instances=1"};
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        const trial_ask ask = ask_with(configs[i]);
        nt_error why = {""};
        subject s;
        if (subject_check(&ask, &why) != TRIAL_OK)
            fail_msg("%s: %s", configs[i], why.text);
        if (subject_open(&s, &ask, NULL, &why) != NT_OK)
            fail_msg("%s: %s", configs[i], why.text);
        subject_restore(&s);
        subject_run(&s);
        const uint64_t hash = subject_hash(&s);
        subject_run(&s);
        assert_true(subject_hash(&s) == hash);
        subject_close(&s);
        first = i == 0 ? hash : first;
        assert_true(hash == first);
    }
}

/* A run that fails says so. */
static void failures_show(void **state)
{
    (void)state;
    trial_ask ask = ask_with("");
    nt_error why;
    subject s;
    assert_int_equal(subject_open(&s, &ask, NULL, &why), NT_OK);
    subject_run(&s);
    assert_string_equal(s.failure.text, "");
    s.ask.config.own[0] = 1000; /* more buffers than nestune allows */
    subject_run(&s);
    assert_non_null(strstr(s.failure.text, "nestune apply failed"));
    assert_int_equal(subject_check(&s.ask, &why), TRIAL_WRONG);
    subject_close(&s);
}

/* The worker's folder goes with it; one of a tuner that is gone goes with the next open. */
static void files_go(void **state)
{
    (void)state;
    char gone[256], host[65] = "", link[160], kept[160];
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    gethostname(host, sizeof host - 1);
    snprintf(gone, sizeof gone, "%s/nestune-trial-%.48s-%u-%d", room.folder, host, (unsigned)geteuid(),
             (int)pid);
    assert_int_equal(mkdir(gone, 0700), 0);
    /* A link with such a name leads nowhere. */
    snprintf(kept, sizeof kept, "%s/kept", room.folder);
    snprintf(link, sizeof link, "%s/nestune-trial-%.48s-%u-4000000", room.folder, host, (unsigned)geteuid());
    assert_int_equal(mkdir(kept, 0700), 0);
    assert_int_equal(symlink(kept, link), 0);
    const trial_ask ask = ask_with("");
    nt_error why;
    subject s;
    assert_int_equal(subject_open(&s, &ask, NULL, &why), NT_OK);
    assert_int_equal(access(gone, F_OK), -1);
    assert_int_equal(access(kept, F_OK), 0);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(kept), 0);
    assert_true(scratch_walk(&room, 0) > 0);
    subject_close(&s);
    subject_remove_files();
    assert_int_equal(scratch_walk(&room, 0), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    make_room(NULL);
    tests_add(configs_agree, NULL, "configs-agree");
    tests_add(failures_show, NULL, "failures-show");
    tests_add(files_go, NULL, "files-go");
    const int code = tests_run("subject_program");
    drop_room(NULL);
    return code;
}
