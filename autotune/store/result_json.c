/*
 * result_json.c - the JSON form of what a tune found out
 * SPDX-License-Identifier: MIT
 */
#include "store/result_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/crc32.h"
#include "os/file.h"
#include "os/text.h"

json_t *result_machine_json(const nt_machine *m)
{
    char id[64];
    nt_machine_id(m, id);
    json_t *isas = json_array();
    for (int i = 0; i < NT_N_ISAS; i++)
        if (m->isas & 1u << i)
            json_array_append_new(isas, json_string(nt_isa_name((nt_isa)i)));
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:I, s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:f, s:i, "
                     "s:I, s:s, s:o}",
                     "id", id, "vendor", m->vendor, "cpu", m->model, "microarchitecture", m->uarch, "family",
                     m->family, "model", m->model_id, "stepping", m->stepping, "l1d_bytes",
                     (json_int_t)m->l1d_bytes, "l2_bytes", (json_int_t)m->l2_bytes, "l3_bytes",
                     (json_int_t)m->l3_bytes, "cores", m->n_cores, "cpus", m->n_cpus, "smt", m->smt,
                     "numa_nodes", m->n_numa, "cpus_affinity", m->cpus_affinity, "cpus_quota", m->cpus_quota,
                     "threads_allowed", m->threads_allowed, "memory_bytes", (json_int_t)m->memory_bytes,
                     "huge_pages", m->huge_pages, "isas", isas);
}

json_t *result_key_json(const nt_machine *m, const nt_kernel *kernel)
{
    const nt_build *build = nt_build_info();
    return json_pack("{s:i, s:s, s:i, s:s, s:i, s:i, s:i, s:I, s:I, s:I, s:i, s:s, s:s, s:s, s:s}", "format",
                     RESULT_FORMAT, "kernel", kernel->name, "kernel_version", kernel->version, "vendor",
                     m->vendor, "family", m->family, "model", m->model_id, "stepping", m->stepping,
                     "l1d_bytes", (json_int_t)m->l1d_bytes, "l2_bytes", (json_int_t)m->l2_bytes, "l3_bytes",
                     (json_int_t)m->l3_bytes, "threads_allowed", m->threads_allowed, "compiler",
                     build->compiler, "flags", build->flags, "sleef", build->sleef, "nestune",
                     build->version);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static json_t *figure(double value)
{
    return value > 0 && isfinite(value) ? json_real(value) : json_null();
}

static json_t *config_json(const nt_kernel *kernel, const nt_config *config)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(kernel, config, text);
    return json_string(text);
}

static json_t *row_json(const result_row *r)
{
    json_t *loops = json_object();
    for (int p = 0; p < NT_N_PARALLELS; p++)
        json_object_set_new(loops, nt_parallel_name((nt_parallel)p), figure(r->loops_ns[p]));
    return json_pack("{s:s, s:i, s:s, s:s, s:[I,I,I], s:I, s:o, s:o, s:o, s:[f,f], s:i, s:s, s:o, s:o, s:o, "
                     "s:o, s:o, s:[I,I,I], s:o, "
                     "s:o, s:f, "
                     "s:o, s:o, s:o, s:i, s:i, s:b, s:f}",
                     "kernel", r->kernel->name, "order", r->order, "dtype", nt_dtype_name(r->dtype), "class",
                     nt_class_name(r->class), "shape", (json_int_t)r->shape[0], (json_int_t)r->shape[1],
                     (json_int_t)r->shape[2], "steps", (json_int_t)r->steps, "default_ns_per_cell",
                     figure(r->default_ns), "tuned_ns_per_cell", figure(r->tuned_ns), "speedup",
                     figure(r->tuned_ns > 0 ? r->default_ns / r->tuned_ns : 0), "tuned_over_default",
                     r->ratio.low, r->ratio.high, "pairs", r->ratio.n, "verdict",
                     stats_verdict_name(r->verdict), "memory_roof_ns_per_cell", figure(r->memory_roof_ns),
                     "arithmetic_roof_ns_per_cell", figure(r->arithmetic_roof_ns), "fp_roof_ns_per_cell",
                     figure(r->fp_roof_ns), "load_roof_ns_per_cell", figure(r->load_roof_ns),
                     "in_cache_ns_per_cell", figure(r->in_cache_ns), "in_cache_shape",
                     (json_int_t)r->in_cache_shape[0], (json_int_t)r->in_cache_shape[1],
                     (json_int_t)r->in_cache_shape[2], "roof_ns_per_cell", figure(r->roof_ns),
                     "roof_fraction", figure(r->tuned_ns > 0 ? r->roof_ns / r->tuned_ns : 0), "max_ulp",
                     r->max_ulp, "loops", loops, "config", config_json(r->kernel, &r->config),
                     "default_config", config_json(r->kernel, &r->default_config), "trials", r->n_trials,
                     "failed", r->n_failed, "complete", r->complete, "space", r->space_size);
}

json_t *result_json(const result *r, const nt_kernel *kernel)
{
    json_t *rows = json_array();
    for (int i = 0; i < r->n_rows; i++)
        if (!kernel || r->row[i].kernel == kernel)
            json_array_append_new(rows, row_json(&r->row[i]));
    return json_pack("{s:o, s:o, s:s}", "machine", result_machine_json(&r->machine), "results", rows,
                     "not_searched", r->not_searched);
}

/* Of all but itself, in one form whatever the order and spacing in the file. */
static uint32_t crc_of(json_t *root)
{
    json_t *rest = json_copy(root);
    json_object_del(rest, "crc");
    char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    const uint32_t crc = text ? nt_crc32(0, text, strlen(text)) : 0;
    free(text);
    json_decref(rest);
    return crc;
}

static void set_crc(json_t *root)
{
    char *text = json_dumps(root, JSON_REAL_PRECISION(6)); /* the numbers as they will be read back */
    json_t *back = text ? json_loads(text, 0, NULL) : NULL;
    char crc[16];
    snprintf(crc, sizeof crc, "%08x", back ? crc_of(back) : 0);
    json_object_set_new(root, "crc", json_string(crc));
    json_decref(back);
    free(text);
}

static bool crc_is_right(json_t *root)
{
    const char *there = json_string_value(json_object_get(root, "crc"));
    char here[16];
    snprintf(here, sizeof here, "%08x", crc_of(root));
    return there && strcmp(there, here) == 0;
}

static void path_of(const nt_kernel *kernel, const char *dir, char *path, size_t n)
{
    snprintf(path, n, "%s/%s.json", dir, kernel->name);
}

nt_status result_save(const result *r, const nt_kernel *kernel, const char *dir, nt_error *why)
{
    json_t *root = result_json(r, kernel);
    if (root) {
        json_object_set_new(root, "key", result_key_json(&r->machine, kernel));
        set_crc(root);
    }
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(root);
    if (!text) {
        snprintf(why->text, sizeof why->text, "no memory for the results of %s", kernel->name);
        return NT_ENOMEM;
    }
    char path[4096];
    path_of(kernel, dir, path, sizeof path);
    const nt_status status = file_replace(path, text, strlen(text), why);
    free(text);
    return status;
}

/* ---- reading back ------------------------------------------------------------------------------ */

static nt_status bad(nt_error *why, const char *path, const char *what)
{
    snprintf(why->text, sizeof why->text, "%.160s: %s", path, what);
    return NT_ESTALE;
}

/* Every field of the key must be what it would be here. */
static nt_status check_key(const json_t *root, const nt_machine *m, const nt_kernel *kernel, const char *path,
                           nt_error *why)
{
    json_t *here = result_key_json(m, kernel);
    const json_t *there = json_object_get(root, "key");
    const char *name;
    json_t *value;
    nt_status status =
        here && json_is_object(there) ? NT_OK : bad(why, path, "has no key, so it is no result");
    json_object_foreach(here, name, value)
    {
        const json_t *old = json_object_get(there, name);
        if (status != NT_OK || json_equal(old, value))
            continue;
        char *a = json_dumps(old, JSON_ENCODE_ANY | JSON_ENSURE_ASCII),
             *b = json_dumps(value, JSON_ENCODE_ANY);
        snprintf(why->text, sizeof why->text, "%.80s: %s is %.60s, here %.60s", path, name, a ? a : "missing",
                 b ? b : "?");
        free(a);
        free(b);
        text_make_printable(why->text);
        status = NT_ESTALE;
    }
    json_decref(here);
    return status;
}

static bool read_figure(const json_t *row, const char *name, double *value)
{
    const json_t *v = json_object_get(row, name);
    if (json_is_null(v)) {
        *value = 0;
        return true;
    }
    if (!json_is_number(v))
        return false;
    *value = json_number_value(v);
    return *value > 0 && *value < 1e12;
}

static bool read_ratio(const json_t *v, double *value)
{
    *value = json_number_value(v);
    return json_is_number(v) && *value >= 0 && *value < 1e12;
}

static bool read_count(const json_t *row, const char *name, int *value)
{
    const json_t *v = json_object_get(row, name);
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > 1000000000)
        return false;
    *value = (int)json_integer_value(v);
    return true;
}

static bool read_shape(const json_t *row, const char *name, int64_t least, int64_t shape[3])
{
    const json_t *v = json_object_get(row, name);
    for (int a = 0; a < 3; a++) {
        const json_t *n = json_array_get(v, (size_t)a);
        if (!json_is_integer(n) || json_integer_value(n) < least || json_integer_value(n) > INT64_C(1) << 40)
            return false;
        shape[a] = json_integer_value(n);
    }
    return json_array_size(v) == 3;
}

static int read_name(const json_t *row, const char *name, const char *(*text_of)(int), int n)
{
    const char *text = json_string_value(json_object_get(row, name));
    for (int i = 0; text && i < n; i++)
        if (strcmp(text, text_of(i)) == 0)
            return i;
    return -1;
}

static const char *dtype_text(int i)
{
    return nt_dtype_name((nt_dtype)i);
}
static const char *class_text(int i)
{
    return nt_class_name((nt_class)i);
}
static const char *verdict_text(int i)
{
    return stats_verdict_name((stats_verdict)i);
}

static bool read_config(const json_t *row, const char *name, const nt_kernel *kernel, nt_dtype dtype,
                        nt_config *config, nt_error *why)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text && nt_config_default(kernel, dtype, config, why) == NT_OK &&
           nt_config_parse(kernel, text, config, why) == NT_OK &&
           nt_config_check(kernel, dtype, config, why) == NT_OK;
}

static bool read_row(const json_t *json, const nt_kernel *kernel, result_row *row, nt_error *why)
{
    *row = (result_row){.kernel = kernel};
    const int dtype = read_name(json, "dtype", dtype_text, NT_N_DTYPES);
    const int class = read_name(json, "class", class_text, NT_N_CLASSES);
    const int verdict = read_name(json, "verdict", verdict_text, STATS_UNDECIDED + 1);
    const json_int_t steps = json_integer_value(json_object_get(json, "steps"));
    const json_t *interval = json_object_get(json, "tuned_over_default"),
                 *loops = json_object_get(json, "loops");
    if (dtype < 0 || class < 0 || verdict < 0 || steps < 1 || steps > 1000000 ||
        !read_count(json, "order", &row->order) || !nt_kernel_case(kernel, row->order))
        return false;
    row->dtype = (nt_dtype)dtype;
    row->class = (nt_class) class;
    row->verdict = (stats_verdict)verdict;
    row->steps = steps;
    row->repeat = steps > 1 ? NT_MANY_STEPS : NT_ONE_STEP;
    bool good = read_shape(json, "shape", 1, row->shape) &&
                read_shape(json, "in_cache_shape", 0, row->in_cache_shape) &&
                read_figure(json, "default_ns_per_cell", &row->default_ns) &&
                read_figure(json, "tuned_ns_per_cell", &row->tuned_ns) &&
                read_figure(json, "memory_roof_ns_per_cell", &row->memory_roof_ns) &&
                read_figure(json, "arithmetic_roof_ns_per_cell", &row->arithmetic_roof_ns) &&
                read_figure(json, "fp_roof_ns_per_cell", &row->fp_roof_ns) &&
                read_figure(json, "load_roof_ns_per_cell", &row->load_roof_ns) &&
                read_figure(json, "in_cache_ns_per_cell", &row->in_cache_ns) &&
                read_figure(json, "roof_ns_per_cell", &row->roof_ns);
    for (int p = 0; p < NT_N_PARALLELS; p++)
        good = good && read_figure(loops, nt_parallel_name((nt_parallel)p), &row->loops_ns[p]);
    if (!good || !read_config(json, "config", kernel, row->dtype, &row->config, why) ||
        !read_config(json, "default_config", kernel, row->dtype, &row->default_config, why))
        return false;
    double low, high;
    if (!read_ratio(json_array_get(interval, 0), &low) || !read_ratio(json_array_get(interval, 1), &high) ||
        !read_count(json, "pairs", &row->ratio.n) || !read_count(json, "trials", &row->n_trials) ||
        !read_count(json, "failed", &row->n_failed) || !read_figure(json, "space", &row->space_size))
        return false;
    row->ratio.median = row->default_ns > 0 ? row->tuned_ns / row->default_ns : 0;
    row->ratio.low = low;
    row->ratio.high = high;
    row->max_ulp = kernel->variants[row->config.variant].max_ulp[row->dtype];
    row->complete = json_is_true(json_object_get(json, "complete"));
    return true;
}

nt_status result_load(result *r, const nt_kernel *kernel, const char *dir, nt_error *why)
{
    char path[4096];
    path_of(kernel, dir, path, sizeof path);
    char *text;
    size_t n;
    nt_status status = file_read(path, (size_t)1 << 20, &text, &n, why);
    if (status != NT_OK)
        return status;
    json_error_t error;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!root) {
        snprintf(why->text, sizeof why->text, "%.120s: line %d: %.80s", path, error.line, error.text);
        text_make_printable(why->text);
        return NT_ESTALE;
    }
    status = check_key(root, &r->machine, kernel, path, why);
    if (status == NT_OK && !crc_is_right(root))
        status = bad(why, path, "its CRC is wrong: it was damaged, or edited by hand");
    const json_t *rows = json_object_get(root, "results");
    const size_t n_rows = json_array_size(rows);
    if (status == NT_OK && (n_rows == 0 || r->n_rows + n_rows > RESULT_MOST_ROWS))
        status = bad(why, path, "has no rows, or too many");
    const int before = r->n_rows;
    for (size_t i = 0; status == NT_OK && i < n_rows; i++) {
        nt_error detail = {"a field is missing, of another type or out of range"};
        if (!read_row(json_array_get(rows, i), kernel, &r->row[r->n_rows++], &detail)) {
            snprintf(why->text, sizeof why->text, "%.90s: result %zu: %.120s", path, i + 1, detail.text);
            status = NT_ESTALE;
        }
    }
    for (int i = before; status == NT_OK && i < r->n_rows; i++)
        for (int k = before; status == NT_OK && k < i; k++)
            if (result_contradicts(&r->row[i], &r->row[k]))
                status = bad(why, path, "two of its rows contradict each other");
    if (status != NT_OK)
        r->n_rows = before;
    json_decref(root);
    return status;
}
