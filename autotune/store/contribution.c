/*
 * contribution.c - a machine's results as they are sent to others and taken into results/
 * SPDX-License-Identifier: MIT
 */
#include "store/contribution.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "os/text.h"
#include "store/build_flags.h"
#include "store/header.h"

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

static bool is_same_build(const nt_build *a, const nt_build *b)
{
    return strcmp(a->version, b->version) == 0 && strcmp(a->compiler, b->compiler) == 0 &&
           strcmp(a->flags, b->flags) == 0 && strcmp(a->sleef, b->sleef) == 0;
}

static void check_build(const checking *k, const char *file, const nt_build *build)
{
    char what[160];
    if (build_flags_unfit(build->flags, what, sizeof what))
        bad(k, "%s: measured with %s", file, what);
    else if (build_flags_differ(build->flags, k->flags, what, sizeof what))
        bad(k, "%s: compiled with other flags: %s", file, what);
    else if (k->c->key && !is_same_build(build, &k->c->build))
        bad(k, "%s: measured by another build than the files before it", file);
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

/* Keeps a text that was printed from what was read. */
static void keep(const checking *k, const char *name, char *text)
{
    contribution *c = k->c;
    if (!text) {
        bad(k, "%s: no memory for its text", name);
        return;
    }
    if (c->n_files == CONTRIBUTION_MOST_FILES) {
        bad(k, "%s: more than %d files", name, CONTRIBUTION_MOST_FILES);
        free(text);
        return;
    }
    folder_file *f = &c->file[c->n_files++];
    snprintf(f->name, sizeof f->name, "%s", name);
    f->text = text;
    f->n = strlen(text);
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
    nt_build build;
    json_t *key;
    char name[80];
    snprintf(name, sizeof name, "%.60s.json", kernel->name);
    if (result_read(&r, path, &key, &why) != NT_OK) {
        bad(k, "%s", why.text);
        return;
    }
    const json_int_t version = json_integer_value(json_object_get(key, "kernel_version"));
    if (strcmp(text_of(key, "kernel"), kernel->name) != 0)
        bad(k, "%s: holds results of %.60s", name, text_of(key, "kernel"));
    else if (version != kernel->version)
        bad(k, "%s: of version %lld of %s, here %d", name, (long long)version, kernel->name, kernel->version);
    check_machine(k, name, &r.machine);
    check_rows(k, name, &r);
    if (!result_key_build(key, &build)) {
        bad(k, "%s: does not say which build measured it", name);
    } else {
        check_build(k, name, &build);
        take_rows(k, name, &r);
        keep(k, name, result_text(&r, kernel, &build));
        if (!k->c->key) {
            k->c->build = build;
            k->c->key = json_incref(key);
        }
    }
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

/* The header that was sent must have the lines of the header that is written: else one of both is not of this run. */
static void check_header(const checking *k, const char *sent)
{
    size_t n = 0, m = 0;
    char *due = header_text(&k->c->all, &k->c->build);
    const char *a = due ? next_string(due, &n) : NULL, *b = next_string(sent, &m);
    while (a && b && n == m && memcmp(a, b, n) == 0) {
        a = next_string(a, &n);
        b = next_string(b, &m);
    }
    if (a || b)
        bad(k, "tuned.h: does not say what the result files say: run autotune again, which writes both");
    keep(k, "tuned.h", due);
}

void contribution_read(contribution *c, const char *folder, const char *flags, contribution_fault_fn *fault,
                       void *context)
{
    const checking k = {c, folder, flags, fault, context};
    char path[PATH_MAX], *header = NULL;
    size_t n;
    nt_error why;
    memset(c, 0, sizeof *c);
    snprintf(path, sizeof path, "%s/tuned.h", folder);
    if (file_read(path, MOST_BYTES, &header, &n, &why) != NT_OK) {
        bad(&k, "%s", why.text);
        return;
    }
    int n_found = 0;
    for (int i = 0; i < nt_kernel_count(); i++) {
        snprintf(path, sizeof path, "%s/%.60s.json", folder, nt_kernel_at(i)->name);
        if (access(path, F_OK) != 0)
            continue;
        n_found++;
        read_results(&k, nt_kernel_at(i), path);
    }
    if (n_found == 0)
        bad(&k, "%.200s: no result files beside tuned.h", folder);
    else if (c->all.n_rows > 0)
        check_header(&k, header);
    free(header);
}

void contribution_folder(const nt_machine *machine, char name[CONTRIBUTION_FOLDER])
{
    char id[NT_MACHINE_ID];
    nt_machine_id(machine, id, sizeof id);
    snprintf(name, CONTRIBUTION_FOLDER, "nestune-%s", id);
}

nt_status contribution_write(const contribution *c, const char *folder, nt_error *why)
{
    return folder_put(folder, c->file, c->n_files, why);
}

void contribution_free(contribution *c)
{
    for (int i = 0; i < c->n_files; i++)
        free(c->file[i].text);
    json_decref(c->key);
    memset(c, 0, sizeof *c);
}
