/*
 * test_null.c - lookups, configs and grids with NULL in each pointer argument, and with values out of range
 * SPDX-License-Identifier: MIT
 *
 * The headers say what happens: a status with one line, a value, or nothing.  test_null_runs.c does the same
 * for what runs; the last test here reads the headers, so that a new function cannot be left out.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "null_support.h"

static const int64_t rows[3] = {1, 8, 64};
static double cells[512];

/* ---- Numbers and names ---------------------------------------------------------------------------- */

/* For all values of an int. */
static void names(void **state)
{
    (void)state;
    for
        EACH_ODD(i)
        {
            assert_string_equal(nt_status_text((nt_status)odd[i]), "unknown status");
            assert_int_equal(nt_dtype_bytes((nt_dtype)odd[i]), 0);
            assert_string_equal(nt_dtype_name((nt_dtype)odd[i]), "?");
            assert_int_equal(nt_dtype_find(NULL), NT_N_DTYPES);
            assert_null(nt_isa_name((nt_isa)odd[i]));
            assert_int_equal(nt_isa_lanes((nt_isa)odd[i], NT_F64), 0);
            assert_int_equal(nt_isa_lanes(NT_ISA_SCALAR, (nt_dtype)odd[i]), 0);
            assert_int_equal(nt_isa_available((nt_isa)odd[i]), 0);
            assert_null(nt_parallel_name((nt_parallel)odd[i]));
            assert_null(nt_layout_name((nt_layout)odd[i]));
            assert_null(nt_order_name((nt_order)odd[i]));
            assert_null(nt_schedule_name((nt_schedule)odd[i]));
            assert_null(nt_class_name((nt_class)odd[i]));
            assert_null(nt_repeat_name((nt_repeat)odd[i]));
            if (odd[i] < 0 || odd[i] >= nt_kernel_count())
                assert_null(nt_kernel_at(odd[i]));
            assert_null(nt_tuned_at(odd[i]));
            assert_true(isnan(nt_wave_points_per_wavelength(odd[i], 0.5, 0.01)));
            assert_true(isnan(nt_wave_dispersion(odd[i], 0.5, 10, NULL)));
        }
    assert_int_equal(nt_class_of(INT64_MIN, 0), NT_CLASS_L2);
    assert_int_equal(nt_class_of(INT64_MAX, INT_MIN), NT_CLASS_MEMORY);
    assert_true(nt_class_bytes(NULL, 1, NT_CLASS_L2) == 0 && nt_class_on(NULL, 1, 0) == NT_CLASS_L2);
    assert_int_equal(nt_class_on(NULL, 1, 1), NT_CLASS_MEMORY);
    assert_true(nt_working_set(NULL, NULL, NT_F64, (int64_t[3]){1, 1, 1}) == 0);
    assert_int_equal(nt_class_of_range(INT64_MIN), NT_CLASS_SHORT);
    assert_int_equal(nt_class_of_range(INT64_MAX), NT_CLASS_LONG);
    assert_int_equal(nt_crc32(7, NULL, 5), 7);
    assert_int_equal(nt_crc32(7, "", 0), 7);
}

static void machine(void **state)
{
    (void)state;
    nt_machine here;
    char text[NT_MACHINE_ID] = "?";
    assert_int_equal(nt_machine_detect(NULL), NT_EARG);
    assert_int_equal(nt_machine_detect(&here), NT_OK);
    assert_int_equal(nt_machine_cores(NULL), 0);
    nt_machine_id(NULL, text, sizeof text);
    assert_string_equal(text, "");
    nt_machine_id(&here, NULL, sizeof text);
    nt_machine_id(&here, text, 0);
    assert_string_equal(text, "");
    REFUSED(0, "first machine is NULL", (nt_status)nt_machine_same_cpu(NULL, &here, why));
    REFUSED(0, "second machine is NULL", (nt_status)nt_machine_same_cpu(&here, NULL, why));
}

/* ---- Grids ---------------------------------------------------------------------------------------- */

static void grids(void **state)
{
    (void)state;
    nt_grid *g = grid_of_eight(), *other;
    nt_cells at;
    REFUSED(NT_EARG, "grid to create is NULL", nt_grid_create(NULL, NT_F64, eight, 0, NULL, why));
    REFUSED(NT_EARG, "sizes are NULL", nt_grid_create(&other, NT_F64, NULL, 0, NULL, why));
    REFUSED(NT_EARG, "grid to wrap is NULL", nt_grid_wrap(NULL, NT_F64, eight, rows, 0, cells, why));
    REFUSED(NT_EARG, "sizes are NULL", nt_grid_wrap(&other, NT_F64, NULL, rows, 0, cells, why));
    REFUSED(NT_EARG, "strides are NULL", nt_grid_wrap(&other, NT_F64, eight, NULL, 0, cells, why));
    REFUSED(NT_EARG, "(0,0,0) is NULL", nt_grid_wrap(&other, NT_F64, eight, rows, 0, NULL, why));
    REFUSED(NT_EARG, "grid is NULL", nt_grid_map(NULL, &at, why));
    REFUSED(NT_EARG, "cells to set are NULL", nt_grid_map(g, NULL, why));
    for
        EACH_ODD(i)
        {
            const nt_dtype type = (nt_dtype)odd[i];
            REFUSED(NT_EARG, "NT_F64", nt_grid_create(&other, type, eight, 0, NULL, why));
            REFUSED(NT_EARG, "NT_F64", nt_grid_wrap(&other, type, eight, rows, 0, cells, why));
            if (odd[i] != 99) {
                REFUSED(NT_ESHAPE, "halo of", nt_grid_create(&other, NT_F64, eight, odd[i], NULL, why));
                REFUSED(NT_ESHAPE, "halo of", nt_grid_wrap(&other, NT_F64, eight, rows, odd[i], cells, why));
            }
            assert_int_equal(nt_grid_size(g, odd[i]), 0);
        }
    assert_int_equal(nt_grid_dtype(NULL), NT_N_DTYPES);
    assert_int_equal(nt_grid_size(NULL, 0), 0);
    assert_int_equal(nt_grid_halo(NULL), 0);
    assert_null(nt_grid_cell(NULL, 0, 0, 0));
    nt_grid_unmap(NULL);
    nt_grid_destroy(NULL);
    nt_grid_destroy(g);
}

/* ---- Configs -------------------------------------------------------------------------------------- */

static void configs(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square");
    nt_config c = nt_config_blank(NULL);
    char text[NT_CONFIG_TEXT] = "?";
    assert_true(c.threads == 1 && c.depth == 1);
    REFUSED(NT_EARG, "NULL kernel", nt_config_default(NULL, NT_F64, &c, why));
    REFUSED(NT_EARG, "NULL config", nt_config_default(k, NT_F64, NULL, why));
    REFUSED(NT_EARG, "NULL kernel", nt_config_parse(NULL, "", &c, why));
    REFUSED(NT_EARG, "NULL text", nt_config_parse(k, NULL, &c, why));
    REFUSED(NT_EARG, "NULL config", nt_config_parse(k, "", NULL, why));
    REFUSED(NT_EARG, "NULL kernel", nt_config_check(NULL, &c, why));
    REFUSED(NT_EARG, "NULL config", nt_config_check(k, NULL, why));
    REFUSED(NT_EARG, "NULL kernel", nt_config_runs(NULL, NT_F64, &c, why));
    REFUSED(NT_EARG, "NULL config", nt_config_runs(k, NT_F64, NULL, why));
    TAKEN(nt_config_default(k, NT_F64, &c, why));
    TAKEN(nt_config_runs(k, NT_F64, &c, why));
    for
        EACH_ODD(i)
        {
            REFUSED(NT_EKERNEL, "no ? function", nt_config_default(k, (nt_dtype)odd[i], &c, why));
            REFUSED(NT_ECONFIG, "no function for ?", nt_config_runs(k, (nt_dtype)odd[i], &c, why));
        }
    nt_config_format(NULL, &c, text, sizeof text);
    assert_string_equal(text, "");
    text[0] = '?';
    nt_config_format(k, NULL, text, sizeof text);
    assert_string_equal(text, "");
    nt_config_format(k, &c, NULL, sizeof text);
    text[0] = '?';
    nt_config_keys(NULL, text, sizeof text);
    assert_string_equal(text, "");
    nt_config_keys(k, NULL, sizeof text);
    strcpy(text, "x");
    nt_config_rules(NULL, text, sizeof text);
    assert_string_equal(text, "");
    nt_config_rules(k, NULL, sizeof text);
    const nt_config before = c;
    nt_config_canonical(NULL, eight, 1, 1, &c);
    nt_config_canonical(k, NULL, 1, 1, &c);
    nt_config_canonical(k, eight, 1, 1, NULL);
    assert_true(config_equal(&c, &before));
}

/* Each key in turn holds what no config holds: it is refused and can be printed, and nothing else is done. */
static void odd_configs(void **state)
{
    static const int64_t values[] = {-1, INT_MIN, 1000000, INT_MAX};
    (void)state;
    for (int n = 0; n < nt_kernel_count(); n++)
        for (int id = 0; id < NT_N_KEYS; id++)
            for (int v = 0; v < 4; v++) {
                const nt_kernel *k = nt_kernel_at(n);
                const nt_key_id key = (nt_key_id)id;
                char text[NT_CONFIG_TEXT], number[24];
                nt_config c = nt_config_blank(k), was;
                if (!nt_key_name(k, key))
                    continue;
                nt_key_set(&c, key, values[v]);
                if (nt_config_check(k, &c, NULL) == NT_OK)
                    continue; /* a size, or a number of the kernel's own */
                was = c;
                snprintf(number, sizeof number, "%lld", (long long)values[v]);
                REFUSED(NT_ECONFIG, number, nt_config_check(k, &c, why));
                REFUSED(NT_ECONFIG, number, nt_config_runs(k, NT_F64, &c, why));
                nt_config_format(k, &c, text, sizeof text);
                assert_non_null(strstr(text, number));
                nt_config_canonical(k, eight, 1, 10, &c);
                assert_true(config_equal(&c, &was));
                assert_int_equal(nt_key_get(&c, key), values[v]);
            }
}

static void keys(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square");
    nt_config c = nt_config_blank(k), was = c;
    assert_null(nt_key_name(NULL, NT_KEY_ISA));
    assert_int_equal(nt_key_get(NULL, NT_KEY_ISA), 0);
    nt_key_set(NULL, NT_KEY_ISA, 1);
    for
        EACH_ODD(i)
        {
            assert_null(nt_key_name(k, (nt_key_id)odd[i]));
            assert_int_equal(nt_key_get(&c, (nt_key_id)odd[i]), 0);
            nt_key_set(&c, (nt_key_id)odd[i], 1);
        }
    assert_true(config_equal(&c, &was));
    const nt_config zeros = {0};
    assert_int_equal(nt_config_differences(NULL, NULL), 0);
    assert_int_equal(nt_config_differences(&c, NULL), nt_config_differences(&c, &zeros));
    assert_int_equal(nt_config_differences(NULL, &c), nt_config_differences(&c, &zeros));
}

/* ---- Kernels -------------------------------------------------------------------------------------- */

static void kernels(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square"), *range = nt_kernel_find("pi");
    const nt_config c = nt_config_blank(k);
    nt_grid *g = grid_of_eight();
    const nt_work none = {0}, work = nt_kernel_work(k, NULL, NULL), other = nt_kernel_work(NULL, NULL, NULL);
    assert_null(nt_kernel_name(NULL));
    assert_null(nt_kernel_find(NULL));
    REFUSED(NT_EKERNEL, "NULL kernel", nt_kernel_add(NULL, why));
    const nt_module *module;
    REFUSED(NT_EKERNEL, "NULL module", nt_module_add(NULL, why));
    REFUSED(NT_EARG, "NULL path", nt_module_load(NULL, why));
    REFUSED(NT_EARG, "NULL path", nt_module_open(NULL, &module, why));
    REFUSED(NT_EARG, "NULL module", nt_module_open("libmine.so", NULL, why));
    REFUSED(NT_EKERNEL, "NULL kernel", nt_kernel_check(NULL, why));
    assert_int_equal(nt_kernel_radius(NULL, NULL), 0);
    assert_int_equal(nt_kernel_radius(k, NULL), 0);
    assert_null(nt_kernel_case_at(NULL, 0));
    assert_null(nt_kernel_case(NULL, "default"));
    assert_null(nt_kernel_case(k, NULL));
    assert_null(nt_kernel_case_of(NULL, NULL));
    assert_non_null(nt_kernel_case_of(k, NULL));
    assert_int_equal(nt_kernel_variant(NULL, "plain"), -1);
    assert_int_equal(nt_kernel_variant(k, NULL), -1);
    assert_int_equal(nt_kernel_form(NULL, "u1"), -1);
    assert_int_equal(nt_kernel_form(k, NULL), -1);
    assert_null(nt_kernel_function_at(NULL, 0));
    assert_null(nt_kernel_function(NULL, NT_F64, &c));
    assert_null(nt_kernel_function(k, NT_F64, NULL));
    for
        EACH_ODD(i)
        {
            assert_null(nt_kernel_case_at(k, odd[i]));
            if (odd[i] != 99)
                assert_null(nt_kernel_function_at(k, odd[i]));
            assert_null(nt_kernel_function(k, (nt_dtype)odd[i], &c));
        }
    assert_memory_equal(&work, &none, sizeof none);
    assert_memory_equal(&other, &none, sizeof none);
    assert_true(nt_kernel_value(NULL, 0, 1, 2) == 0 && nt_kernel_value(range, 0, 1, 2) == 0);
    nt_kernel_fill(NULL, 0, 1, g);
    nt_kernel_fill(range, 0, 1, g);
    assert_true(cell_bits(g, 1, 2, 3) == 0);
    nt_kernel_fill(k, 0, 1, NULL);
    for (int n = 0; n < nt_kernel_count(); n++) /* a grid that the kernel does not have */
        for (int i = 0; nt_kernel_at(n)->field && i < N_ODD; i++)
            assert_true(isfinite(nt_kernel_value(nt_kernel_at(n), odd[i], INT64_MIN, UINT64_MAX)));
    nt_grid_destroy(g);
}

static void model(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square");
    const nt_config c = nt_config_blank(k);
    const int64_t n[3] = {8, 8, 8}, empty[3] = {8, 0, 8};
    nt_machine none = {.uarch = ""};
    nt_speeds speeds, before;
    nt_prediction p;
    memset(&speeds, 1, sizeof speeds);
    before = speeds;
    nt_speeds_typical(NULL, NT_ISA_SCALAR, NT_F64, &speeds);
    assert_memory_equal(&speeds, &before, sizeof speeds);
    nt_speeds_typical(&none, NT_ISA_SCALAR, NT_F64, NULL);
    nt_speeds_typical(&none, NT_N_ISAS, NT_N_DTYPES, &speeds);
    nt_speeds_typical(&none, NT_ISA_SCALAR, NT_F64, &speeds);
    assert_true(speeds.fma_ns > 0 && speeds.l1_bytes > 0);
    assert_int_equal(nt_predict(NULL, NULL, NT_F64, n, 1, &c, &speeds, &p), NT_EARG);
    assert_int_equal(nt_predict(k, NULL, NT_F64, NULL, 1, &c, &speeds, &p), NT_EARG);
    assert_int_equal(nt_predict(k, NULL, NT_F64, n, 1, NULL, &speeds, &p), NT_EARG);
    assert_int_equal(nt_predict(k, NULL, NT_F64, n, 1, &c, NULL, &p), NT_EARG);
    assert_int_equal(nt_predict(k, NULL, NT_F64, n, 1, &c, &speeds, NULL), NT_EARG);
    assert_int_equal(nt_predict(nt_kernel_find("apply"), NULL, NT_F64, n, 1, &c, &speeds, &p), NT_EARG);
    assert_int_equal(nt_predict(k, NULL, NT_F64, empty, 1, &c, &speeds, &p), NT_OK);
    assert_true(p.ns == 0);
    assert_int_equal(nt_predict(k, NULL, NT_F64, n, 1, &c, &speeds, &p), NT_OK);
    assert_true(p.ns > 0);
}

static void tuned(void **state)
{
    (void)state;
    const nt_kernel *k = nt_kernel_find("square");
    nt_config c;
    REFUSED(NT_EARG, "NULL path", nt_tuned_load(NULL, why));
#define FIND(kernel, type, size, many, to) nt_tuned_find(kernel, NULL, type, size, many, 0, to, why)
    REFUSED(NT_EARG, "NULL kernel", FIND(NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, &c));
    REFUSED(NT_EARG, "NULL config", FIND(k, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, NULL));
    nt_tuned_offer offer;
    int n_offers;
    const nt_tuned *t = nt_tuned_at(0);
    assert_non_null(t);
#define EXPLAIN(kernel, type, size, many, threads, list, room, n) \
    nt_tuned_explain(kernel, NULL, type, size, many, 0, threads, list, room, n, why)
    REFUSED(NT_EARG, "NULL kernel", EXPLAIN(NULL, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &offer, 1, &n_offers));
    REFUSED(NT_EARG, "NULL list", EXPLAIN(k, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, NULL, 1, &n_offers));
    REFUSED(NT_EARG, "NULL number", EXPLAIN(k, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &offer, 1, NULL));
    REFUSED(NT_EARG, "-1 offers", EXPLAIN(k, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, 0, &offer, -1, &n_offers));
    REFUSED(NT_EARG, "-1 threads", EXPLAIN(k, NT_F64, NT_CLASS_L2, NT_REPEAT_ONE, -1, &offer, 1, &n_offers));
    REFUSED(NT_EARG, "NULL header", nt_tuned_row_config(NULL, t->rows, &c, why));
    REFUSED(NT_EARG, "NULL row", nt_tuned_row_config(t, NULL, &c, why));
    REFUSED(NT_EARG, "NULL config", nt_tuned_row_config(t, t->rows, NULL, why));
    assert_int_equal(nt_tuned_same_cpu(NULL, NULL), 0);
    assert_int_equal(nt_tuned_same_cpu(t, NULL), 0);
    for
        EACH_ODD(i)
        {
            assert_null(nt_tuned_origin_name((nt_tuned_origin)odd[i]));
            REFUSED(NT_EKERNEL, "?", EXPLAIN(k, (nt_dtype)odd[i], NT_CLASS_L2, NT_REPEAT_ONE, 0, &offer, 1, &n_offers));
            REFUSED(NT_EARG, "shape class", EXPLAIN(k, NT_F64, (nt_class)odd[i], NT_REPEAT_ONE, 0, &offer, 1, &n_offers));
            REFUSED(NT_EKERNEL, "?", FIND(k, (nt_dtype)odd[i], NT_CLASS_L2, NT_REPEAT_ONE, &c));
            REFUSED(NT_EARG, "shape class", FIND(k, NT_F64, (nt_class)odd[i], NT_REPEAT_ONE, &c));
            REFUSED(NT_EARG, "steps", FIND(k, NT_F64, NT_CLASS_L2, (nt_repeat)odd[i], &c));
        }
}

/* ---- All of them ---------------------------------------------------------------------------------- */

/* Not called above: there is no pointer and no number that could be wrong. */
static const char *const harmless[] = {"nt_build_info", "nt_kernel_count", "nt_memory_available",
                                       "nt_threads_allowed", "nt_version"};

/* Compiled into the caller; philox.h says that their arrays may not be NULL. */
static const char *const inlined[] = {"nt_philox", "nt_philox_block", "nt_philox_top53", "nt_uniform",
                                        "nt_view_cell"};

static char *text_of(const char *path)
{
    enum { MOST = 1 << 17 };
    char *text = malloc(MOST);
    FILE *f = fopen(path, "r");
    assert_true(text && f);
    text[fread(text, 1, MOST - 1, f)] = '\0';
    assert_true(feof(f));
    fclose(f);
    return text;
}

static bool in_list(const char *name, size_t n, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++)
        if (strlen(list[i]) == n && memcmp(list[i], name, n) == 0)
            return true;
    return false;
}

/* The next `nt_...(`, and its length; NULL: none. */
static const char *next_call(const char *text, size_t *n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    for (const char *at = text; (at = strstr(at, "nt_")); at += *n) {
        *n = strspn(at, letters);
        if (at[*n] == '(' && (at == text || !strchr(letters, at[-1])))
            return at;
    }
    return NULL;
}

/* Does the name stand before a parenthesis, as in a call or as the argument of a macro? */
static bool is_called(const char *code, const char *name, size_t n)
{
    for (const char *at = code; (at = strstr(at, "nt_")); at++)
        if (strncmp(at, name, n) == 0 && (at[n] == '(' || at[n] == ')'))
            return true;
    return false;
}

/* Reads one header; the number of functions that it declares. */
static int check_header(const char *path, char *const code[2])
{
    char *text = text_of(path);
    int n_functions = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t n;
        const bool api = strncmp(line, "NT_API ", 7) == 0, here = strncmp(line, "static inline ", 14) == 0;
        const char *name = api || here ? next_call(line, &n) : NULL;
        if (!name && (api || here))
            fail_msg("%s: no name in %s", path, line);
        if (!name)
            continue;
        n_functions++;
        const bool no_pointer = in_list(name, n, harmless, sizeof harmless / sizeof *harmless);
        if (no_pointer && !strstr(name, "(void);"))
            fail_msg("%s: %.*s has arguments now", path, (int)n, name);
        if (here ? !in_list(name, n, inlined, sizeof inlined / sizeof *inlined)
                 : !no_pointer && !is_called(code[0], name, n) && !is_called(code[1], name, n))
            fail_msg("%s: %.*s() is not tried with bad arguments", path, (int)n, name);
    }
    free(text);
    return n_functions;
}

static void all_of_them(void **state)
{
    (void)state;
    static const char folder[] = NT_SOURCE_DIR "/include/nestune";
    char *code[2] = {text_of(NT_SOURCE_DIR "/tests/test_null.c"),
                     text_of(NT_SOURCE_DIR "/tests/test_null_runs.c")};
    int n_functions = 0, n_headers = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        char path[600];
        const size_t n = strlen(e->d_name);
        if (n < 2 || strcmp(e->d_name + n - 2, ".h") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        n_functions += check_header(path, code);
        n_headers++;
    }
    closedir(dir);
    free(code[0]);
    free(code[1]);
    assert_true(n_headers > 15 && n_functions > 90);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),   cmocka_unit_test(machine),     cmocka_unit_test(grids),
        cmocka_unit_test(configs), cmocka_unit_test(odd_configs), cmocka_unit_test(keys),
        cmocka_unit_test(kernels), cmocka_unit_test(model), cmocka_unit_test(tuned),       cmocka_unit_test(all_of_them),
    };
    return cmocka_run_group_tests_name("null", tests, NULL, NULL);
}
