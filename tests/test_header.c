/*
 * test_header.c - the tuned header: every byte, the library's reader, and a compiler
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "core/tuned_parse.h"
#include "program.h"
#include "result_support.h"
#include "scratch.h"
#include "store/header.h"
#include "tuned_support.h"

/* ---- Helpers -------------------------------------------------------------------------------------- */

static char *text_of(const result *r)
{
    char *text = header_text(r, nt_build_info());
    assert_non_null(text);
    return text;
}

/* Why the library, and so the build, refuses a header: "" if it accepts it.  Valid until the next call. */
static const char *reader_says(const char *text)
{
    static nt_error why;
    nt_tuned tuned;
    scratch s = scratch_make();
    why.text[0] = '\0';
    tuned_write(s.path, text, strlen(text));
    if (nt_tuned_read(s.path, &tuned, &why) == NT_OK)
        nt_tuned_free(&tuned);
    scratch_walk(&s, 1);
    return why.text;
}

static void assert_taken(const result *r)
{
    char *text = text_of(r);
    assert_string_equal(reader_says(text), "");
    free(text);
}

/* ---- Golden --------------------------------------------------------------------------------------- */

/* How it was built stands in the header, and differs from build to build: what a comment may not hold is '_', and
 * it ends where it gets too long. */
static void plain_copy(char *to, const char *from)
{
    static const char plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .-_()@+=";
    for (int i = 0; from[i] && i < 200; i++)
        *to++ = strchr(plain, from[i]) ? from[i] : '_';
    *to = '\0';
}

static void every_byte_is_as_documented(void **state)
{
    (void)state;
    char compiler[200], flags[1000], expected[4000];
    plain_copy(compiler, nt_build_info()->compiler);
    plain_copy(flags, nt_build_info()->flags);
    result *r = made_up_result();
#define ROW(use, variant, depth)                                                                            \
    "NT_TUNED_LINE(\"row " use " isa=scalar,variant=" variant ",fn=%s,layout=rows,parallel=flat,order=zyx," \
    "tile=4096x0x0,depth=" depth ",threads=all,schedule=static 0.2500 0.1250 faster upto=0\")\n"
    const char *form[4];
    for (int i = 0; i < 4; i++)
        form[i] = r->row[i].kernel->forms[r->row[i].config.fn].name;
    snprintf(
        expected, sizeof expected,
        "/*\n"
        " * tuned.h - written by autotune; do not edit\n"
        " * SPDX-License-Identifier: MIT\n"
        " *\n"
        " * cpu:      Made Up 9000 (16 cores), made_up, 8 threads\n"
        " * compiler: %s, %s\n"
        " * library:  nestune %s, SLEEF %s\n"
        " * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false\n"
        " *\n"
        " * Rows end in default and tuned ns a cell and step, the verdict of the paired final, and upto=N:\n"
        " * for grids with rows of at most N cells in x; N is 0: of any length.\n"
        " *\n"
        " * Classes, by the working set of a run, which is all its grids with the halos that it reads:\n"
        " *   l2      at most 8388608 bytes, half of the second-level caches of 8 threads\n"
        " *   l3      at most 18874368 bytes, half of their third-level caches\n"
        " *   memory  more\n"
        " */\n"
        "NT_TUNED_LINE(\"nestune 4 machine=made_up-6.85.7-8t vendor=MadeUpCPUs uarch=made_up family=6 "
        "model=85 "
        "l1d=49152 l2=2097152 l3=37748736 threads=8 l2_class=8388608 l3_class=18874368\")\n" ROW(
            "mathop default 1 f64 l2 one", "fused", "1") ROW("mathop default 1 f64 memory many", "fused", "5")
            ROW("mathop default 1 f32 l2 one", "fused", "1")
                ROW("scale default 1 f64 memory one", "plain", "1"),
        compiler, flags, nt_build_info()->version, nt_build_info()->sleef, form[1], form[2], form[3],
        form[0]);
    char *text = text_of(r), *sealed = tuned_sealed(expected);
    assert_string_equal(text, sealed);
    free(sealed);
    free(text);
    free(r);
}

/* All of two or more that are allowed; any other number is a number. */
static void all_threads(void **state)
{
    (void)state;
    static const struct {
        int allowed, threads;
        const char *text;
    } cases[] = {
        {8, 8, ",threads=all,"}, {8, 4, ",threads=4,"}, {8, 1, ",threads=1,"}, {1, 1, ",threads=1,"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result *r = made_up_result();
        r->n_rows = 1;
        r->machine.threads_allowed = cases[i].allowed;
        r->row[0].config.threads = cases[i].threads;
        char *text = text_of(r);
        assert_non_null(strstr(text, cases[i].text));
        free(text);
        free(r);
    }
}

static void the_same_results_give_the_same_bytes(void **state)
{
    (void)state;
    result *a = made_up_result(), *b = made_up_result();
    char *first = text_of(a), *again = text_of(a);
    assert_string_equal(first, again);
    free(again);
    /* The order of kernels in a result is that of the command line; the header's is the registry's. */
    const result_row moved = b->row[0];
    memmove(b->row, b->row + 1, 3 * sizeof *b->row);
    b->row[3] = moved;
    again = text_of(b);
    assert_string_equal(first, again);
    free(again);
    free(first);
    free(a);
    free(b);
}

static void rows_stand_in_the_registrys_order(void **state)
{
    (void)state;
    result *r = made_up_result();
    r->n_rows = 0;
    for (int k = nt_kernel_count() - 1; k >= 0; k--)
        for (int d = 0; d < NT_N_DTYPES; d++)
            for (int c = 0; c < NT_CLASS_SHORT; c++)
                for (int p = 0; p < NT_N_REPEATS; p++)
                    if (nt_kernel_at(k)->field)
                        r->row[r->n_rows++] =
                            made_up_row(nt_kernel_at(k), (nt_dtype)d, (nt_class)c, (nt_repeat)p);
    char *text = text_of(r);
    const char *at = text;
    for (int k = 0; k < nt_kernel_count(); k++) {
        char row[100];
        snprintf(row, sizeof row, "(\"row %s ", nt_kernel_at(k)->name);
        for (int i = 0; nt_kernel_at(k)->field && i < NT_N_DTYPES * NT_CLASS_SHORT * NT_N_REPEATS; i++) {
            const char *found = strstr(at, "(\"row ");
            assert_non_null(found);
            if (strncmp(found, row, strlen(row)) != 0)
                fail_msg("%.60s where %s is due", found, nt_kernel_at(k)->name);
            at = found + 1;
        }
    }
    assert_string_equal(reader_says(text), "");
    free(text);
    free(r);
}

/* ---- Round trip ----------------------------------------------------------------------------------- */

static void the_build_accepts_it(void **state)
{
    (void)state;
    result *r = made_up_result();
    char *text = text_of(r);
    assert_string_equal(reader_says(text), "");
    /* A changed row would be noticed: */
    text[strlen(text) / 2] ^= 1;
    assert_string_not_equal(reader_says(text), "");
    free(text);
    r->n_rows = 0;
    assert_taken(r);
    nt_machine_detect(&r->machine);
    assert_taken(r);
    free(r);
}

/* Numbers at the edges of what a row may hold. */
static void extreme_rows(void **state)
{
    (void)state;
    result *r = made_up_result();
    r->row[0].config.tile[0] = r->row[0].config.tile[1] = r->row[0].config.tile[2] = INT64_C(999999999999999);
    r->row[0].config.depth = NT_MAX_DEPTH;
    r->row[0].config.threads = NT_MAX_THREADS;
    r->row[0].default_ns = 1e12;
    r->row[0].tuned_ns = 1e-9;
    r->row[0].upto = INT64_C(999999999999999999);
    r->row[1].default_ns = 0;
    r->row[1].verdict = STATS_UNDECIDED;
    r->machine.l3_bytes = INT64_C(1) << 50;
    r->machine.l1d_bytes = r->machine.l2_bytes = 0;
    memset(r->machine.uarch, 'u', sizeof r->machine.uarch - 1);
    assert_taken(r);
    free(r);
}

/* In an array of strings, as cmake/tuned.cmake writes it. */
static void a_compiler_accepts_it(void **state)
{
    (void)state;
    static const char script[] = "command -v cc >/dev/null || exit 77; cc -std=gnu17 -fsyntax-only -Wall "
                                 "-Wextra -Werror -x c \"$1/lines.c\"";
    static const char lines[] = "#define NT_TUNED_LINE(string) string,\n"
                                "const char *const nt_tuned_lines[] = {\n#include \"tuned.h\"\n0};\n";
    scratch s = scratch_make();
    result *r = made_up_result();
    nt_error why;
    snprintf(s.path, sizeof s.path, "%s/lines.c", s.folder);
    spill(s.path, lines, strlen(lines));
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    const char *const argv[] = {"/bin/sh", "-c", script, "sh", s.folder, NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 60);
    const int code = p.code;
    if (code != 0 && code != 77)
        print_error("%s\n", p.text[1]);
    program_free(&p);
    free(r);
    scratch_walk(&s, 1);
    if (code == 77)
        skip();
    assert_int_equal(code, 0);
}

/* ---- Hostile names -------------------------------------------------------------------------------- */

static void a_brand_cannot_break_the_comment(void **state)
{
    (void)state;
    static const char *const brands[] = {
        "*/ int main(void) { return 1; } /*",
        "/*/*/*",
        "**/",
        "CPU \\",
        "\\\n#error",
        "a\nNT_TUNED_LINE(\"end rows=0\")\n",
        "\r\n*/",
        "Gen\xc3\xa9rique \xe2\x84\xa2 9000",
        "\xff\xfe\x80",
        "\x1b[2J\x07",
        ("?"
         "?/\n"),
        "%s%n%d",
        "\"), system(\"",
        "",
        "012345678901234567890123456789012345678901234567890123456789012",
    };
    result *r = made_up_result();
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++) {
        snprintf(r->machine.model, sizeof r->machine.model, "%s", brands[i]);
        char *text = text_of(r);
        const char *says = reader_says(text);
        if (*says)
            fail_msg("brand %zu: %s", i, says);
        int n_lines = 0, n_ends = 0;
        for (const char *c = text; *c; c++) {
            n_lines += *c == '\n';
            n_ends += c[0] == '*' && c[1] == '/';
            assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
            assert_true(*c != '\\');
        }
        assert_int_equal(n_lines, 17 + 1 + 4 + 1);
        assert_int_equal(n_ends, 1);
        free(text);
    }
    rng random = rng_make(4);
    for (int i = 0; i < 30; i++) {
        for (size_t k = 0; k + 1 < sizeof r->machine.model; k++)
            r->machine.model[k] = (char)(1 + rng_below(&random, 255));
        assert_taken(r);
    }
    free(r);
}

/* ---- The file ------------------------------------------------------------------------------------- */

static void the_file_is_written_only_when_it_differs(void **state)
{
    (void)state;
    scratch s = scratch_make();
    result *r = made_up_result();
    nt_error why = {""};
    char path[120];
    struct stat before, after;
    snprintf(path, sizeof path, "%s/tuned.h", s.folder);
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    char *text = text_of(r), *file = slurp(path, NULL);
    assert_string_equal(file, text);
    free(file);
    free(text);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    r->n_rows--;
    assert_int_equal(header_write(r, s.folder, &why), NT_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(scratch_walk(&s, 0), 1); /* no other file */
    assert_int_equal(header_write(r, "/proc/nowhere", &why), NT_EIO);
    assert_non_null(strstr(why.text, "/proc/nowhere/tuned.h"));
    scratch_walk(&s, 1);
    free(r);
}

static void rows_name_their_case(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    result *r = made_up_result();
    const nt_case *c;
    int n = 0;
    for (; (c = nt_kernel_case_at(k, n)); n++)
        r->row[r->n_rows++] = made_up_stencil(k, c, NT_F32);
    char *text = text_of(r);
    assert_string_equal(reader_says(text), "");
    for (int i = 0; i < n; i++) {
        char row[100];
        snprintf(row, sizeof row, "(\"row %s %s %d f32 memory many isa=scalar,", k->name,
                 nt_kernel_case_at(k, i)->name, k->version);
        if (!strstr(text, row))
            fail_msg("no row %s", row);
    }
    assert_non_null(strstr(text, "(\"row mathop default "));
    free(text);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_name_their_case),
        cmocka_unit_test(every_byte_is_as_documented),
        cmocka_unit_test(all_threads),
        cmocka_unit_test(the_same_results_give_the_same_bytes),
        cmocka_unit_test(rows_stand_in_the_registrys_order),
        cmocka_unit_test(the_build_accepts_it),
        cmocka_unit_test(extreme_rows),
        cmocka_unit_test(a_compiler_accepts_it),
        cmocka_unit_test(a_brand_cannot_break_the_comment),
        cmocka_unit_test(the_file_is_written_only_when_it_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
