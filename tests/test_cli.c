/*
 * test_cli.c - bad arguments, files and results: one line, the exit code, and nothing changed
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "cli_support.h"

/* ---- Arguments ------------------------------------------------------------------------------------ */

static void refuses_bad_arguments(void **state)
{
    (void)state;
    char too_many[16];
    snprintf(too_many, sizeof too_many, "%d", nt_threads_allowed() + 1);
    const struct {
        const char *args[4], *needs[3];
    } cases[] = {
        {{"tune"}, {"tune", "run", "show"}},
        {{""}, {"command"}},
        {{"a\nb"}, {"command"}},
        {{"run", "mathopp"}, {"mathopp", "mathop", "scale"}},
        {{"run", ""}, {"mathop"}},
        {{"run", "\x1b[2J\n"}, {"mathop"}},
        {{"run", "mathop", "mathop"}, {"mathop", "twice"}},
        {{"run", "--frobnicate"}, {"--frobnicate"}},
        {{"run", "-z"}, {"z"}},
        {{"run", "--budget"}, {"budget"}},
        {{"run", "--json=3"}, {"json"}},
        {{"run", "--dtype", "f16"}, {"f16", "f32", "f64"}},
        {{"run", "--dtype", ""}, {"f32", "f64"}},
        {{"run", "primes", "--dtype=f32"}, {"primes", "no f32", "--dtype f64"}},
        {{"run", "--dtype", "f32,"}, {"f32,"}},
        {{"run", "--dtype", "f32,,f64"}, {"f32,,f64"}},
        {{"run", "--shape", ""}, {"NXxNYxNZ"}},
        {{"run", "--shape", "10"}, {"10", "NXxNYxNZ"}},
        {{"run", "--shape", "10x10"}, {"10x10", "NXxNYxNZ"}},
        {{"run", "--shape", "10x10x"}, {"10x10x"}},
        {{"run", "--shape", "10x10x10x10"}, {"10x10x10x10"}},
        {{"run", "--shape", "0x10x10"}, {"0x10x10"}},
        {{"run", "--shape", "-1x10x10"}, {"-1x10x10"}},
        {{"run", "--shape", "10x1e3x10"}, {"10x1e3x10"}},
        {{"run", "--shape", " 10x10x10"}, {"10x10x10"}},
        {{"run", "--shape", "99999999999999999999x1x1"}, {"99999999999999999999x1x1"}},
        {{"run", "--shape", "18446744073709551617x1x1"}, {"18446744073709551617x1x1"}},
        {{"run", "--shape", "1099511627776x1099511627776x1099511627776"}, {"1099511627776x"}},
        {{"run", "--shape", "1000000x100000x1000"}, {"1000000x100000x1000", "GB"}},
        {{"run", "--threads", "0"}, {"--threads 0", "1"}},
        {{"run", "--threads", "-1"}, {"-1"}},
        {{"run", "--threads", ""}, {"--threads"}},
        {{"run", "--threads", "1,"}, {"1,"}},
        {{"run", "--threads", "one"}, {"one"}},
        {{"run", "--threads", "1x"}, {"1x"}},
        {{"run", "--threads", too_many}, {too_many, "allowed"}},
        {{"run", "--threads", "99999999999999999999"}, {"99999999999999999999"}},
        {{"run", "--budget", "0"}, {"0", "86400"}},
        {{"run", "--budget", "-5"}, {"-5"}},
        {{"run", "--budget", "nan"}, {"nan"}},
        {{"run", "--budget", "inf"}, {"inf"}},
        {{"run", "--budget", "1e9"}, {"1e9"}},
        {{"run", "--budget", "5x"}, {"5x"}},
        {{"run", "--budget", ""}, {"--budget"}},
        {{"run", "--case", ""}, {"--case"}},
        {{"run", "--case", ","}, {"--case"}},
        {{"run", "--case", "2"}, {"--case 2", "wave", "o2, o4, o6, o8, o12, o16"}},
        {{"run", "--case", "o3"}, {"--case o3", "o2, o4, o6, o8, o12, o16"}},
        {{"run", "--case", "o2,o5"}, {"--case o5", "wave", "o16"}},
        {{"run", "--case", "O2"}, {"O2"}},
        {{"run", "--case", "o2 "}, {"o2 "}},
        {{"run", "--case", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"}, {"--case", "16"}},
        {{"run", "--case=o2", "mathop"}, {"--case o2", "mathop has no cases"}},
        {{"run", "--order=2"}, {"--order"}},
        {{"verify", "wave"}, {"wave", "not pointwise"}},
        {{"run", "--max-ulp", "0"}, {"--max-ulp 0"}},
        {{"run", "--max-ulp", "-1"}, {"-1"}},
        {{"run", "--max-ulp", "nan"}, {"nan"}},
        {{"run", "--max-ulp", "low"}, {"low"}},
        {{"run", "--seed", "-1"}, {"-1"}},
        {{"run", "--seed", "1.5"}, {"1.5"}},
        {{"run", "--seed", "1e30"}, {"1e30"}},
        {{"run", "--seed", ""}, {"--seed"}},
        {{"run", "--resume", "--fresh"}, {"--resume", "--fresh"}},
        {{"run", "--effort", "lazy"}, {"lazy", "quick, normal, thorough and exhaustive"}},
        {{"run", "--effort=exhaustive", "--strategy=random"}, {"exhaustive", "--strategy random"}},
        {{"run", "wave"}, {"--budget 1", "wave", "at least"}},
        {{"run", "--strategy", "luck"}, {"luck", "model, descent"}},
        {{"run", "--stop-at", "2"}, {"--stop-at 2"}},
        {{"study", "pi"}, {"pi", "only a field"}},
        {{"study", "mathop", "wave"}, {"one kernel"}},
        {{"study", "--case", "o3"}, {"o3", "mathop"}},
        {{"study", "--loops", "sideways"}, {"--loops sideways", "serial, outer, middle"}},
        {{"study", "--orders", "zyx,zzz"}, {"--orders zzz", "xyz"}},
        {{"study", "--threads", "0"}, {"--threads 0"}},
        {{"study", "--isas", "avx9"}, {"--isas avx9", "autotune machine"}},
        {{"study", "--tiles", "0x1"}, {"--tiles 0x1", "XxYxZ"}},
        {{"study", "--shape", "0x1x1"}, {"--shape 0x1x1"}},
        {{"study", "--rounds", "0"}, {"--rounds 0"}},
        {{"show", "--model", "--json"}, {"--model", "--json"}},
        {{"list", "mathop"}, {"mathop"}},
        {{"machine", "--id", "--json"}, {"--id", "--json"}},
        {{"machine", "x"}, {"x"}},
        {{"show", "mathopp"}, {"mathopp", "mathop"}},
        {{"show", "--pairs", "1"}, {"--pairs 1"}},
        {{"show", "--pairs", "many"}, {"many"}},
    };
    fresh_copy();
    const uint64_t before = tree_of(copy);
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *args[8] = {NULL};
        int n = 0;
        for (; n < 4 && cases[i].args[n]; n++)
            args[n] = cases[i].args[n];
        /* If it did run: into this folder, and for a short time. */
        const bool is_run = strcmp(args[0], "run") == 0,
                   ends_open = n == 2 && strcmp(args[1], "--budget") == 0;
        if (is_run && !ends_open) {
            args[n++] = "--out";
            args[n++] = copy;
        }
        if (is_run && strcmp(args[1], "--budget") != 0)
            args[n++] = "--budget=1";
        program p = run_with(NULL, args);
        char what[200] = "";
        for (int k = 0; k < n; k++)
            snprintf(what + strlen(what), sizeof what - strlen(what), "%s ", args[k]);
        n_bad += !is_refusal(&p, USAGE, cases[i].needs, what);
        program_free(&p);
    }
    assert_int_equal(n_bad, 0);
    assert_true(tree_of(copy) == before);
}

/* Not the root folder. */
static void refuses_an_empty_folder_name(void **state)
{
    (void)state;
    char wrong[80];
    snprintf(wrong, sizeof wrong, "/%s", machine_id);
    assert_int_not_equal(access(wrong, F_OK), 0);
    program p = RUN(NULL, "run", "--budget=1", "--dtype=f32", "--shape=8x8x8", "--out", "");
    const bool good = is_refusal(&p, USAGE, (const char *const[3]){"--out"}, "run --out ''");
    program_free(&p);
    tree_remove(wrong);
    assert_true(good);
}

static void help_exits_with_success(void **state)
{
    (void)state;
    static const char *const args[][4] = {{"--help"},         {"help"},
                                          {"--version"},      {"run", "--help", "--out=/proc/none"},
                                          {"list", "--help"}, {"machine", "--help"},
                                          {"show", "--help"}};
    for (size_t i = 0; i < sizeof args / sizeof *args; i++) {
        program p = run_with(NULL, args[i]);
        if (p.code != OK || p.n[0] == 0 || p.n[1] > 0)
            fail_msg("%s %s: code %d; stderr: %s", args[i][0], args[i][1] ? args[i][1] : "", p.code,
                     p.text[1]);
        program_free(&p);
    }
    static const char *const none[] = {NULL};
    program p = run_with(NULL, none);
    assert_int_equal(p.code, USAGE);
    assert_int_equal(p.n[0], 0);
    assert_non_null(strstr(p.text[1], "Usage: autotune"));
    program_free(&p);
}

static void reports_an_unknown_isa_in_the_environment(void **state)
{
    (void)state;
    static const char *const commands[] = {"run", "list", "machine", "show"};
    const setting bad = {.name = "NESTUNE_MAX_ISA", .value = "foo"};
    const char *const needs[3] = {"NESTUNE_MAX_ISA=foo", "scalar", "avx512"};
    for (int i = 0; i < 4; i++) {
        program p = RUN(&bad, commands[i]);
        check_refusal(&p, USAGE, needs, commands[i]);
        program_free(&p);
    }
    const setting good = {.name = "NESTUNE_MAX_ISA", .value = "scalar"};
    program p = RUN(&good, "list", "--json");
    assert_int_equal(p.code, OK);
    assert_null(strstr(p.text[0], "avx2"));
    program_free(&p);
}

/* Known before anything is done: no file is renamed. */
static void refuses_an_error_bound_that_no_variant_meets(void **state)
{
    (void)state;
    const char *const needs[3] = {"--max-ulp 0.001", "mathop", "fused"};
    fresh_copy();
    const uint64_t before = tree_of(copy);
    program p = RUN(NULL, "run", "--max-ulp", "0.001", "--dtype", "f64", "--out", copy);
    assert_int_equal(p.code, FAILED);
    for (int i = 0; i < 3; i++)
        if (!strstr(p.text[1], needs[i]))
            fail_msg("%s", p.text[1]);
    program_free(&p);
    assert_true(tree_of(copy) == before);
}

/* ---- Files that cannot be written ------------------------------------------------------------------- */

static void reports_folders_that_cannot_be_made(void **state)
{
    (void)state;
    char below_a_file[128];
    snprintf(below_a_file, sizeof below_a_file, "%s/a-file/folder", home);
    static char longest[5000];
    snprintf(longest, sizeof longest, "%s", home);
    while (strlen(longest) < sizeof longest - 102)
        snprintf(longest + strlen(longest), 102, "/%0100d", 7);
    const char *const outs[] = {below_a_file, "/proc/nestune", "/dev/null/x", longest};
    const uint64_t before = tree_of(home);
    for (int i = 0; i < 4; i++) {
        const char *const needs[3] = {i == 0 ? "a-file" : i == 1 ? "/proc" : i == 2 ? "/dev/null" : NULL};
        program p =
            RUN(NULL, "run", "--budget", "2", "--dtype", "f32", "--shape", "64x24x32", "--out", outs[i]);
        check_refusal(&p, IO, needs, "run");
        program_free(&p);
        if (tree_of(home) != before)
            fail_msg("--out %.100s: something was made", outs[i]);
        program show = RUN(NULL, "show", "--out", outs[i]);
        check_refusal(&show, IO, (const char *const[3]){NULL}, "show");
        program_free(&show);
    }
}

static void reports_a_full_disk(void **state)
{
    (void)state;
#if defined __has_feature
#if __has_feature(thread_sanitizer)
    skip(); /* its runtime writes and maps files of its own, beyond such a limit */
#endif
#endif
    fresh_copy();
    /* Not even the journal's first record fits: no file has changed. */
    const setting full = {.file_bytes = 100};
    const uint64_t before = tree_of(copy);
    program p = RUN(&full, "run", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl", "too large"}, "100 bytes");
    program_free(&p);
    assert_true(tree_of(copy) == before);
    /* Some trials fit: results and header are as they were. */
    char *json = slurp(in_results("mathop.json"), NULL), *header = slurp(in_results("tuned.h"), NULL);
    const setting filling = {.file_bytes = 4096};
    p = RUN(&filling, "run", TUNE_ARGS);
    assert_int_equal(p.code, IO);
    assert_non_null(strstr(p.text[1], "mathop.jsonl"));
    program_free(&p);
    char *json_now = slurp(in_results("mathop.json"), NULL), *header_now = slurp(in_results("tuned.h"), NULL);
    assert_string_equal(json, json_now);
    assert_string_equal(header, header_now);
    free(json);
    free(header);
    free(json_now);
    free(header_now);
}

/* The journal fits, results and header do not: one line, and nothing half written. */
static void reports_a_disk_that_is_full_at_the_end(void **state)
{
    (void)state;
#ifdef SYS_rename
    const setting full = {.denied = SYS_rename, .denied_errno = ENOSPC};
    tree_remove(copy);
    program p = RUN_FOR_ROWS(&full, "run", "mathop", TUNE_ARGS);
    if (p.code == PROGRAM_CANNOT_EXEC)
        skip();
    assert_int_equal(p.code, IO);
    assert_int_equal(p.n[0], 0);
    const char *said = strstr(p.text[1], "autotune: cannot write ");
    if (!said || !strstr(said, "mathop.json: No space left on device\n") || strchr(said, '\n')[1])
        fail_msg("%s", p.text[1]);
    program_free(&p);
    tree_of(copy);
    assert_int_equal(tree_files, 1);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    assert_int_equal(access(in_results("mathop.jsonl"), F_OK), 0);
    /* Earlier results stay as they were. */
    fresh_copy();
    unlink(in_results("mathop.jsonl")); /* so that there is none to rename */
    char *json = slurp(in_results("mathop.json"), NULL), *header = slurp(in_results("tuned.h"), NULL);
    p = RUN_FOR_ROWS(&full, "run", "mathop", TUNE_ARGS);
    assert_int_equal(p.code, IO);
    program_free(&p);
    char *json_now = slurp(in_results("mathop.json"), NULL), *header_now = slurp(in_results("tuned.h"), NULL);
    assert_string_equal(json, json_now);
    assert_string_equal(header, header_now);
    free(json);
    free(header);
    free(json_now);
    free(header_now);
#else
    skip();
#endif
}

/* As on a disk that is mounted read-only, or in a folder of another user. */
static void reports_a_folder_that_cannot_be_written(void **state)
{
    (void)state;
    const setting nobody = {.nobody = true};
    char below[100];
    fresh_copy();
    chmod(copy, 0755);
    chmod(results, 0555);
    snprintf(below, sizeof below, "%s/new", copy);
    const uint64_t before = tree_of(copy);
    const char *const outs[] = {copy, below}, *const names[] = {"mathop.jsonl", "/new"};
    for (int i = 0; i < 2; i++)
        for (int resume = 0; resume < 2; resume++) {
            if (geteuid() != 0)
                chmod(copy, 0555);
            program p = RUN(&nobody, "run", "mathop", "--budget", "2", "--dtype", "f32", "--shape",
                            "64x24x32", "--out", outs[i], resume ? "--resume" : NULL);
            chmod(copy, 0755);
            if (p.code == PROGRAM_CANNOT_EXEC)
                skip();
            check_refusal(&p, IO, (const char *const[3]){names[i], strerror(EACCES)}, outs[i]);
            program_free(&p);
            assert_true(tree_of(copy) == before);
        }
    chmod(results, 0755);
}

static void reports_a_full_stdout(void **state)
{
    (void)state;
    static const char *const args[][5] = {
        {"list"}, {"list", "--json"}, {"show", "--out", home}, {"show", "--json", "--out", home}};
    const setting full = {.out = "/dev/full"};
    for (int i = 0; i < 4; i++) {
        program p = run_with(&full, args[i]);
        check_refusal(&p, IO, (const char *const[3]){"stdout"}, args[i][0]);
        program_free(&p);
    }
}

/* ---- Results of another time or place --------------------------------------------------------------- */

static void reports_results_that_cannot_be_used(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *needs[3];
    } damages[] = {
        {"\"kernel_version\": ", "\"kernel_version\": 7", {"kernel_version", "7"}},
        {"\"compiler\": \"", "\"compiler\": \"cc 1 ", {"compiler", "cc 1"}},
        {"\"vendor\": \"", "\"vendor\": \"Other", {"vendor", "Other"}},
        {"\"config\": \"", "\"config\": \"*/\\n#include <x> ", {"mathop.json"}},
        {"\"results\"", "\x1b[2J", {"mathop.json"}},
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        fresh_copy();
        /* The key stands last: the machine's own description is for people. */
        char *text = slurp(in_results("mathop.json"), NULL), *key = strstr(text, "\"key\"");
        char *at = strstr(key && strstr(key, damages[i].from) ? key : text, damages[i].from);
        assert_non_null(at);
        char *made = malloc(strlen(text) + 100);
        assert_non_null(made);
        sprintf(made, "%.*s%s%s", (int)(at - text), text, damages[i].to, at + strlen(damages[i].from));
        spill(in_results("mathop.json"), made, strlen(made));
        free(made);
        free(text);
        const uint64_t before = tree_of(copy);
        const char *const needs[3] = {damages[i].needs[0], damages[i].needs[1], NULL};
        program all = RUN(NULL, "show", "--out", copy),
                one = RUN(NULL, "show", "--json", "mathop", "--out", copy);
        check_refusal(&all, STALE, needs, damages[i].to);
        check_refusal(&one, STALE, needs, damages[i].to);
        program_free(&all);
        program_free(&one);
        assert_true(tree_of(copy) == before);
    }
    fresh_copy();
    unlink(in_results("mathop.json"));
    program p = RUN(NULL, "show", "--out", copy);
    check_refusal(&p, IO, (const char *const[3]){"autotune run"}, "none");
    program_free(&p);
    p = RUN(NULL, "show", "mathop", "--out", copy);
    check_refusal(&p, IO, (const char *const[3]){"mathop.json"}, "none of mathop");
    program_free(&p);
}

/* Stale results of another kernel are named and left out; the rest is shown, and the exit code says that
 * something is stale. */
static void names_the_one_stale_file(void **state)
{
    (void)state;
    fresh_copy();
    char other[256];
    snprintf(other, sizeof other, "%s", in_results("scale.json"));
    spill(other, "{}", 2);
    program p = RUN(NULL, "show", "--out", copy), json = RUN(NULL, "show", "--json", "--out", copy);
    assert_int_equal(p.code, STALE);
    assert_non_null(strstr(p.text[1], "scale.json"));
    assert_non_null(strstr(p.text[0], "mathop"));
    assert_int_equal(json.code, STALE);
    json_decref(json_of(&json));
    program_free(&p);
    program_free(&json);
    p = RUN_TO_THE_END("run", TUNE_ARGS);
    assert_non_null(strstr(p.text[1], "scale.json"));
    program_free(&p);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_null(strstr(header, "row scale "));
    assert_non_null(strstr(header, "row mathop "));
    free(header);
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(refuses_an_empty_folder_name),
        cmocka_unit_test(help_exits_with_success),
        cmocka_unit_test(reports_an_unknown_isa_in_the_environment),
        cmocka_unit_test(refuses_an_error_bound_that_no_variant_meets),
        cmocka_unit_test(reports_folders_that_cannot_be_made),
        cmocka_unit_test(reports_a_full_disk),
        cmocka_unit_test(reports_a_disk_that_is_full_at_the_end),
        cmocka_unit_test(reports_a_folder_that_cannot_be_written),
        cmocka_unit_test(reports_a_full_stdout),
        cmocka_unit_test(reports_results_that_cannot_be_used),
        cmocka_unit_test(names_the_one_stale_file),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
