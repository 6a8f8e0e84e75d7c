/*
 * contribution.c - a machine's results as they are sent to others and taken into results/
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* asprintf */
#include "store/contribution.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "os/text.h"
#include "store/build_flags.h"
#include "store/header.h"
#include "store/result_json.h"

enum { MOST_BYTES = 1 << 20 };

/* Where faults go. */
typedef struct checking {
    contribution *c;
    const char *folder, *flags;
    contribution_fault_fn *fault;
    void *context;
} checking;

static void report(contribution *c, contribution_fault_fn *fault, void *context, const char *format,
                   va_list args)
{
    char text[400];
    vsnprintf(text, sizeof text, format, args);
    text_make_printable(text);
    c->n_faults++;
    if (fault)
        fault(context, text);
}

void contribution_fault(contribution *c, contribution_fault_fn *fault, void *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(c, fault, context, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static void bad(const checking *k, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(k->c, k->fault, k->context, format, args);
    va_end(args);
}

/* ---- Rules ------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *key, const char *name)
{
    const char *text = json_string_value(json_object_get(key, name));
    return text ? text : "";
}

static void check_build(const checking *k, const char *file, const json_t *key)
{
    char what[160];
    const char *flags = text_of(key, "flags");
    if (build_flags_unfit(flags, what, sizeof what))
        bad(k, "%s: measured with %s", file, what);
    else if (build_flags_differ(flags, k->flags, what, sizeof what))
        bad(k, "%s: compiled with other flags: %s", file, what);
}

static void check_machine(const checking *k, const char *file, const nt_machine *m)
{
    nt_error why;
    if (k->c->all.n_rows == 0)
        k->c->machine = *m;
    else if (!nt_machine_same_cpu(m, &k->c->machine, &why) ||
             m->threads_allowed != k->c->machine.threads_allowed)
        bad(k, "%s: of another machine than the files before it", file);
    if (m->threads_allowed < m->n_cores)
        bad(k, "%s: tuned with %d thread%s of a machine that has %d cores: all are needed", file,
            m->threads_allowed, m->threads_allowed == 1 ? "" : "s", m->n_cores);
}

static void check_rows(const checking *k, const char *file, const result *r)
{
    for (int i = 0; i < r->n_rows; i++) {
        const char *settings = r->row[i].settings;
        if (!*settings)
            continue;
        if (strcmp(settings, "?") == 0)
            bad(k, "%s: does not say with which settings it was tuned: an older autotune wrote it", file);
        else
            bad(k, "%s: tuned with %s: the usual settings, or a longer time, are needed", file, settings);
        break; /* one line for a file */
    }
    if (r->not_searched[0])
        bad(k, "%s: not all was searched: %.160s", file, r->not_searched);
}

/* ---- Files ------------------------------------------------------------------------------------------- */

/* Keeps the text of a file; false: it is not there, or cannot be read, which has been said. */
static bool keep(const checking *k, const char *name, const char *path, bool may_be_missing)
{
    nt_error why;
    contribution_file *f = &k->c->file[k->c->n_files];
    if (may_be_missing && access(path, F_OK) != 0)
        return false;
    if (k->c->n_files == CONTRIBUTION_MOST_FILES) {
        bad(k, "%s: more than %d files", name, CONTRIBUTION_MOST_FILES);
        return false;
    }
    if (file_read(path, MOST_BYTES, &f->text, &f->n, &why) != NT_OK) {
        bad(k, "%s", why.text);
        return false;
    }
    snprintf(f->name, sizeof f->name, "%s", name);
    k->c->n_files++;
    return true;
}

static void take_rows(const checking *k, const char *file, const result *r)
{
    result *all = &k->c->all;
    all->machine = r->machine;
    if (all->n_rows + r->n_rows > RESULT_MOST_ROWS) {
        bad(k, "%s: more than %d rows in all", file, RESULT_MOST_ROWS);
        return;
    }
    memcpy(&all->row[all->n_rows], r->row, (size_t)r->n_rows * sizeof *r->row);
    all->n_rows += r->n_rows;
}

static void read_results(const checking *k, const nt_kernel *kernel, const char *path)
{
    static result r; /* too large for the stack */
    nt_error why;
    json_t *key;
    char name[80];
    snprintf(name, sizeof name, "%.60s.json", kernel->name);
    if (!keep(k, name, path, true))
        return;
    if (result_read(&r, path, &key, &why) != NT_OK) {
        bad(k, "%s", why.text);
        return;
    }
    const json_int_t version = json_integer_value(json_object_get(key, "kernel_version"));
    if (strcmp(text_of(key, "kernel"), kernel->name) != 0)
        bad(k, "%s: holds results of %.60s", name, text_of(key, "kernel"));
    else if (version != kernel->version)
        bad(k, "%s: of version %lld of %s, here %d", name, (long long)version, kernel->name, kernel->version);
    check_build(k, name, key);
    check_machine(k, name, &r.machine);
    check_rows(k, name, &r);
    take_rows(k, name, &r);
    json_decref(key);
}

/* The next string of a header, with its quotes; NULL behind the last. */
static const char *next_string(const char *text, size_t *n)
{
    static const char open[] = "\nNT_TUNED_LINE(";
    text = strstr(text, open);
    if (text)
        *n = strcspn(text += sizeof open - 1, "\n");
    return text;
}

/* The header must say what the result files say: then it can be taken as it is. */
static void check_header(const checking *k, const char *path)
{
    nt_error why;
    size_t n = 0, m = 0;
    if (nt_tuned_load(path, &why) != NT_OK) {
        bad(k, "%s", why.text);
        return;
    }
    char *due = header_text(&k->c->all);
    const char *a = due ? next_string(due, &n) : NULL, *b = next_string(k->c->file[0].text, &m);
    while (a && b && n == m && memcmp(a, b, n) == 0) {
        a = next_string(a, &n);
        b = next_string(b, &m);
    }
    if (a || b || !due)
        bad(k, "tuned.h: does not say what the result files say: run autotune again, which writes both");
    free(due);
}

void contribution_read(contribution *c, const char *folder, const char *flags, contribution_fault_fn *fault,
                       void *context)
{
    const checking k = {c, folder, flags, fault, context};
    char *header, *path;
    memset(c, 0, sizeof *c);
    if (asprintf(&header, "%s/tuned.h", folder) < 0)
        header = NULL;
    const bool has_header = header && keep(&k, "tuned.h", header, false);
    for (int i = 0; has_header && i < nt_kernel_count(); i++) {
        if (asprintf(&path, "%s/%s.json", folder, nt_kernel_at(i)->name) < 0)
            continue;
        read_results(&k, nt_kernel_at(i), path);
        free(path);
    }
    if (has_header && c->n_files == 1)
        bad(&k, "%.200s: no result files beside tuned.h", folder);
    else if (has_header && c->all.n_rows > 0)
        check_header(&k, header);
    free(header);
}

nt_status contribution_write(const contribution *c, const char *folder, nt_error *why)
{
    nt_status status = file_make_dirs(folder, why);
    for (int i = c->n_files - 1; i >= 0 && status == NT_OK;
         i--) { /* tuned.h last: what it names is then there */
        char *path;
        if (asprintf(&path, "%s/%s", folder, c->file[i].name) < 0) {
            snprintf(why->text, sizeof why->text, "no memory for the name of a file");
            return NT_ENOMEM;
        }
        status = file_replace(path, c->file[i].text, c->file[i].n, why);
        free(path);
    }
    return status;
}

void contribution_free(contribution *c)
{
    for (int i = 0; i < c->n_files; i++)
        free(c->file[i].text);
    memset(c, 0, sizeof *c);
}
