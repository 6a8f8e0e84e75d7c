/*
 * fuzz_header.c - the parser of tuned headers, and the choice of a config from what it accepted
 * SPDX-License-Identifier: MIT
 *
 * Flag 1: an end line with the right CRC is put behind the text.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "core/tuned_internal.h"
#include "core/tuned_parse.h"
#include "fuzz.h"
#include "result_fixture.h"

enum { SEALED = 1 };

static void take_header(fuzz_take_fn *take, void *context, result *r)
{
    char *text = header_text(r, nt_build_info()), *end = text ? strstr(text, "NT_TUNED_LINE(\"end ") : NULL;
    if (end) {
        fuzz_take_text(take, context, 0, text);
        *end = '\0';
        fuzz_take_text(take, context, SEALED, text);
    }
    free(text);
    free(r);
}

static void seeds(fuzz_take_fn *take, void *context)
{
    take_header(take, context, made_up_result());
    result *stencils = all_cases();
    stencils->n_rows = 2;
    take_header(take, context, stencils);
}

static void words(fuzz_take_fn *take, void *context)
{
    static const char *const list[] = {
        "NT_TUNED_LINE(\"", "\")\n", "/*\n", " */\n", " * ", "nestune 3 ", "nestune 4 ", "row ", "end rows=", " crc=0x",
        "machine=", "vendor=", "uarch=", "family=", "model=", "l1d=", "l2=", "l3=", "threads=", "mathop", "wave",
        "primes", "default", "f64", "f32", "l2 ", "l3 ", "memory", "l2_class=", "l3_class=", "upto=", "ahead=", "in_cache", "out_of_cache", "short", "long", "one", "many", "isa=best",
        "threads=all", "isa=scalar", ",variant=fused", ",tile=0x8x8", "faster", "same", NULL};
    fuzz_take_words(take, context, list);
}

/* Whatever its rows say, a plan gets a config that can run. */
static void choose(const nt_tuned *tuned)
{
    static nt_tuned_source source;
    static nt_machine here;
    if (!here.vendor[0])
        here = made_up_machine();
    source.tuned = *tuned;
    for (int i = 0; i < tuned->n_rows; i++) {
        const nt_kernel *k = nt_kernel_find(tuned->rows[i].kernel);
        for (int d = 0; k && d < NT_N_DTYPES; d++) {
            nt_config c;
            nt_error why = {""};
            const nt_tuned_use use = {k,
                                      tuned->rows[i].case_name,
                                      (nt_dtype)d,
                                      k->field ? NT_CLASS_MEMORY : NT_CLASS_LONG,
                                      (nt_repeat)(k->field && i % 2),
                                      i % 3 ? 64 : 4096};
            if (nt_config_default(k, (nt_dtype)d, &c, NULL) != NT_OK)
                continue;
            (void)nt_tuned_find_in(&source, &here, NT_TUNED_ON, &use, &c, &why);
            fuzz_require_reason(why.text);
            fuzz_require(nt_config_runs(k, (nt_dtype)d, &c, NULL) == NT_OK, "a config was chosen that cannot run");
        }
    }
}

static void run(const uint8_t *data, size_t n)
{
    if (n == 0)
        return;
    char *text = fuzz_text(data + 1, n - 1);
    if (data[0] & SEALED) {
        char *sealed = tuned_sealed(text);
        free(text);
        text = sealed;
        n = 1 + (text ? strlen(text) : 0);
    }
    const char *path = fuzz_file(text, n - 1);
    free(text);

    nt_tuned tuned;
    nt_error why = {""};
    if (nt_tuned_read(path, &tuned, &why) != NT_OK) {
        fuzz_require_reason(why.text);
        fuzz_require(strncmp(why.text, path, strlen(path)) == 0 && why.text[strlen(path)] == ':',
                     "refused without the file's name and a line");
        return;
    }
    choose(&tuned);
    nt_tuned_free(&tuned);
}

const fuzz_target fuzz_header = {"header", seeds, words, run};
