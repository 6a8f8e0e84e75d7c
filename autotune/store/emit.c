/*
 * emit.c - writes the tuned header
 * SPDX-License-Identifier: MIT
 */
#include "store/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/environment.h"
#include "nestune/crc32.h"
#include "os/file.h"
#include "store/result_json.h"

/* Brand strings and flags are not ours: only what a comment may hold, and no longer than a line may be. */
static void print_plain(FILE *out, const char *text)
{
    for (int i = 0; *text && i < 200; text++, i++) {
        const int plain = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
                          (*text >= 'a' && *text <= 'z') || strchr(" .-_()@+=", *text);
        fputc(plain ? *text : '_', out);
    }
}

static void print_head(FILE *out, const nt_machine *m)
{
    const nt_build *build = nt_build_info();
    fprintf(out, "/*\n * tuned.h - written by autotune; do not edit\n * SPDX-License-Identifier: MIT\n *\n * "
                 "cpu:      ");
    print_plain(out, m->model);
    fprintf(out, ", %s, %d threads\n * compiler: ", m->uarch, m->threads_allowed);
    print_plain(out, build->compiler);
    fprintf(out, ", ");
    print_plain(out, build->flags);
    fprintf(out, "\n * library:  nestune %s, SLEEF %s\n * threads:  ", build->version, build->sleef);
    for (const environment_setting *s = trial_environment; s->name; s++)
        if (s->value)
            fprintf(out, "%s%s=%s", s == trial_environment ? "" : " ", s->name, s->value);
    fprintf(out, "\n *\n * Behind each row: default and tuned ns a cell and step, and the verdict of the "
                 "paired final.\n */\n");
    char id[64];
    nt_machine_id(m, id);
    fprintf(out, "NT_TUNED_HEADER(%d, \"%s\", \"%s\", %d, %d, %lld, %lld, %lld)\n", RESULT_FORMAT, id,
            m->vendor, m->family, m->model_id, (long long)m->l1d_bytes, (long long)m->l2_bytes,
            (long long)m->l3_bytes);
}

char *emit_text(const result *r)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return NULL;
    print_head(out, &r->machine);
    /* In the registry's order, whatever the order they were tuned in. */
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int i = 0; i < r->n_rows; i++) {
            const result_row *row = &r->row[i];
            if (row->kernel != nt_kernel_at(k))
                continue;
            char config[NT_CONFIG_TEXT];
            nt_config_format(row->kernel, &row->config, config);
            fprintf(out, "NT_TUNED(%s, %d, %d, %s, %s, %s, \"%s\") /* %.4f %.4f %s */\n", row->kernel->name,
                    row->order, row->kernel->version, nt_dtype_name(row->dtype), nt_class_name(row->class),
                    nt_repeat_name(row->repeat), config, row->default_ns, row->tuned_ns,
                    stats_verdict_name(row->verdict));
        }
    if (fflush(out) == 0)
        fprintf(out, "NT_TUNED_END(%d, 0x%08x)\n", r->n_rows, nt_crc32(0, text, n));
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

nt_status emit_header(const result *r, const char *dir, nt_error *why)
{
    char *text = emit_text(r);
    if (!text) {
        snprintf(why->text, sizeof why->text, "no memory for the tuned header");
        return NT_ENOMEM;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/tuned.h", dir);
    const nt_status status = file_replace(path, text, strlen(text), why);
    free(text);
    return status;
}
