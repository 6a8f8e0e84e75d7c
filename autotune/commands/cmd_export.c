/*
 * cmd_export.c - autotune export: results as CSV, Markdown and JSON
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "commands/commands.h"
#include "commands/modules.h"
#include "commands/result_files.h"
#include "formats/formats.h"

static void format_json(FILE *out, const findings *f)
{
    int left_out;
    json_t *root = findings_json(f, INT_MAX, &left_out);
    json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(root);
}

static const struct format {
    const char *name;
    void (*write)(FILE *out, const findings *f);
} formats[] = {{"csv", format_csv}, {"markdown", format_markdown}, {"benchmark", format_benchmark}, {"json", format_json}, {0}};

static int take_format(const argument *a, char *text)
{
    for (const struct format *f = formats; f->name; f++)
        if (strcmp(text, f->name) == 0) {
            *(const struct format **)a->to = f;
            return EXIT_OK;
        }
    return refuse(EXIT_USAGE, "--format %.40s: allowed are csv, markdown, benchmark and json", text);
}

static char *text_of(const findings *f, void (*write)(FILE *out, const findings *f), size_t *n)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, n);
    if (!out)
        return NULL;
    write(out, f);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

int cmd_export(int argc, char **argv)
{
    file_list files = {.n = 0};
    const struct format *format = NULL;
    const char *out = "-";
    bool trials = false;
    const argument table[] = {
        ARGUMENT_FILES(&files),
        ARGUMENT_MODULES(NULL),
        {"format", 'f', "csv|markdown|benchmark|json",
         "csv; markdown, as in docs/results.md; benchmark, for compare.py of Google Benchmark; json, with the trials of its rows", take_format, &format,
         0, 0},
        {"trials", 't', NULL, "with csv: the trials of the journals in place of the rows", take_flag, &trials, 0, 0},
        {"out", 'o', "FILE", "where it goes (-, which is stdout)", take_out_file, &out, 0, 0},
        {0},
    };
    int code = arguments_parse(table,
                               "Results in a form that other programs read.  FOLDER: of results (those of this machine); "
                               "FILE: a kernel's .json there.",
                               argc, argv);
    if (code != EXIT_OK)
        return code;
    if (!format)
        return refuse(EXIT_USAGE, "--format is missing: allowed are csv, markdown, benchmark and json");
    if (trials && format->write != format_csv)
        return refuse(EXIT_USAGE, "--trials needs --format csv");
    findings f = {0};
    if ((code = result_files_read(&f, &files)) != EXIT_OK)
        return code;
    size_t n = 0;
    char *text = text_of(&f, trials ? format_csv_trials : format->write, &n);
    code = text ? result_files_write(out, text, n) : refuse(EXIT_FAILED, "no memory for the export");
    free(text);
    findings_free(&f);
    return code;
}
