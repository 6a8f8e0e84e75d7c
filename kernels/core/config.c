/*
 * config.c - configs: default, text form, checks, and which of them mean the same
 * SPDX-License-Identifier: MIT
 */
#include "nestune/config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "why.h"

#define NT_ENUM_TEXT(code, text) [NT_##code] = text,
static const char *const isa_names[] = {NT_ISA_MAP(NT_ENUM_TEXT)};
static const char *const parallel_names[] = {NT_PARALLEL_MAP(NT_ENUM_TEXT)};
static const char *const order_names[] = {NT_ORDER_MAP(NT_ENUM_TEXT)};
static const char *const schedule_names[] = {NT_SCHEDULE_MAP(NT_ENUM_TEXT)};

const char *nt_parallel_name(nt_parallel parallel)
{
    return (unsigned)parallel < NT_N_PARALLELS ? parallel_names[parallel] : NULL;
}

const char *nt_order_name(nt_order order)
{
    return (unsigned)order < NT_N_ORDERS ? order_names[order] : NULL;
}

const char *nt_schedule_name(nt_schedule schedule)
{
    return (unsigned)schedule < NT_N_SCHEDULES ? schedule_names[schedule] : NULL;
}

/* Unroll and jam as the kernel's own table puts them first. */
nt_status nt_config_default(const nt_kernel *kernel, nt_dtype dtype, nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    nt_config best = {.parallel = NT_OUTER,
                      .order = NT_ZYX,
                      .depth = 1,
                      .threads = nt_threads_allowed(),
                      .schedule = NT_STATIC};
    if (best.threads > NT_MAX_THREADS)
        best.threads = NT_MAX_THREADS;
    for (int isa = NT_N_ISAS - 1; isa >= 0; isa--) {
        if (!kernel->tiles[isa] || !nt_isa_available((nt_isa)isa))
            continue;
        for (const nt_tile *t = kernel->tiles[isa]; t->fn; t++)
            if (t->dtype == dtype && strcmp(t->variant, kernel->variants[0].name) == 0) {
                best.isa = (nt_isa)isa;
                best.unroll = t->unroll;
                best.jam = t->jam;
                *config = best;
                return NT_OK;
            }
    }
    return nt_refuse(NT_EKERNEL, why, "kernel %s has no %s tile function that this CPU can run", kernel->name,
                     nt_dtype_name(dtype));
}

/* ---- text form ------------------------------------------------------------------------------ */

enum { TEXT_MOST = 24 };
#define TILE_MOST INT64_C(999999999999999) /* the 15 digits that parse_int() takes */

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

static bool parse_tile(const char *text, size_t n, int64_t tile[3])
{
    for (int a = 0; a < 3; a++) {
        const char *end = a < 2 ? memchr(text, 'x', n) : text + n;
        if (!end || !parse_int(text, (size_t)(end - text), &tile[a]))
            return false;
        n -= (size_t)(end - text) + (a < 2);
        text = end + (a < 2);
    }
    return true;
}

static int find_name(const char *const names[], int n_names, const char *text, size_t n)
{
    for (int i = 0; i < n_names; i++)
        if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0)
            return i;
    return -1;
}

static nt_status refuse_name(nt_error *why, const char *key, const char *text, size_t n,
                             const char *const names[], int n_names)
{
    char allowed[160] = "";
    size_t used = 0;
    for (int i = 0; i < n_names && used < sizeof allowed; i++)
        used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s", i ? ", " : "", names[i]);
    return nt_refuse(NT_ECONFIG, why, "%s=%.*s: allowed are %s", key, (int)(n < TEXT_MOST ? n : TEXT_MOST),
                     text, allowed);
}

typedef enum key { ISA, VARIANT, PARALLEL, ORDER, TILE, DEPTH, THREADS, SCHEDULE, UNROLL, JAM, N_KEYS } key;
static const char *const key_names[N_KEYS] = {"isa",   "variant", "parallel", "order",  "tile",
                                              "depth", "threads", "schedule", "unroll", "jam"};
/* Range of the keys that are numbers; 0 where they are not. */
static const int key_most[N_KEYS] = {
    [DEPTH] = NT_MAX_DEPTH, [THREADS] = NT_MAX_THREADS, [UNROLL] = 64, [JAM] = 64};

static nt_status parse_value(const nt_kernel *kernel, key k, const char *text, size_t n, nt_config *config,
                             nt_error *why)
{
    const char *variants[16];
    int n_variants = 0;
    while (n_variants < 16 && kernel->variants[n_variants].name) {
        variants[n_variants] = kernel->variants[n_variants].name;
        n_variants++;
    }
    const struct {
        const char *const *names;
        int n;
    } enums[N_KEYS] = {[ISA] = {isa_names, NT_N_ISAS},
                       [VARIANT] = {variants, n_variants},
                       [PARALLEL] = {parallel_names, NT_N_PARALLELS},
                       [ORDER] = {order_names, NT_N_ORDERS},
                       [SCHEDULE] = {schedule_names, NT_N_SCHEDULES}};
    int64_t number = 0;
    if (enums[k].n > 0) {
        number = find_name(enums[k].names, enums[k].n, text, n);
        if (number < 0)
            return refuse_name(why, key_names[k], text, n, enums[k].names, enums[k].n);
    } else if (k == TILE) {
        if (!parse_tile(text, n, config->tile))
            return nt_refuse(NT_ECONFIG, why, "tile=%.*s: allowed is XxYxZ in cells, 0 for whole",
                             (int)(n < TEXT_MOST ? n : TEXT_MOST), text);
    } else if (!parse_int(text, n, &number) || number < 1 || number > key_most[k]) {
        return nt_refuse(NT_ECONFIG, why, "%s=%.*s: allowed are 1 to %d", key_names[k],
                         (int)(n < TEXT_MOST ? n : TEXT_MOST), text, key_most[k]);
    }
    switch (k) {
    case ISA: config->isa = (nt_isa)number; break;
    case VARIANT: config->variant = (int)number; break;
    case PARALLEL: config->parallel = (nt_parallel)number; break;
    case ORDER: config->order = (nt_order)number; break;
    case SCHEDULE: config->schedule = (nt_schedule)number; break;
    case DEPTH: config->depth = (int)number; break;
    case THREADS: config->threads = (int)number; break;
    case UNROLL: config->unroll = (int)number; break;
    case JAM: config->jam = (int)number; break;
    case TILE:
    case N_KEYS: break;
    }
    return NT_OK;
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
        const int k = find_name(key_names, N_KEYS, p, name);
        if (k < 0)
            return refuse_name(why, "key", p, name, key_names, N_KEYS);
        if (!equals)
            return nt_refuse(NT_ECONFIG, why, "%s has no value: write %s=VALUE", key_names[k], key_names[k]);
        if (seen & 1u << k)
            return nt_refuse(NT_ECONFIG, why, "%s is given twice", key_names[k]);
        seen |= 1u << k;
        const nt_status status = parse_value(kernel, (key)k, equals + 1, n - name - 1, &parsed, why);
        if (status != NT_OK)
            return status;
        p += n;
        if (*p == ',' && *++p == '\0')
            return nt_refuse(NT_ECONFIG, why, "the config ends in a comma");
    }
    *config = parsed;
    return NT_OK;
}

void nt_config_format(const nt_kernel *kernel, const nt_config *c, char *text)
{
    snprintf(text, NT_CONFIG_TEXT,
             "isa=%s,variant=%s,parallel=%s,order=%s,tile=%lldx%lldx%lld,depth=%d,threads=%d,schedule=%s,"
             "unroll=%d,"
             "jam=%d",
             isa_names[c->isa], kernel->variants[c->variant].name, parallel_names[c->parallel],
             order_names[c->order], (long long)c->tile[0], (long long)c->tile[1], (long long)c->tile[2],
             c->depth, c->threads, schedule_names[c->schedule], c->unroll, c->jam);
}

/* ---- checks --------------------------------------------------------------------------------- */

static nt_status check_range(const char *name, int64_t value, int64_t least, int64_t most, nt_error *why)
{
    if (value >= least && value <= most)
        return NT_OK;
    return nt_refuse(NT_ECONFIG, why, "%s=%lld: allowed are %lld to %lld", name, (long long)value,
                     (long long)least, (long long)most);
}

nt_status nt_config_check(const nt_kernel *kernel, nt_dtype dtype, const nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    int n_variants = 0;
    while (kernel->variants[n_variants].name)
        n_variants++;
    const struct {
        const char *name;
        int64_t value, least, most;
    } ranges[] = {
        {"isa", config->isa, 0, NT_N_ISAS - 1},
        {"variant", config->variant, 0, n_variants - 1},
        {"parallel", config->parallel, 0, NT_N_PARALLELS - 1},
        {"order", config->order, 0, NT_N_ORDERS - 1},
        {"schedule", config->schedule, 0, NT_N_SCHEDULES - 1},
        {"tile x", config->tile[0], 0, TILE_MOST},
        {"tile y", config->tile[1], 0, TILE_MOST},
        {"tile z", config->tile[2], 0, TILE_MOST},
        {"depth", config->depth, 1, NT_MAX_DEPTH},
        {"threads", config->threads, 1, NT_MAX_THREADS},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const nt_status status =
            check_range(ranges[i].name, ranges[i].value, ranges[i].least, ranges[i].most, why);
        if (status != NT_OK)
            return status;
    }
    if (!nt_isa_available(config->isa))
        return nt_refuse(NT_EISA, why,
                         "isa=%s is not in this build, not on this CPU, or above NESTUNE_MAX_ISA",
                         isa_names[config->isa]);
    if (!nt_kernel_tile(kernel, dtype, config))
        return nt_refuse(NT_ECONFIG, why,
                         "kernel %s has no tile function for %s, isa=%s,variant=%s,unroll=%d,jam=%d",
                         kernel->name, nt_dtype_name(dtype), isa_names[config->isa],
                         kernel->variants[config->variant].name, config->unroll, config->jam);
    return NT_OK;
}

/* ---- which configs mean the same --------------------------------------------------------------- */

static nt_order order_of(const char axes[3])
{
    const int i = find_name(order_names, NT_N_ORDERS, axes, 3);
    return (nt_order)(i < 0 ? NT_ZYX : i);
}

/* Loops of one iteration go innermost, in the order zyx; `parallel` follows the shared loop. */
static void drop_trivial_loops(nt_config *c, const bool trivial[3])
{
    const char *old = order_names[c->order];
    char axes[4] = "";
    int n = 0, shared = -1;
    const int position = c->parallel - NT_OUTER;
    for (int i = 0; i < 3; i++) {
        if (c->parallel != NT_FLAT && i == position)
            shared = n;
        if (!trivial[old[i] - 'x'])
            axes[n++] = old[i];
    }
    for (char a = 'z'; a >= 'x'; a--)
        if (trivial[a - 'x'])
            axes[n++] = a;
    c->order = order_of(axes);
    if (shared >= 0)
        c->parallel = (nt_parallel)(NT_OUTER + shared);
}

/* Temporal blocking over neighbours has loops of its own (wavefront.c): rows of tiles in y are shared. */
static void make_wavefront(const int64_t shape[3], nt_config *c)
{
    c->order = NT_YXZ;
    for (int a = 0; a < 3; a++)
        if (c->tile[a] >= shape[a] && !(a == 1 && c->parallel != NT_SERIAL))
            c->tile[a] = 0;
    if (c->tile[1] >= shape[1] || c->threads == 1)
        c->parallel = NT_SERIAL;
    if (c->parallel == NT_SERIAL) {
        c->threads = 1;
        c->schedule = NT_STATIC;
        c->tile[1] = c->tile[1] < shape[1] ? c->tile[1] : 0;
    } else {
        c->parallel = NT_OUTER;
    }
}

void nt_config_canonical(const nt_kernel *kernel, const int64_t shape[3], int contiguous, int64_t steps,
                         nt_config *c)
{
    if (c->depth > steps)
        c->depth = steps > 0 ? (int)steps : 1;
    if (c->depth > 1 && nt_kernel_radius(kernel, NULL) > 0) {
        make_wavefront(shape, c);
        return;
    }
    const bool fuses = c->parallel == NT_FLAT && contiguous && nt_kernel_radius(kernel, NULL) == 0 &&
                       c->tile[1] == 0 && c->tile[2] == 0;
    const int64_t cells[3] = {fuses ? shape[0] * shape[1] * shape[2] : shape[0], fuses ? 1 : shape[1],
                              fuses ? 1 : shape[2]};
    const int shared = c->parallel == NT_SERIAL || c->parallel == NT_FLAT
                           ? -1
                           : order_names[c->order][c->parallel - NT_OUTER] - 'x';
    /* A loop that has one iteration, or one thread, is not shared. */
    const bool alone = shared < 0 || c->threads == 1 || cells[shared] <= 1 ||
                       (c->tile[shared] != 0 && c->tile[shared] >= cells[shared]);
    if (alone && c->parallel != NT_FLAT)
        c->parallel = NT_SERIAL;
    if (c->parallel == NT_SERIAL || c->threads == 1) {
        c->threads = 1;
        c->schedule = NT_STATIC;
    }
    bool trivial[3];
    for (int a = 0; a < 3; a++) {
        /* A tile that holds the axis is 0; not on a shared axis, where 0 is an even split. */
        const bool even_split = !alone && a == shared && c->tile[a] == 0;
        if (c->tile[a] >= cells[a] && c->parallel != NT_FLAT && !even_split)
            c->tile[a] = 0;
        trivial[a] = cells[a] <= 1 || (!even_split && (c->tile[a] == 0 || c->tile[a] >= cells[a]));
    }
    if (fuses)
        c->order = NT_ZYX;
    else if (c->parallel != NT_FLAT)
        drop_trivial_loops(c, trivial);
}
