/*
 * test_contribution.c - results that are sent to others: what is refused, and that nothing private is in them
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "os/file.h"
#include "result_fixture.h"
#include "store/build_flags.h"
#include "store/contribution.h"
#include "store/private_words.h"

/* ---- Flags --------------------------------------------------------------------------------------------- */

static void compares_flags(void **state)
{
    (void)state;
    static const char usual[] = "-O3 -g -ffp-contract=off avx2(-mavx2 -mfma) avx512(-mavx512f -mavx512bw)";
    static const struct {
        const char *theirs, *says; /* NULL: no difference */
    } cases[] = {
        {"-O3 -ffp-contract=off avx2(-mavx2 -mfma) avx512(-mavx512f -mavx512bw)", NULL},
        {"-DNDEBUG avx512(-mavx512f -mavx512bw)  -ffp-contract=off -O3 -Wall avx2(-mavx2 -mfma)", NULL},
        {"-O3 -ffile-prefix-map=x=y -ffp-contract=off neon()", NULL}, /* another processor */
        {"-O2 -ffp-contract=off avx2(-mavx2 -mfma) avx512(-mavx512f -mavx512bw)",
         "-O2, which this build does not have"},
        {"-O3 avx2(-mavx2 -mfma) avx512(-mavx512f -mavx512bw)", "no -ffp-contract=off, which this build has"},
        {"-O3 -flto -ffp-contract=off avx2(-mavx2 -mfma) avx512(-mavx512f -mavx512bw)", "-flto"},
        {"-O3 -ffp-contract=off avx2(-mavx2 -mfma) avx512(-mavx512f)", "avx512(-mavx512f), which"},
        {"-O3 -ffp-contract=off avx2(-mavx2 -mfma)", "no avx512(-mavx512f -mavx512bw)"},
        {"-O3 -ffp-contract=off", "no avx2("}, /* scalar alone */
        {"", "no -O3"},
    };
    char what[160];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int differ = build_flags_differ(cases[i].theirs, usual, what, sizeof what);
        if (differ != (cases[i].says != NULL) || (differ && !strstr(what, cases[i].says)))
            fail_msg("%s: %d, %s", cases[i].theirs, differ, what);
    }
    assert_int_equal(build_flags_unfit(usual, what, sizeof what), 0);
    assert_int_equal(build_flags_unfit("-O0 -O2", what, sizeof what), 0);
    static const char *const unfit[] = {"",        "-g",      "-O0 -g",
                                        "-O2 -Og", "-O3 -O0", "-O2 -fsanitize=address,undefined"};
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
        assert_int_equal(build_flags_unfit(unfit[i], what, sizeof what), 1);
    assert_non_null(strstr(what, "sanitizer (-fsanitize=address"));
}

/* ---- Contributions --------------------------------------------------------------------------------------- */

static contribution c;
static scratch s;
static char faults[8][400];
static int n_faults;

static void hear(void *context, const char *text)
{
    (void)context;
    check_reason(text);
    if (n_faults < 8)
        snprintf(faults[n_faults], sizeof faults[0], "%s", text);
    n_faults++;
}

/* These results in a folder, as a run leaves them.  Flags of the tests' own build are never unfit. */
static const char *flags(void)
{
    return nt_build_info()->flags;
}

static void save_all(const result *r)
{
    nt_error why;
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int k = 0; k < r->n_rows; k++)
            if (r->row[k].kernel == nt_kernel_at(i)) {
                assert_int_equal(result_save(r, nt_kernel_at(i), s.folder, &why), NT_OK);
                break;
            }
    result *back = empty_like(r);
    for (int i = 0; i < nt_kernel_count(); i++)
        (void)result_load(back, nt_kernel_at(i), s.folder, &why);
    assert_int_equal(back->n_rows, r->n_rows);
    assert_int_equal(header_write(back, s.folder, &why), NT_OK);
    free(back);
}

static result *usual_result(void)
{
    result *r = made_up_result();
    r->machine.n_cores = r->machine.threads_allowed;
    r->machine.l3_shared_by = 4;
    return r;
}

/* How many faults, of which one says so; the flags of a debug or sanitizer build of the tests are let pass. */
static int read_back(const char *says)
{
    char unfit[160];
    bool said = !says;
    n_faults = 0;
    contribution_read(&c, s.folder, flags(), hear, NULL);
    assert_int_equal(n_faults, c.n_faults);
    if (build_flags_unfit(flags(), unfit, sizeof unfit)) {
        int kept = 0;
        for (int i = 0; i < n_faults && i < 8; i++)
            if (!strstr(faults[i], unfit) && ++kept)
                memmove(faults[kept - 1], faults[i], sizeof faults[0]);
        n_faults = kept;
    }
    for (int i = 0; i < n_faults && i < 8; i++)
        said |= says && strstr(faults[i], says);
    if (!said || (!says && n_faults > 0))
        fail_msg("%d faults, the first: %s; due: %s", n_faults, n_faults ? faults[0] : "",
                 says ? says : "none");
    return n_faults;
}

static int make_folder(void **state)
{
    (void)state;
    s = scratch_make();
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    contribution_free(&c);
    scratch_walk(&s, 1);
    return 0;
}

static void writes_what_it_read(void **state)
{
    (void)state;
    result *r = usual_result();
    save_all(r);
    read_back(NULL);
    assert_true(c.n_files >= 2 && strcmp(c.file[c.n_files - 1].name, "tuned.h") == 0);
    const scratch from = s;
    char to[128], command[400];
    nt_error why;
    snprintf(to, sizeof to, "%s/new/machine", from.folder);
    assert_int_equal(contribution_write(&c, to, &why), NT_OK);
    snprintf(command, sizeof command, "cd '%s' && for f in *.*; do cmp $f new/machine/$f || exit 1; done",
             from.folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "rm -r '%s/new'", from.folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(contribution_write(&c, "/proc/nestune", &why), NT_EIO);
    free(r);
}

/* The usual results of mathop alone, one word of mathop.json changed. */
static void save_mathop(const char *within, const char *name, const char *value)
{
    char path[128];
    result *r = usual_result();
    memmove(r->row, r->row + 1, (size_t)--r->n_rows * sizeof *r->row);
    save_all(r);
    free(r);
    snprintf(path, sizeof path, "%s/mathop.json", s.folder);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    json_object_set_new(within ? json_object_get(root, within) : root, name, json_string(value));
    write_sealed(root, path);
}

/* What stands in the files beside figures and names, as in comments, is not taken over. */
static void writes_no_text_of_others(void **state)
{
    (void)state;
    char path[160], to[128];
    nt_error why;
    size_t n;
    save_mathop("key", "compiler", "planted */ int x; /* 12");
    snprintf(path, sizeof path, "%s/tuned.h", s.folder);
    char *text = slurp(path, &n);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "/* */ int y; /*%sint z;\n", strchr(text, '\n'));
    assert_int_equal(fclose(f), 0);
    free(text);
    read_back(NULL);
    snprintf(to, sizeof to, "%s/new", s.folder);
    assert_int_equal(contribution_write(&c, to, &why), NT_OK);
    snprintf(path, sizeof path, "%s/tuned.h", to);
    text = slurp(path, &n);
    assert_null(strstr(text, "int y;"));
    assert_null(strstr(text, "int z;"));
    assert_non_null(strstr(text, "compiler: planted __ int x_ __ 12, -")); /* it does not end the comment */
    free(text);
    tree_remove(to);
    contribution_free(&c);
    save_mathop(NULL, "surplus", "of somebody");
    read_back(NULL);
    for (int i = 0; i < c.n_files; i++)
        assert_null(strstr(c.file[i].text, "surplus"));
    contribution_free(&c);
    static const char *const hostile[][2] = {
        {"vendor", "x\") int y; (\""}, {"vendor", ""}, {"microarchitecture", "../up"}, {"microarchitecture", "zen 5"}};
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        save_mathop("machine", hostile[i][0], hostile[i][1]);
        read_back("mathop.json: its machine is incomplete");
        contribution_free(&c);
    }
    save_mathop("key", "sleef", "a line\nmore");
    read_back("mathop.json: does not say which build");
}

/* Either all files are new or none is: a file that does not fit, as on a full disk, changes nothing. */
static void writes_all_or_nothing(void **state)
{
    (void)state;
    char to[128], file[240], above[100];
    nt_error why;
    result *r = usual_result();
    save_all(r);
    read_back(NULL);
    snprintf(above, sizeof above, "%s/above", s.folder);
    snprintf(to, sizeof to, "%s/above/machine", s.folder);
    snprintf(file, sizeof file, "%s/tables", to);
    assert_int_equal(file_make_dirs(file, &why), NT_OK);
    static const char *const kept[] = {"tables/mathop.json", "peers.json"}, *const replaced[] = {"mathop.json", "tuned.h"};
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", to, kept[i]);
        tuned_write(file, "kept", 4);
        snprintf(file, sizeof file, "%s/%s", to, replaced[i]);
        tuned_write(file, "old", 3);
    }
    const uint64_t before = tree_of(above);
    size_t most = 0;
    for (int i = 0; i < c.n_files; i++)
        most = c.file[i].n > most ? c.file[i].n : most;
    for (size_t limit = 1; limit < most; limit = 3 * limit + 1) {
        const rlim_t old = scratch_limit(limit);
        const nt_status status = contribution_write(&c, to, &why);
        scratch_limit(old);
        assert_int_equal(status, NT_EIO);
        check_reason(why.text);
        assert_true(tree_of(above) == before);
    }
    assert_int_equal(contribution_write(&c, to, &why), NT_OK);
    tree_of(above);
    assert_int_equal(tree_files, c.n_files + 2);
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", to, kept[i]);
        char *text = slurp(file, NULL);
        assert_string_equal(text, "kept");
        free(text);
    }
    for (int i = 0; i < c.n_files; i++) {
        snprintf(file, sizeof file, "%s/%s", to, c.file[i].name);
        char *text = slurp(file, NULL);
        assert_string_equal(text, c.file[i].text);
        free(text);
    }
    /* Nothing is left of a folder that was not there. */
    snprintf(file, sizeof file, "%s/new", above);
    const rlim_t old = scratch_limit(10);
    assert_int_equal(contribution_write(&c, file, &why), NT_EIO);
    scratch_limit(old);
    assert_int_not_equal(access(file, F_OK), 0);
    tree_remove(above);
    free(r);
}

static void refuses_other_settings(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *says;
    } cases[] = {
        {"--budget 2", "mathop.json: tuned with --budget 2: the usual settings"},
        {"NESTUNE_MAX_ISA=avx2", "tuned with NESTUNE_MAX_ISA=avx2"},
        {"?", "does not say with which settings"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result *r = usual_result();
        strcpy(r->row[1].settings, cases[i].settings);
        save_all(r);
        assert_int_equal(read_back(cases[i].says), 1);
        contribution_free(&c);
        free(r);
    }
    result *r = usual_result();
    result_leave_out(r, "mathop/f32/l2");
    save_all(r);
    read_back("not all was searched: mathop/f32/l2");
    contribution_free(&c);
    strcpy(r->not_searched, "");
    r->machine.n_cores = 2 * r->machine.threads_allowed;
    save_all(r);
    read_back("8 threads of a machine that has 16 cores");
    free(r);
}

static void refuses_other_builds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *says;
    } changes[] = {
        {"flags", "-O2 -mtune=old", "compiled with other flags: -O2 -mtune=old"},
        {"flags", "-O3 -fsanitize=thread", "measured with a build with a sanitizer"},
        {"flags", "-O0", "measured with a debug build"},
        {"kernel", "mathopp", "there is no kernel mathopp here"},
    };
    for (size_t i = 0; i <= sizeof changes / sizeof *changes; i++) {
        result *r = usual_result();
        char path[128];
        save_all(r);
        snprintf(path, sizeof path, "%s/mathop.json", s.folder);
        json_t *root = json_load_file(path, 0, NULL), *key = json_object_get(root, "key");
        if (i < sizeof changes / sizeof *changes)
            json_object_set_new(key, changes[i].name, json_string(changes[i].value));
        else
            json_object_set_new(key, "kernel_version", json_integer(77));
        write_sealed(root, path);
        const char *says =
            i < sizeof changes / sizeof *changes ? changes[i].says : "of version 77 of mathop, here";
        read_back(i == 0 ? "compiled with other flags: " : says);
        contribution_free(&c);
        free(r);
    }
}

static void refuses_files_of_other_names(void **state)
{
    (void)state;
    result *r = usual_result();
    char command[300];
    save_all(r);
    snprintf(command, sizeof command, "cp '%s/mathop.json' '%s/scale.json'", s.folder, s.folder);
    assert_int_equal(system(command), 0);
    read_back("scale.json: holds results of mathop");
    free(r);
}

/* A header of other rows, or with a figure more, is not the one that autotune wrote. */
static void refuses_a_header_that_says_otherwise(void **state)
{
    (void)state;
    result *r = usual_result();
    char path[128];
    nt_error why;
    save_all(r);
    r->row[0].tuned_ns *= 0.9;
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    read_back("tuned.h: does not say what the result files say");
    contribution_free(&c);
    r->n_rows--;
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    read_back("tuned.h: does not say");
    contribution_free(&c);
    snprintf(path, sizeof path, "%s/tuned.h", s.folder);
    assert_int_equal(truncate(path, 300), 0);
    read_back("tuned.h:");
    contribution_free(&c);
    unlink(path);
    assert_int_equal(read_back("tuned.h: No such file"), 1);
    contribution_free(&c);
    tuned_write(path, "x", 1);
    snprintf(path, sizeof path, "%s/mathop.json", s.folder);
    tuned_write(path, "{}", 2);
    read_back("has no key");
    free(r);
}

/* ---- Private words --------------------------------------------------------------------------------------- */

static int private_faults(const char *cpu, const char *flags_text, const char *says)
{
    static contribution p;
    nt_machine m = made_up_machine();
    char text[400];
    snprintf(text, sizeof text, "/*\n * w/ graphics\n */\n{\"cpu\": \"%s\",\n \"flags\": \"%s\"}\n", cpu,
             flags_text);
    p = (contribution){.n_files = 1, .file = {{"mathop.json", text, strlen(text)}}};
    n_faults = 0;
    private_words_check(&p, &m, hear, NULL);
    assert_int_equal(p.n_faults, n_faults);
    bool said = !says;
    for (int i = 0; i < n_faults && i < 8; i++)
        said |= says && strstr(faults[i], says);
    if (!said)
        fail_msg("%s %s: %d faults, the first: %s", cpu, flags_text, n_faults, n_faults ? faults[0] : "");
    return n_faults;
}

static void finds_private_words(void **state)
{
    (void)state;
    assert_int_equal(private_words_find("a joe\nb Joe's", "joe"), 1);
    assert_int_equal(private_words_find("a joel\nb (Joe)", "joe"), 2);
    assert_int_equal(private_words_find("-I_home_joe_x", "joe"), 1);
    assert_int_equal(private_words_find("joel bigjoe", "joe"), 0);
    assert_int_equal(private_words_find("ab ab", "ab"), 0); /* too short to say anything */
    assert_int_equal(private_words_find("", "joe"), 0);
    setenv("USER", "joedoe", 1);
    setenv("LOGNAME", "mathop", 1); /* a kernel's name says nothing */
    setenv("HOME", "/somewhere/else7", 1);
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    assert_int_equal(private_faults("Made Up 9000 w/ mathop", "-O3 -g", NULL), 0);
    assert_int_equal(
        private_faults("Made Up 9000", "-O3 -DBY=JoeDoe", "mathop.json:5: has the user's name in it, joedoe"),
        1);
    assert_int_equal(private_faults("Made Up 9000", "-I/somewhere/else7/x", "has the user's home in it"), 2);
    assert_int_equal(private_faults("Made Up 9000", "-I/x", "mathop.json:5: has a path in it"), 1);
    if (strlen(host) > 2)
        assert_true(private_faults(host, "", "this computer's name") >= 1);
}

/* What autotune itself writes about this machine names nobody. */
static void results_name_nobody(void **state)
{
    (void)state;
    result *r = usual_result();
    nt_machine_detect(&r->machine);
    save_all(r);
    contribution_read(&c, s.folder, flags(), NULL, NULL);
    assert_true(c.n_files >= 2);
    const int before = c.n_faults;
    n_faults = 0;
    private_words_check(&c, &r->machine, hear, NULL);
    if (!strchr(flags(), '/') && c.n_faults > before)
        fail_msg("%s", faults[0]);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_flags),
        cmocka_unit_test_setup_teardown(writes_what_it_read, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(writes_no_text_of_others, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(writes_all_or_nothing, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(refuses_other_settings, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(refuses_other_builds, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(refuses_files_of_other_names, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(refuses_a_header_that_says_otherwise, make_folder, drop_folder),
        cmocka_unit_test(finds_private_words),
        cmocka_unit_test_setup_teardown(results_name_nobody, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
