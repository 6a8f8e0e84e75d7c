/*
 * test_result.c - results as JSON: there and back, stale, damaged and hostile
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <zlib.h>

#include "emit.h"
#include "program.h"
#include "result_support.h"
#include "scratch.h"

/* ---- Helpers -------------------------------------------------------------------------------------- */

static const nt_kernel *mathop(void)
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

static result *empty_like(const result *r)
{
    result *back = calloc(1, sizeof *back);
    assert_non_null(back);
    back->machine = r->machine;
    return back;
}

static saved save(void)
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

static void drop(saved *v)
{
    scratch_walk(&v->s, 1);
    free(v->r);
    free(v->back);
    free(v->text);
}

/* One line, fit for a terminal. */
static void check_reason(const char *text)
{
    assert_true(*text);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            fail_msg("byte 0x%02x in: %s", (unsigned char)*c, text);
}

/* Everything of it goes into a header that the library could be built with. */
static void check_fit_for_a_header(const result *r)
{
    char *text = emit_text(r);
    assert_non_null(text);
    int n_rows = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) < 512);
        for (const char *c = line; *c; c++)
            assert_true(*c >= ' ' && *c <= '~' && *c != '\\' && *c != '#');
        if (strncmp(line, "NT_TUNED(", 9) != 0)
            continue;
        char name[20], dtype[8], class[20], steps[8], config[NT_CONFIG_TEXT], rest[64];
        int order, version;
        if (sscanf(line,
                   "NT_TUNED(%19[a-z0-9], %d, %d, %7[a-z0-9], %19[a-z_], %7[a-z], \"%191[a-z0-9=,_]\") /* "
                   "%63[a-z0-9. ]*/",
                   name, &order, &version, dtype, class, steps, config, rest) != 8)
            fail_msg("%s", line);
        nt_config parsed = {0};
        assert_int_equal(nt_config_parse(nt_kernel_find(name), config, &parsed, NULL), NT_OK);
        n_rows++;
    }
    assert_int_equal(n_rows, r->n_rows);
    free(text);
}

static bool same_rows(const result *a, const result *b)
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
static void write_sealed(json_t *root, const char *path)
{
    if (json_object_del(root, "crc") == 0) {
        char *text =
                 json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6)),
             crc[9];
        assert_non_null(text);
        snprintf(crc, sizeof crc, "%08lx", crc32_z(0, (const Bytef *)text, strlen(text)));
        assert_int_equal(json_object_set_new(root, "crc", json_string(crc)), 0);
        free(text);
    }
    assert_int_equal(json_dump_file(root, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)), 0);
    json_decref(root);
}

/* Loads what stands in the file now; the rows must be these, or none. */
static nt_status load_changed(const saved *v, const char *what, nt_error *why)
{
    result *r = empty_like(v->r);
    r->n_rows = 1; /* of another kernel, which must stay */
    r->row[0] = v->r->row[0];
    *why = (nt_error){""};
    const nt_status status = result_load(r, mathop(), v->s.folder, why);
    if (status == NT_OK) {
        check_fit_for_a_header(r);
        result *added = empty_like(r);
        added->n_rows = r->n_rows - 1;
        memcpy(added->row, r->row + 1, (size_t)added->n_rows * sizeof *r->row);
        if (!same_rows(added, v->back))
            fail_msg("%s: taken for results, and others", what);
        free(added);
    } else {
        assert_true(status == NT_ESTALE || status == NT_EIO);
        check_reason(why->text);
        assert_int_equal(r->n_rows, 1);
    }
    free(r);
    return status;
}

/* ---- There and back ------------------------------------------------------------------------------- */

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-5 * fabs(b));
}

static void there_and_back(void **state)
{
    (void)state;
    saved v = save();
    assert_int_equal(v.back->n_rows, 3); /* mathop's alone */
    for (int i = 0; i < 3; i++) {
        const result_row *a = &v.back->row[i], *b = &v.r->row[i + 1];
        assert_ptr_equal(a->kernel, b->kernel);
        assert_int_equal(a->order, b->order);
        assert_int_equal(a->dtype, b->dtype);
        assert_int_equal(a->class, b->class);
        assert_int_equal(a->repeat, b->repeat);
        assert_memory_equal(a->shape, b->shape, sizeof a->shape);
        assert_memory_equal(a->in_cache_shape, b->in_cache_shape, sizeof a->in_cache_shape);
        assert_int_equal(a->steps, b->steps);
        assert_near(a->default_ns, b->default_ns);
        assert_near(a->tuned_ns, b->tuned_ns);
        assert_near(a->memory_roof_ns, b->memory_roof_ns);
        assert_near(a->arithmetic_roof_ns, b->arithmetic_roof_ns);
        assert_near(a->fp_roof_ns, b->fp_roof_ns);
        assert_near(a->load_roof_ns, b->load_roof_ns);
        assert_near(a->in_cache_ns, b->in_cache_ns);
        assert_near(a->roof_ns, b->roof_ns);
        assert_near(a->ratio.median, b->ratio.median);
        assert_near(a->ratio.low, b->ratio.low);
        assert_near(a->ratio.high, b->ratio.high);
        assert_int_equal(a->ratio.n, b->ratio.n);
        assert_int_equal(a->verdict, b->verdict);
        assert_near(a->max_ulp, b->max_ulp);
        for (int p = 0; p < NT_N_PARALLELS; p++)
            assert_near(a->loops_ns[p], b->loops_ns[p]);
        char x[NT_CONFIG_TEXT], y[NT_CONFIG_TEXT];
        nt_config_format(a->kernel, &a->config, x);
        nt_config_format(b->kernel, &b->config, y);
        assert_string_equal(x, y);
        nt_config_format(a->kernel, &a->default_config, x);
        nt_config_format(b->kernel, &b->default_config, y);
        assert_string_equal(x, y);
        assert_int_equal(a->n_trials, b->n_trials);
        assert_int_equal(a->n_failed, b->n_failed);
        assert_int_equal(a->complete, b->complete);
        assert_near(a->space_size, b->space_size);
    }
    drop(&v);
}

static void saved_again_it_is_the_same_file(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    assert_int_equal(result_save(v.back, mathop(), v.s.folder, &why), NT_OK);
    char *again = slurp(v.path, NULL);
    assert_string_equal(again, v.text);
    free(again);
    assert_int_equal(scratch_walk(&v.s, 0), 1);
    drop(&v);
}

/* What was not measured is null, and comes back as such. */
static void what_was_not_measured(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    result_row *row = &v.r->row[1];
    row->arithmetic_roof_ns = row->in_cache_ns = row->roof_ns = row->loops_ns[NT_INNER] = 0;
    memset(row->in_cache_shape, 0, sizeof row->in_cache_shape);
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    result *back = empty_like(v.r);
    assert_int_equal(result_load(back, mathop(), v.s.folder, &why), NT_OK);
    assert_true(back->row[0].arithmetic_roof_ns == 0 && back->row[0].loops_ns[NT_INNER] == 0);
    assert_true(back->row[0].roof_ns == 0 && back->row[0].in_cache_ns == 0);
    assert_true(back->row[0].loops_ns[NT_OUTER] > 0);
    free(back);
    drop(&v);
}

static void no_file_is_named(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    unlink(v.path);
    assert_int_equal(load_changed(&v, "no file", &why), NT_EIO);
    assert_non_null(strstr(why.text, v.path));
    drop(&v);
}

/* ---- The documented form -------------------------------------------------------------------------- */

static void the_json_is_as_documented(void **state)
{
    (void)state;
    static const char *const numbers[] = {"order",
                                          "steps",
                                          "default_ns_per_cell",
                                          "tuned_ns_per_cell",
                                          "speedup",
                                          "memory_roof_ns_per_cell",
                                          "arithmetic_roof_ns_per_cell",
                                          "fp_roof_ns_per_cell",
                                          "load_roof_ns_per_cell",
                                          "in_cache_ns_per_cell",
                                          "roof_fraction",
                                          "max_ulp"};
    static const char *const loops[] = {"serial", "outer", "middle", "inner", "flat"};
    result *r = made_up_result();
    json_t *root = result_json(r, NULL);
    assert_true(json_is_object(json_object_get(root, "machine")));
    const json_t *rows = json_object_get(root, "results");
    assert_int_equal(json_array_size(rows), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_true(json_is_string(json_object_get(row, "kernel")));
        assert_true(json_is_string(json_object_get(row, "dtype")));
        assert_true(json_is_string(json_object_get(row, "config")));
        assert_int_equal(json_array_size(json_object_get(row, "shape")), 3);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(row, "shape"), 1)), 10000);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            const json_t *value = json_object_get(row, numbers[k]);
            const bool absent =
                strcmp(numbers[k], "memory_roof_ns_per_cell") == 0 && r->row[i].class == NT_IN_CACHE;
            if (!value || (absent ? !json_is_null(value) : !json_is_number(value)))
                fail_msg("row %zu: %s", i, numbers[k]);
        }
        for (size_t k = 0; k < 5; k++)
            assert_true(json_is_number(json_object_get(json_object_get(row, "loops"), loops[k])));
        assert_near(json_number_value(json_object_get(row, "speedup")), 2);
        assert_near(json_number_value(json_object_get(row, "roof_fraction")), 0.8);
    }
    json_decref(root);
    root = result_json(r, mathop());
    assert_int_equal(json_array_size(json_object_get(root, "results")), 3);
    /* No host name or address goes out. */
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    char *text = json_dumps(root, 0);
    assert_true(strlen(host) < 4 || !strstr(text, host));
    free(text);
    json_decref(root);
    free(r);
}

/* ---- Stale ---------------------------------------------------------------------------------------- */

/* Loads the saved file with one member of its key changed. */
static void load_with_key(saved *v, const char *name, json_t *value, nt_error *why)
{
    json_t *root = json_loadb(v->text, v->n, 0, NULL);
    assert_non_null(root);
    json_t *key = json_object_get(root, "key");
    assert_non_null(json_object_get(key, name));
    assert_int_equal(value ? json_object_set_new(key, name, value) : json_object_del(key, name), 0);
    write_sealed(root, v->path);
    assert_int_equal(load_changed(v, name, why), NT_ESTALE);
}

static void what_differs_is_named_with_both_values(void **state)
{
    (void)state;
    static const char *const names[] = {
        "format",   "kernel",   "kernel_version",  "vendor",   "family", "model", "stepping", "l1d_bytes",
        "l2_bytes", "l3_bytes", "threads_allowed", "compiler", "flags",  "sleef", "nestune"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        load_with_key(&v, names[i], json_string("another"), &why);
        if (!strstr(why.text, names[i]) || !strstr(why.text, "another"))
            fail_msg("%s: %s", names[i], why.text);
        load_with_key(&v, names[i], json_integer(77777), &why);
        if (!strstr(why.text, names[i]) || !strstr(why.text, "77777"))
            fail_msg("%s: %s", names[i], why.text);
        load_with_key(&v, names[i], NULL, &why);
        assert_non_null(strstr(why.text, names[i]));
        load_with_key(&v, names[i], json_string("\x1b[2J\n*/"), &why);
    }
    load_with_key(&v, "family", json_integer(15), &why);
    assert_true(strstr(why.text, "15") && strstr(why.text, "6"));
    drop(&v);
}

static void of_another_machine(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    r->machine.model_id++;
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_true(strstr(why.text, "model") && strstr(why.text, "85") && strstr(why.text, "86"));
    assert_int_equal(r->n_rows, 0);
    free(r);
    drop(&v);
}

/* ---- Damaged -------------------------------------------------------------------------------------- */

static void every_truncation(void **state)
{
    (void)state;
    saved v = save();
    nt_error why;
    for (size_t n = 0; n < v.n; n++) {
        char what[40];
        spill(v.path, v.text, n);
        snprintf(what, sizeof what, "cut after %zu bytes", n);
        const nt_status status = load_changed(&v, what, &why);
        assert_true(status == NT_ESTALE || n + 2 > v.n);
    }
    drop(&v);
}

static void thousands_of_mutations(void **state)
{
    (void)state;
    enum { MUTATIONS = 4000 };
    saved v = save();
    rng r = rng_make(5);
    nt_error why;
    char *text = malloc(v.n + 1);
    assert_non_null(text);
    int taken = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(text, v.text, v.n);
        const size_t at = (size_t)rng_below(&r, (int64_t)v.n);
        const char before = text[at];
        switch (i % 4) {
        case 0: text[at] = (char)(text[at] ^ 1 << rng_below(&r, 8)); break;
        case 1: text[at] = (char)rng_below(&r, 256); break;
        case 2: text[at] = "0123456789.-eE,:{}[]\"\n \x1b"[rng_below(&r, 24)]; break;
        default: memmove(text + at, text + at + 1, v.n - at - 1); break; /* one byte less */
        }
        spill(v.path, text, v.n - (i % 4 == 3));
        char what[80];
        snprintf(what, sizeof what, "mutation %d: byte %zu, 0x%02x to 0x%02x", i, at, (unsigned char)before,
                 (unsigned char)text[at]);
        taken += load_changed(&v, what, &why) == NT_OK;
    }
    assert_true(taken < MUTATIONS / 4); /* blanks may come and go */
    free(text);
    drop(&v);
}

/* ---- Hostile -------------------------------------------------------------------------------------- */

/* Loads the saved file with one member of its first row changed. */
static nt_status load_with(saved *v, const char *name, json_t *value, nt_error *why)
{
    json_t *root = json_loadb(v->text, v->n, 0, NULL);
    json_t *row = json_array_get(json_object_get(root, "results"), 0);
    assert_non_null(json_object_get(row, name));
    assert_non_null(value);
    assert_int_equal(json_object_set_new(row, name, value), 0);
    write_sealed(root, v->path);
    result *r = empty_like(v->r);
    *why = (nt_error){""};
    const nt_status status = result_load(r, mathop(), v->s.folder, why);
    if (status == NT_OK)
        check_fit_for_a_header(r);
    else
        check_reason(why->text);
    assert_int_equal(r->n_rows, status == NT_OK ? 3 : 0);
    free(r);
    return status;
}

static void hostile_configs(void **state)
{
    (void)state;
    static const char *const configs[] = {"",
                                          "isa",
                                          "isa=",
                                          "isa=avx1024",
                                          "variant=fused\") */ #include </etc/passwd> /*",
                                          "isa=scalar\n#error",
                                          "\x1b[31mred",
                                          "tile=1x2",
                                          "tile=-1x0x0",
                                          "tile=99999999999999999999x0x0",
                                          "threads=0",
                                          "threads=-1",
                                          "threads=1000000",
                                          "depth=0",
                                          "depth=99999999999",
                                          "unroll=63",
                                          "jam=0",
                                          "isa=scalar,isa=scalar",
                                          "isa=scalar,",
                                          ",",
                                          "=",
                                          "%s%s%n",
                                          "isa=scalar;rm",
                                          "order=zzz",
                                          "parallel=9",
                                          "schedule=\xc3\xa9"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++)
        for (int k = 0; k < 2; k++) {
            const nt_status status =
                load_with(&v, k ? "default_config" : "config", json_string(configs[i]), &why);
            if (status == NT_OK && *configs[i])
                fail_msg("taken: %s", configs[i]);
        }
    char *text = malloc(100001);
    assert_non_null(text);
    memset(text, 'a', 100000);
    text[100000] = '\0';
    assert_int_equal(load_with(&v, "config", json_string(text), &why), NT_ESTALE);
    free(text);
    assert_int_equal(load_with(&v, "config", json_integer(1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "config", json_array(), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "config", json_null(), &why), NT_ESTALE);
    drop(&v);
}

static void hostile_numbers(void **state)
{
    (void)state;
    static const char *const figures[] = {
        "default_ns_per_cell",  "tuned_ns_per_cell", "memory_roof_ns_per_cell", "arithmetic_roof_ns_per_cell",
        "in_cache_ns_per_cell", "roof_ns_per_cell",  "fp_roof_ns_per_cell",     "load_roof_ns_per_cell"};
    static const double bad[] = {-1, -1e-300, 1e300, 1e12};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
            assert_int_equal(load_with(&v, figures[i], json_real(bad[k]), &why), NT_ESTALE);
        assert_int_equal(load_with(&v, figures[i], json_string("1"), &why), NT_ESTALE);
        assert_int_equal(load_with(&v, figures[i], json_true(), &why), NT_ESTALE);
    }
    static const json_int_t steps[] = {0, -1, INT64_MAX, INT64_MIN, 1000001};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_int_equal(load_with(&v, "steps", json_integer(steps[i]), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape",
                               json_pack("[I,I,I]", (json_int_t)INT64_MAX, (json_int_t)1, (json_int_t)1),
                               &why),
                     NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i,i]", 0, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i]", 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[i,i,i,i]", 1, 1, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "shape", json_pack("[f,i,i]", 1.5, 1, 1), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "loops", json_object(), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "loops", json_integer(3), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "dtype", json_string("f16"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "class", json_string("in_hell"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "verdict", json_string("best"), &why), NT_ESTALE);
    drop(&v);
}

/* Counts and intervals are read too: what is out of range must be refused, not cut to an int. */
static void hostile_counts(void **state)
{
    (void)state;
    static const char *const counts[] = {"pairs", "trials", "failed"};
    static const json_int_t bad[] = {-1, INT64_C(1) << 40, INT64_MAX, INT64_MIN};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
            assert_int_equal(load_with(&v, counts[i], json_integer(bad[k]), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_pack("[f,f]", -1.0, 1.0), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_pack("[f,f]", 0.5, 1e300), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "tuned_over_default", json_string("x"), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "space", json_real(1e300), &why), NT_ESTALE);
    assert_int_equal(load_with(&v, "space", json_real(-1), &why), NT_ESTALE);
    drop(&v);
}

/* Rows that the library could not use together: the same one twice, or two arithmetics of a dtype. */
static void rows_that_contradict_each_other(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    v.r->row[2] = v.r->row[1];
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    check_reason(why.text);

    v.r->row[2] = made_up_row(mathop(), NT_F64, NT_OUT_OF_CACHE, NT_MANY_STEPS);
    v.r->row[2].config.variant = nt_kernel_variant(mathop(), "libm");
    v.r->row[2].config.unroll = 1;
    assert_int_equal(result_save(v.r, mathop(), v.s.folder, &why), NT_OK);
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    check_reason(why.text);
    assert_int_equal(r->n_rows, 0);
    free(r);
    drop(&v);
}

/* ---- Orders --------------------------------------------------------------------------------------- */

/* One row for each of the kernel's cases and dtype. */
static result *all_orders(void)
{
    const nt_kernel *k = with_cases();
    result *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->machine = made_up_machine();
    const nt_case *c;
    for (int i = 0; (c = nt_kernel_case_at(k, i)); i++)
        for (int d = 0; d < NT_N_DTYPES; d++)
            r->row[r->n_rows++] = made_up_stencil(k, nt_kernel_order(k, c->params), (nt_dtype)d);
    assert_true(r->n_rows > 4);
    return r;
}

static void orders_there_and_back(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    scratch s = scratch_make();
    nt_error why = {""};
    result *r = all_orders(), *back = empty_like(r);
    if (result_save(r, k, s.folder, &why) != NT_OK || result_load(back, k, s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(back->n_rows, r->n_rows);
    for (int i = 0; i < r->n_rows; i++) {
        assert_int_equal(back->row[i].order, r->row[i].order);
        assert_int_equal(back->row[i].config.depth, 4);
    }
    assert_true(same_rows(back, r));
    check_fit_for_a_header(back);
    scratch_walk(&s, 1);
    free(r);
    free(back);
}

static void hostile_orders(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    static const json_int_t bad[] = {
        -1, -2, 0, 1, 3, 5, 1 << 20, INT64_C(1) << 40, INT64_MAX, INT64_MIN, (INT64_C(1) << 32) + 2};
    for (size_t i = 0; i <= sizeof bad / sizeof *bad + 3; i++) {
        scratch s = scratch_make();
        nt_error why = {""};
        char path[200];
        snprintf(path, sizeof path, "%s/%s.json", s.folder, k->name);
        result *r = all_orders(), *back = empty_like(r);
        assert_int_equal(result_save(r, k, s.folder, &why), NT_OK);
        json_t *root = json_load_file(path, 0, NULL);
        json_t *row = json_array_get(json_object_get(root, "results"), 0);
        const size_t n = sizeof bad / sizeof *bad;
        if (i < n)
            json_object_set_new(row, "order", json_integer(bad[i]));
        else if (i == n)
            json_object_set_new(row, "order", json_string("2"));
        else if (i == n + 1)
            json_object_set_new(row, "order", json_real(2));
        else if (i == n + 2)
            json_object_del(row, "order");
        else /* another row has it */
            json_object_set_new(row, "order", json_integer(r->row[2].order));
        write_sealed(root, path);
        assert_int_equal(result_load(back, k, s.folder, &why), NT_ESTALE);
        check_reason(why.text);
        assert_int_equal(back->n_rows, 0);
        scratch_walk(&s, 1);
        free(r);
        free(back);
    }
    saved v = save(); /* a kernel without cases has none */
    nt_error why;
    assert_int_equal(load_with(&v, "order", json_integer(2), &why), NT_ESTALE);
    drop(&v);
}

/* Two orders may have two arithmetics; one order may not. */
static void an_order_contradicts_itself_alone(void **state)
{
    (void)state;
    const nt_kernel *k = with_cases();
    const int first = nt_kernel_order(k, nt_kernel_case_at(k, 0)->params),
              second = nt_kernel_order(k, nt_kernel_case_at(k, 1)->params);
    result_row a = made_up_stencil(k, first, NT_F64), b = made_up_stencil(k, second, NT_F64);
    assert_true(result_contradicts(&a, &a));
    assert_false(result_contradicts(&a, &b));
    b.config.isa = NT_AVX2;
    assert_false(result_contradicts(&a, &b));
    b.order = first;
    assert_true(result_contradicts(&a, &b));
    b.class = NT_IN_CACHE;
    assert_true(result_contradicts(&a, &b)); /* one arithmetic of an order and dtype */
    b.config.isa = a.config.isa;
    assert_false(result_contradicts(&a, &b));
}

static void roofs_of_stencils_know_the_depth(void **state)
{
    (void)state;
    result_row row = made_up_stencil(with_cases(), nt_kernel_order(with_cases(), NULL), NT_F32);
    row.memory_roof_ns = 0.4;
    row.in_cache_ns = 0.07;
    row.config.depth = 4;
    assert_near(result_roof(&row), 0.1);
    row.config.depth = 8;
    assert_near(result_roof(&row), 0.07);
    row.config.depth = 1;
    assert_near(result_roof(&row), 0.4);
    row.class = NT_IN_CACHE;
    assert_near(result_roof(&row), row.arithmetic_roof_ns);
    row = made_up_row(mathop(), NT_F64, NT_OUT_OF_CACHE, NT_MANY_STEPS);
    row.config.depth = 1; /* at radius 0 one visit may serve all steps, whatever the config does */
    assert_near(result_roof(&row), 0.07);
}

static void other_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "null",
                                        "[]",
                                        "{}",
                                        "{\"results\":[]}",
                                        "{\"key\":{}}",
                                        "\xff\xfe",
                                        "{\"key\":1}",
                                        "\x1b[2J",
                                        "{\"a\":\x1b[31m}",
                                        "{\"results\":[\x07"};
    saved v = save();
    nt_error why;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        spill(v.path, texts[i], strlen(texts[i]));
        assert_int_equal(load_changed(&v, texts[i], &why), NT_ESTALE);
    }
    const size_t deep = 100000;
    char *text = malloc(deep);
    assert_non_null(text);
    memset(text, '[', deep);
    spill(v.path, text, deep);
    assert_int_equal(load_changed(&v, "deep", &why), NT_ESTALE);
    free(text);
    assert_int_equal(truncate(v.path, 100 << 20), 0);
    assert_int_equal(load_changed(&v, "huge", &why), NT_EIO);
    unlink(v.path);
    assert_int_equal(mkdir(v.path, 0755), 0);
    assert_int_equal(load_changed(&v, "a folder", &why), NT_EIO);
    drop(&v);
}

static void too_many_rows(void **state)
{
    (void)state;
    saved v = save();
    nt_error why = {""};
    result *r = empty_like(v.r);
    r->n_rows = RESULT_MOST_ROWS - 2;
    assert_int_equal(result_load(r, mathop(), v.s.folder, &why), NT_ESTALE);
    assert_int_equal(r->n_rows, RESULT_MOST_ROWS - 2);
    check_reason(why.text);
    free(r);
    drop(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(saved_again_it_is_the_same_file),
        cmocka_unit_test(what_was_not_measured),
        cmocka_unit_test(no_file_is_named),
        cmocka_unit_test(the_json_is_as_documented),
        cmocka_unit_test(what_differs_is_named_with_both_values),
        cmocka_unit_test(of_another_machine),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(thousands_of_mutations),
        cmocka_unit_test(hostile_configs),
        cmocka_unit_test(hostile_numbers),
        cmocka_unit_test(hostile_counts),
        cmocka_unit_test(rows_that_contradict_each_other),
        cmocka_unit_test(orders_there_and_back),
        cmocka_unit_test(hostile_orders),
        cmocka_unit_test(an_order_contradicts_itself_alone),
        cmocka_unit_test(roofs_of_stencils_know_the_depth),
        cmocka_unit_test(other_files),
        cmocka_unit_test(too_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
