/*
 * test_tuned.c - the table compiled in, the choice of a row, and the check of a header before it is
 * built in SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "machine/machine_internal.h"
#include "nestune/nestune.h"
#include "core/tuned_internal.h"

/* The checker is a program of the build, not of the library. */
int probe_main(int argc, char **argv);
#define main probe_main
#include "../cmake/probe.c"
#undef main

/* ---- A made-up kernel and table ------------------------------------------------------------ */

#define MISSING_ISA (nt_isa_available(NT_NEON) ? "avx2" : "neon")

static void no_tile(const nt_step *step, const nt_box *box)
{
    (void)step, (void)box;
}

static const nt_tile tiles[] = {{"fused", NT_F64, 1, 1, no_tile},
                                {"fused", NT_F64, 4, 1, no_tile},
                                {"exact", NT_F64, 2, 1, no_tile},
                                {NULL, NT_F64, 0, 0, NULL}};
static const nt_tile *const tile_tables[NT_N_ISAS] = {tiles, tiles, tiles, tiles};
static const nt_variant variants[] = {{.name = "fused"}, {.name = "exact"}, {.name = NULL}};
static const nt_kernel toy = {.name = "toy", .version = 3, .variants = variants, .tiles = tile_tables};
static const nt_machine zen = {.vendor = "AuthenticAMD",
                               .family = 26,
                               .model_id = 2,
                               .l1d_bytes = 49152,
                               .l2_bytes = 1048576,
                               .l3_bytes = 33554432};

static nt_tuned_row rows[4];
static nt_tuned made_up;
static nt_config config, fallback;
static nt_error why;

static int make_table(void **state)
{
    (void)state;
    static const nt_tuned_row good[4] = {
        {"toy", 0, 3, "f64", "in_cache", "one",
         "isa=scalar,variant=exact,parallel=flat,tile=0x8x8,threads=1,unroll=2,jam=1"},
        {"toy", 0, 3, "f64", "out_of_cache", "one",
         "isa=scalar,variant=exact,parallel=middle,threads=4096,unroll=2,jam=1"},
        {"toy", 0, 3, "f64", "out_of_cache", "many",
         "isa=scalar,variant=exact,depth=5,threads=1,unroll=2,jam=1"},
        {"other", 0, 1, "f64", "in_cache", "one", "isa=scalar"},
    };
    memcpy(rows, good, sizeof rows);
    made_up = (nt_tuned){NT_TUNED_FORMAT, "zen5-26.2.1-2t", "AuthenticAMD", 26, 2,
                         49152,           1048576,          33554432,       4,  rows};
    memset(&config, 0x5a, sizeof config);
    memset(&why, 0, sizeof why);
    return nt_config_default(&toy, NT_F64, &fallback, NULL) != NT_OK;
}

static nt_status find(const nt_machine *here, const char *mode, nt_class c, nt_repeat r)
{
    const nt_tuned_use use = {&toy, 0, NT_F64, c, r};
    return nt_tuned_find_in(&made_up, here, mode, &use, &config, &why);
}

static void assert_default(nt_status status, const char *reason)
{
    char got[NT_CONFIG_TEXT], want[NT_CONFIG_TEXT];
    assert_int_equal(status, NT_ESTALE);
    nt_config_format(&toy, &config, got);
    nt_config_format(&toy, &fallback, want);
    assert_string_equal(got, want);
    if (!strstr(why.text, reason))
        fail_msg("\"%s\" does not say \"%s\"", why.text, reason);
}

/* ---- The choice of a row ------------------------------------------------------------------- */

static void test_row_is_taken(void **state)
{
    (void)state;
    assert_int_equal(find(&zen, NULL, NT_IN_CACHE, NT_ONE_STEP), NT_OK);
    assert_string_equal(why.text, "row toy f64 in_cache one of zen5-26.2.1-2t");
    assert_int_equal(config.isa, NT_SCALAR);
    assert_int_equal(config.variant, 1);
    assert_int_equal(config.parallel, NT_FLAT);
    assert_int_equal(config.tile[1], 8);
    assert_int_equal(config.unroll, 2);
    assert_int_equal(find(&zen, "", NT_OUT_OF_CACHE, NT_MANY_STEPS), NT_OK);
    assert_int_equal(config.depth, 5);
    const nt_tuned_use use = {&toy, 0, NT_F64, NT_IN_CACHE, NT_ONE_STEP};
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, NULL), NT_OK);
}

static void test_threads_are_lowered(void **state)
{
    (void)state;
    if (nt_threads_allowed() >= NT_MAX_THREADS)
        skip();
    assert_int_equal(find(&zen, NULL, NT_OUT_OF_CACHE, NT_ONE_STEP), NT_OK);
    assert_int_equal(config.threads, nt_threads_allowed());
    assert_non_null(strstr(why.text, "threads lowered from 4096 to "));
}

static void test_modes(void **state)
{
    (void)state;
    nt_machine other = zen;
    assert_default(find(&zen, "off", NT_IN_CACHE, NT_ONE_STEP), "NESTUNE_TUNED=off");
    assert_default(find(&zen, "of", NT_IN_CACHE, NT_ONE_STEP), "NESTUNE_TUNED=of: allowed are off and force");
    other.family = 6;
    assert_int_equal(find(&other, "force", NT_IN_CACHE, NT_ONE_STEP), NT_OK);
    assert_non_null(strstr(why.text, "forced by NESTUNE_TUNED"));
}

static void test_another_cpu(void **state)
{
    (void)state;
    nt_machine other = zen;
    snprintf(other.vendor, sizeof other.vendor, "GenuineIntel");
    assert_default(find(&other, NULL, NT_IN_CACHE, NT_ONE_STEP),
                   "CPU AuthenticAMD family 26 model 2, here GenuineIntel");
    other = zen;
    other.l3_bytes = 1 << 20;
    assert_default(find(&other, NULL, NT_IN_CACHE, NT_ONE_STEP), "L3 cache of 33554432 bytes, here 1048576");
    made_up.vendor = ""; /* generic: for any CPU */
    made_up.machine = "generic";
    made_up.l3_bytes = 0;
    assert_int_equal(find(&other, NULL, NT_IN_CACHE, NT_ONE_STEP), NT_OK);
}

/* One row that cannot be used takes the others of its kernel and type with it. */
static void test_unusable_rows(void **state)
{
    (void)state;
    char other_isa[64];
    snprintf(other_isa, sizeof other_isa, "isa=%s,variant=exact,unroll=2", MISSING_ISA);
    const struct {
        nt_tuned_row row;
        const char *reason;
    } cases[] = {
        {{"toy", 0, 2, "f64", "out_of_cache", "many", "isa=scalar,variant=exact,unroll=2"},
         "for version 2 of toy, here 3"},
        {{"toy", 0, 3, "f64", "out_of_cache", "many", other_isa}, "not on this CPU"},
        {{"toy", 0, 3, "f64", "out_of_cache", "many", "isa=scalar,variant=gone"}, "variant=gone"},
        {{"toy", 0, 3, "f64", "out_of_cache", "many", "isa=scalar,variant=exact,unroll=7"}, "unroll=7"},
        {{"toy", 0, 3, "f64", "out_of_cache", "many", "nonsense"}, "nonsense"},
        {{"toy", 0, 3, "f64", "out_of_cache", "many", "isa=scalar,variant=fused,unroll=4"},
         "differ in isa or variant"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_table(NULL);
        rows[2] = cases[i].row;
        assert_default(find(&zen, NULL, NT_OUT_OF_CACHE, NT_MANY_STEPS), cases[i].reason);
        assert_default(find(&zen, NULL, NT_IN_CACHE, NT_ONE_STEP), cases[i].reason);
    }
}

static void test_max_isa_makes_rows_unusable(void **state)
{
    (void)state;
    if (fallback.isa == NT_SCALAR)
        skip();
    char text[64];
    snprintf(text, sizeof text, "isa=%s,variant=fused,unroll=4", nt_isa_name(fallback.isa));
    rows[0].config = rows[1].config = rows[2].config = text;
    assert_int_equal(find(&zen, NULL, NT_IN_CACHE, NT_ONE_STEP), NT_OK);
    setenv("NESTUNE_MAX_ISA", "scalar", 1);
    nt_config_default(&toy, NT_F64, &fallback, NULL);
    const nt_status status = find(&zen, NULL, NT_IN_CACHE, NT_ONE_STEP);
    unsetenv("NESTUNE_MAX_ISA");
    assert_default(status, "NESTUNE_MAX_ISA");
    assert_int_equal(config.isa, NT_SCALAR);
}

static int toy_radius(const void *params)
{
    return params ? *(const int *)params : 0;
}

/* A row serves its own order and no other; each order has an arithmetic of its own. */
static void test_orders(void **state)
{
    (void)state;
    static const int one = 1, two = 2, three = 3;
    nt_kernel stencil = toy;
    stencil.radius = toy_radius;
    rows[1] =
        (nt_tuned_row){"toy", 2, 3, "f64", "in_cache", "many", "isa=scalar,variant=exact,unroll=2,depth=3"};
    rows[2] =
        (nt_tuned_row){"toy", 4, 3, "f64", "in_cache", "many", "isa=scalar,variant=fused,unroll=4,depth=2"};
    nt_tuned_use use = {&stencil, nt_kernel_order(&stencil, &one), NT_F64, NT_IN_CACHE, NT_MANY_STEPS};
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), NT_OK);
    assert_string_equal(why.text, "row toy o2 f64 in_cache many of zen5-26.2.1-2t");
    assert_true(config.depth == 3 && config.variant == 1);
    use.order = nt_kernel_order(&stencil, &two);
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), NT_OK);
    assert_true(config.depth == 2 && config.variant == 0 && config.unroll == 4);
    use.repeat = NT_ONE_STEP; /* no such row: the arithmetic of this order's */
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), NT_ESTALE);
    assert_non_null(strstr(why.text, "with the arithmetic"));
    assert_non_null(strstr(why.text, "no row for toy o4 f64 in_cache one"));
    assert_true(config.isa == NT_SCALAR && config.variant == 0 && config.depth == 1);
    use.order = nt_kernel_order(&stencil, &three);
    assert_default(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), "no row for toy o6 f64");
    use.order = 0;
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), NT_OK);
    assert_int_equal(config.parallel, NT_FLAT);
}

/* The values of a function do not depend on which rows a header happens to have. */
static void test_missing_row(void **state)
{
    (void)state;
    assert_int_equal(find(&zen, NULL, NT_IN_CACHE, NT_MANY_STEPS), NT_ESTALE);
    assert_non_null(strstr(why.text, "no row for toy f64 in_cache many"));
    assert_int_equal(config.isa, NT_SCALAR);
    assert_int_equal(config.variant, 1);
    assert_int_equal(config.parallel, fallback.parallel);
    assert_int_equal(config.threads, fallback.threads);
    assert_int_equal(nt_config_check(&toy, NT_F64, &config, NULL), NT_OK);
    made_up.n_rows = 0;
    assert_default(find(&zen, NULL, NT_IN_CACHE, NT_ONE_STEP), "has no row for toy f64");
}

static void test_kernel_that_cannot_run(void **state)
{
    (void)state;
    const nt_tuned_use use = {&toy, 0, NT_F32, NT_IN_CACHE, NT_ONE_STEP}; /* no f32 tile */
    const nt_config before = config;
    assert_int_equal(nt_tuned_find_in(&made_up, &zen, NULL, &use, &config, &why), NT_EKERNEL);
    assert_memory_equal(&config, &before, sizeof config);
    assert_int_equal(find(&zen, NULL, NT_N_CLASSES, NT_ONE_STEP), NT_EARG);
    assert_memory_equal(&config, &before, sizeof config);
    assert_int_equal(nt_tuned_find(NULL, NULL, NT_F64, NT_IN_CACHE, NT_ONE_STEP, &config, &why), NT_EARG);
    assert_int_equal(nt_tuned_find(&toy, NULL, NT_F64, NT_IN_CACHE, NT_ONE_STEP, NULL, &why), NT_EARG);
}

/* ---- Shape classes and the table of this build --------------------------------------------- */

static void test_classes(void **state)
{
    (void)state;
    const int64_t mib = 1 << 20;
    assert_int_equal(nt_class_at(0, mib, 1, 2), NT_IN_CACHE);
    assert_int_equal(nt_class_at(2 * mib, mib, 1, 2), NT_IN_CACHE);
    assert_int_equal(nt_class_at(2 * mib + 1, mib, 1, 2), NT_OUT_OF_CACHE);
    assert_int_equal(nt_class_at(2 * mib, mib, 2, 2), NT_OUT_OF_CACHE); /* two threads of one core */
    assert_int_equal(nt_class_at(2 * mib, mib, 2, 3), NT_IN_CACHE);
    assert_int_equal(nt_class_at(3 * mib, 0, 0, 3), NT_IN_CACHE); /* unknown: 1 MiB a core */
    assert_int_equal(nt_class_at(INT64_MAX, mib, 1, 4096), NT_OUT_OF_CACHE);
    assert_int_equal(nt_class_of(64), NT_IN_CACHE);
    assert_int_equal(nt_class_of(INT64_MAX), NT_OUT_OF_CACHE);
    assert_string_equal(nt_class_name(NT_IN_CACHE), "in_cache");
    assert_string_equal(nt_repeat_name(NT_MANY_STEPS), "many");
    assert_null(nt_class_name(NT_N_CLASSES));
    assert_null(nt_repeat_name((nt_repeat)-1));
}

static void test_table_of_this_build(void **state)
{
    (void)state;
    const nt_tuned *const t = nt_tuned_table();
    assert_int_equal(t->format, NT_TUNED_FORMAT);
    assert_true(*t->machine && t->vendor && t->n_rows >= 0);
    assert_true(*t->vendor || t->n_rows == 0 || strcmp(t->machine, "generic") == 0);
    for (int i = 0; i < t->n_rows; i++) {
        const nt_tuned_row *const row = &t->rows[i];
        const nt_kernel *const kernel = nt_kernel_find(row->kernel);
        assert_true(!strcmp(row->dtype, "f32") || !strcmp(row->dtype, "f64"));
        assert_true(!strcmp(row->shape_class, "in_cache") || !strcmp(row->shape_class, "out_of_cache"));
        assert_true(!strcmp(row->steps, "one") || !strcmp(row->steps, "many"));
        if (kernel && row->version == kernel->version) {
            nt_config parsed = {.threads = 1};
            if (nt_config_parse(kernel, row->config, &parsed, &why) != NT_OK)
                fail_msg("row %d: %s", i, why.text);
        }
        for (int k = 0; k < i; k++)
            assert_false(!strcmp(row->kernel, t->rows[k].kernel) && row->order == t->rows[k].order &&
                         !strcmp(row->dtype, t->rows[k].dtype) &&
                         !strcmp(row->shape_class, t->rows[k].shape_class) &&
                         !strcmp(row->steps, t->rows[k].steps));
    }
}

static void test_every_kernel_gets_a_config(void **state)
{
    (void)state;
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            for (int k = 0; k < NT_N_CLASSES * NT_N_REPEATS; k++) {
                nt_config c;
                const nt_kernel *const kernel = nt_kernel_at(i);
                const nt_status status =
                    nt_tuned_find(kernel, NULL, (nt_dtype)d, (nt_class)(k / 2), (nt_repeat)(k % 2), &c, &why);
                assert_true(status == NT_OK || status == NT_ESTALE || status == NT_EKERNEL);
                if (status != NT_EKERNEL)
                    assert_int_equal(nt_config_check(kernel, (nt_dtype)d, &c, NULL), NT_OK);
                assert_true(*why.text && !strchr(why.text, '\n'));
            }
}

/* ---- The check before it is built in ------------------------------------------------------- */

#define INTRO                                             \
    "/*\n * tuned.h - written by autotune; do not edit\n" \
    " * compiler: gcc 12.2.0, flags -O3 \"x\" [y;z] ${w} @v@\n */\n"
#define HEADER  "NT_TUNED_HEADER(2, \"zen5-26.2.1-2t\", \"AuthenticAMD\", 26, 2, 49152, 1048576, 33554432)\n"
#define COMMENT "/*       kernel  version dtype  class  steps  config */\n"
#define ROW                                                                                      \
    "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"isa=avx2,tile=0x8x8\")   /* default 0.31 ns, " \
    "tuned 0.26 ns */\n"
#define ROW2 "NT_TUNED(mathop, 0, 1, f32, out_of_cache, many, \"isa=avx2\")\n"

/* Ends `body` as the tool would, and checks it. */
static int check_body(const char *body, int n_rows, char error[ERROR_TEXT])
{
    char text[8192];
    const int n = snprintf(text, sizeof text, "%sNT_TUNED_END(%d, 0x%08x)\n", body, n_rows,
                           (unsigned)crc32_of(body, strlen(body)));
    return check_text(text, (size_t)n, error);
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(crc32_of("123456789", 9), 0xcbf43926u); /* the check value of CRC-32/ISO-HDLC */
    assert_int_equal(crc32_of("", 0), 0);
}

static void test_good_headers(void **state)
{
    (void)state;
    char error[ERROR_TEXT] = "";
    assert_int_equal(check_body(INTRO HEADER COMMENT ROW ROW2, 2, error), 0);
    assert_int_equal(check_body(INTRO HEADER COMMENT, 0, error), 0);
    assert_int_equal(check_body(HEADER "\n/*\n */\n" ROW "/*\n * between\n *\n */\n" ROW2, 2, error), 0);
    assert_int_equal(check_file(NT_SOURCE_DIR "/results/generic/tuned.h", error), 0);
    assert_int_equal(check_file(NT_BINARY_DIR "/generated/tuned_rows.h", error), 0);
}

static void test_hostile_headers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int n_rows, line;
        const char *reason;
    } cases[] = {
        {"", 0, 1, "NT_TUNED_HEADER("},
        {"(fftw-3.3.10 fftw_wisdom\n)\n", 0, 1, "NT_TUNED_HEADER("},
        {"{\"results\": []}\n", 0, 1, "NT_TUNED_HEADER("},
        {"NT_TUNED_HEADER(1, \"a\", \"b\", 1, 2, 3, 4, 5)\n", 0, 1, "another format: allowed is 2"},
        {"NT_TUNED_HEADER(2, \"a\", \"b\", 1, 2, 3, 4)\n", 0, 1, "NT_TUNED_HEADER("},
        {"NT_TUNED_HEADER(2, \"a\", \"b\", -1, 2, 3, 4, 5)\n", 0, 1, "NT_TUNED_HEADER("},
        {"NT_TUNED_HEADER(2, \"a\", \"b\", 1, 2, 3, 4, 9999999999999999999)\n", 0, 1, "NT_TUNED_HEADER("},
        {"NT_TUNED_HEADER(2, \"a\"x\", \"b\", 1, 2, 3, 4, 5)\n", 0, 1, "NT_TUNED_HEADER("},
        {ROW HEADER, 1, 1, "NT_TUNED_HEADER("},
        {HEADER HEADER, 0, 2, "NT_TUNED("},
        {HEADER ROW, 2, 3, "1 rows, but NT_TUNED_END says 2"},
        {HEADER "#include \"/etc/passwd\"\n", 0, 2, "NT_TUNED("},
        {HEADER "};int x(void){return 1;}\n", 0, 2, "NT_TUNED("},
        {HEADER "/* a */ int x; /* b */\n", 0, 2, "NT_TUNED("},
        {HEADER "/* */ int x; /* */\n", 0, 2, "NT_TUNED("},
        {HEADER "/* a\n */\n", 0, 2, "NT_TUNED("},
        {HEADER " * a\n", 0, 2, "NT_TUNED("},
        {HEADER "/*\n * a */ int x;\n */\n", 0, 3, "in a comment"},
        {HEADER "/*\n * a */\n", 0, 3, "in a comment"},
        {HEADER "/*\nint x;\n */\n", 0, 3, "in a comment"},
        {HEADER "/*\n * a /* b\n */\n", 0, 3, "in a comment"},
        {HEADER "/* a \\ */\n", 0, 2, "a byte that is not allowed"},
        {HEADER "/* \xc3\xa9 */\n", 0, 2, "a byte that is not allowed"},
        {HEADER "\t\n", 0, 2, "a byte that is not allowed"},
        {INTRO "\r\n", 0, 5, "a byte that is not allowed"},
        {HEADER "NT_TUNED(mathOp, 0, 1, f64, in_cache, one, \"isa=avx2\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 1, f64, in_cache, one, \"isa=avx2\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, -2, 1, f64, in_cache, one, \"isa=avx2\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 2x, 1, f64, in_cache, one, \"isa=avx2\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1x, f64, in_cache, one, \"isa=avx2\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"isa=%s\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"a\" \"b\")\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"a\") int x;\n", 1, 2, "NT_TUNED("},
        {HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"a\") /* */ int x; /* */\n", 1, 2, "NT_TUNED("},
        {HEADER ROW "NT_TUNED_END(1, 0x00000000)\n" ROW, 1, 3, "damaged or edited"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char error[ERROR_TEXT] = "";
        const int line = check_body(cases[i].body, cases[i].n_rows, error);
        if (line != cases[i].line || !strstr(error, cases[i].reason))
            fail_msg("case %zu: line %d, \"%s\"", i, line, error);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    char error[ERROR_TEXT], body[4096], text[32];
    snprintf(body, sizeof body, HEADER "/* %600s */\n", "x");
    assert_int_equal(check_body(body, 0, error), 2);
    snprintf(body, sizeof body, HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"%0192d\")\n", 1);
    assert_int_equal(check_body(body, 1, error), 2);
    snprintf(body, sizeof body, HEADER "NT_TUNED(mathop, 0, 1, f64, in_cache, one, \"%0191d\")\n", 1);
    assert_int_equal(check_body(body, 1, error), 0);
    assert_int_equal(check_text("/* a\0b */\n", 10, error), 1);
    snprintf(text, sizeof text, "/tmp/nestune-no-such-%d", (int)getpid());
    assert_int_equal(check_file(text, error), 1);
    assert_string_equal(error, "cannot be read");
}

/* Every cut and every flipped bit is noticed. */
static void test_damage(void **state)
{
    (void)state;
    const char body[] = INTRO HEADER COMMENT ROW ROW2;
    char text[2048], error[ERROR_TEXT];
    const size_t n = (size_t)snprintf(text, sizeof text, "%sNT_TUNED_END(2, 0x%08x)\n", body,
                                      (unsigned)crc32_of(body, strlen(body)));
    assert_int_equal(check_text(text, n, error), 0);
    for (size_t i = 0; i < n; i++)
        if (!check_text(text, i, error))
            fail_msg("a cut after %zu bytes is not noticed", i);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        if (!check_text(text, n, error))
            fail_msg("flipped bit %zu of byte %zu is not noticed", bit % 8, bit / 8);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    text[n] = '\n';
    assert_int_not_equal(check_text(text, n + 1, error), 0);
    assert_non_null(strstr(error, "after NT_TUNED_END"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_row_is_taken, make_table),
        cmocka_unit_test_setup(test_threads_are_lowered, make_table),
        cmocka_unit_test_setup(test_modes, make_table),
        cmocka_unit_test_setup(test_another_cpu, make_table),
        cmocka_unit_test_setup(test_unusable_rows, make_table),
        cmocka_unit_test_setup(test_max_isa_makes_rows_unusable, make_table),
        cmocka_unit_test_setup(test_orders, make_table),
        cmocka_unit_test_setup(test_missing_row, make_table),
        cmocka_unit_test_setup(test_kernel_that_cannot_run, make_table),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_table_of_this_build),
        cmocka_unit_test(test_every_kernel_gets_a_config),
        cmocka_unit_test(test_crc),
        cmocka_unit_test(test_good_headers),
        cmocka_unit_test(test_hostile_headers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
