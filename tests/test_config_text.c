/*
 * test_config_text.c - the text form of configs: parsed, printed, and what is refused
 * SPDX-License-Identifier: MIT
 */
#include "config_support.h"

#include <stdio.h>
#include <string.h>

#include "core/keys.h"

/* ---- Text form ----------------------------------------------------------------------------------- */

static void parses(void **state)
{
    (void)state;
    nt_config c = some_config();
    assert_int_equal(nt_config_parse(mathop(),
                                     "isa=scalar,variant=u35,fn=u2,layout=rows,parallel=inner,order=xzy,"
                                     "tile=1x22x333,depth=4,threads=3,schedule=dynamic",
                                     &c, NULL),
                     NT_OK);
    const nt_config expected = {.isa = NT_ISA_SCALAR,
                                .variant = nt_kernel_variant(mathop(), "u35"),
                                .parallel = NT_PARALLEL_INNER,
                                .order = NT_ORDER_XZY,
                                .tile = {1, 22, 333},
                                .depth = 4,
                                .threads = 3,
                                .schedule = NT_SCHEDULE_DYNAMIC,
                                .fn = nt_kernel_form(mathop(), "u2")};
    assert_true(config_equal(&c, &expected));
    /* Any order; keys that are not named keep their values; an empty text changes nothing. */
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
        {"schedule=auto", "auto", "static, dynamic, guided"},
        {"chunk=4", "key=chunk", "tile"}, /* only for ranges */
        {"layout=columns", "columns", "rows"},
        {"layout=", "layout=", "rows"},
        {"fn=u3", "u3", "u1, u2, u4, u6"},
        {"fn=2", "fn=2", "u4"},
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
        {"unroll=2", "key=unroll", "fn"}, /* a key of version 0.1 */
        {"tile x=4", "key=tile x", "tile"},
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

/* Any value of every key that this kernel's configs have; the others are as in the blank one. */
static nt_config any_config(rng *r, const nt_kernel *kernel)
{
    nt_config c = nt_config_blank(kernel);
    for (int id = 0; id < NT_N_KEYS; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        if (!row)
            continue;
        int64_t value = row->least - 1;
        while (!nt_key_allows(kernel, row, value)) {
            const int64_t span = row->most - row->least;
            value = row->least +
                    (span > 1 << 20 ? rng_below(r, INT64_C(1) << rng_below(r, 50)) : rng_below(r, span + 1));
        }
        nt_key_set(&c, (nt_key_id)id, value);
    }
    return c;
}

static void round_trip(void **state)
{
    (void)state;
    rng r = rng_make(31);
    for (int i = 0; i < 10000; i++) {
        const nt_kernel *kernel = nt_kernel_at((int)rng_below(&r, nt_kernel_count()));
        const nt_config c = any_config(&r, kernel);
        nt_config back = nt_config_blank(kernel);
        nt_error why;
        assert_int_equal(nt_config_check(kernel, &c, &why), NT_OK);
        char text[NT_CONFIG_TEXT];
        memset(text, 'x', sizeof text);
        nt_config_format(kernel, &c, text, sizeof text);
        assert_non_null(memchr(text, '\0', sizeof text));
        if (nt_config_parse(kernel, text, &back, &why) != NT_OK)
            fail_msg("%s: %s", text, why.text);
        if (!config_equal(&c, &back))
            fail_msg("%s is parsed back as %s", text, config_text(kernel, &back));
    }
}

/* Configs that pass nt_config_check() can be printed and parsed back, with tiles of any size. */
static void checked_configs_round_trip(void **state)
{
    (void)state;
    rng r = rng_make(32);
    for (int i = 0; i < 2000; i++) {
        nt_config c = some_config(), back = {0};
        for (int a = 0; a < 3; a++)
            c.tile[a] = (int64_t)(rng_next(&r) >> (1 + rng_below(&r, 63)));
        if (nt_config_check(mathop(), &c, NULL) != NT_OK)
            continue;
        nt_error why;
        if (nt_config_parse(mathop(), config_text(mathop(), &c), &back, &why) != NT_OK)
            fail_msg("passes the check but is not parsed back: %s: %s", config_text(mathop(), &c), why.text);
        assert_true(config_equal(&c, &back));
    }
}

/* With less room: as much as fits, with its NUL, and nothing behind it. */
static void short_buffers(void **state)
{
    (void)state;
    char whole[NT_CONFIG_TEXT], text[NT_CONFIG_TEXT];
    nt_config c = nt_config_blank(mathop());
    nt_config_format(mathop(), &c, whole, sizeof whole);
    for (size_t n = 0; n <= strlen(whole) + 1; n++) {
        memset(text, 'x', sizeof text);
        nt_config_format(mathop(), &c, text, n);
        for (size_t i = n; i < sizeof text; i++)
            assert_int_equal(text[i], 'x');
        if (n > 0) {
            assert_int_equal(strlen(text), n - 1);
            assert_memory_equal(text, whole, n - 1);
        }
    }
}

/* Each value of each key of a kernel, or the least and the largest ones if there are too many. */
static void every_value_parses_back(void **state)
{
    const nt_kernel *kernel = *state;
    int n_keys = 0;
    for (int id = 0; id < NT_N_KEYS; id++) {
        enum { MOST_NUMBERS = 5000 };
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        const char *name = nt_key_name(kernel, (nt_key_id)id);
        assert_true((row != NULL) == (name != NULL));
        if (!name)
            continue;
        n_keys++;
        int n_values = 0;
        for (int64_t k = 0; k <= row->most - row->least && k <= 2 * MOST_NUMBERS; k++) {
            /* The least values and the largest ones; all, if that is not too many. */
            const int64_t v = k <= MOST_NUMBERS || row->most - row->least <= 2 * MOST_NUMBERS
                                  ? row->least + k
                                  : row->most - (k - MOST_NUMBERS - 1);
            if (!nt_key_allows(kernel, row, v))
                continue;
            nt_config c = nt_config_blank(kernel), back = c;
            char text[NT_CONFIG_TEXT], one[64];
            nt_error why;
            nt_key_set(&c, (nt_key_id)id, v);
            assert_int_equal(nt_key_get(&c, (nt_key_id)id), v);
            assert_int_equal(nt_config_check(kernel, &c, &why), NT_OK);
            nt_config_format(kernel, &c, text, sizeof text);
            assert_in_range(strlen(text), 1, NT_CONFIG_TEXT - 1);
            if (nt_config_parse(kernel, text, &back, &why) != NT_OK || nt_config_differences(&back, &c) != 0)
                fail_msg("%s: %s", text, why.text);
            if (row->name && id != NT_KEY_TILE_X) { /* by itself */
                back = nt_config_blank(kernel);
                if (row->text)
                    snprintf(one, sizeof one, "%s=%s", row->name, row->text(kernel, v));
                else
                    snprintf(one, sizeof one, "%s=%lld", row->name, (long long)v);
                assert_int_equal(nt_config_parse(kernel, one, &back, &why), NT_OK);
                assert_int_equal(nt_config_differences(&back, &c), 0);
            }
            n_values++;
        }
        assert_true(n_values > 0);
        /* Outside the range nothing is allowed. */
        nt_config c = nt_config_blank(kernel);
        nt_error why;
        nt_key_set(&c, (nt_key_id)id, row->most + 1);
        assert_refused(nt_config_check(kernel, &c, &why), NT_ECONFIG, &why, row->axis);
        nt_key_set(&c, (nt_key_id)id, row->least - 1);
        assert_refused(nt_config_check(kernel, &c, &why), NT_ECONFIG, &why, row->axis);
    }
    int n_own = 0;
    while (kernel->keys && kernel->keys[n_own].name)
        n_own++;
    assert_int_equal(n_keys, (kernel->field ? 12 : kernel->range ? 7 : 4) + n_own);
}

/* The keys and their values, for people. */
static void lists_keys(void **state)
{
    const nt_kernel *kernel = *state;
    char keys[4096];
    nt_config_keys(kernel, keys, sizeof keys);
    for (int i = 0; kernel->forms[i].name; i++)
        assert_non_null(strstr(keys, kernel->forms[i].name));
    assert_true((strstr(keys, "guided") != NULL) == (kernel->program == NULL));
    for (size_t n = 0; n < 64; n++) { /* cut where there is no room */
        memset(keys, 'x', sizeof keys);
        nt_config_keys(kernel, keys, n);
        assert_true(n == 0 ? keys[0] == 'x' : memchr(keys, '\0', n) != NULL);
        assert_int_equal(keys[n], 'x');
    }
}

/* The order of the keys in a text. */
static void texts(void **state)
{
    (void)state;
    const nt_config blank = nt_config_blank(mathop());
    assert_string_equal(
        config_text(mathop(), &blank),
        "isa=scalar,variant=fused,fn=u1,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,"
        "threads=1,schedule=static");
    const nt_kernel *pi = nt_kernel_find("pi");
    assert_non_null(pi);
    nt_config c = nt_config_blank(pi);
    c.chunk = 4096;
    c.schedule = NT_SCHEDULE_GUIDED;
    assert_string_equal(config_text(pi, &c),
                        "isa=scalar,variant=philox,fn=u1,parallel=flat,chunk=4096,threads=1,schedule=guided");
    nt_error why;
    assert_refused(nt_config_parse(pi, "parallel=outer", &c, &why), NT_ECONFIG, &why, "serial, flat");
    assert_refused(nt_config_parse(pi, "tile=1x1x1", &c, &why), NT_ECONFIG, &why, "chunk");
    assert_refused(nt_config_parse(pi, "layout=rows", &c, &why), NT_ECONFIG, &why, "chunk");
    assert_refused(nt_config_parse(pi, "depth=1", &c, &why), NT_ECONFIG, &why, "chunk");
}

/* Random bytes, and valid texts with bytes changed, inserted and removed. */
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
            nt_config_format(mathop(), &other, text, sizeof text);
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
            nt_config back = nt_config_blank(mathop());
            assert_int_equal(nt_config_parse(mathop(), config_text(mathop(), &c), &back, NULL), NT_OK);
            assert_true(config_equal(&c, &back));
        }
    }
}

int main(void)
{
    tests_add(parses, NULL, "parse");
    tests_add(parse_refuses, NULL, "parse-refuses");
    tests_add(round_trip, NULL, "round-trip");
    tests_add(checked_configs_round_trip, NULL, "checked-round-trip");
    tests_add(short_buffers, NULL, "short-buffers");
    for (int i = 0; i < nt_kernel_count(); i++) {
        tests_add(every_value_parses_back, nt_kernel_at(i), "%s:every-value", nt_kernel_at(i)->name);
        tests_add(lists_keys, nt_kernel_at(i), "%s:keys", nt_kernel_at(i)->name);
    }
    tests_add(texts, NULL, "texts");
    tests_add(hostile_texts, NULL, "hostile-texts");
    return tests_run("config_text");
}
