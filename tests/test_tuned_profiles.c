/*
 * test_tuned_profiles.c - the user's and the system's tuned headers: found, ranked, named when they cannot be used
 * SPDX-License-Identifier: MIT
 *
 * They are read once in a process, so each question is for a child of its own, begun before this process asks.
 */
#include "machine/machine_internal.h"
#include "machine/settings.h"
#include "support.h"
#include "tuned_fixture.h"

static char place[64]; /* for this test's folders: home, data, etc */

static const char *in(const char *name)
{
    static char path[64][128];
    static int at;
    char *to = path[at++ % 64];
    snprintf(to, sizeof path[0], "%s/%s", place, name);
    return to;
}

static int make_place(void **state)
{
    (void)state;
    const scratch s = scratch_make();
    snprintf(place, sizeof place, "%s", s.folder);
    return 0;
}

static int drop_place(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", place);
    return system(command);
}

/* FOLDER/NAME/tuned.h with one row of the toy.  cut: so many bytes are missing at its end. */
static void put(const char *folder, const char *name, const char *machine, int depth, size_t cut)
{
    char body[700], command[400], path[320];
    const nt_machine *m = nt_machine_here();
    const bool here = strcmp(machine, "here") == 0;
    snprintf(
        body, sizeof body,
        "NT_TUNED_LINE(\"nestune 4 machine=%s vendor=%s uarch=%s family=%d model=%d l1d=%lld l2=%lld l3=%lld "
        "threads=2 l2_class=0 l3_class=0\")\n"
        "NT_TUNED_LINE(\"row toy one 3 f64 l2 many isa=scalar,variant=fused,fn=u1,depth=%d - - - upto=0\")\n",
        name, here ? m->vendor : "x", here ? m->uarch : "y", here ? m->family : 1, here ? m->model_id : 2,
        here ? (long long)m->l1d_bytes : 3, here ? (long long)m->l2_bytes : 4,
        here ? (long long)m->l3_bytes : 5, depth);
    snprintf(command, sizeof command, "mkdir -p '%s/%s'", folder, name);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/%s/tuned.h", folder, name);
    char *text = tuned_sealed(body);
    tuned_write(path, text, strlen(text) - cut);
    free(text);
}

/* In a child: with these variables (NULL: unset), what is said of the toy. */
typedef struct surroundings {
    const char *home, *data, *etc, *tuned;
} surroundings;

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void expect(const surroundings *s, const char *says)
{
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        set("HOME", s->home);
        set("XDG_DATA_HOME", s->data);
        set("NESTUNE_SYSTEM_DIR", s->etc ? s->etc : in("none"));
        set("NESTUNE_TUNED", s->tuned);
        nt_environment_reread();
        nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, 0, &config, &why);
        const bool good = strstr(why.text, says) != NULL;
        if (!good)
            fprintf(stderr, "\"%s\" does not say \"%s\"\n", why.text, says);
        _exit(!good);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static const char none[] = "default: no tuned header has a row of toy one f64";

static void test_where_they_are(void **state)
{
    (void)state;
    put(in("data/nestune"), "mine", "here", 2, 0);
    put(in("home/.local/share/nestune"), "default", "here", 3, 0);
    put(in("etc"), "site", "here", 4, 0);
    const surroundings data = {in("home"), in("data"), NULL, NULL}, home = {in("home"), NULL, NULL, NULL},
                       relative = {in("home"), "data", NULL, NULL}, etc = {NULL, NULL, in("etc"), NULL},
                       all = {in("home"), in("data"), in("etc"), NULL},
                       nowhere = {in("void"), "", NULL, NULL};
    expect(&data, "row toy one f64 l2 many of mine (user profile, same CPU)");
    expect(&home, "of default (user profile, same CPU)");
    expect(&relative, "of default (user profile, same CPU)");
    expect(&etc, "of site (system profile, same CPU)");
    expect(&all, "of mine (user profile, same CPU)");
    expect(&nowhere, none);
    const surroundings off = {in("home"), in("data"), in("etc"), "off"},
                       force = {in("home"), in("data"), in("etc"), "force"};
    expect(&off, "default: NESTUNE_TUNED=off");
    expect(&force, "of mine (user profile, same CPU)");
    put(in("named"), "chosen", "elsewhere", 5, 0);
    const surroundings named = {in("home"), in("data"), in("etc"), in("named/chosen/tuned.h")};
    expect(&named, "of chosen (named by NESTUNE_TUNED)");
}

/* A profile of another machine, in a home that machines share: the system's of this one comes first. */
static void test_of_another_machine(void **state)
{
    (void)state;
    put(in("data/nestune"), "a_far", "elsewhere", 2, 0);
    const surroundings alone = {NULL, in("data"), NULL, NULL}, both = {NULL, in("data"), in("etc"), NULL};
    expect(&alone, "of a_far (user profile, nearest caches)");
    put(in("etc"), "site", "here", 4, 0);
    expect(&both, "of site (system profile, same CPU)");
    put(in("data/nestune"), "z_here", "here", 3, 0);
    expect(&both, "of z_here (user profile, same CPU)");
}

/* Named, skipped, and the next one serves. */
static void test_bad_ones(void **state)
{
    (void)state;
    char says[300];
    const surroundings s = {NULL, in("data"), in("etc"), NULL};
    put(in("data/nestune"), "cut", "here", 2, 30);
    snprintf(says, sizeof says, "default: %s:3: cut short", in("data/nestune/cut/tuned.h"));
    expect(&s, says);
    put(in("etc"), "site", "here", 4, 0);
    expect(&s, "of site (system profile, same CPU); not ");
    expect(&s, "/cut/tuned.h:3: cut short");
    put(in("data/nestune"), "whole", "here", 3, 0);
    expect(&s, "of whole (user profile, same CPU)");
    tuned_write(in("data/nestune/cut/tuned.h"), "NT_TUNED_HEADER(2, ...)\n", 24);
    unlink(in("data/nestune/whole/tuned.h")); /* a folder without a header is none */
    expect(&s, "of site (system profile, same CPU); not ");
    expect(&s, "written by nestune 0.1 (format 2): tune again");
    unlink(in("data/nestune/cut/tuned.h"));
    assert_int_equal(mkfifo(in("data/nestune/cut/tuned.h"), 0600), 0);
    expect(&s, "not a regular file");
}

/* Of many profiles of equal rank the one that is first by name; other entries of the folder count for nothing. */
static void test_many(void **state)
{
    (void)state;
    const surroundings s = {NULL, in("data"), NULL, NULL};
    for (int i = 40; i > 0; i--) {
        char name[16];
        snprintf(name, sizeof name, "m%02d", i);
        put(in("data/nestune"), name, "here", 2, 0);
    }
    put(in("data/nestune"), ".hidden", "here", 3, 0);
    tuned_write(in("data/nestune/a_file"), "x", 1);
    expect(&s, "of m01 (user profile, same CPU)");
}

/* A program with more rights than its user reads none: a copy of this one, setuid to a user who owns nothing. */
static void test_setuid(void **state)
{
    (void)state;
    char command[800];
    const surroundings s = {NULL, in("data"), in("etc"), NULL};
    put(in("data/nestune"), "mine", "here", 2, 0);
    expect(&s, "of mine");
    if (geteuid() != 0 || test_emulated() || TEST_SANITIZED)
        skip(); /* an emulator starts no setuid program, and a leak sanitizer cannot look at one */
    snprintf(command, sizeof command,
             "cp /proc/%d/exe '%s/probe' && chown 65534 '%s/probe' && chmod 4755 '%s/probe' && "
             "XDG_DATA_HOME='%s' NESTUNE_SYSTEM_DIR='%s' NESTUNE_TUNED='%s/mine/tuned.h' '%s/probe' probe",
             (int)getpid(), place, place, place, in("data"), in("data/nestune"), in("data/nestune"), place);
    const int status = system(command);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) /* mounted nosuid */
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int probe(void)
{
    if (geteuid() == getuid())
        return 77;
    nt_tuned_find(&toy, NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_MANY, 0, &config, &why);
    if (!strstr(why.text, none))
        fprintf(stderr, "%s\n", why.text);
    return !strstr(why.text, none);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "probe") == 0)
        return probe();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_where_they_are, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_of_another_machine, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_bad_ones, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_many, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_setuid, make_place, drop_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
