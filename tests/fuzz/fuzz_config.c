/*
 * fuzz_config.c - the parser and printer of a config's text
 * SPDX-License-Identifier: MIT
 *
 * The first byte chooses the kernel; the rest is the text.
 */
#include <stdlib.h>
#include <string.h>

#include "core/keys.h"
#include "fuzz.h"
#include "nestune/tools.h"

static void seeds(fuzz_take_fn *take, void *context)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            const nt_kernel *k = nt_kernel_at(i);
            nt_config c = nt_config_blank(k);
            char text[NT_CONFIG_TEXT];
            if (d > 0)
                (void)nt_config_default(k, (nt_dtype)d, &c, NULL);
            nt_config_format(k, &c, text, sizeof text);
            fuzz_take_text(take, context, (uint8_t)i, text);
        }
}

/* Keys and named values, from the table of keys. */
static void words(fuzz_take_fn *take, void *context)
{
    static const char *const others[] = {",", "=", "x", "0x0x64", "999999999999999", "1000000000000000", NULL};
    fuzz_take_words(take, context, others);
    for (int i = 0; i < nt_kernel_count(); i++)
        for (int id = 0; id < NT_N_KEYS; id++) {
            nt_key_row own;
            const nt_key_row *row = nt_key_row_of(nt_kernel_at(i), (nt_key_id)id, &own);
            if (row && row->name)
                fuzz_take_words(take, context, (const char *const[]){row->name, NULL});
            for (int64_t v = row ? row->least : 0; row && row->text && v <= row->most; v++)
                if (row->text(nt_kernel_at(i), v))
                    fuzz_take_words(take, context, (const char *const[]){row->text(nt_kernel_at(i), v), NULL});
        }
}

/* What was read is allowed, and printing it and reading that gives it again. */
static void print_and_read(const nt_kernel *k, const nt_config *c, size_t room)
{
    char text[NT_CONFIG_TEXT], again[NT_CONFIG_TEXT];
    nt_config back = nt_config_blank(k);
    fuzz_require(nt_config_check(k, c, NULL) == NT_OK, "a config was read that is not allowed");
    nt_config_format(k, c, text, sizeof text);
    fuzz_require(strlen(text) < sizeof text - 1, "its text does not fit");
    fuzz_require(nt_config_parse(k, text, &back, NULL) == NT_OK, "a text that was printed is refused");
    fuzz_require(nt_config_differences(&back, c) == 0, "a text that was printed is another config");
    nt_config_format(k, &back, again, sizeof again);
    fuzz_require(strcmp(text, again) == 0, "printed again it is another text");
    char *little = malloc(room);
    if (!little)
        return;
    nt_config_format(k, c, little, room);
    fuzz_require(strncmp(little, text, room - 1) == 0 && strlen(little) < room, "cut short it is no beginning");
    free(little);
}

/* The one that stands for all that mean the same is allowed, too, and stands for itself. */
static void make_canonical(const nt_kernel *k, nt_config c)
{
    static const int64_t shapes[][3] = {{100, 10000, 16}, {1, 1, 1}, {INT64_C(1) << 40, 1, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        nt_config_canonical(k, shapes[i], 1, 5, &c);
        nt_config again = c;
        fuzz_require(nt_config_check(k, &c, NULL) == NT_OK, "a canonical config is not allowed");
        nt_config_canonical(k, shapes[i], 1, 5, &again);
        fuzz_require(nt_config_differences(&again, &c) == 0, "made canonical again it is another");
    }
}

static void run(const uint8_t *data, size_t n)
{
    if (n == 0)
        return;
    const nt_kernel *k = nt_kernel_at(data[0] % nt_kernel_count());
    const nt_config blank = nt_config_blank(k);
    nt_config c = blank;
    nt_error why = {""};
    char *text = fuzz_text(data + 1, n - 1);
    const nt_status status = nt_config_parse(k, text, &c, &why);
    free(text);
    if (status == NT_OK) {
        print_and_read(k, &c, 1 + n % NT_CONFIG_TEXT);
        make_canonical(k, c);
    } else {
        fuzz_require_reason(why.text);
        fuzz_require(nt_config_differences(&c, &blank) == 0, "a text that was refused has changed the config");
    }
}

const fuzz_target fuzz_config = {"config", seeds, words, run};
