/*
 * keys.c - the table of a config's keys, by which configs are parsed, printed, checked and compared
 * SPDX-License-Identifier: MIT
 */
#include "core/keys.h"

#include <stdio.h>
#include <string.h>

#define TEXT(code, text) text,
static const char *const parallel_names[] = {NT_PARALLEL_MAP(TEXT)};
static const char *const order_names[] = {NT_ORDER_MAP(TEXT)};
static const char *const schedule_names[] = {NT_SCHEDULE_MAP(TEXT)};
static const char *const layout_names[] = {NT_LAYOUT_MAP(TEXT)};

const char *nt_parallel_name(nt_parallel parallel)
{
    return (unsigned)parallel < NT_N_PARALLELS ? parallel_names[parallel] : NULL;
}

const char *nt_layout_name(nt_layout layout)
{
    return (unsigned)layout < NT_N_LAYOUTS ? layout_names[layout] : NULL;
}

const char *nt_order_name(nt_order order)
{
    return (unsigned)order < NT_N_ORDERS ? order_names[order] : NULL;
}

const char *nt_schedule_name(nt_schedule schedule)
{
    return (unsigned)schedule < NT_N_SCHEDULES ? schedule_names[schedule] : NULL;
}

/* ---- Texts of values, all within the row's least and most ------------------------------------ */

static const char *isa_text(const nt_kernel *kernel, int64_t value)
{
    (void)kernel;
    return nt_isa_name((nt_isa)value);
}

static const char *variant_text(const nt_kernel *kernel, int64_t value)
{
    for (int64_t i = 0; kernel->variants[i].name; i++)
        if (i == value)
            return kernel->variants[i].name;
    return NULL;
}

static const char *form_text(const nt_kernel *kernel, int64_t value)
{
    for (int64_t i = 0; kernel->forms[i].name; i++)
        if (i == value)
            return kernel->forms[i].name;
    return NULL;
}

/* Those that the kernel has functions for. */
static const char *layout_text(const nt_kernel *kernel, int64_t value)
{
    for (const nt_function *const *part = kernel->functions; part && *part; part++)
        for (const nt_function *f = *part; f->fn; f++)
            if ((int64_t)f->layout == value)
                return layout_names[value];
    return NULL;
}

static const char *parallel_text(const nt_kernel *kernel, int64_t value)
{
    const bool whole = value == NT_PARALLEL_SERIAL || value == NT_PARALLEL_FLAT;
    return kernel->field || whole ? parallel_names[value] : NULL;
}

static const char *order_text(const nt_kernel *kernel, int64_t value)
{
    (void)kernel;
    return order_names[value];
}

static const char *schedule_text(const nt_kernel *kernel, int64_t value)
{
    (void)kernel;
    return schedule_names[value];
}

/* ---- The table -------------------------------------------------------------------------------- */

/* The kernels whose configs have a key. */
enum { FIELD = 1, RANGE = 2, PROGRAM = 4, ALL = FIELD | RANGE | PROGRAM };

static int shape_of(const nt_kernel *kernel)
{
    return kernel->field ? FIELD : kernel->range ? RANGE : PROGRAM;
}

#define AT(member) offsetof(nt_config, member), sizeof((nt_config *)0)->member
static const nt_key_row rows[NT_KEY_OWN] = {
    [NT_KEY_ISA] = {"isa", "isa", AT(isa), ALL, 0, NT_N_ISAS - 1, isa_text},
    [NT_KEY_VARIANT] = {"variant", "variant", AT(variant), ALL, 0, NT_MAX_VARIANTS - 1, variant_text},
    [NT_KEY_FN] = {"fn", "fn", AT(fn), ALL, 0, NT_MAX_FORMS - 1, form_text},
    [NT_KEY_LAYOUT] = {"layout", "layout", AT(layout), FIELD, 0, NT_N_LAYOUTS - 1, layout_text},
    [NT_KEY_PARALLEL] = {"parallel", "parallel", AT(parallel), FIELD | RANGE, 0, NT_N_PARALLELS - 1,
                         parallel_text},
    [NT_KEY_ORDER] = {"order", "order", AT(order), FIELD, 0, NT_N_ORDERS - 1, order_text},
    [NT_KEY_TILE_X] = {"tile", "tile x", AT(tile[0]), FIELD, 0, NT_KEY_MOST, NULL},
    [NT_KEY_TILE_Y] = {NULL, "tile y", AT(tile[1]), FIELD, 0, NT_KEY_MOST, NULL},
    [NT_KEY_TILE_Z] = {NULL, "tile z", AT(tile[2]), FIELD, 0, NT_KEY_MOST, NULL},
    [NT_KEY_DEPTH] = {"depth", "depth", AT(depth), FIELD, 1, NT_MAX_DEPTH, NULL},
    [NT_KEY_CHUNK] = {"chunk", "chunk", AT(chunk), RANGE, 0, NT_KEY_MOST, NULL},
    [NT_KEY_THREADS] = {"threads", "threads", AT(threads), ALL, 1, NT_MAX_THREADS, NULL},
    [NT_KEY_SCHEDULE] = {"schedule", "schedule", AT(schedule), FIELD | RANGE, 0, NT_N_SCHEDULES - 1,
                         schedule_text},
};

static const nt_key *own_key(const nt_kernel *kernel, int i)
{
    for (int k = 0; kernel->keys && kernel->keys[k].name && k < NT_MAX_OWN_KEYS; k++)
        if (k == i)
            return &kernel->keys[k];
    return NULL;
}

/* Names of an own key's values, by the key's place in the table. */
#define OWN_TEXT(i)                                                         \
    static const char *own_text_##i(const nt_kernel *kernel, int64_t value) \
    {                                                                       \
        return own_key(kernel, i)->names[value];                            \
    }
OWN_TEXT(0)
OWN_TEXT(1)
OWN_TEXT(2)
OWN_TEXT(3)
static const char *(*const own_texts[])(const nt_kernel *kernel, int64_t value) = {own_text_0, own_text_1,
                                                                                   own_text_2, own_text_3};
_Static_assert(sizeof own_texts / sizeof *own_texts == NT_MAX_OWN_KEYS, "a text for each own key");

const nt_key_row *nt_key_row_of(const nt_kernel *kernel, nt_key_id id, nt_key_row *own)
{
    if ((int)id >= 0 && id < NT_KEY_OWN)
        return rows[id].shapes & shape_of(kernel) ? &rows[id] : NULL;
    const nt_key *key = (int)id < NT_KEY_OWN ? NULL : own_key(kernel, (int)id - NT_KEY_OWN);
    if (!key)
        return NULL;
    *own = (nt_key_row){key->name,
                        key->name,
                        AT(own[0]),
                        ALL,
                        key->least,
                        key->most,
                        key->names ? own_texts[id - NT_KEY_OWN] : NULL};
    own->offset += (size_t)(id - NT_KEY_OWN) * own->bytes;
    return own;
}

bool nt_key_allows(const nt_kernel *kernel, const nt_key_row *row, int64_t value)
{
    return value >= row->least && value <= row->most && (!row->text || row->text(kernel, value));
}

void nt_key_allowed_text(const nt_kernel *kernel, const nt_key_row *row, char *text, size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    if (!row->text)
        snprintf(text, n, "%lld to %lld", (long long)row->least, (long long)row->most);
    for (int64_t v = row->least; row->text && v <= row->most && used < n; v++)
        if (row->text(kernel, v))
            used += (size_t)snprintf(text + used, n - used, "%s%s", used ? ", " : "", row->text(kernel, v));
}

/* ---- Values ----------------------------------------------------------------------------------- */

const char *nt_key_name(const nt_kernel *kernel, nt_key_id key)
{
    nt_key_row own;
    const nt_key_row *row = kernel ? nt_key_row_of(kernel, key, &own) : NULL;
    return row ? row->axis : NULL;
}

static bool is_key(nt_key_id key)
{
    return (unsigned)key < NT_N_KEYS;
}

static size_t offset_of(nt_key_id key, size_t *bytes)
{
    *bytes = key < NT_KEY_OWN ? rows[key].bytes : sizeof(int64_t);
    return key < NT_KEY_OWN ? rows[key].offset
                            : offsetof(nt_config, own) + (size_t)(key - NT_KEY_OWN) * sizeof(int64_t);
}

int64_t nt_key_get(const nt_config *config, nt_key_id key)
{
    size_t bytes;
    if (!config || !is_key(key))
        return 0;
    const char *at = (const char *)config + offset_of(key, &bytes);
    int64_t wide;
    int narrow;
    if (bytes == sizeof wide) {
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
    memcpy(&narrow, at, sizeof narrow);
    return narrow;
}

void nt_key_set(nt_config *config, nt_key_id key, int64_t value)
{
    size_t bytes;
    if (!config || !is_key(key))
        return;
    char *at = (char *)config + offset_of(key, &bytes);
    const int narrow = (int)value;
    if (bytes == sizeof value)
        memcpy(at, &value, sizeof value);
    else
        memcpy(at, &narrow, sizeof narrow);
}

int nt_config_differences(const nt_config *a, const nt_config *b)
{
    int n = 0;
    for (int k = 0; k < NT_N_KEYS; k++)
        n += nt_key_get(a, (nt_key_id)k) != nt_key_get(b, (nt_key_id)k);
    return n;
}
