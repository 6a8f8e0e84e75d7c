/*
 * trial_json.c - a trial and its answer as one JSON record, and back with every value checked
 * SPDX-License-Identifier: MIT
 */
#include "measure/trial_json.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "os/text.h"

static const double max_s = 1e9; /* no trial takes thirty years */
static const int64_t max_cells = (int64_t)1 << 40;

static json_t *ask_to_json(const trial_ask *ask)
{
    char config[NT_CONFIG_TEXT];
    nt_config_format(ask->kernel, &ask->config, config, sizeof config);
    return json_pack("{s:s, s:s, s:s, s:s, s:[I,I,I], s:I, s:i, s:s, s:i, s:f, s:i, s:f, s:i}", "type",
                     "trial", "kernel", ask->kernel->name, "case", trial_case(ask)->name, "dtype",
                     nt_dtype_name(ask->dtype), "shape", (json_int_t)ask->shape[0], (json_int_t)ask->shape[1],
                     (json_int_t)ask->shape[2], "steps", (json_int_t)ask->steps, "in_place", ask->in_place,
                     "config", config, "reps", ask->reps, "window_s", ask->window_s, "only_time",
                     ask->only_time, "cut_s", ask->cut_s, "check", ask->check);
}

char *trial_record_text(const json_t *record)
{
    return record ? json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17)) : NULL;
}

char *trial_ask_text(const trial_ask *ask)
{
    json_t *object = ask_to_json(ask);
    char *text = trial_record_text(object);
    json_decref(object);
    return text;
}

json_t *trial_to_json(const trial_ask *ask, const trial_answer *answer)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)answer->hash);

    json_t *record = ask_to_json(ask);
    json_t *seconds = json_array();
    int failed = !record || !seconds;
    for (int i = 0; !failed && i < answer->n; i++)
        failed = json_array_append_new(seconds, json_real(answer->seconds[i])) != 0;
    if (!failed)
        failed = json_object_set_new(record, "class", json_string(trial_outcome_name(answer->outcome))) ||
                 json_object_set_new(record, "detail", json_string(answer->detail)) ||
                 json_object_set_new(record, "hash", json_string(hash)) ||
                 json_object_set(record, "seconds", seconds) ||
                 json_object_set_new(record, "timed_s", json_real(answer->timed_s)) ||
                 json_object_set_new(record, "wall_s", json_real(answer->wall_s));
    json_decref(seconds);
    if (failed) {
        json_decref(record);
        return NULL;
    }
    return record;
}

int trial_json_is(const json_t *record)
{
    const char *type = json_string_value(json_object_get(record, "type"));
    return type && strcmp(type, "trial") == 0;
}

/* ---- Reading -------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static nt_status refuse(nt_error *why, const char *format, ...)
{
    if (why) {
        va_list list;
        va_start(list, format);
        vsnprintf(why->text, sizeof why->text, format, list);
        va_end(list);
    }
    return NT_EARG;
}

static int find_outcome(const char *name)
{
    for (int i = 0; i < TRIAL_N_OUTCOMES; i++)
        if (strcmp(name, trial_outcome_name((trial_outcome)i)) == 0)
            return i;
    return -1;
}

/* Accepts only the text that nt_config_format() gives, so that every key is named. */
static nt_status read_config(const char *text, trial_ask *ask, nt_error *why)
{
    char again[NT_CONFIG_TEXT];
    ask->config = nt_config_blank(ask->kernel);
    if (nt_config_parse(ask->kernel, text, &ask->config, why) != NT_OK)
        return NT_EARG;
    nt_config_format(ask->kernel, &ask->config, again, sizeof again);
    return strcmp(text, again) == 0 ? NT_OK : refuse(why, "config is not in its full form: %.150s", text);
}

static int read_hash(const char *text, uint64_t *hash)
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(text) != 16 || strspn(text, digits) != 16)
        return 0;
    *hash = 0;
    for (; *text; text++)
        *hash = *hash << 4 | (uint64_t)(strchr(digits, *text) - digits);
    return 1;
}

static nt_status read_seconds(const json_t *seconds, trial_answer *answer, nt_error *why)
{
    const size_t n = json_array_size(seconds);
    if (!json_is_array(seconds) || n > TRIAL_MAX_REPS)
        return refuse(why, "seconds is not an array of at most %d", TRIAL_MAX_REPS);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(seconds, i);
        answer->seconds[i] = json_number_value(item);
        if (!json_is_number(item) || !(answer->seconds[i] >= 0 && answer->seconds[i] <= max_s))
            return refuse(why, "seconds[%zu] is not a number from 0 to %g", i, max_s);
    }
    answer->n = (int)n;
    return NT_OK;
}

enum { ASK_KEYS = 13, RECORD_KEYS = 19 };

static nt_status read_ask(const json_t *record, trial_ask *ask, nt_error *why)
{
    const char *type, *kernel, *kernel_case, *dtype, *config;
    json_int_t shape[3], steps, in_place, reps, only_time, check;
    json_error_t error;
    if (json_unpack_ex((json_t *)record, &error, 0,
                       "{s:s, s:s, s:s, s:s, s:[III!], s:I, s:I, s:s, s:I, s:F, s:I, s:F, s:I}", "type",
                       &type, "kernel", &kernel, "case", &kernel_case, "dtype", &dtype, "shape", &shape[0],
                       &shape[1], &shape[2], "steps", &steps, "in_place", &in_place, "config", &config,
                       "reps", &reps, "window_s", &ask->window_s, "only_time", &only_time, "cut_s",
                       &ask->cut_s, "check", &check) != 0)
        return refuse(why, "%.150s", error.text);
    ask->dtype = nt_dtype_find(dtype);
    ask->kernel = nt_kernel_find(kernel);
    if (strcmp(type, "trial") != 0 || !ask->kernel)
        return refuse(why, "unknown %s %.60s", ask->kernel ? "type" : "kernel", ask->kernel ? type : kernel);
    ask->kernel_case = nt_kernel_case(ask->kernel, kernel_case);
    if (!ask->kernel_case)
        return refuse(why, "unknown case %.32s of %.60s", kernel_case, kernel);
    if (ask->dtype == NT_N_DTYPES)
        return refuse(why, "unknown dtype %.60s", dtype);
    for (int i = 0; i < 3; i++) {
        if (shape[i] < 0 || shape[i] > max_cells)
            return refuse(why, "shape[%d] out of range: %lld", i, (long long)shape[i]);
        ask->shape[i] = shape[i];
    }
    if (steps < 0 || steps > max_cells || reps < 1 || reps > TRIAL_MAX_REPS)
        return refuse(why, "steps or reps out of range: %lld, %lld", (long long)steps, (long long)reps);
    if (in_place >> 1 || only_time >> 1 || check >> 1)
        return refuse(why, "in_place, only_time or check is neither 0 nor 1");
    if (!(ask->window_s >= 0 && ask->window_s <= max_s) || !(ask->cut_s >= 0 && ask->cut_s <= max_s))
        return refuse(why, "window_s or cut_s is not from 0 to %g", max_s);
    ask->steps = steps;
    ask->in_place = (int)in_place;
    ask->reps = (int)reps;
    ask->only_time = (int)only_time;
    ask->check = (int)check;
    return read_config(config, ask, why);
}

static nt_status read_answer(const json_t *record, const trial_ask *ask, trial_answer *answer, nt_error *why)
{
    const char *outcome, *detail, *hash;
    const json_t *seconds;
    json_error_t error;
    if (json_unpack_ex((json_t *)record, &error, 0, "{s:s, s:s, s:s, s:o, s:F, s:F}", "class", &outcome,
                       "detail", &detail, "hash", &hash, "seconds", &seconds, "timed_s", &answer->timed_s,
                       "wall_s", &answer->wall_s) != 0)
        return refuse(why, "%.150s", error.text);
    const int c = find_outcome(outcome);
    if (c < 0)
        return refuse(why, "unknown class %.60s", outcome);
    if (!(answer->wall_s >= 0 && answer->wall_s <= max_s) ||
        !(answer->timed_s >= 0 && answer->timed_s <= max_s))
        return refuse(why, "wall_s or timed_s is not from 0 to %g", max_s);
    if (strlen(detail) >= TRIAL_DETAIL || !text_is_printable(detail) || !read_hash(hash, &answer->hash))
        return refuse(why, "detail or hash malformed");
    answer->outcome = (trial_outcome)c;
    strcpy(answer->detail, detail);
    const nt_status status = read_seconds(seconds, answer, why);
    const bool cut = ask->cut_s > 0 && answer->n == 1;
    if (status == NT_OK && answer->outcome == TRIAL_OK && answer->n != ask->reps && !cut)
        return refuse(why, "%d seconds for %d repetitions", answer->n, ask->reps);
    return status;
}

nt_status trial_from_json(const json_t *record, trial_ask *ask, trial_answer *answer, nt_error *why)
{
    memset(ask, 0, sizeof *ask);
    nt_status status = read_ask(record, ask, why);
    if (status == NT_OK && answer) {
        memset(answer, 0, sizeof *answer);
        status = read_answer(record, ask, answer, why);
    }
    if (status == NT_OK && json_object_size(record) != (answer ? RECORD_KEYS : ASK_KEYS))
        return refuse(why, "%zu keys, %d are allowed", json_object_size(record),
                      answer ? RECORD_KEYS : ASK_KEYS);
    return status;
}
