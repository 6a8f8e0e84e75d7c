/*
 * config.c - configs: default, text form, checks
 * SPDX-License-Identifier: MIT
 */
#include "nestune/config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/keys.h"
#include "nestune/machine.h"
#include "why.h"

/* The default config, but with one thread and the kernel's first form. */
nt_config nt_config_blank(const nt_kernel *kernel)
{
    nt_config c = {
        .parallel = kernel && !kernel->field ? NT_PARALLEL_FLAT : NT_PARALLEL_OUTER, .depth = 1, .threads = 1};
    for (int k = 0; kernel && kernel->keys && kernel->keys[k].name; k++)
        c.own[k] = kernel->keys[k].values[0];
    return c;
}

/* The form that comes first in the table of functions. */
nt_status nt_config_default(const nt_kernel *kernel, nt_dtype dtype, nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    const nt_function *best = NULL, *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->dtype == dtype && (!best || f->isa > best->isa) &&
            strcmp(f->variant, kernel->variants[0].name) == 0 && nt_isa_available(f->isa))
            best = f;
    if (!best)
        return nt_refuse(NT_EKERNEL, why, "kernel %s has no %s function that this CPU can run", kernel->name,
                         nt_dtype_name(dtype));
    *config = nt_config_blank(kernel);
    config->isa = best->isa;
    config->fn = nt_kernel_form(kernel, best->fn);
    config->layout = (int)best->layout;
    config->threads = nt_threads_allowed();
    if (config->threads > NT_MAX_THREADS)
        config->threads = NT_MAX_THREADS;
    return NT_OK;
}

/* ---- text form ------------------------------------------------------------------------------ */

enum { TEXT_MOST = 24 };

static int shown(size_t n)
{
    return (int)(n < TEXT_MOST ? n : TEXT_MOST);
}

static bool parse_int(const char *text, size_t n, int64_t *value)
{
    if (n == 0 || n > 15)
        return false;
    int64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        v = 10 * v + (text[i] - '0');
    }
    *value = v;
    return true;
}

/* The value of a name, or of a number in its range. */
static bool parse_one(const nt_kernel *kernel, const nt_key_row *row, const char *text, size_t n,
                      int64_t *value)
{
    if (!row->text)
        return parse_int(text, n, value) && nt_key_allows(kernel, row, *value);
    for (*value = row->least; *value <= row->most; ++*value) {
        const char *name = row->text(kernel, *value);
        if (name && strlen(name) == n && memcmp(name, text, n) == 0)
            return true;
    }
    return false;
}

/* Parses three numbers with an x between them. */
static bool parse_tile(const nt_kernel *kernel, const char *text, size_t n, nt_config *config)
{
    for (int id = NT_KEY_TILE_X; id <= NT_KEY_TILE_Z; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        int64_t value;
        const char *end = id < NT_KEY_TILE_Z ? memchr(text, 'x', n) : text + n;
        if (!end || !row || !parse_one(kernel, row, text, (size_t)(end - text), &value))
            return false;
        nt_key_set(config, (nt_key_id)id, value);
        n -= (size_t)(end - text) + (id < NT_KEY_TILE_Z);
        text = end + (id < NT_KEY_TILE_Z);
    }
    return true;
}

static nt_status parse_value(const nt_kernel *kernel, nt_key_id id, const char *text, size_t n,
                             nt_config *config, nt_error *why)
{
    nt_key_row own;
    const nt_key_row *row = nt_key_row_of(kernel, id, &own);
    if (id == NT_KEY_TILE_X)
        return parse_tile(kernel, text, n, config)
                   ? NT_OK
                   : nt_refuse(NT_ECONFIG, why, "tile=%.*s: allowed is XxYxZ in cells, 0 for whole", shown(n),
                               text);
    int64_t value;
    if (!parse_one(kernel, row, text, n, &value)) {
        char allowed[160];
        nt_key_allowed_text(kernel, row, allowed, sizeof allowed);
        return nt_refuse(NT_ECONFIG, why, "%s=%.*s: allowed are %s", row->name, shown(n), text, allowed);
    }
    nt_key_set(config, id, value);
    return NT_OK;
}

/* Returns NT_N_KEYS for a name that is no key of this kernel's configs. */
static nt_key_id find_key(const nt_kernel *kernel, const char *text, size_t n)
{
    for (int id = 0; id < NT_N_KEYS; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        if (row && row->name && strlen(row->name) == n && memcmp(row->name, text, n) == 0)
            return (nt_key_id)id;
    }
    return NT_N_KEYS;
}

static nt_status refuse_key(const nt_kernel *kernel, const char *text, size_t n, nt_error *why)
{
    char allowed[160] = "";
    size_t used = 0;
    for (int id = 0; id < NT_N_KEYS && used < sizeof allowed; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        if (row && row->name)
            used +=
                (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "", row->name);
    }
    return nt_refuse(NT_ECONFIG, why, "key=%.*s: allowed are %s", shown(n), text, allowed);
}

nt_status nt_config_parse(const nt_kernel *kernel, const char *text, nt_config *config, nt_error *why)
{
    if (!kernel || !text || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", !kernel ? "kernel" : !text ? "text" : "config");
    nt_config parsed = *config;
    unsigned seen = 0;
    for (const char *p = text; *p;) {
        const size_t n = strcspn(p, ",");
        const char *equals = memchr(p, '=', n);
        const size_t name = equals ? (size_t)(equals - p) : n;
        const nt_key_id id = find_key(kernel, p, name);
        if (id == NT_N_KEYS)
            return refuse_key(kernel, p, name, why);
        if (!equals)
            return nt_refuse(NT_ECONFIG, why, "%.*s has no value: write %.*s=VALUE", shown(name), p,
                             shown(name), p);
        if (seen & 1u << id)
            return nt_refuse(NT_ECONFIG, why, "%.*s is given twice", shown(name), p);
        seen |= 1u << id;
        const nt_status status = parse_value(kernel, id, equals + 1, n - name - 1, &parsed, why);
        if (status != NT_OK)
            return status;
        p += n;
        if (*p == ',' && *++p == '\0')
            return nt_refuse(NT_ECONFIG, why, "the config ends in a comma");
    }
    *config = parsed;
    return NT_OK;
}

/* Appends to the text, as far as there is room. */
__attribute__((format(printf, 4, 5))) static void append(char *text, size_t n, size_t *used,
                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (*used < n)
        *used += (size_t)vsnprintf(text + *used, n - *used, format, arguments);
    va_end(arguments);
}

void nt_config_format(const nt_kernel *kernel, const nt_config *config, char *text, size_t n)
{
    size_t used = 0;
    if (!text)
        return;
    append(text, n, &used, "%s", "");
    for (int id = 0; kernel && config && id < NT_N_KEYS; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        if (!row)
            continue;
        const int64_t value = nt_key_get(config, (nt_key_id)id);
        append(text, n, &used, "%s%s%s", row->name && used ? "," : "", row->name ? row->name : "x",
               row->name ? "=" : "");
        if (row->text && nt_key_allows(kernel, row, value))
            append(text, n, &used, "%s", row->text(kernel, value));
        else
            append(text, n, &used, "%lld", (long long)value);
    }
}

void nt_config_keys(const nt_kernel *kernel, char *text, size_t n)
{
    size_t used = 0;
    if (!text || n == 0)
        return;
    text[0] = '\0';
    for (int id = 0; kernel && id < NT_N_KEYS && used < n; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        char allowed[160];
        if (!row || !row->name)
            continue;
        nt_key_allowed_text(kernel, row, allowed, sizeof allowed);
        used += (size_t)snprintf(text + used, n - used, "%s: %s\n", row->name,
                                 id == NT_KEY_TILE_X ? "XxYxZ in cells, 0 for whole" : allowed);
    }
}

/* ---- checks --------------------------------------------------------------------------------- */

nt_status nt_config_check(const nt_kernel *kernel, const nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    for (int id = 0; id < NT_N_KEYS; id++) {
        nt_key_row own;
        const nt_key_row *row = nt_key_row_of(kernel, (nt_key_id)id, &own);
        const int64_t value = nt_key_get(config, (nt_key_id)id);
        if (!row || nt_key_allows(kernel, row, value))
            continue;
        char allowed[160];
        nt_key_allowed_text(kernel, row, allowed, sizeof allowed);
        return nt_refuse(NT_ECONFIG, why, "%s=%lld: allowed are %s", row->axis, (long long)value, allowed);
    }
    return NT_OK;
}

nt_status nt_config_runs(const nt_kernel *kernel, nt_dtype dtype, const nt_config *config, nt_error *why)
{
    const nt_status status = nt_config_check(kernel, config, why);
    if (status != NT_OK)
        return status;
    if (!nt_isa_available(config->isa))
        return nt_refuse(NT_EISA, why,
                         "isa=%s is not in this build, not on this CPU, or above NESTUNE_MAX_ISA",
                         nt_isa_name(config->isa));
    const nt_key_row *layout = nt_key_row_of(kernel, NT_KEY_LAYOUT, NULL);
    if (!nt_kernel_function(kernel, dtype, config))
        return nt_refuse(NT_ECONFIG, why, "kernel %s has no function for %s, isa=%s,variant=%s,fn=%s%s%s",
                         kernel->name, nt_dtype_name(dtype), nt_isa_name(config->isa),
                         kernel->variants[config->variant].name, kernel->forms[config->fn].name,
                         layout ? ",layout=" : "", layout ? layout->text(kernel, config->layout) : "");
    return NT_OK;
}
