/*
 * test_tuned_file.c - tuned headers that are whole, damaged, hostile or of another format
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/tuned_internal.h"
#include "core/tuned_parse.h"
#include "scratch.h"
#include "tuned_support.h"

#define LINE(text) "NT_TUNED_LINE(\"" text "\")\n"
#define INTRO                                             \
    "/*\n * tuned.h - written by autotune; do not edit\n" \
    " * compiler: gcc 12.2.0, flags -O3 \"x\" [y;z] ${w} @v@\n *\n */\n"
#define MACHINE(rest)                                                                         \
    LINE("nestune 3 machine=zen5-26.2.1-2t vendor=AuthenticAMD uarch=zen5 family=26 model=2 " \
         "l1d=49152 " rest)
#define HEAD MACHINE("l2=1048576 l3=33554432 threads=2")
#define ROW \
    LINE("row mathop default 1 f64 in_cache one isa=avx2,variant=fused,tile=0x8x8 0.3100 0.2600 faster")
#define ROW2 LINE("row mathop default 1 f32 out_of_cache many isa=best,variant=fused,threads=all - - -")
#define ROW3 LINE("row wave o8 4 f64 in_cache one isa=avx512,variant=leapfrog 0.31 0.31 same")
#define ROW4 LINE("row sum 2d 1 f64 long one isa=scalar,variant=plain,chunk=4096 1 1 undecided")

static nt_tuned tuned;
static nt_error why;
static scratch s;

static int make_scratch(void **state)
{
    (void)state;
    s = scratch_make();
    return 0;
}

static int remove_scratch(void **state)
{
    (void)state;
    scratch_walk(&s, 1);
    return 0;
}

static nt_status read_bytes(const char *text, size_t n)
{
    memset(&why, 0, sizeof why);
    tuned_write(s.path, text, n);
    return nt_tuned_read(s.path, &tuned, &why);
}

static nt_status read_sealed(const char *body)
{
    char *text = tuned_sealed(body);
    const nt_status status = read_bytes(text, strlen(text));
    free(text);
    return status;
}

/* The line number in *why. */
static int line_of_why(void)
{
    const size_t n = strlen(s.path);
    assert_memory_equal(why.text, s.path, n);
    return atoi(why.text + n + 1);
}

/* ---- Good ones --------------------------------------------------------------------------------- */

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(read_sealed(INTRO HEAD ROW "\n" ROW2 "/*\n * between\n */\n" ROW3 ROW4), NT_OK);
    assert_string_equal(tuned.machine, "zen5-26.2.1-2t");
    assert_string_equal(tuned.vendor, "AuthenticAMD");
    assert_string_equal(tuned.uarch, "zen5");
    assert_string_equal(tuned.file, s.path);
    assert_true(tuned.family == 26 && tuned.model_id == 2 && tuned.l1d_bytes == 49152);
    assert_true(tuned.l2_bytes == 1048576 && tuned.l3_bytes == 33554432 && tuned.threads == 2 &&
                tuned.n_rows == 4);
    const nt_tuned_row *row = &tuned.rows[0];
    assert_string_equal(row->kernel, "mathop");
    assert_string_equal(row->case_name, "default");
    assert_int_equal(row->version, 1);
    assert_string_equal(row->dtype, "f64");
    assert_string_equal(row->shape_class, "l2"); /* what it is called now */
    assert_string_equal(tuned.rows[1].shape_class, "memory");
    assert_true(tuned.format == 3 && tuned.l2_class_bytes == 0 && tuned.l3_class_bytes == 0 &&
                row->upto == 0);
    assert_string_equal(row->steps, "one");
    assert_string_equal(row->config, "isa=avx2,variant=fused,tile=0x8x8");
    assert_string_equal(row->default_ns, "0.3100");
    assert_string_equal(row->tuned_ns, "0.2600");
    assert_string_equal(row->verdict, "faster");
    assert_string_equal(tuned.rows[3].case_name, "2d");
    nt_tuned_free(&tuned);
    assert_int_equal(read_sealed(HEAD), NT_OK);
    assert_int_equal(tuned.n_rows, 0);
    nt_tuned_free(&tuned);
}

/* Strings of several headers, one after the other, as they are compiled in. */
static void test_headers_in_an_array(void **state)
{
    (void)state;
    int n = 0, n_headers = 0;
    while (nt_tuned_lines[n])
        n++;
    for (int at = 0, n_read; at < n; at += n_read, n_headers++) {
        if (nt_tuned_parse(nt_tuned_lines + at, n - at, &tuned, &n_read, &why) != NT_OK)
            fail_msg("string %d: %s", at + n_read, why.text);
        nt_tuned_free(&tuned);
    }
    assert_true(n_headers > 0);
}

static void test_committed_headers(void **state)
{
    (void)state;
    if (nt_tuned_read(NT_SOURCE_DIR "/results/generic/tuned.h", &tuned, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_true(strcmp(tuned.machine, "generic") == 0 && strcmp(tuned.vendor, "-") == 0 &&
                tuned.threads == 0);
    nt_tuned_free(&tuned);
}

/* ---- Bad ones ---------------------------------------------------------------------------------- */

typedef struct bad {
    const char *body;
    int line;
    const char *reason;
} bad;

static void refuse_all(const bad *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (read_sealed(cases[i].body) == NT_OK || line_of_why() != cases[i].line ||
            !strstr(why.text, cases[i].reason))
            fail_msg("case %zu: %s", i, why.text);
}

static void test_hostile_files(void **state)
{
    (void)state;
    static const bad cases[] = {
        {"", 1, "allowed is a line nestune 4"},
        {"(fftw-3.3.10 fftw_wisdom\n)\n", 1, "allowed are comments and NT_TUNED_LINE("},
        {"{\"results\": []}\n", 1, "allowed are comments"},
        {HEAD "#include \"/etc/passwd\"\n", 2, "allowed are comments"},
        {HEAD "};int x(void){return 1;}\n", 2, "allowed are comments"},
        {HEAD "/* a */ int x; /* b */\n", 2, "allowed are comments"},
        {HEAD "/* a\n */\n", 2, "allowed are comments"},
        {HEAD "/* a */\n", 2, "allowed are comments"},
        {HEAD "// a\n", 2, "allowed are comments"},
        {HEAD " * a\n", 2, "allowed are comments"},
        {HEAD "/*\n * a */ int x;\n */\n", 3, "in a comment"},
        {HEAD "/*\n * a */\n", 3, "in a comment"},
        {HEAD "/*\nint x;\n */\n", 3, "in a comment"},
        {HEAD "/*\n * a /* b\n */\n", 3, "in a comment"},
        {HEAD "/*\n * a \\\n */\n", 3, "a byte that is not allowed"},
        {HEAD "/*\n * \xc3\xa9\n */\n", 3, "a byte that is not allowed"},
        {HEAD "\t\n", 2, "a byte that is not allowed"},
        {HEAD "\r\n", 2, "a byte that is not allowed"},
        {HEAD "NT_TUNED_LINE(\"a\" \"b\")\n", 2, "a quote in a string"},
        {HEAD "NT_TUNED_LINE(\"a\") int x; (\"b\")\n", 2, "a quote in a string"},
        {HEAD "NT_TUNED_LINE(\"a\");\n", 2, "allowed are comments"},
        {HEAD " NT_TUNED_LINE(\"a\")\n", 2, "allowed are comments"},
        {HEAD "NT_TUNED_LINE(\")\n", 2, "allowed are comments"},
        {HEAD "NT_TUNED_LINE(\"\\\")\n", 2, "a byte that is not allowed"},
        {HEAD "/*\n", 3, "in a comment"},
    };
    refuse_all(cases, sizeof cases / sizeof *cases);
}

static void test_hostile_strings(void **state)
{
    (void)state;
#define ROW_OF(text) HEAD LINE("row " text)
    static const bad cases[] = {
        {ROW HEAD, 1, "allowed is a line nestune 4"},
        {HEAD HEAD, 2, "allowed are lines row ... and end"},
        {LINE("nestune 3"), 1, "2 words: nestune line has 11"},
        {LINE("nestune 3x machine=a vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1,
         "format 3x"},
        {LINE("nestune  3 machine=a vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1,
         "12 words"},
        {LINE("nestune 3 machine=a vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6 "), 1,
         "12 words"},
        {LINE("nestune 3 machine=A vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1,
         "machine"},
        {LINE("nestune 3 machine=a vendor= uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1, "vendor"},
        {LINE("nestune 3 machine=a vendor=b uarch=c family=-1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1,
         "family"},
        {LINE("nestune 3 machine=a vendor=b uarch=c model=2 family=1 l1d=3 l2=4 l3=5 threads=6"), 1,
         "family model=2"},
        {MACHINE("l2=9999999999999999999 l3=1 threads=2"), 1,
         "l2 l2=9999999999999999999: allowed are l2= and 0-9"},
        {MACHINE("l2=1 l3=1 threads=1234567890"), 1, "threads"},
        {ROW_OF("mathop default 1 f64 in_cache one isa=avx2,variant=x 1 1"), 2, "10 words"},
        {ROW_OF("mathOp default 1 f64 in_cache one isa=avx2,variant=x 1 1 same"), 2, "kernel mathOp"},
        {ROW_OF("mathop default -1 f64 in_cache one isa=avx2,variant=x 1 1 same"), 2, "version -1"},
        {ROW_OF("mathop default 1x f64 in_cache one isa=avx2,variant=x 1 1 same"), 2, "version 1x"},
        {ROW_OF("mathop default 1 f64 on_disk one isa=avx2,variant=x 1 1 same"), 2, "class on_disk"},
        {ROW_OF("mathop default 1 f64 in_cache two isa=avx2,variant=x 1 1 same"), 2, "steps two"},
        {ROW_OF("pi default 1 f64 long many isa=avx2,variant=x 1 1 same"), 2, "short and long with one"},
        {ROW_OF("mathop default 1 f64 in_cache one variant=x 1 1 same"), 2, "a row names isa= and variant="},
        {ROW_OF("mathop default 1 f64 in_cache one isa=avx2,novariant=x 1 1 same"), 2, "a row names isa="},
        {ROW_OF("mathop default 1 f64 in_cache one isa=%s,variant=x 1 1 same"), 2, "config isa=%s"},
        {ROW_OF("mathop default 1 f64 in_cache one isa=avx2,variant=x 1e9 1 same"), 2, "default ns 1e9"},
        {ROW_OF("mathop default 1 f64 in_cache one isa=avx2,variant=x 1 1 s?=same"), 2, "verdict"},
        {HEAD ROW ROW, 3, "a second row mathop default f64 in_cache one"},
        {HEAD ROW LINE("row mathop default 1 f64 in_cache many isa=avx512,variant=fused - - -"), 3,
         "differ in isa"},
        {HEAD ROW LINE("row mathop default 1 f64 in_cache many isa=avx,variant=fused - - -"), 3,
         "differ in isa"},
        {HEAD ROW LINE("row mathop default 1 f64 in_cache many variant=u35,isa=avx2 - - -"), 3,
         "differ in isa"},
        {HEAD LINE("end rows=0 crc=0x00000000"), 2, "damaged or edited"},
        {HEAD LINE("end rows=0 crc=0x0"), 2, "damaged or edited"},
        {HEAD LINE("end rows=0"), 2, "2 words: end line has 3"},
    };
    refuse_all(cases, sizeof cases / sizeof *cases);
    /* Other cases and types may have another arithmetic. */
    assert_int_equal(
        read_sealed(HEAD ROW LINE("row mathop other 1 f64 in_cache one isa=avx512,variant=x - - -")
                        LINE("row mathop default 1 f32 in_cache one isa=avx512,variant=x - - -")),
        NT_OK);
    nt_tuned_free(&tuned);
}

static void test_ends(void **state)
{
    (void)state;
    char *text = tuned_sealed(HEAD ROW), longer[2048];
    snprintf(longer, sizeof longer, "%s/*\n * and no more\n */\n\n", text);
    assert_int_equal(read_bytes(longer, strlen(longer)), NT_OK);
    nt_tuned_free(&tuned);
    snprintf(longer, sizeof longer, "%s" HEAD, text);
    assert_int_equal(read_bytes(longer, strlen(longer)), NT_EIO);
    assert_true(line_of_why() == 4 && strstr(why.text, "text behind the end line"));
    snprintf(longer, sizeof longer, "%s/*\n", text);
    assert_int_equal(read_bytes(longer, strlen(longer)), NT_EIO);
    assert_non_null(strstr(why.text, "a comment without an end"));
    char *one = strstr(text, "rows=1");
    one[5] = '2';
    assert_int_equal(read_bytes(text, strlen(text)), NT_EIO);
    assert_non_null(strstr(why.text, "1 rows, the end line says 2"));
    free(text);
    assert_int_equal(read_bytes(INTRO, strlen(INTRO)), NT_EIO);
    assert_non_null(strstr(why.text, "cut short"));
    assert_int_equal(read_bytes(HEAD ROW, strlen(HEAD ROW)), NT_EIO);
    assert_true(line_of_why() == 2 && strstr(why.text, "cut short"));
}

static void test_other_formats(void **state)
{
    (void)state;
    static const char old[] =
        INTRO "NT_TUNED_HEADER(2, \"zen5-26.2.1-2t\", \"AuthenticAMD\", 26, 2, 1, 2, 3)\n"
              "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"isa=avx2\")\nNT_TUNED_END(1, 0x12345678)\n";
    assert_int_equal(read_bytes(old, strlen(old)), NT_ESTALE);
    assert_true(line_of_why() == 6 && strstr(why.text, "written by nestune 0.1 (format 2): tune again"));
    assert_int_equal(read_sealed(LINE("nestune 5 something=else")), NT_ESTALE);
    assert_non_null(strstr(why.text, "of format 5, this library reads 3 and 4: tune again"));
}

#define HEAD_4                                                                                          \
    LINE("nestune 4 machine=a vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6 l2_class=12 " \
         "l3_class=0")
#define LONGEST LINE("row wave o8 4 f32 memory many isa=avx2,variant=leapfrog 2 1 faster upto=0")

static void test_format_4(void **state)
{
    (void)state;
    assert_int_equal(
        read_sealed(HEAD_4 LINE("row wave o8 4 f32 memory many isa=avx2,variant=leapfrog 2 1 faster upto=286")
                        LONGEST LINE("row wave o8 4 f32 l3 one isa=avx2,variant=leapfrog 2 1 faster upto=0")
                            LINE("row pi default 1 f32 long one isa=avx2,variant=x - - - upto=0")),
        NT_OK);
    assert_true(tuned.format == 4 && tuned.l2_class_bytes == 12 && tuned.l3_class_bytes == 0 &&
                tuned.n_rows == 4);
    assert_true(tuned.rows[0].upto == 286 && tuned.rows[1].upto == 0);
    assert_string_equal(tuned.rows[0].shape_class, "memory");
    assert_string_equal(tuned.rows[2].shape_class, "l3");
    nt_tuned_free(&tuned);
    static const bad cases[] = {
        {HEAD_4 LONGEST LONGEST, 3, "a second row wave o8 f32 memory many"},
        {HEAD_4 ROW, 2, "11 words"}, /* of format 3 */
        {HEAD_4 LINE("row wave o8 4 f32 in_cache many isa=avx2,variant=x 2 1 same upto=0"), 2,
         "class in_cache, steps many: allowed are l2, l3 and memory"},
        {HEAD LINE("row wave o8 4 f32 l3 many isa=avx2,variant=x 2 1 same"), 2,
         "class l3, steps many: allowed are in_cache and out_of_cache"},
        {HEAD_4 LINE("row pi default 1 f32 long one isa=avx2,variant=x - - - upto=7"), 2, "upto=0"},
        {HEAD_4 LINE("row wave o8 4 f32 l3 many isa=avx2,variant=x 2 1 same upto=-1"), 2, "upto upto=-1"},
        {HEAD_4 LINE("row wave o8 4 f32 l3 many isa=avx2,variant=x 2 1 same 12"), 2, "upto 12"},
        {LINE("nestune 4 machine=a vendor=b uarch=c family=1 model=2 l1d=3 l2=4 l3=5 threads=6"), 1,
         "11 words"},
        {MACHINE("l2=1 l3=1 threads=2 l2_class=1 l3_class=2"), 1, "13 words"},
    };
    refuse_all(cases, sizeof cases / sizeof *cases);
}

static void test_sizes(void **state)
{
    (void)state;
    char body[8192];
    snprintf(body, sizeof body, HEAD "/*\n * %600s\n */\n", "x");
    assert_int_equal(read_sealed(body), NT_EIO);
    assert_true(line_of_why() == 3 && strstr(why.text, "at most 511 bytes"));
    for (int n = NT_CONFIG_TEXT - 1; n <= NT_CONFIG_TEXT; n++) {
        const int digits = n - (int)strlen("isa=avx2,variant=x,chunk=");
        snprintf(body, sizeof body,
                 HEAD "NT_TUNED_LINE(\"row pi default 1 f64 long one isa=avx2,variant=x,chunk=%0*d "
                      "1 1 same\")\n",
                 digits, 1);
        assert_int_equal(read_sealed(body), n < NT_CONFIG_TEXT ? NT_OK : NT_EIO);
        if (n < NT_CONFIG_TEXT)
            nt_tuned_free(&tuned);
    }
    assert_int_equal(read_bytes("/*\n * a\0b\n */\n", 15), NT_EIO);
    assert_int_equal(line_of_why(), 2);
    assert_int_equal(nt_tuned_read("/nonexistent/nestune", &tuned, &why), NT_EIO);
    assert_string_equal(why.text, "/nonexistent/nestune: No such file or directory");
    assert_int_equal(nt_tuned_read("/", &tuned, &why), NT_EIO);
    const scratch pipe = scratch_make();
    assert_int_equal(mkfifo(pipe.path, 0600), 0);
    assert_int_equal(nt_tuned_read(pipe.path, &tuned, &why), NT_EIO); /* does not wait for a writer */
    assert_non_null(strstr(why.text, "not a regular file"));
    scratch_walk(&pipe, 1);
    char *large = malloc(NT_TUNED_MOST_FILE + 1);
    memset(large, '\n', NT_TUNED_MOST_FILE + 1);
    assert_int_equal(read_bytes(large, NT_TUNED_MOST_FILE + 1), NT_EIO);
    assert_non_null(strstr(why.text, "too large"));
    free(large);
}

/* One row more than is allowed, and as many. */
static void test_many_rows(void **state)
{
    (void)state;
    for (int n = NT_TUNED_MOST_ROWS; n <= NT_TUNED_MOST_ROWS + 1; n++) {
        const size_t room = 100 * (size_t)n;
        char *body = malloc(room);
        size_t used = (size_t)snprintf(body, room, HEAD);
        for (int i = 0; i < n; i++)
            used += (size_t)snprintf(
                body + used, room - used,
                "NT_TUNED_LINE(\"row k%d a 1 f64 short one isa=best,variant=x - - -\")\n", i);
        assert_int_equal(read_sealed(body), n == NT_TUNED_MOST_ROWS ? NT_OK : NT_EIO);
        if (n == NT_TUNED_MOST_ROWS)
            nt_tuned_free(&tuned);
        else
            assert_true(line_of_why() == n + 1 && strstr(why.text, "at most 4096"));
        free(body);
    }
}

/* Every cut, and every flipped bit outside of comments, is noticed. */
static void test_damage(void **state)
{
    (void)state;
    char *text = tuned_sealed(HEAD ROW ROW2);
    const size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if (read_bytes(text, i) == NT_OK)
            fail_msg("a cut after %zu bytes is not noticed", i);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        if (read_bytes(text, n) == NT_OK)
            fail_msg("flipped bit %zu of byte %zu is not noticed", bit % 8, bit / 8);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(read_bytes(text, n), NT_OK);
    nt_tuned_free(&tuned);
    free(text);
}

/* What the build runs at configure, where this machine can run it. */
static void test_the_builds_check(void **state)
{
    (void)state;
    static const char checker[] = NT_BINARY_DIR "/generated/check_tuned";
    char command[400];
    if (access(checker, X_OK) != 0)
        skip();
    assert_int_equal(read_sealed(HEAD ROW), NT_OK);
    nt_tuned_free(&tuned);
    snprintf(command, sizeof command, "'%s' '%s' '%s'/results/*/tuned.h", checker, s.path, NT_SOURCE_DIR);
    assert_int_equal(system(command), 0);
    assert_int_equal(read_bytes(HEAD, strlen(HEAD)), NT_EIO);
    snprintf(command, sizeof command, "'%s' '%s' 2>/dev/null", checker, s.path);
    assert_int_equal(WEXITSTATUS(system(command)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_headers_in_an_array),
        cmocka_unit_test(test_committed_headers),
        cmocka_unit_test(test_hostile_files),
        cmocka_unit_test(test_hostile_strings),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_other_formats),
        cmocka_unit_test(test_format_4),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_the_builds_check),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
