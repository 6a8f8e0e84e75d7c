/*
 * test_config.c - configs: default, text form, checks
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const nt_kernel *mathop(void)
{
    const nt_kernel *kernel = nt_kernel_find("mathop");
    assert_non_null(kernel);
    return kernel;
}

static nt_config some_config(void)
{
    nt_config c;
    assert_int_equal(nt_config_default(mathop(), NT_F64, &c, NULL), NT_OK);
    return c;
}

/* ---- Default and names ------------------------------------------------------------------------ */

static void default_is_honest(void **state)
{
    (void)state;
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int dtype = 0; dtype < NT_N_DTYPES; dtype++) {
            const nt_kernel *kernel = nt_kernel_at(k);
            nt_config c;
            nt_error why;
            assert_int_equal(nt_config_default(kernel, (nt_dtype)dtype, &c, &why), NT_OK);
            assert_int_equal(nt_config_check(kernel, (nt_dtype)dtype, &c, &why), NT_OK);
            assert_int_equal(c.variant, 0);
            assert_int_equal(c.parallel, NT_OUTER);
            assert_int_equal(c.order, NT_ZYX);
            assert_int_equal(c.schedule, NT_STATIC);
            assert_int_equal(c.depth, 1);
            assert_int_equal(c.threads, nt_threads_allowed());
            assert_true(c.tile[0] == 0 && c.tile[1] == 0 && c.tile[2] == 0);
            for (int isa = c.isa + 1; isa < NT_N_ISAS; isa++)
                assert_false(kernel->tiles[isa] && nt_isa_available((nt_isa)isa));
            const nt_tile *first = kernel->tiles[c.isa];
            while (first->dtype != (nt_dtype)dtype || strcmp(first->variant, kernel->variants[0].name) != 0)
                first++;
            assert_ptr_equal(nt_kernel_tile(kernel, (nt_dtype)dtype, &c), first);
        }
}

static void default_refuses(void **state)
{
    (void)state;
    nt_config c = some_config();
    const nt_config before = c;
    nt_error why;
    assert_refused(nt_config_default(NULL, NT_F64, &c, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_default(mathop(), NT_F64, NULL, &why), NT_EARG, &why, "config");
    assert_refused(nt_config_default(mathop(), (nt_dtype)7, &c, &why), NT_EKERNEL, &why, "mathop");
    assert_int_equal(nt_config_default(NULL, NT_F64, &c, NULL), NT_EARG);
    assert_true(config_equal(&c, &before));
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(nt_isa_name(NT_AVX2), "avx2");
    assert_string_equal(nt_parallel_name(NT_FLAT), "flat");
    assert_string_equal(nt_order_name(NT_XZY), "xzy");
    assert_string_equal(nt_schedule_name(NT_DYNAMIC), "dynamic");
    const int outside[] = {-1, -1000000, 99, 1 << 30};
    for (int i = 0; i < 4; i++) {
        assert_null(nt_isa_name((nt_isa)outside[i]));
        assert_null(nt_parallel_name((nt_parallel)outside[i]));
        assert_null(nt_order_name((nt_order)outside[i]));
        assert_null(nt_schedule_name((nt_schedule)outside[i]));
    }
    assert_null(nt_isa_name(NT_N_ISAS));
}

/* ---- Text form ----------------------------------------------------------------------------------- */

static void parses(void **state)
{
    (void)state;
    nt_config c = some_config();
    assert_int_equal(nt_config_parse(mathop(),
                                     "isa=scalar,variant=u35,parallel=inner,order=xzy,tile=1x22x333,"
                                     "depth=4,threads=3,schedule=dynamic,unroll=2,jam=1",
                                     &c, NULL),
                     NT_OK);
    const nt_config expected = {.isa = NT_SCALAR,
                                .variant = nt_kernel_variant(mathop(), "u35"),
                                .parallel = NT_INNER,
                                .order = NT_XZY,
                                .tile = {1, 22, 333},
                                .depth = 4,
                                .threads = 3,
                                .schedule = NT_DYNAMIC,
                                .unroll = 2,
                                .jam = 1};
    assert_true(config_equal(&c, &expected));
    /* Any order; what is not named stays; nothing at all changes nothing. */
    assert_int_equal(nt_config_parse(mathop(), "threads=4096,depth=1", &c, NULL), NT_OK);
    assert_int_equal(nt_config_parse(mathop(), "", &c, NULL), NT_OK);
    nt_config changed = expected;
    changed.threads = 4096;
    changed.depth = 1;
    assert_true(config_equal(&c, &changed));
}

static void parse_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named, *allowed;
    } wrong[] = {
        {"isa=sse9", "sse9", "avx512"},
        {"isa=", "isa=", "scalar"},
        {"isa=AVX2", "AVX2", "avx2"},
        {"variant=quick", "quick", "fused"},
        {"parallel=all", "all", "flat"},
        {"order=zzz", "zzz", "zyx"},
        {"schedule=guided", "guided", "dynamic"},
        {"tile=8", "tile=8", "XxYxZ"},
        {"tile=1x2", "1x2", "XxYxZ"},
        {"tile=1x2x3x4", "1x2x3x4", "XxYxZ"},
        {"tile=-1x2x3", "-1x2x3", "XxYxZ"},
        {"tile=1x2x 3", "1x2x 3", "XxYxZ"},
        {"tile=x", "tile=x", "XxYxZ"},
        {"tile=9999999999999999999x0x0", "99999", "XxYxZ"},
        {"depth=0", "depth=0", "1 to 4096"},
        {"depth=4097", "4097", "4096"},
        {"depth=1.5", "1.5", "1 to"},
        {"depth=", "depth=", "1 to"},
        {"depth=99999999999999999999", "99999", "4096"},
        {"threads=0", "threads=0", "1 to 4096"},
        {"threads=-2", "-2", "1 to"},
        {"threads=4097", "4097", "4096"},
        {"threads=2 ", "threads=2 ", "1 to"},
        {"unroll=0", "unroll=0", "1 to"},
        {"jam=65", "jam=65", "64"},
        {"speed=9", "speed", "schedule"},
        {"isa", "isa", "VALUE"},
        {"=2", "key=", "isa"},
        {",threads=2", "key=", "isa"},
        {"threads=2,,depth=1", "key=", "isa"},
        {"threads=2,", "comma", ""},
        {"threads=2,threads=2", "threads", "twice"},
        {"threads=2;depth=1", "2;depth=1", "1 to"},
        {" threads=2", " threads", "isa"},
        {"depth=2,tile=4x4x4,isa=none", "none", "neon"},
    };
    nt_config c = some_config();
    const nt_config before = c;
    nt_error why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_refused(nt_config_parse(mathop(), wrong[i].text, &c, &why), NT_ECONFIG, &why, wrong[i].named);
        assert_refused(NT_ECONFIG, NT_ECONFIG, &why, wrong[i].allowed);
        assert_int_equal(nt_config_parse(mathop(), wrong[i].text, &c, NULL), NT_ECONFIG);
        assert_true(config_equal(&c, &before));
    }
    assert_refused(nt_config_parse(NULL, "", &c, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_parse(mathop(), NULL, &c, &why), NT_EARG, &why, "text");
    assert_refused(nt_config_parse(mathop(), "", NULL, &why), NT_EARG, &why, "config");
}

static nt_config any_config(rng *r, const nt_kernel *kernel)
{
    int n_variants = 0;
    while (kernel->variants[n_variants].name)
        n_variants++;
    nt_config c = {.isa = (nt_isa)rng_below(r, NT_N_ISAS),
                   .variant = (int)rng_below(r, n_variants),
                   .parallel = (nt_parallel)rng_below(r, NT_N_PARALLELS),
                   .order = (nt_order)rng_below(r, NT_N_ORDERS),
                   .depth = 1 + (int)rng_below(r, NT_MAX_DEPTH),
                   .threads = 1 + (int)rng_below(r, NT_MAX_THREADS),
                   .schedule = (nt_schedule)rng_below(r, NT_N_SCHEDULES),
                   .unroll = 1 + (int)rng_below(r, 64),
                   .jam = 1 + (int)rng_below(r, 64)};
    for (int a = 0; a < 3; a++)
        c.tile[a] = rng_below(r, INT64_C(1) << rng_below(r, 50));
    return c;
}

static void round_trip(void **state)
{
    (void)state;
    rng r = rng_make(31);
    for (int i = 0; i < 10000; i++) {
        const nt_kernel *kernel = nt_kernel_at((int)rng_below(&r, nt_kernel_count()));
        const nt_config c = any_config(&r, kernel);
        nt_config back = {0};
        nt_error why;
        char text[NT_CONFIG_TEXT];
        memset(text, 'x', sizeof text);
        nt_config_format(kernel, &c, text);
        assert_non_null(memchr(text, '\0', sizeof text));
        if (nt_config_parse(kernel, text, &back, &why) != NT_OK)
            fail_msg("%s: %s", text, why.text);
        if (!config_equal(&c, &back))
            fail_msg("%s is parsed back as %s", text, config_text(kernel, &back));
    }
}

/* What nt_config_check() lets pass can be written and read back, tiles of any size too. */
static void checked_configs_round_trip(void **state)
{
    (void)state;
    rng r = rng_make(32);
    for (int i = 0; i < 2000; i++) {
        nt_config c = some_config(), back = {0};
        for (int a = 0; a < 3; a++)
            c.tile[a] = (int64_t)(rng_next(&r) >> (1 + rng_below(&r, 63)));
        if (nt_config_check(mathop(), NT_F64, &c, NULL) != NT_OK)
            continue;
        nt_error why;
        if (nt_config_parse(mathop(), config_text(mathop(), &c), &back, &why) != NT_OK)
            fail_msg("passes the check, is not read back: %s: %s", config_text(mathop(), &c), why.text);
        assert_true(config_equal(&c, &back));
    }
}

/* Random bytes, and valid texts with bytes changed, put in and left out. */
static void hostile_texts(void **state)
{
    (void)state;
    enum { MOST = 400 };
    rng r = rng_make(33);
    for (int i = 0; i < 20000; i++) {
        char text[MOST + 2];
        nt_config c = any_config(&r, mathop());
        const nt_config before = c;
        nt_error why;
        size_t n = (size_t)rng_below(&r, i % 4 ? MOST : 20);
        for (size_t k = 0; k < n; k++)
            text[k] = (char)(1 + rng_below(&r, 255));
        if (i % 2) {
            const nt_config other = any_config(&r, mathop());
            nt_config_format(mathop(), &other, text);
            n = strlen(text);
            for (int64_t changes = 1 + rng_below(&r, 3); changes > 0; changes--) {
                const size_t at = (size_t)rng_below(&r, (int64_t)n + 1);
                const int64_t how = rng_below(&r, 3);
                if (how == 0 && at < n)
                    text[at] = (char)(1 + rng_below(&r, 255));
                else if (how == 1 && at < n)
                    memmove(text + at, text + at + 1, --n - at);
                else if (n < MOST)
                    memmove(text + at + 1, text + at, n++ - at), text[at] = ",=0x9-\n%"[rng_below(&r, 8)];
            }
        }
        text[n] = '\0';
        const nt_status status = nt_config_parse(mathop(), text, &c, &why);
        if (status != NT_OK) {
            assert_refused(status, NT_ECONFIG, &why, "");
            assert_true(config_equal(&c, &before));
        } else {
            nt_config back = {0};
            assert_int_equal(nt_config_parse(mathop(), config_text(mathop(), &c), &back, NULL), NT_OK);
            assert_true(config_equal(&c, &back));
        }
    }
}

/* ---- Check ------------------------------------------------------------------------------------------ */

static void check_refuses(void **state)
{
    (void)state;
    const nt_config good = some_config();
    nt_config c = good;
    nt_error why;
#define REFUSED(field, value, part)                                                      \
    c = good, c.field = value;                                                           \
    assert_refused(nt_config_check(mathop(), NT_F64, &c, &why), NT_ECONFIG, &why, part); \
    assert_int_equal(nt_config_check(mathop(), NT_F64, &c, NULL), NT_ECONFIG)
    REFUSED(isa, (nt_isa)NT_N_ISAS, "isa=");
    REFUSED(isa, (nt_isa)-1, "isa=");
    REFUSED(variant, -1, "variant=-1");
    REFUSED(variant, 99, "variant=99");
    REFUSED(parallel, NT_N_PARALLELS, "parallel=");
    REFUSED(order, NT_N_ORDERS, "order=");
    REFUSED(schedule, NT_N_SCHEDULES, "schedule=");
    REFUSED(tile[0], -1, "tile x=-1");
    REFUSED(tile[1], INT64_MIN, "tile y=");
    REFUSED(tile[2], INT64_MAX, "tile z=");
    REFUSED(depth, 0, "depth=0");
    REFUSED(depth, NT_MAX_DEPTH + 1, "4096");
    REFUSED(threads, 0, "threads=0");
    REFUSED(threads, -1, "1 to");
    REFUSED(threads, INT32_MAX, "4096");
    REFUSED(unroll, 3, "unroll=3");
    REFUSED(unroll, -1, "unroll=-1");
    REFUSED(jam, 2, "jam=2");
#undef REFUSED
    assert_refused(nt_config_check(NULL, NT_F64, &good, &why), NT_EARG, &why, "kernel");
    assert_refused(nt_config_check(mathop(), NT_F64, NULL, &why), NT_EARG, &why, "config");
    assert_refused(nt_config_check(mathop(), (nt_dtype)9, &good, &why), NT_ECONFIG, &why, "mathop");
    for (int isa = 0; isa < NT_N_ISAS; isa++) {
        c = good, c.isa = (nt_isa)isa;
        if (!nt_isa_available((nt_isa)isa))
            assert_refused(nt_config_check(mathop(), NT_F64, &c, &why), NT_EISA, &why,
                           nt_isa_name((nt_isa)isa));
    }
}

int main(void)
{
    tests_add(default_is_honest, NULL, "default");
    tests_add(default_refuses, NULL, "default-refuses");
    tests_add(names, NULL, "names");
    tests_add(parses, NULL, "parse");
    tests_add(parse_refuses, NULL, "parse-refuses");
    tests_add(round_trip, NULL, "round-trip");
    tests_add(checked_configs_round_trip, NULL, "checked-round-trip");
    tests_add(hostile_texts, NULL, "hostile-texts");
    tests_add(check_refuses, NULL, "check-refuses");
    return tests_run("config");
}
