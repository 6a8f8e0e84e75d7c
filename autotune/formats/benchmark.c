/*
 * benchmark.c - results as Google Benchmark prints them
 * SPDX-License-Identifier: MIT
 *
 * Source: docs/user_guide.md and tools/gbench of Google Benchmark 1.7; compare.py reads name, run_type, real_time,
 * cpu_time, time_unit.  There is no host name: results do not hold one.
 */

#include "formats/formats.h"

static json_t *context_json(const findings *f)
{
    const nt_machine *m = &f->at[0]->r.machine;
    const struct {
        const char *type;
        int level;
        int64_t bytes;
        int sharing;
    } caches[] = {{"Data", 1, m->l1d_bytes, 1}, {"Unified", 2, m->l2_bytes, 1}, {"Unified", 3, m->l3_bytes, m->cpus_affinity}};
    json_t *list = json_array();
    for (int i = 0; i < 3; i++)
        if (caches[i].bytes > 0)
            json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:i}", "type", caches[i].type, "level", caches[i].level, "size",
                                                  (json_int_t)caches[i].bytes, "num_sharing", caches[i].sharing));
    return json_pack("{s:s, s:s, s:i, s:i, s:b, s:o, s:[], s:s, s:s}", "executable", "autotune", "cpu_model", m->model, "num_cpus",
                     m->threads_allowed, "mhz_per_cpu", 0, "cpu_scaling_enabled", 0, "caches", list, "load_avg", "library_build_type",
                     "release", "nestune_version", nt_build_info()->version);
}

typedef struct bench {
    const result_row *row;
    const char *which; /* "default" or "tuned" */
    const nt_config *config;
    int family;
} bench;

static finding_text name_of(const bench *b)
{
    finding_text t;
    snprintf(t.text, sizeof t.text, "%.60s/%.40s/%s/%.60s/steps:%lld/config:%s", b->row->kernel->name, b->row->kernel_case->name,
             nt_dtype_name(b->row->dtype), finding_shape(b->row).text, (long long)b->row->steps, b->which);
    return t;
}

/* One repetition, or with `aggregate` the median of all. */
static void put(json_t *list, const bench *b, int repetition, int n, int iterations, double ns, const char *aggregate)
{
    const result_row *r = b->row;
    const double run_ns = ns * (double)r->shape[0] * (double)r->shape[1] * (double)r->shape[2] * (double)r->steps;
    const finding_text run_name = name_of(b);
    char name[sizeof run_name.text + 16], config[NT_CONFIG_TEXT];
    snprintf(name, sizeof name, "%s%s%s", run_name.text, aggregate ? "_" : "", aggregate ? aggregate : "");
    nt_config_format(r->kernel, b->config, config, sizeof config);
    json_t *one =
        json_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:s, s:f, s:f, s:s}", "name", name, "family_index", b->family,
                  "per_family_instance_index", 0, "run_name", run_name.text, "run_type", aggregate ? "aggregate" : "iteration",
                  "repetitions", n, "threads", b->config->threads, "iterations", iterations, "real_time", run_ns, "cpu_time", run_ns,
                  "time_unit", "ns", "items_per_second", 1e9 / ns, "ns_per_cell", ns, "label", config);
    if (aggregate) {
        json_object_set_new(one, "aggregate_name", json_string(aggregate));
        json_object_set_new(one, "aggregate_unit", json_string("time"));
    } else {
        json_object_set_new(one, "repetition_index", json_integer(repetition));
    }
    if (r->roof_ns > 0)
        json_object_set_new(one, "roof_ns_per_cell", json_real(r->roof_ns));
    json_array_append_new(list, one);
}

static void put_bench(json_t *list, const finding *f, int row, const bench *b, double median_ns)
{
    int n = 0;
    for (int i = 0; i < f->n_trials; i++)
        n += f->trial[i].row == row && f->trial[i].ns > 0 && nt_config_differences(&f->trial[i].config, b->config) == 0;
    if (median_ns <= 0)
        return;
    if (n < 2) {
        put(list, b, 0, 1, 1, median_ns, NULL);
        return;
    }
    for (int i = 0, k = 0; i < f->n_trials; i++)
        if (f->trial[i].row == row && f->trial[i].ns > 0 && nt_config_differences(&f->trial[i].config, b->config) == 0)
            put(list, b, k++, n, f->trial[i].n, f->trial[i].ns, NULL);
    put(list, b, 0, n, n, median_ns, "median");
}

void format_benchmark(FILE *out, const findings *f)
{
    json_t *list = json_array();
    int family = 0;
    for (int i = 0; i < f->n; i++)
        for (int k = 0; k < f->at[i]->r.n_rows; k++) {
            const result_row *r = &f->at[i]->r.row[k];
            put_bench(list, f->at[i], k, &(bench){r, "default", &r->default_config, family++}, r->default_ns);
            put_bench(list, f->at[i], k, &(bench){r, "tuned", &r->config, family++}, r->tuned_ns);
        }
    json_t *root = json_pack("{s:o, s:o}", "context", context_json(f), "benchmarks", list);
    json_dumpf(root, out, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(root);
}
