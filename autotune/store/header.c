/*
 * header.c - prints the tuned header
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "store/header.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/environment.h"
#include "nestune/crc32.h"
#include "os/file.h"

/* Brand strings and flags may contain anything: prints only characters allowed in a comment, and no more than
 * a line holds. */
static void print_plain(FILE *out, const char *text)
{
    for (int i = 0; *text && i < 200; text++, i++) {
        const int plain = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
                          (*text >= 'a' && *text <= 'z') || strchr(" .-_()@+=", *text);
        fputc(plain ? *text : '_', out);
    }
}

/* What the classes meant where the rows were tuned.  The machine that reads the header has its own sizes. */
static void print_classes(FILE *out, const nt_machine *m)
{
    const int64_t l2 = nt_class_bytes(m, 0, NT_CLASS_L2), l3 = nt_class_bytes(m, 0, NT_CLASS_L3);
    fprintf(out,
            " * Classes, by the working set of a run, which is all its grids with the halos that it reads:\n"
            " *   l2      at most %lld bytes, half of the second-level caches of %d thread%s\n",
            (long long)l2, m->threads_allowed, m->threads_allowed == 1 ? "" : "s");
    if (l3 > 0)
        fprintf(out, " *   l3      at most %lld bytes, half of their third-level caches\n", (long long)l3);
    fprintf(out, " *   memory  more\n");
}

static void print_head(FILE *out, const nt_machine *m, const nt_build *build)
{
    fprintf(out, "/*\n * tuned.h - written by autotune; do not edit\n * SPDX-License-Identifier: MIT\n *\n * "
                 "cpu:      ");
    print_plain(out, m->model);
    fprintf(out, ", %s, %d threads\n * compiler: ", m->uarch, m->threads_allowed);
    print_plain(out, build->compiler);
    fprintf(out, ", ");
    print_plain(out, build->flags);
    fprintf(out, "\n * library:  nestune ");
    print_plain(out, build->version);
    fprintf(out, ", SLEEF ");
    print_plain(out, build->sleef);
    fprintf(out, "\n * threads:  ");
    for (const environment_setting *s = trial_environment; s->name; s++)
        if (s->value)
            fprintf(out, "%s%s=%s", s == trial_environment ? "" : " ", s->name, s->value);
    fprintf(out, "\n *\n * Rows end in default and tuned ns a cell and step, the verdict of the paired "
                 "final, and upto=N:\n"
                 " * for grids with rows of at most N cells in x; N is 0: of any length.\n *\n");
    print_classes(out, m);
    fprintf(out, " */\n");
}

/* Prints one string of the header, and adds it to the CRC. */
__attribute__((format(printf, 3, 4))) static void print_line(FILE *out, uint32_t *crc, const char *format,
                                                             ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(out, "NT_TUNED_LINE(\"%s\")\n", line);
    *crc = nt_crc32(nt_crc32(*crc, line, strlen(line)), "\n", 1);
}

static void print_machine(FILE *out, uint32_t *crc, const nt_machine *m)
{
    char id[64];
    nt_machine_id(m, id, sizeof id);
    print_line(
        out, crc,
        "nestune %d machine=%s vendor=%s uarch=%s family=%d model=%d l1d=%lld l2=%lld l3=%lld threads=%d "
        "l2_class=%lld l3_class=%lld",
        NT_TUNED_FORMAT, id, m->vendor, m->uarch, m->family, m->model_id, (long long)m->l1d_bytes,
        (long long)m->l2_bytes, (long long)m->l3_bytes, m->threads_allowed,
        (long long)nt_class_bytes(m, 0, NT_CLASS_L2), (long long)nt_class_bytes(m, 0, NT_CLASS_L3));
}

/* If a row uses several threads and all of the allowed ones, it says "all" instead of their number. */
static void print_row(FILE *out, uint32_t *crc, const result_row *row, int threads_allowed)
{
    char config[NT_CONFIG_TEXT], all[NT_CONFIG_TEXT + 8];
    nt_config_format(row->kernel, &row->config, config, sizeof config);
    const char *threads = strstr(config, ",threads=");
    if (threads && row->config.threads == threads_allowed && threads_allowed > 1)
        snprintf(all, sizeof all, "%.*s,threads=all%s", (int)(threads - config), config,
                 threads + 1 + strcspn(threads + 1, ","));
    else
        snprintf(all, sizeof all, "%s", config);
    print_line(out, crc, "row %s %s %d %s %s %s %s %.4f %.4f %s upto=%lld", row->kernel->name,
               row->kernel_case->name, row->kernel->version, nt_dtype_name(row->dtype),
               nt_class_name(row->shape_class), nt_repeat_name(row->repeat), all, row->default_ns,
               row->tuned_ns, stats_verdict_name(row->verdict), (long long)row->upto);
}

char *header_text(const result *r, const nt_build *build)
{
    char *text = NULL;
    size_t n = 0;
    uint32_t crc = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return NULL;
    print_head(out, &r->machine, build);
    print_machine(out, &crc, &r->machine);
    /* In the registry's order, not in the order of tuning. */
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int i = 0; i < r->n_rows; i++)
            if (r->row[i].kernel == nt_kernel_at(k))
                print_row(out, &crc, &r->row[i], r->machine.threads_allowed);
    print_line(out, &(uint32_t){0}, "end rows=%d crc=0x%08x", r->n_rows, (unsigned)crc);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

nt_status header_write(const result *r, const char *dir, nt_error *why)
{
    char *text = header_text(r, nt_build_info());
    if (!text) {
        snprintf(why->text, sizeof why->text, "no memory for the tuned header");
        return NT_ENOMEM;
    }
    char *path;
    if (asprintf(&path, "%s/tuned.h", dir) < 0) {
        free(text);
        snprintf(why->text, sizeof why->text, "no memory for the tuned header's name");
        return NT_ENOMEM;
    }
    const nt_status status = file_replace(path, text, strlen(text), why);
    free(path);
    free(text);
    return status;
}
