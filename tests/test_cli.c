/*
 * test_cli.c - autotune as a person meets it: good and bad input, exit codes, files, signals
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdio.h>
#include <sys/file.h>

#include "program.h"
#include "scratch.h"

enum { OK = 0, FAILED = 1, USAGE = 2, IO = 3, STALE = 4, INTERRUPTED = 130 };

/* A folder with the results of a short run, made once; tests that write copy it. */
static char home[64], machine_id[64], results[160], copy[64];

static char *in_results(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", results, name);
    return path;
}

static program run_with(const setting *s, const char *const args[])
{
    const char *argv[PROGRAM_ARGS] = {NT_AUTOTUNE};
    for (int i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    program p = program_start(argv, s);
    program_end(&p, 100);
    return p;
}

#define RUN(s, ...) run_with(s, (const char *const[]){__VA_ARGS__, NULL})

/* A busy machine may not finish a row in time: then once more. */
static program run_to_the_end(const char *const args[])
{
    for (int tries = 0;; tries++) {
        program p = run_with(NULL, args);
        if (p.code == OK)
            return p;
        if (tries == 4)
            fail_msg("code %d, signal %d: %s", p.code, p.signal, p.text[1]);
        program_free(&p);
    }
}

#define RUN_TO_THE_END(...) run_to_the_end((const char *const[]){__VA_ARGS__, NULL})
#define TUNE_ARGS           "--budget", "2", "--dtype", "f32", "--shape", "64x24x32", "--out", copy

/* One line that says what is wrong, the right code, nothing on stdout; else false, after saying why. */
static bool is_refusal(const program *p, int code, const char *const needs[3], const char *what)
{
    const char *said = p->text[1], *newline = strchr(said, '\n'), *flaw = NULL;
    if (p->signal || p->code != code)
        flaw = "another exit code";
    else if (strncmp(said, "autotune: ", 10) != 0 && strncmp(said, "autotune run: ", 14) != 0)
        flaw = "does not begin with its name";
    else if (!newline || newline[1])
        flaw = "not one line";
    else if (p->n[0])
        flaw = "something on stdout";
    for (const char *c = said; !flaw && c < newline; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            flaw = "not fit for a terminal";
    for (int i = 0; !flaw && i < 3 && needs[i]; i++)
        if (!strstr(said, needs[i]))
            flaw = needs[i];
    if (flaw)
        print_error("%s: %s: code %d, %d is due; signal %d; stderr: %s\n", what, flaw, p->code, code, p->signal, said);
    return !flaw;
}

static void check_refusal(const program *p, int code, const char *const needs[3], const char *what)
{
    assert_true(is_refusal(p, code, needs, what));
}

static json_t *json_of(const program *p)
{
    json_error_t error;
    json_t *root = json_loadb(p->text[0], p->n[0], JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("stdout is not JSON alone: line %d: %s", error.line, error.text);
    return root;
}

static void fresh_copy(void)
{
    char command[400];
    tree_remove(copy);
    snprintf(command, sizeof command, "cp -a %s %s", home, copy);
    assert_int_equal(system(command), 0);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
}

/* ---- Arguments ------------------------------------------------------------------------------------ */

static void bad_arguments(void **state)
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
        {{"run", "--max-ulp", "0"}, {"--max-ulp 0"}},
        {{"run", "--max-ulp", "-1"}, {"-1"}},
        {{"run", "--max-ulp", "nan"}, {"nan"}},
        {{"run", "--max-ulp", "low"}, {"low"}},
        {{"run", "--seed", "-1"}, {"-1"}},
        {{"run", "--seed", "1.5"}, {"1.5"}},
        {{"run", "--seed", "1e30"}, {"1e30"}},
        {{"run", "--seed", ""}, {"--seed"}},
        {{"run", "--resume", "--fresh"}, {"--resume", "--fresh"}},
        {{"list", "mathop"}, {"mathop"}},
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
        /* Where it goes if it goes, and not for long. */
        const bool is_run = strcmp(args[0], "run") == 0, ends_open = n == 2 && strcmp(args[1], "--budget") == 0;
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
static void a_folder_without_a_name(void **state)
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

static void help_is_no_error(void **state)
{
    (void)state;
    static const char *const args[][3] = {{"--help"}, {"help"}, {"--version"}, {"run", "--help"}, {"list", "--help"},
                                          {"machine", "--help"}, {"show", "--help"}};
    for (size_t i = 0; i < sizeof args / sizeof *args; i++) {
        program p = run_with(NULL, args[i]);
        assert_int_equal(p.code, OK);
        assert_true(p.n[0] > 0);
        assert_int_equal(p.n[1], 0);
        program_free(&p);
    }
    static const char *const none[] = {NULL};
    program p = run_with(NULL, none);
    assert_int_equal(p.code, USAGE);
    assert_int_equal(p.n[0], 0);
    assert_non_null(strstr(p.text[1], "Usage: autotune"));
    program_free(&p);
}

static void an_unknown_isa_in_the_environment(void **state)
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

/* Known at once: nothing is put aside for it. */
static void no_variant_is_that_accurate(void **state)
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

/* ---- Files that cannot be ------------------------------------------------------------------------- */

static void folders_that_cannot_be(void **state)
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
        program p = RUN(NULL, "run", "--budget", "2", "--dtype", "f32", "--shape", "64x24x32", "--out", outs[i]);
        check_refusal(&p, IO, needs, "run");
        program_free(&p);
        if (tree_of(home) != before)
            fail_msg("--out %.100s: something was made", outs[i]);
        program show = RUN(NULL, "show", "--out", outs[i]);
        check_refusal(&show, IO, (const char *const[3]){NULL}, "show");
        program_free(&show);
    }
}

static void a_disk_that_is_full(void **state)
{
    (void)state;
    fresh_copy();
    /* Not even the journal's first record fits: all is as it was. */
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

static void a_stdout_that_is_full(void **state)
{
    (void)state;
    static const char *const args[][5] = {{"list"}, {"list", "--json"}, {"show", "--out", home}, {"show", "--json", "--out", home}};
    const setting full = {.out = "/dev/full"};
    for (int i = 0; i < 4; i++) {
        program p = run_with(&full, args[i]);
        check_refusal(&p, IO, (const char *const[3]){"stdout"}, args[i][0]);
        program_free(&p);
    }
}

/* ---- Results of another time or place --------------------------------------------------------------- */

static void results_that_cannot_be_used(void **state)
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
        program all = RUN(NULL, "show", "--out", copy), one = RUN(NULL, "show", "--json", "mathop", "--out", copy);
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

/* Stale results of another kernel are named and not taken over; what is shown of the rest is marked by the code. */
static void one_stale_file_among_good_ones(void **state)
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
    assert_null(strstr(header, "NT_TUNED(scale"));
    assert_non_null(strstr(header, "NT_TUNED(mathop"));
    free(header);
}

/* ---- Journals ------------------------------------------------------------------------------------- */

static void journals_that_cannot_be_resumed(void **state)
{
    (void)state;
    fresh_copy();
    const uint64_t before = tree_of(copy);
    program p = RUN(NULL, "run", "--resume", "--budget", "3", "--dtype", "f32", "--shape", "64x24x32", "--out", copy);
    check_refusal(&p, STALE, (const char *const[3]){"budget_s", "2.0", "3.0"}, "another budget");
    program_free(&p);
    p = RUN(NULL, "run", "--resume", "--budget", "2", "--shape", "64x24x32", "--out", copy);
    check_refusal(&p, STALE, (const char *const[3]){"dtypes"}, "other dtypes");
    program_free(&p);
    assert_true(tree_of(copy) == before);

    const int fd = open(in_results("mathop.jsonl"), O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl", "in use"}, "in use");
    program_free(&p);
    p = RUN(NULL, "run", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl", "in use"}, "in use");
    program_free(&p);
    close(fd);
    assert_true(tree_of(copy) == before);

    static const char *const headers[] = {"", "\n", "{}\n", "\x1b[2J\n", "{\"n\":2,\"crc\":\"00000000\",\"r\":{}}\n"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        spill(in_results("mathop.jsonl"), headers[i], strlen(headers[i]));
        const uint64_t damaged = tree_of(copy);
        p = RUN(NULL, "run", "--resume", TUNE_ARGS);
        assert_int_equal(p.code, STALE);
        assert_non_null(strstr(p.text[1], "no readable header"));
        program_free(&p);
        assert_true(tree_of(copy) == damaged);
    }

    unlink(in_results("mathop.jsonl"));
    const uint64_t without = tree_of(copy);
    p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl"}, "no journal");
    program_free(&p);
    assert_true(tree_of(copy) == without);
    tree_remove(copy);
    p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    check_refusal(&p, IO, (const char *const[3]){"mathop.jsonl"}, "no folder");
    program_free(&p);
    assert_int_not_equal(access(copy, F_OK), 0); /* nor was one made */
}

static void damaged_records_are_named_and_left_out(void **state)
{
    (void)state;
    fresh_copy();
    size_t n = 0;
    char *text = slurp(in_results("mathop.jsonl"), &n);
    assert_non_null(text);
    /* One bit in the third line; the last line torn. */
    char *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
    third[60] ^= 4;
    spill(in_results("mathop.jsonl"), text, n - 9);
    free(text);
    program p = RUN(NULL, "run", "--resume", TUNE_ARGS);
    if (p.code != OK)
        fail_msg("%d: %s", p.code, p.text[1]);
    assert_non_null(strstr(p.text[1], "mathop.jsonl:3: "));
    assert_non_null(strstr(p.text[1], "trials taken from the journal"));
    program_free(&p);
}

/* ---- What it says when all is well ------------------------------------------------------------------ */

static void list_names_all_kernels(void **state)
{
    (void)state;
    program text = RUN(NULL, "list"), p = RUN(NULL, "list", "--json");
    assert_int_equal(text.code, OK);
    assert_int_equal(p.code, OK);
    assert_int_equal(p.n[1], 0);
    json_t *root = json_of(&p);
    const json_t *kernels = json_object_get(root, "kernels");
    assert_int_equal(json_array_size(kernels), nt_kernel_count());
    for (int k = 0; k < nt_kernel_count(); k++) {
        const nt_kernel *kernel = nt_kernel_at(k);
        assert_string_equal(json_string_value(json_object_get(json_array_get(kernels, (size_t)k), "name")), kernel->name);
        assert_non_null(strstr(text.text[0], kernel->name));
        for (const nt_variant *v = kernel->variants; v->name; v++)
            assert_non_null(strstr(text.text[0], v->name));
    }
    json_decref(root);
    program_free(&text);
    program_free(&p);
}

static void machine_says_what_was_detected(void **state)
{
    (void)state;
    program p = RUN(NULL, "machine", "--json");
    assert_int_equal(p.code, OK);
    assert_int_equal(p.n[1], 0);
    json_t *root = json_of(&p);
    const json_t *machine = json_object_get(root, "machine"), *roofs = json_object_get(root, "roofs");
    assert_string_equal(json_string_value(json_object_get(machine, "id")), machine_id);
    assert_int_equal(json_integer_value(json_object_get(machine, "threads_allowed")), nt_threads_allowed());
    assert_true(json_array_size(roofs) >= 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(roofs, 0), "threads")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(roofs, json_array_size(roofs) - 1), "threads")),
                     nt_threads_allowed());
    assert_true(json_real_value(json_object_get(json_array_get(roofs, 0), "memory_gbytes_per_s")) > 0);
    assert_true(json_real_value(json_object_get(json_array_get(roofs, 0), "f64_gflops")) > 0);
    json_decref(root);
    program_free(&p);
}

static void show_shows_what_was_found(void **state)
{
    (void)state;
    const uint64_t before = tree_of(home);
    program text = RUN(NULL, "show", "--out", home), p = RUN(NULL, "show", "mathop", "--json", "--out", home);
    assert_int_equal(text.code, OK);
    assert_int_equal(p.code, OK);
    static const char *const words[] = {"mathop", "serial", "outer", "middle", "inner", "flat", "default", "tuned",
                                        "64x24x32", "isa=", "95%"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_non_null(strstr(text.text[0], words[i]));
    json_t *root = json_of(&p);
    assert_in_range(json_array_size(json_object_get(root, "results")), 1, 2);
    json_decref(root);
    program_free(&text);
    program_free(&p);
    assert_true(tree_of(home) == before);
}

static void check_header(const char *folder)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s/tuned.h", folder, machine_id);
    const char *const argv[] = {NT_BINARY_DIR "/generated/probe", "--check", path, NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 30);
    if (p.code != PROGRAM_CANNOT_EXEC && p.code != 0)
        fail_msg("%s", p.text[1]);
    program_free(&p);
}

static void a_short_run_with_json(void **state)
{
    (void)state;
    tree_remove(copy);
    const double begin_s = program_now_s();
    program p = RUN_TO_THE_END("run", TEST_SANITIZED ? "--budget=10" : "--budget=3", "--dtype", "f32", "--json", "--out", copy);
    /* The least rounds of the row at hand may run over the budget: seconds, not minutes. */
    assert_true(program_now_s() - begin_s < 90);
    json_t *root = json_of(&p);
    const json_t *rows = json_object_get(root, "results");
    assert_true(json_array_size(rows) >= 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "kernel")), "mathop");
    assert_string_equal(json_string_value(json_object_get(json_object_get(root, "machine"), "id")), machine_id);
    /* Four rows are asked for: what is not there is named. */
    const char *left_out = json_string_value(json_object_get(root, "not_searched"));
    assert_true(json_array_size(rows) == 4 || (left_out && strstr(left_out, "mathop/f32/")));
    assert_non_null(strstr(p.text[1], "tuned.h"));
    assert_null(strchr(p.text[1], '\r')); /* a bar only on a terminal */
    assert_null(strchr(p.text[1], '\x1b'));
    json_decref(root);
    program_free(&p);
    check_header(copy);
}

static void the_rows_of_other_kernels_stay(void **state)
{
    (void)state;
    fresh_copy();
    program p = RUN_TO_THE_END("run", "scale", TUNE_ARGS);
    program_free(&p);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_true(strstr(header, "NT_TUNED(mathop") && strstr(header, "NT_TUNED(scale"));
    free(header);
    check_header(copy);
    p = RUN_TO_THE_END("run", "--fresh", "scale", TUNE_ARGS);
    program_free(&p);
    header = slurp(in_results("tuned.h"), NULL);
    assert_true(!strstr(header, "NT_TUNED(mathop") && strstr(header, "NT_TUNED(scale"));
    free(header);
    check_header(copy);
}

/* ---- Signals -------------------------------------------------------------------------------------- */

static program start_tune(const char *budget_s, const char *out)
{
    const char *const argv[] = {NT_AUTOTUNE, "run", "--budget", budget_s, "--dtype", "f32",
                                "--shape", "64x24x32", "--out", out, NULL};
    return program_start(argv, NULL);
}

/* The worker, once there is one. */
static pid_t worker_of(program *p)
{
    pid_t worker = 0;
    for (int i = 0; i < 400 && worker == 0; i++) {
        worker = child_of(p->pid);
        program_listen(p, program_now_s() + 0.02);
    }
    assert_true(worker > 0);
    return worker;
}

/* Before there is anything to say: the earlier results stand. */
static void an_early_interrupt_leaves_all_as_it_was(void **state)
{
    (void)state;
    fresh_copy();
    char *json = slurp(in_results("mathop.json"), NULL), *header = slurp(in_results("tuned.h"), NULL);
    const char *old = in_results("mathop.jsonl.old");
    unlink(old);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    while (access(old, F_OK) != 0) /* then the first trial begins */
        assert_false(program_listen(&p, program_now_s() + 0.001));
    kill(p.pid, SIGINT);
    program_end(&p, 20);
    assert_int_equal(p.code, INTERRUPTED);
    assert_non_null(strstr(p.text[1], "no row was finished; nothing was written"));
    assert_int_equal(p.n[0], 0);
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    char *json_now = slurp(in_results("mathop.json"), NULL), *header_now = slurp(in_results("tuned.h"), NULL);
    assert_string_equal(header, header_now);
    assert_string_equal(json, json_now);
    free(json);
    free(header);
    free(json_now);
    free(header_now);
}

static void a_later_interrupt_writes_the_best_so_far(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("5", copy);
    const pid_t worker = worker_of(&p);
    for (int i = 0; i < 3000 && !strstr(p.text[1], "[1/2]"); i++)
        program_listen(&p, program_now_s() + 0.01);
    assert_non_null(strstr(p.text[1], "[1/2]"));
    kill(p.pid, SIGINT);
    program_end(&p, 20);
    assert_int_equal(p.code, INTERRUPTED);
    /* The second row was begun, and has a best, or is named. */
    const bool left_out = strstr(p.text[1], "not searched: mathop/f32/in_cache/many") != NULL;
    assert_non_null(strstr(p.text[0], "mathop"));
    program_free(&p);
    assert_true(is_gone_within(worker, 1));
    check_header(copy);
    snprintf(results, sizeof results, "%s/%s", copy, machine_id);
    char *header = slurp(in_results("tuned.h"), NULL);
    assert_non_null(strstr(header, "in_cache, one"));
    assert_true((strstr(header, "in_cache, many") == NULL) == left_out);
    free(header);
}

static void two_interrupts_end_it_at_once(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    program_listen(&p, program_now_s() + 0.5);
    kill(p.pid, SIGINT);
    kill(p.pid, SIGTERM);
    sleep_s(0.001);
    kill(p.pid, SIGINT);
    program_end(&p, 5);
    assert_true(p.signal == SIGINT || p.code == INTERRUPTED);
    program_free(&p);
    assert_true(is_gone_within(worker, 2));
}

static void the_worker_dies_with_the_tuner(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("30", copy);
    const pid_t worker = worker_of(&p);
    program_listen(&p, program_now_s() + 0.7);
    kill(p.pid, SIGKILL);
    program_end(&p, 5);
    assert_int_equal(p.signal, SIGKILL);
    program_free(&p);
    assert_true(is_gone_within(worker, 2));
}

/* A worker that dies costs a trial. */
static void the_tuner_outlives_its_worker(void **state)
{
    (void)state;
    tree_remove(copy);
    program p = start_tune("3", copy);
    for (int i = 0; i < 3; i++) {
        const pid_t worker = worker_of(&p);
        program_listen(&p, program_now_s() + 0.4);
        kill(worker, SIGKILL);
        assert_true(is_gone_within(worker, 2));
    }
    program_end(&p, 60);
    if (p.code != OK)
        fail_msg("%d: %s", p.code, p.text[1]);
    program_free(&p);
    check_header(copy);
}

/* ---- Setup ---------------------------------------------------------------------------------------- */

static int make_home(void **state)
{
    (void)state;
    nt_machine m;
    nt_machine_detect(&m);
    nt_machine_id(&m, machine_id);
    const scratch s = scratch_make();
    snprintf(home, sizeof home, "%s", s.folder);
    snprintf(copy, sizeof copy, "%.50s.copy", s.folder);
    spill(s.path, "x", 1);
    char file[100];
    snprintf(file, sizeof file, "%s/a-file", home);
    spill(file, "x", 1);
    program p = RUN_TO_THE_END("run", "--budget", "2", "--dtype", "f32", "--shape", "64x24x32", "--out", home);
    program_free(&p);
    snprintf(results, sizeof results, "%s/%s", home, machine_id);
    return 0;
}

static int drop_home(void **state)
{
    (void)state;
    tree_remove(home);
    tree_remove(copy);
    return 0;
}

int main(void)
{
    if (!program_runs(NT_AUTOTUNE)) {
        fprintf(stderr, "this machine cannot execute " NT_AUTOTUNE "\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_arguments),
        cmocka_unit_test(a_folder_without_a_name),
        cmocka_unit_test(help_is_no_error),
        cmocka_unit_test(an_unknown_isa_in_the_environment),
        cmocka_unit_test(no_variant_is_that_accurate),
        cmocka_unit_test(folders_that_cannot_be),
        cmocka_unit_test(a_disk_that_is_full),
        cmocka_unit_test(a_stdout_that_is_full),
        cmocka_unit_test(results_that_cannot_be_used),
        cmocka_unit_test(one_stale_file_among_good_ones),
        cmocka_unit_test(journals_that_cannot_be_resumed),
        cmocka_unit_test(damaged_records_are_named_and_left_out),
        cmocka_unit_test(list_names_all_kernels),
        cmocka_unit_test(machine_says_what_was_detected),
        cmocka_unit_test(show_shows_what_was_found),
        cmocka_unit_test(a_short_run_with_json),
        cmocka_unit_test(the_rows_of_other_kernels_stay),
        cmocka_unit_test(an_early_interrupt_leaves_all_as_it_was),
        cmocka_unit_test(a_later_interrupt_writes_the_best_so_far),
        cmocka_unit_test(two_interrupts_end_it_at_once),
        cmocka_unit_test(the_worker_dies_with_the_tuner),
        cmocka_unit_test(the_tuner_outlives_its_worker),
    };
    return cmocka_run_group_tests(tests, make_home, drop_home);
}
