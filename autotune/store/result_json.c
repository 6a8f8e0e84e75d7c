/*
 * result_json.c - the JSON form of what a tune found out
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "store/result_json.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "os/text.h"
#include "store/json_file.h"

/* ---- rows ----------------------------------------------------------------------------------- */

/* The positive numbers of a row; null: not measured.  A field that came later may be missing. */
static const struct figure {
    const char *name;
    size_t at;
    bool is_late;
} figures[] = {
    {"default_ns_per_cell", offsetof(result_row, default_ns), false},
    {"tuned_ns_per_cell", offsetof(result_row, tuned_ns), false},
    {"memory_roof_ns_per_cell", offsetof(result_row, memory_roof_ns), false},
    {"arithmetic_roof_ns_per_cell", offsetof(result_row, arithmetic_roof_ns), false},
    {"fp_roof_ns_per_cell", offsetof(result_row, fp_roof_ns), false},
    {"load_roof_ns_per_cell", offsetof(result_row, load_roof_ns), false},
    {"int_roof_ns_per_cell", offsetof(result_row, int_roof_ns), true},
    {"issue_roof_ns_per_cell", offsetof(result_row, issue_roof_ns), true},
    {"in_cache_ns_per_cell", offsetof(result_row, in_cache_ns), false},
    {"l2_gbytes_per_s", offsetof(result_row, l2_gbytes_per_s), true},
    {"l3_gbytes_per_s", offsetof(result_row, l3_gbytes_per_s), true},
    {"roof_ns_per_cell", offsetof(result_row, roof_ns), false},
    {"space", offsetof(result_row, space_size), false},
    {"drift", offsetof(result_row, drift), true},
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

static json_t *figure_json(double value)
{
    return value > 0 && isfinite(value) ? json_real(value) : json_null();
}

json_t *result_shape_json(const int64_t n[3])
{
    return json_pack("[I,I,I]", (json_int_t)n[0], (json_int_t)n[1], (json_int_t)n[2]);
}

static json_t *shapes_json(const result_row *r)
{
    json_t *shapes = json_array();
    for (int i = 0; i < r->n_shapes; i++)
        json_array_append_new(shapes, json_pack("{s:o, s:f}", "shape", result_shape_json(r->timed_on[i].n),
                                                "over_best", r->timed_on[i].over_best));
    return shapes;
}

static json_t *row_json(const result_row *r)
{
    char config[NT_CONFIG_TEXT], default_config[NT_CONFIG_TEXT];
    nt_config_format(r->kernel, &r->config, config, sizeof config);
    nt_config_format(r->kernel, &r->default_config, default_config, sizeof default_config);
    json_t *loops = json_object(), *rate_ns = json_object();
    for (int i = 0; i < N_RATES; i++)
        json_object_set_new(rate_ns, rates_key((rate_kind)i), figure_json(r->rate_ns[i]));
    const result_way *ways = result_ways(r->kernel);
    for (int w = 0; ways[w].name; w++)
        json_object_set_new(loops, ways[w].name, figure_json(r->ways_ns[w]));
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:[f,f], s:i, s:s, s:o, s:o, s:o, s:f, s:o, s:s, s:s, s:s, "
                  "s:i, s:i, s:b}",
                  "kernel", r->kernel->name, "case", r->kernel_case->name, "dtype", nt_dtype_name(r->dtype),
                  "class", nt_class_name(r->shape_class), "shape", result_shape_json(r->shape), "steps",
                  (json_int_t)r->steps, "tuned_over_default", r->ratio.low, r->ratio.high, "pairs",
                  r->ratio.n, "verdict", stats_verdict_name(r->verdict), "speedup",
                  figure_json(r->tuned_ns > 0 ? r->default_ns / r->tuned_ns : 0), "in_cache_shape",
                  result_shape_json(r->in_cache_shape), "roof_fraction",
                  figure_json(r->tuned_ns > 0 ? r->roof_ns / r->tuned_ns : 0), "max_ulp", r->max_ulp, "loops",
                  loops, "bound", result_bound(r), "config", config, "default_config", default_config,
                  "trials", r->n_trials, "failed", r->n_failed, "complete", r->complete);
    json_object_set_new(row, "upto_nx", r->upto > 0 ? json_integer(r->upto) : json_null());
    json_object_set_new(row, "shapes", shapes_json(r));
    json_object_set_new(row, "worst_over_best", figure_json(result_worst(r)));
    json_object_set_new(row, "rates_ns", rate_ns);
    json_object_set_new(row, "settings", strcmp(r->settings, "?") == 0 ? json_null() : json_string(r->settings));
    for (int i = 0; i < N_FIGURES; i++)
        json_object_set_new(row, figures[i].name,
                            figure_json(*(const double *)((const char *)r + figures[i].at)));
    return row;
}

json_t *result_json(const result *r, const nt_kernel *kernel)
{
    json_t *rows = json_array();
    for (int i = 0; i < r->n_rows; i++)
        if (!kernel || r->row[i].kernel == kernel)
            json_array_append_new(rows, row_json(&r->row[i]));
    json_t *all = json_pack("{s:o, s:o, s:s}", "machine", result_machine_json(&r->machine), "results", rows,
                            "not_searched", r->not_searched);
    if (all && r->noise.n > 0)
        json_object_set_new(all, "noise", json_pack("{s:f, s:f, s:i}", "half_of_pairs", r->noise.half,
                                                    "most_pairs", r->noise.most, "pairs", r->noise.n));
    return all;
}

static char *path_of(const nt_kernel *kernel, const char *dir, nt_error *why)
{
    char *path;
    if (asprintf(&path, "%s/%s.json", dir, kernel->name) >= 0)
        return path;
    snprintf(why->text, sizeof why->text, "no memory for the results of %s", kernel->name);
    return NULL;
}

char *result_text(const result *r, const nt_kernel *kernel, const nt_build *build)
{
    json_t *root = result_json(r, kernel);
    char *text = NULL;
    if (root) {
        json_object_set_new(root, "key", result_key_json(&r->machine, kernel, build));
        root = json_file_read_back(root);
    }
    if (root) {
        json_file_sign(root);
        text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    }
    json_decref(root);
    return text;
}

nt_status result_save(const result *r, const nt_kernel *kernel, const char *dir, nt_error *why)
{
    char *path = path_of(kernel, dir, why), *text = result_text(r, kernel, nt_build_info());
    nt_status status = NT_ENOMEM;
    if (path && text)
        status = file_replace(path, text, strlen(text), why);
    else
        snprintf(why->text, sizeof why->text, "no memory for the results of %s", kernel->name);
    free(text);
    free(path);
    return status;
}

/* ---- reading back ------------------------------------------------------------------------------ */

static bool read_figure(const json_t *object, const char *name, bool may_be_missing, double *value)
{
    const json_t *v = json_object_get(object, name);
    *value = json_number_value(v);
    return json_is_null(v) || (!v && may_be_missing) || (json_is_number(v) && *value > 0 && *value < 1e12);
}

/* Is it a row of the kinds that the header has? */
static bool is_row_of(const nt_kernel *kernel, nt_class c, json_int_t steps)
{
    return kernel->field ? c < NT_CLASS_SHORT : c >= NT_CLASS_SHORT && steps == 1;
}

static bool within(json_int_t value, json_int_t least, json_int_t most)
{
    return value >= least && value <= most;
}

/* The class of this name, also of the two names that older files have; -1: none. */
static int class_named(const char *name)
{
    int c = strcmp(name, "in_cache") == 0       ? NT_CLASS_L2
            : strcmp(name, "out_of_cache") == 0 ? NT_CLASS_MEMORY
                                                : -1;
    for (int i = 0; i < NT_N_CLASSES; i++)
        c = strcmp(name, nt_class_name((nt_class)i)) == 0 ? i : c;
    return c;
}

/* The shapes of a row, and the rows of grids that it is for.  Older files have neither. */
static bool read_shapes(const json_t *json, result_row *row)
{
    const json_t *upto = json_object_get(json, "upto_nx"), *shapes = json_object_get(json, "shapes");
    row->upto = json_integer_value(upto);
    if ((upto && !json_is_null(upto) && !(json_is_integer(upto) && within(row->upto, 1, INT64_C(1) << 40))) ||
        (shapes && !json_is_array(shapes)) || json_array_size(shapes) > RESULT_MOST_SHAPES)
        return false;
    for (size_t i = 0; i < json_array_size(shapes); i++) {
        result_shape *on = &row->timed_on[row->n_shapes++];
        json_int_t n[3];
        if (json_unpack(json_array_get(shapes, i), "{s:[I,I,I!], s:F}", "shape", &n[0], &n[1], &n[2],
                        "over_best", &on->over_best) != 0 ||
            !(on->over_best >= 0 && on->over_best < 1e12))
            return false;
        for (int a = 0; a < 3; a++) {
            on->n[a] = n[a];
            if (!within(n[a], 1, INT64_C(1) << 40))
                return false;
        }
    }
    return true;
}

/* Older files do not say it. */
static bool read_settings(const json_t *json, result_row *row)
{
    const json_t *settings = json_object_get(json, "settings");
    const char *text = !settings || json_is_null(settings) ? "?" : json_string_value(settings);
    if (!text || strlen(text) >= sizeof row->settings || !text_is_printable(text))
        return false;
    strcpy(row->settings, text);
    return true;
}

/* The fields beside the figures: shapes, counts, names. */
static bool read_facts(const json_t *json, result_row *row, nt_error *why)
{
    const char *name, *dtype, *shape_class, *verdict, *config, *default_config;
    json_int_t shape[3], in_cache[3], steps, pairs, trials, failed;
    int complete, c = -1, v = -1;
    if (json_unpack(
            (json_t *)json,
            "{s:s, s:s, s:s, s:s, s:s, s:s, s:[I,I,I!], s:[I,I,I!], s:[F,F!], s:I, s:I, s:I, s:I, s:b}",
            "case", &name, "dtype", &dtype, "class", &shape_class, "verdict", &verdict, "config", &config,
            "default_config", &default_config, "shape", &shape[0], &shape[1], &shape[2], "in_cache_shape",
            &in_cache[0], &in_cache[1], &in_cache[2], "tuned_over_default", &row->ratio.low, &row->ratio.high,
            "steps", &steps, "pairs", &pairs, "trials", &trials, "failed", &failed, "complete",
            &complete) != 0)
        return false;
    c = class_named(shape_class);
    for (int i = 0; i <= STATS_UNDECIDED; i++)
        v = strcmp(verdict, stats_verdict_name((stats_verdict)i)) == 0 ? i : v;
    row->dtype = nt_dtype_find(dtype);
    bool good = row->dtype < NT_N_DTYPES && c >= 0 && v >= 0 && within(steps, 1, 1000000) &&
                is_row_of(row->kernel, (nt_class)c, steps) && within(pairs, 0, 1000000000) &&
                within(trials, 0, 1000000000) && within(failed, 0, 1000000000) && row->ratio.low >= 0 &&
                row->ratio.low < 1e12 && row->ratio.high >= 0 && row->ratio.high < 1e12 &&
                (row->kernel_case = nt_kernel_case(row->kernel, name));
    for (int a = 0; a < 3; a++) {
        good = good && within(shape[a], 1, INT64_C(1) << 40) && within(in_cache[a], 0, INT64_C(1) << 40);
        row->shape[a] = shape[a];
        row->in_cache_shape[a] = in_cache[a];
    }
    if (!good)
        return false;
    row->shape_class = (nt_class)c;
    row->verdict = (stats_verdict)v;
    row->steps = steps;
    row->ratio.n = (int)pairs;
    row->n_trials = (int)trials;
    row->n_failed = (int)failed;
    row->complete = complete;
    row->config = row->default_config = nt_config_blank(row->kernel);
    return nt_config_parse(row->kernel, config, &row->config, why) == NT_OK &&
           nt_config_parse(row->kernel, default_config, &row->default_config, why) == NT_OK;
}

static bool read_row(const json_t *json, const nt_kernel *kernel, result_row *row, nt_error *why)
{
    *row = (result_row){.kernel = kernel};
    bool good = read_facts(json, row, why) && read_shapes(json, row) && read_settings(json, row);
    for (int i = 0; i < N_FIGURES; i++)
        good = good && read_figure(json, figures[i].name, figures[i].is_late,
                                   (double *)((char *)row + figures[i].at));
    const result_way *ways = result_ways(kernel);
    for (int w = 0; ways[w].name; w++)
        good = good && read_figure(json_object_get(json, "loops"), ways[w].name, false, &row->ways_ns[w]);
    for (int i = 0; i < N_RATES; i++)
        good = good && read_figure(json_object_get(json, "rates_ns"), rates_key((rate_kind)i), true, &row->rate_ns[i]);
    if (!good)
        return false;
    row->repeat = row->steps > 1 ? NT_REPEAT_MANY : NT_REPEAT_ONE;
    row->ratio.median = row->default_ns > 0 ? row->tuned_ns / row->default_ns : 0;
    row->max_ulp = kernel->variants[row->config.variant].max_ulp[row->dtype];
    row->roof_ns = result_roof(row); /* older files had another rule */
    return true;
}

static nt_status read_rows(result *r, const json_t *rows, const nt_kernel *kernel, const char *path,
                           nt_error *why)
{
    const int before = r->n_rows;
    const size_t n = json_array_size(rows);
    if (n == 0 || r->n_rows + n > RESULT_MOST_ROWS)
        return json_file_bad(why, path, "has no rows, or too many");
    for (size_t i = 0; i < n; i++) {
        result_row *row = &r->row[r->n_rows++];
        nt_error detail = {"a field is missing, of another type or out of range"};
        if (!read_row(json_array_get(rows, i), kernel, row, &detail))
            return json_file_bad(why, path, "result %zu: %.120s", i + 1, detail.text);
        for (const result_row *other = &r->row[before]; other < row; other++)
            if (result_contradicts(row, other))
                return json_file_bad(why, path, "two of its rows contradict each other");
    }
    return NT_OK;
}

nt_status result_load(result *r, const nt_kernel *kernel, const char *dir, nt_error *why)
{
    char *path = path_of(kernel, dir, why);
    json_t *root = NULL;
    const int before = r->n_rows;
    nt_status status = path ? json_file_read(&root, path, (size_t)1 << 20, why) : NT_ENOMEM;
    if (status == NT_OK)
        status = result_key_check(json_object_get(root, "key"), &r->machine, kernel, path, why);
    if (status == NT_OK && !json_file_is_whole(root))
        status = json_file_bad(why, path, "its CRC is wrong: it was damaged, or edited by hand");
    if (status == NT_OK)
        status = read_rows(r, json_object_get(root, "results"), kernel, path, why);
    if (status != NT_OK)
        r->n_rows = before;
    json_decref(root);
    free(path);
    return status;
}

/* The kernel that the key names; NULL, with the reason, if the file cannot be read by this build at all. */
static const nt_kernel *kernel_of(const json_t *root, const char *path, nt_error *why)
{
    const json_t *key = json_object_get(root, "key"), *format = json_object_get(key, "format");
    const char *name = json_string_value(json_object_get(key, "kernel"));
    const nt_kernel *kernel = name ? nt_kernel_find(name) : NULL;
    if (!name)
        json_file_bad(why, path, "has no key, so it is no result");
    else if (json_integer_value(format) != RESULT_FORMAT)
        json_file_bad(why, path, "format is %lld, here %d", (long long)json_integer_value(format), RESULT_FORMAT);
    else if (!kernel)
        json_file_bad(why, path, "there is no kernel %.60s here", name);
    return json_integer_value(format) == RESULT_FORMAT ? kernel : NULL;
}

/* Without it, as in older files, the noise is not known. */
static noise_level read_noise(const json_t *json)
{
    noise_level n = {0};
    const bool good = json_unpack((json_t *)json, "{s:F, s:F, s:i}", "half_of_pairs", &n.half, "most_pairs", &n.most,
                                  "pairs", &n.n) == 0 &&
                      n.half >= 0 && n.half < 1e12 && n.most >= 0 && n.most < 1e12 && n.n > 0;
    return good ? n : (noise_level){0};
}

nt_status result_read(result *r, const char *path, json_t **key, nt_error *why)
{
    json_t *root = NULL;
    *key = NULL;
    r->n_rows = 0;
    nt_status status = json_file_read(&root, path, (size_t)1 << 20, why);
    const nt_kernel *kernel = status == NT_OK ? kernel_of(root, path, why) : NULL;
    if (status == NT_OK && !kernel)
        status = NT_ESTALE;
    if (status == NT_OK && !json_file_is_whole(root))
        status = json_file_bad(why, path, "its CRC is wrong: it was damaged, or edited by hand");
    if (status == NT_OK && !result_machine_read(json_object_get(root, "machine"), &r->machine))
        status = json_file_bad(why, path, "its machine is incomplete, of another type or out of range");
    if (status == NT_OK)
        status = read_rows(r, json_object_get(root, "results"), kernel, path, why);
    if (status == NT_OK) {
        r->noise = read_noise(json_object_get(root, "noise"));
        const char *left_out = json_string_value(json_object_get(root, "not_searched"));
        const int n = snprintf(r->not_searched, sizeof r->not_searched, "%s", left_out ? left_out : "");
        if (n >= (int)sizeof r->not_searched) /* the cut may lie within a character */
            for (char *end = strchr(r->not_searched, '\0'); end > r->not_searched && (end[-1] & 0x80);)
                *--end = '\0';
        text_make_printable(r->not_searched);
        *key = json_incref(json_object_get(root, "key"));
    }
    json_decref(root);
    return status;
}
