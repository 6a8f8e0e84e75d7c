/*
 * table_json.c - a complete table as a file
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* open_memstream */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "os/text.h"
#include "simulate/table.h"
#include "store/json_file.h"
#include "store/result_json.h"

enum { MOST_BYTES = 8 << 20 };

static const struct speed_field {
    const char *name;
    size_t at;
    bool is_whole;
} speed_fields[] = {
#define REAL(member)                                \
    {                                               \
#member, offsetof(nt_speeds, member), false \
    }
#define WHOLE(member)                              \
    {                                              \
#member, offsetof(nt_speeds, member), true \
    }
    REAL(add_ns),    REAL(fma_ns),     REAL(fp_ns),     REAL(int_mul_ns),    REAL(any_ns),
    REAL(load_ns),   REAL(l2_gbytes),  REAL(l3_gbytes), REAL(memory_gbytes), REAL(memory_gbytes_of_team),
    REAL(region_ns), REAL(barrier_ns), WHOLE(l1_bytes), WHOLE(l2_bytes),     WHOLE(l3_bytes),
};
enum { N_SPEED_FIELDS = sizeof speed_fields / sizeof *speed_fields };

/* ---- Writing ------------------------------------------------------------------------------------------- */

static json_t *speeds_json(const nt_speeds *s)
{
    json_t *json = json_object();
    for (int i = 0; i < N_SPEED_FIELDS; i++) {
        const char *at = (const char *)s + speed_fields[i].at;
        json_object_set_new(json, speed_fields[i].name,
                            speed_fields[i].is_whole ? json_integer(*(const int64_t *)at)
                                                     : json_real(*(const double *)at));
    }
    return json;
}

static json_t *wholes_json(const int64_t *value, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_integer(value[i]));
    return list;
}

static json_t *axes_json(const space *s)
{
    json_t *axes = json_object();
    for (int i = 0; i < SPACE_N_AXES; i++)
        if (s->n[space_axes[i]] > 0)
            json_object_set_new(axes, nt_key_name(s->q.kernel, space_axes[i]),
                                wholes_json(s->value[space_axes[i]], s->n[space_axes[i]]));
    return axes;
}

static json_t *config_json(const nt_kernel *kernel, const nt_config *config)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(kernel, config, text, sizeof text);
    return json_string(text);
}

static json_t *entries_json(const table *t)
{
    json_t *list = json_array();
    for (const table_entry *e = t->entry; e < &t->entry[t->n_entries]; e++)
        json_array_append_new(list,
                              json_pack("[o,o,f]", config_json(t->ask.kernel, &e->config),
                                        isfinite(e->ratio) ? json_real(e->ratio) : json_null(), e->spread));
    return list;
}

static json_t *threads_json(const table *t)
{
    json_t *list = json_array();
    for (int i = 0; i < t->space.q.n_threads; i++)
        json_array_append_new(list, json_integer(t->threads[i]));
    return list;
}

static json_t *table_json(const table *t)
{
    const space_question *q = &t->space.q;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:i, s:o, s:o, s:f, s:o, s:o, s:o, s:o}", "is",
        "nestune table 1", "machine", t->machine, "kernel", q->kernel->name, "case", q->kernel_case->name,
        "dtype", nt_dtype_name(q->dtype), "shape", result_shape_json(q->shape), "steps", (json_int_t)q->steps,
        "rounds", t->rounds, "arithmetic", config_json(q->kernel, &q->arithmetic), "anchor",
        config_json(q->kernel, &t->anchor), "anchor_s", t->anchor_s, "threads", threads_json(t), "speeds",
        speeds_json(&q->speeds), "axes", axes_json(&t->space), "entries", entries_json(t));
}

/* Each field on a line of its own, and each entry too, so that a change can be read. */
static void print_fields(FILE *f, json_t *root)
{
    const char *name, *between = "{\n";
    json_t *value, *entry;
    size_t i;
    json_object_foreach(root, name, value)
    {
        fprintf(f, "%s\"%s\": ", between, name);
        between = ",\n";
        if (strcmp(name, "entries") != 0) {
            json_dumpf(value, f, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
            continue;
        }
        json_array_foreach(value, i, entry)
        {
            fputs(i == 0 ? "[\n" : ",\n", f);
            json_dumpf(entry, f, JSON_COMPACT | JSON_REAL_PRECISION(6));
        }
        fputs("]", f);
    }
    fputs("\n}\n", f);
}

nt_status table_save(const table *t, const char *path, nt_error *why)
{
    json_t *root = json_file_read_back(table_json(t));
    char *text = NULL;
    size_t n = 0;
    FILE *f = root ? open_memstream(&text, &n) : NULL;
    if (!f) {
        json_decref(root);
        snprintf(why->text, sizeof why->text, "no memory for a table");
        return NT_ENOMEM;
    }
    json_file_sign(root);
    print_fields(f, root);
    json_decref(root);
    const bool whole = !ferror(f);
    nt_status status = fclose(f) == 0 && whole ? file_replace(path, text, n, why) : NT_ENOMEM;
    free(text);
    return status;
}

/* ---- Reading ------------------------------------------------------------------------------------------- */

static bool read_speeds(const json_t *json, nt_speeds *s)
{
    for (int i = 0; i < N_SPEED_FIELDS; i++) {
        const json_t *value = json_object_get(json, speed_fields[i].name);
        char *at = (char *)s + speed_fields[i].at;
        if (speed_fields[i].is_whole ? !json_is_integer(value) : !json_is_number(value))
            return false;
        const double number = json_number_value(value);
        if (!(number >= 0 && number < 1e15))
            return false;
        if (speed_fields[i].is_whole)
            *(int64_t *)at = json_integer_value(value);
        else
            *(double *)at = number;
    }
    return true;
}

/* The axes that such a space has, with values that its configs may have. */
static bool read_axes(const json_t *json, space *s)
{
    space usual;
    space_make(&usual, &s->q);
    for (int i = 0; i < SPACE_N_AXES; i++) {
        const nt_key_id axis = space_axes[i];
        const char *name = nt_key_name(s->q.kernel, axis);
        const json_t *values = name ? json_object_get(json, name) : NULL;
        const size_t n = json_array_size(values);
        if (n > SPACE_MOST_VALUES || (n > 0) != (usual.n[axis] > 0))
            return false;
        for (size_t v = 0; v < n; v++) {
            const json_t *value = json_array_get(values, v);
            nt_config c = s->q.arithmetic;
            nt_key_set(&c, axis, json_integer_value(value));
            if (!json_is_integer(value) || json_integer_value(value) != nt_key_get(&c, axis) ||
                nt_config_check(s->q.kernel, &c, NULL) != NT_OK)
                return false;
            s->value[axis][v] = json_integer_value(value);
        }
        s->n[axis] = (int)n;
    }
    return true;
}

static bool read_config(const nt_kernel *kernel, const json_t *json, nt_config *c, nt_error *why)
{
    *c = nt_config_blank(kernel);
    return json_is_string(json) && nt_config_parse(kernel, json_string_value(json), c, why) == NT_OK;
}

static bool read_entries(const json_t *json, table *t, nt_error *why)
{
    const size_t n = json_array_size(json);
    if (n == 0 || n > TABLE_MOST_ENTRIES || !(t->entry = calloc(n, sizeof *t->entry)))
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *e = json_array_get(json, i), *ratio = json_array_get(e, 1);
        table_entry *to = &t->entry[i];
        to->ratio = json_is_null(ratio) ? HUGE_VAL : json_number_value(ratio);
        to->spread = json_number_value(json_array_get(e, 2));
        if (!read_config(t->ask.kernel, json_array_get(e, 0), &to->config, why) || json_array_size(e) != 3 ||
            !(to->ratio > 0) || !(to->spread >= 0 && to->spread < 1e6) ||
            (i > 0 && table_order(to - 1, to) >= 0))
            return false;
        t->n_entries++;
    }
    return table_best(t) != NULL;
}

static bool read_threads(const json_t *json, table *t)
{
    const size_t n = json_array_size(json);
    if (n == 0 || n > TABLE_MOST_THREADS)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_int_t v = json_integer_value(json_array_get(json, i));
        if (v < 1 || v > NT_MAX_THREADS)
            return false;
        t->threads[i] = (int)v;
    }
    t->space.q.n_threads = (int)n;
    return true;
}

static bool read_root(const json_t *root, table *t, nt_error *why)
{
    const char *is, *machine, *kernel, *kernel_case, *dtype;
    json_int_t shape[3], steps;
    space_question *q = &t->space.q;
    if (json_unpack((json_t *)root, "{s:s, s:s, s:s, s:s, s:s, s:[I,I,I!], s:I, s:i, s:F}", "is", &is,
                    "machine", &machine, "kernel", &kernel, "case", &kernel_case, "dtype", &dtype, "shape",
                    &shape[0], &shape[1], &shape[2], "steps", &steps, "rounds", &t->rounds, "anchor_s",
                    &t->anchor_s) != 0 ||
        strcmp(is, "nestune table 1") != 0 || !(q->kernel = nt_kernel_find(kernel)) ||
        !(q->kernel_case = nt_kernel_case(q->kernel, kernel_case)) || steps < 1 || steps > 1000000 ||
        !(t->anchor_s > 0) || t->rounds < 1 || t->rounds > TABLE_MOST_ROUNDS ||
        (q->dtype = nt_dtype_find(dtype)) == NT_N_DTYPES)
        return false;
    snprintf(t->machine, sizeof t->machine, "%s", machine);
    text_make_printable(t->machine);
    q->threads = t->threads;
    q->steps = steps;
    for (int a = 0; a < 3; a++) {
        if (shape[a] < 1 || shape[a] > INT64_C(1) << 40 ||
            (double)shape[0] * (double)shape[1] * (double)shape[2] > 0x1p50)
            return false;
        q->shape[a] = shape[a];
    }
    t->ask = (trial_ask){.kernel = q->kernel,
                         .kernel_case = q->kernel_case,
                         .dtype = q->dtype,
                         .shape = {q->shape[0], q->shape[1], q->shape[2]},
                         .steps = steps};
    t->space.radius = nt_kernel_radius(q->kernel, q->kernel_case->params);
    return read_config(q->kernel, json_object_get(root, "arithmetic"), &q->arithmetic, why) &&
           read_config(q->kernel, json_object_get(root, "anchor"), &t->anchor, why) &&
           read_threads(json_object_get(root, "threads"), t) &&
           read_speeds(json_object_get(root, "speeds"), &q->speeds) &&
           read_axes(json_object_get(root, "axes"), &t->space) &&
           read_entries(json_object_get(root, "entries"), t, why);
}

nt_status table_load(table *t, const char *path, nt_error *why)
{
    json_t *root;
    *t = (table){.machine = ""};
    nt_status status = json_file_read(&root, path, MOST_BYTES, why);
    if (status == NT_OK && !json_file_is_whole(root))
        status = json_file_bad(why, path, "its CRC is wrong: it was damaged, or edited by hand");
    nt_error detail = {"a field is missing, of another type or out of range"};
    if (status == NT_OK && !read_root(root, t, &detail))
        status = json_file_bad(why, path, "no complete table of this library's kernels: %.100s", detail.text);
    t->space.q.threads = t->threads;
    json_decref(root);
    if (status != NT_OK)
        table_free(t);
    return status;
}
