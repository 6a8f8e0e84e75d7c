/*
 * tuned_table.c - the tuned header compiled in, and the choice of a row
 * SPDX-License-Identifier: MIT
 *
 * The header is data: the build copies the one it has chosen and checked (cmake/tuned.cmake,
 * probe.c) to tuned_rows.h.  Its grammar, line by line; what stands in one line is separated by one
 * blank:
 *
 *     file     text*  header  text*  (row text*)*  end
 *     header   NT_TUNED_HEADER(2, "machine", "vendor", family, model, l1d, l2, l3)
 *     row      NT_TUNED(kernel, order, version, dtype, class, steps, "config")
 *              with blanks and a comment behind it, or without
 *     end      NT_TUNED_END(rows, 0xcrc)        the last line, ended by a newline as all are
 *     text     an empty line; a comment; or a block of lines: the mark that opens a comment alone,
 *              lines that begin with " *", and " " with the mark that closes it
 *     comment  the opening mark, a blank, characters, a blank, the closing mark
 *
 * machine is [a-z0-9._-]+, vendor [A-Za-z0-9._-]* ("" for the generic header), a name in a row
 * [a-z][a-z0-9_]*, config [a-z0-9_=,]+ of less than NT_CONFIG_TEXT bytes, a number 1 to 18 decimal
 * digits (9 but for the caches), rows the number of rows, crc the CRC-32 of zlib and PNG of all
 * bytes before the end line, in 8 digits [0-9a-f].  Comments are printable ASCII without a
 * backslash or either mark inside. A line has at most 511 bytes.
 */
#include "nestune/tuned.h"

#include <stdlib.h>
#include <string.h>

#include "machine/machine_internal.h"
#include "core/tuned_internal.h"
#include "why.h"

/* clang-format off */
/* The same file three times: rows, header, and that it is whole. */
#define NT_TUNED_HEADER(format, machine, vendor, family, model, l1d, l2, l3)
#define NT_TUNED(kernel, order, version, dtype, class, steps, config)                              \
    {#kernel, order, version, #dtype, #class, #steps, config},
#define NT_TUNED_END(n_rows, crc) {NULL, 0, 0, NULL, NULL, NULL, NULL}
static const nt_tuned_row table_rows[] = {
#include "tuned_rows.h"
};
#undef NT_TUNED_HEADER
#undef NT_TUNED
#undef NT_TUNED_END

#define NT_TUNED_HEADER(...) __VA_ARGS__,
#define NT_TUNED(...)
#define NT_TUNED_END(n_rows, crc) n_rows,
static const nt_tuned table = {
#include "tuned_rows.h"
    table_rows};
#undef NT_TUNED_HEADER
#undef NT_TUNED_END

#define NT_TUNED_HEADER(format, ...)                                                               \
    _Static_assert((format) == NT_TUNED_FORMAT, "tuned header of another format");
#define NT_TUNED_END(n_rows, crc)                                                                  \
    _Static_assert(sizeof table_rows / sizeof table_rows[0] == (n_rows) + 1,                       \
                   "tuned header cut short");
#include "tuned_rows.h"
/* clang-format on */

const nt_tuned *nt_tuned_table(void)
{
    return &table;
}

/* ---- Shape classes ------------------------------------------------------------------------- */

const char *nt_class_name(nt_class c)
{
    static const char *const names[NT_N_CLASSES] = {"in_cache", "out_of_cache"};
    return (unsigned)c < NT_N_CLASSES ? names[c] : NULL;
}

const char *nt_repeat_name(nt_repeat r)
{
    static const char *const names[NT_N_REPEATS] = {"one", "many"};
    return (unsigned)r < NT_N_REPEATS ? names[r] : NULL;
}

nt_class nt_class_at(int64_t bytes, int64_t l2_bytes, int l2_shared_by, int threads)
{
    const int64_t l2 = l2_bytes > 0 ? l2_bytes : 1 << 20;
    const int shared_by = l2_shared_by > 0 ? l2_shared_by : 1;
    const int n_caches = (threads + shared_by - 1) / shared_by;
    return bytes <= l2 * n_caches ? NT_IN_CACHE : NT_OUT_OF_CACHE;
}

nt_class nt_class_of(int64_t bytes)
{
    const nt_machine *const here = nt_machine_here();
    return nt_class_at(bytes, here->l2_bytes, here->l2_shared_by, nt_threads_allowed());
}

/* ---- Choosing a row ------------------------------------------------------------------------ */

/* May this table be used here?  NT_OK, or NT_ESTALE with the reason. */
static nt_status check_table(const nt_tuned *t, const nt_machine *here, const char *mode, nt_error *why)
{
    nt_machine then = {.family = t->family,
                       .model_id = t->model_id,
                       .l1d_bytes = t->l1d_bytes,
                       .l2_bytes = t->l2_bytes,
                       .l3_bytes = t->l3_bytes};
    nt_error differs = {""};
    if (!mode || !*mode) {
        strncpy(then.vendor, t->vendor, sizeof then.vendor - 1);
        if (*t->vendor && !nt_machine_same_cpu(&then, here, &differs))
            return nt_refuse(NT_ESTALE, why, "default: header %s was tuned on another machine: %s",
                             t->machine, differs.text);
    } else if (!strcmp(mode, "off")) {
        return nt_refuse(NT_ESTALE, why, "default: NESTUNE_TUNED=off");
    } else if (strcmp(mode, "force") != 0) {
        return nt_refuse(NT_ESTALE, why, "default: NESTUNE_TUNED=%.40s: allowed are off and force", mode);
    }
    return NT_OK;
}

static int is_of(const nt_tuned_row *row, const nt_tuned_use *use)
{
    return !strcmp(row->kernel, use->kernel->name) && row->order == use->order &&
           !strcmp(row->dtype, nt_dtype_name(use->dtype));
}

/* "mathop f64", "wave o8 f64". */
typedef struct use_text {
    char text[64];
} use_text;

static use_text name_of(const nt_kernel *kernel, int order, const char *dtype)
{
    use_text t;
    if (order > 0)
        snprintf(t.text, sizeof t.text, "%.40s o%d %s", kernel->name, order, dtype);
    else
        snprintf(t.text, sizeof t.text, "%.40s %s", kernel->name, dtype);
    return t;
}

/* The row's config, on top of the default's. */
static nt_status read_row(const nt_tuned *t, const nt_tuned_row *row, const nt_tuned_use *use,
                          const nt_config *fallback, nt_config *config, nt_error *why)
{
    nt_error cause = {""};
    *config = *fallback;
    if (row->version != use->kernel->version)
        return nt_refuse(NT_ESTALE, why, "default: header %s was tuned for version %d of %s, here %d",
                         t->machine, row->version, row->kernel, use->kernel->version);
    if (nt_config_parse(use->kernel, row->config, config, &cause) != NT_OK ||
        nt_config_check(use->kernel, use->dtype, config, &cause) != NT_OK)
        return nt_refuse(NT_ESTALE, why, "default: row %s %s %s of %s: %.140s",
                         name_of(use->kernel, row->order, row->dtype).text, row->shape_class, row->steps,
                         t->machine, cause.text);
    return NT_OK;
}

/*
 * All rows of a kernel, order and dtype stand or fall together: the arithmetic may not depend on the size
 * of an array, so no size may take its row's while another takes the default's.  *found is the
 * number of the row asked for or -1, *arithmetic the config of the first.
 */
static nt_status check_rows(const nt_tuned *t, const nt_tuned_use *use, const nt_config *fallback, int *found,
                            nt_config *chosen, nt_config *arithmetic, nt_error *why)
{
    int n = 0;
    *found = -1;
    for (int i = 0; i < t->n_rows; i++) {
        const nt_tuned_row *const row = &t->rows[i];
        nt_config config;
        if (!is_of(row, use))
            continue;
        const nt_status status = read_row(t, row, use, fallback, &config, why);
        if (status != NT_OK)
            return status;
        if (n++ == 0)
            *arithmetic = config;
        if (config.isa != arithmetic->isa || config.variant != arithmetic->variant)
            return nt_refuse(NT_ESTALE, why, "default: rows %s of %s differ in isa or variant",
                             name_of(use->kernel, row->order, row->dtype).text, t->machine);
        if (*found < 0 && !strcmp(row->shape_class, nt_class_name(use->shape_class)) &&
            !strcmp(row->steps, nt_repeat_name(use->repeat))) {
            *found = i;
            *chosen = config;
        }
    }
    if (n > 0)
        return NT_OK;
    return nt_refuse(NT_ESTALE, why, "default: header %s has no row for %s", t->machine,
                     name_of(use->kernel, use->order, nt_dtype_name(use->dtype)).text);
}

nt_status nt_tuned_find_in(const nt_tuned *t, const nt_machine *here, const char *mode,
                           const nt_tuned_use *use, nt_config *config, nt_error *why)
{
    nt_config fallback;
    int found;
    nt_status status = nt_config_default(use->kernel, use->dtype, &fallback, why);
    if (status != NT_OK)
        return status;
    if (!nt_class_name(use->shape_class) || !nt_repeat_name(use->repeat))
        return nt_refuse(NT_EARG, why, "shape class %d, steps %d: allowed are 0 and 1", (int)use->shape_class,
                         (int)use->repeat);
    nt_config chosen = fallback, arithmetic = fallback;
    *config = fallback;
    status = check_table(t, here, mode, why);
    if (status == NT_OK)
        status = check_rows(t, use, &fallback, &found, &chosen, &arithmetic, why);
    if (status != NT_OK)
        return status;

    const char *const c = nt_class_name(use->shape_class), *const r = nt_repeat_name(use->repeat);
    const use_text name = name_of(use->kernel, use->order, nt_dtype_name(use->dtype));
    if (found < 0) {
        config->isa = arithmetic.isa;
        config->variant = arithmetic.variant;
        config->unroll = arithmetic.unroll;
        config->jam = arithmetic.jam;
        return nt_refuse(NT_ESTALE, why,
                         "default, with the arithmetic of header %s, which has no row for %s %s %s",
                         t->machine, name.text, c, r);
    }
    const int threads = chosen.threads;
    if (chosen.threads > fallback.threads)
        chosen.threads = fallback.threads; /* nt_config_default() takes all allowed */
    *config = chosen;
    if (chosen.threads < threads)
        return nt_refuse(NT_OK, why, "row %s %s %s of %s, threads lowered from %d to %d", name.text, c, r,
                         t->machine, threads, chosen.threads);
    return nt_refuse(NT_OK, why, "row %s %s %s of %s%s", name.text, c, r, t->machine,
                     mode && *mode ? ", forced by NESTUNE_TUNED" : "");
}

nt_status nt_tuned_find(const nt_kernel *kernel, const void *params, nt_dtype dtype, nt_class c, nt_repeat r,
                        nt_config *config, nt_error *why)
{
    if (!kernel || !config)
        return nt_refuse(NT_EARG, why, "a NULL %s", kernel ? "config" : "kernel");
    const nt_tuned_use use = {kernel, nt_kernel_order(kernel, params), dtype, c, r};
    return nt_tuned_find_in(&table, nt_machine_here(), getenv("NESTUNE_TUNED"), &use, config, why);
}
