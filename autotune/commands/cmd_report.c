/*
 * cmd_report.c - autotune report: results as one HTML file
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "commands/commands.h"
#include "commands/modules.h"
#include "commands/result_files.h"
#include "report/page.h"

int cmd_report(int argc, char **argv)
{
    file_list files = {.n = 0};
    const char *out = "report.html";
    const argument table[] = {
        ARGUMENT_FILES(&files),
        ARGUMENT_MODULES(NULL),
        {"out", 'o', "FILE", "where the page goes (report.html); - is stdout", take_out_file, &out, 0, 0},
        {0},
    };
    int code = arguments_parse(table,
                               "Results as one HTML page that opens without network: verdicts, rooflines, searches, all "
                               "data.  FOLDER: of results (those of this machine); FILE: a kernel's .json there.  Journals "
                               "(.jsonl) beside them are read, too.",
                               argc, argv);
    findings f = {0};
    if (code != EXIT_OK || (code = result_files_read(&f, &files)) != EXIT_OK)
        return code;
    size_t n = 0;
    char *chart_js = page_chart_js(), *page = page_html(&f, chart_js, &n);
    code = page ? result_files_write(out, page, n) : refuse(EXIT_FAILED, "no memory for the page");
    if (code == EXIT_OK && !chart_js)
        refuse(EXIT_OK, "without its interactive half, because Chart.js is not here: apt install libjs-chart.js");
    if (code == EXIT_OK && strcmp(out, "-") != 0)
        fprintf(stderr, "%s: %d rows, %.0f KB\n", out, findings_n_rows(&f), (double)n / 1e3);
    free(page);
    free(chart_js);
    findings_free(&f);
    return code;
}
