/*
 * fuzz_result.c - the reader of result files
 * SPDX-License-Identifier: MIT
 *
 * Flag 1: the text, if it is JSON, gets the right key and CRC.  The next two bits choose the kernel.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "result_fixture.h"

enum { SEALED = 1 };

static const char *const names[] = {"mathop", "wave", "primes", "pi"};

static const nt_kernel *kernel_of(uint8_t flags)
{
    return nt_kernel_find(names[flags >> 1 & 3]);
}

static const nt_machine *machine(void)
{
    static nt_machine made;
    if (!made.vendor[0])
        made = made_up_machine();
    return &made;
}

/* ---- The files -------------------------------------------------------------------------------------- */

static char home[] = "/tmp/nestune-fuzz-XXXXXX";

static void remove_home(void)
{
    tree_remove(home);
}

/* A folder whose result files are all the file of fuzz_file(). */
static const char *folder(void)
{
    static bool made;
    if (made)
        return home;
    made = mkdtemp(home) != NULL;
    if (!made || atexit(remove_home) != 0)
        abort();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s.json", home, names[i]);
        if (symlink(fuzz_file("", 0), path) != 0)
            abort();
    }
    return home;
}

/* Puts key and CRC in.  Returns false for what is no JSON object. */
static bool put_sealed(const nt_kernel *k, const char *text, size_t n)
{
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        return false;
    }
    json_object_set_new(root, "key", result_key_json(machine(), k, nt_build_info()));
    json_object_del(root, "crc");
    char *sorted = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17)), crc[9];
    snprintf(crc, sizeof crc, "%08x", nt_crc32(0, sorted, strlen(sorted)));
    json_object_set_new(root, "crc", json_string(crc));
    char *sealed = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    fuzz_file(sealed, strlen(sealed));
    free(sealed);
    free(sorted);
    json_decref(root);
    return true;
}

/* ---- Seeds ------------------------------------------------------------------------------------------ */

static char *text_of(const result *r, const nt_kernel *k, bool keyed)
{
    json_t *root = result_json(r, k);
    json_object_del(root, "machine"); /* not read back */
    json_object_del(root, "not_searched");
    if (keyed)
        json_object_set_new(root, "key", result_key_json(machine(), k, nt_build_info()));
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(root);
    return text;
}

static void seeds(fuzz_take_fn *take, void *context)
{
    for (uint8_t i = 0; i < sizeof names / sizeof *names; i++) {
        const nt_kernel *k = nt_kernel_find(names[i]);
        result *r = result_of(*machine());
        r->row[r->n_rows++] = k->range ? made_up_row(k, nt_kernel_function_at(k, 0)->dtype, NT_CLASS_LONG, NT_REPEAT_ONE)
                                       : made_up_row(k, NT_F64, NT_CLASS_MEMORY, NT_REPEAT_MANY);
        char *text = text_of(r, k, false);
        fuzz_take_text(take, context, (uint8_t)(i << 1 | SEALED), text);
        free(text);
        text = text_of(r, k, true);
        fuzz_take_text(take, context, (uint8_t)(i << 1), text);
        free(text);
        if (k->field) {
            r->row[r->n_rows++] = made_up_row(k, NT_F32, NT_CLASS_L2, NT_REPEAT_MANY);
            text = text_of(r, k, false);
            fuzz_take_text(take, context, (uint8_t)(i << 1 | SEALED), text);
            free(text);
        }
        free(r);
    }
}

static void words(fuzz_take_fn *take, void *context)
{
    static const char *const list[] = {
        "\"results\":[", "\"key\":{", "\"crc\":\"", "\"case\":\"", "\"dtype\":\"", "\"class\":\"", "\"verdict\":\"",
        "\"config\":\"", "\"default_config\":\"", "\"shape\":[", "\"in_cache_shape\":[", "\"tuned_over_default\":[",
        "\"steps\":", "\"pairs\":", "\"trials\":", "\"failed\":", "\"complete\":", "\"loops\":{", "\"space\":",
        "\"upto_nx\":", "\"shapes\":[", "\"over_best\":", "\"rates_ns\":{", "l2", "l3", "memory",
        "\"default_ns_per_cell\":", "\"tuned_ns_per_cell\":", "in_cache", "out_of_cache", "short", "long", "f32", "f64",
        "faster", "slower", "same", "undecided", "isa=", "variant=", "parallel=", "tile=", "depth=", "chunk=",
        "threads=", "schedule=", "1e308", "-0.0", "null", "true", "false", "9223372036854775807", "\\u0000", NULL};
    fuzz_take_words(take, context, list);
}

/* ---- Reading ---------------------------------------------------------------------------------------- */

/* Everything of it goes into a header that the library could be built with. */
static void write_header(const result *r)
{
    nt_tuned tuned;
    for (int i = 0; i < r->n_rows; i++) {
        const nt_kernel *k = r->row[i].kernel;
        fuzz_require(nt_config_check(k, &r->row[i].config, NULL) == NT_OK, "a row of a config that is not allowed");
        fuzz_require(nt_config_check(k, &r->row[i].default_config, NULL) == NT_OK, "a default that is not allowed");
    }
    char *text = header_text(r, nt_build_info());
    fuzz_require(text != NULL, "results without a header");
    const char *path = fuzz_file(text, strlen(text));
    free(text);
    nt_error refused = {""};
    const bool is_read = nt_tuned_read(path, &tuned, &refused) == NT_OK;
    fuzz_require(is_read, refused.text); /* a header that the library does not read */
    fuzz_require(tuned.n_rows == r->n_rows, "a header of other rows");
    nt_tuned_free(&tuned);
}

static void run(const uint8_t *data, size_t n)
{
    static result r; /* large; only its rows in use are looked at */
    if (n == 0)
        return;
    const nt_kernel *k = kernel_of(data[0]);
    const char *text = (const char *)data + 1, *in = folder();
    if (!(data[0] & SEALED))
        fuzz_file(text, n - 1);
    else if (!put_sealed(k, text, n - 1))
        return;
    nt_error why = {""};
    r.machine = *machine();
    r.n_rows = 0;
    if (result_load(&r, k, in, &why) == NT_OK) {
        write_header(&r);
    } else {
        fuzz_require_reason(why.text);
        fuzz_require(r.n_rows == 0, "rows of a file that was refused");
    }
}

const fuzz_target fuzz_result = {"result", seeds, words, run};
