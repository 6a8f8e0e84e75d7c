/*
 * test_emit.c - the tuned header: every byte, the grammar that the build checks, and a compiler's opinion
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "nestune/crc32.h"
#include "store/emit.h"
#include "program.h"
#include "result_support.h"
#include "scratch.h"

/* ---- Helpers -------------------------------------------------------------------------------------- */

static char *text_of(const result *r)
{
    char *text = emit_text(r);
    assert_non_null(text);
    return text;
}

/* What the build would say of a header: "" when it takes it.  Good until the next call. */
static const char *probe_says(const char *text)
{
    static char said[1000];
    static const char probe[] = NT_BINARY_DIR "/generated/probe";
    scratch s = scratch_make();
    spill(s.path, text, strlen(text));
    const char *const argv[] = {probe, "--check", s.path, NULL};
    program p = program_start(argv, NULL);
    program_end(&p, 30);
    snprintf(said, sizeof said, "%s", p.text[1]);
    const int code = p.code;
    program_free(&p);
    scratch_walk(&s, 1);
    if (code == PROGRAM_CANNOT_EXEC)
        skip();
    assert_int_equal(code != 0, said[0] != '\0');
    return said;
}

/* ---- Golden --------------------------------------------------------------------------------------- */

/* How it was built stands in the header, and differs from build to build: what a comment may not hold is '_'. */
static void plain_copy(char *to, const char *from)
{
    for (; *from; from++)
        *to++ = *from == '\\' || *from == '*' || *from == '/' || *from == '"' ? '_' : *from;
    *to = '\0';
}

static void every_byte(void **state)
{
    (void)state;
    char compiler[200], flags[1000], expected[4000];
    plain_copy(compiler, nt_build_info()->compiler);
    plain_copy(flags, nt_build_info()->flags);
    result *r = made_up_result();
    int n = snprintf(
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
        " * Behind each row: default and tuned ns a cell and step, and the verdict of the paired final.\n"
        " */\n"
        "NT_TUNED_HEADER(2, \"made_up-6.85.7-8t\", \"MadeUpCPUs\", 6, 85, 49152, 2097152, 37748736)\n"
        "NT_TUNED(mathop, 0, 1, f64, in_cache, one, "
        "\"isa=scalar,variant=fused,parallel=flat,order=zyx,tile=4096x0x0,depth=1,"
        "threads=8,schedule=static,unroll=%d,jam=1\") /* 0.2500 0.1250 faster */\n"
        "NT_TUNED(mathop, 0, 1, f64, out_of_cache, many, "
        "\"isa=scalar,variant=fused,parallel=flat,order=zyx,tile=4096x0x0,"
        "depth=5,threads=8,schedule=static,unroll=%d,jam=1\") /* 0.2500 0.1250 faster */\n"
        "NT_TUNED(mathop, 0, 1, f32, in_cache, one, "
        "\"isa=scalar,variant=fused,parallel=flat,order=zyx,tile=4096x0x0,depth=1,"
        "threads=8,schedule=static,unroll=%d,jam=1\") /* 0.2500 0.1250 faster */\n"
        "NT_TUNED(scale, 0, 1, f64, out_of_cache, one, "
        "\"isa=scalar,variant=plain,parallel=flat,order=zyx,tile=4096x0x0,"
        "depth=1,threads=8,schedule=static,unroll=%d,jam=1\") /* 0.2500 0.1250 faster */\n",
        compiler, flags, nt_build_info()->version, nt_build_info()->sleef, r->row[1].config.unroll,
        r->row[2].config.unroll, r->row[3].config.unroll, r->row[0].config.unroll);
    snprintf(expected + n, sizeof expected - (size_t)n, "NT_TUNED_END(4, 0x%08x)\n",
             nt_crc32(0, expected, (size_t)n));
    char *text = text_of(r);
    assert_string_equal(text, expected);
    free(text);
    free(r);
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
            for (int c = 0; c < NT_N_CLASSES; c++)
                for (int p = 0; p < NT_N_REPEATS; p++)
                    r->row[r->n_rows++] =
                        made_up_row(nt_kernel_at(k), (nt_dtype)d, (nt_class)c, (nt_repeat)p);
    char *text = text_of(r);
    const char *at = text;
    for (int k = 0; k < nt_kernel_count(); k++) {
        char row[100];
        snprintf(row, sizeof row, "\nNT_TUNED(%s, ", nt_kernel_at(k)->name);
        for (int i = 0; i < NT_N_DTYPES * NT_N_CLASSES * NT_N_REPEATS; i++) {
            const char *found = strstr(at, "\nNT_TUNED(");
            assert_non_null(found);
            if (strncmp(found, row, strlen(row)) != 0)
                fail_msg("%.60s where %s is due", found, nt_kernel_at(k)->name);
            at = found + 1;
        }
    }
    assert_string_equal(probe_says(text), "");
    free(text);
    free(r);
}

/* ---- Round trip ----------------------------------------------------------------------------------- */

static void the_build_takes_it(void **state)
{
    (void)state;
    result *r = made_up_result();
    char *text = text_of(r);
    assert_string_equal(probe_says(text), "");
    /* And would notice: */
    text[strlen(text) / 2] ^= 1;
    assert_string_not_equal(probe_says(text), "");
    free(text);
    r->n_rows = 0;
    text = text_of(r);
    assert_string_equal(probe_says(text), "");
    free(text);
    nt_machine_detect(&r->machine);
    text = text_of(r);
    assert_string_equal(probe_says(text), "");
    free(text);
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
    r->row[1].default_ns = 0;
    r->row[1].verdict = STATS_UNDECIDED;
    r->machine.l3_bytes = INT64_C(1) << 50;
    r->machine.l1d_bytes = r->machine.l2_bytes = 0;
    memset(r->machine.uarch, 'u', sizeof r->machine.uarch - 1);
    char *text = text_of(r);
    assert_string_equal(probe_says(text), "");
    free(text);
    free(r);
}

/* The library's own source with this header in the place of the one it was built with. */
static void a_compiler_takes_it(void **state)
{
    (void)state;
    static const char script[] =
        "command -v cc >/dev/null || exit 77; cc -std=gnu17 -fsyntax-only -Wall -Wextra -Werror -I\"$1\" "
        "-I" NT_SOURCE_DIR "/include -I" NT_SOURCE_DIR "/kernels " NT_SOURCE_DIR "/kernels/core/tuned_table.c";
    scratch s = scratch_make();
    result *r = made_up_result();
    char *text = text_of(r), path[120];
    snprintf(path, sizeof path, "%s/tuned_rows.h", s.folder);
    spill(path, text, strlen(text));
    const char *const argv[] = {"/bin/sh", "-c", script, "sh", s.folder, NULL};
    program good = program_start(argv, NULL);
    program_end(&good, 60);
    /* A row less than the end says must not compile. */
    char *row = strstr(text, "NT_TUNED(scale");
    assert_non_null(row);
    memset(row, ' ', strcspn(row, "\n"));
    spill(path, text, strlen(text));
    program cut = program_start(argv, NULL);
    program_end(&cut, 60);
    const int good_code = good.code, cut_code = cut.code;
    if (good_code != 0 && good_code != 77)
        print_error("%s\n", good.text[1]);
    program_free(&good);
    program_free(&cut);
    free(text);
    free(r);
    scratch_walk(&s, 1);
    if (good_code == 77)
        skip();
    assert_int_equal(good_code, 0);
    assert_int_not_equal(cut_code, 0);
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
        "a\nNT_TUNED(mathop, 0, 1, f64)\n",
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
        const char *says = probe_says(text);
        if (*says)
            fail_msg("brand %zu: %s", i, says);
        int n_lines = 0, n_ends = 0;
        for (const char *c = text; *c; c++) {
            n_lines += *c == '\n';
            n_ends += c[0] == '*' && c[1] == '/';
            assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
            assert_true(*c != '\\');
        }
        assert_int_equal(n_lines, 11 + 1 + 4 + 1);
        assert_int_equal(n_ends, 1 + 4);
        free(text);
    }
    rng random = rng_make(4);
    for (int i = 0; i < 30; i++) {
        for (size_t k = 0; k + 1 < sizeof r->machine.model; k++)
            r->machine.model[k] = (char)(1 + rng_below(&random, 255));
        char *text = text_of(r);
        assert_string_equal(probe_says(text), "");
        free(text);
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
    assert_int_equal(emit_header(r, s.folder, &why), NT_OK);
    char *text = text_of(r), *file = slurp(path, NULL);
    assert_string_equal(file, text);
    free(file);
    free(text);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(emit_header(r, s.folder, &why), NT_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    r->n_rows--;
    assert_int_equal(emit_header(r, s.folder, &why), NT_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(scratch_walk(&s, 0), 1); /* nothing beside it */
    assert_int_equal(emit_header(r, "/proc/nowhere", &why), NT_EIO);
    assert_non_null(strstr(why.text, "/proc/nowhere/tuned.h"));
    scratch_walk(&s, 1);
    free(r);
}

static void rows_name_their_order(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    result *r = made_up_result();
    const nt_case *c;
    int n = 0;
    for (; (c = nt_kernel_case_at(k, n)); n++)
        r->row[r->n_rows++] = made_up_stencil(k, nt_kernel_order(k, c->params), NT_F32);
    char *text = text_of(r);
    assert_string_equal(probe_says(text), "");
    for (int i = 0; i < n; i++) {
        char row[100];
        snprintf(row, sizeof row, "\nNT_TUNED(%s, %d, %d, f32, out_of_cache, many, \"isa=scalar,", k->name,
                 nt_kernel_order(k, nt_kernel_case_at(k, i)->params), k->version);
        if (!strstr(text, row))
            fail_msg("no row %s", row);
    }
    assert_non_null(strstr(text, "\nNT_TUNED(mathop, 0, "));
    free(text);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_name_their_order),
        cmocka_unit_test(every_byte),
        cmocka_unit_test(the_same_results_give_the_same_bytes),
        cmocka_unit_test(rows_stand_in_the_registrys_order),
        cmocka_unit_test(the_build_takes_it),
        cmocka_unit_test(extreme_rows),
        cmocka_unit_test(a_compiler_takes_it),
        cmocka_unit_test(a_brand_cannot_break_the_comment),
        cmocka_unit_test(the_file_is_written_only_when_it_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
