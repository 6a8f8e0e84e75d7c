/*
 * table.c - a complete table: its configs
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* strdup, strtok_r */
#include "simulate/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Axes ---------------------------------------------------------------------------------------------- */

/* The axis of this name, which is that of the key with '_' for ' '; NT_N_KEYS: there is none. */
static nt_key_id axis_of(const nt_kernel *kernel, const char *name)
{
    for (int i = 0; i < SPACE_N_AXES; i++) {
        const char *key = nt_key_name(kernel, space_axes[i]), *at = name;
        for (; key && *key && (*key == *at || (*key == ' ' && *at == '_')); key++)
            at++;
        if (key && !*key && !*at)
            return space_axes[i];
    }
    return NT_N_KEYS;
}

static bool is_tile(nt_key_id axis)
{
    return axis == NT_KEY_TILE_X || axis == NT_KEY_TILE_Y || axis == NT_KEY_TILE_Z;
}

/* One value of an axis: a tile's cells in one dimension, or what nt_config_parse() reads after the key. */
static bool read_value(const nt_kernel *kernel, nt_key_id axis, const char *text, int64_t *value)
{
    char all[NT_CONFIG_TEXT], *end;
    if (is_tile(axis)) {
        *value = strtoll(text, &end, 10);
        return *text && !*end && *value >= 0;
    }
    nt_config c = nt_config_blank(kernel);
    snprintf(all, sizeof all, "%s=%s", nt_key_name(kernel, axis), text);
    if (nt_config_parse(kernel, all, &c, NULL) != NT_OK)
        return false;
    *value = nt_key_get(&c, axis);
    return true;
}

static void add_value(space *s, nt_key_id axis, int64_t value)
{
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return;
    if (s->n[axis] < SPACE_MOST_VALUES)
        s->value[axis][s->n[axis]++] = value;
}

static nt_status read_axis(space *s, char *text, nt_error *why)
{
    const nt_kernel *k = s->q.kernel;
    char *values = strchr(text, '='), *rest = NULL;
    if (values)
        *values++ = '\0';
    const nt_key_id axis = axis_of(k, text);
    if (axis == NT_N_KEYS || !values) {
        snprintf(why->text, sizeof why->text, "%.40s: not a key of %s with values, as depth=1,4", text,
                 k->name);
        return NT_EARG;
    }
    for (char *v = strtok_r(values, ",", &rest); v; v = strtok_r(NULL, ",", &rest)) {
        int64_t value;
        if (!read_value(k, axis, v, &value)) {
            snprintf(why->text, sizeof why->text, "%.20s=%.40s: not a value of this key", text, v);
            return NT_EARG;
        }
        add_value(s, axis, value);
    }
    return NT_OK;
}

/* Every axis has the default's value; those named have more. */
static nt_status read_axes(space *s, const char *values, nt_error *why)
{
    space all = *s;
    memset(s->n, 0, sizeof s->n);
    for (int i = 0; i < SPACE_N_AXES; i++)
        if (all.n[space_axes[i]] > 0)
            add_value(s, space_axes[i], nt_key_get(&s->q.arithmetic, space_axes[i]));
    char *copy = strdup(values), *rest = NULL;
    nt_status status = copy ? NT_OK : NT_ENOMEM;
    for (char *word = copy ? strtok_r(copy, " ", &rest) : NULL; word && status == NT_OK;
         word = strtok_r(NULL, " ", &rest)) {
        char *equals = strstr(word, "=all");
        const nt_key_id axis = equals ? (*equals = '\0', axis_of(s->q.kernel, word)) : NT_N_KEYS;
        for (int i = 0; axis != NT_N_KEYS && i < all.n[axis]; i++)
            add_value(s, axis, all.value[axis][i]);
        status = axis != NT_N_KEYS ? NT_OK : read_axis(s, word, why);
    }
    free(copy);
    return status;
}

/* ---- Entries ------------------------------------------------------------------------------------------- */

int table_order(const void *a, const void *b)
{
    const nt_config *x = &((const table_entry *)a)->config, *y = &((const table_entry *)b)->config;
    for (int k = 0; k < NT_N_KEYS; k++) {
        const int64_t i = nt_key_get(x, (nt_key_id)k), j = nt_key_get(y, (nt_key_id)k);
        if (i != j)
            return i < j ? -1 : 1;
    }
    return 0;
}

/* Several places on the axes may mean the same config: it is listed once. */
static nt_status list_entries(table *t, nt_error *why)
{
    const space *s = &t->space;
    const double places = space_size(s);
    if (places > 50.0 * TABLE_MOST_ENTRIES) {
        snprintf(why->text, sizeof why->text, "%.0f combinations: far more than %d configs", places,
                 TABLE_MOST_ENTRIES);
        return NT_EARG;
    }
    t->entry = calloc((size_t)places, sizeof *t->entry);
    if (!t->entry) {
        snprintf(why->text, sizeof why->text, "no memory for %.0f configs", places);
        return NT_ENOMEM;
    }
    int n = 0;
    space_walk w = {{0}};
    do {
        const nt_config c = space_at(s, &w);
        if (nt_config_check(s->q.kernel, &c, NULL) == NT_OK)
            t->entry[n++] = (table_entry){.config = c, .ratio = HUGE_VAL};
    } while (space_next(s, &w));
    qsort(t->entry, (size_t)n, sizeof *t->entry, table_order);
    for (int i = 0; i < n; i++)
        if (i == 0 || table_order(&t->entry[i], &t->entry[t->n_entries - 1]) != 0)
            t->entry[t->n_entries++] = t->entry[i];
    if (t->n_entries <= TABLE_MOST_ENTRIES)
        return NT_OK;
    snprintf(why->text, sizeof why->text, "%d configs: at most %d are allowed", t->n_entries,
             TABLE_MOST_ENTRIES);
    return NT_EARG;
}

/* The config that the model expects to be the fastest. */
static nt_config fastest_predicted(const table *t)
{
    const space_question *q = &t->space.q;
    nt_config best = q->arithmetic;
    double least = HUGE_VAL;
    for (const table_entry *e = t->entry; e < &t->entry[t->n_entries]; e++) {
        nt_prediction p;
        if (nt_predict(q->kernel, q->kernel_case->params, q->dtype, q->shape, q->steps, &e->config,
                       &q->speeds, &p) == NT_OK &&
            p.ns < least) {
            least = p.ns;
            best = e->config;
        }
    }
    return best;
}

nt_status table_begin(table *t, const trial_ask *ask, const nt_machine *machine, const char *values,
                      nt_error *why)
{
    *t = (table){.ask = *ask};
    nt_machine_id(machine, t->machine, sizeof t->machine);
    int n_threads = 0;
    for (int n = 1; n < machine->threads_allowed && n_threads < TABLE_MOST_THREADS - 1; n *= 2)
        t->threads[n_threads++] = n;
    t->threads[n_threads++] = machine->threads_allowed;
    space_question q = {.kernel = ask->kernel,
                        .kernel_case = trial_case(ask),
                        .dtype = ask->dtype,
                        .shape = {ask->shape[0], ask->shape[1], ask->shape[2]},
                        .steps = ask->steps,
                        .threads = t->threads,
                        .n_threads = n_threads,
                        .arithmetic = ask->config};
    q.arithmetic.threads = machine->threads_allowed;
    nt_speeds_typical(machine, q.arithmetic.isa, q.dtype, &q.speeds);
    space_make(&t->space, &q);
    nt_status status = read_axes(&t->space, values, why);
    if (status == NT_OK)
        status = list_entries(t, why);
    if (status == NT_OK)
        t->anchor = fastest_predicted(t);
    else
        table_free(t);
    return status;
}

void table_free(table *t)
{
    free(t->entry);
    t->entry = NULL;
    t->n_entries = 0;
}

const table_entry *table_find(const table *t, const nt_config *config)
{
    const table_entry key = {.config = *config};
    return bsearch(&key, t->entry, (size_t)t->n_entries, sizeof *t->entry, table_order);
}

const table_entry *table_best(const table *t)
{
    const table_entry *best = NULL;
    for (const table_entry *e = t->entry; e < &t->entry[t->n_entries]; e++)
        if (isfinite(e->ratio) && (!best || e->ratio < best->ratio))
            best = e;
    return best;
}
