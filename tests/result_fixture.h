/*
 * result_fixture.h - results in a file: saved, read back, changed and sealed again
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_RESULT_FIXTURE_H
#define TESTS_RESULT_FIXTURE_H

#include <stdio.h>

#include "core/tuned_parse.h"
#include "nestune/crc32.h"
#include "program.h"
#include "result_support.h"
#include "scratch.h"
#include "store/header.h"
#include "store/result_json.h"
#include "tuned_support.h"

static inline const nt_kernel *mathop(void)
{
    const nt_kernel *k = nt_kernel_find("mathop");
    assert_non_null(k);
    return k;
}

typedef struct saved {
    scratch s;
    char path[120];
    result *r;    /* as it was made */
    result *back; /* as it was read back */
    char *text;   /* of mathop.json */
    size_t n;
} saved;

static inline result *empty_like(const result *r)
{
    return result_of(r->machine);
}

static inline saved save(void)
{
    saved v = {.s = scratch_make(), .r = made_up_result()};
    nt_error why = {""};
    snprintf(v.path, sizeof v.path, "%s/mathop.json", v.s.folder);
    if (result_save(v.r, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    v.text = slurp(v.path, &v.n);
    assert_non_null(v.text);
    v.back = empty_like(v.r);
    if (result_load(v.back, mathop(), v.s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    return v;
}

static inline void drop(saved *v)
{
    scratch_walk(&v->s, 1);
    free(v->r);
    free(v->back);
    free(v->text);
}

/* One line, fit for a terminal. */
static inline void check_reason(const char *text)
{
    assert_true(*text);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            fail_msg("byte 0x%02x in: %s", (unsigned char)*c, text);
}

/* Everything of it goes into a header that the library could be built with. */
static inline void check_fit_for_a_header(const result *r)
{
    scratch s = scratch_make();
    nt_error why = {""};
    nt_tuned tuned;
    char *header = header_text(r, nt_build_info());
    assert_non_null(header);
    tuned_write(s.path, header, strlen(header));
    free(header);
    if (nt_tuned_read(s.path, &tuned, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(tuned.n_rows, r->n_rows);
    for (int i = 0; i < tuned.n_rows; i++) {
        const nt_tuned_row *row = &tuned.rows[i];
        const nt_kernel *kernel = nt_kernel_find(row->kernel);
        char text[NT_CONFIG_TEXT];
        tuned_plain(row->config, text);
        nt_config parsed = nt_config_blank(kernel);
        assert_int_equal(nt_config_parse(kernel, text, &parsed, NULL), NT_OK);
        assert_non_null(nt_kernel_case(kernel, row->case_name));
    }
    nt_tuned_free(&tuned);
    scratch_walk(&s, 1);
}

static inline bool same_rows(const result *a, const result *b)
{
    json_t *x = result_json(a, NULL), *y = result_json(b, NULL);
    assert_non_null(x);
    assert_non_null(y);
    const bool same = json_equal(json_object_get(x, "results"), json_object_get(y, "results"));
    json_decref(x);
    json_decref(y);
    return same;
}

/* A hostile writer knows how to seal a file: only what is wrong inside may give it away. */
static inline void write_sealed(json_t *root, const char *path)
{
    if (json_object_del(root, "crc") == 0) {
        char *text = json_dumps(root,
                                JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17)),
             crc[9];
        assert_non_null(text);
        snprintf(crc, sizeof crc, "%08x", nt_crc32(0, text, strlen(text)));
        assert_int_equal(json_object_set_new(root, "crc", json_string(crc)), 0);
        free(text);
    }
    assert_int_equal(json_dump_file(root, path, JSON_INDENT(1) | JSON_REAL_PRECISION(17)), 0);
    json_decref(root);
}

/* One row for each of the kernel's cases and dtype. */
static inline result *all_cases(void)
{
    const nt_kernel *k = with_cases();
    result *r = result_of(made_up_machine());
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            r->row[r->n_rows++] = made_up_stencil(k, c, (nt_dtype)d);
    assert_true(r->n_rows > 4);
    return r;
}

#endif /* TESTS_RESULT_FIXTURE_H */
