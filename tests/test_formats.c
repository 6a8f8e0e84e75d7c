/*
 * test_formats.c - results as CSV, Markdown and JSON: read back, nothing of a hostile text lost or taken for markup
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* nftw, pipe2 */
#include "formats/formats.h"

#include <limits.h>
#include <math.h>

#include "report_fixture.h"

static char *text_of(const findings *f, void (*write)(FILE *out, const findings *f))
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    write(out, f);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- CSV ------------------------------------------------------------------------------------------------ */

/* The next field by RFC 4180, to be freed; *ends: it is the last one of its line. */
static char *next_field(const char **at, bool *ends)
{
    const char *c = *at;
    char *field = calloc(1, strlen(c) + 1), *to = field;
    assert_non_null(field);
    if (*c == '"') {
        for (c++; *c != '"' || c[1] == '"'; c++) {
            assert_true(*c);
            c += *c == '"';
            *to++ = *c;
        }
        c++;
    } else {
        while (*c && !strchr(",\"\r\n", *c))
            *to++ = *c++;
    }
    *ends = *c == '\r';
    if (*ends)
        assert_int_equal(c[1], '\n');
    else
        assert_int_equal(*c, ',');
    *at = c + (*ends ? 2 : 1);
    return field;
}

enum { MOST_FIELDS = 64, MOST_LINES = 512 };
typedef struct csv {
    char *field[MOST_LINES][MOST_FIELDS];
    int n_fields, n_lines; /* the first line holds the names */
} csv;

static csv *csv_read(const char *text)
{
    csv *c = calloc(1, sizeof *c);
    assert_non_null(c);
    while (*text) {
        int n = 0;
        bool ends = false;
        assert_true(c->n_lines < MOST_LINES);
        while (!ends) {
            assert_true(n < MOST_FIELDS);
            c->field[c->n_lines][n++] = next_field(&text, &ends);
        }
        if (c->n_lines++ == 0)
            c->n_fields = n;
        assert_int_equal(n, c->n_fields);
    }
    return c;
}

static const char *csv_at(const csv *c, int line, const char *name)
{
    for (int i = 0; i < c->n_fields; i++)
        if (strcmp(c->field[0][i], name) == 0)
            return c->field[line][i];
    fail_msg("no column %s", name);
    return NULL;
}

static void csv_free(csv *c)
{
    for (int l = 0; l < c->n_lines; l++)
        for (int i = 0; i < c->n_fields; i++)
            free(c->field[l][i]);
    free(c);
}

static void rows_as_csv(void **state)
{
    (void)state;
    hostile h = hostile_make(0);
    char *text = text_of(&h.f, format_csv);
    csv *c = csv_read(text);
    assert_int_equal(c->n_lines, 1 + findings_n_rows(&h.f));
    for (int i = 1; i < c->n_lines; i++) {
        const result_row *row = &h.f.at[0]->r.row[i - 1];
        char config[NT_CONFIG_TEXT];
        nt_config_format(row->kernel, &row->config, config, sizeof config);
        assert_string_equal(csv_at(c, i, "file"), h.json);
        assert_string_equal(csv_at(c, i, "kernel"), "mathop");
        assert_string_equal(csv_at(c, i, "config"), config);
        assert_string_equal(csv_at(c, i, "verdict"), "faster");
        assert_true(atof(csv_at(c, i, "tuned_ns")) == 0.125);
        assert_true(atof(csv_at(c, i, "speedup")) == 2);
        assert_int_equal(atoi(csv_at(c, i, "nz")), row->shape[2]);
    }
    csv_free(c);
    free(text);
    hostile_drop(&h);
}

static void trials_as_csv(void **state)
{
    (void)state;
    hostile h = hostile_make(200);
    char *text = text_of(&h.f, format_csv_trials);
    csv *c = csv_read(text);
    assert_int_equal(c->n_lines, 1 + h.f.at[0]->n_trials);
    int failed = 0;
    double at_s = 0;
    for (int i = 1; i < c->n_lines; i++) {
        const bool crashed = strcmp(csv_at(c, i, "class"), "runtime") == 0;
        failed += crashed;
        assert_string_equal(csv_at(c, i, "detail"), crashed ? HOSTILE : "");
        assert_true((*csv_at(c, i, "ns") == '\0') == crashed);
        assert_true(atof(csv_at(c, i, "at_s")) > at_s);
        at_s = atof(csv_at(c, i, "at_s"));
        assert_in_range(atoi(csv_at(c, i, "row")), 1, 3);
    }
    assert_in_range(failed, 1, 30);
    csv_free(c);
    free(text);
    hostile_drop(&h);
}

/* ---- Google Benchmark ----------------------------------------------------------------------------------- */

static void benchmark_json(void **state)
{
    (void)state;
    for (int trials = 0; trials < 2; trials++) {
        hostile h = hostile_make(trials ? 400 : 0);
        char *text = text_of(&h.f, format_benchmark);
        json_error_t error;
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
        if (!root)
            fail_msg("line %d: %s", error.line, error.text);
        const json_t *context = json_object_get(root, "context"), *list = json_object_get(root, "benchmarks"),
                     *one;
        assert_string_equal(json_string_value(json_object_get(context, "cpu_model")), HOSTILE);
        assert_null(json_object_get(context, "host_name"));
        size_t i;
        int tuned = 0, repetitions = 0;
        json_array_foreach((json_t *)list, i, one)
        {
            const char *name, *run_name, *run_type, *unit;
            int n, threads, iterations;
            double real, cpu, items, ns;
            assert_int_equal(
                json_unpack((json_t *)one, "{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:F, s:F, s:F, s:F}", "name",
                            &name, "run_name", &run_name, "run_type", &run_type, "time_unit", &unit,
                            "repetitions", &n, "threads", &threads, "iterations", &iterations, "real_time",
                            &real, "cpu_time", &cpu, "items_per_second", &items, "ns_per_cell", &ns),
                0);
            assert_string_equal(unit, "ns");
            assert_int_equal(strncmp(name, run_name, strlen(run_name)), 0);
            assert_true(real == cpu && real > 0);
            assert_true(items * ns > 0.999e9 && items * ns < 1.001e9);
            repetitions += json_object_get(one, "repetition_index") != NULL;
            if (strstr(name, "config:tuned") && strstr(name, "/100x10000x3/") && strstr(name, "steps:1/")) {
                tuned++;
                assert_true(real > 0.999 * 3e6 * ns && real < 1.001 * 3e6 * ns);
            }
        }
        assert_true(tuned >= 2); /* f32 and f64 */
        assert_int_equal(json_array_size(list) % 2, 0);
        assert_true(trials || repetitions == 2 * findings_n_rows(&h.f));
        json_decref(root);
        free(text);
        hostile_drop(&h);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------------------- */

static void data_json(void **state)
{
    (void)state;
    hostile h = hostile_make(400);
    int left_out;
    json_t *all = findings_json(&h.f, INT_MAX, &left_out);
    assert_int_equal(left_out, 0);
    const json_t *file = json_array_get(json_object_get(all, "files"), 0),
                 *of_journal = json_object_get(file, "journal"),
                 *trials = json_object_get(of_journal, "trials");
    assert_string_equal(json_string_value(json_object_get(file, "path")), h.json);
    assert_int_equal(json_array_size(json_object_get(file, "results")), 3);
    assert_int_equal(json_array_size(trials), h.f.at[0]->n_trials);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(of_journal, "asked"), "seed")), 7);
    const size_t n_configs = json_array_size(json_object_get(of_journal, "configs"));
    const json_t *trial;
    size_t i;
    json_array_foreach((json_t *)trials, i, trial)
    {
        assert_true(json_array_size(trial) >= 7);
        assert_in_range(json_integer_value(json_array_get(trial, 0)), 1, 3);
        assert_in_range(json_integer_value(json_array_get(trial, 1)), 0, n_configs - 1);
    }
    json_decref(all);

    /* Fewer: those that failed stay. */
    json_t *few = findings_json(&h.f, 20, &left_out);
    trials = json_object_get(json_object_get(json_array_get(json_object_get(few, "files"), 0), "journal"),
                             "trials");
    int failed = 0, failed_of_all = 0;
    json_array_foreach((json_t *)trials, i, trial) failed += json_array_size(trial) > 7;
    for (int k = 0; k < h.f.at[0]->n_trials; k++)
        failed_of_all += h.f.at[0]->trial[k].outcome != TRIAL_OK;
    assert_true(left_out > 0);
    assert_int_equal(json_array_size(trials) + (size_t)left_out, h.f.at[0]->n_trials);
    assert_int_equal(failed, failed_of_all);
    json_decref(few);
    hostile_drop(&h);
}

/* ---- Markdown ------------------------------------------------------------------------------------------- */

/* Bars that part cells. */
static int bars_of(const char *line, size_t n)
{
    int bars = 0;
    bool code = false;
    for (size_t i = 0; i < n; i++) {
        code ^= line[i] == '`';
        bars += line[i] == '|' && !code && (i == 0 || line[i - 1] != '\\');
    }
    return bars;
}

static void markdown_tables(void **state)
{
    (void)state;
    findings f = {0};
    nt_error why;
    if (findings_add(&f, NT_SOURCE_DIR "/results/zen3-25.1.1-2t", &why) != NT_OK)
        fail_msg("%s", why.text);
    char *text = text_of(&f, format_markdown);
    int bars = 0, rows = 0;
    for (const char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        if (*line != '|') {
            bars = 0;
            continue;
        }
        const int here = bars_of(line, (size_t)(end - line));
        assert_true(bars == 0 || here == bars);
        bars = here;
        rows++;
    }
    /* Every row in the tables of times and of configs, and most in that of the ways. */
    assert_true(rows > 2 * findings_n_rows(&f) + 8);
    assert_non_null(strstr(
        text, "| wave o8 | f32 | 512×128×128 | 16 | 1.425 | **0.824** | 1.21 | 0.237 | 29% | issue |"));
    free(text);
    findings_free(&f);
}

/* A trial may make as few steps as tell how long one takes: it belongs to the row of all steps. */
static void short_trials_have_a_row(void **state)
{
    (void)state;
    static const struct {
        int depth;
        int64_t steps;
        int row;
    } trials[] = {{1, 16, 0}, {1, 4, 0},  {2, 4, 0},  {8, 8, 0}, {6, 16, 0},
                  {1, 8, -1}, {8, 4, -1}, {6, 6, -1}, {1, 1, -1}};
    enum { N = sizeof trials / sizeof *trials };
    scratch s = scratch_make();
    const nt_kernel *wave = nt_kernel_find("wave");
    nt_error why;
    char path[200];
    result *r = made_up_result();
    r->n_rows = 1;
    r->row[0] = made_up_row(wave, NT_F32, NT_CLASS_MEMORY, NT_REPEAT_MANY);
    r->row[0].steps = 16;
    assert_int_equal(result_save(r, wave, s.folder, &why), NT_OK);
    snprintf(path, sizeof path, "%s/wave.jsonl", s.folder);
    journal *j;
    json_t *header = json_object();
    assert_int_equal(journal_open_new(&j, path, header, &why), NT_OK);
    json_decref(header);
    for (int i = 0; i < N; i++) {
        trial_ask ask = {.kernel = wave,
                         .kernel_case = r->row[0].kernel_case,
                         .dtype = NT_F32,
                         .shape = {100, 10000, 150},
                         .steps = trials[i].steps,
                         .config = r->row[0].default_config,
                         .reps = 1,
                         .only_time = 1};
        ask.config.depth = trials[i].depth;
        append_trial(j, &ask, &(trial_answer){.n = 1, .seconds = {1e-9 * trial_cells(&ask)}});
    }
    assert_int_equal(journal_close(j, &why), NT_OK);
    findings f = {0};
    if (findings_add(&f, s.folder, &why) != NT_OK)
        fail_msg("%s", why.text);
    assert_int_equal(f.at[0]->n_trials, N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(f.at[0]->trial[i].row, trials[i].row);
        assert_true(fabs(f.at[0]->trial[i].ns - 1) < 1e-9);
    }
    findings_free(&f);
    free(r);
    scratch_walk(&s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_as_csv),     cmocka_unit_test(trials_as_csv),
        cmocka_unit_test(benchmark_json),  cmocka_unit_test(data_json),
        cmocka_unit_test(markdown_tables), cmocka_unit_test(short_trials_have_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
