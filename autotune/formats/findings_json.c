/*
 * findings_json.c - results and trials as one JSON value: the data of the report's page, and an export
 * SPDX-License-Identifier: MIT
 *
 *     {"files": [{"path", "key", "machine", "results": [...], "first_row": 1,
 *                 "journal": {"asked", "keys": [{"name", "values": {"3": "avx512"}}], "configs": [[3, 0, ...], ...],
 *                             "columns": ["row", "config", "ns", ...], "trials": [[1, 0, 0.13, ...], ...]}}]}
 *
 * Configs are numbers, listed once each, and named by "values" where a number has a name: a page holds thousands of trials.
 */
#include "formats/formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/result_json.h"

static json_t *keys_json(const finding *f)
{
    json_t *keys = json_array();
    for (int k = 0; k < NT_N_KEYS; k++) {
        const char *name = nt_key_name(f->kernel, (nt_key_id)k);
        if (!name)
            continue;
        json_t *values = json_object();
        for (const finding_trial *t = f->trial; t < &f->trial[f->n_trials]; t++) {
            if (t->row < 0)
                continue;
            char number[24];
            const int64_t value = nt_key_get(&t->config, (nt_key_id)k);
            const finding_text text = finding_value(f->kernel, (nt_key_id)k, value);
            snprintf(number, sizeof number, "%lld", (long long)value);
            if (strcmp(number, text.text) != 0 && !json_object_get(values, number))
                json_object_set_new(values, number, json_string(text.text));
        }
        json_array_append_new(keys, json_pack("{s:s, s:o}", "name", name, "values", values));
    }
    return keys;
}

static json_t *config_json(const finding *f, const nt_config *config)
{
    json_t *values = json_array();
    for (int k = 0; k < NT_N_KEYS; k++)
        if (nt_key_name(f->kernel, (nt_key_id)k))
            json_array_append_new(values, json_integer(nt_key_get(config, (nt_key_id)k)));
    return values;
}

/* Which trials to leave out: of each row, as evenly as possible, those that neither were the best so far nor failed. */
static int choose(const finding *f, int most, bool *out)
{
    int left_out = 0;
    for (int row = 0; row < f->r.n_rows; row++) {
        int n = 0, plain = 0;
        double best = HUGE_VAL;
        for (int i = 0; i < f->n_trials; i++) {
            if (f->trial[i].row != row)
                continue;
            const double ns = f->trial[i].ns;
            out[i] = ns > 0 && ns >= best;
            best = ns > 0 ? fmin(best, ns) : best;
            n++;
            plain += out[i];
        }
        const double share = n > most ? fmax(0, (double)(most - (n - plain)) / plain) : 1; /* of the plain ones that stay */
        double due = 0;
        for (int i = 0; i < f->n_trials; i++) {
            if (f->trial[i].row != row || !out[i])
                continue;
            due += share;
            out[i] = due < 1 - 1e-9;
            due -= out[i] ? 0 : 1;
            left_out += out[i];
        }
    }
    return left_out;
}

static json_t *journal_json(const finding *f, int first_row, int most, int *n_left_out)
{
    int *place = calloc((size_t)f->n_configs + 1, sizeof *place); /* of a config in the list, from 1 */
    bool *out = calloc((size_t)f->n_trials + 1, sizeof *out);
    json_t *configs = json_array(), *trials = json_array();
    if (place && out)
        *n_left_out += choose(f, most, out);
    for (int i = 0; place && out && i < f->n_trials; i++) {
        const finding_trial *t = &f->trial[i];
        if (t->row < 0 || out[i])
            continue;
        if (place[t->config_id] == 0) {
            json_array_append_new(configs, config_json(f, &t->config));
            place[t->config_id] = (int)json_array_size(configs);
        }
        json_t *record = json_pack("[i,i,f,f,f,f,i]", first_row + t->row, place[t->config_id] - 1, t->ns, t->low, t->high, t->at_s, t->n);
        if (t->outcome != TRIAL_OK)
            json_array_append_new(record, json_string(trial_outcome_name(t->outcome)));
        json_array_append_new(trials, record);
    }
    free(place);
    free(out);
    return json_pack("{s:O, s:o, s:o, s:[s,s,s,s,s,s,s,s], s:o}", "asked", (json_t *)f->asked, "keys", keys_json(f), "configs", configs,
                     "columns", "row", "config", "ns", "least ns", "most ns", "at_s", "repetitions", "failed", "trials", trials);
}

json_t *findings_json(const findings *f, int most_trials, int *n_left_out)
{
    int first_row = 1;
    json_t *files = json_array();
    *n_left_out = 0;
    for (int i = 0; i < f->n; i++) {
        const finding *at = f->at[i];
        json_t *file = result_json(&at->r, NULL);
        json_object_set_new(file, "path", json_string(at->path));
        json_object_set(file, "key", at->key);
        json_object_set_new(file, "first_row", json_integer(first_row));
        if (at->n_trials > 0)
            json_object_set_new(file, "journal", journal_json(at, first_row, most_trials, n_left_out));
        json_array_append_new(files, file);
        first_row += at->r.n_rows;
    }
    return json_pack("{s:s, s:o}", "nestune", nt_build_info()->version, "files", files);
}
